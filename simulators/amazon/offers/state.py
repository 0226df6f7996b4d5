"""What sellers have listed: the writes. What is refused (an issue of severity ERROR) has changed nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from simulators.amazon.offers import issues
from simulators.amazon.offers.catalog_state import Product, barcodes_in
from simulators.amazon.offers.issues import Issue
from simulators.amazon.offers.items_state import STOCK, Entries, Item, SiteListing
from simulators.amazon.offers.judging import Attributes, JudgedListings, first, listed
from simulators.amazon.offers.product_types import ProductType
from simulators.amazon.state import Seller


class Listings(JudgedListings):
    """Every seller's items."""

    def apply_put(
        self,
        seller: Seller,
        sku: str,
        marketplace_id: str,
        product_type: str,
        requirements: str,
        attributes: Attributes,
        at: datetime,
    ) -> list[Issue]:
        """Replace an item in one store as a whole, or make it."""
        wrong = self.judge_put(seller, marketplace_id, product_type, requirements, attributes)
        if issues.fatal(wrong):
            return wrong
        placed = self._placed(self.types[product_type], marketplace_id, attributes)
        wrong += self.family(seller, sku, marketplace_id, product_type, placed)
        if issues.fatal(wrong):
            return wrong
        item = self.items(seller).setdefault(sku, Item(sku, None))
        before = self._told_of(seller, item, marketplace_id)
        item.asin = self._asin(seller, sku, item, product_type, placed)
        stock = placed.pop(STOCK, [])
        if requirements != "LISTING_PRODUCT_ONLY":
            item.stock = stock
        old = item.sites.get(marketplace_id)
        created = old.created_at if old else at
        self.made.setdefault((seller.name, sku, marketplace_id), first(placed, "parentage_level") == "child")
        item.sites[marketplace_id] = SiteListing(marketplace_id, product_type, requirements, placed, created, at)
        self._tell(seller, item, marketplace_id, before)
        return wrong

    def apply_patch(
        self,
        seller: Seller,
        sku: str,
        marketplace_id: str,
        product_type: str,
        patches: Sequence[Mapping[str, Any]],
        at: datetime,
    ) -> list[Issue]:
        """Change some attributes of an item in one store; the stock is every store's."""
        found = self.site(seller, sku, marketplace_id)
        if found is None or not found[1].materialised:
            return [issues.no_such_sku(sku)]
        item, site = found
        touched, wrong = self.judge_patch(seller, sku, marketplace_id, product_type, patches)
        if issues.fatal(wrong):
            return wrong
        after = {**site.attributes, **touched}
        if "child_parent_sku_relationship" in touched or "variation_theme" in touched:
            wrong = self.family(seller, sku, marketplace_id, site.product_type, after)
            if issues.fatal(wrong):
                return wrong
        before = self._told_of(seller, item, marketplace_id)
        if STOCK in touched:
            item.stock = touched[STOCK]
            after.pop(STOCK, None)
        site.attributes = {name: entries for name, entries in after.items() if entries}
        site.updated_at, site.refused = at, []
        self._tell(seller, item, marketplace_id, before)
        return []

    def apply_delete(self, seller: Seller, sku: str, marketplace_id: str, at: datetime) -> list[Issue]:
        """Take an item out of one store; with its last store it is gone."""
        item = self.item(seller, sku)
        if item is None or marketplace_id not in item.sites:
            return [issues.no_such_sku(sku)]
        del item.sites[marketplace_id]
        if not item.sites:
            del self.items(seller)[sku]
        self._world.happened(
            "LISTINGS_ITEM_STATUS_CHANGE", seller, self._facts(seller, item, marketplace_id, at, ["DELETED"])
        )
        return []

    def refuse(self, seller: Seller, sku: str, marketplace_id: str, product_type: str, found: list[Issue]) -> None:
        """A submission that was accepted has failed: its issues stand with the item, which has no ASIN if it is new."""
        now = self._world.now()
        item = self.items(seller).setdefault(sku, Item(sku, None))
        site = item.sites.get(marketplace_id)
        if site is None:
            site = SiteListing(marketplace_id, product_type, "LISTING", {}, now, now, materialised=False)
            item.sites[marketplace_id] = site
        site.updated_at = now
        site.refused = [{**one, "marketplaceIds": [marketplace_id]} for one in found]
        self._issues_changed(seller, item, site)

    def sold(self, seller: Seller, sku: str, quantity: int) -> None:
        """Count the region's stock of a SKU down (up, when negative)."""
        item = self.item(seller, sku)
        if item is None:
            return
        before = {site: self._told_of(seller, item, site) for site in item.sites}
        if item.is_fba:
            item.fba = max(0, (item.fba or 0) - quantity)
        else:
            for one in item.stock:
                one["quantity"] = max(0, int(one.get("quantity", 0)) - quantity)
        for site, told in before.items():
            self._tell(seller, item, site, told)

    def note(self, seller: Seller, sku: str, marketplace_id: str, via: str, attributes: Mapping[str, Any]) -> None:
        """Keep which values a write carried: for scenarios."""
        row: dict[str, Any] = {"at": self._world.now().isoformat(), "seller": seller.name, "sku": sku, "via": via}
        row |= {"marketplaceId": marketplace_id, "quantities": [], "prices": []}
        for one in listed(attributes.get(STOCK)):
            if "quantity" in one:
                row["quantities"].append(one["quantity"])
        for one in listed(attributes.get("purchasable_offer")):
            for price in listed(one.get("our_price")):
                row["prices"] += [f"{part['value_with_tax']}" for part in price.get("schedule", ())]
        if row["quantities"] or row["prices"]:
            self.writes.append(row)

    def _placed(self, kind: ProductType, marketplace_id: str, attributes: Attributes) -> dict[str, Entries]:
        """The attributes with the store in each entry that has one."""
        return {
            name: [
                {**one, "marketplace_id": marketplace_id}
                if "marketplace_id" in self.checker.selectors(kind, name)
                else dict(one)
                for one in entries
            ]
            for name, entries in attributes.items()
        }

    def _asin(self, seller: Seller, sku: str, item: Item, product_type: str, attributes: dict[str, Entries]) -> str:
        """The item's ASIN: its own already, the catalogue's by ASIN or barcode, or a new one."""
        product = self.matching(seller, attributes)
        known = item.asin or self._asins.get((seller.name, sku))
        if product is None and known is not None:
            product = self.catalog.of(seller.region, known)
        if product is None:
            pictures = attributes.get("main_product_image_locator") or [{}]
            product = self.catalog.add(
                Product(
                    self.catalog.new_asin(),
                    seller.region,
                    str(first(attributes, "item_name") or ""),
                    str(first(attributes, "brand") or ""),
                    product_type,
                    list(barcodes_in(attributes)),
                    str(pictures[0].get("media_location", "")),
                    is_parent=first(attributes, "parentage_level") == "parent",
                )
            )
        parent = self.item(seller, str(first(attributes, "child_parent_sku_relationship", "parent_sku") or ""))
        if parent is not None and parent.asin:
            product.parent = parent.asin
        self._asins[seller.name, sku] = product.asin
        return product.asin
