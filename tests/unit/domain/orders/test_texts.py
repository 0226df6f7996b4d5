"""What an order in the shop says in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listbridge.domain.ids import LineId, RemoteOrderId
from listbridge.domain.orders.orders import Buyer, Delivery, Gift
from listbridge.domain.orders.shop_orders import OrderMark
from listbridge.domain.orders.texts import (
    adjustment_title,
    facts_of,
    first_and_last,
    line_title,
    shipping_title,
    tags_of,
)
from tests.fakes.order_drafts import draft, line, shipping, tax

PLAIN = replace(draft(), mark=OrderMark("fair", RemoteOrderId("77")), marketplace_label="The Fair")
ALWAYS = [("The Fair order", "77"), ("listbridge_order", "fair:77")]


def test_an_order_is_tagged_with_the_marketplace_then_with_us_then_as_the_seller_wants() -> None:
    assert tags_of(replace(PLAIN, tags=("urgent", "gift")), longest=40) == ["The Fair", "Listbridge", "urgent", "gift"]


def test_a_tag_stands_once_as_first_written_and_an_empty_one_not_at_all() -> None:
    assert tags_of(replace(PLAIN, tags=("Rush", "RUSH", " ", "the fair")), longest=40) == [
        "The Fair",
        "Listbridge",
        "Rush",
    ]


def test_a_tag_is_as_long_as_the_shop_takes_and_holds_none_of_its_separators() -> None:
    assert tags_of(replace(PLAIN, tags=("a;b", "c,d", "abcdefghij xyz")), longest=11, separator=";") == [
        "The Fair",
        "Listbridge",
        "a b",
        "c,d",
        "abcdefghij",
    ]


def test_every_order_tells_its_marketplaces_id_and_our_mark() -> None:
    assert list(facts_of(PLAIN)) == ALWAYS


def test_taxes_that_the_marketplace_pays_are_told_as_a_sum_with_each_number_once() -> None:
    customs = replace(tax("1.20", remitted=True), scheme="IOSS", reference="IM1")
    nameless = replace(tax("0.30", remitted=True), reference="X9")
    told = draft(line(taxes=(customs, nameless, tax("9.00"))), shipping=shipping(taxes=(customs,)))
    assert list(facts_of(replace(told, mark=PLAIN.mark, marketplace_label="The Fair"))) == [
        *ALWAYS,
        ("Tax collected and paid by The Fair", "2.70 EUR"),
        ("IOSS", "IM1"),
        ("The Fair tax number", "X9"),
    ]


@pytest.mark.parametrize(("place", "told"), [("Shop in Kiel", "Shop in Kiel"), ("", "The Fair")])
def test_a_pickup_tells_where(place: str, told: str) -> None:
    picked = replace(PLAIN, delivery=Delivery.PICKUP, pickup_at=place)
    assert list(facts_of(picked)) == [*ALWAYS, ("Pickup at", told)]


def test_a_buyers_tax_id_the_country_that_the_shop_lacks_and_gifts_are_told_in_this_order() -> None:
    gifts = (Gift(LineId("1"), "eve@mail.example", "", "Enjoy"), Gift(LineId("2"), sender="Bob"))
    told = facts_of(replace(PLAIN, buyer=Buyer(tax_id="DE1", gifts=gifts)), country="XK")
    assert list(told) == [
        *ALWAYS,
        ("Tax id", "DE1"),
        ("Shipping country", "XK"),
        ("Gift recipient", "eve@mail.example"),
        ("Gift message", "Enjoy"),
        ("Gift sender", "Bob"),
    ]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Ada M. Lovelace", ("Ada M.", "Lovelace")),
        ("  Ada   Lovelace ", ("Ada", "Lovelace")),
        ("Plato", ("", "Plato")),
        ("", ("", "")),
    ],
)
def test_the_last_word_of_a_name_is_the_last_name(name: str, parts: tuple[str, str]) -> None:
    assert first_and_last(name) == parts


@pytest.mark.parametrize(("title", "sku", "told"), [("Mug", "M-1", "Mug"), ("", "M-1", "M-1"), ("", "", "Item")])
def test_a_line_is_called_by_its_title_else_by_its_sku(title: str, sku: str, told: str) -> None:
    assert line_title(replace(line(), title=title, sku=sku)) == told


@pytest.mark.parametrize(
    ("title", "service", "told"), [("By hand", "HAND", "By hand"), ("", "HAND", "HAND"), ("", "", "Shipping")]
)
def test_shipping_is_called_by_its_name_else_by_its_service(title: str, service: str, told: str) -> None:
    assert shipping_title(replace(shipping(), title=title, service=service)) == told


def test_what_no_part_explains_is_the_marketplaces_adjustment() -> None:
    assert adjustment_title(PLAIN) == "The Fair adjustment"
