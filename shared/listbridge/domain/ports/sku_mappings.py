"""Where SKU mappings are kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from listbridge.domain.ids import AccountId, Sku
from listbridge.domain.listings.sku_mappings import SkuMapping


class SkuMappingRepository(Protocol):
    """Reads are strongly consistent."""

    def put(self, mapping: SkuMapping) -> None:
        """In place of what the marketplace's SKU stood for in the same account, or for all."""

    def delete(self, account: AccountId | None, marketplace_sku: Sku) -> None:
        """Idempotent."""

    def find(self, account: AccountId | None, marketplace_sku: Sku) -> SkuMapping | None: ...

    def shop_skus(self, account: AccountId, marketplace_skus: Iterable[Sku]) -> dict[Sku, Sku]:
        """What these stand for on this account; what has no mapping is absent."""

    def marketplace_skus(self, account: AccountId, shop_sku: Sku) -> list[Sku]:
        """Under which SKUs the account sells what has this one in the shop, in order; empty without a mapping."""

    def page(self, account: AccountId | None, cursor: str | None, limit: int) -> tuple[list[SkuMapping], str | None]:
        """Those of an account, or for all accounts where it is None, by the marketplace's SKU."""
