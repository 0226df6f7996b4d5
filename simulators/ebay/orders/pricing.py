"""What an order costs: the amounts of its lines, and the summary that adds them up.

Source: sell_fulfillment 1.20.7: PricingSummary, LineItem, DeliveryCost, Tax, EbayCollectAndRemitTax, Amount. Where a tax
is eBay's own business (collect and remit), totals hold it only for a call with `fieldGroups=TAX_BREAKDOWN`.
From public recordings of answers (2024 to 2026): an amount has no needless zero (`10.0`, `122.2`), a line's
`shippingCost` is what is left after its discount, and `taxes` stays empty for collected taxes without TAX_BREAKDOWN.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Json = dict[str, Any]
NOTHING = Decimal(0)
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Wallet:
    """How an order writes its amounts: in the site's currency, converted from the buyer's where that is another.

    `rate` is how many units of the buyer's currency one unit of the site's is worth.
    """

    currency: str
    buyer_currency: str = ""
    rate: Decimal = Decimal(1)

    def write(self, value: Decimal) -> dict[str, str]:
        amount = money(value, self.currency)
        if self.buyer_currency:
            before = (value * self.rate).quantize(_CENT, ROUND_HALF_UP)
            amount |= {"convertedFromValue": _text(before), "convertedFromCurrency": self.buyer_currency}
        return amount


@dataclass(frozen=True, slots=True)
class LinePrice:
    """The amounts of one line, none below 0. `remitted` are eBay's own taxes and fees, by type."""

    cost: Decimal
    discount: Decimal = NOTHING
    delivery: Decimal = NOTHING
    delivery_discount: Decimal = NOTHING
    tax: Decimal = NOTHING
    tax_type: str = "STATE_SALES_TAX"
    remitted: tuple[tuple[str, Decimal], ...] = ()

    @property
    def total(self) -> Decimal:
        return self.cost - self.discount + self.delivery - self.delivery_discount + self.tax


def money(value: Decimal, currency: str) -> dict[str, str]:
    """An amount as eBay writes it."""
    return {"value": _text(value), "currency": currency}


def _text(value: Decimal) -> str:
    return f"{value:.2f}".removesuffix("0")


def line_amounts(price: LinePrice, wallet: Wallet) -> Json:
    """The money of a line item, as a call without TAX_BREAKDOWN shows it."""
    write = wallet.write
    shown: Json = {
        "lineItemCost": write(price.cost),
        "total": write(price.total),
        "deliveryCost": {"shippingCost": write(price.delivery - price.delivery_discount)},
        "appliedPromotions": [],
        "taxes": [{"amount": write(price.tax)}] if price.tax else [],
    }
    if price.discount:
        shown["discountedLineItemCost"] = write(price.cost - price.discount)
        shown["appliedPromotions"] = [
            {"promotionId": "500001", "description": "Sale", "discountAmount": write(price.discount)}
        ]
    if price.delivery_discount:
        shown["deliveryCost"]["discountAmount"] = write(price.delivery_discount)
    if price.remitted:
        shown["ebayCollectAndRemitTaxes"] = [
            {"taxType": kind, "amount": write(amount), "collectionMethod": "NET"} for kind, amount in price.remitted
        ]
    return shown


def line_breakdown(price: LinePrice, wallet: Wallet) -> Json:
    """What TAX_BREAKDOWN changes in a line: every tax with its type, and a total that holds eBay's as well."""
    write = wallet.write
    own = ((price.tax_type, price.tax),) if price.tax else ()
    return {
        "total": write(price.total + _collected([price])),
        "taxes": [{"amount": write(amount), "taxType": kind} for kind, amount in (*own, *price.remitted)],
    }


def summary(
    prices: list[LinePrice], adjustment: Decimal, wallet: Wallet, *, breakdown: bool = False
) -> tuple[Json, Decimal]:
    """`pricingSummary` of an order, and its total. Discounts are negative, absent parts are left out.

    total = priceSubtotal + priceDiscount + deliveryCost + deliveryDiscount + adjustment + tax + fee.
    """
    fee = _collected(prices, fees=True) if breakdown else NOTHING
    remitted = _collected(prices) - fee if breakdown else NOTHING
    parts = {
        "priceSubtotal": _sum(price.cost for price in prices),
        "priceDiscount": -_sum(price.discount for price in prices),
        "deliveryCost": _sum(price.delivery for price in prices),
        "deliveryDiscount": -_sum(price.delivery_discount for price in prices),
        "adjustment": adjustment,
        "tax": _sum(price.tax for price in prices) + remitted,
        "fee": fee,
    }
    always = ("priceSubtotal", "deliveryCost")
    shown = {name: wallet.write(value) for name, value in parts.items() if value or name in always}
    total = _sum(parts.values())
    return {**shown, "total": wallet.write(total)}, total


def fee_basis(prices: list[LinePrice], adjustment: Decimal) -> Decimal:
    """What eBay's fees are reckoned from: the whole, collected taxes included (seen in recorded answers)."""
    return _sum(price.total for price in prices) + adjustment + _collected(prices)


def _collected(prices: Iterable[LinePrice], *, fees: bool = False) -> Decimal:
    """eBay's own taxes and fees of some lines, or the fees alone (ELECTRONIC_RECYCLING_FEE and the like)."""
    return _sum(amount for price in prices for kind, amount in price.remitted if not fees or kind.endswith("_FEE"))


def _sum(values: Iterable[Decimal]) -> Decimal:
    return sum(values, NOTHING)
