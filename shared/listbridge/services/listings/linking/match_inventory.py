"""Match lines of an inventory with the shop: what a sales list has, else by SKU and by SKU mapping."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from listbridge.domain.configuration import Account, Shop
from listbridge.domain.ids import ListingKey, RemoteId, Site, Sku, VariantKey
from listbridge.domain.listings.foreign import ForeignListing, ForeignPart
from listbridge.domain.listings.inventory import Candidates, InventoryLine, MatchState, is_linked, judged
from listbridge.domain.listings.listing import Listing
from listbridge.domain.ports import MarketplaceAdapter
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Rejected, Unauthorized
from listbridge.services.catalog.observe_shop import observe_products
from listbridge.services.connection_state import expire_shop
from listbridge.services.deps import PublishDeps
from listbridge.services.listings.foreign_listings import remember_ours


@dataclass(slots=True)
class Matching:
    """One page of lines of an account's inventory on a site."""

    deps: PublishDeps
    account: Account
    site: Site
    adapter: MarketplaceAdapter
    began: datetime
    """When the reading began (UTC)."""

    def all(self, lines: Sequence[InventoryLine], beside: Set[Sku]) -> list[InventoryLine]:
        """Each with what it stands for; `beside` are SKUs of lines on the pages around it. Raises RemoteError."""
        rows = self._ours(line.sku for line in lines if line.sku)
        foreign = self._foreign(lines, rows)
        often = Counter(line.sku for line in lines if line.sku)
        matched = []
        ask: list[InventoryLine] = []
        for line in lines:
            if often[line.sku] > 1 or line.sku in beside:
                problem = Problem("foreign_sku_twice", {"sku": line.sku}, "end_other_listing")
                matched.append(line.apart(MatchState.DUPLICATE, problem))
            elif (line.sku, line.remote) in foreign:
                problem = Problem("listed_by_hand", {"sku": line.sku, "listing": line.remote}, "adopt_listings")
                matched.append(line.apart(MatchState.FOREIGN, problem))
            elif line.sku in rows:
                matched.append(judged(line, Candidates(listing=rows[line.sku])))
            else:
                ask.append(line)
        return matched + self._asked(ask)

    def _ours(self, skus: Iterable[Sku]) -> dict[Sku, Listing]:
        found = self.deps.listings.get_many(ListingKey(self.account.id, self.site, sku) for sku in skus)
        return {key.sku: row for key, row in found.items()}

    def _foreign(self, lines: Sequence[InventoryLine], rows: dict[Sku, Listing]) -> set[tuple[Sku, RemoteId]]:
        """Those that we may not write to. What is linked is ours already: nobody is asked."""
        adopting = self.adapter.adopting()
        if adopting is None:
            return set()
        unlinked = [line for line in lines if not is_linked(line, rows.get(line.sku))]
        asked = [ForeignListing(line.remote, (ForeignPart(line.sku, line.shown),)) for line in unlinked if line.sku]
        managed = adopting.managed(self.site, asked) if asked else {}
        ours = [ForeignListing(line.remote, (ForeignPart(line.sku),)) for line in lines if line.remote in managed]
        remember_ours(self.deps, self.account, self.site, self.began, ours)
        return {(line.sku, line.remote) for line in unlinked if line.remote not in managed}

    def _asked(self, lines: Sequence[InventoryLine]) -> list[InventoryLine]:
        """What no sales list knows is looked up in the shop."""
        skus = {line.sku for line in lines if line.sku}
        mapped = self.deps.sku_mappings.shop_skus(self.account.id, skus)
        found = self._with_skus(skus | set(mapped.values()))
        return [judged(line, _candidates(line, mapped.get(line.sku), found)) for line in lines]

    def _with_skus(self, skus: Set[Sku]) -> dict[Sku, list[VariantKey]]:
        """The shop's variants that have exactly these SKUs. Raises Rejected where the shop does not let us in any more."""
        found: dict[Sku, list[VariantKey]] = {}
        if not skus:
            return found
        shop = self.deps.configuration.get(Shop, self.account.shop)
        try:
            adapter = self.deps.shops.open(shop)
            products = observe_products(self.deps, shop, adapter, adapter.products_with_skus(sorted(skus))).products
        except Unauthorized as error:
            expire_shop(self.deps, shop, error.problem)
            raise Rejected(error.problem) from error
        for facts in products.values():
            for variant in facts.variants:
                if variant.sku in skus:
                    found.setdefault(variant.sku, []).append(VariantKey(shop.id, facts.product, variant.variant))
        return found


def _candidates(line: InventoryLine, mapped: Sku | None, found: Mapping[Sku, Sequence[VariantKey]]) -> Candidates:
    return Candidates(
        by_sku=tuple(found.get(line.sku, ())),
        by_mapping=tuple(found.get(mapped, ())) if mapped is not None else (),
        mapped_to=mapped,
    )
