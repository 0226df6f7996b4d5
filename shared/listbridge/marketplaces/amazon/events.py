"""What Amazon sends to our queue unasked: only Amazon's AWS account may send there (template.yaml).

Sources: schemas/notifications of the official models (as of 2026-08-05). Some types spell their fields in CamelCase, others in
camelCase. What comes through EventBridge stands in its envelope, under `detail` (docs.aws.amazon.com, "Amazon EventBridge event
structure", read 2026-11-28); a rule can lead it to the same queue.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from listbridge.domain.ports import Delivery
from listbridge.domain.raw_request import RawRequest
from listbridge.domain.work import Hint, HintKind
from listbridge.infra.webhooks.body import json_object, text_at

NOBODY = "?"
"""Stands for the seller where Amazon names none: nobody has this id."""
ORDER_CHANGE, FEED_FINISHED = "ORDER_CHANGE", "FEED_PROCESSING_FINISHED"
_LISTINGS = frozenset(
    {"LISTINGS_ITEM_STATUS_CHANGE", "LISTINGS_ITEM_ISSUES_CHANGE", "LISTINGS_ITEM_MFN_QUANTITY_CHANGE"}
)
FEED_TICKET = "feed:"
"""What the tickets of a feed's submissions begin with, before the feed's id."""


class AmazonQueue:
    """`domain.ports.QueueScheme` for Amazon."""

    def addressee(self, body: bytes) -> str:
        try:
            told = _notification(body)
        except ValueError:
            return ""
        if not isinstance(told.get("notificationtype"), str) or not isinstance(told.get("notificationmetadata"), dict):
            return ""
        try:
            return text_at(_subject(told), "sellerid")
        except ValueError:
            return NOBODY

    def parse(self, request: RawRequest) -> Delivery:
        """Raises ValueError for a body without a type and a notification's id, or one that does not name its thing."""
        told = _notification(request.body)
        topic, id = text_at(told, "notificationtype"), text_at(told, "notificationmetadata", "notificationid")
        subject = _subject(told)
        hint = _hint(topic, subject)
        hints = () if hint is None or _from_amazon_s_warehouse(topic, subject) else (hint,)
        return Delivery(id=id, topic=topic, known=hint is not None, hints=hints)


def _hint(topic: str, subject: Mapping[str, Any]) -> Hint | None:
    if topic == ORDER_CHANGE:
        return Hint(kind=HintKind.ORDER, id=text_at(subject, "amazonorderid"))
    if topic == FEED_FINISHED:
        return Hint(kind=HintKind.SUBMISSION, id=FEED_TICKET + text_at(subject, "feedid"))
    if topic in _LISTINGS:
        return Hint(kind=HintKind.LISTING, id=text_at(subject, "sku"))
    return None


def _from_amazon_s_warehouse(topic: str, subject: Mapping[str, Any]) -> bool:
    """Such an order takes nothing of the seller's stock: where they want to see it, the next search brings it."""
    summary = subject.get("summary")
    return topic == ORDER_CHANGE and isinstance(summary, Mapping) and summary.get("fulfillmenttype") == "AFN"


def _notification(body: bytes) -> Mapping[str, Any]:
    """The notification, its own and its payload's names in small letters. Raises ValueError."""
    told = json_object(body)
    detail = told.get("detail")
    found: Mapping[str, Any] = _in_small(detail if isinstance(detail, dict) else told)
    return found


def _subject(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the notification is about: its payload, or the one object in that."""
    payload = told.get("payload")
    if not isinstance(payload, Mapping):
        raise ValueError("no payload")
    inner = next((value for name, value in payload.items() if name.endswith("notification")), payload)
    return inner if isinstance(inner, Mapping) else payload


def _in_small(told: Any, deep: int = 4) -> Any:
    """The same with names in small letters, as far down as anything stands that we read."""
    if not isinstance(told, dict) or not deep:
        return told
    return {str(name).lower(): _in_small(value, deep - 1) for name, value in told.items()}


QUEUE = AmazonQueue()
