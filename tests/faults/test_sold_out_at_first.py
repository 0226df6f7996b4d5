"""A product that is sold out when it is first sent waits for stock, and goes on sale when there is some."""

from __future__ import annotations

from decimal import Decimal

import pytest

from listbridge.domain.configuration import Account, Profile, QuantityMode, QuantityRule, Rules, Shop
from listbridge.domain.ids import ProductId, ProfileId, SalesListId
from listbridge.domain.jobs import JobState, Outcome
from listbridge.domain.listings.listing import Status
from listbridge.domain.problem import Problem
from listbridge.domain.work import PublishKind
from listbridge.services.configuration.change_configuration import propose
from listbridge.services.desk import messages
from listbridge.services.desk.explain_listing import explain_listing
from listbridge.services.listings.act.relink import relink_product
from listbridge.services.listings.action_rules import Action, hindrance
from simulators.faults import Fault
from tests.fakes.world import ACCOUNT, SHOP
from tests.faults.order_stories import SECOND, edit_account, story
from tests.faults.pair import Pair, pair


def sent_empty(*skus: str) -> tuple[Pair, ProductId]:
    p = pair()
    product = p.add_product(*skus, stock=0)
    p.world.add(product)
    return p, product


def holds(p: Pair, *skus: str) -> set[tuple[Status, str]]:
    rows = [p.world.row(p.key(sku)) for sku in skus]
    return {(row.status, row.hold.code if row.hold else "") for row in rows}


def restock(p: Pair, sku: str, stock: int) -> None:
    p.set(sku, stock=stock)
    p.rest()


@pytest.mark.parametrize("skus", [("A",), ("A", "B", "C")])
def test_it_waits_with_words_instead_of_an_error_and_nothing_goes_on_sale(skus: tuple[str, ...]) -> None:
    p, product = sent_empty(*skus)
    job = p.world.action(PublishKind.SEND, product)
    p.rest()
    assert holds(p, *skus) == {(Status.NOT_ACTIVE, "waits_for_stock")}
    assert p.live() == []
    done = p.world.deps.jobs.get(job)
    entries, _ = p.world.deps.jobs.entries(job, None, 10)
    assert done.state is JobState.DONE
    assert {(e.outcome, e.reason.code if e.reason else "") for e in entries} == {(Outcome.SKIPPED, "waits_for_stock")}
    story = explain_listing(p.world.deps, p.key(skus[0]))
    assert story.reason is not None
    assert messages.text(story.reason) == "It is sold out. It goes on sale automatically when stock arrives."
    assert story.next == Problem("next_restocked")
    assert not p.world.dead_letters()


@pytest.mark.parametrize("skus", [("A",), ("A", "B", "C")])
def test_it_goes_on_sale_by_itself_when_stock_arrives(skus: tuple[str, ...]) -> None:
    p, product = sent_empty(*skus)
    p.world.action(PublishKind.SEND, product)
    restock(p, skus[0], 4)
    assert p.shown(skus[0]) == (4, Decimal("10.00"))
    assert holds(p, *skus) == {(Status.ACTIVE, "")}
    assert len(p.live()) == 1
    p.in_step()


def test_stock_that_comes_and_goes_at_once_leaves_it_waiting() -> None:
    p, product = sent_empty("A")
    p.world.action(PublishKind.SEND, product)
    for stock in (3, 0):
        p.set("A", stock=stock)
    p.rest()
    assert holds(p, "A") == {(Status.NOT_ACTIVE, "waits_for_stock")}
    assert p.live() == []
    restock(p, "A", 2)
    assert p.shown("A") == (2, Decimal("10.00"))


def test_a_last_unit_that_goes_while_the_offer_is_made_leaves_it_waiting_too() -> None:
    p = pair()
    product = p.add_product("A", stock=1)
    p.world.add(product)
    p.fate.meanwhile("remote.PUT.A", lambda: (p.set("A", stock=0), p.pump(), p.world.deliver_all()))
    p.world.action(PublishKind.SEND, product)
    p.rest()
    if p.live():  # it was in time after all: then the zero follows
        assert p.shown("A") == (0, Decimal("10.00"))
    else:
        assert holds(p, "A") == {(Status.NOT_ACTIVE, "waits_for_stock")}
    restock(p, "A", 5)
    assert p.shown("A") == (5, Decimal("10.00"))


