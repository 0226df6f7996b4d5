"""Refunds: eBay takes its time, and a second one has to wait for the first. Source: sell_fulfillment 1.20.7, issueRefund."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from simulators.ebay.errors import EbayError
from simulators.ebay.pricing import money
from simulators.ebay.state import Order
from simulators.ebay.wire import Call, Reply
from simulators.ebay.world import World, iso

_REFUND_TAKES = timedelta(seconds=60)  # "asynchronously", says the document; how long is ours


def issue_refund(world: World, call: Call) -> Reply:
    """Pay the buyer back, in whole or in part; the order shows it once eBay has done it, a minute later."""
    order = call.seller.orders.get(call.parameters["order_id"])
    if order is None:
        raise EbayError(34913, status=404)
    settle_refund(world, order)
    body = call.json()
    if not body.get("reasonForRefund"):
        raise EbayError(34903)
    if bool(body.get("orderLevelRefundAmount")) == bool(body.get("refundItems")):
        raise EbayError(34905)
    status = order.data["orderPaymentStatus"]
    if order.refund_due_at is not None:
        raise EbayError(34922)
    if status == "FULLY_REFUNDED":
        raise EbayError(34917)
    if status not in ("PAID", "PARTIALLY_REFUNDED"):
        raise EbayError(34929, status=409)
    shares = _shares(order, body)
    refund_id = str(5_000_000_000 + world.random.getrandbits(28))
    total = sum((share for _, share in shares), Decimal(0))
    currency = order.data["pricingSummary"]["total"]["currency"]
    order.data["paymentSummary"]["refunds"].append(
        {
            "refundId": refund_id,
            "refundDate": iso(world.now()),
            "amount": money(total, currency),
            "refundStatus": "PENDING",
        }
    )
    for line, share in shares:
        if line is not None:
            line["refunds"].append(
                {"refundId": refund_id, "refundDate": iso(world.now()), "amount": money(share, currency)}
            )
    order.refund_due_at = world.now() + _REFUND_TAKES
    order.touch(world.now())
    return Reply(200, {"refundId": refund_id, "refundStatus": "PENDING"})


def _shares(order: Order, body: dict[str, Any]) -> list[tuple[dict[str, Any] | None, Decimal]]:
    """What is paid back for each line (None = for the order). Raises 34906 to 34924."""
    total = order.data["pricingSummary"]["total"]
    left = Decimal(total["value"]) - sum(
        (Decimal(row["amount"]["value"]) for row in order.data["paymentSummary"]["refunds"]), Decimal(0)
    )
    if body.get("orderLevelRefundAmount"):
        share = _amount(body["orderLevelRefundAmount"], total["currency"])
        if share > left:
            raise EbayError(34915)
        return [(None, share)]
    lines = {line["lineItemId"]: line for line in order.data["lineItems"]}
    shares: list[tuple[dict[str, Any] | None, Decimal]] = []
    for row in body["refundItems"]:
        if not row.get("lineItemId"):
            raise EbayError(34910)
        line = lines.get(str(row["lineItemId"]))
        if line is None:
            raise EbayError(34914)
        share = _amount(row.get("refundAmount") or {}, total["currency"])
        paid_back = sum((Decimal(refund["amount"]["value"]) for refund in line["refunds"]), Decimal(0))
        if share > Decimal(line["total"]["value"]) - paid_back or share > left:
            raise EbayError(34924, status=409)
        left -= share
        shares.append((line, share))
    return shares


def _amount(amount: dict[str, Any], currency: str) -> Decimal:
    if not amount.get("value"):
        raise EbayError(34906)
    if not amount.get("currency"):
        raise EbayError(34908)
    if amount["currency"] != currency:
        raise EbayError(34909)
    try:
        value = Decimal(str(amount["value"]))
    except InvalidOperation:
        raise EbayError(34907) from None
    if not value.is_finite() or value <= 0 or value != round(value, 2):
        raise EbayError(34907)
    return value


def settle_refund(world: World, order: Order) -> None:
    """Let a refund that has had its time come true."""
    if order.refund_due_at is None or order.refund_due_at > world.now():
        return
    due, order.refund_due_at = order.refund_due_at, None
    order.touch(due)
    refunds = order.data["paymentSummary"]["refunds"]
    refunds[-1]["refundStatus"] = "REFUNDED"
    paid_back = sum((Decimal(row["amount"]["value"]) for row in refunds), Decimal(0))
    whole = paid_back >= Decimal(order.data["pricingSummary"]["total"]["value"])
    order.data["orderPaymentStatus"] = "FULLY_REFUNDED" if whole else "PARTIALLY_REFUNDED"
