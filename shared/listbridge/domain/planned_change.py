"""What an action would do to one listing, told before it is done: what buyers would find, and what it costs."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from listbridge.domain.money import Money
from listbridge.domain.word import Word


class Content(Word):
    """What an action would do to what buyers read: title, description, pictures and the rest."""

    UNTOUCHED = "untouched"  # the action sends none of it
    NEW = "new"  # nothing of it is there yet
    CHANGED = "changed"  # the shop's is not what was sent last
    SAME = "same"  # it would send what it sent last
    UNKNOWN = "unknown"  # it would be sent, and nobody knows what is there


class Offered(BaseModel):
    """What buyers find; None is unknown, or left as it is."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    quantity: int | None = None
    price: Money | None = None
    title: str | None = None


class PlannedChange(BaseModel):
    """One listing as it is and as it would be; `after` is None where it would not be on sale any more."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    before: Offered
    after: Offered | None = None
    content: Content = Content.UNTOUCHED
    fee: Money | None = None
    """What the marketplace would charge for it, whether it sells or not."""
    calls: dict[str, int] = Field(default_factory=dict)
    """The calls that would change something there, by the marketplace's own name; those that several listings share stand at the first."""

    @property
    def calls_in_all(self) -> int:
        """Their number."""
        return sum(self.calls.values())
