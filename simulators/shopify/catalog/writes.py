"""The mutations: webhook subscriptions, stock, bulk exports."""

from __future__ import annotations

import json
import re
from typing import Any

from graphql import GraphQLError, StringValueNode, VariableNode, parse

from simulators.shopify.bulk import MAX_RUNNING
from simulators.shopify.execution import Context, Resolver
from simulators.shopify.global_ids import gid, number_of
from simulators.shopify.subscriptions import Refused

_BULK_TAKES_S = 2.0
_HIGHEST = 1_000_000_000
# InventorySetQuantitiesInput.reason links to the list; these, and the words of the refusal, as a recorded answer names them.
_REASONS = (
    "correction",
    "cycle_count_available",
    "damaged",
    "movement_canceled",
    "movement_created",
    "movement_received",
    "movement_updated",
    "other",
    "promotion",
    "quality_control",
    "received",
    "reservation_created",
    "reservation_deleted",
    "reservation_updated",
    "restock",
    "safety_stock",
    "shrinkage",
)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_GID_DOCUMENT = re.compile(r"gid://[^/\s]+/[^/\s]+/\S+")


def _subscribe(_: Any, info: Any, topic: str, webhookSubscription: dict[str, Any]) -> dict[str, Any]:
    context: Context = info.context
    try:
        made = context.world.subscriptions.create(topic, webhookSubscription, context.now)
    except Refused as refusal:
        return {"webhookSubscription": None, "userErrors": [_user_error(refusal)]}
    return {"webhookSubscription": made, "userErrors": []}


def _resubscribe(_: Any, info: Any, id: str, webhookSubscription: dict[str, Any]) -> dict[str, Any]:
    context: Context = info.context
    try:
        number = number_of(id, "WebhookSubscription")
        changed = context.world.subscriptions.update(number, webhookSubscription, context.now)
    except Refused as refusal:
        return {"webhookSubscription": None, "userErrors": [_user_error(refusal)]}
    return {"webhookSubscription": changed, "userErrors": []}


def _unsubscribe(_: Any, info: Any, id: str) -> dict[str, Any]:
    try:
        info.context.world.subscriptions.delete(number_of(id, "WebhookSubscription"))
    except Refused as refusal:
        return {"deletedWebhookSubscriptionId": None, "userErrors": [_user_error(refusal)]}
    return {"deletedWebhookSubscriptionId": id, "userErrors": []}


def _user_error(refusal: Refused) -> dict[str, Any]:
    return {"field": refusal.field, "message": refusal.message}


def idempotency_key(info: Any) -> str | None:
    """The key of the @idempotent directive on this field, if there is one."""
    for directive in info.field_nodes[0].directives or ():
        if directive.name.value != "idempotent":
            continue
        for argument in directive.arguments:
            if isinstance(argument.value, StringValueNode):
                return argument.value.value
            if isinstance(argument.value, VariableNode):
                return str(info.variable_values.coerced[argument.value.name.value])
    return None


def _set_quantities(_: Any, info: Any, input: dict[str, Any]) -> dict[str, Any]:
    """All or nothing. Since 2026-04 the idempotency key and an explicit changeFromQuantity are mandatory."""
    context: Context = info.context
    key = idempotency_key(info)
    if not key:
        raise GraphQLError(
            "The @idempotent directive is required for this mutation but was not provided.",
            extensions={"code": "BAD_REQUEST"},
        )
    asked = json.dumps(input, sort_keys=True)
    known = context.world.idempotent.get(key)
    if known is not None:
        if known[0] == asked:
            return dict(known[1])
        return _stock_refused(
            ["input"], "IDEMPOTENCY_KEY_PARAMETER_MISMATCH", "The same idempotency key was used with other parameters."
        )
    refusal = _stock_problem(context, input)
    if refusal is not None:
        return refusal
    changes = [_set_one(context, one, input["name"]) for one in input["quantities"]]
    group = {
        "id": gid("InventoryAdjustmentGroup", context.world.next_id()),
        "createdAt": context.now,
        "reason": input["reason"],
        "referenceDocumentUri": input.get("referenceDocumentUri"),
        "changes": changes,
    }
    answer = {"inventoryAdjustmentGroup": group, "userErrors": []}
    context.world.idempotent[key] = (asked, answer)
    return answer


def _stock_problem(context: Context, asked: dict[str, Any]) -> dict[str, Any] | None:
    if asked["name"] not in ("available", "on_hand"):
        return _stock_refused(
            ["input", "name"], "INVALID_NAME", "The quantity name must be either 'available' or 'on_hand'."
        )
    if asked["reason"] not in _REASONS:
        words = f"The specified reason is invalid. Valid values are: {', '.join(_REASONS)}."
        return _stock_refused(["input", "reason"], "INVALID_REASON", words)
    if not _is_document(asked.get("referenceDocumentUri")):
        return _stock_refused(
            ["input", "referenceDocumentUri"],
            "INVALID_REFERENCE_DOCUMENT",
            "The specified reference document is invalid.",
        )
    seen: set[tuple[str, str]] = set()
    for place, one in enumerate(asked["quantities"]):
        where = ["input", "quantities", str(place)]
        pair = (one["inventoryItemId"], one["locationId"])
        if pair in seen:
            return _stock_refused(
                where,
                "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR",
                "The combination of inventoryItemId and locationId must be unique.",
            )
        seen.add(pair)
        problem = _quantity_problem(context, one, asked["name"])
        if problem is not None:
            return _stock_refused([*where, problem[0]], problem[1], problem[2])
    return None


