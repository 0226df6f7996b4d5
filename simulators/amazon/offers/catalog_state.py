"""Amazon's own catalogue: one product for each ASIN, no matter who sells it."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(slots=True)
class Product:
    """What the catalogue says of one ASIN in a region. `parent` is its variation parent's ASIN, "" for none."""

    asin: str
    region: str
    title: str
    brand: str
    product_type: str
    barcodes: list[tuple[str, str]] = field(default_factory=list)
    picture: str = ""
    parent: str = ""
    is_parent: bool = False


class Catalog:
    """All products. `closed_brands` are those that need approval, `approved` who has it."""

    def __init__(self, random_numbers: random.Random) -> None:
        self._random = random_numbers
        self.products: dict[tuple[str, str], Product] = {}
        self._by_barcode: dict[tuple[str, str], Product] = {}
        self.closed_brands: set[str] = set()
        self.approved: set[tuple[str, str]] = set()

    def add(self, product: Product) -> Product:
        self.products[product.region, product.asin] = product
        for _, barcode in product.barcodes:
            self._by_barcode[product.region, plain(barcode)] = product
        return product

    def new_asin(self) -> str:
        return "B0" + "".join(self._random.choice(_LETTERS) for _ in range(8))

    def of(self, region: str, asin: str) -> Product | None:
        return self.products.get((region, asin))

    def by_barcode(self, region: str, barcode: str) -> Product | None:
        return self._by_barcode.get((region, plain(barcode)))

    def may_sell(self, seller: str, brand: str) -> bool:
        """Whether a seller may list this brand."""
        return brand.casefold() not in self.closed_brands or (seller, brand.casefold()) in self.approved


def plain(barcode: str) -> str:
    """A barcode without the zeros in front, which differ between UPC, EAN and GTIN of one product."""
    return barcode.lstrip("0")


def barcodes_in(attributes: dict[str, list[dict[str, Any]]]) -> Iterable[tuple[str, str]]:
    """The kinds and values of the barcodes of an item."""
    for one in attributes.get("externally_assigned_product_identifier", ()):
        if one.get("value"):
            yield str(one.get("type", "")).upper(), str(one["value"])
