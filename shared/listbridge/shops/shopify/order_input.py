"""A marketplace order as Shopify is given it: pure functions from ShopOrderDraft to OrderCreateOrderInput.

What the fields mean is told by their descriptions in Shopify's schema of 2026-04. An order's total there is its lines,
less the discount, plus shipping, plus the tax lines where prices are without taxes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from listbridge.domain.money import Money
from listbridge.domain.order_amounts import ShopLine, fitted, rate_of, shop_lines, take_off
from listbridge.domain.orders import Address, Buyer, Delivery, Gift, ShippingCharge, Tax
from listbridge.domain.shop_orders import ShopOrderDraft
from listbridge.shops.shopify.mapping import gid
from listbridge.shops.shopify.order_queries import MARK_KEY, MARK_NAMESPACE
from listbridge.shops.shopify.regions import place_of

LINE_PROPERTY = "_listbridge_line"
"""The property that holds the marketplace's line id; buyers are not shown properties that begin with an underscore."""
MARK_ATTRIBUTE = "listbridge_order"
"""Our mark once more, where it outlives a merchant who deletes the metafield's definition with all its values."""
OUR_TAG = "Listbridge"
_LONGEST_TAG = 40

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
        "metafields": [
            {"namespace": MARK_NAMESPACE, "key": MARK_KEY, "type": "id", "value": draft.mark.value}
        ],
        "tags": _tags((draft.marketplace_label, OUR_TAG, *draft.tags)),
        "customAttributes": [{"key": key, "value": value} for key, value in _attributes(draft)],
        "lineItems": [_line(line, draft) for line in lines],
        "taxesIncluded": draft.tax_included,
        "shippingLines": list(_shipping_lines(draft, shipping)),
        "financialStatus": "PAID",
    }
    if off_lines:
        code = f"{draft.marketplace_label} adjustment"
        order["discountCode"] = {
            "itemFixedDiscountCode": {"code": code, "amountSet": _bag(Money(off_lines, currency))}
        }
    if draft.total.amount > 0:
        sale = {"kind": "SALE", "status": "SUCCESS", "gateway": draft.marketplace_label}
        order["transactions"] = [sale | {"amountSet": _bag(draft.total)}]
    return order | _buyer(draft.buyer)


def _line(line: ShopLine, draft: ShopOrderDraft) -> Fields:
    title = line.of.title or line.of.sku or "Item"
    fields: Fields = {
        "title": title,
        "quantity": line.quantity,
        "priceSet": _bag(line.each),
        # The default is False, and then nobody is asked to send anything.
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
        yield {
            "title": f"{draft.marketplace_label} adjustment",
            "code": "adjustment",
            "priceSet": _bag(draft.adjustment),
        }


def _shipping_line(charge: ShippingCharge, price: Decimal, tax_included: bool) -> Fields:
    fields: Fields = {
        "title": charge.title or charge.service or "Shipping",
        "priceSet": _bag(Money(price, charge.amount.currency)),
        "taxLines": _tax_lines(
            [tax for tax in charge.taxes if not tax.remitted], charge.amount.amount, tax_included
        ),
    }
    return fields | {"code": charge.service} if charge.service else fields


def _tax_lines(taxes: Iterable[Tax], amount: Decimal, tax_included: bool) -> list[Fields]:
    taxes = tuple(taxes)
    within = sum((tax.amount.amount for tax in taxes), Decimal(0)) if tax_included else Decimal(0)
    return [
        {
            "title": tax.title or "Tax",
            "rate": str(rate_of(tax, amount, within=within)),
            "priceSet": _bag(tax.amount),
        }
        for tax in taxes
    ]


def _attributes(draft: ShopOrderDraft) -> Iterator[tuple[str, str]]:
    label = draft.marketplace_label
    yield f"{label} order", str(draft.mark.remote)
    yield MARK_ATTRIBUTE, draft.mark.value
    paid_there = [tax for line in draft.lines for tax in line.taxes if tax.remitted]
    paid_there += [tax for tax in draft.shipping.taxes if tax.remitted]
    # Not as a tax line, channelLiable or not: it is in no amount of the order, and every tax line is.
    amount = sum((tax.amount.amount for tax in paid_there), Decimal(0))
    if amount:
        yield f"Tax collected and paid by {label}", str(Money(amount, draft.total.currency))
    for scheme, reference in dict.fromkeys((tax.scheme, tax.reference) for tax in paid_there):
        if reference:
            yield scheme or f"{label} tax number", reference
    if draft.delivery is Delivery.PICKUP:
        yield "Pickup at", draft.pickup_at or label
    buyer = draft.buyer
    if buyer is None:
        return
    if buyer.tax_id:
        yield "Tax id", buyer.tax_id
    to = buyer.shipping
    if to is not None and to.country and not place_of(to.country, to.region).country:
        yield "Shipping country", to.country
    for gift in buyer.gifts:
        yield from _gift(gift)


def _gift(gift: Gift) -> Iterator[tuple[str, str]]:
    """Whom a digital gift is for; the seller mails it."""
    told = (
        ("Gift recipient", gift.recipient_email),
        ("Gift sender", gift.sender),
        ("Gift message", gift.message),
    )
    yield from ((key, value) for key, value in told if value)


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


def address_input(address: Address) -> Fields:
    """MailingAddressInput, empty fields left out.

    `provinceCode` takes codes only; a region without one goes behind the other lines, so that it is not lost to the parcel.
    """
    words = address.name.split()
    first, *others = address.lines or ("",)
    place = place_of(address.country, address.region)
    others.append(place.words)
    fields: Mapping[str, str] = {
        "firstName": " ".join(words[:-1]),
        "lastName": words[-1] if words else "",
        "company": address.company,
        "address1": first,
        "address2": ", ".join(one for one in others if one),
        "city": address.city,
        "provinceCode": place.province,
        "zip": address.postal_code,
        "countryCode": place.country,
        "phone": address.phone,
    }
    return {name: value for name, value in fields.items() if value}


def _tags(tags: Iterable[str]) -> list[str]:
    """Each once, as first written; a comma would cut a tag in two, and Shopify takes 40 characters."""
    unique: dict[str, str] = {}
    for tag in tags:
        clean = tag.replace(",", " ").strip()[:_LONGEST_TAG].strip()
        if clean:
            unique.setdefault(clean.casefold(), clean)
    return list(unique.values())


def _bag(money: Money) -> Fields:
    """Without presentment money: "we assume that the presentment currency is the same"."""
    return {"shopMoney": {"amount": f"{money.amount:f}", "currencyCode": money.currency}}
