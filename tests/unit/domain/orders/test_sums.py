"""What an order comes to, read from a total that may hold taxes or not."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from listbridge.domain.ids import LineId, Site, Sku
from listbridge.domain.money import Money
from listbridge.domain.orders.orders import RemoteLine, ShippingCharge, Tax
from listbridge.domain.orders.sums import ToldSums, sums_of, tax_on_shipping

CENTS = st.integers(1, 100_000).map(lambda cents: Decimal(cents) / 100)


def usd(amount: Decimal | str) -> Money:
    return Money(Decimal(amount), "USD").in_units()


def line(amount: Decimal, *taxes: Tax) -> RemoteLine:
    return RemoteLine(
        id=LineId("1"), sku=Sku("MUG"), title="Mug", quantity=1, amount=usd(amount), taxes=taxes, site=Site("S")
    )


def shipping(amount: Decimal | str = "0.00") -> ShippingCharge:
    return ShippingCharge("", "", usd(amount))


@given(goods=CENTS, charge=CENTS, own=CENTS)
def test_an_own_tax_that_the_total_holds_is_added_and_leaves_nothing_unexplained(
    goods: Decimal, charge: Decimal, own: Decimal
) -> None:
    told = ToldSums("USD", goods + charge + own)
    sums = sums_of(told, [line(goods, Tax("VAT", usd(own)))], shipping(charge))
    assert (sums.total, sums.adjustment, sums.tax_included) == (usd(goods + charge + own), usd("0.00"), False)


@given(goods=CENTS, charge=CENTS, own=CENTS)
def test_an_own_tax_that_the_total_does_not_hold_is_within_the_prices(
    goods: Decimal, charge: Decimal, own: Decimal
) -> None:
    sums = sums_of(ToldSums("USD", goods + charge), [line(goods, Tax("VAT", usd(own)))], shipping(charge))
    assert (sums.total, sums.adjustment, sums.tax_included) == (usd(goods + charge), usd("0.00"), True)


@given(goods=CENTS, remitted=CENTS)
def test_what_the_marketplace_remits_is_never_owed_to_the_seller(goods: Decimal, remitted: Decimal) -> None:
    lines = [line(goods, Tax("Sales tax", usd(remitted), remitted=True))]
    for total in (goods, goods + remitted):
        assert sums_of(ToldSums("USD", total), lines, shipping()).total == usd(goods)


def test_a_tax_that_no_line_tells_is_shippings_where_the_total_proves_it() -> None:
    told = ToldSums("USD", Decimal("17.00"), tax=Decimal("2.00"))
    assert tax_on_shipping(told, [line(Decimal("10.00"))], usd("5.00")) == (Tax("Tax", usd("2.00")),)


def test_a_tax_that_the_total_does_not_hold_is_no_tax_on_shipping() -> None:
    told = ToldSums("USD", Decimal("15.00"), tax=Decimal("2.00"))
    assert tax_on_shipping(told, [line(Decimal("10.00"))], usd("5.00")) == ()
