"""Histories between the marketplace and the shop that exist only in tests: what is decided later, told late, or told in part."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from listbridge.domain.listings.listing import Status
from listbridge.domain.work import ImportOrder, Lane, PublishKind
from simulators.faults import Fault
from simulators.kit.later import Later
from tests.fakes.world import ACCOUNT
from tests.faults.any_pair import AnyPair, any_pair
from tests.platforms_in_tests import installed
from tests.tiny.bazaar_market import Bazaar

TEN = Decimal("10.00")
SIX = tuple(f"M{n}" for n in range(6))


@pytest.fixture
def p() -> Iterator[AnyPair]:
    with installed():
        yield any_pair("stall", "bazaar")


def bazaar(p: AnyPair) -> Bazaar:
    market = p.market.app()
    assert isinstance(market, Bazaar)
    return market


def refuse_what_waits(market: Bazaar, sku: str, code: str) -> None:
    """What was taken in and is not decided yet is refused as a whole."""
    market.world.later = Later()
    for ticket in market.tickets.values():
        if ticket.state == "waiting":
            ticket.state, ticket.problems = "decided", [{"sku": sku, "code": code}]


def in_step(p: AnyPair) -> None:
    p.world.settle(hours=8)
    assert (p.world.silent_rows(), p.world.dead_letters()) == ([], [])


def test_a_write_whose_ticket_is_lost_is_settled_by_a_look(p: AnyPair) -> None:
    p.sell("MUG")
    p.shop.set_stock("MUG", 2)
    p.run(10)
    bazaar(p).tickets.clear()
    p.run(900)
    assert p.shown("MUG") == (2, TEN)
    in_step(p)


def test_a_write_that_is_never_decided_is_sent_again_when_nobody_can_believe_in_it_any_more(p: AnyPair) -> None:
    p.sell("MUG")
    p.shop.set_stock("MUG", 2)
    p.run(10)
    bazaar(p).world.later = Later()  # forgotten, though its ticket says that it waits
    p.run(3 * 3600)
    assert p.shown("MUG") == (5, TEN)
    p.run(4 * 3600)
    assert p.shown("MUG") == (2, TEN)
    in_step(p)


@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
@pytest.mark.parametrize("wait_s", [0, 2, 40])
def test_a_stock_that_comes_back_while_nobody_knows_of_the_first_write_is_shown(
    p: AnyPair, kind: str, wait_s: int
) -> None:
    p.sell("MUG")
    p.market.add_faults(Fault("patchOffers", kind))  # type: ignore[arg-type]
    p.shop.set_stock("MUG", 2)
    p.run(wait_s)
    p.shop.set_stock("MUG", 5)
    p.run(1200)
    assert p.shown("MUG") == (5, TEN)
    in_step(p)


def test_a_variant_whose_sister_is_restocked_during_the_decision_follows_the_shop(p: AnyPair) -> None:
    """The look at the sister shows the number from before a write that is still being decided."""
    p.sell(*SIX)
    p.shop.set_stock("M0", 9)
    p.run(10)
    p.shop.set_stock("M1", 9)
    p.run(120)
    assert [p.shown(sku) for sku in SIX] == [(9, TEN), (9, TEN), *[(5, TEN)] * 4]
    in_step(p)


def test_a_variant_that_may_not_show_0_leaves_a_listing_whose_others_sell_on(p: AnyPair) -> None:
    p.sell(*SIX)
    p.market.refuse_zeros()
    for stock, sku in enumerate(SIX):
        p.shop.set_stock(sku, stock)
    p.run(600)
    assert [p.shown(sku) for sku in SIX] == [None, *((stock, TEN) for stock in range(1, 6))]
    hold = p.world.row(p.key("M0")).hold
    assert hold is not None
    assert (hold.code, hold.fix) == ("ended_at_zero", "allow_zero_at_the_bazaar")
    p.shop.set_stock("M0", 7)
    p.run(600)
    assert p.shown("M0") == (7, TEN)
    in_step(p)


@pytest.mark.parametrize("status", [409, 422])
def test_a_variant_that_can_neither_show_0_nor_leave_says_so_and_is_not_asked_for_over_and_over(
    p: AnyPair, status: int
) -> None:
    p.sell(*SIX)
    p.market.refuse_zeros()
    p.market.add_faults(Fault("endOffers", "status", times=1000, status=status))
    p.shop.set_stock("M0", 0)
    p.run(3600)
    hold = p.world.row(p.key("M0")).hold
    assert hold is not None
    assert hold.code == "update_failed"
    assert p.fate.calls.count("market.DELETE") < 5


def test_a_publishing_that_is_sold_out_before_it_is_decided_shows_what_is_there(p: AnyPair) -> None:
    product = p.add_product("A", "B")
    p.world.add(product)
    p.world.action(PublishKind.SEND, product)
    p.shop.set_stock("A", 0)
    p.shop.set_stock("B", 2)
    p.run(600)
    assert p.world.row(p.key("A")).status is Status.ACTIVE
    assert (p.shown("A"), p.shown("B")) == ((0, TEN), (2, TEN))
    in_step(p)


def test_an_order_without_prices_holds_its_stock_and_gives_it_back_when_it_is_cancelled(p: AnyPair) -> None:
    p.sell("MUG")
    remote = p.buy("MUG", 2)
    p.run(120)
    assert p.world.row(p.key("MUG")).computed.quantity == 3
    p.market.cancel(remote)
    p.run(1800)
    assert p.shop.orders() == []
    assert p.shown("MUG") == (5, TEN)
    in_step(p)


@pytest.mark.parametrize("kind", ["", "drop_after", "drop_before"])
def test_a_parcel_that_is_packed_anew_is_told_once_however_it_was_told_first(p: AnyPair, kind: str) -> None:
    p.sell("MUG")
    remote = p.buy("MUG", 2)
    p.run(900)
    home = p.shop_order(remote)
    if kind:
        p.market.add_faults(Fault("addParcel", kind))  # type: ignore[arg-type]
    parcel = p.shop.ship(home, carrier="DHL", tracking="T1")
    p.run(1200)
    p.shop.take_back(home, parcel)
    p.shop.ship(home, carrier="DHL", tracking="T2")
    p.run(1200)
    assert p.tracking(remote) == ["T1"]
    assert [one.code for one in p.order(remote).notices] == ["parcel_taken_back", "tracking_untold"]


@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
def test_a_parcel_without_a_number_is_told_once_though_its_answer_was_lost(p: AnyPair, kind: str) -> None:
    p.sell("MUG")
    remote = p.buy("MUG", 2)
    p.run(900)
    p.market.add_faults(Fault("addParcel", kind))  # type: ignore[arg-type]
    p.shop.ship(p.shop_order(remote))
    p.run(1200)
    assert p.tracking(remote) == [""]
    in_step(p)


def test_products_that_change_while_the_changed_ones_are_read_are_seen_within_minutes(p: AnyPair) -> None:
    """The second page begins ten rows too late: ten that it passes over are seen by the next look."""
    skus = [f"X{n}" for n in range(120)]
    p.world.sell(*(p.add_product(sku) for sku in skus))
    p.deaf = True
    for sku in skus:
        p.shop.set_stock(sku, 3)
        p.world.stores.clock.advance(0.001)

    def again() -> None:
        for sku in skus[:10]:
            p.shop.set_stock(sku, 4)

    p.fate.meanwhile("shop.GET", again, nth=2)
    p.run(600)
    assert [p.shown(sku) for sku in skus] == [*[(4, TEN)] * 10, *[(3, TEN)] * 110]


@pytest.mark.parametrize("wait_s", [1, 20, 29])
def test_a_sale_that_is_taken_in_while_a_full_revise_is_decided_is_not_sold_again(p: AnyPair, wait_s: int) -> None:
    """The order is settled by a look at the number from before the decision, which then shows all five again."""
    p.sell("MUG")
    p.world.action(PublishKind.FULL_REVISE, p.products["MUG"])
    remote = p.buy("MUG", 2)
    p.run(wait_s)
    p.world.stores.queues.send(Lane.ORDERS, ImportOrder(account=ACCOUNT, order=remote, anew=True))
    p.run(400)
    assert p.shown("MUG") == (3, TEN)
    in_step(p)


def test_a_full_revise_that_is_refused_later_leaves_a_price_that_is_still_to_be_sent(p: AnyPair) -> None:
    p.sell("MUG")
    p.deaf = True
    p.shop.set_price("MUG", "12.00")
    p.world.action(PublishKind.FULL_REVISE, p.products["MUG"])
    refuse_what_waits(bazaar(p), "MUG", "listing_refused")
    p.run(600)
    assert p.shown("MUG") == (5, Decimal("12.00"))
    in_step(p)


def test_a_listing_that_is_stopped_while_a_write_is_decided_stays_stopped(p: AnyPair) -> None:
    p.sell("MUG")
    p.shop.set_stock("MUG", 2)
    p.run(3)
    p.world.action(PublishKind.STOP, p.products["MUG"])
    p.run(600)
    assert p.shown("MUG") is None
    row = p.world.row(p.key("MUG"))
    assert (row.status, row.attempt, row.remote) == (Status.STOPPED, None, None)
