"""Addresses as marketplaces let them pass, and what Shopify takes of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from listbridge.domain.orders.orders import Address, Buyer
from listbridge.domain.verdicts import Rejected
from tests.contract.shops.staged_shopify import Staged
from tests.fakes.order_drafts import draft, line

CHICAGO = Address(
    name="Ada Lovelace", lines=("1 Main St",), city="Chicago", region="IL", postal_code="60601", country="US"
)


@pytest.fixture
def shop() -> Staged:
    return Staged()


def made(shop: Staged, address: Address, email: str = "ada@example.com") -> tuple[Any, int]:
    """The order that stands in the shop, and how many creates it took."""
    variant = shop.add_product("MUG").variants[0]
    buyer = Buyer(name="Ada Lovelace", email=email, shipping=address, billing=address)
    shop.open().create_order(draft(line(variant=variant), buyer=buyer))
    (order,) = shop.simulator.world.live.orders.values()
    return order, sum(call.operation == "orderCreate" for call in shop.simulator.calls)


def test_an_address_that_exists_is_taken_at_once(shop: Staged) -> None:
    order, tries = made(shop, CHICAGO)
    assert (order.shipping_address["province_code"], order.shipping_address["zip"], tries) == ("IL", "60601", 1)


@pytest.mark.parametrize(
    ("changes", "gone", "behind_the_street", "creates"),
    [
        ({"region": "ON"}, "province_code", "ON", 1),  # our own table of regions knows better than to send it
        ({"postal_code": "606"}, "zip", "606", 2),
        ({"region": "ON", "postal_code": "606"}, "zip", "ON, 606", 2),
    ],
)
def test_a_region_or_postcode_that_shopify_does_not_know_goes_behind_the_street(
    shop: Staged, changes: dict[str, str], gone: str, behind_the_street: str, creates: int
) -> None:
    order, tries = made(shop, replace(CHICAGO, **changes))
    assert tries == creates
    for address in (order.shipping_address, order.billing_address):
        assert address[gone] is None
        assert address["address2"] == behind_the_street
        assert (address["address1"], address["city"], address["country_code"]) == ("1 Main St", "Chicago", "US")


def test_a_mail_address_of_no_domain_is_left_out(shop: Staged) -> None:
    order, tries = made(shop, CHICAGO, email="x1@members.invalid")
    assert (order.email, tries) == (None, 2)
    assert order.shipping_address["zip"] == "60601"


def test_what_shopify_refuses_besides_the_address_is_not_tried_twice(shop: Staged) -> None:
    with pytest.raises(Rejected):
        shop.open().create_order(draft(line(variant="1")))
    assert sum(call.operation == "orderCreate" for call in shop.simulator.calls) == 1
    assert shop.orders() == []
