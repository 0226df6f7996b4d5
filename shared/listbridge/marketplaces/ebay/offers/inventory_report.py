"""The account's live listings by the report LMS_ACTIVE_INVENTORY_REPORT (sell_feed 1.3.1), read as it arrives.

The document names the file's form nowhere. Public code reads an archive of one XML file, whose rows are `SKUDetails` with
`ItemID`, `SKU`, `Price`, `Quantity` and `Variations` (not verified, README).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal
from xml.parsers import expat

from listbridge.domain.ids import RemoteId, Sku
from listbridge.domain.listings.foreign import ForeignListing, ForeignPart
from listbridge.domain.listings.listing import Values
from listbridge.domain.money import Money
from listbridge.domain.ports import ForeignPage
from listbridge.domain.verdicts import RetryLater
from listbridge.infra.calls.answers import located
from listbridge.infra.calls.api_client import CallRefused, path_of
from listbridge.infra.calls.streamed_body import BodyUnusable, StreamLimits
from listbridge.infra.calls.unpacked import unpacked
from listbridge.infra.calls.wire_models import CamelTold
from listbridge.marketplaces.ebay.client import EbayHttp, Request
from listbridge.marketplaces.ebay.errors import (
    AUCTION,
    REPORT_BEING_MADE,
    REPORT_FAILED,
    REPORT_WITHOUT_FILE,
    UNREADABLE,
)
from listbridge.marketplaces.ebay.sites import NationalSite

FEED = "/sell/feed/v1"
FEED_TYPE = "LMS_ACTIVE_INVENTORY_REPORT"
Format = Literal["FIXED_PRICE", "AUCTION"]
_FORMATS: tuple[Format, ...] = ("FIXED_PRICE", "AUCTION")
"""The rows do not say which they are: auctions are asked for alone, to be told apart."""
_SCHEMA = "1.0"
_LIMITS = StreamLimits(total_s=20.0, whole_bytes=100_000_000)
_PLAIN_BYTES = 1_000_000_000
_ROWS = 2_000
_LONGEST_TEXT = 4_000
_UNFINISHED = frozenset({"CREATED", "PENDING", "QUEUED", "IN_PROCESS", "PROCESSING"})
"""`completionDate` is told of a task that is PARTIALLY_PROCESSED too (InventoryTask): it is over, and a part is not all."""
_READY = frozenset({"COMPLETED", "COMPLETED_WITH_ERROR"})


_LATE = timedelta(minutes=5)
"""After so long a file that was not there when the task ended does not come any more: our choice."""
_NEVER = timedelta(hours=6)
"""After so long a report that is still being made is asked for again: our choice."""
_PRICE = re.compile(r"\d{1,12}(\.\d{1,6})?", re.ASCII)
_ITEM_ID = re.compile(r"\d{1,20}", re.ASCII)
_LONGEST_SKU = 200
"""Longer than any that eBay takes, and short enough for a key of ours."""
_REPORT = "ActiveInventoryReport"


class _Task(CamelTold):
    """`InventoryTask`."""

    status: str = ""
    creation_date: datetime | None = None
    completion_date: datetime | None = None


def page(http: EbayHttp, site: NationalSite, cursor: str | None, url: Callable[[RemoteId], str]) -> ForeignPage:
    """The next rows of the report of one format, and then of the other; the first call asks for a report.

    Raises RateLimited while a report is being made, RetryLater when it failed and is to be asked for again.
    """
    form, task, start = (cursor or f"{_FORMATS[0]}::0").split(":")
    if not task:
        return ForeignPage((), f"{form}:{_asked_for(http, site, form)}:0")
    made = _made(http, site, task)
    if made is None:
        raise REPORT_BEING_MADE.error()
    listings: list[ForeignListing] = []
    first = int(start)
    try:
        for number, row in enumerate(_rows(http, site, task)):
            if number >= first + _ROWS:
                return ForeignPage(tuple(listings), f"{form}:{task}:{number}")
            if number >= first:
                listings += _listed(row, site, url, auction=form == "AUCTION")
    except RetryLater as error:
        if error.problem.code != REPORT_WITHOUT_FILE.code:
            raise
        _without_file(http, made, error, auction=form == "AUCTION")
    following = _FORMATS[_FORMATS.index(form) + 1 :]
    return ForeignPage(tuple(listings), f"{following[0]}::0" if following else None)


def _without_file(http: EbayHttp, made: _Task, error: RetryLater, *, auction: bool) -> None:
    """A report of nothing may have no file (not verified, README). Most sellers have no auction, so that is believed once the file
    cannot be late any more; that they sell nothing at a fixed price is not."""
    if made.completion_date is not None and _age(http, made.completion_date) < _LATE:
        raise REPORT_BEING_MADE.error() from error
    if not auction or made.status != "COMPLETED":
        raise error


def _age(http: EbayHttp, since: datetime | None) -> timedelta:
    """Nothing where eBay does not say since when."""
    if since is None:
        return timedelta(0)
    return http.connection.clock.now() - (since if since.tzinfo else since.replace(tzinfo=UTC))


def _asked_for(http: EbayHttp, site: NationalSite, form: str) -> str:
    body = {"feedType": FEED_TYPE, "schemaVersion": _SCHEMA, "filterCriteria": {"listingFormat": form}}
    call = Request(
        "POST", f"{FEED}/inventory_task", "createInventoryTask", site=site, body=body, headers=_of_site(site)
    )
    try:
        answer = http.send(call)
    except CallRefused as refused:
        raise refused.verdict from None
    task = located(answer.response)
    if not task or ":" in task:
        raise UNREADABLE.error(detail="createInventoryTask: no task's id")
    return task


def _made(http: EbayHttp, site: NationalSite, task: str) -> _Task | None:
    """The task that is done; None while it is not."""
    call = Request("GET", f"{FEED}/inventory_task/{path_of(task)}", "getInventoryTask", site=site)
    told = http.read(call, _Task)
    if told.status in _READY:
        return told
    if told.status in _UNFINISHED and _age(http, told.creation_date) < _NEVER:
        return None
    raise REPORT_FAILED.error(detail=told.status)


def _of_site(site: NationalSite) -> dict[str, str]:
    return {"X-EBAY-C-MARKETPLACE-ID": site.id}


def _rows(http: EbayHttp, site: NationalSite, task: str) -> Iterator[_Row]:
    call = Request("GET", f"{FEED}/task/{path_of(task)}/download_result_file", "getResultFile", site=site)
    with http.stream(call, _LIMITS) as body:
        reader = _Reader()
        try:
            for piece in unpacked(body.chunks(), _PLAIN_BYTES):
                yield from reader.feed(piece)
            yield from reader.feed(b"", last=True)
            reader.end()
        except (BodyUnusable, expat.ExpatError) as error:
            raise UNREADABLE.error(detail=f"getResultFile: {error}") from error


class _Row:
    """One `SKUDetails`, or one `Variation` in it: the texts of its elements by their names."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.currency = ""
        self.variations: list[_Row] = []


