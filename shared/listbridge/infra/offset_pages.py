"""Pages that are counted: the next one begins where this one ended, or a little before."""

from __future__ import annotations


def following(offset: int, rows: int, total: int, *, overlap: int = 0) -> str | None:
    """The cursor behind a page of so many rows that began at `offset`; None behind the last.

    While a list is read it may lose rows that were read already, and all others move up: `overlap` rows are read once more,
    so that as many may go between two pages and none is passed over. A page without rows is the last, whatever the count says.
    """
    end = offset + rows
    if rows == 0 or end >= total:
        return None
    return str(max(offset + 1, end - overlap))
