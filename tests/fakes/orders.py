"""Marketplace orders and their buyers' data in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from listbridge.domain.ids import AccountId, LineId, OrderKey, ShopId, ShopOrderId
from listbridge.domain.orders.changes import MISSES_PRODUCT
from listbridge.domain.orders.orders import Buyer, ImportState, Order
from listbridge.domain.orders.reserving import entry_name
from listbridge.domain.ports import Conflict, Missing, ReservationChanges
from tests.fakes.cuts import Hook, no_cut
from tests.fakes.limits import check_key, cursor_after, place_of
from tests.fakes.variants import FakeVariantRepository


class FakeOrderRepository:
    """`OrderRepository` in memory, over the variants on which it reserves.

    With `lagging_index` everything found by an index is what it was when the test last called `catch_up`, as a real one
    may show. A worker may die between any two variants of one `reserve`.
    """

    def __init__(
        self, variants: FakeVariantRepository, before_write: Hook = no_cut, *, lagging_index: bool = False
    ) -> None:
        self._variants = variants
        self._rows: dict[OrderKey, Order] = {}
        self._index: dict[OrderKey, Order] = {}
        self._buyers: dict[OrderKey, Buyer] = {}
        self._lines: dict[tuple[AccountId, LineId], set[OrderKey]] = {}
        self._lock = threading.RLock()
        self._before_write = before_write
        self.lagging_index = lagging_index

    def find(self, key: OrderKey) -> Order | None:
        check_key(key.account, key.remote)
        with self._lock:
            return self._rows.get(key)

    def get_many(self, keys: Iterable[OrderKey]) -> dict[OrderKey, Order]:
        with self._lock:
            return {key: self._rows[key] for key in keys if key in self._rows}

    def save(self, order: Order) -> Order:
        self._before_write("orders.save")
        with self._lock:
            stored = self._rows.get(order.key)
            if (stored.rev if stored else 0) != order.rev:
                raise Conflict(str(order.key))
            saved = replace(order, rev=order.rev + 1)
            self._rows[order.key] = saved
            if not self.lagging_index:
                self._index[order.key] = saved
            return saved

    def reserve(self, order: Order, changes: ReservationChanges) -> None:
        with self._lock:
            self._still_at(order)
            known = self._variants.get_many(changes)
        for variant in changes:
            if variant not in known:
                raise Missing("variant", str(variant))
        for variant, lines in changes.items():
            self._before_write("orders.reserve")
            with self._lock:
                self._still_at(order)
                self._variants.hold(variant, {entry_name(order.key, line): held for line, held in lines.items()})

    def note_lines(self, order: OrderKey, lines: Iterable[LineId]) -> set[OrderKey]:
        self._before_write("orders.note_lines")
        with self._lock:
            for line in lines:
                self._lines.setdefault((order.account, line), set()).add(order)
            return set[OrderKey]().union(*(self._lines[order.account, line] for line in lines)) - {order}

    def due(self, at: datetime, limit: int) -> list[OrderKey]:
        rows = [(row.due_at, row.key) for row in self._shown() if row.due_at is not None and row.due_at <= at]
        return [key for _, key in sorted(rows)[:limit]]

    def of_shop_orders(self, shop: ShopId, orders: Iterable[ShopOrderId]) -> list[OrderKey]:
        wanted = set(orders)
        return sorted(
            row.key
            for row in self._shown()
            if row.shop == shop and row.shop_order is not None and row.shop_order.id in wanted
        )

    def waiting_for_skus(self, shop: ShopId, limit: int) -> list[OrderKey]:
        return [
            row.key
            for row in self._shown()
            if row.shop == shop
            and row.state is ImportState.FAILED
            and row.reason is not None
            and row.reason.code == MISSES_PRODUCT
        ][:limit]

    def recent(self, account: AccountId, cursor: str | None, limit: int) -> tuple[list[Order], str | None]:
        shown = [row for row in self._shown() if row.key.account == account]
        shown.sort(key=lambda row: (row.facts.placed_at, row.key), reverse=True)
        start = int(place_of(account, cursor) or 0)
        page = [row.key for row in shown[start : start + limit]]
        rows = self.get_many(page)
        rest = start + limit < len(shown)
        return [rows[key] for key in page if key in rows], cursor_after(account, str(start + limit) if rest else None)

    def buyers(self, keys: Iterable[OrderKey]) -> dict[OrderKey, Buyer]:
        with self._lock:
            return {key: self._buyers[key] for key in keys if key in self._buyers}

    def put_buyer(self, key: OrderKey, buyer: Buyer) -> None:
        self._before_write("orders.put_buyer")
        with self._lock:
            self._buyers[key] = buyer

    def erase_buyer(self, key: OrderKey) -> None:
        self._before_write("orders.erase_buyer")
        with self._lock:
            self._buyers.pop(key, None)

    def of_user(self, user: str) -> list[OrderKey]:
        check_key(user)
        with self._lock:
            return sorted(key for key, buyer in self._buyers.items() if buyer.user == user)

    def with_buyers(self, cursor: str | None, limit: int) -> tuple[list[OrderKey], str | None]:
        with self._lock:
            keys = sorted(key for key in self._buyers if cursor is None or str(key) > cursor)
        page = keys[:limit]
        return page, str(page[-1]) if len(keys) > limit else None

    def catch_up(self) -> None:
        """Let the indexes show every row as it is now."""
        with self._lock:
            self._index = dict(self._rows)

    def _shown(self) -> list[Order]:
        with self._lock:
            return list(self._index.values())

    def _still_at(self, order: Order) -> None:
        stored = self._rows.get(order.key)
        if stored is None or stored.rev != order.rev:
            raise Conflict(str(order.key))