class _Reader:
    """Rows out of XML as it arrives, one in memory at a time. A document that declares a type, and so may declare entities, is
    refused."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._begins
        self._parser.EndElementHandler = self._ends
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = _refuse_doctype
        self._parser.buffer_text = True
        self._row: _Row | None = None
        self._variation: _Row | None = None
        self._texts: list[str] = []
        self._length = 0
        self._ready: list[_Row] = []
        self._is_report = False
        self._ack = ""

    def feed(self, piece: bytes, *, last: bool = False) -> list[_Row]:
        """The rows that end in this piece. Raises ExpatError, BodyUnusable."""
        self._parser.Parse(piece, last)
        ready, self._ready = self._ready, []
        return ready

    def end(self) -> None:
        """Raises BodyUnusable unless that was a report, and one that eBay made without an error."""
        if not self._is_report:
            raise BodyUnusable("no report")
        if "failure" in self._ack.lower():
            raise BodyUnusable(f"the report says {self._ack}")

    def _begins(self, name: str, attributes: dict[str, str]) -> None:
        self._texts, self._length, local = [], 0, name.rpartition(":")[2]
        if local == _REPORT:
            self._is_report = True
        elif local == "SKUDetails":
            self._row = _Row()
        elif local == "Variation" and self._row is not None:
            self._variation = _Row()
            self._row.variations.append(self._variation)
        elif local == "Price" and self._at is not None:
            self._at.currency = attributes.get("currencyID", "")

    def _ends(self, name: str) -> None:
        local = name.rpartition(":")[2]
        if local == "SKUDetails" and self._row is not None:
            self._ready.append(self._row)
            self._row = None
        elif local == "Variation":
            self._variation = None
        elif self._at is not None:
            self._at.texts[local] = "".join(self._texts).strip()
        elif local == "Ack":
            self._ack = "".join(self._texts).strip()
        self._texts, self._length = [], 0

    def _text(self, text: str) -> None:
        self._length += len(text)
        if self._length > _LONGEST_TEXT:
            raise BodyUnusable("a text is too long")
        self._texts.append(text)

    @property
    def _at(self) -> _Row | None:
        return self._variation or self._row


def _refuse_doctype(*_: object) -> None:
    raise BodyUnusable("declares a type")


def _listed(
    row: _Row, site: NationalSite, url: Callable[[RemoteId], str], *, auction: bool
) -> Iterator[ForeignListing]:
    """None for one in another site's currency: the report may hold listings of every site (not verified, README).

    Raises RetryLater for one without an id: what nobody knows of might be listed a second time.
    """
    remote = row.texts.get("ItemID", "")
    if _ITEM_ID.fullmatch(remote) is None:
        raise UNREADABLE.error(detail="getResultFile: a listing without an id")
    parts = row.variations or [row]
    if any(part.currency not in ("", site.currency) for part in parts):
        return
    shown = tuple(ForeignPart(_sku(part), _values(part, site)) for part in parts)
    unmet = (AUCTION.error().problem,) if auction else ()
    yield ForeignListing(RemoteId(remote), shown, url(RemoteId(remote)), unmet)


def _sku(part: _Row) -> Sku:
    told = part.texts.get("SKU", "")
    return Sku(told if len(told) <= _LONGEST_SKU else "")


def _values(part: _Row, site: NationalSite) -> Values:
    quantity, price = part.texts.get("Quantity", ""), part.texts.get("Price", "")
    return Values(
        int(quantity) if quantity.isdecimal() and len(quantity) < 10 else None,
        Money(Decimal(price), site.currency) if _PRICE.fullmatch(price) else None,
    )
