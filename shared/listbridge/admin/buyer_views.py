"""Who bought, as operators and admins are answered."""

from __future__ import annotations

from listbridge.admin.shape import Shape
from listbridge.domain.orders import Address, Buyer


class AddressView(Shape):
    """Where to send to, or to bill; the country is ISO 3166-1 alpha-2."""

    name: str
    company: str
    lines: tuple[str, ...]
    city: str
    region: str
    postal_code: str
    country: str
    phone: str

    @classmethod
    def maybe(cls, address: Address | None) -> AddressView | None:
        if address is None:
            return None
        return cls(
            name=address.name, company=address.company, lines=address.lines, city=address.city,
            region=address.region, postal_code=address.postal_code, country=address.country, phone=address.phone,
        )  # fmt: skip


class BuyerView(Shape):
    """Who bought."""

    name: str
    email: str
    phone: str
    tax_id: str
    shipping: AddressView | None
    billing: AddressView | None
    note: str
    """What the buyer wrote to the seller at the checkout."""

    @classmethod
    def maybe(cls, buyer: Buyer | None) -> BuyerView | None:
        if buyer is None:
            return None
        return cls(
            name=buyer.name, email=buyer.email, phone=buyer.phone, tax_id=buyer.tax_id,
            shipping=AddressView.maybe(buyer.shipping), billing=AddressView.maybe(buyer.billing), note=buyer.note,
        )  # fmt: skip


def buyer_name(buyer: Buyer | None) -> str | None:
    """The buyer's name, or that of their address; None when neither is known."""
    if buyer is None:
        return None
    address = buyer.shipping or buyer.billing
    return buyer.name or (address.name if address else "") or None
