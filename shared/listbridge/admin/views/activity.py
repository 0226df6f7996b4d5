"""Answers about the activity: what happened in words, and the ids of what it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from listbridge.admin.row_ids import items_of, listing_id, order_id
from listbridge.admin.shape import Shape
from listbridge.domain.activity import ActivityEntry
from listbridge.domain.ids import ListingKey, OrderKey
from listbridge.domain.ports import ListingRepository
from listbridge.services.desk import messages

_PARTS_OF_ORDER = 2


class ActivityView(Shape):
    """One line of what happened."""

    at: datetime
    """When it happened, UTC."""
    subject: str
    """What it is about, as the activity names it: a listing, an order, a shop, an account or a job."""
    event: str
    """The code of what happened, for programs."""
    params: dict[str, str]
    """The values that the text names, by name, all as texts."""
    actor: str
    """Who did it; `listbridge` for what it did itself."""
    account: str | None
    """The id of the account that it is about; null when it is about none."""
    listing: str | None
    """The listing's `id`; null when it is not about a listing."""
    item: str | None
    """The `id` of that listing's item; null when the listing is gone, or it is not about one."""
    sku: str | None
    """The listing's SKU; null when it is not about a listing."""
    order: str | None
    """The order's `id`; null when it is not about an order."""
    text: str
    """What happened in a sentence, for people."""

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
            listing=listing_id(key) if key else None,
            item=items.get(key) if key else None,
            sku=key.sku if key else None,
            order=order_id(order) if order else None,
            at=entry.at,
            subject=entry.subject,
            event=entry.event,
            params=dict(entry.params),
            actor=entry.actor,
            account=entry.account,
            text=messages.event_text(entry),
        )


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
