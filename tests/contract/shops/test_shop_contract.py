"""What services rely on, proven for every shop platform before its simulator."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from listbridge import registry
from listbridge.domain.catalog import VariantFacts, Visibility
from listbridge.domain.ids import ProductId
from listbridge.domain.ports import ShopAdapter
from listbridge.domain.verdicts import RateLimited, RetryLater
from listbridge.domain.work import Hint, HintKind
from tests.contract.shops.staging import StagedShop, wait_out


def only(shop: StagedShop, product: ProductId, sku: str, adapter: ShopAdapter | None = None) -> VariantFacts:
    """The one variant with this SKU, as read now."""
    (facts,) = (adapter or shop.open()).read_products([product]).products
    (variant,) = [one for one in facts.variants if one.sku == sku]
    return variant


# Who it is


def test_a_shop_says_who_it_is_and_where_its_stock_lies(shop: StagedShop):
    second = shop.add_location("Second")
    identity = shop.open().identify()
    assert identity.currency == "EUR"
    assert identity.name
    assert identity.domain
    assert identity.locations[second] == "Second"
    assert len(identity.locations) == 2


def test_the_manifest_says_what_the_folder_is(slug: str):
    manifest = registry.shop(slug)
    assert manifest.slug == slug
    assert manifest.docs.startswith("https://")
    assert manifest.traits.read_batch >= 1
    assert manifest.traits.read_lag_s >= 0


def test_every_budget_of_the_manifest_is_a_real_one(slug: str):
    specs = registry.shop(slug).budgets
    assert len({spec.name for spec in specs}) == len(specs)
    assert [spec.name for spec in specs if spec.rate <= 0 or spec.burst < 1 or not spec.operations] == []


# Reading


def test_what_was_written_is_read(shop: StagedShop):
    made = shop.add_product("MUG", stock=5, price="10.00")
    adapter = shop.open()
    before = only(shop, made.product, "MUG", adapter)
    assert (sum(before.stock.values()), str(before.price), before.tracked) == (5, "10.00 EUR", True)
    shop.set_stock("MUG", 4)
    shop.set_price("MUG", "12.50")
    after = only(shop, made.product, "MUG", adapter)
    assert (sum(after.stock.values()), str(after.price)) == (4, "12.50 EUR")
    assert after.price is not None
    assert isinstance(after.price.amount, Decimal)


def test_a_product_is_read_whole(shop: StagedShop):
    made = shop.add_product("S", "M", "L", title="Shirt")
    (facts,) = shop.open().read_products([made.product]).products
    assert (facts.product, facts.title, facts.visibility) == (made.product, "Shirt", Visibility.VISIBLE)
    assert tuple(one.variant for one in facts.variants) == made.variants
    assert [one.sku for one in facts.variants] == ["S", "M", "L"]
    assert facts.options == ("Size",)
    assert [dict(one.options) for one in facts.variants] == [{"Size": "S1"}, {"Size": "S2"}, {"Size": "S3"}]


def test_a_product_without_options_shows_none(shop: StagedShop):
    made = shop.add_product("MUG")
    (facts,) = shop.open().read_products([made.product]).products
    assert (facts.has_options, len(facts.variants), facts.variants[0].title) == (False, 1, "")


def test_stock_is_told_by_location_and_may_be_negative(shop: StagedShop):
    made = shop.add_product("MUG", stock=5)
    (first,) = shop.open().identify().locations
    second, third = shop.add_location("Second"), shop.add_location("Third")
    shop.set_stock("MUG", -2, second)
    shop.set_stock("MUG", 0, third)
    assert dict(only(shop, made.product, "MUG").stock) == {first: 5, second: -2, third: 0}


def test_a_variant_whose_stock_the_shop_does_not_count_says_so(shop: StagedShop):
    made = shop.add_product("MUG", stock=5)
    shop.set_stock("MUG", None)
    assert only(shop, made.product, "MUG").tracked is False


@pytest.mark.parametrize("visibility", [Visibility.DRAFT, Visibility.ARCHIVED, Visibility.VISIBLE])
def test_visibility_is_told(shop: StagedShop, visibility: Visibility):
    made = shop.add_product("MUG")
    shop.set_visibility(made.product, visibility)
    (facts,) = shop.open().read_products([made.product]).products
    assert facts.visibility is visibility


def test_a_missing_product_is_a_positive_answer_and_hides_no_other(shop: StagedShop):
    gone, there = shop.add_product("GONE"), shop.add_product("THERE")
    shop.delete_product(gone.product)
    read = shop.open().read_products([gone.product, there.product])
    assert read.missing == (gone.product,)
    assert [one.product for one in read.products] == [there.product]


def test_a_deleted_variant_is_no_longer_among_its_products_variants(shop: StagedShop):
    made = shop.add_product("S", "M")
    shop.delete_variant("S")
    (facts,) = shop.open().read_products([made.product]).products
    assert [one.sku for one in facts.variants] == ["M"]


def test_reading_nothing_asks_nothing(shop: StagedShop):
    adapter = shop.open()
    assert (adapter.read_products([]).products, adapter.products_of([])) == ((), ())
    assert shop.calls() == 0


def test_a_batch_as_large_as_the_manifest_allows_takes_one_request(shop: StagedShop, slug: str):
    batch = registry.shop(slug).traits.read_batch
    products = [shop.add_product(f"SKU-{number}").product for number in range(batch)]
    read = shop.open().read_products([*products, products[0]])
    assert [one.product for one in read.products] == products
    assert shop.calls() == 1


def test_hints_lead_to_the_products_they_touch_each_once(shop: StagedShop):
    made, other = shop.add_product("S", "M"), shop.add_product("MUG")
    variants = shop.open().read_products([made.product]).products[0].variants
    hints = [
        Hint(kind=HintKind.INVENTORY_ITEM, id=variants[0].inventory_item),
        Hint(kind=HintKind.INVENTORY_ITEM, id=variants[1].inventory_item),
        Hint(kind=HintKind.VARIANT, id=made.variants[0]),
        Hint(kind=HintKind.VARIANT, id=other.variants[0]),
        Hint(kind=HintKind.PRODUCT, id=other.product),
        Hint(kind=HintKind.SHOP_GONE),
    ]
    assert set(shop.open().products_of(hints)) == {made.product, other.product}
    assert len(shop.open().products_of(hints)) == 2


@pytest.mark.parametrize("id", ["1", "", "nonsense", "9" * 30, "1'"])
def test_a_hint_at_something_unknown_is_left_out(shop: StagedShop, id: str):
    made = shop.add_product("MUG")
    hints = [
        Hint(kind=HintKind.INVENTORY_ITEM, id=id),
        Hint(kind=HintKind.VARIANT, id=id),
        Hint(kind=HintKind.VARIANT, id=made.variants[0]),
    ]
    assert shop.open().products_of(hints) == (made.product,)


# Sweeping and searching


def sweep(shop: StagedShop) -> tuple[list[Any], list[int | None]]:
    """All pages, waiting where the shop says so."""
    adapter = shop.open()
    products: list[Any] = []
    totals: list[int | None] = []
    cursor: str | None = None
    while True:
        try:
            page = adapter.sweep(cursor)
        except RateLimited as limited:
            wait_out(shop, limited)
            continue
        products += page.products
        totals.append(page.total)
        cursor = page.cursor
        if cursor is None:
            return products, totals


def count_of(slug: str, products: int) -> int | None:
    """What a page of a sweep says of so many products: nothing, for a shop without a count."""
    return products if registry.shop(slug).traits.counts_products else None


def test_a_sweep_finds_everything_once_and_counts_what_the_shop_counts(shop: StagedShop, slug: str):
    shop.fill(products=83, variants=3)
    products, totals = sweep(shop)
    assert len({one.product for one in products}) == len(products) == 83
    skus = [variant.sku for one in products for variant in one.variants]
    assert len(set(skus)) == len(skus) == 83 * 3
    assert set(totals) == {count_of(slug, 83)}


def test_a_sweep_of_an_empty_shop_is_one_empty_page_that_counts_nothing(shop: StagedShop, slug: str):
    page = shop.open().sweep(None)
    assert (page.products, page.cursor, page.total) == ((), None, count_of(slug, 0))


def test_a_sweep_shows_products_that_buyers_cannot_see(shop: StagedShop):
    made = shop.add_product("MUG")
    shop.set_visibility(made.product, Visibility.DRAFT)
    products, _ = sweep(shop)
    assert [(one.product, one.visibility) for one in products] == [(made.product, Visibility.DRAFT)]


def test_a_sweep_and_a_read_say_the_same_of_a_product(shop: StagedShop):
    made = shop.add_product("S", "M")
    shop.set_stock("S", 9, shop.add_location("Second"))
    products, _ = sweep(shop)
    assert shop.open().read_products([made.product]).products == tuple(products)


def test_pages_of_a_sweep_may_be_read_by_different_workers(shop: StagedShop):
    shop.fill(products=60, variants=2)
    seen: list[Any] = []
    cursor: str | None = None
    for _ in range(100):
        page = shop.open().sweep(cursor)
        seen += [one.product for one in page.products]
        cursor = page.cursor
        if cursor is None:
            break
    assert len(set(seen)) == len(seen) == 60


def test_a_page_that_cannot_be_read_is_an_error_and_not_the_end(shop: StagedShop):
    shop.fill(products=60, variants=2)
    adapter = shop.open()
    first = adapter.sweep(None)
    shop.fail(502)
    with pytest.raises(RetryLater):
        adapter.sweep(first.cursor)
    shop.recover()
    again = adapter.sweep(first.cursor)
    assert not {one.product for one in again.products} & {one.product for one in first.products}


@pytest.mark.parametrize("variants", [2, 4, 6])
def test_a_sweep_takes_at_most_one_request_for_twenty_skus(shop: StagedShop, variants: int):
    shop.fill(products=200, variants=variants)
    sweep(shop)
    assert shop.calls() / (200 * variants) <= 0.05


def test_a_search_finds_by_title_and_by_sku_and_keeps_to_its_limit(shop: StagedShop):
    mug = shop.add_product("MUG-1", title="Blue mug")
    shop.add_product("CUP-1", title="Blue cup")
    adapter = shop.open()
    assert [one.product for one in adapter.search("mug", 10)[0]] == [mug.product]
    assert [one.product for one in adapter.search("MUG-1", 10)[0]] == [mug.product]
    assert len(adapter.search("Blue", 10)[0]) == 2
    assert len(adapter.search("Blue", 1)[0]) == 1
    assert len(adapter.search("", 10)[0]) == 2
    assert adapter.search("spoon", 10) == ((), None)


def test_the_pages_of_a_search_show_every_product_once(shop: StagedShop):
    made = [shop.add_product(f"MUG-{n}", title=f"Blue mug {n}").product for n in range(5)]
    adapter, seen, cursor = shop.open(), [], None
    for _ in range(5):
        found, cursor = adapter.search("Blue", 2, cursor)
        assert len(found) <= 2
        seen += [one.product for one in found]
        if cursor is None:
            break
    assert sorted(seen) == sorted(made)


def changed_products(shop: StagedShop, since: datetime) -> dict[ProductId, datetime]:
    adapter, found, cursor = shop.open(), dict[ProductId, datetime](), None
    while True:
        page = adapter.products_changed(since, cursor)
        found |= {one: max(at, found.get(one, at)) for one, at in page.products.items()}
        cursor = page.cursor
        if cursor is None:
            return found


@pytest.mark.parametrize("what", ["stock", "price", "visibility", "sale"])
def test_products_that_changed_since_then_are_named_with_when(shop: StagedShop, slug: str, what: str):
    if not registry.shop(slug).traits.changes_every_s:
        pytest.skip("this shop cannot be asked what changed")
    mug, _ = shop.add_product("MUG", stock=5), shop.add_product("CUP", stock=5)
    shop.clock.sleep(600)
    begun = shop.clock.now()
    assert changed_products(shop, begun) == {}
    if what == "stock":
        shop.set_stock("MUG", 0)
    elif what == "price":
        shop.set_price("MUG", "12.00")
    elif what == "visibility":
        shop.set_visibility(mug.product, Visibility.DRAFT)
    else:
        shop.place_order("MUG", 1)
    shop.clock.sleep(120)
    assert changed_products(shop, begun) == {mug.product: begun}
    assert changed_products(shop, begun + timedelta(seconds=1)) == {}


def test_more_changed_products_than_a_page_holds_are_all_named(shop: StagedShop, slug: str):
    if not registry.shop(slug).traits.changes_every_s:
        pytest.skip("this shop cannot be asked what changed")
    begun = shop.clock.now()
    shop.add_location("Second")
    shop.fill(260, 2)
    shop.clock.sleep(120)
    assert len(changed_products(shop, begun)) == 260


@pytest.mark.parametrize(
    "text",
    ['"', "\\", "(", "a:b", "status:draft OR title:x", "' OR 1=1", "💥", "x" * 5000, "\x00", "*", "-", "%", "{}"],
)
def test_no_text_breaks_the_search(shop: StagedShop, text: str):
    shop.add_product("MUG-1")
    assert isinstance(shop.open().search(text, 5), tuple)
