"""Who bought, and where to ship to. Personal data: nothing here is logged or put into an error."""

from __future__ import annotations

from typing import Any

from listbridge.domain.ids import LineId
from listbridge.domain.orders.orders import Address, Buyer, Gift
from listbridge.marketplaces.amazon.orders.wire import Recipient, ToldPeople


def buyer_of(body: Any) -> Buyer | None:
    """The buyer, None where Amazon tells nothing about them: the role is not granted, or the order is not paid yet.

    Raises ValidationError for what cannot be read.
    """
    told = ToldPeople.model_validate(body)
    shipping = _address(told.recipient, told.buyer.buyer_company_name)
    numbers = (one.tax_registration_number for one in told.tax.tax_registrations if one.entity_type == "BUYER")
    preference = told.recipient.delivery_preference
    number = told.buyer.buyer_purchase_order_number.strip()
    wishes = (
        preference.address_instruction.strip(),
        preference.drop_off_location.strip(),
        f"PO {number}" if number else "",
    )
    buyer = Buyer(
        name=told.buyer.buyer_name or (shipping.name if shipping else ""),
        email=told.buyer.buyer_email,
        phone=shipping.phone if shipping else "",
        tax_id=next((number for number in numbers if number), ""),
        shipping=shipping,
        note="\n".join(wish for wish in wishes if wish),
        gifts=tuple(
            Gift(LineId(one.order_item_id), message=one.fulfillment.packing.gift_option.gift_message)
            for one in told.order_items
            if one.fulfillment.packing.gift_option.gift_message
        ),
    )
    return buyer if buyer != Buyer() else None


def _address(recipient: Recipient, company: str) -> Address | None:
    """None without a street and a place."""
    told = recipient.delivery_address
    if told is None:
        return None
    lines = [told.address_line1, told.address_line2, told.address_line3, told.district_or_county]
    city = told.city or told.municipality
    if not any(lines) and not city:
        return None
    return Address(
        name=told.name,
        company=told.company_name or company,
        lines=tuple(line for line in lines if line),
        city=city,
        region=told.state_or_region,
        postal_code=told.postal_code,
        country=told.country_code,
        phone=told.phone,
    )
