"""The texts of a shop order: its titles and tags, and the facts for which no shop has a field."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from listbridge.domain.money import Money
from listbridge.domain.orders.orders import Delivery, Gift, ShippingCharge
from listbridge.domain.orders.shop_orders import DraftLine, ShopOrderDraft

MARK_FACT = "listbridge_order"
"""The name under which our mark stands among the facts."""
OUR_TAG = "Listbridge"


def tags_of(draft: ShopOrderDraft, *, longest: int, separator: str = ",") -> list[str]:
    """The marketplace's tag, ours and the seller's: each once, as first written, of at most `longest` signs.

    A `separator` of the shop's tags would cut one in two.
    """
    unique: dict[str, str] = {}
    for tag in (draft.marketplace_label, OUR_TAG, *draft.tags):
        clean = tag.replace(separator, " ").strip()[:longest].strip()
        if clean:
            unique.setdefault(clean.casefold(), clean)
    return list(unique.values())


def facts_of(draft: ShopOrderDraft, *, country: str = "") -> Iterator[tuple[str, str]]:
    """Names and texts, our mark among them. `country` is the one to ship to, where the shop has no such country."""
    label = draft.marketplace_label
    yield f"{label} order", str(draft.mark.remote)
    yield MARK_FACT, draft.mark.value
    yield from _paid_there(draft)
    if draft.delivery is Delivery.PICKUP:
        yield "Pickup at", draft.pickup_at or label
    buyer = draft.buyer
    if buyer is not None and buyer.tax_id:
        yield "Tax id", buyer.tax_id
    if country:
        yield "Shipping country", country
    for gift in buyer.gifts if buyer is not None else ():
        yield from _gift(gift)


def line_title(line: DraftLine) -> str:
    """What the line is called where the marketplace tells no title."""
    return line.title or line.sku or "Item"


def shipping_title(charge: ShippingCharge) -> str:
    """What the shipping is called, by its name or else by the service."""
    return charge.title or charge.service or "Shipping"


def adjustment_title(draft: ShopOrderDraft) -> str:
    """What an amount is called that no part of the order explains, a discount or a second charge."""
    return f"{draft.marketplace_label} adjustment"


def first_and_last(name: str) -> tuple[str, str]:
    """A buyer's name in two, for shops that want them apart: the last word is the last name."""
    words = name.split()
    return " ".join(words[:-1]), words[-1] if words else ""


def _paid_there(draft: ShopOrderDraft) -> Iterator[tuple[str, str]]:
    """Taxes that the marketplace pays itself. Not as tax lines: they are in no amount of the order, and every tax line is."""
    label = draft.marketplace_label
    taxes = [tax for line in draft.lines for tax in line.taxes if tax.remitted]
    taxes += [tax for tax in draft.shipping.taxes if tax.remitted]
    amount = sum((tax.amount.amount for tax in taxes), Decimal(0))
    if amount:
        yield f"Tax collected and paid by {label}", str(Money(amount, draft.total.currency))
    for scheme, reference in dict.fromkeys((tax.scheme, tax.reference) for tax in taxes):
        if reference:
            yield scheme or f"{label} tax number", reference


def _gift(gift: Gift) -> Iterator[tuple[str, str]]:
    """Whom a digital gift is for; the seller mails it."""
    told = (("Gift recipient", gift.recipient_email), ("Gift sender", gift.sender), ("Gift message", gift.message))
    yield from ((key, value) for key, value in told if value)
