"""The shop's variants in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace

from listbridge.domain.catalog import Reservation, Variant, Write
from listbridge.domain.ids import ListingKey, ProductId, ShopId, VariantId, VariantKey
from listbridge.domain.orders.reserving import is_total, totals_changed
from listbridge.domain.ports import Missing
from tests.fakes.cuts import Hook, no_cut


class FakeVariantRepository:
    """`VariantRepository` in memory."""

    def __init__(self, before_write: Hook = no_cut) -> None:
        self._rows: dict[VariantKey, Variant] = {}
        self._held: dict[VariantKey, dict[str, Reservation]] = {}
        self._lock = threading.RLock()
        self._before_write = before_write

    def of_product(self, shop: ShopId, product: ProductId) -> list[Variant]:
        with self._lock:
            return [row for key, row in sorted(self._rows.items()) if (key.shop, key.product) == (shop, product)]

    def get_many(self, keys: Iterable[VariantKey]) -> dict[VariantKey, Variant]:
        with self._lock:
            return {key: self._rows[key] for key in keys if key in self._rows}

    def owners(self, shop: ShopId, variants: Iterable[VariantId]) -> dict[VariantId, set[ProductId]]:
        with self._lock:
            wanted, found = set(variants), dict[VariantId, set[ProductId]]()
            for key in self._rows:
                if key.shop == shop and key.variant in wanted:
                    found.setdefault(key.variant, set()).add(key.product)
            return found

    def revs(self, keys: Iterable[VariantKey]) -> dict[VariantKey, int]:
        return {key: row.rev for key, row in self.get_many(keys).items()}

    def observe(self, variant: Variant) -> Write:
        self._before_write("variants.observe")
        with self._lock:
            old = self._rows.get(variant.key)
            if old is None:
                self._rows[variant.key] = replace(variant, reservations={}, holders=0, listings=frozenset(), rev=1)
                return Write.NEW
            same = _observed(old) == _observed(variant)
            mine, stored = variant.observation, old.observation
            if mine.end < stored.start:
                return Write.STALE
            if mine.start <= stored.end:
                if not same:
                    return Write.OVERLAP
                mine = mine.spanning(stored)
            self._rows[variant.key] = replace(
                variant,
                observation=mine,
                reservations=old.reservations,
                holders=old.holders,
                listings=old.listings,
                rev=old.rev + 1,
            )
            return Write.SAME if same else Write.NEW

    def bind(self, key: VariantKey, listing: ListingKey) -> None:
        self._before_write("variants.bind")
        with self._lock:
            row = self._row(key)
            self._rows[key] = replace(row, listings=row.listings | {listing}, rev=row.rev + 1)

    def unbind(self, key: VariantKey, listing: ListingKey) -> None:
        self._before_write("variants.unbind")
        with self._lock:
            row = self._rows.get(key)
            if row is not None:
                self._rows[key] = replace(row, listings=row.listings - {listing}, rev=row.rev + 1)

    def hold(self, key: VariantKey, entries: Mapping[str, Reservation | None]) -> None:
        """Set (None: remove) reservations: `FakeOrderRepository` writes them, with its proof of the order."""
        with self._lock:
            row, before = self._row(key), self._held.setdefault(key, {})
            moved = {name: one for name, one in entries.items() if before.get(name) != one or name in row.reservations}
            if not moved:
                return
            totals = {**row.reservations, **totals_changed(row, before, moved)}
            after = {**before, **moved}
            self._held[key] = {name: one for name, one in after.items() if one is not None}
            self._rows[key] = replace(
                row,
                reservations={name: one for name, one in totals.items() if one is not None},
                holders=len(self._held[key]),
                rev=row.rev + 1,
            )

    def reservations(self, key: VariantKey) -> dict[str, Reservation]:
        with self._lock:
            row = self._rows.get(key)
            entries = {} if row is None else row.reservations
            old = {name: one for name, one in entries.items() if not is_total(name)}
            return {**old, **self._held.get(key, {})}

    def page(self, shop: ShopId, cursor: str | None, limit: int) -> tuple[list[Variant], str | None]:
        with self._lock:
            rows = [row for key, row in sorted(self._rows.items()) if key.shop == shop]
        rest = [row for row in rows if cursor is None or str(row.key) > cursor]
        rest.sort(key=lambda row: str(row.key))
        page = rest[:limit]
        return page, str(page[-1].key) if len(rest) > limit else None

    def _row(self, key: VariantKey) -> Variant:
        row = self._rows.get(key)
        if row is None:
            raise Missing("variant", str(key))
        return row


def _observed(variant: Variant) -> tuple[object, ...]:
    return variant.facts, variant.visibility, variant.content_hash, variant.absent
