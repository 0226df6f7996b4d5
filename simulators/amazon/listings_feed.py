"""Working through a JSON listings feed, and its processing report.

Sources: schemas/feeds/listings-feed-schema-v2.json and listings-feed-processing-report-schema-v2.json; documentation, "Listings
feed" (10 MiB). An issue with severity ERROR keeps its message from having any effect; the others have theirs.
Not verified: the codes of issues about the feed's own form (here 4000001, 4000002 and 4000003).
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from simulators.kit.wire import json_of

if TYPE_CHECKING:
    from simulators.amazon.feeds import Feed
    from simulators.amazon.world import World

_SCHEMA = Path(__file__).with_name("official") / "schemas" / "feeds" / "listings-feed-schema-v2.json"
_LARGEST = 10 * 1024 * 1024
_MOST_MESSAGES = 25_000
_VERSION = "2.0"
_BAD_FEED = "4000001"
_BAD_MESSAGE = "4000002"
_REPEATED = "4000003"

Json = dict[str, Any]


@dataclass(slots=True)
class _Report:
    header: Json
    issues: list[Json] = field(default_factory=list)
    processed: int = 0
    invalid: int = 0

    def note(self, message: Json, found: Iterable[Json]) -> None:
        """Count a message and keep its issues."""
        issues = list(found)
        self.processed += 1
        self.invalid += any(issue["severity"] == "ERROR" for issue in issues)
        for issue in issues:
            names = issue.get("attributeNames") or [None]
            told = {
                "messageId": message.get("messageId"),
                "sku": message.get("sku"),
                "code": issue["code"],
                "severity": issue["severity"],
                "message": issue["message"],
                "attributeName": names[0],
            }
            self.issues.append({name: value for name, value in told.items() if value not in (None, "")})

    def told(self) -> bytes:
        count = {kind: sum(one["severity"] == kind for one in self.issues) for kind in ("ERROR", "WARNING")}
        report = {
            "header": self.header,
            "issues": self.issues,
            "summary": {
                "errors": count["ERROR"],
                "warnings": count["WARNING"],
                "messagesProcessed": self.processed,
                "messagesAccepted": self.processed - self.invalid,
                "messagesInvalid": self.invalid,
            },
        }
        return json.dumps(report, separators=(",", ":"), ensure_ascii=False).encode()


@cache
def _schemas() -> tuple[Any, Any]:
    """What judges a header, and what judges a message."""
    schema = json.loads(_SCHEMA.read_text())
    parts = schema["properties"]
    header, message = parts["header"], parts["messages"]["items"]
    return jsonschema_rs.Draft7Validator(header), jsonschema_rs.Draft7Validator(message)


class Work:
    """The messages of one feed, read once; each valid one has its effect in its turn."""

    def __init__(self, world: World, feed: Feed) -> None:
        self._world = world
        self._feed = feed
        header = {"sellerId": feed.seller.seller_id, "version": _VERSION, "feedId": feed.id}
        self._report = _Report(header)
        self._seen: set[int] = set()
        told = _read(feed)
        messages = told.get("messages") if isinstance(told, dict) else None
        wrong = _wrong_with(feed, told, messages)
        self.fatal = bool(wrong)
        if wrong:
            self._report.issues.append({"code": _BAD_FEED, "severity": "ERROR", "message": wrong})
        self._left: deque[Any] = deque() if wrong or not messages else deque(messages)

    @property
    def left(self) -> int:
        """How many messages still wait."""
        return len(self._left)

    def step(self, most: int) -> None:
        """Let the next messages have their effect, in order, at the most so many."""
        for _ in range(min(most, len(self._left))):
            message = self._left.popleft()
            known = message if isinstance(message, dict) else {}
            self._report.note(known, _effect(self._world, self._feed, message, self._seen))

    def report(self) -> bytes:
        """The processing report, as far as the work has come."""
        return self._report.told()


def _read(feed: Feed) -> Any:
    """The document as JSON; None where it is none, or too large."""
    try:
        content = feed.document.content
        return json_of(content) if len(content) < _LARGEST else None
    except (ValueError, OSError):
        return None


def _wrong_with(feed: Feed, told: Any, messages: Any) -> str:
    """Why this is no feed of this seller; empty when it is one."""
    if not isinstance(told, dict):
        return "The feed is not JSON, or is larger than 10 MiB."
    if not _schemas()[0].is_valid(told.get("header")):
        return "The feed has no valid header."
    if told["header"]["sellerId"] != feed.seller.seller_id:
        return "The header names another selling partner."
    if not isinstance(messages, list) or not 1 <= len(messages) <= _MOST_MESSAGES:
        return f"The feed has not between 1 and {_MOST_MESSAGES} messages."
    return ""


def _effect(world: World, feed: Feed, message: Any, seen: set[int]) -> list[Json]:
    """The issues of one message, after it has had its effect in each of the feed's stores."""
    error = next(_schemas()[1].iter_errors(message), None)
    if error is not None:
        return [_error(_BAD_MESSAGE, f"The message does not match the feed schema: {error.message}")]
    if message["messageId"] in seen:
        return [_error(_REPEATED, "The messageId is not unique within the feed.")]
    seen.add(message["messageId"])
    return [issue for site in feed.marketplace_ids for issue in _applied(world, feed, message, site)]


def _applied(world: World, feed: Feed, message: Json, site: str) -> list[Json]:
    """Let a message have its effect in one store, or suffer what was planned for submissions of its SKU."""
    listings, sku = world.listings, message["sku"]
    planned = [one.issue for one in listings.take(sku, "submission") if one.issue]
    if any(issue["severity"] == "ERROR" for issue in planned) or listings.take(sku, "lost"):
        return planned
    later = [one.issue for one in listings.take(sku, "decision") if one.issue]
    if later:
        listings.refuse(feed.seller, sku, site, message.get("productType", ""), later)
        return planned
    return planned + _written(world, feed, message, site)


def _written(world: World, feed: Feed, message: Json, site: str) -> list[Json]:
    """Write a message in one store; the values that it carried are kept, for scenarios."""
    listings, seller, sku, now = world.listings, feed.seller, message["sku"], world.now()
    carried: Json = message.get("attributes", {})
    match message["operationType"]:
        case "DELETE":
            found = listings.apply_delete(seller, sku, site, now)
        case "UPDATE":
            requirements = message.get("requirements", "LISTING")
            found = listings.apply_put(seller, sku, site, message["productType"], requirements, carried, now)
        case "PARTIAL_UPDATE":
            patches = [{"op": "replace", "path": f"/attributes/{name}", "value": carried[name]} for name in carried]
            found = listings.apply_patch(seller, sku, site, message["productType"], patches, now)
        case _:
            patches = message["patches"]
            carried = {one["path"].rpartition("/")[2]: one.get("value") for one in patches}
            found = listings.apply_patch(seller, sku, site, message["productType"], patches, now)
    if not any(issue["severity"] == "ERROR" for issue in found):
        listings.note(seller, sku, site, "feed", carried)
    return found


def _error(code: str, text: str) -> Json:
    return {"code": code, "severity": "ERROR", "message": text}
