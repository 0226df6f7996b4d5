"""Everything an adapter needs to talk for one shop or account: who, with which credentials, over which session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from listbridge.domain.ports import Budget, Clock, Grants
    from listbridge.infra.http import HttpSession
    from listbridge.infra.tokens import TokenCache


@dataclass(frozen=True, slots=True)
class Connection:
    """One opened shop or account.

    `settings` are public, from the configuration document, and so are `facts`, which the other side said of itself when it
    was connected. `secret` is the JSON object from Secrets Manager and must not reach a log, an error or an answer.
    `base_url` replaces the platform's own host (the local run's simulators); None means the real one. All HTTP goes
    through `session`. Access tokens come through `tokens`, or through `grants` where the refresh token changes with each use.
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
    facts: Mapping[str, str] = field(default_factory=dict)
