"""eBay's JSON about product safety, as a part of an offer to send. Source: sell_inventory 1.18.4, Regulatory."""

from __future__ import annotations

from listbridge.infra.calls.wire_models import CamelSent


class RegulatoryContact(CamelSent):
    company_name: str
    address_line1: str | None = None
    address_line2: str | None = None
    city: str | None = None
    state_or_province: str | None = None
    postal_code: str | None = None
    country: str | None = None
    email: str | None = None
    phone: str | None = None
    contact_url: str | None = None


class ResponsiblePerson(RegulatoryContact):
    types: list[str]


class ProductSafety(CamelSent):
    component: str | None = None
    pictograms: list[str] | None = None
    statements: list[str] | None = None


class Regulatory(CamelSent):
    documents: list[dict[str, str]] | None = None
    manufacturer: RegulatoryContact | None = None
    product_safety: ProductSafety | None = None
    responsible_persons: list[ResponsiblePerson] | None = None
