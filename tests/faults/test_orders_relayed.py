"""Orders that are in the shop: what the shop ships or cancels is told to the marketplace once, and the other way round."""

from __future__ import annotations

import pytest

from listbridge.domain.configuration import Account, ConnectionState
from listbridge.domain.orders.orders import Cancellation, ImportState, Shipment, Telling
from listbridge.domain.work import Hint, HintKind, Lane, ShopEvent
from simulators.faults import Fault
from tests.fakes.scripted_orders import ORDER_TRAITS
from tests.fakes.world import ACCOUNT
from tests.faults.order_stories import SECOND, Story, edit_account, home, line_of, parcels_told, story

SIX_HOURS = 6 * 3600 + 600


@pytest.fixture
def s() -> Story:
    made = story()
    made.sell("A", 5)
    return made


# ---- parcels ----


def test_a_parcel_is_told_with_its_number_and_the_order_is_done(s: Story) -> None:
    placed, id = home(s)
    s.shop.book.fulfil(id, tracking="AB 12", carrier="DHL")
    s.run(5)
    assert parcels_told(placed) == [({line_of(placed): 1}, "AB12")]
    assert (s.order(placed).completed_at is not None, s.entries("A")) == (True, 0)
    s.rest()
    s.in_order()


@pytest.mark.parametrize("lag", [0, ORDER_TRAITS.settle_s - 1])
def test_a_parcel_is_told_once_when_the_answer_is_lost(s: Story, lag: float) -> None:
    placed, id = home(s)
    s.market.book.shipments_lag_s = lag
    s.market.plan.add(Fault("ship", "drop_after"))
    s.shop.book.fulfil(id, tracking="AB 12")
    s.rest()
    assert parcels_told(placed) == [({line_of(placed): 1}, "AB12")]
    assert [one.state for one in s.order(placed).told.values()] == [Telling.TOLD]
    s.in_order()


def test_a_parcel_whose_call_never_arrived_is_told_after_a_look(s: Story) -> None:
    placed, id = home(s)
    s.market.plan.add(Fault("ship", "html", times=2))
    s.shop.book.fulfil(id, tracking="AB 12")
    s.rest()
    assert parcels_told(placed) == [({line_of(placed): 1}, "AB12")]
    s.in_order()


def test_a_parcel_without_a_number_whose_answer_was_lost_is_told_once(s: Story) -> None:
    placed, id = home(s, 2)
    s.market.plan.add(Fault("ship", "drop_after"))
    s.shop.book.fulfil(id)
    s.rest()
    assert parcels_told(placed) == [({line_of(placed): 2}, "")]
    s.in_order()


def test_two_parcels_alike_without_a_number_are_two_though_the_first_answer_was_lost(s: Story) -> None:
    placed, id = home(s, 2)
    s.market.plan.add(Fault("ship", "drop_after"))
    s.shop.book.fulfil(id, {line_of(placed): 1})
    s.shop.book.fulfil(id, {line_of(placed): 1})
    s.rest()
    assert parcels_told(placed) == [({line_of(placed): 1}, ""), ({line_of(placed): 1}, "")]
    s.in_order()


def test_an_order_in_parts_is_done_with_its_last_parcel(s: Story) -> None:
    placed, id = home(s, 3)
    s.shop.book.fulfil(id, {line_of(placed): 1}, tracking="T1")
    s.run(5)
    assert (placed.facts.shipment, s.order(placed).completed_at) == (Shipment.PARTLY, None)
    s.shop.book.fulfil(id, {line_of(placed): 2}, tracking="T2")
    s.run(5)
    assert parcels_told(placed) == [({line_of(placed): 1}, "T1"), ({line_of(placed): 2}, "T2")]
    assert (placed.facts.shipment, s.order(placed).completed_at is not None) == (Shipment.SHIPPED, True)
    s.rest()
    s.in_order()


def test_what_the_seller_told_by_hand_is_not_told_again(s: Story) -> None:
    placed, id = home(s)
    s.shop.posts = False
    parcel = s.shop.book.fulfil(id, tracking="AB 12")
    s.market.book.ship(ACCOUNT, placed.facts.id, parcel)
    s.shop.posts = True
    s.rest()
    assert len(placed.parcels) == 1
    assert s.order(placed).completed_at is not None


def test_a_shipment_whose_webhook_is_lost_is_told_within_six_hours(s: Story) -> None:
    placed, id = home(s)
    s.shop.book.fulfil(id, tracking="AB 12")
    s.shop.book.waiting.clear()
    s.run(3600)
    assert placed.parcels == []
    s.run(SIX_HOURS - 3600)
    assert parcels_told(placed) == [({line_of(placed): 1}, "AB12")]


