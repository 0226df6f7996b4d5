"""What the packing table and customs need of a marketplace order stands in the shop's order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from listbridge.domain.ids import LineId
from listbridge.domain.orders.orders import Delivery, Gift
from listbridge.domain.orders.shop_orders import ShopOrderDraft
from listbridge.domain.problem import Problem
from listbridge.shops.shopify.catalog.wire import UserError
from listbridge.shops.shopify.orders.errors import refused_create
from listbridge.shops.shopify.orders.input import order_input
from tests.fakes.order_drafts import BUYER, PLACED, draft, line, tax


def attributes(of: ShopOrderDraft) -> dict[str, str]:
    told: dict[str, Any] = order_input(of, PLACED)
    return {one["key"]: one["value"] for one in told["customAttributes"]}


def test_a_buyer_s_note_is_the_order_s_note() -> None:
    note = "Please ring at the back door; part is for a 2003 pickup"
    assert order_input(draft(buyer=replace(BUYER, note=note)), PLACED)["note"] == note
    assert "note" not in order_input(draft(), PLACED)


def test_the_number_for_the_customs_form_stands_beside_the_tax_that_was_paid() -> None:
    vat = replace(tax("5.00", remitted=True), scheme="IOSS", reference="IM0000000000")
    told = attributes(draft(line(taxes=(vat,)), line(id="10002", taxes=(vat,))))
    assert (told["IOSS"], told["Tax collected and paid by eBay"]) == ("IM0000000000", "10.00 EUR")


def test_two_schemes_are_told_apart_and_one_without_a_name_is_told_too() -> None:
    first = replace(tax("1.00", remitted=True), scheme="IOSS", reference="IM1")
    second = replace(tax("1.00", remitted=True), reference="GB2")
    told = attributes(draft(line(taxes=(first, second))))
    assert (told["IOSS"], told["eBay tax number"]) == ("IM1", "GB2")


def test_digital_goods_ask_nobody_to_send_a_parcel() -> None:
    gift = Gift(LineId("10001"), "friend@members.example", "Alex", "Happy birthday")
    digital = draft(delivery=Delivery.DIGITAL, buyer=replace(BUYER, shipping=None, gifts=(gift,)))
    told = order_input(digital, PLACED)
    assert [one["requiresShipping"] for one in told["lineItems"]] == [False]
    found = attributes(digital)
    assert (found["Gift recipient"], found["Gift sender"], found["Gift message"]) == (
        "friend@members.example",
        "Alex",
        "Happy birthday",
    )


def test_an_order_that_the_buyer_fetches_names_the_place() -> None:
    told = draft(delivery=Delivery.PICKUP, pickup_at="store-7", buyer=replace(BUYER, shipping=None))
    assert attributes(told)["Pickup at"] == "store-7"
    assert attributes(replace(told, pickup_at=""))["Pickup at"] == "eBay"


def test_a_refusal_that_repeats_a_note_or_a_gift_is_told_by_its_code_alone() -> None:
    gift = Gift(LineId("10001"), message="Happy birthday Ottilie")
    made = draft(buyer=replace(BUYER, note="ring twice", gifts=(gift,)))
    for field, words in (
        (("order", "note"), "too long"),
        (("order", "tags"), "bad: Ottilie"),
        (("order", "tags"), "ring"),
    ):
        error = UserError(field=field, message=words, code="INVALID")
        params = {"field": ".".join(field), "reason": "INVALID"}
        assert refused_create([error], made).problem == Problem(
            "shop_refused_order", params, "export_or_handled_outside"
        )
