"""One search of orders by their change, and what its filter says of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from listbridge.domain.change_windows import milliseconds, moment_text
from listbridge.infra.calls.answers import part_at

MERCHANT, AMAZON = "MERCHANT", "AMAZON"
_MOST = 100
"""Orders per page (searchOrders, maxResultsPerPage)."""


@dataclass(frozen=True, slots=True)
class Search:
    """Page after page, each of which repeats the filters: the cursor holds them."""

    after: str
    by: str = ""
    """Whose orders, by who fulfils them; all of them where it is empty."""
    token: str = ""

    @classmethod
    def since(cls, at: datetime, by: str = "") -> Search:
        """From the first page."""
        return cls(moment_text(milliseconds(at)), by)

    @classmethod
    def of(cls, cursor: str) -> Search:
        """The search that wrote the cursor."""
        after, by, token = cursor.split("|", 2)
        return cls(after, by, token)

    def cursor(self) -> str:
        """Where it goes on, as a text."""
        return f"{self.after}|{self.by}|{self.token}"

    def following(self, answer: Mapping[str, Any]) -> Search | None:
        """The next page's; None after the last one."""
        token = part_at(answer, ("pagination", "nextToken"))
        return replace(self, token=token) if isinstance(token, str) and token else None

    def params(self) -> dict[str, str]:
        """The query, without the data sets."""
        told = {"lastUpdatedAfter": self.after, "maxResultsPerPage": str(_MOST)}
        more = {"fulfilledBy": self.by, "paginationToken": self.token}
        return told | {name: value for name, value in more.items() if value}


def says_who_fulfils(order: Any) -> bool:
    """Only with FULFILLMENT, which a region may refuse."""
    return bool(part_at(order, ("fulfillment", "fulfilledBy")))


def fulfilled_by(order: Any, by: str) -> Any:
    """The order, with who fulfils it where it does not say so itself and the filter that found it does."""
    if not by or not isinstance(order, dict) or says_who_fulfils(order):
        return order
    told = order.get("fulfillment")
    return {**order, "fulfillment": {**(told if isinstance(told, dict) else {}), "fulfilledBy": by}}
