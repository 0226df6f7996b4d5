"""Merging new values into a listing's inventory: what is not named stays, and nothing is left out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listbridge.domain.ids import Sku
from listbridge.domain.listings.listing import Values
from listbridge.domain.money import Money
from listbridge.marketplaces.etsy.offers.merging import Inventory, asleep, left, taken_off, values_of
from listbridge.marketplaces.etsy.offers.wire import InventoryTold

SIZE, COLOUR = 100, 200


def product(sku: str, quantity: int = 5, price: int = 1990, *, size: str = "", colour: str = "", **more: Any) -> Any:
    values = [
        {
            "property_id": id,
            "property_name": name,
            "scale_id": None,
            "scale_name": None,
            "value_ids": [id * 10],
            "values": [value],
        }
        for id, name, value in ((SIZE, "Size", size), (COLOUR, "Primary color", colour))
        if value
    ]
    offering = {
        "offering_id": 9,
        "quantity": quantity,
        "is_enabled": True,
        "is_deleted": False,
        "price": {"amount": price, "divisor": 100, "currency_code": "EUR"},
        "readiness_state_id": 77,
    }
    return {
        "product_id": 8,
        "sku": sku,
        "is_deleted": False,
        "property_values": values,
        "offerings": [{**offering, **more}],
    }


def inventory(*products: Any, **on: Any) -> Inventory:
    return Inventory(InventoryTold.model_validate({"products": list(products), **on}))


def euros(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def test_a_single_product_goes_back_with_nothing_but_what_etsy_takes() -> None:
    body = inventory(product("CANDLE")).merged({Sku("CANDLE"): Values(3, euros("21.50"))}).body()
    assert body == {
        "products": [
            {
                "sku": "CANDLE",
                "property_values": [],
                "offerings": [{"price": 21.5, "quantity": 3, "is_enabled": True, "readiness_state_id": 77}],
            }
        ],
        "price_on_property": [],
        "quantity_on_property": [],
        "sku_on_property": [],
        "readiness_state_on_property": [],
    }


def test_a_quantity_goes_with_the_price_just_read_and_its_siblings_stay_as_they_were() -> None:
    told = inventory(
        product("S", 5, size="Small"), product("M", 4, 2490, size="Medium", is_enabled=False, readiness_state_id=None)
    )
    small, medium = told.merged({Sku("S"): Values(1)}).body()["products"]
    assert small["offerings"] == [{"price": 19.9, "quantity": 1, "is_enabled": True, "readiness_state_id": 77}]
    assert medium["offerings"] == [{"price": 24.9, "quantity": 4, "is_enabled": False, "readiness_state_id": None}]
    assert medium["property_values"] == [
        {"property_id": SIZE, "property_name": "Size", "value_ids": [1000], "values": ["Medium"]}
    ]


def test_what_was_deleted_at_etsy_does_not_come_back() -> None:
    gone = {**product("OLD", size="Old"), "is_deleted": True}
    told = inventory(product("S", size="Small"), gone)
    assert [one["sku"] for one in told.merged({Sku("S"): Values(1)}).body()["products"]] == ["S"]


def test_quantities_that_begin_to_differ_are_said_to_vary() -> None:
    shared = inventory(product("A", 5, size="S"), product("A2", 5, size="M"), price_on_property=[])
    body = shared.merged({Sku("A"): Values(1)})
    assert (body.quantity_on_property, body.price_on_property) == ((SIZE,), ())


def test_what_was_said_to_vary_stays_where_it_is_enough() -> None:
    told = inventory(
        product("A", 5, size="S"), product("B", 5, size="M"), quantity_on_property=[SIZE], price_on_property=[SIZE]
    )
    body = told.merged({Sku("A"): Values(5, euros("19.90"))})
    assert (body.quantity_on_property, body.price_on_property) == ((SIZE,), (SIZE,))


def test_values_that_one_property_does_not_explain_vary_with_both() -> None:
    told = inventory(
        product("1", 5, size="S", colour="Red"),
        product("2", 5, size="S", colour="Blue"),
        product("3", 5, size="M", colour="Red"),
        product("4", 5, size="M", colour="Blue"),
    )
    body = told.merged({Sku("1"): Values(9)})
    assert body.quantity_on_property == (SIZE, COLOUR)


def test_an_inventory_of_which_nothing_is_left_keeps_one_piece_and_all_its_products() -> None:
    told = inventory(product("S", 5, size="S"), product("M", 0, size="M"))
    body = told.merged({Sku("S"): Values(0)})
    assert left(body) == 0
    assert [(one.sku, one.offerings[0].quantity) for one in asleep(body, told.unchanged()).products] == [
        ("S", 1),
        ("M", 0),
    ]
    again = inventory(product("S", 1, size="S"), product("M", 0, size="M"))
    assert tuple(one.rests("inactive") for one in (told, again, inventory(product("CANDLE", 1)))) == (
        False,
        True,
        False,
    )


def test_the_piece_that_is_kept_is_of_a_product_that_buyers_can_be_shown() -> None:
    told = inventory(product("S", 0, size="S", is_enabled=False), product("M", 2, size="M"))
    body = asleep(told.merged({Sku("M"): Values(0)}), told.unchanged())
    assert [(one.sku, one.offerings[0].quantity) for one in body.products] == [("S", 0), ("M", 1)]
    hidden = asleep(taken_off(told.unchanged(), [Sku("S"), Sku("M")]), told.unchanged())
    assert [(one.offerings[0].is_enabled, one.offerings[0].quantity) for one in hidden.products] == [(False, 0)] * 2


def test_amounts_are_read_by_their_divisor() -> None:
    [yen] = inventory(product("A", price=1500)).products
    offering = yen.offerings[0]
    whole = offering.price.model_copy(update={"divisor": 1, "currency_code": "JPY"})
    told = yen.model_copy(update={"offerings": (offering.model_copy(update={"price": whole}),)})
    assert (values_of(yen).price, values_of(told).price) == (euros("15.00"), Money(Decimal(1500), "JPY"))


SKUS = st.lists(st.sampled_from("ABCDEFGH"), min_size=1, max_size=8, unique=True)


@given(SKUS, st.dictionaries(st.sampled_from("ABCDEFGH"), st.integers(0, 9)), st.data())
def test_whatever_is_changed_no_product_no_price_and_no_option_is_lost(
    skus: list[str], changes: dict[str, int], data: st.DataObject
) -> None:
    prices = {sku: data.draw(st.integers(20, 5_000_000)) for sku in skus}
    told = inventory(*(product(sku, 3, prices[sku], size=f"size {sku}") for sku in skus))
    body = told.merged({Sku(sku): Values(quantity) for sku, quantity in changes.items()})
    sent = {one.sku: (one.property_values[0].values, one.offerings[0]) for one in body.products}
    assert sorted(sent) == sorted(skus)
    for sku, (values, offering) in sent.items():
        assert values == (f"size {sku}",)
        assert offering.quantity == changes.get(sku, 3)
        assert Decimal(str(offering.price)) == Decimal(prices[sku]) / 100
        assert offering.readiness_state_id == 77
    quantities = {one.offerings[0].quantity for one in body.products}
    assert (body.quantity_on_property == (SIZE,)) == (len(quantities) > 1)


@pytest.mark.parametrize("sku", ["", "NOBODY"])
def test_a_sku_that_the_listing_does_not_have_names_no_product(sku: str) -> None:
    assert inventory(product("A"), product("B"), product("A")).named(Sku(sku)) == ()
