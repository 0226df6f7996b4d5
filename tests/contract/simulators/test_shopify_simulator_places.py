"""What the simulated shop refuses of an order's address and mail, as Shopify does."""

from __future__ import annotations

import pytest

from tests.contract.simulators.shopify_simulator_client import Shop
from tests.contract.simulators.shopify_simulator_orders import CREATE, create, line

US = {"address1": "1 Main St", "city": "Chicago", "countryCode": "US", "provinceCode": "IL", "zip": "60601"}


@pytest.mark.parametrize(
    ("address", "field", "words"),
    [
        (US | {"provinceCode": "ON"}, "province", "State is not a valid state in United States"),
        (US | {"zip": "606"}, "zip", "ZIP code is not valid for United States"),
        (
            US | {"countryCode": "CA", "provinceCode": "IL", "zip": "M5V 2T6"},
            "province",
            "Province is not a valid province in Canada",
        ),
        (US | {"countryCode": "CA", "provinceCode": "ON"}, "zip", "Postal code is not valid for Canada"),
        ({"city": "Leeds", "countryCode": "GB", "zip": "LS1"}, "zip", "Postcode is not valid for United Kingdom"),
        ({"city": "Berlin", "countryCode": "DE", "zip": "1011"}, "zip", "Postal code is not valid for Germany"),
    ],
)
@pytest.mark.parametrize("of", ["shippingAddress", "billingAddress"])
def test_a_place_that_does_not_exist_is_refused(of: str, address: dict[str, str], field: str, words: str) -> None:
    shop = Shop()
    told = shop.data(CREATE, order={"lineItems": [line("1.00")], of: address})["orderCreate"]
    assert told["order"] is None
    assert told["userErrors"] == [{"field": ["order", of, field], "code": "INVALID", "message": words}]
    assert not shop.simulator.world.live.orders


@pytest.mark.parametrize(
    "address",
    [
        US,
        US | {"zip": "60601-1234"},
        {"city": "Toronto", "countryCode": "CA", "provinceCode": "ON", "zip": "m5v2t6"},
        {"city": "Leeds", "countryCode": "GB", "zip": "LS1 4AP"},
        {"city": "Berlin", "countryCode": "DE", "provinceCode": "BE", "zip": "10115"},
        {"city": "Lagos", "countryCode": "NG", "zip": "?"},
        {"city": "Nowhere"},
    ],
)
def test_a_place_that_exists_or_that_nobody_can_tell_is_taken(address: dict[str, str]) -> None:
    create(Shop(), line("1.00"), shippingAddress=address)


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("ada@example.invalid", "Email contains an invalid domain name"),
        ("ada@mail.test", "Email contains an invalid domain name"),
        ("ada.example.com", "Email is invalid"),
    ],
)
def test_mail_to_nowhere_is_refused(email: str, words: str) -> None:
    told = Shop().data(CREATE, order={"lineItems": [line("1.00")], "email": email})["orderCreate"]
    assert told["userErrors"] == [{"field": ["order", "email"], "code": "INVALID", "message": words}]
