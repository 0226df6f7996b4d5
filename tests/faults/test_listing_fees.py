"""A marketplace that charges for each listing: the fee is said before it is paid, told when it is, and counted."""

from __future__ import annotations

from decimal import Decimal

from listbridge.domain.configuration import SalesList
from listbridge.domain.ids import ListingKey
from listbridge.domain.money import Money
from listbridge.services.listings.publish.preview import preview_products
from tests.fakes.world import LIST
from tests.faults.any_pair import AnyPair, any_pair

FEE = Money(Decimal("0.20"), "USD")


def charged(p: AnyPair, key: ListingKey) -> list[tuple[str, str]]:
    told = reversed(p.world.stores.activity.of_subject(str(key), 100)[0])
    return [(one.params["fee"], one.params["count"]) for one in told if one.event == "fee_charged"]


def test_the_fee_is_shown_before_it_is_paid_and_each_listing_says_what_it_cost() -> None:
    p = any_pair("shopify", "etsy")
    product = p.add_product("MUG")
    sales_list = p.world.stores.configuration.get(SalesList, LIST)
    [previewed] = preview_products(p.world.deps, sales_list, [product])
    assert (previewed.problems, previewed.fee) == ((), FEE)
    [mug] = p.world.sell(product)
    [plate] = p.sell("PLATE")
    assert (charged(p, mug), charged(p, plate)) == ([("0.20 USD", "1")], [("0.20 USD", "2")])


def test_a_pause_and_a_restock_cost_nothing() -> None:
    p = any_pair("shopify", "etsy")
    [mug] = p.sell("MUG")
    for stock in (0, 4):
        p.shop.set_stock("MUG", stock)
        p.run(180)
    assert p.shown("MUG") == (4, Decimal("10.00"))
    assert len(charged(p, mug)) == 1


def test_a_marketplace_that_charges_nothing_shows_no_fee() -> None:
    p = any_pair("shopify", "ebay")
    sales_list = p.world.stores.configuration.get(SalesList, LIST)
    [previewed] = preview_products(p.world.deps, sales_list, [p.add_product("MUG")])
    assert previewed.fee is None
