"""One (account, site, SKU) has at most one live listing, wherever its publishing is cut and no matter who else tries
(promises.md#p4)."""

from __future__ import annotations

from itertools import count

import pytest

from listbridge.domain.configuration import SalesList
from listbridge.domain.ids import ListingKey, ProductId, ProfileId, SalesListId
from listbridge.domain.jobs import JobState
from listbridge.domain.listings.listing import Status
from listbridge.domain.listings.sales_list_items import Item
from listbridge.domain.money import Money
from listbridge.domain.problem import Problem
from listbridge.domain.work import Lane, PublishKind
from simulators.faults import Fault
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.world import SHOP

SIX = ("A", "B", "C", "D", "E", "F")
P1, OTHER_LIST = ProductId("p1"), SalesListId("list_2")


@pytest.fixture
def s() -> Scripted:
    return scripted_world()


def one_of_each(s: Scripted, keys: list[ListingKey], stock: int = 5) -> None:
    """Each key has exactly one live listing, in step with the shop, and nothing waits or is lost."""
    assert [s.market.shown(key) for key in keys] == [(stock, "10.00")] * len(keys)
    assert {s.world.row(key).status for key in keys} == {Status.ACTIVE}
    assert len({s.world.row(key).remote for key in keys}) == 1
    assert s.world.dead_letters() == []
    assert s.world.silent_rows() == []


def drafts(s: Scripted) -> int:
    return len(s.market.offers)


def test_sending_twice_makes_one(s: Scripted) -> None:
    keys = s.world.add(s.shop.put("p1", *SIX).product)
    s.world.action(PublishKind.SEND, P1, deliver=False)
    s.world.action(PublishKind.SEND, P1)
    s.world.settle()
    one_of_each(s, keys)
    assert drafts(s) == 6


@pytest.mark.parametrize("call", ["create", "put_values", "go_live"])
def test_two_workers_at_once_make_one(s: Scripted, call: str) -> None:
    keys = s.world.add(s.shop.put("p1", *SIX).product)
    s.world.action(PublishKind.SEND, P1, deliver=False)
    s.world.action(PublishKind.SEND, P1, deliver=False)
    s.fate.meanwhile(f"remote.{call}", lambda: s.world.deliver(Lane.PUBLISH))
    s.world.deliver(Lane.PUBLISH)
    s.world.settle()
    one_of_each(s, keys)
    assert drafts(s) == 6


@pytest.mark.parametrize("kind", ["drop_after", "drop_before", "html", "delay"])
@pytest.mark.parametrize("call", ["create", "put_values", "go_live"])
def test_an_answer_that_was_lost_makes_one(s: Scripted, call: str, kind: str) -> None:
    keys = s.world.add(s.shop.put("p1", *SIX).product)
    s.market.plan.add(Fault(call, kind, skip=1 if call != "go_live" else 0))  # type: ignore[arg-type]
    job = s.world.action(PublishKind.SEND, P1)
    s.world.run(5)
    s.market.land_late_calls()  # and is seen within settle_s of its sending, as the manifest promises
    s.world.settle()
    one_of_each(s, keys)
    assert drafts(s) == 6
    assert s.world.stores.jobs.get(job).state is JobState.DONE


def test_a_six_variant_product_cut_at_every_call_of_its_publishing_becomes_one_listing() -> None:
    """Every call to the marketplace and every write of ours, both sides of each: no point is left out."""
    cuts = 0
    for cut in count(1):
        s = scripted_world()
        keys = s.world.add(s.shop.put("p1", *SIX).product)
        job = s.world.action(PublishKind.SEND, P1, deliver=False)
        s.fate.die_in(cut)
        s.world.deliver(Lane.PUBLISH)
        if s.world.deaths == 0:
            break
        cuts += 1
        s.world.settle()
        one_of_each(s, keys)
        assert drafts(s) == 6, f"cut {cut} before {s.fate.calls[cut - 1]}"
        assert s.world.stores.jobs.get(job).state is JobState.DONE, f"cut {cut}"
    assert cuts > 80


def test_a_stop_cut_at_every_call_ends_it_once_and_its_job() -> None:
    for cut in count(1):
        s = scripted_world()
        keys = s.world.sell(s.shop.put("p1", "A", "B").product)
        job = s.world.action(PublishKind.STOP, P1, deliver=False)
        s.fate.die_in(cut)
        s.world.deliver(Lane.PUBLISH)
        if s.world.deaths == 0:
            break
        s.world.settle()
        assert [s.market.shown(key) for key in keys] == [None, None]
        assert {s.world.row(key).status for key in keys} == {Status.STOPPED}
        assert s.world.stores.jobs.get(job).state is JobState.DONE, f"cut {cut}"


def test_what_was_stopped_and_sent_again_is_one(s: Scripted) -> None:
    keys = s.world.sell(s.shop.put("p1", "A", "B").product)
    s.world.action(PublishKind.STOP, P1)
    s.world.action(PublishKind.RELIST, P1)
    s.world.settle()
    one_of_each(s, keys)


