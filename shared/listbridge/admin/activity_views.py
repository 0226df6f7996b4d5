"""What callers are answered about what happened: an act in words, and the ids of what it is about."""

from __future__ import annotations

from datetime import datetime

from listbridge.admin.row_ids import listing_id
from listbridge.admin.shape import Shape
from listbridge.domain.activity import ActivityEntry
from listbridge.domain.ids import ListingKey
from listbridge.services import messages


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
    sku: str | None
    text: str

    @classmethod
    def of(cls, entry: ActivityEntry) -> ActivityView:
        key = _listing_of(entry)
        return cls(
            listing=listing_id(key) if key else None, sku=key.sku if key else None,
            at=entry.at, subject=entry.subject, event=entry.event, params=dict(entry.params), actor=entry.actor,
            account=entry.account, text=messages.event_text(entry),
        )  # fmt: skip


def _listing_of(entry: ActivityEntry) -> ListingKey | None:
    """The listing that an act is about; orders' subjects begin with the account too, but have two parts."""
    parts = entry.subject.split("#", 2)
    if entry.account is None or parts[0] != entry.account or len(parts) < 3:
        return None
    return ListingKey.parse(entry.subject)
