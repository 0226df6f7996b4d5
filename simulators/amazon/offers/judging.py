"""What is wrong with a submission, before anything of it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from simulators.amazon.offers import issues
from simulators.amazon.offers.catalog_state import Product, barcodes_in
from simulators.amazon.offers.issues import Issue
from simulators.amazon.offers.items_state import Entries
from simulators.amazon.offers.patches import name_of, patched
from simulators.amazon.offers.seen import Planned, SeenListings, Stage
from simulators.amazon.state import Seller

Attributes = Mapping[str, Any]
_ANY_TYPE = "PRODUCT"
"""The product type that a patch may name whatever the item's is (documentation, "Manage listings")."""


class JudgedListings(SeenListings):
    """Judges submissions by schema, catalogue and family."""

    def take(self, sku: str, stage: Stage) -> list[Planned]:
        """What was planned for a submission at this stage; it is used up."""
        struck = [one for one in self.planned if one.stage == stage and fnmatchcase(sku, one.sku)]
        for one in struck:
            one.times -= 1
        self.planned = [one for one in self.planned if one.times > 0]
        return struck

    def judge_put(
        self, seller: Seller, marketplace_id: str, product_type: str, requirements: str, attributes: Attributes
    ) -> list[Issue]:
        """What is wrong with a whole item before anything is looked at but the schema and the catalogue."""
        kind = self.types.get(product_type)
        if kind is None:
            return [
                issues.issue("99001", f"There is no product type {product_type}.", "INVALID_ATTRIBUTE", "product_type")
            ]
        found = self.checker.check(kind, marketplace_id, requirements, attributes)
        return found or self._catalogued(seller, requirements, dict(attributes))

    def _catalogued(self, seller: Seller, requirements: str, attributes: dict[str, Entries]) -> list[Issue]:
        asin = first(attributes, "merchant_suggested_asin")
        if asin and self.catalog.of(seller.region, str(asin)) is None:
            return [issues.no_such_asin(str(asin))]
        product = self.matching(seller, attributes)
        brand = str(first(attributes, "brand") or (product.brand if product else ""))
        if (
            product is not None
            and requirements != "LISTING_OFFER_ONLY"
            and product.brand.casefold() != brand.casefold()
        ):
            return [issues.conflict(product.asin, product.brand)]
        listed = product.brand if product else brand
        return [] if self.catalog.may_sell(seller.name, listed) else [issues.unqualified(listed)]

    def matching(self, seller: Seller, attributes: Mapping[str, Entries]) -> Product | None:
        """The product of the catalogue that an item's ASIN or barcode names."""
        asin = first(attributes, "merchant_suggested_asin")
        if asin:
            return self.catalog.of(seller.region, str(asin))
        for _, barcode in barcodes_in(dict(attributes)):
            if product := self.catalog.by_barcode(seller.region, barcode):
                return product
        return None

    def judge_patch(
        self, seller: Seller, sku: str, marketplace_id: str, product_type: str, patches: Sequence[Mapping[str, Any]]
    ) -> tuple[dict[str, Entries], list[Issue]]:
        """The attributes that a patch would change, and what is wrong with it."""
        found = self.site(seller, sku, marketplace_id)
        kind = self.types.get(found[1].product_type if found and product_type == _ANY_TYPE else product_type)
        if product_type not in self.types and product_type != _ANY_TYPE:
            return {}, [
                issues.issue("99001", f"There is no product type {product_type}.", "INVALID_ATTRIBUTE", "product_type")
            ]
        if found is None or kind is None:
            return {}, [self._odd_paths(patches)] if any(name_of(one) is None for one in patches) else []
        item, site = found
        touched, wrong = patched(
            item.attributes_of(site), patches, marketplace_id, lambda name: self.checker.selectors(kind, name)
        )
        for name, entries in touched.items():
            if entries:
                wrong += self.checker.check_one(kind, marketplace_id, name, entries)
            elif name in kind.needs:
                wrong.append(issues.missing(name))
        return touched, wrong

    @staticmethod
    def _odd_paths(patches: Sequence[Mapping[str, Any]]) -> Issue:
        odd = [str(one.get("path")) for one in patches if name_of(one) is None]
        return issues.wrong("", f"only whole attributes can be patched, not {', '.join(odd)}")

    def family(
        self, seller: Seller, sku: str, marketplace_id: str, product_type: str, attributes: Mapping[str, Entries]
    ) -> list[Issue]:
        """What only the rest of the family shows to be wrong: no such parent, another theme, a twin."""
        if first(attributes, "parentage_level") != "child":
            return []
        parent_sku = str(first(attributes, "child_parent_sku_relationship", "parent_sku") or "")
        found = self.site(seller, parent_sku, marketplace_id)
        if found is None or not found[1].is_parent:
            return [issues.no_parent(parent_sku, "does not exist or is no parent")]
        theme = str(first(attributes, "variation_theme", "name"))
        if found[1].first("variation_theme", "name") != theme:
            return [issues.no_parent(parent_sku, "has another variation theme")]
        differing = self.types[product_type].themes.get(theme, ())
        mine = [first(attributes, name) for name in differing]
        for other in self.children(seller, parent_sku, marketplace_id):
            its = self.items(seller)[other].sites[marketplace_id].attributes
            if other != sku and [first(its, name) for name in differing] == mine:
                return [issues.twin(other, differing)]
        return []


def first(attributes: Mapping[str, Any], name: str, key: str = "value") -> Any:
    entries = listed(attributes.get(name))
    return entries[0].get(key) if entries else None


def listed(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
