"""Which spans of time are still to be read, so that no order slips through while orders change.

eBay pages by counting (`offset`) over a list that moves: an order that changes while we page shifts the others, and the
one on the seam is never shown. So we do not count through a moving list: a span of `lastModifiedDate` that does not fit
on one page is cut in two, the older part is read first and the open end last. An order that changes meanwhile leaves its
span only towards the open end. A page is then whole by itself, or it is not used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
REACH = timedelta(days=729)
"""Orders are shown for two years (getOrders, filter); one day is kept clear of the edge, where eBay refuses (30830)."""


@dataclass(frozen=True, slots=True)
class Windows:
    """Spans still to read: each from one start to just before the next, the last one open. Milliseconds since 1970.

    `offset` and `total` are used within a single millisecond only, which cannot be cut.
    """

    starts: tuple[int, ...]
    offset: int = 0
    total: int = 0

    @classmethod
    def since(cls, moment: datetime, now: datetime) -> Windows:
        """Everything since then, never from the future (30850) and never from beyond eBay's reach."""
        return cls((milliseconds(min(max(moment, now - REACH), now)),))

    @classmethod
    def parse(cls, cursor: str) -> Windows:
        starts, offset, total = cursor.split(";")
        return cls(tuple(int(start) for start in starts.split(",")), int(offset), int(total))

    @property
    def cursor(self) -> str:
        return f"{','.join(str(start) for start in self.starts)};{self.offset};{self.total}"

    @property
    def start(self) -> int:
        return self.starts[0]

    @property
    def end(self) -> int | None:
        """Inclusive, as eBay's filter is; None for the open one."""
        return self.starts[1] - 1 if len(self.starts) > 1 else None

    @property
    def instant(self) -> bool:
        """A single millisecond."""
        return self.start == self.end

    @property
    def filter(self) -> str:
        end = "" if self.end is None else moment_text(self.end)
        return f"lastmodifieddate:[{moment_text(self.start)}..{end}]"

    def done(self, now: datetime) -> Windows | None:
        """What is left after this span; None when there is nothing, or only what has not happened yet."""
        rest = self.starts[1:]
        return Windows(rest) if rest and rest[0] <= milliseconds(now) else None

    def cut(self, dates: Sequence[datetime], now: datetime) -> Windows:
        """The same with the first span cut in two, at the last of the dates seen in it.

        On a list in order of change that leaves a part that just fits on a page, whichever way the list runs. Where no
        date helps (eBay may show a change that its list does not know yet) the cut goes through the middle.
        """
        seen = [milliseconds(moment) for moment in dates]
        inside = [one for one in seen if one > self.start and (self.end is None or one <= self.end)]
        middle = (self.start + (self.end or milliseconds(now))) // 2
        pivot = (
            inside[-1] if inside else self.start + 1 if self.start in seen else max(middle, self.start + 1)
        )
        return Windows((self.start, pivot, *self.starts[1:]))

    def further(self, orders: int, total: int) -> Windows:
        """The same span, behind the orders just read; `total` must stay what it is now."""
        return replace(self, offset=self.offset + orders, total=total)


def milliseconds(moment: datetime) -> int:
    """Rounded down."""
    return (moment - _EPOCH) // _MILLISECOND


def moment_text(moment: int) -> str:
    """A moment as eBay writes it: `2015-08-04T19:09:02.768Z`."""
    return (_EPOCH + moment * _MILLISECOND).isoformat(timespec="milliseconds").replace("+00:00", "Z")
