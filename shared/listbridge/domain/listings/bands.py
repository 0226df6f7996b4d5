"""How urgent a due listing is: a zero goes first, then what goes down, prices, what goes up, and the rest (promises.md#p5)."""

from __future__ import annotations

from enum import IntEnum

from listbridge.domain.word import reading_is_of_stored


class Band(IntEnum):
    """Which due listings go first."""

    ZERO = 0  # quantity to zero, or end
    DOWN = 1
    PRICE = 2
    UP = 3
    REST = 4

    @classmethod
    def _missing_(cls, value: object) -> Band | None:
        """Of a band that only a newer version knows: it goes last, and moves up when the row is computed again."""
        return cls.REST if reading_is_of_stored() and isinstance(value, int) else None


def band_of(wanted: int | None, accepted: int | None, *, quantity: bool, price: bool) -> Band:
    """How urgent it is when a quantity, a price or both are due. An unknown quantity counts as "may have to go down"."""
    if quantity:
        if wanted == 0:
            return Band.ZERO
        if accepted is None or (wanted is not None and wanted < accepted):
            return Band.DOWN
    if price:
        return Band.PRICE
    return Band.UP if quantity else Band.REST
