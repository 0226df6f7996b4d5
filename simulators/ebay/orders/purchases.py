"""What a purchase leaves behind: an order as the Fulfillment API shows it, and what happens to it outside the API.

Source: sell_fulfillment 1.20.7, Order. Money: `pricing`.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from simulators.ebay.orders import notifications, pricing
from simulators.ebay.orders.baskets import Basket, Purchase
from simulators.ebay.state import Order, Seller
from simulators.ebay.world import World
from simulators.kit.times import iso

Json = dict[str, Any]
_HUB = {
    "addressLine1": "1 Hub Road",
    "city": "Hubville",
    "stateOrProvince": "KY",
    "postalCode": "41018",
    "countryCode": "US",
}


def place_order(world: World, seller: Seller, basket: Basket) -> Order:
    """An order of one line per purchase, all on one site; paid at once unless the basket says otherwise."""
    now, number = world.now(), len(seller.orders) + 1
    prices = [purchase.price for purchase in basket.purchases]
    shown, total = pricing.summary(prices, basket.adjustment, basket.wallet)
    whole = basket.wallet.write(total)
    order_id = f"{world.random.randrange(10, 28):02d}-{world.random.randrange(10**5):05d}-{number:05d}"
    data: Json = {
        "orderId": order_id,
        "creationDate": iso(now),
        "orderFulfillmentStatus": "NOT_STARTED",
        "orderPaymentStatus": "PENDING",
        "sellerId": seller.username,
        "salesRecordReference": str(number),
        "buyer": _buyer(basket, number),
        "pricingSummary": shown,
        "cancelStatus": {"cancelState": "NONE_REQUESTED"},
        "paymentSummary": {
            "totalDueSeller": whole,
            "refunds": [],
            "payments": [{"paymentMethod": "EBAY", "amount": whole, "paymentStatus": "PENDING"}],
        },
        "fulfillmentStartInstructions": [_instruction(basket, number, now)],
        "lineItems": [_line(world, seller, basket, purchase) for purchase in basket.purchases],
        "totalFeeBasisAmount": basket.wallet.write(pricing.fee_basis(prices, basket.adjustment)),
    }
    if any(price.remitted for price in prices):
        data["ebayCollectAndRemitTax"] = True
    if basket.notes:
        data["buyerCheckoutNotes"] = basket.notes
    order = Order(order_id, number, now, [now], data, breakdown=_breakdown(basket))
    seller.orders[order_id] = order
    if basket.paid:
        pay(world, seller, order)
    return order


def _breakdown(basket: Basket) -> Json:
    """What TAX_BREAKDOWN changes in the order; empty where no tax is known."""
    prices = [purchase.price for purchase in basket.purchases]
    if not any(price.tax or price.remitted for price in prices):
        return {}
    shown, total = pricing.summary(prices, basket.adjustment, basket.wallet, breakdown=True)
    return {
        "pricingSummary": shown,
        "paid": basket.wallet.write(total),
        "lineItems": [pricing.line_breakdown(price, basket.wallet) for price in prices],
    }


def _buyer(basket: Basket, number: int) -> Json:
    buyer: Json = {"username": basket.buyer.get("username", f"buyer{number}")}
    if basket.tax_id:
        buyer["taxIdentifier"] = {
            "taxpayerId": basket.tax_id,
            "taxIdentifierType": "VATIN",
            "issuingCountry": basket.site.country,
        }
    return buyer


def pay(world: World, seller: Seller, order: Order) -> None:
    """The buyer's payment arrives; the checkout is complete, which is when eBay notifies."""
    order.data["orderPaymentStatus"] = "PAID"
    order.data["paymentSummary"]["payments"][0] |= {
        "paymentStatus": "PAID",
        "paymentDate": iso(world.now()),
        "paymentReferenceId": str(world.random.randrange(10**9)),
    }
    order.touch(world.now())
    notifications.confirm(world, seller, order)


def pay_together(world: World, seller: Seller, orders: list[Order]) -> Order:
    """Unpaid orders are paid, several with one payment: they come back as one order with a new id and the same lines.

    The old ids are known no more. That an order's id changes when it is paid is documented for the Trading API
    (OrderIDType); what getOrder answers for an old one is not, so it is unknown here.
    """
    first = orders[0]
    number = max(order.number for order in seller.orders.values()) + 1
    order_id = f"{world.random.randrange(10, 28):02d}-{world.random.randrange(10**5):05d}-{number:05d}"
    data = deepcopy(first.data)
    data["orderId"], data["salesRecordReference"] = order_id, str(number)
    data["lineItems"] = [line for order in orders for line in deepcopy(order.data["lineItems"])]
    data["pricingSummary"] = _added([order.data["pricingSummary"] for order in orders])
    data["totalFeeBasisAmount"] = _added([order.data for order in orders], ("totalFeeBasisAmount",))[
        "totalFeeBasisAmount"
    ]
    whole = data["pricingSummary"]["total"]
    data["paymentSummary"]["totalDueSeller"] = whole
    data["paymentSummary"]["payments"][0]["amount"] = whole
    order = Order(order_id, number, first.created_at, [first.created_at], data, breakdown=deepcopy(first.breakdown))
    for old in orders:
        del seller.orders[old.order_id]
    seller.orders[order_id] = order
    pay(world, seller, order)
    return order


