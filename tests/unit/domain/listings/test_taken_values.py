"""What the marketplace took while an older call may still land over it is looked at; what moved since is sent (protocol.md#settle)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from listbridge.domain.listings import ledger, writing
from listbridge.domain.listings.listing import LedgerField, Listing, Values
from tests.unit.domain.a_listing import NOW, SETTLE_S, a_listing, computed, later

QUANTITY = frozenset({LedgerField.QUANTITY})


def taken(quantity: int, moved_to: int) -> Listing:
    """A quantity whose answer was lost, the same one sent again and taken; meanwhile another one was computed."""
    row = replace(a_listing(5), computed=computed(quantity))
    for attempt in ("a1", "a2"):
        row = writing.begun(row, attempt, QUANTITY, Values(quantity), settle_s=SETTLE_S, fence=1, now=NOW)
    return writing.accepted(replace(row, computed=computed(moved_to)), "a2", NOW, settle_s=SETTLE_S)


@pytest.mark.parametrize(
    ("moved_to", "not_before", "unsent"), [(4, later(SETTLE_S), frozenset()), (6, None, QUANTITY), (0, None, QUANTITY)]
)
def test_a_value_that_moved_while_the_older_one_was_being_taken_does_not_wait_for_the_next_look(
    moved_to: int, not_before: datetime | None, unsent: frozenset[LedgerField]
) -> None:
    row = taken(4, moved_to)
    assert (row.taken.quantity, row.not_before) == (4, not_before)
    assert (ledger.unsent_fields(row), ledger.awaits_look(row)) == (unsent, not unsent)
