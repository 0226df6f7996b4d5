"""SKU mappings in the configuration table: a partition for each account, and one for all accounts.

A mapping is one row by the marketplace's SKU, and that row decides. A second row finds it by the shop's SKU: it is written before
and deleted after the first, and one that the first does not bear out means nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from listbridge.domain.ids import AccountId, Sku, can_be_key
from listbridge.domain.listings.sku_mappings import SkuMapping, nearest
from listbridge.domain.ports import NotACursor
from listbridge.infra.storage.documents import Json
from listbridge.infra.storage.dynamo import cursor_key, cursor_text, text
from listbridge.infra.storage.tables import ConfigurationRow

_JSON: Json[SkuMapping] = Json(SkuMapping)
_THERE, _HERE = "there#", "here#"


class DynamoSkuMappings:
    """`SkuMappingRepository` over the config table."""

    def put(self, mapping: SkuMapping) -> None:
        """In place of what the marketplace's SKU stood for in the same account, or for all."""
        before = self.find(mapping.account, mapping.marketplace_sku)
        kind, doc = _kind(mapping.account), _JSON.write(mapping)
        ConfigurationRow(kind, _here(mapping), doc=doc, rev=1).save()
        ConfigurationRow(kind, _THERE + mapping.marketplace_sku, doc=doc, rev=1).save()
        if before is not None and before.shop_sku != mapping.shop_sku:
            ConfigurationRow(kind, _here(before)).delete()

    def delete(self, account: AccountId | None, marketplace_sku: Sku) -> None:
        """Idempotent."""
        before = self.find(account, marketplace_sku)
        if before is not None:
            ConfigurationRow(_kind(account), _THERE + marketplace_sku).delete()
            ConfigurationRow(_kind(account), _here(before)).delete()

    def find(self, account: AccountId | None, marketplace_sku: Sku) -> SkuMapping | None:
        """The mapping of exactly this account, or of all of them where it is None."""
        if not can_be_key(_THERE + marketplace_sku):
            return None
        try:
            row = ConfigurationRow.get(_kind(account), _THERE + marketplace_sku, consistent_read=True)
        except ConfigurationRow.DoesNotExist:
            return None
        return _JSON.read(row.doc)

    def shop_skus(self, account: AccountId, marketplace_skus: Iterable[Sku]) -> dict[Sku, Sku]:
        """What these stand for on this account; what has no mapping is absent."""
        names = [_THERE + sku for sku in dict.fromkeys(marketplace_skus) if can_be_key(_THERE + sku)]
        keys = [(_kind(scope), name) for name in names for scope in (None, account)]
        rows = ConfigurationRow.batch_get(keys, consistent_read=True)
        return nearest([_JSON.read(row.doc) for row in rows])

    def marketplace_skus(self, account: AccountId, shop_sku: Sku) -> list[Sku]:
        """Under which SKUs the account sells what has this one in the shop, in order; empty without a mapping."""
        begins = _here_begins(shop_sku)
        if not can_be_key(begins):
            return []
        found = {
            _JSON.read(row.doc).marketplace_sku
            for scope in (None, account)
            for row in ConfigurationRow.query(
                _kind(scope), ConfigurationRow.id.startswith(begins), consistent_read=True
            )
        }
        borne_out = self.shop_skus(account, found) if found else {}
        return sorted(sku for sku, here in borne_out.items() if here == shop_sku)

    def page(self, account: AccountId | None, cursor: str | None, limit: int) -> tuple[list[SkuMapping], str | None]:
        """Those of an account, or for all accounts where it is None, by the marketplace's SKU."""
        kind = _kind(account)
        after = cursor_key(cursor, {"kind": text(kind), "id": "S"}) if cursor else None
        if after is not None and not after["id"]["S"].startswith(_THERE):
            raise NotACursor
        rows = ConfigurationRow.query(
            kind, ConfigurationRow.id.startswith(_THERE), consistent_read=True, limit=limit, last_evaluated_key=after
        )
        return [_JSON.read(row.doc) for row in rows], cursor_text(rows.last_evaluated_key)


def _kind(account: AccountId | None) -> str:
    return f"sku_mapping#{account or ''}"


def _here(mapping: SkuMapping) -> str:
    return _here_begins(mapping.shop_sku) + mapping.marketplace_sku


def _here_begins(shop_sku: Sku) -> str:
    """With its length, or a SKU that begins as another one does would be found with it."""
    return f"{_HERE}{len(shop_sku)}#{shop_sku}#"