def test_a_shipment_whose_webhook_is_lost_is_told_by_the_next_look_at_changed_orders(s: Story) -> None:
    placed, id = home(s)
    s.shop.book.fulfil(id, tracking="AB 12")
    s.shop.book.waiting.clear()
    s.run(240)
    s.world.tick("shop_orders")
    s.run(5)
    assert parcels_told(placed) == [({line_of(placed): 1}, "AB12")]
    assert s.order(placed).completed_at is not None
    s.run(75)  # the marketplace shows the shipment as its own change, which is compared once
    compared = s.fate.calls.count("shop.read_orders")
    for _ in range(11):
        s.world.tick("shop_orders")
        s.run(300)
    assert s.fate.calls.count("shop.read_orders") == compared


def test_a_change_in_the_shop_is_compared_once_however_often_it_is_looked_at(s: Story) -> None:
    placed, id = home(s, 2)
    s.shop.book.fulfil(id, {line_of(placed): 1}, tracking="AB 12")
    s.run(120)
    compared = s.fate.calls.count("shop.read_orders")
    for _ in range(11):
        s.world.tick("shop_orders")
        s.run(300)
    assert s.fate.calls.count("shop.read_orders") <= compared + 1
    assert (len(placed.parcels), s.order(placed).completed_at) == (1, None)


def test_a_look_at_changed_orders_that_is_refused_leaves_the_rest_to_the_next(s: Story) -> None:
    placed, id = home(s)
    s.shop.book.fulfil(id, tracking="AB 12")
    s.shop.book.waiting.clear()
    s.run(120)
    s.shop.plan.add(Fault("orders_changed", "status", times=2))
    for _ in range(2):
        s.world.tick("shop_orders")
        s.run(5)
    assert (placed.parcels, s.world.dead_letters()) == ([], [])
    s.world.tick("shop_orders")
    s.run(5)
    assert len(placed.parcels) == 1


def test_an_order_that_is_sent_out_before_its_id_is_saved_is_told_a_minute_later(s: Story) -> None:
    """An app of the shop fulfils each order as it is made; the webhook comes before we know whose it is."""

    def an_app_fulfils_it() -> None:
        s.shop.book.fulfil(s.the_one(placed).shown.id, tracking="T1")
        s.pump()
        s.world.deliver(Lane.SHOP_EVENTS)

    s.fate.meanwhile("shop.create_order.answered", an_app_fulfils_it)
    placed = s.buy("A")
    s.run(65)
    assert (s.order(placed).state, placed.parcels) == (ImportState.CREATED, [])
    s.run(60)
    assert parcels_told(placed) == [({line_of(placed): 1}, "T1")]
    s.rest()
    s.in_order()


def test_an_order_that_an_index_does_not_show_yet_is_told_a_minute_later(s: Story) -> None:
    orders = s.world.stores.orders
    orders.lagging_index = True
    placed = s.buy("A")
    s.run(90)
    s.shop.book.fulfil(s.the_one(placed).shown.id, tracking="T1")
    s.run(5)
    assert placed.parcels == []
    orders.catch_up()
    s.run(61)
    assert parcels_told(placed) == [({line_of(placed): 1}, "T1")]


def test_an_order_of_the_shops_own_is_asked_for_twice_and_then_left_alone(s: Story) -> None:
    s.shop.book.waiting.append((Hint(kind=HintKind.ORDER, id="4711"),))
    s.run(1)
    assert [one.confirm for one in s.world.queued() if isinstance(one, ShopEvent)] == [True]
    s.run(61)
    assert s.world.queued() == []


def test_the_same_hint_ten_times_over_tells_once(s: Story) -> None:
    placed, id = home(s)
    s.shop.book.fulfil(id, tracking="AB 12")
    s.shop.book.waiting *= 10
    s.world.stores.queues.newest_first = True
    s.pump()
    s.world.stores.queues.duplicate(Lane.SHOP_EVENTS)
    s.run(5)
    s.world.stores.queues.duplicate(Lane.FULFILLMENTS)
    s.rest()
    assert len(placed.parcels) == 1
    s.in_order()


def test_a_parcel_that_the_marketplace_refuses_says_so_and_is_not_told_again(s: Story) -> None:
    placed, id = home(s)
    s.market.book.change(placed, cancellation=Cancellation.REQUESTED)
    s.market.book.order_more(placed, 0, "0.00")  # nothing is left to send there
    s.shop.book.fulfil(id, tracking="AB 12")
    s.rest()
    s.run(SIX_HOURS)
    assert placed.parcels == []
    assert s.fate.calls.count("remote.ship") <= 1


