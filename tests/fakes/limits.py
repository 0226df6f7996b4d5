"""What DynamoDB refuses and a dictionary would take: keys that no row can have, rows that are too large, foreign cursors."""

from __future__ import annotations

import base64
import json

from listbridge.domain.ids import can_be_key
from listbridge.domain.ports import NotACursor

LARGEST_ROW = 400 * 1024


class ValidationException(Exception):
    """DynamoDB's word for a call that it does not even try. No service of ours expects it."""


def check_key(*parts: str) -> None:
    """Raises ValidationException when one of these cannot be a key."""
    for part in parts:
        if not can_be_key(part):
            raise ValidationException(f"no row can have the key {part[:80]!r}")


def check_row(*texts: str) -> None:
    """Raises ValidationException when a row of these attributes is larger than 400 KB."""
    size = sum(len(text.encode()) for text in texts)
    if size > LARGEST_ROW:
        raise ValidationException(f"a row of {size} bytes is larger than {LARGEST_ROW}")


def cursor_after(owner: str, place: str | None) -> str | None:
    """The cursor of a page of `owner`'s list that ended at `place`; None for the last."""
    return base64.urlsafe_b64encode(json.dumps([owner, place]).encode()).decode() if place is not None else None


def place_of(owner: str, cursor: str | None) -> str | None:
    """Where the page before ended. Raises NotACursor for a cursor that is not of `owner`'s list."""
    if not cursor:
        return None
    try:
        told = json.loads(base64.b64decode(cursor.encode(), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        raise NotACursor from None
    match told:
        case [str(whose), str(place)] if whose == owner:
            return place
    raise NotACursor
