"""Who bought, where to ship to, and what they wrote. Personal data: nothing here is logged or put into an error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from listbridge.domain.ids import LineId
from listbridge.domain.orders.orders import Address, Buyer, Gift
from listbridge.marketplaces.etsy.orders.wire import RecipientTold, VariationTold

PERSONALIZATION = 54
"""The property id under which lines of before the questions of 2026 have what the buyer wrote (seen in public code)."""

_NO_WISH = ("", "Not requested on this item.")
"""What stands in a line whose buyer could have asked for something and did not (etsy/open-api issue 260)."""


def buyer_of(body: Any) -> Buyer | None:
    """The buyer, None when Etsy tells nothing about them. Raises ValidationError for what cannot be read.

    Etsy tells the address of mail to apps that were granted it, and in some regions the address only to partners (getShopReceipt): what is
    not told stays empty.
    """
    told = RecipientTold.model_validate(body)
    buyer = Buyer(
        name=told.name.strip(),
        email=told.buyer_email,
        shipping=_address(told),
        note="\n".join(_notes(told)),
        gifts=tuple(_gifts(told)),
    )
    return buyer if buyer != Buyer() else None


def personal(told: VariationTold) -> bool:
    """Whether it is what the buyer wrote, and not what they chose."""
    return told.question_id is not None or told.property_id == PERSONALIZATION


def _address(told: RecipientTold) -> Address | None:
    """None without a street and a place."""
    lines = tuple(line for line in (told.first_line.strip(), told.second_line.strip()) if line)
    if not lines and not told.city:
        return None
    return Address(
        name=told.name.strip(),
        lines=lines,
        city=told.city,
        region=told.state,
        postal_code=told.zip,
        country=told.country_iso,
    )


def _notes(told: RecipientTold) -> Iterator[str]:
    """What the buyer wrote, then the personalisation of each line, by the line's name."""
    if told.message_from_buyer.strip():
        yield told.message_from_buyer.strip()
    for line in told.transactions:
        for one in line.variations:
            if personal(one) and one.formatted_value.strip() not in _NO_WISH:
                yield f"{line.sku or line.title}: {one.formatted_name or 'Personalization'}: {one.formatted_value.strip()}"
    if told.is_gift and not told.gift_message.strip():
        yield "The order is a gift."


def _gifts(told: RecipientTold) -> Iterator[Gift]:
    """Etsy has one message for the whole order; it goes with its first line."""
    message, sender = told.gift_message.strip(), told.gift_sender.strip()
    if told.transactions and (message or sender):
        yield Gift(LineId(str(told.transactions[0].transaction_id)), sender=sender, message=message)
