"""Several sales lists of one region: sites of one stock settle on the lowest quantity in few writes, the explanation names who
decides, and a second list of the same site sells nothing twice (protocol.md#write-units, protocol.md#publishing)."""

from __future__ import annotations

import random

import pytest

from listbridge.domain.configuration import QuantityRule, Rules, SalesList
from listbridge.domain.ids import ListingKey, ProfileId, SalesListId, Site
from listbridge.domain.jobs import Job, JobState
from listbridge.domain.work import PublishKind
from listbridge.services.catalog.recompute import Recompute
from listbridge.services.desk.explain_listing import explain_listing
from listbridge.services.listings.items.add_items import start_adding
from tests.fakes.world import ACCOUNT, CREATION
from tests.faults.amazon_region import DE, FR, PATCH, PUT, SECOND, Region, region

pytestmark = pytest.mark.timeout(900)
THIRD = SalesListId("list_3")


def two_sites(r: Region, *, cap: int) -> tuple[ListingKey, ListingKey]:
    (here,) = r.p.sell("MUG", stock=9)
    (there,) = r.also_on(FR, r.p.products["MUG"], cap=cap)
    r.rest()
    return here, there


def decides(r: Region, key: ListingKey) -> list[tuple[str, str, str]]:
    """Who else decides on a listing's quantity, as its explanation says it."""
    trace = explain_listing(r.p.world.deps, key).quantity.trace
    return [(line.step, line.value, line.result) for line in trace if line.step == "shared_stock"]


def test_the_explanation_names_the_site_that_decides_and_no_other() -> None:
    r = region(DE, FR)
    here, there = two_sites(r, cap=3)
    assert r.stock("MUG") == 3
    assert decides(r, here) == [("shared_stock", "AMAZON_FR", "3")]
    assert decides(r, there) == []
    r.p.shop.set_stock("MUG", 2)
    r.p.run(900)
    assert (r.stock("MUG"), decides(r, here), decides(r, there)) == (2, [], [])


def test_a_rule_that_changes_on_one_site_moves_the_stock_of_all_in_one_write() -> None:
    r = region(DE, FR)
    here, there = two_sites(r, cap=3)
    store, before = r.p.world.stores.configuration, len(r.quantities("MUG"))
    rules = Rules(quantity=QuantityRule(mode="cap", value=6))  # type: ignore[arg-type]
    store.save(store.get(SalesList, SECOND).model_copy(update={"rules": rules}))
    Recompute(r.p.world.deps).listings([there])
    r.p.world.tick("due")
    r.p.run(900)
    assert (r.stock("MUG"), r.quantities("MUG")[before:]) == (6, [6])
    assert decides(r, here) == [("shared_stock", "AMAZON_FR", "6")]


@pytest.mark.parametrize("seed", range(3))
def test_stocks_and_caps_that_change_at_random_settle_on_the_lowest_in_few_writes(seed: int) -> None:
    r = region(DE, FR)
    here, there = two_sites(r, cap=3)
    chance, store = random.Random(seed), r.p.world.stores.configuration
    before, changes, stock, cap = len(r.quantities("MUG")), 0, 9, 3
    for _ in range(12):
        if chance.random() < 0.3:
            cap = chance.randrange(7)
            rules = Rules(quantity=QuantityRule(mode="cap", value=cap))  # type: ignore[arg-type]
            store.save(store.get(SalesList, SECOND).model_copy(update={"rules": rules}))
            Recompute(r.p.world.deps).listings([there])
        else:
            stock = chance.randrange(9)
            r.p.shop.set_stock("MUG", stock)
        changes += 1
        r.p.run(chance.choice([2, 20, 120]))
    r.rest()
    assert r.stock("MUG") == min(stock, cap)
    assert [r.p.world.row(key).computed.quantity for key in (here, there)] == [min(stock, cap)] * 2
    assert len(r.quantities("MUG")) - before <= 2 * changes
    quiet = r.calls()[PATCH]
    r.p.run(3600)
    assert r.calls()[PATCH] == quiet
    r.in_step()


def a_second_list(r: Region, site: Site) -> Job:
    """Another list sells the same product on the same site, with rules of its own."""
    store = r.p.world.stores.configuration
    store.save(
        SalesList(
            id=THIRD,
            name="Once more",
            account=ACCOUNT,
            site=site,
            profile=ProfileId("profile_1"),
            creation_profile=CREATION,
            rules=Rules(quantity=QuantityRule(mode="cap", value=1)),  # type: ignore[arg-type]
        )
    )
    job = start_adding(r.p.world.deps, store.get(SalesList, THIRD), [r.p.products["MUG"]], "kim")
    r.p.world.settle(hours=1)
    return r.p.world.stores.jobs.get(job.id)


def test_the_same_item_in_a_second_list_of_the_site_is_held_and_never_sent() -> None:
    r = region()
    (key,) = r.p.sell("MUG", stock=9)
    job = a_second_list(r, DE)
    [item] = r.p.world.stores.items.of_list(THIRD, None, 10)[0]
    assert item.problem is not None
    assert (job.state, item.listing, item.problem.code) == (JobState.FAILED, None, "sold_by_other_list")
    assert (item.problem.params["list"], item.problem.fix) == ("List", "remove_from_other_list")
    before = (r.calls()[PUT], r.calls()[PATCH])
    r.p.world.action(PublishKind.SEND, r.p.products["MUG"], sales_list=THIRD)
    r.rest()
    assert (r.calls()[PUT], r.calls()[PATCH]) == before
    assert (r.stock("MUG"), r.p.world.row(key).computed.quantity, r.p.market.ever_made()) == (9, 9, 1)
    r.in_step()


def test_two_lists_of_one_site_beside_one_of_another_settle_on_the_lowest_of_those_that_sell() -> None:
    """The list that is held has the lowest rule of all, and decides nothing."""
    r = region(DE, FR)
    here, there = two_sites(r, cap=3)
    a_second_list(r, FR)
    r.p.shop.set_stock("MUG", 7)
    r.p.run(900)
    assert r.stock("MUG") == 3
    assert decides(r, here) == [("shared_stock", "AMAZON_FR", "3")]
    assert r.p.world.row(there).sales_list == SECOND
    r.in_step()