def test_a_stop_in_the_middle_of_a_sending_leaves_nothing_live(s: Scripted) -> None:
    """The sending went live, but its worker died before it could note it; then the seller stops."""
    keys = s.world.add(s.shop.put("p1", "A", "B").product)
    s.world.action(PublishKind.SEND, P1, deliver=False)
    s.fate.die_before("remote.go_live.answered")
    s.world.deliver(Lane.PUBLISH)
    assert s.market.shown(keys[0]) == (5, "10.00")
    s.world.action(PublishKind.STOP, P1, deliver=False)
    s.world.stores.clock.advance(61)
    s.world.deliver_all()  # the sending comes again too, for its worker is dead
    assert [s.market.shown(key) for key in keys] == [None, None]


def test_what_the_seller_listed_by_hand_is_linked_and_not_listed_again(s: Scripted) -> None:
    product = s.shop.put("p1", "A").product
    key = s.world.add(product)[0]
    price = s.shop.products[product].variants[0].price
    assert isinstance(price, Money)
    s.market.sell_elsewhere(key, 2, price)
    s.world.action(PublishKind.SEND, product)
    s.world.settle()
    row = s.world.row(key)
    assert (len(s.market.live(key)), row.status, row.hold and row.hold.code) == (1, Status.ACTIVE, "not_aligned")
    assert s.market.shown(key) == (2, "10.00")
    assert s.market.sent == []


def test_linking_cut_at_every_call_links_all_and_lists_nothing_again() -> None:
    for cut in count(1):
        s = scripted_world()
        product = s.shop.put("p1", "A", "B").product
        keys = s.world.add(product)
        for key in keys:
            s.market.sell_elsewhere(key, 2, s.shop.products[product].variants[0].price)  # type: ignore[arg-type]
        s.world.action(PublishKind.SEND, product, deliver=False)
        s.fate.die_in(cut)
        s.world.deliver(Lane.PUBLISH)
        if s.world.deaths == 0:
            break
        s.world.settle()
        assert [len(s.market.live(key)) for key in keys] == [1, 1], f"cut {cut}"
        assert {s.world.row(key).hold and s.world.row(key).hold.code for key in keys} == {"not_aligned"}  # type: ignore[union-attr]


def test_a_sale_during_the_publishing_of_a_new_listing_reaches_it(s: Scripted) -> None:
    keys = s.world.add(s.shop.put("p1", *SIX).product)
    s.world.action(PublishKind.SEND, P1, deliver=False)

    def a_sale() -> None:
        s.shop.set("A", stock=0)
        s.world.hint(P1)
        s.world.deliver(Lane.SHOP_EVENTS)

    s.fate.meanwhile("remote.go_live", a_sale)
    s.world.deliver(Lane.PUBLISH)
    s.world.deliver_all()
    assert s.market.shown(keys[0]) == (0, "10.00")


def test_a_product_that_left_the_shop_while_it_waited_is_not_listed(s: Scripted) -> None:
    keys = s.world.add(s.shop.put("p1", "A").product)
    del s.shop.products[P1]
    s.world.action(PublishKind.SEND, P1)
    s.world.settle()
    row = s.world.row(keys[0])
    assert (row.status, row.hold and row.hold.code, s.market.offers) == (Status.ERROR, "product_gone", [])


def test_a_removal_cut_at_every_call_leaves_neither_row_nor_item_nor_listing_and_the_next_list_takes_over() -> None:
    for cut in count(1):
        s = scripted_world()
        keys = s.world.sell(s.shop.put("p1", "A", "B").product)
        wait_for_the_sku(s, keys[0])
        s.world.action(PublishKind.STOP, P1, deliver=False)
        stored = next(iter(s.world.stores.queues._stored[Lane.PUBLISH].values()))
        stored.body = stored.body.replace('"remove":false', '"remove":true')
        s.fate.die_in(cut)
        s.world.deliver(Lane.PUBLISH)
        if s.world.deaths == 0:
            break
        s.world.settle()
        assert [s.market.shown(key) for key in keys] == [None, None]
        assert [(row.key, row.sales_list, row.status) for row in s.world.rows()] == [
            (keys[0], OTHER_LIST, Status.NOT_ACTIVE)
        ], f"cut {cut}"
        items = s.world.stores.items.of_product(SHOP, P1)
        assert [(item.sales_list, item.listing) for item in items] == [(OTHER_LIST, keys[0])], f"cut {cut}"


def wait_for_the_sku(s: Scripted, key: ListingKey) -> None:
    """Another list of the account and site has the variant too, and may not sell it as long as the first one does."""
    stores = s.world.stores
    stores.configuration.save(
        SalesList(id=OTHER_LIST, name="other", account=key.account, site=key.site, profile=ProfileId("profile_1"))
    )
    variant = s.world.row(key).variant
    problem = Problem("sold_by_other_list", {"sku": key.sku, "list": "first"})
    stores.items.put(Item(OTHER_LIST, variant, key.sku, problem=problem))
