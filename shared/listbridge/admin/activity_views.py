"""What callers are answered about what happened: an act in words, and the ids of what it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from listbridge.admin.row_ids import items_of, listing_id, order_id
from listbridge.admin.shape import Shape
from listbridge.domain.activity import ActivityEntry
from listbridge.domain.ids import ListingKey, OrderKey
from listbridge.domain.ports import ListingRepository
from listbridge.services import messages

_PARTS_OF_ORDER = 2


class ActivityView(Shape):
    """One line of what happened."""

    at: datetime
    subject: str
    event: str
    params: dict[str, str]
    actor: str
    account: str | None
    listing: str | None
    """The listing's id, when it is about one."""
    item: str | None
    """The id of that listing's item; null when the listing is gone."""
    sku: str | None
    order: str | None
    """The order's id, when it is about one."""
    text: str

    @classmethod
    def all(cls, entries: Sequence[ActivityEntry], ledger: ListingRepository) -> list[ActivityView]:
        """A page of them."""
        items = items_of(ledger, [key for entry in entries if (key := _listing_of(entry))])
        return [cls.of(entry, items) for entry in entries]

    @classmethod
    def of(cls, entry: ActivityEntry, items: Mapping[ListingKey, str]) -> ActivityView:
        """One of them, with the ids of the listings' items."""
        key, order = _listing_of(entry), _order_of(entry)
        return cls(
            listing=listing_id(key) if key else None, item=items.get(key) if key else None,
            sku=key.sku if key else None, order=order_id(order) if order else None,
            at=entry.at, subject=entry.subject, event=entry.event, params=dict(entry.params), actor=entry.actor,
            account=entry.account, text=messages.event_text(entry),
        )  # fmt: skip


def _listing_of(entry: ActivityEntry) -> ListingKey | None:
    """The listing that an act is about; orders' subjects begin with the account too, but have two parts."""
    parts = entry.subject.split("#", 2)
    if entry.account is None or parts[0] != entry.account or len(parts) < 3:
        return None
    return ListingKey.parse(entry.subject)


def _order_of(entry: ActivityEntry) -> OrderKey | None:
    """The order that an act is about."""
    parts = entry.subject.split("#")
    if entry.account is None or parts[0] != entry.account or len(parts) != _PARTS_OF_ORDER:
        return None
    return OrderKey.parse(entry.subject)
