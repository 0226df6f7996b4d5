"""SKU mappings in memory."""

from __future__ import annotations

from collections.abc import Iterable

from listbridge.domain.ids import AccountId, Sku
from listbridge.domain.listings.sku_mappings import SkuMapping, nearest
from tests.fakes.cuts import Hook, no_cut
from tests.fakes.limits import check_key, cursor_after, place_of


class FakeSkuMappings:
    """`SkuMappingRepository` in memory."""

    def __init__(self, before_write: Hook = no_cut) -> None:
        self._rows: dict[tuple[AccountId | None, Sku], SkuMapping] = {}
        self._before_write = before_write

    def put(self, mapping: SkuMapping) -> None:
        self._before_write("sku_mappings.put")
        check_key(f"here#9#{mapping.shop_sku}#{mapping.marketplace_sku}")
        self._rows[mapping.account, mapping.marketplace_sku] = mapping

    def delete(self, account: AccountId | None, marketplace_sku: Sku) -> None:
        self._before_write("sku_mappings.delete")
        self._rows.pop((account, marketplace_sku), None)

    def find(self, account: AccountId | None, marketplace_sku: Sku) -> SkuMapping | None:
        return self._rows.get((account, marketplace_sku))

    def shop_skus(self, account: AccountId, marketplace_skus: Iterable[Sku]) -> dict[Sku, Sku]:
        wanted = set(marketplace_skus)
        return nearest([one for (of, sku), one in self._rows.items() if of in (None, account) and sku in wanted])

    def marketplace_skus(self, account: AccountId, shop_sku: Sku) -> list[Sku]:
        borne_out = self.shop_skus(account, {sku for _, sku in self._rows})
        return sorted(sku for sku, here in borne_out.items() if here == shop_sku)

    def page(self, account: AccountId | None, cursor: str | None, limit: int) -> tuple[list[SkuMapping], str | None]:
        owner = f"sku_mapping#{account or ''}"
        after = place_of(owner, cursor)
        rows = sorted(one for (of, _), one in self._rows.items() if of == account)
        rest = [one for one in rows if after is None or one.marketplace_sku > after]
        return rest[:limit], cursor_after(owner, rest[limit - 1].marketplace_sku if len(rest) > limit else None)
