"""Feeds: a document of many messages that Amazon works through in its own time, and the report on what became of each.

Sources: official model feeds_2021-06-30; schemas/feeds; documentation, "Listings feed" (25,000 messages, 10 MiB, five
submissions in five minutes). Only JSON_LISTINGS_FEED is worked on; another type is FATAL. Not verified: at which step a
document that is too large or misshapen is refused (here the feed ends FATAL, with a report where its header could be read).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Literal

from simulators.amazon.errors import invalid, throttled
from simulators.amazon.listings_feed import Work
from simulators.amazon.processing import Ending, Processing, Task, document_told, marketplaces_in
from simulators.amazon.wire import Call, Operation
from simulators.kit.wire import Reply

if TYPE_CHECKING:
    from simulators.amazon.documents import Document
    from simulators.amazon.state import Seller
    from simulators.amazon.world import World

Applies = Literal["start", "spread", "end"]
LISTINGS_FEED = "JSON_LISTINGS_FEED"
_SUBMISSIONS = 5
_WINDOW_S = 300.0
_SLICES = 40


@dataclass(frozen=True, slots=True)
class Plan:
    """How a feed is to end: `applied` of its messages land first where it ends FATAL, with a report or without."""

    ending: Ending = "DONE"
    applied: int = 0
    report: bool = False


@dataclass(slots=True, kw_only=True)
class Feed(Task):
    """One submission of a document."""

    NAME = "feed"
    RESULT = "resultFeedDocumentId"

    document: Document
    plan: Plan
    work: Work | None = None


@dataclass(slots=True)
class FeedTime:
    """Simulated seconds that a feed waits in the queue, and that it is worked on. `applies` says when its messages land:
    all at the start or at the end of the work, or spread over it."""

    queue_s: float = 15.0
    work_s: float = 45.0
    applies: Applies = "end"


class Feeds(Processing[Feed]):
    """Every seller's feeds. `plans` are the endings of the next feeds, in order; without one a feed ends DONE."""

    def __init__(self, world: World) -> None:
        super().__init__(world, Feed, 53_347_018_455)
        self.pace = FeedTime()
        self.plans: deque[Plan] = deque()
        self._submitted: dict[str, deque[datetime]] = {}

    def submit(self, seller: Seller, feed_type: str, marketplace_ids: list[str], document: Document) -> Feed:
        """Queue a document. Raises 429 for the sixth listings feed of a seller within five minutes."""
        now = self._world.now()
        if feed_type == LISTINGS_FEED:
            recent = self._submitted.setdefault(seller.name, deque())
            while recent and recent[0] <= self._world.pace.after(now, -_WINDOW_S):
                recent.popleft()
            if len(recent) >= _SUBMISSIONS:
                raise throttled("You exceeded your quota of listings feed submissions.")
            recent.append(now)
        plan = self.plans.popleft() if self.plans else Plan()
        feed = Feed(self._new_id(), seller, feed_type, marketplace_ids, now, document=document, plan=plan)
        return self._queue(feed, self.pace.queue_s, self.pace.work_s)

    def _start(self, feed: Feed, at: datetime) -> None:
        if feed.status != "IN_QUEUE":
            return
        if feed.plan.ending == "CANCELLED":
            feed.end(self._world, "CANCELLED", at)
            return
        feed.status, feed.started_at = "IN_PROGRESS", at
        if feed.kind != LISTINGS_FEED:
            feed.plan = Plan("FATAL")
            return
        feed.work = Work(self._world, feed)
        if feed.work.fatal:
            feed.plan = Plan("FATAL", report=True)
        elif self.pace.applies == "start":
            feed.work.step(self._wanted(feed, feed.work))
        elif self.pace.applies == "spread":
            share = -(-self._wanted(feed, feed.work) // _SLICES)
            for number in range(1, _SLICES):
                self._world.postpone(self.pace.work_s * number / _SLICES, partial(self._slice, feed, share))

    def _wanted(self, feed: Feed, work: Work) -> int:
        """How many of its messages are to have their effect."""
        return min(feed.plan.applied, work.left) if feed.plan.ending == "FATAL" else work.left

    def _slice(self, feed: Feed, share: int) -> None:
        if feed.status == "IN_PROGRESS" and feed.work and feed.plan.ending == "DONE":
            feed.work.step(share)

    def _finish(self, feed: Feed, at: datetime) -> None:
        if feed.status != "IN_PROGRESS":
            return
        if feed.work is not None:
            if self.pace.applies != "start" or feed.plan.ending == "DONE":
                feed.work.step(self._wanted(feed, feed.work))
            if feed.plan.ending == "DONE" or feed.plan.report:
                kind = "application/json; charset=UTF-8"
                feed.result = self._world.documents.add(feed.seller.seller_id, kind, feed.work.report())
            feed.work = None
        feed.end(self._world, feed.plan.ending, at)


# Operations


def create_feed_document(world: World, call: Call) -> Reply:
    content_type = call.json().get("contentType")
    if not isinstance(content_type, str) or not content_type:
        raise invalid("contentType is required")
    document = world.documents.add(call.seller.seller_id, content_type)
    url = world.documents.address(call.origin, document, "PUT")
    return Reply(201, {"feedDocumentId": document.document_id, "url": url})


def create_feed(world: World, call: Call) -> Reply:
    """Raises 400 for a document that is not the seller's or has no contents yet."""
    body = call.json()
    feed_type = body.get("feedType")
    if not isinstance(feed_type, str) or not feed_type:
        raise invalid("feedType is required")
    marketplaces = marketplaces_in(call)
    document = world.documents.of(call.seller.seller_id, str(body.get("inputFeedDocumentId", "")))
    if document is None or document.body is None:
        raise invalid("inputFeedDocumentId is no document with contents")
    feed = world.feeds.submit(call.seller, feed_type, marketplaces, document)
    return Reply(202, {"feedId": feed.id})


def get_feed(world: World, call: Call) -> Reply:
    return Reply(200, world.feeds.of(call.seller, call.parameters["feedId"]).told())


def cancel_feed(world: World, call: Call) -> Reply:
    world.feeds.cancel(world.feeds.of(call.seller, call.parameters["feedId"]))
    return Reply(200)


def get_feeds(world: World, call: Call) -> Reply:
    return world.feeds.history(call)


def get_feed_document(world: World, call: Call) -> Reply:
    return document_told(world, call, Feed)


_ROOT = "/feeds/2021-06-30"
OPERATIONS: tuple[Operation, ...] = (
    Operation("createFeedDocument", "POST", f"{_ROOT}/documents", create_feed_document),
    Operation("getFeedDocument", "GET", f"{_ROOT}/documents/{{feedDocumentId}}", get_feed_document),
    Operation("createFeed", "POST", f"{_ROOT}/feeds", create_feed),
    Operation("getFeeds", "GET", f"{_ROOT}/feeds", get_feeds),
    Operation("getFeed", "GET", f"{_ROOT}/feeds/{{feedId}}", get_feed),
    Operation("cancelFeed", "DELETE", f"{_ROOT}/feeds/{{feedId}}", cancel_feed),
)
