"""When a thing was made, in Etsy's words: pure.

The list is `when_made` of createDraftListing (OpenAPI document of August 2026). Its first range ends with the running year, and what is
twenty years old is vintage, so both move each January; that they will move as they did is not verified.
"""

from __future__ import annotations

_VINTAGE = 20
_DECADES = tuple(f"{year}s" for year in range(1990, 1890, -10))


def eras(year: int) -> tuple[str, ...]:
    """What Etsy takes in this year."""
    first = year - _VINTAGE + 1
    young = f"{year // 10 * 10}_{year}"
    return (
        "made_to_order",
        young,
        "2010_2019",
        f"{first}_2009",
        f"before_{first}",
        f"2000_{first - 1}",
        *_DECADES,
        "1800s",
        "1700s",
        "before_1700",
    )
