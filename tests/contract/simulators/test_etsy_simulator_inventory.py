"""The simulated Etsy takes an inventory as a whole, and refuses per product as well as per listing what Etsy refuses."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.contract.simulators.etsy_seller import EtsySeller, sent_again, wrong

COLOUR = 200
SHOE = 55571649311


def jumper(etsy: EtsySeller, **quantities: int) -> int:
    return etsy.live_jumper(**quantities)


def without_ids(body: dict[str, Any]) -> dict[str, Any]:
    """The same inventory whatever ids its values have."""
    told = copy.deepcopy(body)
    for held in (held for one in told["products"] for held in one["property_values"]):
        held["value_ids"] = []
    return told


def ids_in(told: dict[str, Any]) -> set[int]:
    """Of products, offerings and values."""
    found: set[int] = set()
    for one in told["products"]:
        found |= {one["product_id"], one["offerings"][0]["offering_id"]}
        found |= {id for held in one["property_values"] for id in held["value_ids"]}
    return found


def test_a_new_listing_has_one_product_without_values() -> None:
    etsy = EtsySeller()
    told = etsy.get(f"listings/{etsy.draft()}/inventory")
    [product] = told["products"]
    [offering] = product["offerings"]
    assert (product["sku"], product["property_values"], offering["quantity"], offering["is_enabled"]) == (
        "",
        [],
        5,
        True,
    )
    assert offering["price"] == {"amount": 1990, "divisor": 100, "currency_code": "USD"}


def test_a_write_replaces_everything_and_gives_new_ids() -> None:
    etsy = EtsySeller()
    listing = jumper(etsy, S=3, M=4)
    before = etsy.get(f"listings/{listing}/inventory")
    again = etsy.put(listing, sent_again(before))
    assert again.status_code == 200
    after = etsy.get(f"listings/{listing}/inventory")
    assert without_ids(sent_again(after)) == without_ids(sent_again(before))
    assert ids_in(before).isdisjoint(ids_in(after))
    assert etsy.put(listing, sent_again(before)).status_code == 200  # an id of the same text that it had once
    only = etsy.sizes(S=3)
    assert etsy.put(listing, only).status_code == 200
    assert etsy.quantities(listing) == {"JUMPER-S": 3}
    deleted = etsy.get(f"listings/{listing}/inventory", show_deleted="true")["products"]
    assert {one["sku"] for one in deleted if one["is_deleted"]} >= {"JUMPER-M"}


def test_what_the_seller_changed_between_read_and_write_is_lost_if_it_is_not_read_again() -> None:
    etsy = EtsySeller()
    listing = jumper(etsy, S=3, M=4)
    read = sent_again(etsy.get(f"listings/{listing}/inventory"))
    etsy.deeds.change_price("JUMPER-S", "25.00")
    etsy.deeds.add_variation("JUMPER-L", "JUMPER-S", ["L"], quantity=9)
    assert set(etsy.quantities(listing)) == {"JUMPER-S", "JUMPER-M", "JUMPER-L"}
    assert etsy.put(listing, read).status_code == 200
    assert set(etsy.quantities(listing)) == {"JUMPER-S", "JUMPER-M"}
    assert etsy.get(f"listings/{listing}/inventory")["products"][0]["offerings"][0]["price"]["amount"] == 1990


def _with(change: Any) -> Any:
    """A body of two sizes with one thing changed in its second product."""

    def body(etsy: EtsySeller) -> dict[str, Any]:
        told = copy.deepcopy(etsy.sizes(S=3, M=4))
        change(told, told["products"][1], told["products"][1]["offerings"][0])
        return told

    return body


REFUSED = {
    "an id of a read": (_with(lambda b, p, o: p.update(product_id=5)), "products[1].product_id"),
    "a mark of a read": (_with(lambda b, p, o: p.update(is_deleted=False)), "products[1].is_deleted"),
    "an offering's id": (_with(lambda b, p, o: o.update(offering_id=5)), "products[1].offerings[0].offering_id"),
    "a scale's name": (
        _with(lambda b, p, o: p["property_values"][0].update(scale_name=None)),
        "products[1].property_values[0].scale_name",
    ),
    "a price as money": (
        _with(lambda b, p, o: o.update(price={"amount": 1990, "divisor": 100, "currency_code": "USD"})),
        "products[1].offerings[0].price",
    ),
    "a price as text": (_with(lambda b, p, o: o.update(price="19.90")), "products[1].offerings[0].price"),
    "a price of nothing": (_with(lambda b, p, o: o.update(price=0)), "The price must be between"),
    "a price finer than a cent": (_with(lambda b, p, o: o.update(price=19.999)), "more than two places"),
    "half a unit": (_with(lambda b, p, o: o.update(quantity=1.5)), "products[1].offerings[0].quantity"),
    "less than nothing": (_with(lambda b, p, o: o.update(quantity=-1)), "The quantity must be between 0 and 999."),
    "too many": (_with(lambda b, p, o: o.update(quantity=1000)), "The quantity must be between 0 and 999."),
    "no values": (_with(lambda b, p, o: p.pop("property_values")), "All products must have the same properties."),
    "no ids of values": (
        _with(lambda b, p, o: p["property_values"][0].pop("value_ids")),
        "products[1].property_values[0].value_ids",
    ),
    "no processing profile": (
        _with(lambda b, p, o: o.pop("readiness_state_id")),
        "products[1].offerings[0].readiness_state_id",
    ),
    "another shop's processing profile": (
        _with(lambda b, p, o: [one["offerings"][0].update(readiness_state_id=5) for one in b["products"]]),
        "The offering has no readiness_state_id of this shop.",
    ),
    "no word whether it is shown": (_with(lambda b, p, o: o.pop("is_enabled")), "is_enabled"),
    "two offerings": (_with(lambda b, p, o: p["offerings"].append(o)), "A product has exactly one offering."),
    "parentheses": (
        _with(lambda b, p, o: p["property_values"][0].update(values=["M (tall)"])),
        "Parenthesis characters are not allowed in property values.",
    ),
    "two values": (
        _with(lambda b, p, o: p["property_values"][0].update(values=["M", "L"])),
        "A product has exactly one value of each property.",
    ),
    "no property": (_with(lambda b, p, o: p.update(property_values=[])), "All products must have the same properties."),
    "a property of another category": (
        _with(lambda b, p, o: [one["property_values"][0].update(property_id=SHOE) for one in b["products"]]),
        "quantity_on_property: the products have no property 100.",
    ),
    "a long SKU": (_with(lambda b, p, o: p.update(sku="x" * 33)), "products[1].sku"),
    "a price that differs by nothing": (
        _with(lambda b, p, o: o.update(price=25.0)),
        "price_on_property must be consistent",
    ),
    "a stock that differs by nothing": (
        _with(lambda b, p, o: b.pop("quantity_on_property")),
        "quantity_on_property must be consistent",
    ),
    "a SKU that differs by nothing": (
        _with(lambda b, p, o: b.update(sku_on_property=[])),
        "sku_on_property must be consistent",
    ),
    "a property that nothing has": (
        _with(lambda b, p, o: b.update(price_on_property=[COLOUR])),
        "price_on_property: the products have no property 200.",
    ),
    "no products": (lambda etsy: {"products": []}, "missing error input parameter: products"),
    "a word of its own": (_with(lambda b, p, o: b.update(sku="A")), "sku"),
    "a value's id that stands for another": (
        _with(lambda b, p, o: p["property_values"][0].update(value_ids=[1002])),
        "The value_id 1002 does not belong to 'M' of property 100.",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_an_inventory_with_one_wrong_product_is_refused_whole(what: str) -> None:
    body, words = REFUSED[what]
    etsy = EtsySeller()
    listing = jumper(etsy, S=1, M=2)
    before = etsy.get(f"listings/{listing}/inventory")
    assert words in wrong(etsy.put(listing, body(etsy)))
    assert etsy.get(f"listings/{listing}/inventory") == before


def test_an_inventory_is_json() -> None:
    etsy = EtsySeller()
    listing = jumper(etsy)
    path = f"listings/{listing}/inventory"
    assert etsy.call("PUT", path, data={"products": "[]"}).status_code == 400
    assert etsy.call("PUT", path, data="{", headers={"Content-Type": "application/json"}).status_code == 400
    assert etsy.quantities(listing) == {"JUMPER-S": 3, "JUMPER-M": 4}


@pytest.mark.parametrize("state", ["draft", "active", "inactive", "sold_out", "expired"])
def test_a_listing_without_stock_is_refused_whatever_its_state(state: str) -> None:
    etsy = EtsySeller()
    listing = etsy.draft() if state == "draft" else etsy.live()
    if state in ("inactive", "sold_out", "expired"):
        etsy.deeds.set_listing_state(listing, state)
    empty = {"products": [etsy.product(quantity=0)]}
    assert wrong(etsy.put(listing, empty)) == "One offering must have quantity greater than 0"
    hidden = {"products": [etsy.product(quantity=3, is_enabled=False)]}
    assert wrong(etsy.put(listing, hidden)) == "One offering must have quantity greater than 0"
    assert etsy.state(listing) == state
    assert etsy.put(listing, {"products": [etsy.product(quantity=3)]}).status_code == 200
    assert etsy.state(listing) == state


def test_one_variation_at_zero_stays_in_the_listing() -> None:
    etsy = EtsySeller()
    listing = jumper(etsy, S=3, M=4)
    assert etsy.put(listing, etsy.sizes(S=0, M=4)).status_code == 200
    assert etsy.quantities(listing) == {"JUMPER-S": 0, "JUMPER-M": 4}
    assert etsy.state(listing) == "active"


@pytest.mark.parametrize("values", [{"property_values": []}, {}])
def test_of_products_with_the_same_values_the_last_wins_and_the_others_are_gone(values: dict[str, Any]) -> None:
    etsy = EtsySeller()
    listing = jumper(etsy, S=3, M=4)
    products = [
        {name: told for name, told in etsy.product(sku, 2).items() if name != "property_values"} | values
        for sku in ("JUMPER-S", "JUMPER-M")
    ]
    assert etsy.put(listing, {"products": products}).status_code == 200
    assert etsy.quantities(listing) == {"JUMPER-M": 2}


def test_a_batch_of_inventories_is_lost_whole_if_one_listing_is_missing() -> None:
    etsy = EtsySeller()
    first, second = jumper(etsy, S=1), etsy.live()
    rows = etsy.get("listings/batch/inventory", listing_ids=f"{first},{second}")["results"]
    assert [(one["listing_id"], len(one["inventory"]["products"])) for one in rows] == [(first, 1), (second, 1)]
    answer = etsy.call("GET", "listings/batch/inventory", params={"listing_ids": f"{first},17"})
    assert wrong(answer, 404) == "Listing 17 not found"
    many = ",".join(str(number) for number in range(1, 102))
    assert etsy.call("GET", "listings/batch/inventory", params={"listing_ids": many}).status_code == 400


def test_skus_are_for_the_owner_alone() -> None:
    etsy = EtsySeller()
    listing = jumper(etsy, S=1)
    berta = etsy.deeds.add_seller("berta")
    hers = etsy.ask_token(grant_type="refresh_token", refresh_token=berta["refreshToken"]).json()["access_token"]
    seen = etsy.call("GET", f"listings/{listing}/inventory", token=hers).json()
    assert [one["sku"] for one in seen["products"]] == [""]
    assert etsy.call("PUT", f"listings/{listing}/inventory", token=hers, json=etsy.sizes(S=9)).status_code == 403
    assert etsy.quantities(listing) == {"JUMPER-S": 1}
