"""Recompute what is computed from these variants, for all services that change one."""

from __future__ import annotations

from collections.abc import Iterable

from listbridge.domain.ids import ListingKey, VariantKey
from listbridge.domain.listings.listing import Cause, Listing
from listbridge.services.catalog.recompute import Recompute
from listbridge.services.deps import LedgerDeps
from listbridge.services.guard import judge_absences


def recompute_variants(deps: LedgerDeps, variants: Iterable[VariantKey], cause: Cause) -> list[Listing]:
    """Recompute the listings of these variants.

    The variant row itself names its listings, so that a listing made a moment ago is not missed by a lagging index.
    """
    keys: set[ListingKey] = set()
    absent: set[ListingKey] = set()
    for variant in deps.variants.get_many(set(variants)).values():
        keys |= variant.listings
        absent |= variant.listings if variant.absent else set()
    if not keys:
        return []
    rows = deps.listings.get_many(absent).values() if absent else ()
    vanishing = [row for row in rows if row.would_fall and not row.computed.gone]
    return Recompute(deps, cause, judged=judge_absences(deps, vanishing)).listings(sorted(keys))
