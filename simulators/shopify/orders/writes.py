"""Importing and cancelling orders through the API."""

from __future__ import annotations

from typing import Any

from simulators.shopify.execution import Context, Resolver
from simulators.shopify.global_ids import gid, number_of
from simulators.shopify.orders.checks import complaints, user_error
from simulators.shopify.orders.inputs import CannotClaim, particulars
from simulators.shopify.orders.records import Order

_CANCELLED_ALREADY = "Cannot cancel an order that has already been canceled"
_LONGEST_NOTE = 255


def _create(_: Any, info: Any, order: dict[str, Any], options: dict[str, Any] | None = None) -> dict[str, Any]:
    """Import an order. Stock is left alone unless `inventoryBehaviour` says otherwise (default BYPASS)."""
    context: Context = info.context
    world = context.world
    if context.refusal is not None:
        return {"order": None, "userErrors": [context.refusal]}
    errors = complaints(context, order)
    if errors:
        return {"order": None, "userErrors": errors}
    try:
        told = particulars(context, order, (options or {}).get("inventoryBehaviour") or "BYPASS")
    except CannotClaim as short:
        error = user_error(["order", "lineItems"], "INVENTORY_CLAIM_FAILED", str(short))
        return {"order": None, "userErrors": [error]}
    stored: Order = world.deeds.store_order(**told)
    for line in stored.lines:
        world.deeds.take_stock(line)
    for field in order.get("metafields") or []:
        world.metafields.store(world.next_id(), gid("Order", stored.id), field)
    world.deeds.announce(stored)
    return {"order": stored, "userErrors": []}


def _cancel(
    _: Any,
    info: Any,
    orderId: str,
    restock: bool,
    reason: str,
    refundMethod: dict[str, Any] | None = None,
    staffNote: str | None = None,
    **_rest: Any,
) -> dict[str, Any]:
    """Cancel an order: the answer names a job, and the order is cancelled when the job has run (limits.json,
    `order_cancel_job_s`). What may not be cancelled: the documentation of orderCancel."""
    context: Context = info.context
    world = context.world
    if context.refusal is not None:
        return _not_cancelled(context.refusal)
    if len(staffNote or "") > _LONGEST_NOTE:
        message = f"Staff note is too long. Maximum length is {_LONGEST_NOTE} characters."
        return _not_cancelled(user_error(["staffNote"], "INVALID", message))
    order = context.view.orders.get(number_of(orderId, "Order"))
    if order is None:
        return _not_cancelled(user_error(["orderId"], "NOT_FOUND", "Order does not exist"))
    if order.cancelled_at is not None:
        return _not_cancelled(user_error(["orderId"], "INVALID", _CANCELLED_ALREADY))
    if order.shipped():
        message = "Cannot cancel an order with outstanding fulfillments"
        return _not_cancelled(user_error(["orderId"], "INVALID", message))
    order_id = order.id
    refund = bool((refundMethod or {}).get("originalPaymentMethodsRefund"))

    def cancel() -> None:
        if world.deeds.order(order_id).cancelled_at is None:  # another job, or the seller, may have been faster
            world.deeds.cancel(order_id, reason=reason, restock=restock, refund=refund)

    job = world.start_job(cancel, context.limits.order_cancel_job_s)
    return {"job": job, "orderCancelUserErrors": []}


def _not_cancelled(error: dict[str, Any]) -> dict[str, Any]:
    return {"job": None, "orderCancelUserErrors": [error]}


ORDER_WRITES: dict[str, dict[str, Resolver]] = {
    "QueryRoot": {"job": lambda _, info, id: info.context.world.job(id.rsplit("/", 1)[-1])},
    "Mutation": {"orderCreate": _create, "orderCancel": _cancel},
    "Job": {"id": lambda one, _: f"gid://shopify/Job/{one.id}"},
}
