"""An address in fields of any names, and what an order makes do without."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from listbridge.domain.ids import RemoteOrderId
from listbridge.domain.orders.address_fields import AddressForm, OrderParts, PartsRefused, Place, creation_key
from listbridge.domain.orders.orders import Address
from listbridge.domain.orders.shop_orders import OrderMark
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Rejected
from tests.fakes.order_drafts import ADDRESS

FORM = AddressForm("given", "family", "firm", "street", "more", "town", "county", "code", "land", "call")
PARTS = OrderParts(FORM, ("to", "bill"), dispensable=("mail",))


def test_every_part_stands_under_the_shops_own_name():
    assert FORM.fields(ADDRESS, Place("GB", "WYK")) == {
        "given": "Ada M.",
        "family": "Lovelace",
        "firm": "Engines Ltd",
        "street": "1 Analytical Way",
        "more": "Flat 2",
        "town": "Leeds",
        "county": "WYK",
        "code": "LS1 4AP",
        "land": "GB",
        "call": "+44 113 4960000",
    }


def test_what_is_not_known_is_left_out():
    assert FORM.fields(Address(name="Ada", city="Leeds"), Place("")) == {"family": "Ada", "town": "Leeds"}


@pytest.mark.parametrize(
    ("lines", "street", "more"),
    [
        (("1 Way",), "1 Way", "Yorkshire"),
        (("1 Way", "Flat 2", "", "Ring twice"), "1 Way", "Flat 2, Ring twice, Yorkshire"),
        ((), None, "Yorkshire"),
    ],
)
def test_a_region_without_a_code_goes_behind_the_other_lines(lines: tuple[str, ...], street: str | None, more: str):
    told = FORM.fields(replace(ADDRESS, lines=lines), Place("GB", words="Yorkshire"))
    assert (told.get("street"), told["more"], told.get("county")) == (street, more, None)


@pytest.mark.parametrize(("name", "told"), [("county", "X"), ("code", "LS1"), ("land", "QQ"), ("firm", "Engines")])
def test_what_a_parcel_needs_goes_behind_the_street(name: str, told: str):
    address = {"town": "Leeds", name: told}
    assert FORM.without(address, name) == {"town": "Leeds", "more": told}
    assert FORM.without(address | {"more": "Flat 2"}, name) == {"town": "Leeds", "more": f"Flat 2, {told}"}
    assert address == {"town": "Leeds", name: told}


def test_a_phone_number_is_left_out_whole():
    assert FORM.without({"town": "Leeds", "call": "1"}, "call") == {"town": "Leeds"}


def test_a_last_name_that_is_wanted_and_not_known_is_a_dash():
    assert FORM.without({"town": "Leeds"}, "family") == {"town": "Leeds", "family": "-"}
    assert FORM.without({"family": "Lovelace"}, "family") is None


@pytest.mark.parametrize("name", ["town", "street", "given", "code", "nothing"])
def test_an_address_is_nothing_without_the_rest_nor_without_what_it_has_not(name: str):
    assert FORM.without({"town": "Leeds", "street": "1 Way", "given": "Ada"}, name) is None


def order() -> dict[str, Any]:
    return {"mail": "x", "rows": [], "to": {"call": "1", "county": "X", "town": "Leeds"}}


def slimmer(*refused: tuple[str, ...]) -> dict[str, Any] | None:
    asked = order()
    told = PARTS.without(asked, refused)
    assert asked == order()
    return told


def test_all_that_is_refused_is_taken_out_at_once():
    assert slimmer(("to", "county"), ("mail",), ("to", "call")) == {"rows": [], "to": {"town": "Leeds", "more": "X"}}


@pytest.mark.parametrize(
    "refused",
    [
        [("to", "town")],
        [("rows",)],
        [("to",)],
        [("bill", "call")],
        [("rows", "0", "call")],
        [("to", "call"), ("rows", "0")],
        [("mail",), ("mail",)],
        [()],
        [("to", "call", "x")],
    ],
    ids=str,
)
def test_an_order_is_not_made_without_what_it_needs(refused: list[tuple[str, ...]]):
    assert slimmer(*refused) is None


def test_an_order_of_which_nothing_is_refused_stays_as_it_is():
    assert slimmer() == order()


class Desk:
    """Refuses what it is told to, an order at a time, and takes the next."""

    def __init__(self, *refused: tuple[str, ...]) -> None:
        self.refused = list(refused)
        self.asked: list[Mapping[str, Any]] = []

    def take(self, order: Mapping[str, Any]) -> str:
        self.asked.append(order)
        if self.refused:
            path = self.refused.pop(0)
            raise PartsRefused([path], Rejected(Problem("refused", {"path": "/".join(path)})))
        return f"order {len(self.asked)}"


def test_an_order_that_is_taken_is_sent_once_and_whole():
    desk = Desk()
    assert PARTS.sent(order(), desk.take) == "order 1"
    assert desk.asked == [order()]


def test_an_order_is_sent_once_more_without_what_is_refused():
    desk = Desk(("to", "call"))
    assert PARTS.sent(order(), desk.take) == "order 2"
    assert desk.asked == [order(), order() | {"to": {"county": "X", "town": "Leeds"}}]


@pytest.mark.parametrize(
    ("refused", "tries", "told"),
    [([("rows",)], 1, "rows"), ([("to", "call"), ("mail",)], 2, "mail")],
    ids=["what it needs", "twice"],
)
def test_an_order_that_is_refused_what_it_needs_or_twice_is_refused(
    refused: list[tuple[str, ...]], tries: int, told: str
):
    desk = Desk(*refused)
    with pytest.raises(Rejected) as verdict:
        PARTS.sent(order(), desk.take)
    assert verdict.value.problem == Problem("refused", {"path": told})
    assert len(desk.asked) == tries


def test_each_attempt_at_an_order_has_one_key_and_another_order_another() -> None:
    mark = OrderMark("ebay", RemoteOrderId("12-34567-89012"))
    assert creation_key(mark) == creation_key(mark)
    assert len({creation_key(mark), creation_key(OrderMark("ebay", RemoteOrderId("2")))}) == 2


def test_an_order_without_refused_parts_has_a_key_of_its_own() -> None:
    parts = OrderParts(FORM, ("to",), dispensable=("email",))
    whole = {"to": {"phone": "+44", "town": "Leeds"}, "email": "a@b.example", "total": "1.00"}
    mark = OrderMark("ebay", RemoteOrderId("12-34567-89012"))
    without_phone = {**whole, "to": {"town": "Leeds"}}
    without_email = {name: value for name, value in whole.items() if name != "email"}
    assert parts.left_out(whole, whole) == ()
    assert parts.left_out(whole, without_phone) == ("to/phone",)
    assert parts.left_out(whole, without_email) == ("email",)
    keys = [creation_key(mark, parts.left_out(whole, sent)) for sent in (whole, without_phone, without_email)]
    assert keys[0] == creation_key(mark)
    assert len(set(keys)) == 3
