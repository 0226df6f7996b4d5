"""The units of a call, by the examples of the DynamoDB developer guide."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.capacity import Index, size_of, write_units


def _row(length: int, **more: str) -> dict[str, Any]:
    return {"doc": {"S": "x" * length}, **{name: {"S": value} for name, value in more.items()}}


def test_a_row_is_as_large_as_its_names_and_values() -> None:
    row = {"id": {"S": "ä1"}, "n": {"N": "-120"}, "ok": {"BOOL": True}, "m": {"M": {"a": {"S": "bc"}}}}
    assert size_of(row) == (2 + 3) + (1 + 3) + (2 + 1) + (1 + 3 + 1 + 1 + 2)


@pytest.mark.parametrize(("length", "units"), [(0, 1), (1021, 1), (1022, 2), (3069, 3)])
def test_a_write_costs_a_unit_for_each_begun_kilobyte_of_the_larger_image(length: int, units: int) -> None:
    assert write_units(_row(length)) == write_units(_row(length), _row(0)) == write_units(None, _row(length)) == units


INDEX = Index("due", ("due",), frozenset({"id", "due"}))


@pytest.mark.parametrize(
    ("before", "after", "units"),
    [
        (None, {}, 0),  # not in the index
        ({}, {"due": "1"}, 1),  # comes
        ({"due": "1"}, {}, 1),  # goes
        ({"due": "1"}, {"due": "2"}, 2),  # moves: one write takes it out, one puts it in
        ({"due": "1", "doc": "a"}, {"due": "1", "doc": "b"}, 0),  # nothing that it projects changes
        ({"due": "1", "id": "a"}, {"due": "1", "id": "b"}, 1),
    ],
)
def test_an_index_costs_what_changes_in_it(before: Any, after: Any, units: int) -> None:
    def row(fields: Any) -> Any:
        return None if fields is None else {name: {"S": value} for name, value in fields.items()}

    assert INDEX.units(row(before), row(after)) == units
