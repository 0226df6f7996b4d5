"""A job, as the API tells about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Job:
    """Unlike all other ids, a job's is a UUID."""

    id: str
    done: bool
