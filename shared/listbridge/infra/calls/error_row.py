"""One line of an adapter's error table: what the platform said → what we do next, and the seller's words for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RemoteError, RetryLater

C = TypeVar("C", int, str)


@dataclass(frozen=True, slots=True)
class Row:
    """The class that decides what we do next, the seller's text and its fix, and how many seconds to wait before a retry."""

    verdict: type[RemoteError]
    code: str
    fix: str = ""
    after_s: float = 5.0

    def error(
        self,
        message: str = "",
        *,
        params: Mapping[str, str] | None = None,
        detail: str = "",
        status: int | None = None,
        request: str | None = None,
    ) -> RemoteError:
        """The verdict. The platform's own `message` and `params` fill the seller's text; `detail` and `request`, their id of
        the call, are for us."""
        filled = {**({"message": message} if message else {}), **(params or {})}
        problem = Problem(self.code, filled, self.fix)
        if issubclass(self.verdict, RetryLater):
            return self.verdict(problem, after_s=self.after_s, detail=detail, status=status, request_id=request)
        return self.verdict(problem, detail=detail, status=status, request_id=request)

    def instead_of(self, error: RemoteError, *, params: Mapping[str, str] | None = None) -> RemoteError:
        """This verdict on the answer of which another was made, where the caller knows better what it means."""
        return self.error(params=params, detail=error.detail, status=error.status, request=error.request_id)


def for_each(row: Row, *codes: C) -> dict[C, Row]:
    """The part of a table in which all these codes mean the same."""
    return dict.fromkeys(codes, row)
