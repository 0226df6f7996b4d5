"""Refunds: eBay takes its time, and a second one has to wait for the first. Source: sell_fulfillment 1.20.7, issueRefund."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from simulators.ebay.errors import EbayError
from simulators.ebay.orders.pricing import money
from simulators.ebay.state import Order
from simulators.ebay.wire import Call
from simulators.ebay.world import World
from simulators.kit.times import iso
from simulators.kit.wire import Reply

_LONGEST_COMMENT = 1000  # by the text of 34921; the field's own text says 100
_REFUND_TAKES = timedelta(seconds=60)  # "asynchronously", says the document; how long is ours


def issue_refund(world: World, call: Call) -> Reply:
    """Refund the buyer, in whole or in part; the order shows it once eBay has done it, a minute later."""
    order = call.seller.orders.get(call.parameters["order_id"])
    if order is None:
        raise EbayError(34913, status=404)
    settle_refund(world, order)
    body = call.json()
    _refuse_incomplete(body)
    status = order.data["orderPaymentStatus"]
    if order.refund_due_at is not None:
        raise EbayError(34922)
    if status == "FULLY_REFUNDED":
        raise EbayError(34917)
    if status not in ("PAID", "PARTIALLY_REFUNDED"):
        raise EbayError(34929, status=409)
    shares = _shares(order, body)
    refund_id = str(5_000_000_000 + world.random.getrandbits(28))
    currency = order.data["pricingSummary"]["total"]["currency"]
    for line, share in shares:
        row = {"refundId": refund_id, "refundDate": iso(world.now()), "amount": money(share, currency)}
        if line is not None:  # then it stands at the line, and not at the order (OrderRefund, refundId)
            line["refunds"].append(row)
        else:
            order.data["paymentSummary"]["refunds"].append(row | {"refundStatus": "PENDING"})
    order.refund_due_at = world.now() + _REFUND_TAKES
    order.touch(world.now())
    return Reply(200, {"refundId": refund_id, "refundStatus": "PENDING"})


def _refuse_incomplete(body: dict[str, Any]) -> None:
    """What a request must say, whatever the state of its order. Raises 34902 to 34912, and 34921."""
    if not body:
        raise EbayError(34902)
    if not body.get("reasonForRefund"):
        raise EbayError(34903)
    if len(body.get("comment") or "") > _LONGEST_COMMENT:
        raise EbayError(34921)
    if bool(body.get("orderLevelRefundAmount")) == bool(body.get("refundItems")):
        raise EbayError(34905)
    for row in body.get("refundItems") or []:
        legacy = row.get("legacyReference")
        if not row.get("lineItemId") and legacy is None:
            raise EbayError(34910)
        if legacy is not None and not legacy.get("legacyItemId"):
            raise EbayError(34911)
        if legacy is not None and not legacy.get("legacyTransactionId"):
            raise EbayError(34912)


def _shares(order: Order, body: dict[str, Any]) -> list[tuple[dict[str, Any] | None, Decimal]]:
    """What is refunded for each line (None = for the order). Raises 34906 to 34924."""
    total = order.data["pricingSummary"]["total"]
    left = Decimal(total["value"]) - _paid_back(order)
    if body.get("orderLevelRefundAmount"):
        share = _amount(body["orderLevelRefundAmount"], total["currency"])
        if share > left:
            raise EbayError(34915)
        return [(None, share)]
    lines = {line["lineItemId"]: line for line in order.data["lineItems"]}
    shares: list[tuple[dict[str, Any] | None, Decimal]] = []
    for row in body["refundItems"]:
        line = lines.get(str(row.get("lineItemId")))  # no line here has a transaction id of the older API
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
    for row in order.data["paymentSummary"]["refunds"]:
        if row["refundStatus"] == "PENDING":
            row["refundStatus"] = "REFUNDED"
    _settle_status(order)


def refund_on_site(world: World, order: Order, amount: Any, line_id: str, currency: str, *, failed: bool) -> str:
    """The seller refunds on the site; returns the refund's reference, "" for a line's, which have none.

    Any amount, in any currency: what an order shows is not always what eBay would let the API do.
    """
    total = order.data["pricingSummary"]["total"]
    row = {"refundDate": iso(world.now()), "amount": money(Decimal(str(amount)), currency or total["currency"])}
    reference = ""
    if line_id:
        line = next(one for one in order.data["lineItems"] if one["lineItemId"] == line_id)
        line["refunds"].append(row)
    else:
        reference = str(5_000_000_000 + world.random.getrandbits(28))
        status = "FAILED" if failed else "REFUNDED"
        order.data["paymentSummary"]["refunds"].append(row | {"refundReferenceId": reference, "refundStatus": status})
    _settle_status(order)
    order.touch(world.now())
    return reference


def _paid_back(order: Order) -> Decimal:
    """What the buyer got back, for the order and for its lines, in the order's currency."""
    currency = order.data["pricingSummary"]["total"]["currency"]
    rows = [row for row in order.data["paymentSummary"]["refunds"] if row["refundStatus"] != "FAILED"]
    rows += [row for line in order.data["lineItems"] for row in line["refunds"]]
    same = [row["amount"] for row in rows if row["amount"]["currency"] == currency]
    return sum((Decimal(amount["value"]) for amount in same), Decimal(0))


def _settle_status(order: Order) -> None:
    given = any(row["refundStatus"] != "FAILED" for row in order.data["paymentSummary"]["refunds"])
    if not given and not any(line["refunds"] for line in order.data["lineItems"]):
        return
    whole = _paid_back(order) >= Decimal(order.data["pricingSummary"]["total"]["value"])
    order.data["orderPaymentStatus"] = "FULLY_REFUNDED" if whole else "PARTIALLY_REFUNDED"
