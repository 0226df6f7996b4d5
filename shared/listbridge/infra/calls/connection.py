"""Everything an adapter needs to talk for one shop or account: who, with which credentials, over which session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from listbridge.infra.calls.answers import places
from listbridge.infra.calls.error_row import Row

if TYPE_CHECKING:
    from listbridge.domain.ports import Budget, Clock, Counters, Grants
    from listbridge.infra.calls.http import HttpSession
    from listbridge.infra.calls.tokens import TokenCache

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Connection:
    """One opened shop or account.

    `settings` are public, from the configuration document, and so are `facts`, which the platform said of itself when
    it was connected. `secret` is the JSON object from Secrets Manager and must not reach a log, an error or an answer.
    `base_url` replaces the platform's own host (the local run's simulators); None means the real one. All HTTP goes
    through `session`. Access tokens come through `tokens`, or through `grants` where the refresh token changes with each use.
    `counters` counts, for all processes, what the platform limits otherwise than by calls.
    """

    id: str
    settings: Mapping[str, Any]
    secret: Mapping[str, str]
    base_url: str | None
    session: HttpSession
    budget: Budget
    tokens: TokenCache
    clock: Clock
    grants: Grants
    counters: Counters
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def replaced(self) -> bool:
        """Something else stands in for the platform."""
        return self.base_url is not None

    def host(self, own: str) -> str:
        """Where to call what is at the platform's `own` host: there, or at what replaces all of its hosts. No slash ends it."""
        return (self.base_url or own).rstrip("/")


def credentials_of(connection: Connection, model: type[M], refused: Row) -> M:
    """The connection's credentials in their shape. Raises the error of `refused` when the secret lacks any of them."""
    try:
        return model.model_validate(dict(connection.secret))
    except ValidationError as error:
        # Without its cause, and by name alone: the error may hold a secret.
        raise refused.error(detail=f"the secret lacks {places(error)}") from None
