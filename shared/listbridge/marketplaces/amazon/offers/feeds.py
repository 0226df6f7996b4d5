"""New quantities and prices of many SKUs in one feed of type JSON_LISTINGS_FEED (feeds_2021-06-30)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO

from listbridge.domain.ids import ListingKey, Site
from listbridge.domain.ports import Budget, RevisionResult, Submission, UnitRevision
from listbridge.domain.verdicts import OutcomeUnknown, Rejected, RemoteError, RetryLater
from listbridge.infra.calls.http import Purpose
from listbridge.infra.calls.wire_models import CamelTold
from listbridge.marketplaces.amazon.client import AmazonHttp, Request
from listbridge.marketplaces.amazon.errors import FEED_FULL, UNAVAILABLE
from listbridge.marketplaces.amazon.offers.feed_reports import DOCUMENTS, FEEDS, FEW, TICKET
from listbridge.marketplaces.amazon.offers.patches import ANY_TYPE, SitePatches, patches_of, refused, without_offer
from listbridge.marketplaces.amazon.sites import NationalSite, site_of

FEED_TYPE = "JSON_LISTINGS_FEED"
_CONTENT_TYPE = "application/json; charset=UTF-8"
_MOST_MESSAGES = 25_000
"""listings-feed-schema-v2.json, `messages`, maxItems."""
_MOST_BYTES = 10 * 1024 * 1024 - 1
"""Documents are below 10 MiB (developer-docs.amazon.com/sp-api, "Feeds API best practices")."""
_FEWEST = 50
_FEED_S = 30.0
"""What a feed takes at the least, to be compared with so many patches one by one (not verified; ours)."""
_LOOK_AFTER_S = 60.0
_URGENT_S = 300.0
_FAR = 1_000


class _Document(CamelTold):
    """`CreateFeedDocumentResponse`."""

    feed_document_id: str
    url: str


class _Created(CamelTold):
    """`CreateFeedResponse`."""

    feed_id: str


@dataclass(slots=True)
class _Feed:
    """One site's messages as they are written, and the units in it."""

    site: NationalSite
    seller: str
    body: BytesIO = field(default_factory=BytesIO)
    tells: list[tuple[ListingKey, ...]] = field(default_factory=list)
    """By message, in their order: the first is number 1."""
    units: list[UnitRevision] = field(default_factory=list)

    def __post_init__(self) -> None:
        header = {"sellerId": self.seller, "version": "2.0", "issueLocale": self.site.language_tag}
        self.body.write(b'{"header":' + _text(header) + b',"messages":[')

    def add(self, unit: UnitRevision, part: SitePatches) -> bool:
        """False where there is no room for it."""
        number = len(self.tells) + 1
        message = {
            "messageId": number,
            "sku": part.sku,
            "operationType": "PATCH",
            "productType": ANY_TYPE,
            "patches": list(part.patches),
        }
        text = (b"," if number > 1 else b"") + _text(message)
        if number > _MOST_MESSAGES or self.body.tell() + len(text) + 2 > _MOST_BYTES:
            return False
        self.body.write(text)
        self.tells.append(part.tells)
        self.units.append(unit)
        return True

    def document(self) -> bytes:
        """The whole feed; nothing can be added any more."""
        self.body.write(b"]}")
        return self.body.getvalue()


@dataclass(frozen=True, slots=True)
class FeedWriter:
    """`domain.ports.BulkWriter` by feeds, one for each site that has something in it: whether a feed for several sites applies
    what each message says to its own is not documented."""

    http: AmazonHttp
    most: int = _MOST_MESSAGES
    urgent_below: int = FEW
    settle_s: float = 1_800.0
    """No source says how long a feed may wait; most are done within minutes (ours)."""

    @property
    def least(self) -> int:
        """So many that a feed is there before the last of them would be, by what each budget has left."""
        budget = self._budget
        feed_s = _FEED_S + max(budget.after_s("createFeed", 1), budget.after_s("createFeedDocument", 1))
        return max(_FEWEST, (self._patches_in(feed_s) or 0) + 1)

    @property
    def urgent_most(self) -> int | None:
        """What goes by patches in five minutes."""
        return self._patches_in(_URGENT_S)

    def calls(self, units: int) -> Mapping[str, int]:
        """Of a feed for one site; those for others draw as they go."""
        return {"createFeedDocument": 1, "uploadDocument": 1, "createFeed": 1}

    def submit(self, units: Sequence[UnitRevision]) -> list[RevisionResult]:
        """One result for each revision. Raises RemoteError when the first feed failed; of a later one, or of one that is refused, its
        own listings are told."""
        feeds: dict[Site, _Feed] = {}
        results: dict[ListingKey, RevisionResult] = {}
        for unit in units:
            results |= without_offer(unit)
            for part in patches_of(unit, alone=True):
                feed = feeds.setdefault(part.site, _Feed(site_of(part.site), self.http.seller))
                if not feed.add(unit, part):
                    results |= {key: RevisionResult(key, FEED_FULL.error()) for key in part.tells}
        for feed in feeds.values():
            try:
                results |= self._sent(feed)
            except Rejected as rejected:
                for keys in feed.tells:
                    results |= refused(keys, rejected)
            except RemoteError as error:
                if not any(one.submission for one in results.values()):
                    raise
                results |= {key: RevisionResult(key, error) for keys in feed.tells for key in keys}
        return [results.get(one.key, RevisionResult(one.key)) for unit in units for one in unit.revisions]

    def _sent(self, feed: _Feed) -> dict[ListingKey, RevisionResult]:
        document = self._uploaded(feed.document())
        for unit in feed.units:
            unit.check()
        body = {"feedType": FEED_TYPE, "marketplaceIds": [feed.site.marketplace_id], "inputFeedDocumentId": document}
        call = Request("POST", FEEDS, "createFeed", body=body, write=True)
        id = self.http.read(call, _Created).feed_id
        look_at = self.http.connection.clock.now() + timedelta(seconds=_LOOK_AFTER_S)
        return {
            key: RevisionResult(key, submission=Submission(f"{TICKET}{id}:{number}", look_at, FEW))
            for number, keys in enumerate(feed.tells, 1)
            for key in keys
        }

    def _uploaded(self, content: bytes) -> str:
        """The document's id. Nothing is applied by it: whatever fails can be tried again."""
        call = Request("POST", DOCUMENTS, "createFeedDocument", body={"contentType": _CONTENT_TYPE}, write=True)
        try:
            document = self.http.read(call, _Document)
            response = self.http.connection.session.request(
                "PUT",
                document.url,
                purpose=Purpose.WRITE,
                operation="uploadDocument",
                headers={"Content-Type": _CONTENT_TYPE},
                data=content,
            )
        except OutcomeUnknown as unknown:
            raise unknown.as_a(RetryLater) from unknown
        if not 200 <= response.status_code < 300:
            raise UNAVAILABLE.error(detail="uploadDocument", status=response.status_code)
        return document.feed_document_id

    @property
    def _budget(self) -> Budget:
        return self.http.connection.budget

    def _patches_in(self, seconds: float) -> int | None:
        """How many patches can be made in this time; None where no limit is known."""
        near, far = (self._budget.after_s("patchListingsItem", calls) for calls in (_FAR, 2 * _FAR))
        if far <= near:
            return None
        each_s = (far - near) / _FAR
        return max(0, int((seconds - near) / each_s) + _FAR)


def _text(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
