"""Answers about the buyer, for operators and admins."""

from __future__ import annotations

from listbridge.admin.shape import Shape
from listbridge.domain.orders.orders import Address, Buyer


class AddressView(Shape):
    """Where to send to, or to bill; the country is ISO 3166-1 alpha-2."""

    name: str
    """The name at the address; empty when the marketplace does not tell it."""
    company: str
    """The company; empty for none."""
    lines: tuple[str, ...]
    """The lines with street and house number."""
    city: str
    """The city."""
    region: str
    """The state or region, in the marketplace's own words; empty for none."""
    postal_code: str
    """The postal code; empty for none."""
    country: str
    """The country, ISO 3166-1 alpha-2."""
    phone: str
    """The phone number; empty when the marketplace does not tell it."""

    @classmethod
    def maybe(cls, address: Address | None) -> AddressView | None:
        if address is None:
            return None
        return cls(
            name=address.name,
            company=address.company,
            lines=address.lines,
            city=address.city,
            region=address.region,
            postal_code=address.postal_code,
            country=address.country,
            phone=address.phone,
        )


class BuyerView(Shape):
    """Who bought."""

    name: str
    """The buyer's name; empty when the marketplace does not tell it."""
    email: str
    """The buyer's mail address, often one that the marketplace forwards; empty when it does not tell it."""
    phone: str
    """The buyer's phone number; empty when the marketplace does not tell it."""
    tax_id: str
    """The buyer's tax number; empty when the marketplace does not tell it."""
    shipping: AddressView | None
    """Where to send the goods; null when the marketplace does not tell it."""
    billing: AddressView | None
    """Where to send the invoice; null when the marketplace does not tell it."""
    note: str
    """What the buyer wrote to the seller at the checkout; empty for nothing."""

    @classmethod
    def maybe(cls, buyer: Buyer | None) -> BuyerView | None:
        if buyer is None:
            return None
        return cls(
            name=buyer.name,
            email=buyer.email,
            phone=buyer.phone,
            tax_id=buyer.tax_id,
            shipping=AddressView.maybe(buyer.shipping),
            billing=AddressView.maybe(buyer.billing),
            note=buyer.note,
        )


def buyer_name(buyer: Buyer | None) -> str | None:
    """The buyer's name, or that of their address; None when neither is known."""
    if buyer is None:
        return None
    address = buyer.shipping or buyer.billing
    return buyer.name or (address.name if address else "") or None
