"""Listings that the seller made with the marketplace's own tools, where we can write nothing yet, and whether one may be adopted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass, replace

from listbridge.domain.ids import RemoteId, Sku
from listbridge.domain.listings.listing import NOTHING, Listing, Values
from listbridge.domain.problem import Problem


@dataclass(frozen=True, slots=True)
class ForeignPart:
    """What a buyer can choose in a foreign listing: all of a single one, or one of its variations."""

    sku: Sku
    """Empty where the seller gave it none."""
    values: Values = NOTHING
    offer: RemoteId | None = None
    """Known once the listing is adopted."""


@dataclass(frozen=True, slots=True)
class ForeignListing:
    """A live listing of the account on one site, as its marketplace lists it. Nobody asked whether we can write to it."""

    remote: RemoteId
    parts: tuple[ForeignPart, ...]
    url: str = ""
    unmet: tuple[Problem, ...] = ()
    """Everything that is known to keep it from being adopted; empty where nothing is."""

    @property
    def skus(self) -> tuple[Sku, ...]:
        """Those that it has, each once."""
        return tuple(dict.fromkeys(part.sku for part in self.parts if part.sku))

    def unmet_too(self, *problems: Problem) -> ForeignListing:
        """The same, kept from being adopted by these as well."""
        return replace(self, unmet=self.unmet + problems)

    def without(self, left: Collection[Sku]) -> ForeignListing:
        """The same without these variations."""
        return replace(self, parts=tuple(one for one in self.parts if one.sku not in left))

    def with_offers(self, offers: Mapping[Sku, RemoteId]) -> ForeignListing:
        """The same, since it was adopted."""
        return replace(self, parts=tuple(replace(one, offer=offers.get(one.sku, one.offer)) for one in self.parts))


def matched(one: ForeignListing, rows: Mapping[Sku, Listing], twice: Set[Sku]) -> ForeignListing:
    """The listing with whatever of ours keeps it from being adopted. `rows` are our listings of its SKUs on its account and
    site, `twice` the SKUs that more than one of the account's listings there has.

    An adopted listing is written as a whole: a variation that the shop's product does not have would leave it at the next full
    revise. So all of its variations must be of one product.
    """
    problems = []
    if any(not part.sku for part in one.parts):
        problems.append(Problem("foreign_sku_missing", fix="give_sku_there"))
    doubled = [sku for sku in one.skus if sku in twice]
    if doubled:
        problems.append(Problem("foreign_sku_twice", {"sku": doubled[0]}, "end_other_listing"))
    unknown = [sku for sku in one.skus if sku not in rows]
    if unknown:
        problems.append(Problem("foreign_not_in_list", {"sku": unknown[0]}, "add_to_list"))
    products = {(rows[sku].sales_list, rows[sku].variant.product) for sku in one.skus if sku in rows}
    if len(products) > 1:
        problems.append(Problem("foreign_several_products", {"listing": one.remote}, "leave_listing_there"))
    return one.unmet_too(*problems)
