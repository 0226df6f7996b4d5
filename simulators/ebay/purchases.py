"""What a purchase leaves behind: an order as the Fulfillment API shows it, and what happens to it outside the API.

Source: sell_fulfillment 1.20.7, Order. Amounts are texts in the site's currency, delivery is free, eBay keeps no tax.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from simulators.ebay.sites import SITES
from simulators.ebay.state import Listing, Offer, Order, Seller
from simulators.ebay.world import World, iso


@dataclass(frozen=True, slots=True)
class Purchase:
    """Some units of one live offer."""

    offer: Offer
    listing: Listing
    quantity: int


def money(value: Decimal, currency: str) -> dict[str, str]:
    """An amount as eBay writes it."""
    return {"value": f"{value:.2f}", "currency": currency}


def place_order(
    world: World, seller: Seller, purchases: list[Purchase], *, paid: bool, tax_id: str = ""
) -> Order:
    """An order of one line per purchase, all on one site; paid at once unless `paid` is False."""
    now, number = world.now(), len(seller.orders) + 1
    site = SITES[purchases[0].offer.marketplace_id]
    lines = [_line(world, seller, purchase) for purchase in purchases]
    total = money(sum((Decimal(line["lineItemCost"]["value"]) for line in lines), Decimal(0)), site.currency)
    buyer: dict[str, Any] = {"username": f"buyer{number}"}
    if tax_id:
        buyer["taxIdentifier"] = {
            "taxpayerId": tax_id,
            "taxIdentifierType": "VATIN",
            "issuingCountry": site.country,
        }
    order_id = f"{world.random.randrange(10, 28):02d}-{world.random.randrange(10**5):05d}-{number:05d}"
    data: dict[str, Any] = {
        "orderId": order_id,
        "creationDate": iso(now),
        "orderFulfillmentStatus": "NOT_STARTED",
        "orderPaymentStatus": "PENDING",
        "sellerId": seller.username,
        "buyer": buyer,
        "pricingSummary": {
            "priceSubtotal": total,
            "deliveryCost": money(Decimal(0), site.currency),
            "total": total,
        },
        "cancelStatus": {"cancelState": "NONE_REQUESTED"},
        "paymentSummary": {
            "totalDueSeller": total,
            "refunds": [],
            "payments": [{"paymentMethod": "EBAY", "amount": total, "paymentStatus": "PENDING"}],
        },
        "fulfillmentStartInstructions": [_instruction(site.country, number, now)],
        "lineItems": lines,
        "ebayCollectAndRemitTax": False,
    }
    order = Order(order_id, now, now, data)
    seller.orders[order_id] = order
    if paid:
        pay(world, order)
    return order


def pay(world: World, order: Order) -> None:
    """The buyer's payment arrives; the order may be shipped from now on."""
    order.data["orderPaymentStatus"] = "PAID"
    order.data["paymentSummary"]["payments"][0] |= {
        "paymentStatus": "PAID",
        "paymentDate": iso(world.now()),
        "paymentReferenceId": str(world.random.randrange(10**9)),
    }
    order.modified_at = world.now()


def request_cancel(world: World, order: Order, *, by: str, reason: str) -> None:
    """Somebody asks for the order to be cancelled; it waits for the seller."""
    order.cancel_requests.append(
        {
            "cancelRequestId": str(5_000_000_000 + world.random.getrandbits(28)),
            "cancelInitiator": by,
            "cancelReason": reason,
            "cancelRequestedDate": iso(world.now()),
            "cancelRequestState": "REQUESTED",
        }
    )
    order.data["cancelStatus"] = {"cancelState": "IN_PROGRESS"}
    order.modified_at = world.now()


def cancel(world: World, order: Order) -> None:
    """The order is cancelled and its buyer paid back. The listing does not count up again by itself (not documented)."""
    if not order.cancel_requests:
        request_cancel(world, order, by="SELLER", reason="OUT_OF_STOCK_OR_CANNOT_FULFILL")
    for request in order.cancel_requests:
        request |= {"cancelRequestState": "COMPLETED", "cancelCompletedDate": iso(world.now())}
    order.data["cancelStatus"] = {"cancelState": "CANCELED", "cancelledDate": iso(world.now())}
    if order.data["orderPaymentStatus"] == "PAID":
        order.data["orderPaymentStatus"] = "FULLY_REFUNDED"
    order.modified_at = world.now()


def _instruction(country: str, number: int, now: datetime) -> dict[str, Any]:
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
                    "postalCode": "10001",
                    "countryCode": country,
                },
                "primaryPhone": {"phoneNumber": "5550100"},
                "email": f"buyer{number}@members.example",
            },
            "shippingServiceCode": "ShippingMethodStandard",
        },
    }


def _line(world: World, seller: Seller, purchase: Purchase) -> dict[str, Any]:
    offer, listing = purchase.offer, purchase.listing
    currency = SITES[offer.marketplace_id].currency
    cost = money(Decimal((offer.price or {"value": "0"})["value"]) * purchase.quantity, currency)
    line: dict[str, Any] = {
        "lineItemId": str(10_000_000_000 + world.random.getrandbits(33)),
        "legacyItemId": listing.listing_id,
        "sku": offer.sku,
        "title": listing.title,
        "lineItemCost": cost,
        "total": cost,
        "quantity": purchase.quantity,
        "soldFormat": "FIXED_PRICE",
        "listingMarketplaceId": offer.marketplace_id,
        "purchaseMarketplaceId": offer.marketplace_id,
        "lineItemFulfillmentStatus": "NOT_STARTED",
        "deliveryCost": {"shippingCost": money(Decimal(0), currency)},
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
