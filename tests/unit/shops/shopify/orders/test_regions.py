"""Places as each side spells them: what a marketplace wrote becomes Shopify's codes, and nothing is lost on the way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listbridge.domain.orders.address_fields import Place
from listbridge.domain.orders.orders import Address
from listbridge.shops.shopify.orders.input import address_input, order_input
from listbridge.shops.shopify.orders.regions import ATLAS, US_TERRITORIES
from tests.fakes.order_drafts import BUYER, PLACED, draft

ISLAND = Address(
    name="Alex Example",
    lines=("5 Sample Street",),
    city="Testville",
    region="Puerto Rico",
    postal_code="00698",
    country="PR",
)


def test_a_buyer_in_puerto_rico_lives_in_a_province_of_the_us() -> None:
    assert address_input(ISLAND) == {
        "firstName": "Alex",
        "lastName": "Example",
        "address1": "5 Sample Street",
        "city": "Testville",
        "provinceCode": "PR",
        "zip": "00698",
        "countryCode": "US",
    }
    told = order_input(draft(buyer=replace(BUYER, shipping=ISLAND)), PLACED)
    assert "Shipping country" not in [one["key"] for one in told["customAttributes"]]


@pytest.mark.parametrize("territory", sorted(US_TERRITORIES))
def test_every_territory_is_a_province_of_its_own_name(territory: str) -> None:
    assert ATLAS.place_of(territory, "whatever it is called there") == Place("US", territory)


@pytest.mark.parametrize(
    ("country", "region", "code"),
    [
        ("US", "California", "CA"),
        ("US", "ca", "CA"),
        ("US", "US-NY", "NY"),
        ("US", " new  york ", "NY"),
        ("CA", "Québec", "QC"),
        ("CA", "Quebec", "QC"),
        ("AU", "New South Wales", "NSW"),
        ("IT", "Napoli", "NA"),
        ("IT", "NA", "NA"),
        ("ES", "malaga", "MA"),
        ("BR", "São Paulo", "SP"),
        ("IN", "Kerala", "KL"),
        ("IE", "Co. Dublin", "D"),
        ("IE", "County Dublin", "D"),
        ("AR", "Chaco", "H"),
        ("JP", "Tokyo", "JP-13"),
        ("JP", "東京都", "JP-13"),
        ("DE", "BY", "BY"),
    ],
)
def test_a_region_in_words_becomes_its_code(country: str, region: str, code: str) -> None:
    assert ATLAS.place_of(country, region) == Place(country, code)


@pytest.mark.parametrize("region", ["", "default", "N/A", "n.a.", "none", "-", ".", "NA", "XX"])
def test_what_stands_where_no_region_was_told_is_left_out(region: str) -> None:
    assert ATLAS.place_of("US", region) == Place("US")


@pytest.mark.parametrize(
    ("country", "region"), [("GB", "West Yorkshire"), ("MX", "Jalisco"), ("DE", "Bayern"), ("US", "Atlantis")]
)
def test_a_region_without_a_code_stays_in_words(country: str, region: str) -> None:
    assert ATLAS.place_of(country, region) == Place(country, words=region)
    told = address_input(replace(ISLAND, country=country, region=region))
    assert told["address2"] == region
    assert "provinceCode" not in told


def test_a_country_that_shopify_does_not_know_keeps_its_region() -> None:
    assert ATLAS.place_of("QQ", "Somewhere") == Place("", words="Somewhere")