def _added(parts: list[Json], names: tuple[str, ...] = ()) -> Json:
    """Amounts of one currency, added up by name."""
    summed: Json = {}
    for name in names or dict.fromkeys(name for part in parts for name in part):
        amounts = [part[name] for part in parts if name in part]
        value = sum((Decimal(amount["value"]) for amount in amounts), Decimal(0))
        summed[name] = {**amounts[0], "value": str(value)}
    return summed


def fail_payment(world: World, order: Order) -> None:
    """The payment of an unpaid order fails; the buyer may try again."""
    order.data["orderPaymentStatus"] = "FAILED"
    order.data["paymentSummary"]["payments"][0]["paymentStatus"] = "FAILED"
    order.touch(world.now())


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
    order.touch(world.now())


def refuse_cancel(world: World, order: Order) -> None:
    """The seller refuses the open request. What cancelState says then is not documented: none requested."""
    for request in order.cancel_requests:
        if request["cancelRequestState"] == "REQUESTED":
            request |= {"cancelRequestState": "REJECTED", "cancelCompletedDate": iso(world.now())}
    order.data["cancelStatus"] = {"cancelState": "NONE_REQUESTED"}
    order.touch(world.now())


def cancel(world: World, order: Order) -> None:
    """The order is cancelled and its buyer refunded. The listing does not count up again automatically (not
    documented)."""
    if order.data["cancelStatus"]["cancelState"] == "NONE_REQUESTED":
        request_cancel(world, order, by="SELLER", reason="OUT_OF_STOCK_OR_CANNOT_FULFILL")
    for request in order.cancel_requests:
        if request["cancelRequestState"] == "REQUESTED":
            request |= {"cancelRequestState": "COMPLETED", "cancelCompletedDate": iso(world.now())}
    order.data["cancelStatus"] = {"cancelState": "CANCELED", "cancelledDate": iso(world.now())}
    if order.data["orderPaymentStatus"] in ("PAID", "PARTIALLY_REFUNDED"):
        order.data["orderPaymentStatus"] = "FULLY_REFUNDED"
    order.touch(world.now())


def _instruction(basket: Basket, number: int, now: datetime) -> Json:
    shown: Json = {"fulfillmentInstructionsType": basket.instructions}
    if basket.instructions in ("SHIP_TO", "FULFILLED_BY_EBAY"):
        shown["minEstimatedDeliveryDate"] = iso(now + timedelta(days=3))
        shown["maxEstimatedDeliveryDate"] = iso(now + timedelta(days=6))
    if basket.instructions == "PREPARE_FOR_PICKUP":
        shown["pickupStep"] = {"merchantLocationKey": "main"}
        return shown
    if basket.instructions == "DIGITAL":
        return shown
    shown["shippingStep"] = {"shippingServiceCode": "ShippingMethodStandard"}
    if basket.instructions == "FULFILLED_BY_EBAY" or not basket.address:
        return shown
    contact = _contact(basket, number)
    if basket.global_shipping:
        shown["ebaySupportedFulfillment"] = True
        shown["finalDestinationAddress"] = contact["contactAddress"]
        shown["shippingStep"]["shipToReferenceId"] = f"UPAAA{number:07d}"
        contact["contactAddress"] = dict(_HUB)
    shown["shippingStep"]["shipTo"] = contact
    return shown


def _contact(basket: Basket, number: int) -> Json:
    """Name and address: the simulator's own, overridden by the basket's; what is empty is left out."""
    given = {
        "name": f"Test Buyer {number}",
        "line1": f"{number} Example Street",
        "city": "Exampleton",
        "postal_code": "10001",
        "country": basket.site.country,
        "phone": "5550100",
        "email": f"buyer{number}@members.example",
        **basket.buyer,
    }
    address = _present(
        addressLine1=given["line1"],
        addressLine2=given.get("line2"),
        city=given["city"],
        county=given.get("county"),
        stateOrProvince=given.get("region"),
        postalCode=given["postal_code"],
        countryCode=given["country"],
    )
    contact = _present(
        fullName=given["name"], companyName=given.get("company"), email=given["email"], contactAddress=address
    )
    if given["phone"]:
        contact["primaryPhone"] = {"phoneNumber": given["phone"]}
    return contact


def _present(**values: Any) -> Json:
    return {name: value for name, value in values.items() if value}


def _line(world: World, seller: Seller, basket: Basket, purchase: Purchase) -> Json:
    listing, offer = purchase.listing, purchase.offer
    line: Json = {
        "lineItemId": str(10_000_000_000 + world.random.getrandbits(33)),
        "legacyItemId": listing.listing_id if listing else world.new_listing_id(),
        "title": purchase.title,
        "quantity": purchase.quantity,
        "soldFormat": "FIXED_PRICE",
        "listingMarketplaceId": basket.site.marketplace_id,
        "purchaseMarketplaceId": basket.site.marketplace_id,
        "lineItemFulfillmentStatus": "NOT_STARTED",
        "lineItemFulfillmentInstructions": {"shipByDate": iso(world.now() + timedelta(days=1))},
        "refunds": [],
        **pricing.line_amounts(purchase.price, basket.wallet),
    }
    if purchase.sku:
        line["sku"] = purchase.sku
    if listing is not None and offer is not None and listing.group_key is not None:
        aspects = seller.items[offer.sku].product.get("aspects") or {}
        line["legacyVariationId"] = offer.offer_id
        line["variationAspects"] = [{"name": name, "value": values[0]} for name, values in aspects.items() if values]
    return line
