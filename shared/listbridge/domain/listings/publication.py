"""The publishing of one product to one site: a state machine whose every remote id is saved before the next call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from listbridge.domain.ids import AccountId, ListingKey, ProductId, RemoteId, SalesListId, Site
from listbridge.domain.listings.listing import NOTHING, Values


@dataclass(frozen=True, slots=True)
class Publication:
    """Progress of publishing one product of one sales list.

    `progress` is the adapter's own memory: remote ids and "about to create" marks by name. `epoch` counts the workers
    that took it on; only the last one may save.
    """

    sales_list: SalesListId
    product: ProductId
    account: AccountId
    site: Site
    progress: Mapping[str, str] = field(default_factory=dict)
    epoch: int = 0
    claimed_until: datetime | None = None

    @property
    def key(self) -> str:
        return f"{self.account}#{self.site}#{self.sales_list}#{self.product}"


@dataclass(frozen=True, slots=True)
class Existing:
    """The ids of a listing that the account had at that instant (UTC), no matter who made it, and what it showed then.

    What it shows now is read when somebody needs it: an older number is good for nothing but to find that it is the known one.
    """

    key: ListingKey
    at: datetime
    offer: RemoteId | None = None
    remote: RemoteId | None = None
    group: RemoteId | None = None
    shown: Values = NOTHING
