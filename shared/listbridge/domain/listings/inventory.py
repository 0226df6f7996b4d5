"""The inventory of an account: what its marketplace shows of it on one site, and which variant of the shop each SKU stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from listbridge.domain.ids import RemoteId, Sku, VariantKey
from listbridge.domain.listings.listing import NOTHING, Listing, Status, Values
from listbridge.domain.problem import Problem
from listbridge.domain.word import Word

MOST_CANDIDATES = 10
"""So many variants are named of a line that may stand for any of them."""


class MatchState(Word):
    """What is known of a line of an inventory."""

    READ = "read"  # downloaded, and not matched yet
    MATCHED = "matched"  # it stands for one variant: it is linked, or can be
    AMBIGUOUS = "ambiguous"  # it may stand for several: a person decides
    UNMATCHED = "unmatched"  # nothing in the shop answers to it
    DUPLICATE = "duplicate"  # more than one of the account's listings has its SKU
    FOREIGN = "foreign"  # made with the marketplace's own tools: it has to be adopted before it can be linked


class MatchedBy(Word):
    """By what a line found its variant."""

    LISTING = "listing"  # a sales list of the account and site has a listing with this SKU
    SKU = "sku"  # the variant has exactly this SKU in the shop
    MAPPING = "mapping"  # a SKU mapping says so
    BARCODE = "barcode"  # both have the same product code


@dataclass(frozen=True, slots=True)
class InventoryLine:
    """One SKU of one live listing, as the marketplace lists it. What it shows may have changed since."""

    sku: Sku
    """The marketplace's own; empty where the seller gave the listing none."""
    remote: RemoteId
    title: str = ""
    url: str = ""
    shown: Values = NOTHING
    times: int = 1
    """How many of the listing's variations have the SKU."""
    state: MatchState = MatchState.READ
    by: MatchedBy | None = None
    variants: tuple[VariantKey, ...] = ()
    """What it stands for; of one that is ambiguous what it may stand for, `MOST_CANDIDATES` at most."""
    reason: Problem | None = None
    """Why it cannot be linked, with what helps; None where it can."""

    def apart(self, state: MatchState, reason: Problem, variants: Sequence[VariantKey] = ()) -> InventoryLine:
        """The same, shown apart for this reason."""
        return replace(self, state=state, by=None, reason=reason, variants=tuple(variants)[:MOST_CANDIDATES])


@dataclass(frozen=True, slots=True)
class Candidates:
    """The variants that a line may stand for, by what they were found."""

    listing: Listing | None = None
    """Our listing of this SKU on the account and site."""
    by_sku: tuple[VariantKey, ...] = ()
    by_mapping: tuple[VariantKey, ...] = ()
    mapped_to: Sku | None = None
    """The shop's SKU that a mapping gives for the line's; None without a mapping."""
    by_barcode: tuple[VariantKey, ...] = ()
    barcode: str = ""


def is_linked(line: InventoryLine, listing: Listing | None) -> bool:
    """Whether this very listing is ours to keep in step already."""
    return listing is not None and listing.status is Status.ACTIVE and listing.remote == line.remote


def judged(line: InventoryLine, found: Candidates) -> InventoryLine:
    """Which variant the line stands for: what a sales list has settled already, else its mapping and its SKU, else its product code.
    If mapping and SKU lead to different variants they contradict each other, and nothing is guessed."""
    if found.listing is not None:
        return _matched(line, MatchedBy.LISTING, found.listing.variant)
    named = tuple(dict.fromkeys((*found.by_mapping, *found.by_sku)))
    if len(named) == 1:
        return _matched(line, MatchedBy.MAPPING if found.by_mapping else MatchedBy.SKU, named[0])
    if named and found.by_mapping and found.by_sku:
        params = {"sku": line.sku, "mapped": found.mapped_to or ""}
        return line.apart(MatchState.AMBIGUOUS, Problem("mapping_contradicts_sku", params, "edit_sku_mapping"), named)
    if named:
        return line.apart(
            MatchState.AMBIGUOUS,
            Problem("sku_not_unique", {"skus": found.mapped_to or line.sku}, "make_skus_unique"),
            named,
        )
    if len(found.by_barcode) == 1 and found.mapped_to is None:
        return _matched(line, MatchedBy.BARCODE, found.by_barcode[0])
    if found.by_barcode and found.mapped_to is None:
        problem = Problem("barcode_not_unique", {"barcode": found.barcode}, "map_sku")
        return line.apart(MatchState.AMBIGUOUS, problem, found.by_barcode)
    if found.mapped_to is not None:
        params = {"sku": line.sku, "mapped": found.mapped_to}
        return line.apart(MatchState.UNMATCHED, Problem("mapping_leads_nowhere", params, "edit_sku_mapping"))
    if not line.sku:
        return line.apart(MatchState.UNMATCHED, Problem("foreign_sku_missing", fix="give_sku_there"))
    return line.apart(MatchState.UNMATCHED, Problem("not_in_shop", {"sku": line.sku}, "give_sku_in_shop"))


def _matched(line: InventoryLine, by: MatchedBy, variant: VariantKey) -> InventoryLine:
    return replace(line, state=MatchState.MATCHED, by=by, variants=(variant,), reason=None)
