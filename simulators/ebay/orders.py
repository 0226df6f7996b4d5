"""The Fulfillment API: read orders, ship them, refund them. Source: sell_fulfillment 1.20.7.

The order of a page is not documented: newest first here, so that an order placed while a caller pages shifts the rest.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

from simulators.ebay.errors import EbayError
from simulators.ebay.order_filters import parse_date, parse_filter, refuse_unencoded
from simulators.ebay.purchases import money
from simulators.ebay.state import Order, Seller
from simulators.ebay.wire import Call, Operation, Reply
from simulators.ebay.world import World, iso

_BASE = "/sell/fulfillment/v1"
_SCOPES = "https://api.ebay.com/oauth/api_scope"
_WRITE = (f"{_SCOPES}/sell.fulfillment",)
_READ = (*_WRITE, f"{_SCOPES}/sell.fulfillment.readonly")
_MOST_IDS = 50
_MOST_ORDERS = 200
_REFUND_TAKES = timedelta(seconds=60)  # "asynchronously", says the document; how long is ours


def find_order(world: World, seller: Seller, order_id: str) -> Order:
    """Raises 404 (32100) for an order that the seller does not have."""
    order = seller.orders.get(order_id)
    if order is None:
        raise EbayError(32100, order_id, status=404)
    settle_refund(world, order)
    return order


def _shown(call: Call, order: Order, *, whole: bool) -> dict[str, Any]:
    """An order; only the call for a single one shows cancel requests and the buyer's tax number."""
    data = {**order.data, "lastModifiedDate": iso(order.modified_at)}
    data["cancelStatus"] = {**data["cancelStatus"], "cancelRequests": order.cancel_requests if whole else []}
    if not whole and "taxIdentifier" in data["buyer"]:
        data["buyer"] = {name: value for name, value in data["buyer"].items() if name != "taxIdentifier"}
    data["fulfillmentHrefs"] = [
        f"{call.origin}{_BASE}/order/{order.order_id}/shipping_fulfillment/{row['fulfillmentId']}"
        for row in order.fulfillments
    ]
    return data


def _refuse_field_groups(call: Call) -> None:
    if call.query.get("fieldGroups", "TAX_BREAKDOWN") != "TAX_BREAKDOWN":
        raise EbayError(32800, call.query["fieldGroups"])


def get_order(world: World, call: Call) -> Reply:
    _refuse_field_groups(call)
    return Reply(200, _shown(call, find_order(world, call.seller, call.parameters["orderId"]), whole=True))


def get_orders(world: World, call: Call) -> Reply:
    """A page of orders. `orderIds` makes every other parameter void; `offset` counts orders, not pages."""
    refuse_unencoded(call.query_string)
    _refuse_field_groups(call)
    seller, now = call.seller, world.now()
    visible = [order for order in seller.orders.values() if order.created_at + world.order_lag <= now]
    for order in visible:
        settle_refund(world, order)
    if "orderIds" in call.query:
        wanted = call.query["orderIds"].split(",")
        if len(wanted) > _MOST_IDS:
            raise EbayError(30900)
        found = [order for order in visible if order.order_id in wanted]
        limit, offset = len(found) or 1, 0
    else:
        limit = _number(call, "limit", 50, 1, _MOST_ORDERS, 31100)
        offset = _number(call, "offset", 0, 0, 1 << 40, 31000)
        chosen = parse_filter(call.query.get("filter", ""), now)
        found = [order for order in visible if chosen.wants(order)]
    found.sort(key=lambda order: (order.created_at, order.order_id), reverse=True)
    page = found[offset : offset + limit]
    body: dict[str, Any] = {
        "href": _link(call, limit, offset),
        "total": len(found),
        "limit": limit,
        "offset": offset,
        "orders": [_shown(call, order, whole=False) for order in page],
    }
    if offset + limit < len(found):
        body["next"] = _link(call, limit, offset + limit)
    if offset > 0:
        body["prev"] = _link(call, limit, max(0, offset - limit))
    return Reply(200, body)


def _number(call: Call, name: str, default: int, least: int, most: int, error_id: int) -> int:
    text = call.query.get(name, str(default))
    if not text.isdecimal() or not least <= int(text) <= most:
        raise EbayError(error_id, text)
    return int(text)


def _link(call: Call, limit: int, offset: int) -> str:
    extra = "".join(
        f"&{name}={quote(value)}" for name, value in call.query.items() if name not in ("limit", "offset")
    )
    return f"{call.origin}{_BASE}/order?limit={limit}&offset={offset}{extra}"


