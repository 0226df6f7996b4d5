"""Which spans of time are still to be read, so that no row slips through while rows change. Pure.

A marketplace that pages by counting (`offset`) counts over a list that moves: an order that changes while we page shifts the
others, and the one on the seam is never shown. So we do not count through a moving list: a span of times of change that does
not fit on one page is cut in two, the older part is read first and the open end last. A row that changes meanwhile leaves its
span only towards the open end. A page is then whole on its own, or it is not used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class CountedPage:
    """What a list says of one page of a span, and what stands on it.

    `rows` are there, `total` is told for the span (None: nothing is), `most` rows fill a page, `more` says that another page
    is named, and `changed` tells when the rows did, as far as that can be read.
    """

    rows: int
    total: int | None
    most: int
    more: bool
    changed: Sequence[datetime] = ()


@dataclass(frozen=True, slots=True)
class Windows:
    """Spans still to read: each from one start to just before the next, the last one open. Milliseconds since 1970.

    `offset` and `total` are used within a single millisecond only, which cannot be cut.
    """

    starts: tuple[int, ...]
    offset: int = 0
    total: int = 0

    @classmethod
    def since(cls, moment: datetime, now: datetime, reach: timedelta) -> Windows:
        """Everything since then, never from the future and never from beyond what the marketplace shows."""
        return cls((milliseconds(min(max(moment, now - reach), now)),))

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
        """Inclusive; None for the open one."""
        return self.starts[1] - 1 if len(self.starts) > 1 else None

    @property
    def instant(self) -> bool:
        """A single millisecond."""
        return self.start == self.end

    def torn(self, page: CountedPage) -> str:
        """What is wrong with a page as a whole; empty when it holds together."""
        if page.total is None:
            return "no total"
        due = min(page.total - self.offset, page.most)
        if page.rows < due:
            return f"{page.rows} rows where {due} are due"
        if page.more and not page.rows:
            return "an empty page that is not the last"
        if self.offset and page.total != self.total:
            return "the list changed while it was read"
        return ""

    def following(self, page: CountedPage, now: datetime) -> Windows | None:
        """What is to be read behind a page that holds together; None when everything is.

        The page that the list names is not followed: that there is one is a word that there is more, where it leads is our
        own arithmetic.
        """
        total = page.total or 0
        if self.offset + page.rows >= total and not page.more:
            return self.done(now)
        if self.instant:
            return self.further(page.rows, total)
        return self.cut(page.changed, now)

    def done(self, now: datetime) -> Windows | None:
        """What is left after this span; None when there is nothing, or only what has not happened yet."""
        rest = self.starts[1:]
        return Windows(rest) if rest and rest[0] <= milliseconds(now) else None

    def cut(self, dates: Sequence[datetime], now: datetime) -> Windows:
        """The same with the first span cut in two, at the last of the dates seen in it.

        On a list in order of change that leaves a part that just fits on a page, whichever way the list runs. Where no
        date helps (a row may tell about a change that its list does not know yet) the cut goes through the middle.
        """
        seen = [milliseconds(moment) for moment in dates]
        inside = [one for one in seen if one > self.start and (self.end is None or one <= self.end)]
        middle = (self.start + (self.end or milliseconds(now))) // 2
        pivot = inside[-1] if inside else self.start + 1 if self.start in seen else max(middle, self.start + 1)
        return Windows((self.start, pivot, *self.starts[1:]))

    def further(self, orders: int, total: int) -> Windows:
        """The same span, behind the orders just read; `total` must stay what it is now."""
        return replace(self, offset=self.offset + orders, total=total)


def milliseconds(moment: datetime) -> int:
    """Rounded down."""
    return (moment - _EPOCH) // _MILLISECOND


def moment_text(moment: int) -> str:
    """Such as `2015-08-04T19:09:02.768Z`."""
    return (_EPOCH + moment * _MILLISECOND).isoformat(timespec="milliseconds").replace("+00:00", "Z")
