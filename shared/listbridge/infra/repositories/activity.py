"""The activity in DynamoDB: append-only, and entries expire after half a year."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC
from typing import Any

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.ids import AccountId
from listbridge.infra.storage.documents import Json
from listbridge.infra.storage.tables import ActivityRow

KEPT_S = 180 * 86_400
_JSON: Json[ActivityEntry] = Json(ActivityEntry, apart={"place"})
_PROCESS = secrets.token_hex(4)
_counted = itertools.count()


class DynamoActivity:
    """`ActivityLog` over the activity table."""

    def note(self, *entries: ActivityEntry) -> None:
        """Append. A repeat of the same entry is another entry."""
        with ActivityRow.batch_write() as batch:
            for entry in entries:
                batch.save(_row(entry))

    def of_subject(self, subject: str, limit: int, before: str | None = None) -> tuple[list[ActivityEntry], str | None]:
        """Newest first, strongly consistent."""
        rows = ActivityRow.query(
            subject, _older(before), consistent_read=True, scan_index_forward=False, limit=limit + 1
        )
        return _page(rows, limit)

    def of_account(
        self, account: AccountId, limit: int, before: str | None = None
    ) -> tuple[list[ActivityEntry], str | None]:
        """Newest first, by an index that may lag."""
        rows = ActivityRow.by_account.query(account, _older(before), scan_index_forward=False, limit=limit + 1)
        return _page(rows, limit)


def _row(entry: ActivityEntry) -> ActivityRow:
    instant = entry.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return ActivityRow(
        entry.subject,
        f"{instant}#{next(_counted):010d}#{_PROCESS}",
        account=entry.account,
        doc=_JSON.write(entry),
        expires_at=int(entry.at.timestamp()) + KEPT_S,
    )


def _older(before: str | None) -> Any:
    return ActivityRow.at < before if before else None


def _page(rows: Iterable[ActivityRow], limit: int) -> tuple[list[ActivityEntry], str | None]:
    entries = [replace(_JSON.read(row.doc), place=row.at) for row in rows]
    return entries[:limit], entries[limit - 1].place if len(entries) > limit else None
