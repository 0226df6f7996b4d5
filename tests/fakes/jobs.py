"""Jobs in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import Any

from listbridge.domain.ids import JobId
from listbridge.domain.jobs import Job, JobEntry, JobState, Outcome, ended_state
from listbridge.domain.ports import Clock, Conflict, Missing
from tests.fakes.cuts import Hook, no_cut
from tests.fakes.limits import check_key, check_row, cursor_after, place_of


class FakeJobRepository:
    """`JobRepository` in memory."""

    def __init__(self, clock: Clock, before_write: Hook = no_cut) -> None:
        self._clock = clock
        self._jobs: dict[JobId, Job] = {}
        self._entries: dict[JobId, dict[str, JobEntry]] = {}
        self._lock = threading.RLock()
        self._before_write = before_write

    def create(self, job: Job, entries: Sequence[JobEntry] = ()) -> None:
        self._before_write("jobs.create")
        check_key(job.id, *(f"item#{entry.item}" for entry in entries))
        check_row(job.model_dump_json())
        with self._lock:
            if job.id in self._jobs:
                raise Conflict(job.id)
            self._jobs[job.id] = job.model_copy(update={"rev": 1, "total": job.total or len(entries)})
            self._entries[job.id] = {entry.item: entry for entry in entries}

    def put(self, id: JobId, entries: Sequence[JobEntry]) -> None:
        self._before_write("jobs.put")
        check_key(*(f"item#{entry.item}" for entry in entries))
        for entry in entries:
            check_row(entry.model_dump_json())
        with self._lock:
            self._entries.setdefault(id, {}).update({entry.item: entry for entry in entries})

    def get(self, id: JobId) -> Job:
        with self._lock:
            job = self._jobs.get(id)
        if job is None:
            raise Missing("job", id)
        return job

    def save(self, job: Job) -> Job:
        self._before_write("jobs.save")
        with self._lock:
            stored = self._jobs.get(job.id)
            if stored is None or stored.rev != job.rev:
                raise Conflict(job.id)
            saved = job.model_copy(update={"rev": job.rev + 1})
            self._jobs[job.id] = saved
            return saved

    def entries(
        self, id: JobId, cursor: str | None, limit: int, *, begins: str = ""
    ) -> tuple[list[JobEntry], str | None]:
        with self._lock:
            stored = self._entries.get(id, {}).items()
            rows = sorted((name, entry) for name, entry in stored if name.startswith(begins))
        after = place_of(id, cursor)
        rest = [(name, entry) for name, entry in rows if after is None or name > after]
        page = rest[:limit]
        return [entry for _, entry in page], cursor_after(id, page[-1][0] if len(rest) > limit else None)

    def find_entries(self, id: JobId, items: Iterable[str]) -> dict[str, JobEntry]:
        with self._lock:
            stored = self._entries.get(id, {})
            return {item: stored[item] for item in items if item in stored}

    def finish(self, id: JobId, entry: JobEntry) -> None:
        if entry.outcome is Outcome.WAITING:
            raise ValueError("an item that waits is not finished")
        self._before_write("jobs.finish")
        with self._lock:
            job = self.get(id)
            stored = self._entries[id].get(entry.item)
            if stored is not None and stored.outcome is not Outcome.WAITING:
                return
            self._entries[id][entry.item] = entry
            update: dict[str, Any] = {"rev": job.rev + 1}
            for name, outcome in (("done", Outcome.DONE), ("failed", Outcome.FAILED), ("skipped", Outcome.SKIPPED)):
                update[name] = getattr(job, name) + (entry.outcome is outcome)
            if entry.change is not None:
                update["calls"] = job.calls + entry.change.calls_in_all
                update["fees"] = job.fees + (entry.change.fee is not None)
            counted = job.model_copy(update=update)
            if job.state is JobState.RUNNING and job.total and not counted.waiting:
                state = ended_state(counted.done, counted.failed)
                at = entry.at or self._clock.now()
                counted = counted.model_copy(update={"state": state, "finished_at": at})
            self._jobs[id] = counted

    def recent(
        self, limit: int, state: JobState | None = None, before: str | None = None
    ) -> tuple[list[Job], str | None]:
        def place(job: Job) -> str:
            return f"{job.created_at.timestamp():020.6f}#{job.id}"

        with self._lock:
            jobs = [job for job in self._jobs.values() if state is None or job.state is state]
        older = [job for job in jobs if before is None or place(job) < before]
        older.sort(key=place, reverse=True)
        return older[:limit], place(older[limit - 1]) if len(older) > limit else None

    def unfinished(self, limit: int, state: JobState | None = None) -> list[Job]:
        waits = {JobState.RUNNING, JobState.AWAITING_APPROVAL}
        jobs = [job for job in self.recent(len(self._jobs) or 1, state)[0] if job.state in waits]
        return jobs[::-1][:limit]
