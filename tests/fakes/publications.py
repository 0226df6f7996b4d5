"""Progress of publishing in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from listbridge.domain.ids import ListingKey
from listbridge.domain.listings.publication import Existing, Publication
from listbridge.domain.ports import Conflict
from tests.fakes.cuts import Hook, no_cut


class FakePublicationRepository:
    """`PublicationRepository` in memory."""

    def __init__(self, before_write: Hook = no_cut) -> None:
        self._rows: dict[str, Publication] = {}
        self._existing: dict[ListingKey, Existing] = {}
        self._lock = threading.RLock()
        self._before_write = before_write

    def claim(self, publication: Publication, *, seconds: float, now: datetime) -> Publication | None:
        self._before_write("publications.claim")
        with self._lock:
            stored = self._rows.get(publication.key)
            if stored is not None and stored.claimed_until is not None and stored.claimed_until > now:
                return None
            claimed = replace(
                publication,
                progress=dict(stored.progress) if stored else {},
                epoch=(stored.epoch if stored else 0) + 1,
                claimed_until=now + timedelta(seconds=seconds),
            )
            self._rows[publication.key] = claimed
            return claimed

    def save(self, publication: Publication) -> None:
        self._before_write("publications.save")
        with self._lock:
            stored = self._rows.get(publication.key)
            if stored is None or stored.epoch != publication.epoch:
                raise Conflict(publication.key)
            self._rows[publication.key] = replace(publication, progress=dict(publication.progress))

    def release(self, publication: Publication) -> None:
        self._before_write("publications.release")
        self._settle(publication, forget=False)

    def forget(self, publication: Publication) -> None:
        self._before_write("publications.forget")
        self._settle(publication, forget=True)

    def _settle(self, publication: Publication, *, forget: bool) -> None:
        with self._lock:
            stored = self._rows.get(publication.key)
            if stored is None or stored.epoch != publication.epoch:
                return
            progress = {} if forget else stored.progress
            self._rows[publication.key] = replace(stored, progress=progress, claimed_until=None)

    def keep(self, listings: Iterable[Existing]) -> None:
        for one in listings:
            self._before_write("publications.keep")
            with self._lock:
                self._existing[one.key] = one

    def existing(self, keys: Iterable[ListingKey]) -> dict[ListingKey, Existing]:
        with self._lock:
            return {key: self._existing[key] for key in keys if key in self._existing}
