"""The activity: what happened, in order, one line for each act, for the seller and for the operator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from listbridge.domain.ids import AccountId


@dataclass(frozen=True, slots=True)
class ActivityEntry:
    """One act. `subject` is a listing key, a shop id, an account id or a job id; `event` names a message text.

    `params` never holds secrets or buyers' data.
    """

    subject: str
    event: str
    at: datetime
    params: Mapping[str, str] = field(default_factory=dict)
    account: AccountId | None = None
    actor: str = "listbridge"
    place: str = field(default="", compare=False)
    """Where it stands in the order of what happened, as the store has it; empty before it is stored."""
