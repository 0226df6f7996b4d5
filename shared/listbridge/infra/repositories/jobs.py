"""Jobs and their entries in DynamoDB. They expire after ninety days.

The counts of a job are attributes of their own, raised in the same transaction that records an entry's outcome: an entry is
counted exactly when it changes from waiting to an outcome, however often the message comes.

The attributes `state` and `done` keep the meaning that they had before jobs ended partly or cancelled: `state` is one of the
first five, `done` counts what was skipped too. `ended_as` and `skipped` say the rest, so that the version before reads on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError
from pynamodb.exceptions import PutError
from pynamodb.expressions.condition import Condition

from listbridge.domain.ids import JobId, can_be_key
from listbridge.domain.jobs import Job, JobEntry, JobState, Outcome, ended_state
from listbridge.domain.ports import Clock, Conflict, Missing, NotACursor
from listbridge.domain.word import reading_stored
from listbridge.infra import aws, settings
from listbridge.infra.repositories.conditions import lost
from listbridge.infra.storage import dynamo
from listbridge.infra.storage.dynamo import Item, cursor_key, cursor_text, number, text
from listbridge.infra.storage.tables import JobRow

KEPT_S = 90 * 86_400
_JOB = "job"
_ITEM = "item#"
_FINISHED, _UNFINISHED = "jobs", "open"
"""The two parts of the feed: what still runs or waits is never looked for among ninety days of finished jobs."""
_WAITS = frozenset({JobState.RUNNING, JobState.AWAITING_APPROVAL})
_TRIES = 30
_APART = {"rev", "total", "done", "failed", "skipped", "calls", "fees", "state"}
_COUNT = "ADD #done :done, #failed :failed, #skipped :skipped, #calls :calls, #fees :fees, #rev :one"
_KNOWN_BEFORE = {JobState.PARTLY: JobState.DONE, JobState.CANCELLED: JobState.REFUSED}


class DynamoJobs:
    """`JobRepository` over the jobs table."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def create(self, job: Job, entries: Sequence[JobEntry] = ()) -> None:
        """Store a job with its entries; a job without a total has as many as it has entries. Raises Conflict.

        The job itself goes last: who sees it, sees all its entries.
        """
        with JobRow.batch_write() as batch:
            for row in _entry_rows(job.id, entries, int(job.created_at.timestamp()) + KEPT_S):
                batch.save(row)
        stored = job.model_copy(update={"rev": 1, "total": job.total or len(entries)})
        try:
            _job_row(stored).save(condition=JobRow.job.does_not_exist())
        except PutError as error:
            raise lost(error, job.id) from error

    def put(self, id: JobId, entries: Sequence[JobEntry]) -> None:
        """Store these in place of what stands under their items, and count none of them."""
        with JobRow.batch_write() as batch:
            for row in _entry_rows(id, entries, int(self._clock.now().timestamp()) + KEPT_S):
                batch.save(row)

    def get(self, id: JobId) -> Job:
        """Strongly consistent. Raises Missing, without a call for an id that no row can have."""
        if not can_be_key(id):
            raise Missing("job", id)
        try:
            return _job(JobRow.get(id, _JOB, consistent_read=True))
        except JobRow.DoesNotExist:
            raise Missing("job", id) from None

    def save(self, job: Job) -> Job:
        """Over `job.rev`, which also rises with every entry that is finished. Raises Conflict."""
        saved = job.model_copy(update={"rev": job.rev + 1})
        try:
            _job_row(saved).save(condition=JobRow.rev == job.rev)
        except PutError as error:
            raise lost(error, job.id) from error
        return saved

    def entries(
        self, id: JobId, cursor: str | None, limit: int, *, begins: str = ""
    ) -> tuple[list[JobEntry], str | None]:
        """A page of entries by item, of those that begin so, strongly consistent."""
        after = cursor_key(cursor, {"job": text(id), "entry": "S"}) if cursor else None
        if after is not None and not after["entry"]["S"].startswith(_ITEM + begins):
            raise NotACursor
        page = JobRow.query(
            id, JobRow.entry.startswith(_ITEM + begins), consistent_read=True, limit=limit, last_evaluated_key=after
        )
        entries = [_entry(row) for row in page]
        return entries, cursor_text(page.last_evaluated_key)

    def find_entries(self, id: JobId, items: Iterable[str]) -> dict[str, JobEntry]:
        """These entries by their items, strongly consistent; what does not exist is absent."""
        keys = [(id, _ITEM + item) for item in dict.fromkeys(items) if can_be_key(_ITEM + item)]
        entries = [_entry(row) for row in JobRow.batch_get(keys, consistent_read=True)]
        return {entry.item: entry for entry in entries}

    def finish(self, id: JobId, entry: JobEntry) -> None:
        """Record an item's outcome once, count it, and close the job with the last one; a replay changes nothing.

        An entry that the job did not have is recorded and counted too. Raises Missing.
        """
        if entry.outcome is Outcome.WAITING:
            raise ValueError("an item that waits is not finished")
        for attempt in range(_TRIES):
            reasons = self._count(id, entry)
            if "TransactionConflict" not in reasons:
                break
            dynamo.pause(attempt)
        else:
            raise Conflict(id)
        if reasons and reasons[0] == "ConditionalCheckFailed":
            raise Missing("job", id)
        self._close_if_complete(id, entry)  # on a replay too: the first worker may have died before it came here

    def recent(
        self, limit: int, state: JobState | None = None, before: str | None = None
    ) -> tuple[list[Job], str | None]:
        """Newest first, by an index that may lag, and the place before which the next page begins."""
        rows = [
            row
            for feed in (_UNFINISHED, _FINISHED)
            for row in self._fed(feed, limit + 1, state, newest_first=True, before=before)
        ]
        rows.sort(key=lambda row: row.created_at or "", reverse=True)
        return [_job(row) for row in rows[:limit]], rows[limit - 1].created_at if len(rows) > limit else None

    def unfinished(self, limit: int, state: JobState | None = None) -> list[Job]:
        """What runs or waits for a decision, oldest first, by an index that may lag. Costs what it returns."""
        return [_job(row) for row in self._fed(_UNFINISHED, limit, state, newest_first=False)]

    def _fed(
        self, feed: str, limit: int, state: JobState | None, *, newest_first: bool, before: str | None = None
    ) -> list[JobRow]:
        older = JobRow.created_at < before if before else None
        only = _in_state(state) if state is not None else None
        return list(
            JobRow.recent.query(feed, older, filter_condition=only, scan_index_forward=not newest_first, limit=limit)
        )

    def _count(self, id: JobId, entry: JobEntry) -> list[str]:
        """Why the transaction was refused, by part (the job, the entry); empty when it was made."""
        table = settings.table("jobs")
        failed, skipped = entry.outcome is Outcome.FAILED, entry.outcome is Outcome.SKIPPED
        counted = {
            ":done": number(int(not failed)),
            ":failed": number(int(failed)),
            ":skipped": number(int(skipped)),
            ":calls": number(entry.change.calls_in_all if entry.change is not None else 0),
            ":fees": number(int(entry.change is not None and entry.change.fee is not None)),
            ":one": number(1),
        }
        row: Item = _entry_row(id, entry, int(self._clock.now().timestamp()) + KEPT_S).serialize()
        parts: list[dict[str, Any]] = [
            {
                "Update": {
                    "TableName": table,
                    "Key": {"job": text(id), "entry": text(_JOB)},
                    "UpdateExpression": _COUNT,
                    "ConditionExpression": "attribute_exists(#job)",
                    "ExpressionAttributeNames": dynamo.names_in(_COUNT, "#job"),
                    "ExpressionAttributeValues": counted,
                }
            },
            {
                "Put": {
                    "TableName": table,
                    "Item": row,
                    "ConditionExpression": "attribute_not_exists(#job) OR #outcome = :waiting",
                    "ExpressionAttributeNames": dynamo.names_in("#job #outcome"),
                    "ExpressionAttributeValues": {":waiting": text(Outcome.WAITING.value)},
                }
            },
        ]
        try:
            aws.client("dynamodb").transact_write_items(TransactItems=parts)
        except ClientError as error:
            if error.response["Error"]["Code"] == "TransactionConflictException":
                return ["TransactionConflict"]
            if error.response["Error"]["Code"] != "TransactionCanceledException":
                raise
            refusals: Any = error.response.get("CancellationReasons", ())
            reasons = [str(reason.get("Code")) for reason in refusals]
            if not set(reasons) <= {"None", "ConditionalCheckFailed", "TransactionConflict"}:
                raise
            return reasons
        return []

    def _close_if_complete(self, id: JobId, entry: JobEntry) -> None:
        while True:
            job = self.get(id)
            if job.state is not JobState.RUNNING or not job.total or job.waiting:
                return
            state = ended_state(job.done, job.failed)
            at = entry.at or self._clock.now()
            try:
                self.save(job.model_copy(update={"state": state, "finished_at": at}))
            except Conflict:
                continue
            return


