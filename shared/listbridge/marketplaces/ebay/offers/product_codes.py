"""EAN and UPC of a product's variants, as eBay takes them together (pure).

All variations of one listing name the same kind of code (developer.ebay.com, Trading user guide, "Using product
identifiers with multi-variation listings"; read 2026-11-26). Where a product has no code, eBay takes a text instead that
differs by site (sell_inventory 1.18.4, Product.ean).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from listbridge.domain.catalog import VariantFacts
from listbridge.domain.ids import Sku
from listbridge.domain.listings.product_codes import as_ean, checked, is_upc
from listbridge.marketplaces.ebay.sites import NationalSite

Codes = Mapping[str, list[str]]
"""`{"ean": [code]}`, `{"upc": [code]}`, or nothing."""

_EAN, _UPC = "ean", "upc"


def codes_of(variants: Iterable[VariantFacts], site: NationalSite, *, fill: bool) -> dict[Sku, Codes]:
    """Each variant's code, all of one kind.

    UPCs beside EANs become EANs, which is a zero in front. A variant without a code beside siblings that have one gets
    the site's text; when none of them has one, all get it if `fill` says so, else they get nothing.
    """
    barcodes = {variant.sku: checked(variant.barcode) for variant in variants}
    known = [code for code in barcodes.values() if code]
    if not known and not fill:
        return {sku: {} for sku in barcodes}
    kind = _UPC if all(is_upc(code) for code in known) else _EAN
    if not known:
        kind = site.code_field
    codes = {sku: as_ean(code) if kind == _EAN else code for sku, code in barcodes.items()}
    return {sku: {kind: [code or site.no_code]} for sku, code in codes.items()}
