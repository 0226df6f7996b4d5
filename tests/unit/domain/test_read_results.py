"""Products that were asked for, and those of them that the shop does not have."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from listbridge.domain.catalog import ProductFacts, Visibility
from listbridge.domain.ids import ProductId
from listbridge.domain.ports import ReadResult


def facts(id: str) -> ProductFacts:
    return ProductFacts(ProductId(id), "Mug", Visibility.VISIBLE, ())


@pytest.mark.parametrize(
    ("asked", "found", "missing"),
    [
        (["1", "2"], ["1", "2"], ()),
        (["1", "2", "3"], ["2"], ("1", "3")),
        (["1", "1", "2"], [], ("1", "2")),
        ([], [], ()),
    ],
)
def test_what_an_answer_about_all_does_not_hold_is_missing_each_once(
    asked: Sequence[str], found: Sequence[str], missing: tuple[str, ...]
) -> None:
    read = ReadResult.of(map(ProductId, asked), map(facts, found))
    assert read == ReadResult(tuple(map(facts, found)), tuple(map(ProductId, missing)))