def _in_state(state: JobState) -> Condition:
    if state in _KNOWN_BEFORE:
        return JobRow.ended_as == state.value
    only: Condition = (JobRow.state == state.value) & JobRow.ended_as.does_not_exist()
    return only


def _job_row(job: Job) -> JobRow:
    return JobRow(
        job.id,
        _JOB,
        doc=job.model_dump_json(exclude=_APART),
        feed=_UNFINISHED if job.state in _WAITS else _FINISHED,
        created_at=_sortable(job.created_at) + f"#{job.id}",
        state=_KNOWN_BEFORE.get(job.state, job.state).value,
        ended_as=job.state.value if job.state in _KNOWN_BEFORE else None,
        total=job.total,
        done=job.done + job.skipped,
        failed=job.failed,
        skipped=job.skipped,
        calls=job.calls,
        fees=job.fees,
        rev=job.rev,
        expires_at=int(job.created_at.timestamp()) + KEPT_S,
    )


def _entry_rows(id: JobId, entries: Sequence[JobEntry], expires_at: int) -> list[JobRow]:
    """The last of each item counts: a batch names a row once."""
    return [_entry_row(id, entry, expires_at) for entry in {entry.item: entry for entry in entries}.values()]


def _entry_row(id: JobId, entry: JobEntry, expires_at: int) -> JobRow:
    return JobRow(
        id,
        _ITEM + entry.item,
        doc=entry.model_dump_json(exclude_none=True),
        outcome=entry.outcome.value,
        expires_at=expires_at,
    )


def _entry(row: JobRow) -> JobEntry:
    with reading_stored():
        return JobEntry.model_validate_json(row.doc)


def _job(row: JobRow) -> Job:
    with reading_stored():
        return _job_as_stored(row)


def _job_as_stored(row: JobRow) -> Job:
    skipped = int(row.skipped or 0)
    apart = {
        "state": JobState(row.ended_as or row.state or JobState.RUNNING),
        "total": int(row.total or 0),
        "done": int(row.done or 0) - skipped,
        "failed": int(row.failed or 0),
        "skipped": skipped,
        "calls": int(row.calls or 0),
        "fees": int(row.fees or 0),
        "rev": int(row.rev or 0),
    }
    return Job.model_validate_json(row.doc).model_copy(update=apart)


def _sortable(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
