"""The `filter` of getOrders, as strict as its description. Source: sell_fulfillment 1.20.7, getOrders."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from simulators.ebay.errors import EbayError
from simulators.ebay.state import Order

_MUST_BE_ENCODED = "[]{}|"
_NAMES = ("creationdate", "lastmodifieddate", "orderfulfillmentstatus")
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
_STATUS_SETS = (frozenset({"NOT_STARTED", "IN_PROGRESS"}), frozenset({"FULFILLED", "IN_PROGRESS"}))
_TWO_YEARS = timedelta(days=731)
_DEFAULT_WINDOW = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders a call wants: a window on one of the two dates, and perhaps a set of fulfilment states."""

    field: str
    start: datetime
    end: datetime
    statuses: frozenset[str] | None = None

    def wants(self, order: Order, known_until: datetime) -> bool:
        """Does it mean this order, by an index that knows the changes up to a moment?"""
        moment = order.created_at if self.field == "creationdate" else order.changed_by(known_until)
        # eBay's dates end at the millisecond, so the stored moment is cut before it is compared.
        moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
        if not self.start <= moment <= self.end:
            return False
        return self.statuses is None or order.data["orderFulfillmentStatus"] in self.statuses


def refuse_unencoded(query_string: str) -> None:
    """Raises 2004 for a query with raw brackets, braces or bars: they must be percent-encoded."""
    if any(character in query_string for character in _MUST_BE_ENCODED):
        raise EbayError(2004, parameters={"reason": "The query holds characters that must be percent-encoded"})


def parse_filter(text: str, now: datetime) -> OrderFilter:
    """Read a decoded filter. Without a date it means the orders created in the last 90 days; creationdate beats lastmodifieddate.

    Raises 30700 to 30850 as eBay names the mistake.
    """
    windows: dict[str, tuple[datetime, datetime]] = {}
    statuses: frozenset[str] | None = None
    for criterion in filter(None, re.split(r",(?![^\[{]*[\]}])", text)):
        name, _, value = criterion.partition(":")
        if name not in _NAMES:
            raise EbayError(30700, name)
        if name == "orderfulfillmentstatus":
            statuses = _statuses(value)
        else:
            windows[name] = _window(name, value, now)
    for name in _NAMES[:2]:
        if name in windows:
            return OrderFilter(name, *windows[name], statuses)
    return OrderFilter("creationdate", now - _DEFAULT_WINDOW, now, statuses)


def _statuses(value: str) -> frozenset[str]:
    match = re.fullmatch(r"\{([A-Z_|]+)\}", value)
    chosen = frozenset(match[1].split("|")) if match else frozenset[str]()
    if chosen not in _STATUS_SETS:
        raise EbayError(30800, f"{value} for filter orderfulfillmentstatus")
    return chosen


def _window(name: str, value: str, now: datetime) -> tuple[datetime, datetime]:
    match = re.fullmatch(r"\[(.*?)\.\.(.*)\]", value)
    if match is None:
        raise EbayError(30800, f"{value} for filter {name}")
    if not match[1]:
        raise EbayError(30820)
    start = _moment(match[1])
    end = _moment(match[2]) if match[2] else now
    if start > now or end > now:
        raise EbayError(30850)
    if start > end:
        raise EbayError(30840)
    if now - start > _TWO_YEARS:
        raise EbayError(30830)
    return start, end


def _moment(text: str) -> datetime:
    if not _DATE.fullmatch(text):
        raise EbayError(30810, text)
    try:
        return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)
    except ValueError:
        raise EbayError(30810, text) from None


def parse_date(text: object) -> datetime | None:
    """A UTC date-time of eBay's form, or None."""
    if not isinstance(text, str):
        return None
    try:
        return _moment(text)
    except EbayError:
        return None
