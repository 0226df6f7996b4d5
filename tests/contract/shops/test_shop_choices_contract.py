"""Products that are chosen by what they have in common, before the simulator of every shop platform."""

from __future__ import annotations

import pytest

from listbridge.domain.ids import ProductId
from listbridge.domain.ports import ShopAdapter
from listbridge.domain.product_choice import ChosenBy, ProductChoice
from listbridge.domain.verdicts import RetryLater
from tests.contract.shops.staging import StagedShop, wait_out


def chosen(
    shop: StagedShop, by: ChosenBy, value: str = "", adapter: ShopAdapter | None = None
) -> tuple[list[ProductId], set[int | None]]:
    """All pages, and what each said of the count, waiting where the shop says so."""
    opened = adapter or shop.open()
    found: list[ProductId] = []
    totals: set[int | None] = set()
    cursor: str | None = None
    while True:
        try:
            page = opened.chosen(ProductChoice(by=by, value=value), cursor)
        except RetryLater as limited:
            wait_out(shop, limited)
            continue
        found += page.products
        totals.add(page.total)
        cursor = page.cursor
        if cursor is None:
            return found, totals


def test_a_vendor_a_tag_a_text_and_the_whole_catalogue_are_chosen(shop: StagedShop):
    mug, cup, bowl = (shop.add_product(sku, title=title).product for sku, title in TITLES.items())
    shop.describe(mug, vendor="Acme", tags=["summer sale", "blue"])
    shop.describe(cup, vendor="Acme Ltd", tags=["summer"])
    shop.describe(bowl, vendor="Acme", tags=["summer sale"])
    adapter = shop.open()
    assert chosen(shop, ChosenBy.VENDOR, "Acme", adapter) == ([mug, bowl], {2})
    assert chosen(shop, ChosenBy.TAG, "summer sale", adapter) == ([mug, bowl], {2})
    assert chosen(shop, ChosenBy.SEARCH, "cup", adapter) == ([cup], {1})
    assert chosen(shop, ChosenBy.CATALOGUE, "", adapter) == ([mug, cup, bowl], {3})


TITLES = {"MUG-1": "Blue mug", "CUP-1": "Blue cup", "BOWL-1": "Red bowl"}


def test_more_than_a_page_holds_is_chosen_once_each_in_few_requests(shop: StagedShop):
    shop.fill(products=520, variants=1)
    found, totals = chosen(shop, ChosenBy.CATALOGUE)
    assert len(set(found)) == len(found) == 520
    assert totals == {520}
    assert shop.calls() <= 11


@pytest.mark.parametrize("by", [ChosenBy.SEARCH, ChosenBy.TAG, ChosenBy.VENDOR])
@pytest.mark.parametrize("value", ["spoon", '"', "\\", 'x" OR vendor:"Acme', "status:active", "*", "💥", "x" * 200])
def test_what_no_product_has_finds_none_and_never_everything(shop: StagedShop, by: ChosenBy, value: str):
    shop.describe(shop.add_product("MUG-1").product, vendor="Acme", tags=["blue"])
    assert chosen(shop, by, value) == ([], {0})


@pytest.mark.parametrize("value", ['12" Records', "O'Neill", "a\\b", "Krug & Söhne", "AND"])
def test_a_vendor_and_a_tag_are_found_whatever_they_are_written_with(shop: StagedShop, value: str):
    made, other = shop.add_product("MUG-1").product, shop.add_product("MUG-2").product
    shop.describe(made, vendor=value, tags=[value])
    shop.describe(other, vendor="Acme", tags=["blue"])
    assert chosen(shop, ChosenBy.VENDOR, value) == ([made], {1})
    assert chosen(shop, ChosenBy.TAG, value) == ([made], {1})


def test_a_page_that_cannot_be_read_is_an_error_and_not_the_end(shop: StagedShop):
    shop.fill(products=260, variants=1)
    adapter, choice = shop.open(), ProductChoice(by=ChosenBy.CATALOGUE)
    first = adapter.chosen(choice, None)
    assert first.cursor is not None
    shop.fail(502)
    with pytest.raises(RetryLater):
        adapter.chosen(choice, first.cursor)
    shop.recover()
    again = adapter.chosen(choice, first.cursor)
    assert not set(again.products) & set(first.products)
