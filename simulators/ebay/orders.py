"""Orders: what a purchase leaves behind, as the Fulfillment API shows it. Source: sell_fulfillment 1.20.7, Order."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from simulators.ebay.sites import SITES
from simulators.ebay.state import Listing, Offer, Order, Seller
from simulators.ebay.wire import Operation
from simulators.ebay.world import World, iso


def _money(value: Decimal, currency: str) -> dict[str, str]:
    return {"value": f"{value:.2f}", "currency": currency}


def place_order(
    world: World, seller: Seller, offer: Offer, listing: Listing, quantity: int, *, paid: bool
) -> Order:
    """An order of one line, paid at once unless `paid` is False. Amounts in the site's currency, delivery free."""
    now, number = world.now(), len(seller.orders) + 1
    order_id = f"{world.random.randrange(10, 28):02d}-{world.random.randrange(10**5):05d}-{number:05d}"
    price = offer.price or {"value": "0", "currency": SITES[offer.marketplace_id].currency}
    total = _money(Decimal(price["value"]) * quantity, price["currency"])
    data: dict[str, Any] = {
        "orderId": order_id,
        "creationDate": iso(now),
        "orderFulfillmentStatus": "NOT_STARTED",
        "orderPaymentStatus": "PAID" if paid else "PENDING",
        "sellerId": seller.username,
        "buyer": {"username": f"buyer{number}"},
        "pricingSummary": {
            "priceSubtotal": total,
            "deliveryCost": _money(Decimal(0), price["currency"]),
            "total": total,
        },
        "cancelStatus": {"cancelState": "NONE_REQUESTED", "cancelRequests": []},
        "paymentSummary": _payment(world, total, paid=paid),
        "fulfillmentStartInstructions": [_instruction(offer.marketplace_id, number, now)],
        "fulfillmentHrefs": [],
        "lineItems": [_line(world, seller, offer, listing, quantity, total)],
    }
    order = Order(order_id, now, now, data)
    seller.orders[order_id] = order
    return order


def _payment(world: World, total: dict[str, str], *, paid: bool) -> dict[str, Any]:
    payment = {"paymentMethod": "EBAY", "amount": total, "paymentStatus": "PAID" if paid else "PENDING"}
    if paid:
        payment |= {"paymentDate": iso(world.now()), "paymentReferenceId": str(world.random.randrange(10**9))}
    return {"totalDueSeller": total, "refunds": [], "payments": [payment]}


def _instruction(marketplace_id: str, number: int, now: Any) -> dict[str, Any]:
    return {
        "fulfillmentInstructionsType": "SHIP_TO",
        "minEstimatedDeliveryDate": iso(now + timedelta(days=3)),
        "maxEstimatedDeliveryDate": iso(now + timedelta(days=6)),
        "ebaySupportedFulfillment": False,
        "shippingStep": {
            "shipTo": {
                "fullName": f"Test Buyer {number}",
                "contactAddress": {
                    "addressLine1": f"{number} Example Street",
                    "city": "Exampleton",
                    "stateOrProvince": "NY",
                    "postalCode": "10001",
                    "countryCode": SITES[marketplace_id].country,
                },
                "primaryPhone": {"phoneNumber": "5550100"},
                "email": f"buyer{number}@members.example",
            },
            "shippingServiceCode": "ShippingMethodStandard",
        },
    }


def _line(
    world: World, seller: Seller, offer: Offer, listing: Listing, quantity: int, total: dict[str, str]
) -> dict[str, Any]:
    line: dict[str, Any] = {
        "lineItemId": str(10_000_000_000 + world.random.getrandbits(33)),
        "legacyItemId": listing.listing_id,
        "sku": offer.sku,
        "title": listing.title,
        "lineItemCost": total,
        "total": total,
        "quantity": quantity,
        "soldFormat": "FIXED_PRICE",
        "listingMarketplaceId": offer.marketplace_id,
        "purchaseMarketplaceId": offer.marketplace_id,
        "lineItemFulfillmentStatus": "NOT_STARTED",
        "deliveryCost": {"shippingCost": {"value": "0.00", "currency": total["currency"]}},
        "lineItemFulfillmentInstructions": {"shipByDate": iso(world.now() + timedelta(days=1))},
        "refunds": [],
        "taxes": [],
    }
    if listing.group_key is not None:
        aspects = seller.items[offer.sku].product.get("aspects") or {}
        line["legacyVariationId"] = offer.offer_id
        line["variationAspects"] = [
            {"name": name, "value": values[0]} for name, values in aspects.items() if values
        ]
    return line


OPERATIONS: tuple[Operation, ...] = ()
