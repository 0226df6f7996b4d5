"""Lists that are told page by page without counting: each page says behind which row the next one begins.

A row that goes or comes meanwhile moves no other. How a page is worded (a cursor, an address, a header) is the platform's own.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from simulators.kit.pages import number_in

R = TypeVar("R")
Key = tuple[str, ...]
"""Where a row stands in its list: texts that sort as the list does, and of which no two rows have the same."""


@dataclass(frozen=True, slots=True)
class CursorPage(Generic[R]):
    """Some rows, and the cursor that a call for the page behind names; None behind the last."""

    rows: list[R]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class CursorPaging:
    """How such a list is asked for: `default` rows a page, at the most `most`, under these names of parameters.

    `refuse` is told the name and the text of a parameter that makes no page, and returns the refusal to raise.
    """

    default: int
    most: int
    refuse: Callable[[str, str], Exception]
    size_name: str = "limit"
    cursor_name: str = "after"

    def page(self, rows: Iterable[R], key: Callable[[R], Key], query: Mapping[str, str]) -> CursorPage[R]:
        """The rows that a call asks for, in the order of their keys. Raises the refusal, for the size first."""
        size = number_in(query, self.size_name, self.default, 1, self.most, self.refuse)
        behind = self._behind(query)
        rest = sorted((one for one in rows if key(one) > behind), key=key)
        return CursorPage(rest[:size], _cursor(key(rest[size - 1])) if len(rest) > size else None)

    def address(self, url: str, query: Mapping[str, str], page: CursorPage[R]) -> str | None:
        """The address of the page behind this one, with all else that the call asked for; None behind the last."""
        if page.cursor is None:
            return None
        return f"{url}?{urlencode({**query, self.cursor_name: page.cursor})}"

    def _behind(self, query: Mapping[str, str]) -> Key:
        text = query.get(self.cursor_name)
        if text is None:
            return ()
        try:
            told = json.loads(base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True))
        except (ValueError, RecursionError):
            raise self.refuse(self.cursor_name, text) from None
        if not isinstance(told, list) or not told or not all(isinstance(part, str) for part in told):
            raise self.refuse(self.cursor_name, text)
        return tuple(told)


def _cursor(key: Key) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()
