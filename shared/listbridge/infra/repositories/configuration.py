"""Configuration documents in DynamoDB: one partition per kind, few rows, always read consistently."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TypeVar

from pynamodb.exceptions import DeleteError, PutError
from pynamodb.expressions.condition import Condition

from listbridge.domain.configuration import Document
from listbridge.domain.ids import can_be_key
from listbridge.domain.ports import Missing
from listbridge.domain.word import reading_stored
from listbridge.infra.repositories.conditions import lost
from listbridge.infra.storage.documents import with_unknown
from listbridge.infra.storage.tables import ConfigurationRow

D = TypeVar("D", bound=Document)


class DynamoConfiguration:
    """`ConfigurationStore` over the config table."""

    def get(self, kind: type[D], id: str) -> D:
        """Raises Missing, without a call for an id that no row can have."""
        if not can_be_key(id):
            raise Missing(kind.kind, id)
        try:
            row = ConfigurationRow.get(kind.kind, id, consistent_read=True)
        except ConfigurationRow.DoesNotExist:
            raise Missing(kind.kind, id) from None
        return _document(kind, row)

    def all(self, kind: type[D]) -> list[D]:
        """Every document of a kind, by id."""
        return [_document(kind, row) for row in ConfigurationRow.query(kind.kind, consistent_read=True)]

    def revs(self, documents: Iterable[tuple[type[Document], str]]) -> dict[tuple[type[Document], str], int]:
        """What does not exist is absent."""
        asked = {(kind.kind, id): (kind, id) for kind, id in documents}
        rows = ConfigurationRow.batch_get(list(asked), consistent_read=True, attributes_to_get=["kind", "id", "rev"])
        return {asked[row.kind, row.id]: int(row.rev) for row in rows}

    def save(self, document: D) -> D:
        """Save over `document.rev` (0 = must not exist yet) and return it with the next rev. Raises Conflict.

        Fields that only a newer version knows stay in the row.
        """
        saved = document.model_copy(update={"rev": document.rev + 1})
        row = ConfigurationRow(document.kind, document.id, doc=_text_over(document), rev=saved.rev)
        try:
            row.save(condition=_still_at(document.rev))
        except PutError as error:
            raise lost(error, document.id) from error
        return saved

    def delete(self, document: Document) -> None:
        """Delete if still at `document.rev`. Raises Conflict."""
        try:
            ConfigurationRow(document.kind, document.id).delete(condition=ConfigurationRow.rev == document.rev)
        except DeleteError as error:
            raise lost(error, document.id) from error


def _text_over(document: Document) -> str:
    """The text to store in the place of what is stored. Should the row move meanwhile, the save is refused."""
    new = document.model_dump(mode="json", exclude={"rev"})
    try:
        row = ConfigurationRow.get(document.kind, document.id, consistent_read=True) if document.rev else None
    except ConfigurationRow.DoesNotExist:
        row = None
    if row is not None and int(row.rev) == document.rev:
        known = _document(type(document), row).model_dump(mode="json", exclude={"rev"})
        new = with_unknown(json.loads(row.doc), known, new)
    return json.dumps(new, ensure_ascii=False, separators=(",", ":"))


def _still_at(rev: int) -> Condition:
    return ConfigurationRow.rev == rev if rev else ConfigurationRow.kind.does_not_exist()


def _document(kind: type[D], row: ConfigurationRow) -> D:
    with reading_stored():
        return kind.model_validate_json(row.doc).model_copy(update={"rev": int(row.rev)})
