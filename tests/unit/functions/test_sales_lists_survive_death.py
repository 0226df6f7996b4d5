"""Workers that die between any two writes while a sales list is filled or emptied: what is left is completed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from listbridge.domain.configuration import SalesList
from listbridge.domain.ids import AccountId, ListingKey, ProductId, SalesListId, ShopId, Site, Sku
from listbridge.domain.jobs import JobState
from listbridge.services.listings.items.add_items import run_add_items_chunk, start_adding
from listbridge.services.listings.items.remove_items import remove_items
from tests.fakes.cuts import CutAt, WorkerDied, no_cut
from tests.unit.functions.installation import SITE, Installation


def _set_up(installation: Installation) -> tuple[str, str, str]:
    shop = installation.connect_shop()
    account = installation.connect_account(shop)
    return shop, account, installation.make_list(account)


def _die_at(installation: Installation, nth: int, act: Callable[[], Any]) -> bool:
    """Run with a death before the n-th write; False when there are fewer writes than that."""
    installation.stores.cut.hook = CutAt(nth)
    try:
        act()
    except WorkerDied:
        return True
    finally:
        installation.stores.cut.hook = no_cut
    return False


def _state(installation: Installation, shop: str, product: str) -> tuple[Any, ...]:
    """What must come out the same, wherever a worker died."""
    deps = installation.deps
    rows = deps.listings.of_list(deps.configuration.all(SalesList)[0].id, None, 100)[0]
    variants = deps.variants.of_product(ShopId(shop), ProductId(product))
    items = deps.items.of_product(ShopId(shop), ProductId(product))
    return (
        sorted((row.key.sku, row.status, row.computed.quantity, str(row.computed.price)) for row in rows),
        sorted((variant.facts.sku, len(variant.listings)) for variant in variants),
        sorted((item.sku, item.listing is not None, item.problem.code if item.problem else "") for item in items),
    )


def _every_death(history: Callable[[Installation, int], bool]) -> int:
    """Play the history again for each write that it makes, with a death before that write; how many there were."""
    nth = 1
    while history(Installation(), nth):
        nth += 1
    return nth - 1


@pytest.mark.usefixtures("installation")
def test_adding_that_dies_anywhere_is_completed_by_the_next_run() -> None:
    assert _every_death(_adding) == 20


def _adding(installation: Installation, nth: int) -> bool:
    shop, _, sales_list = _set_up(installation)
    product = installation.add_product("A1", "A2", "", "A2")
    document = installation.deps.configuration.get(SalesList, sales_list)
    job = start_adding(installation.deps, document, [ProductId(product)], "kim")
    died = _die_at(
        installation, nth, lambda: run_add_items_chunk(installation.deps, installation.deps.jobs.get(job.id))
    )
    installation.run()
    assert _state(installation, shop, product) == (
        [("A1", "not_active", 7, "12.50 EUR"), ("A2", "not_active", 7, "12.50 EUR")],
        [("", 0), ("A1", 1), ("A2", 0), ("A2", 1)],
        [("", False, "sku_missing"), ("A1", True, ""), ("A2", False, "sku_duplicate"), ("A2", True, "")],
    )
    done = installation.deps.jobs.get(job.id)
    assert (done.state, done.done, done.failed) == (JobState.DONE, 1, 0)
    return died


@pytest.mark.usefixtures("installation")
def test_removing_that_dies_anywhere_frees_the_sku_and_keeps_the_next_list_bound() -> None:
    assert _every_death(_removing) == 9


def _removing(installation: Installation, nth: int) -> bool:
    shop, account, first = _set_up(installation)
    body = {"name": "Second", "account": account, "site": SITE}
    second = SalesListId(installation.post("/sales-lists", body)["id"])
    product = installation.add_product("A1")
    installation.add_items(first, product)
    installation.add_items(second, product)
    deps = installation.deps
    document = deps.configuration.get(SalesList, first)
    (item,) = deps.items.of_list(document.id, None, 10)[0]

    died = _die_at(installation, nth, lambda: remove_items(deps, document, [item], "kim"))
    for left in deps.items.of_list(document.id, None, 10)[0]:  # the seller sees it there still, and asks again
        remove_items(deps, document, [left], "kim")

    key = ListingKey(AccountId(account), Site(SITE), Sku("A1"))
    assert deps.items.of_list(document.id, None, 10)[0] == []
    (taken,) = deps.items.of_list(second, None, 10)[0]
    assert (taken.listing, taken.problem) == (key, None)
    assert deps.listings.get(key).sales_list == second
    (variant,) = deps.variants.of_product(ShopId(shop), ProductId(product))
    assert variant.listings == {key}
    return died


def test_a_list_that_takes_the_sku_while_it_is_being_freed_keeps_its_variant_bound(installation: Installation) -> None:
    shop, account, first = _set_up(installation)
    second = installation.post("/sales-lists", {"name": "Second", "account": account, "site": SITE})["id"]
    product = installation.add_product("A1")
    installation.add_items(first, product)
    deps = installation.deps
    document = deps.configuration.get(SalesList, first)
    (item,) = deps.items.of_list(document.id, None, 10)[0]

    def meanwhile(write: str) -> None:
        if write == "variants.unbind":  # the row is gone, the variant still names it
            installation.stores.cut.hook = no_cut
            installation.add_items(second, product)

    installation.stores.cut.hook = meanwhile
    remove_items(deps, document, [item], "kim")
    (variant,) = deps.variants.of_product(ShopId(shop), ProductId(product))
    assert variant.listings == {ListingKey(AccountId(account), Site(SITE), Sku("A1"))}
    assert deps.listings.get(next(iter(variant.listings))).sales_list == second
