"""The append-only story of what happened, in DynamoDB. Entries expire after half a year."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterable
from datetime import UTC

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.ids import AccountId
from listbridge.infra.documents import Json
from listbridge.infra.tables import ActivityRow

KEPT_S = 180 * 86_400
_JSON: Json[ActivityEntry] = Json(ActivityEntry)
_PROCESS = secrets.token_hex(4)
_counted = itertools.count()


class DynamoActivity:
    """`ActivityLog` over the activity table."""

    def note(self, *entries: ActivityEntry) -> None:
        """Append. A repeat of the same entry is another entry."""
        with ActivityRow.batch_write() as batch:
            for entry in entries:
                batch.save(_row(entry))

    def of_subject(self, subject: str, limit: int) -> list[ActivityEntry]:
        """Newest first, strongly consistent."""
        return _entries(
            ActivityRow.query(subject, consistent_read=True, scan_index_forward=False, limit=limit)
        )

    def of_account(self, account: AccountId, limit: int) -> list[ActivityEntry]:
        """Newest first, by an index that may lag."""
        return _entries(ActivityRow.by_account.query(account, scan_index_forward=False, limit=limit))


def _row(entry: ActivityEntry) -> ActivityRow:
    instant = entry.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return ActivityRow(
        entry.subject,
        f"{instant}#{next(_counted):010d}#{_PROCESS}",
        account=entry.account,
        doc=_JSON.write(entry),
        expires_at=int(entry.at.timestamp()) + KEPT_S,
    )


def _entries(rows: Iterable[ActivityRow]) -> list[ActivityEntry]:
    return [_JSON.read(row.doc) for row in rows]
