"""What one call says of a write unit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from listbridge.domain.ids import Sku
from listbridge.domain.listings.listing import LedgerField, Listing
from listbridge.domain.ports import Revision, UnitRevision
from listbridge.services.listings.sales_first import SalesFirst


def unit_revision(
    sales: SalesFirst, begun: Sequence[Listing], members: Sequence[Listing], check: Callable[[], None]
) -> UnitRevision:
    """The values of the attempts that stand, of a unit with these members. `check` is called before each request."""
    revisions = tuple(
        Revision(row.key, row.offer, row.remote, row.group, row.attempt.values, LedgerField.QUANTITY not in row.auto)
        for row in begun
        if row.attempt is not None
    )
    return UnitRevision(revisions, _highest(sales, begun, members), check)


def _highest(sales: SalesFirst, begun: Sequence[Listing], members: Sequence[Listing]) -> Mapping[Sku, int]:
    """By SKU, for a marketplace that keeps one quantity per SKU: the highest of its live sites
    (protocol.md#write-units)."""
    fresh = {row.key: row for row in begun}
    rows = [fresh.get(member.key, member) for member in members]
    revised = {row.key.sku for row in begun if row.attempt is not None and LedgerField.QUANTITY in row.attempt.fields}
    return {
        sku: max(
            (
                sales.quantity(row) or 0
                for row in rows
                if row.live and row.key.sku == sku and LedgerField.QUANTITY in row.ours
            ),
            default=0,
        )
        for sku in revised
    }
