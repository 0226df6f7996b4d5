"""What Amazon sends to our queue is told apart, addressed and named, in both of its spellings and in EventBridge's envelope.

The notifications are the examples of the official schemas.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from listbridge.domain.raw_request import RawRequest
from listbridge.domain.work import Hint, HintKind
from listbridge.marketplaces.amazon.events import NOBODY, QUEUE
from simulators import amazon

SCHEMAS = Path(amazon.__path__[0]) / "official" / "schemas" / "notifications"
HINTS = {
    "OrderChangeNotification": ("ORDER_CHANGE", Hint(kind=HintKind.ORDER, id="903-8868176-2219830")),
    "FeedProcessingFinishedNotification": (
        "FEED_PROCESSING_FINISHED",
        Hint(kind=HintKind.SUBMISSION, id="feed:53347018456"),
    ),
    "ListingsItemStatusChangeNotification": (
        "LISTINGS_ITEM_STATUS_CHANGE",
        Hint(kind=HintKind.LISTING, id="NLS-SHOES-03"),
    ),
    "ListingsItemIssuesChangeNotification_2023-12-13": (
        "LISTINGS_ITEM_ISSUES_CHANGE",
        Hint(kind=HintKind.LISTING, id="NLS-SHOES-03"),
    ),
    "ListingsItemMfnQuantityChange": (
        "LISTINGS_ITEM_MFN_QUANTITY_CHANGE",
        Hint(kind=HintKind.LISTING, id="NLS-SHOES-03"),
    ),
}


def example(name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text())["examples"][0]
    return told


def with_examples() -> list[str]:
    return sorted(path.stem for path in SCHEMAS.glob("*.json") if "examples" in json.loads(path.read_text()))


def raw(told: Any) -> RawRequest:
    return RawRequest("", "", body=json.dumps(told).encode())


@pytest.mark.parametrize("name", HINTS)
def test_each_type_that_we_look_for_points_at_its_thing(name: str) -> None:
    topic, hint = HINTS[name]
    delivery = QUEUE.parse(raw(example(name)))
    assert (delivery.topic, delivery.known, delivery.hints) == (topic, True, (hint,))


@pytest.mark.parametrize(
    ("name", "seller"),
    [
        ("OrderChangeNotification", "A3TH9S8BH6GOGM"),
        ("FeedProcessingFinishedNotification", "A3TH9S8BH6GOGM"),
        ("ListingsItemStatusChangeNotification", "A3AYAZLIQ7AX77"),
    ],
)
def test_it_goes_to_the_seller_whom_it_names(name: str, seller: str) -> None:
    assert QUEUE.addressee(raw(example(name)).body) == seller


def test_the_delivery_is_named_by_the_notification_s_own_id() -> None:
    assert QUEUE.parse(raw(example("OrderChangeNotification"))).id == "d0e9e693-c3ad-4373-979f-ed4ec98dd746"
    assert (
        QUEUE.parse(raw(example("ListingsItemStatusChangeNotification"))).id == "8e009934-da2c-4f9c-9bc7-93f23b7e1f60"
    )


def test_eventbridge_brings_the_same_in_its_envelope() -> None:
    told = example("ListingsItemStatusChangeNotification")
    envelope = {"version": "0", "id": "e-1", "detail-type": "LISTINGS_ITEM_STATUS_CHANGE", "detail": told}
    assert QUEUE.addressee(raw(envelope).body) == "A3AYAZLIQ7AX77"
    assert QUEUE.parse(raw(envelope)) == QUEUE.parse(raw(told))


@pytest.mark.parametrize("name", with_examples())
def test_every_documented_notification_is_amazon_s_and_can_be_read(name: str) -> None:
    """Also those that tell us nothing: they are dropped, and do not come back."""
    body = raw(example(name)).body
    assert QUEUE.addressee(body) != ""
    assert QUEUE.parse(RawRequest("", "", body=body)).known is (name in HINTS or name == _OLD_ISSUES)


_OLD_ISSUES = "ListingsItemIssuesChangeNotification"


def test_one_that_names_no_seller_is_nobody_s() -> None:
    told = example("OrderChangeNotification")
    told["Payload"] = {"Summary": {}}
    assert QUEUE.addressee(raw(told).body) == NOBODY


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"NotificationType": "ORDER_CHANGE"}', b"[" * 100_000])
def test_what_is_not_amazon_s_is_left_to_others(body: bytes) -> None:
    assert QUEUE.addressee(body) == ""


@pytest.mark.parametrize("path", [("NotificationMetadata", "NotificationId"), ("NotificationType",), ("Payload",)])
def test_a_notification_without_its_id_its_type_or_its_payload_cannot_be_read(path: tuple[str, ...]) -> None:
    told = example("OrderChangeNotification")
    place = told
    for name in path[:-1]:
        place = place[name]
    del place[path[-1]]
    with pytest.raises(ValueError, match=r"^no "):
        QUEUE.parse(raw(told))


def test_an_order_change_without_an_order_cannot_be_read() -> None:
    told = example("OrderChangeNotification")
    del told["Payload"]["OrderChangeNotification"]["AmazonOrderId"]
    with pytest.raises(ValueError, match=r"^no amazonorderid$"):
        QUEUE.parse(raw(told))


def test_an_order_from_amazon_s_warehouse_points_at_nothing() -> None:
    notification = example("OrderChangeNotification")
    notification["Payload"]["OrderChangeNotification"]["Summary"]["FulfillmentType"] = "AFN"
    delivery = QUEUE.parse(raw(notification))
    assert (delivery.topic, delivery.known, delivery.hints) == ("ORDER_CHANGE", True, ())
