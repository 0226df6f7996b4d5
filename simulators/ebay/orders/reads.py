"""An order as a call sees it: what only the single order shows, what TAX_BREAKDOWN adds, what eBay forgets with time.

Source: sell_fulfillment 1.20.7, Order, ExtendedContact, Address.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from simulators.ebay.errors import EbayError
from simulators.ebay.orders.refunds import settle_refund
from simulators.ebay.state import Order, Seller
from simulators.ebay.wire import Call
from simulators.ebay.world import World
from simulators.kit.times import iso

BASE = "/sell/fulfillment/v1"
Json = dict[str, Any]
_BREAKDOWN = "TAX_BREAKDOWN"
_EMAIL_LASTS = timedelta(days=14)
_NAMES_LAST = timedelta(days=90)


def find_order(world: World, seller: Seller, order_id: str, *, missing: int = 404) -> Order:
    """Raises 32100 for an order that the seller does not have; `missing` is the status that the operation documents."""
    order = seller.orders.get(order_id)
    if order is None:
        raise EbayError(32100, order_id, status=missing)
    settle_refund(world, order)
    return order


def wants_breakdown(call: Call) -> bool:
    """Raises 32800 for a field group that there is not."""
    group = call.query.get("fieldGroups")
    if group not in (None, _BREAKDOWN):
        raise EbayError(32800, str(group))
    return group == _BREAKDOWN


def shown(call: Call, order: Order, now: datetime, *, whole: bool, breakdown: bool) -> Json:
    """An order; only the call for a single one (`whole`) shows cancel requests and the buyer's tax number."""
    data = {**order.data, "lastModifiedDate": iso(order.modified_at)}
    data["cancelStatus"] = {**data["cancelStatus"], "cancelRequests": order.cancel_requests if whole else []}
    if not whole and "taxIdentifier" in data["buyer"]:
        data["buyer"] = {name: value for name, value in data["buyer"].items() if name != "taxIdentifier"}
    data["fulfillmentHrefs"] = [
        f"{call.origin}{BASE}/order/{order.order_id}/shipping_fulfillment/{row['fulfillmentId']}"
        for row in order.fulfillments
    ]
    if breakdown and order.breakdown:
        _break_down(data, order.breakdown)
    if now - order.created_at > _EMAIL_LASTS:
        _forget(data, everything=now - order.created_at > _NAMES_LAST)
    return data


def _break_down(data: Json, breakdown: Json) -> None:
    paid, summary = breakdown["paid"], data["paymentSummary"]
    data["pricingSummary"] = breakdown["pricingSummary"]
    data["paymentSummary"] = {
        **summary,
        "totalDueSeller": paid,
        "payments": [{**payment, "amount": paid} for payment in summary["payments"]],
    }
    data["lineItems"] = [
        {**line, **taxed} for line, taxed in zip(data["lineItems"], breakdown["lineItems"], strict=True)
    ]


def _forget(data: Json, *, everything: bool) -> None:
    """eBay takes the e-mail address away after 14 days, and name, phone and street after 90."""
    instruction = dict(data["fulfillmentStartInstructions"][0])
    step = dict(instruction.get("shippingStep") or {})
    if "shipTo" not in step:
        return
    gone = {"email", "fullName", "primaryPhone"} if everything else {"email"}
    contact = {name: value for name, value in step["shipTo"].items() if name not in gone}
    if everything:
        contact["contactAddress"] = {
            name: value
            for name, value in contact["contactAddress"].items()
            if name not in ("addressLine1", "addressLine2")
        }
    data["fulfillmentStartInstructions"] = [{**instruction, "shippingStep": {**step, "shipTo": contact}}]