def test_a_rule_that_gives_stock_ends_the_wait_as_well() -> None:
    p, product = sent_empty("A")
    p.world.action(PublishKind.SEND, product)
    p.rest()
    deps = p.world.deps
    profile = deps.configuration.get(Profile, ProfileId("profile_1"))
    fixed = Rules(quantity=QuantityRule(mode=QuantityMode.FIXED, value=3, sell_without_stock=True))
    propose(deps, profile.model_copy(update={"rules": fixed}), "seller")
    p.rest()
    assert p.shown("A") == (3, Decimal("10.00"))


def test_the_stock_of_a_cancelled_order_ends_the_wait_as_well() -> None:
    s = story(accounts=2)
    edit_account(s, create_orders=False)
    s.sell("A", 1)
    product = ProductId("pA")
    placed = s.buy("A")
    s.run(120)
    s.world.add(product, sales_list=SalesListId("list_2"))
    s.world.action(PublishKind.SEND, product, sales_list=SalesListId("list_2"))
    s.run(60)
    row = s.world.row(s.world.key("A", SECOND))
    assert (row.status, row.hold and row.hold.code) == (Status.NOT_ACTIVE, "waits_for_stock")
    assert s.shown("A", SECOND) is None
    s.market.book.cancel(placed)
    s.rest()
    assert s.shown("A", SECOND) == 1


def test_relisting_what_is_sold_out_waits_and_stays_stopped_until_then() -> None:
    p = pair()
    product = p.add_product("A", stock=2)
    p.world.sell(product)
    p.world.action(PublishKind.STOP, product)
    p.set("A", stock=0)
    p.rest()
    p.world.action(PublishKind.RELIST, product)
    p.rest()
    assert holds(p, "A") == {(Status.STOPPED, "waits_for_stock")}
    restock(p, "A", 6)
    assert p.shown("A") == (6, Decimal("10.00"))


def test_a_person_can_end_the_wait_and_then_stock_changes_nothing() -> None:
    p, product = sent_empty("A")
    p.world.action(PublishKind.SEND, product)
    p.rest()
    row = p.world.row(p.key("A"))
    account = p.world.deps.configuration.get(Account, ACCOUNT)
    assert hindrance(Action.STOP, row, account) is None
    p.world.action(PublishKind.STOP, product)
    p.rest()
    assert holds(p, "A") == {(Status.STOPPED, "")}
    restock(p, "A", 6)
    assert p.live() == []


def test_one_variation_with_stock_takes_its_sold_out_siblings_along() -> None:
    p = pair()
    product = p.add_product("A", "B", stock=0)
    p.set("A", stock=2)
    p.world.add(product)
    p.world.action(PublishKind.SEND, product)
    p.rest()
    assert holds(p, "A", "B") == {(Status.ACTIVE, "")}
    assert p.shown("A") == (2, Decimal("10.00"))


@pytest.mark.parametrize("ebay", ["takes_no_token", "is_down"])
def test_stock_that_comes_while_the_marketplace_cannot_be_reached_is_sold_afterwards(ebay: str) -> None:
    p, product = sent_empty("A")
    p.world.action(PublishKind.SEND, product)
    if ebay == "is_down":
        p.ebay.faults.add(Fault("*", "status", status=503, times=100_000))
    else:
        p.ebay.deeds.revoke_token("anna")
        p.ebay.deeds.expire_tokens()
    p.set("A", stock=4)
    p.pump()
    p.world.run(2 * 3600)
    assert (holds(p, "A"), p.live()) == ({(Status.NOT_ACTIVE, "waits_for_stock")}, [])
    p.settle()
    assert p.shown("A") == (4, Decimal("10.00"))
    assert holds(p, "A") == {(Status.ACTIVE, "")}
    p.in_step()


def test_a_product_made_anew_while_the_account_is_not_connected_is_sold_afterwards() -> None:
    p = pair()
    product = p.add_product("A")
    p.world.sell(product)
    p.shopify.deeds.delete_product(product)
    p.rest()
    p.ebay.deeds.revoke_token("anna")
    p.ebay.deeds.expire_tokens()
    shop = p.world.stores.configuration.get(Shop, SHOP)
    relink_product(p.world.deps, shop, p.add_product("A", title="Mug again", stock=3), "anna")
    p.world.run(600)
    assert (holds(p, "A"), p.live()) == ({(Status.STOPPED, "relinked")}, [])
    p.settle()
    assert p.shown("A") == (3, Decimal("10.00"))


def test_what_a_person_sent_and_the_account_could_not_take_says_so() -> None:
    p = pair()
    product = p.add_product("A")
    p.world.add(product)
    p.ebay.deeds.revoke_token("anna")
    p.ebay.deeds.expire_tokens()
    p.world.action(PublishKind.SEND, product)
    p.world.run(600)
    assert holds(p, "A") == {(Status.ERROR, "ebay_token_refused")}
