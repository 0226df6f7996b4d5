"""Where Shopify's stock is: at locations of which it takes one, in components, behind permissions."""

from __future__ import annotations

import pytest

from listbridge.domain.ids import LocationId, ProductId, ShopOrderId, VariantId
from listbridge.domain.verdicts import Unsupported
from tests.contract.shops.staged_shopify import Staged
from tests.fakes.order_drafts import draft, line


@pytest.fixture
def shop() -> Staged:
    return Staged()


def warehouse(shop: Staged) -> LocationId:
    return LocationId(str(shop.simulator.world.first_location))


def stock(shop: Staged, product: ProductId) -> dict[LocationId, int]:
    (found,) = shop.open().read_products([product]).products
    return dict(found.variants[0].stock)


# Orders


def test_an_order_takes_its_stock_at_a_location_that_has_it(shop: Staged) -> None:
    made = shop.add_product("MUG", stock=1)
    store = shop.add_location("Store")
    shop.set_stock("MUG", 9, store)
    adapter = shop.open()
    order = adapter.create_order(draft(line(variant=made.variants[0], quantity=2)))
    assert stock(shop, made.product) == {warehouse(shop): 1, store: 7}
    assert adapter.stock_taken(order.id) == {made.variants[0]: {store: 2}}


def test_an_order_that_the_merchant_moves_takes_its_stock_there(shop: Staged) -> None:
    made = shop.add_product("MUG", stock=5)
    store = shop.add_location("Store")
    shop.set_stock("MUG", 5, store)
    adapter = shop.open()
    order = adapter.create_order(draft(line(variant=made.variants[0])))
    assert adapter.stock_taken(order.id) == {made.variants[0]: {warehouse(shop): 1}}
    shop.deeds.move_order(order.id, store)
    assert adapter.stock_taken(order.id) == {made.variants[0]: {store: 1}}
    assert stock(shop, made.product) == {warehouse(shop): 5, store: 4}


def test_units_that_were_sent_are_still_told(shop: Staged) -> None:
    made = shop.add_product("MUG", stock=5)
    adapter = shop.open()
    order = adapter.create_order(draft(line("9.00", variant=made.variants[0], quantity=3)))
    shop.deeds.fulfill(order.id, {"MUG": 2})
    assert adapter.stock_taken(order.id) == {made.variants[0]: {warehouse(shop): 3}}


def test_an_order_of_more_lines_than_a_page_holds_is_told_whole(shop: Staged) -> None:
    skus = [f"MUG-{number:03}" for number in range(120)]
    made = shop.add_product(*skus, stock=5)
    lines = [line(id=f"line-{place}", variant=one) for place, one in enumerate(made.variants)]
    adapter = shop.open()
    order = adapter.create_order(draft(*lines))
    taken = adapter.stock_taken(order.id)
    assert taken == {variant: {warehouse(shop): 1} for variant in made.variants}


@pytest.mark.parametrize("order", ["1", "no number"])
def test_an_order_that_is_not_there_took_nothing(shop: Staged, order: str) -> None:
    assert shop.open().stock_taken(ShopOrderId(order)) == {}


def test_an_app_that_may_not_see_fulfilment_orders_cannot_tell_and_stays_connected(shop: Staged) -> None:
    made = shop.add_product("MUG", stock=5)
    adapter = shop.open()
    order = adapter.create_order(draft(line(variant=made.variants[0])))
    shop.withdraw("read_merchant_managed_fulfillment_orders")
    with pytest.raises(Unsupported) as denied:
        adapter.stock_taken(order.id)
    assert denied.value.problem.code == "shopify_scope_missing"
    assert [one.product for one in adapter.read_products([made.product]).products] == [made.product]


# Bundles


def test_a_bundle_is_known_as_one(shop: Staged) -> None:
    made = shop.deeds.add_product(title="Set", variants=[{"sku": "SET", "tracked": False, "requires_components": True}])
    (found,) = shop.open().read_products([ProductId(str(made["product_id"]))]).products
    (variant,) = found.variants
    assert (variant.variant, variant.bundle) == (VariantId(str(made["variant_ids"][0])), True)
