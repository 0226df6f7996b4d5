"""Progress of publishing in DynamoDB.

A row outlives its publication: `forget` empties it but keeps its epoch, so that a worker from before can never take its
own epoch for the current one. Beside them, a row for each listing that an account had already, where its marketplace cannot be
asked by SKU.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pynamodb.exceptions import PutError, UpdateError
from pynamodb.expressions.update import Action

from listbridge.domain.ids import ListingKey
from listbridge.domain.listings.publication import Existing, Publication
from listbridge.domain.ports import Conflict
from listbridge.infra.repositories.conditions import lost, refused
from listbridge.infra.storage import dynamo
from listbridge.infra.storage.documents import Json
from listbridge.infra.storage.tables import PublicationRow

_PROGRESS: Json[Mapping[str, str]] = Json(Mapping[str, str])
_EXISTING: Json[Existing] = Json(Existing)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TRIES = 10


class DynamoPublications:
    """`PublicationRepository` over the publications table."""

    def claim(self, publication: Publication, *, seconds: float, now: datetime) -> Publication | None:
        """Take on the publication with a new epoch and its stored progress; None while another worker holds it.

        Raises Conflict when others kept changing the row for ten tries.
        """
        for attempt in range(_TRIES):
            row = _row(publication)
            if row is not None and int(row.claimed_until) > _millis(now):
                return None
            claimed = replace(
                publication,
                progress=_PROGRESS.read(row.progress) if row else {},
                epoch=int(row.epoch) + 1 if row else 1,
                claimed_until=now + timedelta(seconds=seconds),
            )
            unchanged = (
                (PublicationRow.epoch == row.epoch) & (PublicationRow.claimed_until == row.claimed_until)
                if row
                else PublicationRow.publication.does_not_exist()
            )
            try:
                _row_of(claimed).save(condition=unchanged)
            except PutError as error:
                if not refused(error):
                    raise
                dynamo.pause(attempt)
                continue
            return claimed
        raise Conflict(publication.key)

    def save(self, publication: Publication) -> None:
        """Save progress, and the claim until `claimed_until`. Raises Conflict when a later epoch took over."""
        try:
            _row_of(publication).save(condition=PublicationRow.epoch == publication.epoch)
        except PutError as error:
            raise lost(error, publication.key) from error

    def release(self, publication: Publication) -> None:
        """Release the claim, keeping the progress. A later epoch is left alone."""
        self._give_back(publication, forget=False)

    def forget(self, publication: Publication) -> None:
        """Empty the progress and release the claim: the product is no longer published. A later epoch is left alone."""
        self._give_back(publication, forget=True)

    def keep(self, listings: Iterable[Existing]) -> None:
        """Remember these in place of what was remembered of their keys."""
        with PublicationRow.batch_write() as batch:
            for one in {one.key: one for one in listings}.values():
                batch.save(
                    PublicationRow(_existing_key(one.key), progress=_EXISTING.write(one), epoch=0, claimed_until=0)
                )

    def existing(self, keys: Iterable[ListingKey]) -> dict[ListingKey, Existing]:
        """What was remembered last of each of these, however long ago; strongly consistent."""
        names = list(dict.fromkeys(map(_existing_key, keys)))
        found = [_EXISTING.read(row.progress) for row in PublicationRow.batch_get(names, consistent_read=True)]
        return {one.key: one for one in found}

    def _give_back(self, publication: Publication, *, forget: bool) -> None:
        actions: list[Action] = [PublicationRow.claimed_until.set(0)]
        if forget:
            actions.append(PublicationRow.progress.set("{}"))
        try:
            PublicationRow(publication.key).update(
                actions, condition=PublicationRow.epoch == publication.epoch, add_version_condition=False
            )
        except UpdateError as error:
            if not refused(error):
                raise


def _existing_key(key: ListingKey) -> str:
    return f"existing#{key}"


def _row(publication: Publication) -> PublicationRow | None:
    return _get(publication.key)


def _get(key: str) -> PublicationRow | None:
    try:
        return PublicationRow.get(key, consistent_read=True)
    except PublicationRow.DoesNotExist:
        return None


def _row_of(publication: Publication) -> PublicationRow:
    until = publication.claimed_until
    return PublicationRow(
        publication.key,
        progress=_PROGRESS.write(publication.progress),
        epoch=publication.epoch,
        claimed_until=_millis(until) if until else 0,
    )


def _millis(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(milliseconds=1)