def test_an_order_that_the_marketplace_no_longer_has_says_so_and_is_not_asked_for_every_half_minute(s: Story) -> None:
    placed, id = home(s)
    gone = s.market.book.placed.pop(s.key_of(placed))
    s.shop.book.fulfil(id, tracking="T1")
    s.run(3600)
    assert s.notices(placed) == ["relay_refused"]
    assert s.fate.calls.count("remote.shipments") == 1
    s.market.book.placed[s.key_of(placed)] = gone
    s.run(SIX_HOURS)
    assert (parcels_told(placed), s.notices(placed)) == ([({line_of(placed): 1}, "T1")], [])
    s.rest()
    s.in_order()


def test_a_marketplace_that_is_away_for_hours_is_asked_ever_more_seldom(s: Story) -> None:
    placed, id = home(s)
    s.market.plan.add(Fault("shipments", "drop_before", times=14))
    s.shop.book.fulfil(id, tracking="T1")
    s.run(600)
    assert s.fate.calls.count("remote.shipments") == 5  # at once, and after 30, 90, 210 and 450 seconds
    s.run(3 * 3600)
    assert parcels_told(placed) == [({line_of(placed): 1}, "T1")]
    s.rest()
    s.in_order()


def test_a_fulfilment_that_was_taken_back_after_it_was_told_is_the_sellers_to_correct(s: Story) -> None:
    placed, id = home(s, 2)
    parcel = s.shop.book.fulfil(id, {line_of(placed): 1}, tracking="T1")
    s.run(5)
    s.shop.book.take_back(id, parcel.id)
    s.run(5)
    assert s.notices(placed) == ["parcel_taken_back"]
    assert len(placed.parcels) == 1


def test_where_another_tool_relays_nothing_is_told_and_the_order_ends_all_the_same(s: Story) -> None:
    edit_account(s, relay_fulfillments=False)
    placed, id = home(s)
    s.shop.book.fulfil(id, tracking="AB 12")
    s.rest()
    assert (placed.parcels, "remote.ship" in s.fate.calls) == ([], False)
    assert s.order(placed).completed_at is not None


# ---- two orders, two accounts ----


def test_two_orders_for_the_last_unit_are_both_shown_and_both_in_the_shop() -> None:
    s = story(accounts=2)
    s.sell("A", 1, accounts=(ACCOUNT, SECOND))
    first, second = s.buy("A"), s.buy("A", account=SECOND)
    s.rest()
    for placed in (first, second):
        notice = s.order(placed).notices[0]
        assert (notice.code, notice.params["sku"], notice.params["orders"]) == (
            "oversold",
            "A",
            ", ".join(sorted([first.facts.id, second.facts.id])),
        )
    assert (s.shop.stock("A"), s.shown("A"), s.shown("A", SECOND)) == (-1, 0, 0)
    s.in_order()


def test_an_order_on_one_account_is_held_on_the_other_before_the_shop_knows() -> None:
    s = story(accounts=2)
    s.sell("A", 1, accounts=(ACCOUNT, SECOND))
    s.shop.plan.add(Fault("look_for_order", "status", times=3))
    placed = s.buy("A")
    s.run(61)
    assert (s.shop.stock("A"), s.made(placed)) == (1, [])
    assert (s.shown("A"), s.shown("A", SECOND)) == (0, 0)
    s.rest()
    s.in_order()


def test_one_order_number_on_two_accounts_of_one_marketplace_never_happens_but_would_be_one_shop_order() -> None:
    """The mark is the marketplace's own number, so that a deployment created again finds its orders again."""
    s = story(accounts=2)
    s.sell("A", 5, accounts=(ACCOUNT, SECOND))
    for account in (ACCOUNT, SECOND):
        s.buy("A", account=account, id="R-SAME")
    s.rest()
    assert len(s.shop.book.made) == 1


def test_an_account_whose_credentials_died_stops_no_other_and_catches_up_when_it_is_back() -> None:
    s = story(accounts=2)
    s.sell("A", 5, accounts=(ACCOUNT, SECOND))
    s.market.dead_accounts.add(ACCOUNT)
    mine, other = s.buy("A"), s.buy("A", account=SECOND)
    s.run(130)
    assert (s.find(mine), len(s.made(other))) == (None, 1)
    s.market.dead_accounts.clear()
    store = s.world.stores.configuration
    store.save(store.get(Account, ACCOUNT).model_copy(update={"state": ConnectionState.ACTIVE}))
    s.rest()
    assert len(s.made(mine)) == 1
    s.in_order()
