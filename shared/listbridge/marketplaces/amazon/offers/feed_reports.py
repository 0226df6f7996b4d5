"""What became of feeds: their state, and the report that names each refused message (feeds_2021-06-30)."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pydantic import ValidationError

from listbridge.domain.ports import RevisionResult, Submission, Submitted
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import NotFound, OutcomeUnknown, RemoteError
from listbridge.infra.calls.answers import places
from listbridge.infra.calls.api_client import path_of
from listbridge.infra.calls.streamed_body import StreamLimits
from listbridge.infra.calls.wire_models import CamelTold
from listbridge.marketplaces.amazon.client import AmazonHttp, Request
from listbridge.marketplaces.amazon.errors import (
    FEED_CANCELLED,
    FEED_FAILED,
    FEED_REFUSED,
    OTHER_SITE_REFUSED,
    PRICE_REFUSED,
    UNREADABLE,
)
from listbridge.marketplaces.amazon.offers.items import row_of, verdict_on
from listbridge.marketplaces.amazon.offers.patches import OFFER
from listbridge.marketplaces.amazon.offers.wire import Issue
from listbridge.marketplaces.amazon.sites import site_of

FEEDS, DOCUMENTS = "/feeds/2021-06-30/feeds", "/feeds/2021-06-30/documents"
TICKET = "feed:"
FEW = 6
"""A quantity below this is no feed's: one sale more or less may sell what is not there (protocol.md#submissions)."""
_LOOK_LASTS = timedelta(seconds=10)
_AGAIN_S, _LATEST_S = 30.0, 300.0
_LIMITS = StreamLimits(total_s=20.0, whole_bytes=64_000_000)
_KEPT = 16


class _Feed(CamelTold):
    """`Feed`."""

    processing_status: str
    marketplace_ids: tuple[str, ...] = ()
    result_feed_document_id: str = ""


class _Document(CamelTold):
    """`FeedDocument`."""

    url: str
    compression_algorithm: str = ""


class _FeedIssue(CamelTold):
    """An issue of the processing report: of one message, or of the feed as a whole."""

    message_id: int | None = None
    code: str = ""
    severity: str = "ERROR"
    message: str = ""
    attribute_name: str = ""

    def as_issue(self) -> Issue:
        """In the words of the other calls. It has no categories: what it names is the next best."""
        names = (self.attribute_name.split(".")[0],) if self.attribute_name else ()
        return Issue(code=self.code, message=self.message, severity=self.severity, attribute_names=names)


class _Processing(CamelTold):
    """The processing report (listings-feed-processing-report-schema-v2.json)."""

    issues: tuple[_FeedIssue, ...] = ()


@dataclass(frozen=True, slots=True)
class _Decided:
    """A feed that is over: the verdict on all of it, or else the refused messages by number."""

    verdict: RemoteError | None = None
    refused: Mapping[int, Issue] = field(default_factory=dict)
    stores: tuple[str, ...] = ()
    """The marketplace ids that it was for. A listing of another site had only its quantity in a message."""


class FeedReports:
    """The feeds of one account that were asked for lately: thousands of listings ask for the same. Safe to share between threads."""

    def __init__(self, http: AmazonHttp) -> None:
        self._http = http
        self._lock = threading.Lock()
        self._decided: OrderedDict[str, _Decided] = OrderedDict()
        self._undecided: dict[str, datetime] = {}

    def outcome(self, one: Submitted) -> RevisionResult:
        """What became of one message, by its ticket. Raises RemoteError when that cannot be told now."""
        feed, _, number = one.ticket.removeprefix(TICKET).partition(":")
        try:
            decided = self._of(feed)
        except NotFound:
            return RevisionResult(one.key, OutcomeUnknown(Problem("never_decided", {"ticket": one.ticket})))
        if decided is None:
            age_s = (self._now() - one.at).total_seconds()
            look_at = self._now() + timedelta(seconds=min(_LATEST_S, max(_AGAIN_S, age_s / 4)))
            return RevisionResult(one.key, submission=Submission(one.ticket, look_at, FEW))
        issue = decided.refused.get(int(number)) if number.isdigit() else None
        if decided.verdict is not None or issue is None:
            return RevisionResult(one.key, decided.verdict)
        rode_along = decided.stores and site_of(one.key.site).marketplace_id not in decided.stores
        verdict = _verdict(issue)
        return RevisionResult(one.key, OTHER_SITE_REFUSED.instead_of(verdict) if rode_along else verdict)

    def _of(self, feed: str) -> _Decided | None:
        """None while it is under way. One thread asks for all."""
        with self._lock:
            if feed in self._decided:
                return self._decided[feed]
            if self._now() < self._undecided.get(feed, self._now()):
                return None
            call = Request("GET", f"{FEEDS}/{path_of(feed)}", "getFeed")
            decided = self._read(self._http.read(call, _Feed))
            self._undecided.pop(feed, None)
            if decided is None:
                self._undecided[feed] = self._now() + _LOOK_LASTS
                return None
            self._decided[feed] = decided
            while len(self._decided) > _KEPT:
                self._decided.popitem(last=False)
            return decided

    def _read(self, feed: _Feed) -> _Decided | None:
        match feed.processing_status:
            case "CANCELLED":  # "before it started processing": certainly not applied
                return _Decided(FEED_CANCELLED.error())
            case "FATAL":  # "Some, none, or all of the operations within the feed may have completed"
                return _Decided(FEED_FAILED.error())
            case "DONE" if feed.result_feed_document_id:
                judged = _judged(self._report(feed.result_feed_document_id))
                return replace(judged, stores=feed.marketplace_ids)
            case "DONE":
                return _Decided(FEED_FAILED.error(detail="DONE without a report"))
        return None

    def _report(self, id: str) -> _Processing:
        call = Request("GET", f"{DOCUMENTS}/{path_of(id)}", "getFeedDocument")
        document = self._http.read(call, _Document)
        download = Request("GET", "", "downloadDocument", url=document.url)
        with self._http.stream(download, _LIMITS, zipped=document.compression_algorithm == "GZIP") as body:
            content = b"".join(body.chunks())
        try:
            return _Processing.model_validate_json(content)
        except ValidationError as error:
            raise UNREADABLE.error(detail=f"downloadDocument: {places(error)}") from None

    def _now(self) -> datetime:
        return self._http.connection.clock.now()


def _judged(report: _Processing) -> _Decided:
    refused: dict[int, Issue] = {}
    for one in report.issues:
        if one.severity != "ERROR":
            continue
        if one.message_id is None:
            # "Not provided if the error is not related to a message (e.g. feed formatting issue)".
            return _Decided(FEED_REFUSED.error(one.message, detail=one.code))
        refused.setdefault(one.message_id, one.as_issue())
    return _Decided(refused=refused)


def _verdict(issue: Issue) -> RemoteError:
    verdict = verdict_on(issue)
    by_name = OFFER in issue.attribute_names and not row_of(issue).fix.startswith("set_price")
    return PRICE_REFUSED.instead_of(verdict, params=verdict.problem.params) if by_name else verdict
