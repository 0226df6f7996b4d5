"""What stands in a scripted market, and what was sent to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from listbridge.domain.ids import ListingKey, RemoteId
from listbridge.domain.listings.listing import RemoteState, Values
from listbridge.domain.money import Money


@dataclass
class Offer:
    """One offer: a draft until `live`. Two live ones for one key break promises.md#p4, and nothing here prevents that."""

    id: RemoteId
    key: ListingKey
    made_at: datetime
    live: bool = False
    remote: RemoteId | None = None
    quantity: int | None = None
    price: Money | None = None
    paused: bool = False
    processing: bool = False
    published: bool = False
    live_at: datetime | None = None

    @property
    def state(self) -> RemoteState:
        if not self.live:
            return RemoteState.GONE
        if self.processing:
            return RemoteState.PROCESSING
        return RemoteState.PAUSED if self.paused else RemoteState.LIVE


@dataclass(frozen=True)
class Sent:
    """One write that reached the marketplace, in the order of its sending."""

    at: datetime
    operation: str
    key: ListingKey
    values: Values
