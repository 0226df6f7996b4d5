"""What the ledger's tests do to a listing, with values of theirs."""

from __future__ import annotations

from listbridge.domain.listings import ledger, writing
from listbridge.domain.listings.listing import BOTH, LedgerField, Listing, Values
from tests.unit.domain.a_listing import NOW, SETTLE_S, computed, later

QUANTITY, PRICE = frozenset({LedgerField.QUANTITY}), frozenset({LedgerField.PRICE})


def recomputed(
    listing: Listing,
    quantity: int | None,
    price: str | int | None = 10,
    *,
    version: int = 2,
    auto: frozenset[LedgerField] = BOTH,
    **more: object,
) -> Listing:
    return ledger.recomputed(listing, computed(quantity, price, version=version, **more), auto, NOW)  # type: ignore[arg-type]


def begun(listing: Listing, id: str = "a1", fields: frozenset[LedgerField] | None = None, fence: int = 1) -> Listing:
    fields = fields or ledger.due_fields(listing) or BOTH
    values = Values(listing.computed.quantity, listing.computed.price).only(fields)
    return writing.begun(listing, id, fields, values, settle_s=SETTLE_S, fence=fence, now=NOW)


def unknown(listing: Listing, id: str = "a1") -> Listing:
    return writing.unknown(listing, id, settle_s=SETTLE_S, retry_at=later(2), now=NOW)
