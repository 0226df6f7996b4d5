"""Who bought, and where to ship to. Personal data: nothing here is logged or put into an error."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from listbridge.domain.ids import LineId
from listbridge.domain.orders.orders import Address, Buyer, Gift, fingerprint
from listbridge.marketplaces.ebay.orders.wire import Contact, Destination, GiftLine, Recipient, ToldAddress


def buyer_of(body: Any) -> Buyer | None:
    """The buyer, None when eBay tells nothing about them (any more). Raises ValidationError for what cannot be read.

    The user name is not kept: the seller cannot write to it, it changes, and for some it is no name at all. Its fingerprint is, to
    find the buyer by when eBay says that they have closed their account.
    """
    told = Recipient.model_validate(body)
    ways = [way.shipping_step for way in told.fulfillment_start_instructions or () if way.shipping_step]
    step = next((way for way in ways if way.ship_to), Destination())
    to, home = step.ship_to or Contact(), (told.buyer and told.buyer.buyer_registration_address) or Contact()
    identifier = told.buyer.tax_identifier if told.buyer else None
    buyer = Buyer(
        name=home.full_name or to.full_name or "",
        email=to.email or home.email or "",
        phone=_phone(to) or _phone(home),
        tax_id=(identifier.taxpayer_id if identifier else None) or "",
        shipping=_address(to, reference=step.ship_to_reference_id or ""),
        billing=_address(home),
        note=(told.buyer_checkout_notes or "").strip(),
        gifts=tuple(gift for line in told.line_items or () if (gift := _gift(line)) is not None),
    )
    user = fingerprint("ebay", (told.buyer and told.buyer.username) or "")
    return replace(buyer, user=user) if buyer != Buyer() else None


def _address(contact: Contact, *, reference: str = "") -> Address | None:
    """None without a street and a place.

    `reference` is the shipment's number at eBay's hub, which "sellers must include [...] immediately above the street
    address" (ShippingStep.shipToReferenceId).
    """
    told = contact.contact_address or ToldAddress()
    lines = [line for line in (told.address_line1, told.address_line2) if line]
    if not lines and not told.city:
        return None
    if reference and not any(reference in line for line in lines):
        lines.insert(0, f"Reference #{reference}")
    return Address(
        name=contact.full_name or "",
        company=contact.company_name or "",
        lines=tuple(lines),
        city=told.city or "",
        region=told.state_or_province or told.county or "",
        postal_code=told.postal_code or "",
        country=told.country_code or "",
        phone=_phone(contact),
    )


def _gift(line: GiftLine) -> Gift | None:
    told = line.gift_details
    if told is None:
        return None
    return Gift(
        line=LineId(line.line_item_id),
        recipient_email=told.recipient_email or "",
        sender=told.sender_name or "",
        message=told.message or "",
    )


def _phone(contact: Contact) -> str:
    return (contact.primary_phone.phone_number if contact.primary_phone else None) or ""