def ship(world: World, call: Call) -> Reply:
    """One package. Saying it twice makes two packages: eBay does not notice the repeat (marketplaces.md 3.5)."""
    order, body = find_order(world, call.seller, call.parameters["orderId"]), call.json()
    carrier, tracking = body.get("shippingCarrierCode") or "", body.get("trackingNumber") or ""
    if bool(carrier) != bool(tracking) or (tracking and not (tracking.isalnum() and tracking.isascii())):
        raise EbayError(32300)
    shipped = parse_date(body["shippedDate"]) if body.get("shippedDate") else world.now()
    if shipped is None:
        raise EbayError(32500)
    if order.data["cancelStatus"]["cancelState"] == "CANCELED":
        raise EbayError(32600, "The order is cancelled.")
    package: dict[str, Any] = {
        "fulfillmentId": tracking or "999",
        "lineItems": _packed(order, body.get("lineItems")),
        "shippedDate": iso(shipped),
    }
    if tracking:
        package |= {"shippingCarrierCode": carrier, "shipmentTrackingNumber": tracking}
    order.fulfillments.append(package)
    _settle_fulfillment(order)
    order.modified_at = world.now()
    where = f"{call.origin}{_BASE}/order/{order.order_id}/shipping_fulfillment/{package['fulfillmentId']}"
    return Reply(201, {}, {"Location": where})


def _packed(order: Order, rows: Any) -> list[dict[str, Any]]:
    lines = {line["lineItemId"]: line for line in order.data["lineItems"]}
    if not isinstance(rows, list) or not rows:
        raise EbayError(32600, "lineItems is empty.")
    packed: dict[str, int] = {}
    for row in rows:
        line = lines.get(str(row.get("lineItemId")))
        if line is None:
            raise EbayError(32200, str(row.get("lineItemId")))
        if line["lineItemId"] in packed:
            raise EbayError(32210)
        quantity = row.get("quantity", line["quantity"])
        if not isinstance(quantity, int) or not 1 <= quantity <= line["quantity"]:
            raise EbayError(32600, f"quantity {quantity}")
        packed[line["lineItemId"]] = quantity
    return [{"lineItemId": line_id, "quantity": quantity} for line_id, quantity in packed.items()]


def _settle_fulfillment(order: Order) -> None:
    shipped: dict[str, int] = {}
    for package in order.fulfillments:
        for row in package["lineItems"]:
            shipped[row["lineItemId"]] = shipped.get(row["lineItemId"], 0) + row["quantity"]
    for line in order.data["lineItems"]:
        count = shipped.get(line["lineItemId"], 0)
        done = count >= line["quantity"]
        line["lineItemFulfillmentStatus"] = "FULFILLED" if done else "IN_PROGRESS" if count else "NOT_STARTED"
    states = {line["lineItemFulfillmentStatus"] for line in order.data["lineItems"]}
    order.data["orderFulfillmentStatus"] = states.pop() if len(states) == 1 else "IN_PROGRESS"


def get_packages(world: World, call: Call) -> Reply:
    order = find_order(world, call.seller, call.parameters["orderId"])
    return Reply(200, {"fulfillments": order.fulfillments, "total": len(order.fulfillments)})


def get_package(world: World, call: Call) -> Reply:
    order = find_order(world, call.seller, call.parameters["orderId"])
    for package in order.fulfillments:
        if package["fulfillmentId"] == call.parameters["fulfillmentId"]:
            return Reply(200, package)
    raise EbayError(32110, status=404)


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
    order.modified_at = world.now()
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
    order.modified_at, order.refund_due_at = order.refund_due_at, None
    refunds = order.data["paymentSummary"]["refunds"]
    refunds[-1]["refundStatus"] = "REFUNDED"
    paid_back = sum((Decimal(row["amount"]["value"]) for row in refunds), Decimal(0))
    whole = paid_back >= Decimal(order.data["pricingSummary"]["total"]["value"])
    order.data["orderPaymentStatus"] = "FULLY_REFUNDED" if whole else "PARTIALLY_REFUNDED"


def _operation(name: str, method: str, path: str, handle: Any, **more: Any) -> Operation:
    scopes = more.pop("scopes", _READ if method == "GET" else _WRITE)
    return Operation(name, "sell.fulfillment", method, f"{_BASE}{path}", scopes, handle, **more)


_PACKAGES = "/order/{orderId}/shipping_fulfillment"
OPERATIONS = (
    _operation("getOrders", "GET", "/order", get_orders),
    _operation("getOrder", "GET", "/order/{orderId}", get_order),
    _operation("getShippingFulfillments", "GET", _PACKAGES, get_packages),
    _operation("createShippingFulfillment", "POST", _PACKAGES, ship),
    _operation("getShippingFulfillment", "GET", f"{_PACKAGES}/{{fulfillmentId}}", get_package),
    _operation(
        "issueRefund",
        "POST",
        "/order/{order_id}/issue_refund",
        issue_refund,
        scopes=(f"{_SCOPES}/sell.finances",),
    ),
)
