"""A marketplace order as Shopify is given it: pure functions from ShopOrderDraft to OrderCreateOrderInput.

What the fields mean is told by their descriptions in Shopify's schema of 2026-04. An order's total there is its lines,
less the discount, plus shipping, plus the tax lines where prices are without taxes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from listbridge.domain.money import Money
from listbridge.domain.orders.address_fields import AddressForm, OrderParts
from listbridge.domain.orders.amounts import ShopLine, fitted, rate_of, shop_lines, take_off
from listbridge.domain.orders.orders import Address, Buyer, Delivery, ShippingCharge, Tax
from listbridge.domain.orders.shop_orders import ShopOrderDraft
from listbridge.domain.orders.texts import adjustment_title, facts_of, line_title, shipping_title, tags_of
from listbridge.shops.shopify.catalog.mapping import gid
from listbridge.shops.shopify.orders.queries import MARK_KEY, MARK_NAMESPACE
from listbridge.shops.shopify.orders.regions import ATLAS

LINE_PROPERTY = "_listbridge_line"
"""The property that holds the marketplace's line id; buyers are not shown properties that begin with an underscore."""
_LONGEST_TAG = 40
"""Shopify takes 40 characters."""

ADDRESS = AddressForm(
    first_name="firstName",
    last_name="lastName",
    company="company",
    street="address1",
    further="address2",
    city="city",
    region="provinceCode",
    postal_code="zip",
    country="countryCode",
    phone="phone",
)
PARTS = OrderParts(ADDRESS, ("shippingAddress", "billingAddress"), dispensable=("email",))

Fields = dict[str, Any]

MOST_LINES = 250
"""Of any array in an input (shopify.dev, "API limits")."""


def order_input(draft: ShopOrderDraft, now: datetime) -> Fields:
    """The order to create. Raises CannotAddUp when no Shopify order comes to the draft's total.

    `now` bounds the time of the order: Shopify refuses one in the future (PROCESSED_AT_INVALID).
    """
    draft = fitted(draft, MOST_LINES)
    lines = shop_lines(draft.lines)
    off_lines, shipping = take_off(draft)
    currency = draft.total.currency
    order: Fields = {
        # "The shop-facing currency for the order": all amounts are in it, so that nobody converts anything.
        "currency": currency,
        "processedAt": min(draft.placed_at, now).astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "sourceName": draft.mark.marketplace,
        "sourceIdentifier": str(draft.mark.remote),
        "metafields": [{"namespace": MARK_NAMESPACE, "key": MARK_KEY, "type": "id", "value": draft.mark.value}],
        "tags": tags_of(draft, longest=_LONGEST_TAG),
        "customAttributes": [
            {"key": key, "value": value} for key, value in facts_of(draft, country=_unknown_country(draft.buyer))
        ],
        "lineItems": [_line(line, draft) for line in lines],
        "taxesIncluded": draft.tax_included,
        "shippingLines": list(_shipping_lines(draft, shipping)),
        "financialStatus": "PAID",
    }
    if off_lines:
        order["discountCode"] = {
            "itemFixedDiscountCode": {"code": adjustment_title(draft), "amountSet": _bag(Money(off_lines, currency))}
        }
    if draft.total.amount > 0:
        sale = {"kind": "SALE", "status": "SUCCESS", "gateway": draft.marketplace_label}
        order["transactions"] = [sale | {"amountSet": _bag(draft.total)}]
    return order | _buyer(draft.buyer)


def _line(line: ShopLine, draft: ShopOrderDraft) -> Fields:
    fields: Fields = {
        "title": line_title(line.of),
        "quantity": line.quantity,
        "priceSet": _bag(line.each),
        # The default is False, and then nobody is asked to ship anything.
        "requiresShipping": draft.delivery is not Delivery.DIGITAL,
        "properties": [{"name": LINE_PROPERTY, "value": str(line.of.line)}],
        "taxLines": _tax_lines(line.taxes, line.each.amount * line.quantity, draft.tax_included),
    }
    if line.of.sku:
        fields["sku"] = str(line.of.sku)
    if line.of.variant is not None:
        fields["variantId"] = gid("ProductVariant", line.of.variant)
    return fields


def _shipping_lines(draft: ShopOrderDraft, price: Decimal) -> Iterator[Fields]:
    charge = draft.shipping
    if price or charge.service or charge.title:
        yield _shipping_line(charge, price, draft.tax_included)
    # More than the parts explain is a second charge, and not a line item: that would lie on the packing list, and the
    # order would never be wholly fulfilled.
    if draft.adjustment.amount > 0:
        yield {"title": adjustment_title(draft), "code": "adjustment", "priceSet": _bag(draft.adjustment)}


def _shipping_line(charge: ShippingCharge, price: Decimal, tax_included: bool) -> Fields:
    fields: Fields = {
        "title": shipping_title(charge),
        "priceSet": _bag(Money(price, charge.amount.currency)),
        "taxLines": _tax_lines([tax for tax in charge.taxes if not tax.remitted], charge.amount.amount, tax_included),
    }
    return fields | {"code": charge.service} if charge.service else fields


def _tax_lines(taxes: Iterable[Tax], amount: Decimal, tax_included: bool) -> list[Fields]:
    taxes = tuple(taxes)
    within = sum((tax.amount.amount for tax in taxes), Decimal(0)) if tax_included else Decimal(0)
    return [
        {"title": tax.title or "Tax", "rate": str(rate_of(tax, amount, within=within)), "priceSet": _bag(tax.amount)}
        for tax in taxes
    ]


def _unknown_country(buyer: Buyer | None) -> str:
    """The country to ship to, where Shopify knows none of that code."""
    to = buyer.shipping if buyer is not None else None
    return "" if to is None or ATLAS.place_of(to.country, to.region).country else to.country


def _buyer(buyer: Buyer | None) -> Fields:
    """E-mail and addresses. No customer: a marketplace's relay addresses would fill the list with junk. No phone of the
    order's own either, which Shopify checks strictly; the address keeps it."""
    if buyer is None:
        return {}
    fields: Fields = {"email": buyer.email} if buyer.email else {}
    if buyer.note:
        fields["note"] = buyer.note
    for name, address in (("shippingAddress", buyer.shipping), ("billingAddress", buyer.billing)):
        if address is not None:
            fields[name] = address_input(address)
    return fields


def address_input(address: Address) -> dict[str, str]:
    """MailingAddressInput, empty fields left out. `provinceCode` takes codes only."""
    return ADDRESS.fields(address, ATLAS.place_of(address.country, address.region))


def _bag(money: Money) -> Fields:
    """Without presentment money: "we assume that the presentment currency is the same"."""
    return {"shopMoney": {"amount": f"{money.amount:f}", "currencyCode": money.currency}}
