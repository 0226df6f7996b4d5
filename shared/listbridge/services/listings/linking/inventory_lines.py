"""The lines of an inventory as entries of its job: one that was downloaded stands under `read`, and under its state once it is
matched, so that each state is a list of its own."""

from __future__ import annotations

from collections.abc import Sequence

from listbridge.domain.jobs import JobEntry
from listbridge.domain.listings.inventory import InventoryLine, MatchState

_SEPARATOR = "\x1f"
"""Sorts before whatever a SKU is made of, so that the lines of one SKU stand together."""
_LONGEST_IN_NAME = 200


def entries_of(lines: Sequence[InventoryLine]) -> list[JobEntry]:
    """As the job keeps them."""
    return [JobEntry(item=entry_name(one), line=one) for one in lines]


def entry_name(line: InventoryLine) -> str:
    """The entry of a line: one for each SKU in each listing."""
    return f"{begins_with(line.state)}{line.sku[:_LONGEST_IN_NAME]}{_SEPARATOR}{line.remote}"


def begins_with(state: MatchState) -> str:
    """How the names of all entries in this state begin."""
    return f"{state.value}{_SEPARATOR}"
