"""Match lines of an inventory with the shop: what a sales list has, else by SKU and SKU mapping, else by product code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from listbridge.domain.catalog import VariantFacts
from listbridge.domain.configuration import Account, Shop
from listbridge.domain.ids import ListingKey, ProductId, RemoteId, Site, Sku, VariantKey
from listbridge.domain.listings.foreign import ForeignListing, ForeignPart
from listbridge.domain.listings.inventory import Candidates, InventoryLine, MatchState, is_linked, judged
from listbridge.domain.listings.listing import Listing
from listbridge.domain.listings.product_codes import as_ean, checked
from listbridge.domain.ports import MarketplaceAdapter, ShopAdapter
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
            if line.sku and (often[line.sku] > 1 or line.times > 1 or line.sku in beside):
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
        first = {line.sku: _candidates(line, mapped.get(line.sku), found) for line in lines}
        unknown = [sku for sku, one in first.items() if sku and not one.by_sku and one.mapped_to is None]
        coded = self._with_barcodes(unknown)
        return [judged(line, replace(first[line.sku], **coded.get(line.sku, {}))) for line in lines]

    def _with_barcodes(self, skus: Sequence[Sku]) -> dict[Sku, dict[str, Any]]:
        """The shop's variants with the product codes that the marketplace has of these. A UPC is the EAN with a zero in front."""
        told = self.adapter.barcodes(self.site, skus) if skus else {}
        codes = {sku: {as_ean(code) for one in told.get(sku, ()) if (code := checked(one))} for sku in skus}
        wanted = {form for of_sku in codes.values() for code in of_sku for form in (code, code.removeprefix("0"))}
        found: dict[str, list[VariantKey]] = {}
        for key, variant in self._variants(lambda shop: shop.products_with_barcodes(sorted(wanted))) if wanted else ():
            found.setdefault(as_ean(checked(variant.barcode)), []).append(key)
        coded = {}
        for sku, its in codes.items():
            variants = tuple(dict.fromkeys(key for code in sorted(its) for key in found.get(code, ())))
            coded[sku] = {"by_barcode": variants, "barcode": ", ".join(sorted(its))}
        return coded

    def _with_skus(self, skus: Set[Sku]) -> dict[Sku, list[VariantKey]]:
        """The shop's variants that have exactly these SKUs. Raises Rejected where the shop does not let us in any more."""
        found: dict[Sku, list[VariantKey]] = {}
        for key, variant in self._variants(lambda shop: shop.products_with_skus(sorted(skus))) if skus else ():
            if variant.sku in skus:
                found.setdefault(variant.sku, []).append(key)
        return found

    def _variants(
        self, search: Callable[[ShopAdapter], Sequence[ProductId]]
    ) -> Iterator[tuple[VariantKey, VariantFacts]]:
        """All variants of the products that a search of the shop finds."""
        shop = self.deps.configuration.get(Shop, self.account.shop)
        try:
            adapter = self.deps.shops.open(shop)
            products = observe_products(self.deps, shop, adapter, search(adapter)).products
        except Unauthorized as error:
            expire_shop(self.deps, shop, error.problem)
            raise Rejected(error.problem) from error
        for facts in products.values():
            for variant in facts.variants:
                yield VariantKey(shop.id, facts.product, variant.variant), variant


def _candidates(line: InventoryLine, mapped: Sku | None, found: Mapping[Sku, Sequence[VariantKey]]) -> Candidates:
    return Candidates(
        by_sku=tuple(found.get(line.sku, ())),
        by_mapping=tuple(found.get(mapped, ())) if mapped is not None else (),
        mapped_to=mapped,
    )