def _quantity_problem(context: Context, one: dict[str, Any], name: str) -> tuple[str, str, str] | None:
    item = context.view.items.get(number_of(one["inventoryItemId"], "InventoryItem"))
    if item is None:
        return ("inventoryItemId", "INVALID_INVENTORY_ITEM", "The specified inventory item could not be found.")
    place = context.view.locations.get(number_of(one["locationId"], "Location"))
    if place is None:
        return ("locationId", "INVALID_LOCATION", "The specified location could not be found.")
    level = context.view.levels.get((item.id, place.id))
    if level is None:
        return (
            "locationId",
            "ITEM_NOT_STOCKED_AT_LOCATION",
            "The specified inventory item is not stocked at the location.",
        )
    if one["quantity"] < 0:
        return ("quantity", "INVALID_QUANTITY_NEGATIVE", "The quantity can't be negative.")
    if one["quantity"] > _HIGHEST:
        return ("quantity", "INVALID_QUANTITY_TOO_HIGH", "The total quantity can't be higher than 1,000,000,000.")
    if "changeFromQuantity" not in one:
        return ("changeFromQuantity", "COMPARE_QUANTITY_REQUIRED", "The changeFromQuantity argument is required.")
    if one["changeFromQuantity"] not in (None, getattr(level, name)):
        return (
            "changeFromQuantity",
            "CHANGE_FROM_QUANTITY_STALE",
            "The changeFromQuantity value does not match persisted value.",
        )
    return None


def _is_document(uri: str | None) -> bool:
    """ "Valid URI with scheme and content. For GID format, all components (app, entity, id) must be present."
    (InventorySetQuantitiesInput.referenceDocumentUri)"""
    return uri is None or bool((_GID_DOCUMENT if uri.startswith("gid:") else _URI).fullmatch(uri))


def _set_one(context: Context, one: dict[str, Any], name: str) -> dict[str, Any]:
    """What is committed to orders stays so: a change of what is on hand is one of what is available."""
    item_id = number_of(one["inventoryItemId"])
    location_id = number_of(one["locationId"])
    level = context.view.levels[(item_id, location_id)]
    delta = one["quantity"] - getattr(level, name)
    context.world.deeds.set_stock(inventory_item_id=item_id, location_id=location_id, available=level.available + delta)
    return {
        "delta": delta,
        "name": name,
        "quantityAfterChange": one["quantity"],
        "item": context.world.catalog.item(item_id),
        "location": context.world.catalog.location(location_id),
    }


def _stock_refused(field: list[str], code: str, message: str) -> dict[str, Any]:
    error = {"field": field, "code": code, "message": message}
    return {"inventoryAdjustmentGroup": None, "userErrors": [error]}


def _run_bulk(_: Any, info: Any, query: str, groupObjects: bool = False) -> dict[str, Any]:
    context: Context = info.context
    operations = context.world.bulk
    if len(operations.running()) >= MAX_RUNNING:
        return _bulk_refused("LIMIT_REACHED", "The maximum number of bulk query operations is already running.")
    try:
        parse(query)
    except GraphQLError as broken:
        return _bulk_refused("INVALID", f"Invalid bulk query: {broken.message}")
    started = operations.start(query, context.now, context.world.pace.after(context.now, _BULK_TAKES_S))
    return {"bulkOperation": started, "userErrors": []}


def _bulk_refused(code: str, message: str) -> dict[str, Any]:
    return {"bulkOperation": None, "userErrors": [{"field": ["query"], "code": code, "message": message}]}


def _bulk_url(one: Any, info: Any) -> str | None:
    return f"{info.context.world.public_url}/_bulk/{one.id}.jsonl" if one.status == "COMPLETED" and one.lines else None


WRITES: dict[str, dict[str, Resolver]] = {
    "QueryRoot": {
        "bulkOperation": lambda _, info, id: info.context.world.bulk.rows.get(number_of(id, "BulkOperation"))
    },
    "Mutation": {
        "webhookSubscriptionCreate": _subscribe,
        "webhookSubscriptionUpdate": _resubscribe,
        "webhookSubscriptionDelete": _unsubscribe,
        "inventorySetQuantities": _set_quantities,
        "bulkOperationRunQuery": _run_bulk,
    },
    "InventoryAdjustmentGroup": {},
    "BulkOperation": {
        "id": lambda one, _: gid("BulkOperation", one.id),
        "type": lambda *_: "QUERY",
        "errorCode": lambda *_: None,
        "partialDataUrl": lambda *_: None,
        "fileSize": lambda one, _: len(one.lines) if one.status == "COMPLETED" else None,
        "url": _bulk_url,
    },
}
