"""Orders as eBay tells them, for tests that read them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from listbridge.domain.money import Money
from listbridge.domain.orders.orders import RemoteOrder
from listbridge.marketplaces.ebay.orders.mapping import READER


def usd(value: str) -> dict[str, str]:
    return {"value": value, "currency": "USD"}


def dollars(value: str) -> Money:
    return Money(Decimal(value), "USD")


def line(number: int = 1, cost: str = "59.73", **more: Any) -> dict[str, Any]:
    return {
        "lineItemId": f"100650054561{number:02d}",
        "legacyItemId": "355590382026",
        "sku": f"HB-{number}",
        "title": "Velvet headband",
        "lineItemCost": usd(cost),
        "quantity": 1,
        "listingMarketplaceId": "EBAY_US",
        "lineItemFulfillmentStatus": "NOT_STARTED",
        "taxes": [],
        **more,
    }


def order(*lines: dict[str, Any], pricing: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {
        "orderId": "12-34567-89012",
        "creationDate": "2026-11-01T12:00:00.000Z",
        "lastModifiedDate": "2026-11-01T12:30:00.250Z",
        "orderPaymentStatus": "PAID",
        "orderFulfillmentStatus": "NOT_STARTED",
        "cancelStatus": {"cancelState": "NONE_REQUESTED", "cancelRequests": []},
        "pricingSummary": pricing or {"deliveryCost": usd("10.0"), "total": usd("69.73")},
        "lineItems": list(lines) or [line()],
        **more,
    }


def mapped(body: dict[str, Any]) -> RemoteOrder:
    """Every order must come to its total, whatever its parts."""
    found = READER.read(body).order
    parts = sum((one.amount.amount for one in found.lines), found.shipping.amount.amount)
    own = sum((tax.amount.amount for one in found.lines for tax in one.taxes if not tax.remitted), Decimal(0))
    added = Decimal(0) if found.tax_included else own
    assert found.total.amount == parts + found.adjustment.amount + added
    return found


STEP = {
    "shippingServiceCode": "USPSPriority",
    "shipTo": {
        "fullName": "Ada Buyer",
        "companyName": "Buyer & Co",
        "contactAddress": {
            "addressLine1": "1 Example Street",
            "addressLine2": "Flat 2",
            "city": "Exampleton",
            "stateOrProvince": "NY",
            "postalCode": "10001",
            "countryCode": "US",
        },
        "primaryPhone": {"phoneNumber": "5550100"},
        "email": "ada@members.example",
    },
}
SENT = [{"fulfillmentInstructionsType": "SHIP_TO", "shippingStep": STEP}]
