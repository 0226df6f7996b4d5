"""EAN and UPC of a product's variants, as eBay takes them together (pure).

All variations of one listing name the same kind of code (developer.ebay.com, Trading user guide, "Using product
identifiers with multi-variation listings"; read 2026-11-26). Where a product has no code, eBay takes a text instead that
differs by site (sell_inventory 1.18.4, Product.ean).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from listbridge.domain.catalog import VariantFacts
from listbridge.domain.ids import Sku
from listbridge.marketplaces.ebay.sites import NationalSite

Codes = Mapping[str, list[str]]
"""`{"ean": [code]}`, `{"upc": [code]}`, or nothing."""

_EAN, _UPC = "ean", "upc"
_CHECK_WEIGHTS = (3, 1) * 7


def codes_of(variants: Iterable[VariantFacts], site: NationalSite, *, fill: bool) -> dict[Sku, Codes]:
    """Each variant's code, all of one kind.

    UPCs beside EANs become EANs, which is a zero in front. A variant without a code beside siblings that have one gets
    the site's text; when none of them has one, all get it if `fill` says so, else they get nothing.
    """
    barcodes = {variant.sku: _checked(variant.barcode) for variant in variants}
    known = [code for code in barcodes.values() if code]
    if not known and not fill:
        return {sku: {} for sku in barcodes}
    kind = _UPC if all(len(code) == 12 for code in known) else _EAN
    if not known:
        kind = site.code_field
    return {sku: {kind: [_as(kind, code) or site.no_code]} for sku, code in barcodes.items()}


def _as(kind: str, code: str) -> str:
    return f"0{code}" if kind == _EAN and len(code) == 12 else code


def _checked(barcode: str) -> str:
    """The digits of a barcode whose check digit is right; anything else is no product code and gives an empty text."""
    digits = barcode.strip()
    if not digits.isascii() or not digits.isdigit() or len(digits) not in (8, 12, 13):
        return ""
    weighed = zip(reversed(digits[:-1]), _CHECK_WEIGHTS, strict=False)
    total = sum(int(digit) * weight for digit, weight in weighed)
    return digits if (10 - total % 10) % 10 == int(digits[-1]) else ""
