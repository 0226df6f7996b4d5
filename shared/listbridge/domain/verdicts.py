"""What the outside world answered, classed by what we do next.

Adapters raise these from their error tables; services decide by class, never by platform. A class that is not
here is our own bug: it is not caught, and its message ends in the dead-letter queue.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from listbridge.domain.problem import Problem

V = TypeVar("V", bound="RemoteError")


class RemoteError(Exception):
    """Something a shop or marketplace said or did. `problem` is for the seller, `detail` for us (no secrets)."""

    def __init__(
        self, problem: Problem, *, detail: str = "", status: int | None = None, request_id: str | None = None
    ) -> None:
        super().__init__(f"{problem}: {detail}" if detail else str(problem))
        self.problem = problem
        self.detail = detail
        self.status = status
        self.request_id = request_id

    def as_a(self, verdict: type[V]) -> V:
        """The same of the same answer, where the caller knows better what we do next."""
        return verdict(self.problem, detail=self.detail, status=self.status, request_id=self.request_id)


class RetryLater(RemoteError):
    """Certainly not applied, and likely to pass on its own: the same call may be made again after `after_s` seconds."""

    def __init__(
        self,
        problem: Problem,
        *,
        after_s: float = 5.0,
        detail: str = "",
        status: int | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(problem, detail=detail, status=status, request_id=request_id)
        self.after_s = after_s


class RateLimited(RetryLater):
    """Certainly not applied: a limit is spent. With `until` (aware UTC) the limit comes back at that instant."""

    def __init__(
        self,
        problem: Problem,
        *,
        after_s: float = 1.0,
        until: datetime | None = None,
        detail: str = "",
        status: int | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(problem, after_s=after_s, detail=detail, status=status, request_id=request_id)
        self.until = until


class OutcomeUnknown(RemoteError):
    """The call may or may not have been applied (time-out, broken connection, 5xx on a write): look before acting."""


class Rejected(RemoteError):
    """The platform refused these data: nothing changes until somebody edits something."""


class ZeroRefused(Rejected):
    """A listing is not kept at 0 here: it must be ended, and comes back with the stock. The fix would let it be kept."""


class EmptyRefused(Rejected):
    """A publishing was refused for its quantity: with nothing to sell it waits for stock."""


class NotFound(Rejected):
    """The thing named does not exist there: a positive answer, not silence."""


class Unauthorized(RemoteError):
    """The credentials are dead: the connection pauses until the seller connects it again."""


class Unsupported(RemoteError):
    """The platform cannot do this at all."""


class ObserveMode(RemoteError):
    """A remote write was refused by ourselves, because the account only observes or somebody has stopped its writes."""
