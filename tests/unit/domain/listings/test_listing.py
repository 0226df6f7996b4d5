"""A listing with changes is what `replace` gives, field by field, and nothing else."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from listbridge.domain.listings.listing import Computed, Listing, with_changes
from listbridge.domain.problem import Problem
from tests.unit.domain.a_listing import NOW, a_listing

CHANGES: dict[str, Any] = {
    "computed": Computed(quantity=3, at=NOW),
    "hold": Problem("guard"),
    "attempts": 4,
    "due_since": NOW,
}


def test_changed_fields_are_new_and_all_others_are_kept() -> None:
    row = replace(a_listing(), title="Cup", sold=("one", "two"), fence=7, rev=9)
    changed = with_changes(row, CHANGES)
    assert changed == replace(row, **CHANGES)
    assert {one.name for one in fields(Listing) if getattr(changed, one.name) != getattr(row, one.name)} == set(CHANGES)


def test_the_row_that_was_given_stays_as_it_was() -> None:
    row = a_listing()
    before = replace(row)
    with_changes(row, CHANGES)
    assert row == before


def test_a_name_that_no_field_has_is_refused() -> None:
    with pytest.raises(TypeError, match="quantty"):
        with_changes(a_listing(), {"quantty": 3})
