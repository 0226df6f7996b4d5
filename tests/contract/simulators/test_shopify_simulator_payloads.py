"""Webhook payloads have the shape of Shopify's own: those the simulator makes, and those kept for the demo."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from simulators.shopify.subscriptions import topic_path
from tests.contract.simulators.shopify_simulator_client import Posted, Shop, schema_of
from tests.contract.simulators.shopify_simulator_orders import bag, create, line, tax, variant_line

pytestmark = pytest.mark.specs

DATA = Path(__file__).resolve().parents[2] / "data" / "shopify"
TOPICS = [
    "APP_SCOPES_UPDATE",
    "APP_UNINSTALLED",
    "BULK_OPERATIONS_FINISH",
    "COLLECTIONS_CREATE",
    "COLLECTIONS_DELETE",
    "COLLECTIONS_UPDATE",
    "FULFILLMENTS_CREATE",
    "FULFILLMENTS_UPDATE",
    "INVENTORY_ITEMS_CREATE",
    "INVENTORY_ITEMS_DELETE",
    "INVENTORY_ITEMS_UPDATE",
    "INVENTORY_LEVELS_CONNECT",
    "INVENTORY_LEVELS_DISCONNECT",
    "INVENTORY_LEVELS_UPDATE",
    "LOCATIONS_CREATE",
    "ORDERS_CANCELLED",
    "ORDERS_CREATE",
    "ORDERS_FULFILLED",
    "ORDERS_PAID",
    "ORDERS_PARTIALLY_FULFILLED",
    "ORDERS_UPDATED",
    "PRODUCTS_CREATE",
    "PRODUCTS_DELETE",
    "PRODUCTS_UPDATE",
    "REFUNDS_CREATE",
]


@lru_cache(maxsize=1)
def a_busy_day() -> tuple[Posted, ...]:
    """All that a shop with every kind of event sends."""
    shop = Shop()
    shop.subscribe(*TOPICS)
    made = shop.shirt()
    store = shop.deeds.add_location("Store")["location_id"]
    shop.deeds.set_stock(2, location_id=store, sku="SHIRT-M")
    shop.deeds.disconnect_stock(store, sku="SHIRT-M")
    shop.deeds.set_price("35.00", compare_at_price="39.90", sku="SHIRT-S")
    shop.deeds.set_variant_sku("SHIRT-SMALL", sku="SHIRT-S")
    collection = shop.deeds.add_collection(title="Summer", smart=True)["collection_id"]
    shop.deeds.edit_collection(collection, "High summer")
    shop.deeds.delete_collection(collection)
    first = shop.deeds.sell_many([{"sku": "SHIRT-SMALL", "quantity": 2}, {"sku": "SHIRT-M"}])["order_id"]
    lines = [line.id for line in shop.deeds.order(first).lines]
    shop.deeds.fulfill(first, {str(lines[0]): 1}, "DHL", "00340434", "https://track.example.com/00340434")
    shop.deeds.fulfill(first, None, "DHL", "00340435", "https://track.example.com/00340435")
    shop.deeds.refund(first, {str(lines[1]): 1}, restock=True)
    shop.deeds.cancel(shop.deeds.sell(sku="SHIRT-M")["order_id"])
    whole = import_one(shop)
    parcel = shop.deeds.fulfill(whole, {"SHIRT-M": 1}, "UPS", "1Z", "https://track.example.com/1Z")
    shop.deeds.update_tracking(parcel["fulfillment_id"], "UPS", "2Z", tracking_url="https://track.example.com/2Z")
    shop.deeds.cancel_fulfillment(parcel["fulfillment_id"])
    shop.data(
        'mutation { bulkOperationRunQuery(query: "{ products { edges { node { id } } } }") { bulkOperation { id } } }'
    )
    shop.clock.advance(5)
    shop.data("{ shop { name } }")
    shop.deeds.delete_product(made["product_id"])
    shop.deeds.set_scopes(["read_products"])
    shop.deeds.uninstall()
    return tuple(shop.pump())


def import_one(shop: Shop) -> str:
    """An order through the API with everything in it: taxes, discount, shipping, payment, addresses, a custom line."""
    address = {
        "firstName": "Ada",
        "lastName": "King",
        "address1": "1 Row",
        "city": "Lyon",
        "zip": "69001",
        "provinceCode": "ARA",
        "countryCode": "FR",
        "phone": "+33612345678",
    }
    return create(
        shop,
        variant_line(
            shop,
            "SHIRT-M",
            2,
            priceSet=bag("20.00"),
            requiresShipping=True,
            taxLines=[tax("6.39")],
            properties=[{"name": "_line", "value": "1"}],
        ),
        line("0.37", title="Rounding"),
        behaviour="DECREMENT_IGNORING_POLICY",
        email="ada@example.com",
        taxesIncluded=True,
        discountCode={"itemFixedDiscountCode": {"code": "eBay", "amountSet": bag("1.00")}},
        shippingLines=[{"title": "DHL", "code": "DHL", "priceSet": bag("4.90"), "taxLines": [tax("0.78")]}],
        transactions=[{"kind": "SALE", "status": "SUCCESS", "gateway": "eBay", "amountSet": bag("44.27")}],
        customAttributes=[{"key": "site", "value": "DE"}],
        sourceIdentifier="22-1",
        shippingAddress=address,
        billingAddress=address,
    )


def complaints(topic: str, payload: dict[str, Any]) -> list[str]:
    schema = json.loads(schema_of(topic).read_text())
    validator = Draft202012Validator(schema, validate_formats=True)
    return [f"{'.'.join(map(str, error.instance_path))}: {error.message}" for error in validator.iter_errors(payload)]


def ids(value: Any) -> Iterator[tuple[int, str]]:
    """All pairs of `id` and `admin_graphql_api_id` in a payload."""
    if isinstance(value, dict):
        if isinstance(value.get("id"), int) and isinstance(value.get("admin_graphql_api_id"), str):
            yield value["id"], value["admin_graphql_api_id"]
        for part in value.values():
            yield from ids(part)
    elif isinstance(value, list):
        for part in value:
            yield from ids(part)


@pytest.mark.parametrize("topic", [topic_path(one) for one in TOPICS])
def test_every_payload_of_a_topic_fits_the_official_schema(topic: str) -> None:
    payloads = [one.payload for one in a_busy_day() if one.topic == topic]
    assert payloads, "the busy day must hold this event"
    assert [complaints(topic, _as_sampled(one)) for one in payloads] == [[] for _ in payloads]


def _as_sampled(payload: dict[str, Any]) -> dict[str, Any]:
    """What the samples behind the schemas did not hold is left out, as those allow none of it: refunds in an order, and
    taxes and properties on the lines in a parcel."""
    if "fulfillments" in payload:
        parcels = [_as_sampled(one) for one in payload["fulfillments"]]
        return payload | {"refunds": [], "fulfillments": parcels}
    if "tracking_numbers" in payload:
        bare = {"properties": [], "tax_lines": [], "discount_allocations": []}
        return payload | {"line_items": [one | bare for one in payload["line_items"]]}
    return payload


def test_a_time_without_a_zone_is_noticed() -> None:
    payload = next(one.payload for one in a_busy_day() if one.topic == "inventory_levels/update")
    assert complaints("inventory_levels/update", payload | {"updated_at": "yesterday"}) == [
        'updated_at: "yesterday" is not a "date-time"'
    ]


def test_a_payload_with_a_missing_field_is_noticed() -> None:
    payload = next(one.payload for one in a_busy_day() if one.topic == "inventory_levels/update")
    del payload["available"]
    assert complaints("inventory_levels/update", payload) == [': "available" is a required property']


KEPT = sorted(path.stem for path in DATA.glob("*.json"))


def topic_of(stem: str) -> str:
    """`orders_create_two_lines` is a payload of orders/create: the longest topic that begins the name."""
    known = sorted((topic_path(one) for one in TOPICS), key=len, reverse=True)
    return next(one for one in known if stem.startswith(one.replace("/", "_")))


def test_payloads_of_the_topics_that_the_demo_plays_are_kept() -> None:
    wanted = {
        "products_update",
        "products_create",
        "products_delete",
        "inventory_levels_update",
        "orders_create",
        "app_uninstalled",
    }
    assert wanted <= set(KEPT)


@pytest.mark.parametrize("stem", KEPT)
def test_a_kept_payload_fits_the_official_schema_and_its_ids_agree(stem: str) -> None:
    payload = json.loads((DATA / f"{stem}.json").read_text())
    assert complaints(topic_of(stem), payload) == []
    assert [name for number, name in ids(payload) if name.rsplit("/", 1)[1] != str(number)] == []
