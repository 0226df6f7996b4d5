"""The members of sales lists in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace

from listbridge.domain.ids import ProductId, SalesListId, ShopId, can_be_key
from listbridge.domain.listings.members import Member, Mirror
from listbridge.domain.ports import Conflict
from tests.fakes.cuts import Hook, no_cut
from tests.fakes.limits import check_key, cursor_after, place_of


class FakeMemberRepository:
    """`MemberRepository` in memory."""

    def __init__(self, before_write: Hook = no_cut) -> None:
        self._rows: dict[tuple[SalesListId, ProductId], Member] = {}
        self._known: dict[SalesListId, Mirror] = {}
        self._lock = threading.RLock()
        self._before_write = before_write

    def get_many(self, sales_list: SalesListId, products: Iterable[ProductId]) -> dict[ProductId, Member]:
        with self._lock:
            asked = [(sales_list, product) for product in products if can_be_key(product)]
            return {key[1]: self._rows[key] for key in asked if key in self._rows}

    def of_list(self, sales_list: SalesListId, cursor: str | None, limit: int) -> tuple[list[Member], str | None]:
        with self._lock:
            rows = [(product, row) for (owner, product), row in sorted(self._rows.items()) if owner == sales_list]
        after = place_of(sales_list, cursor)
        rest = [(product, row) for product, row in rows if after is None or product > after]
        page = rest[:limit]
        return [row for _, row in page], cursor_after(sales_list, page[-1][0] if len(rest) > limit else None)

    def of_product(self, shop: ShopId, product: ProductId) -> list[Member]:
        with self._lock:
            return [row for _, row in sorted(self._rows.items()) if (row.shop, row.product) == (shop, product)]

    def save_many(self, members: Sequence[Member]) -> dict[ProductId, Member]:
        saved: dict[ProductId, Member] = {}
        for member in members:
            self._before_write("members.save")
            check_key(member.sales_list, member.product)
            with self._lock:
                key = member.sales_list, member.product
                stored = self._rows.get(key)
                if (stored.rev if stored is not None else 0) == member.rev:
                    self._rows[key] = saved[member.product] = replace(member, rev=member.rev + 1)
        return saved

    def known(self, sales_list: SalesListId) -> Mirror:
        with self._lock:
            return self._known.get(sales_list, Mirror(sales_list))

    def save_known(self, mirror: Mirror) -> Mirror:
        self._before_write("members.save_known")
        with self._lock:
            if self.known(mirror.sales_list).rev != mirror.rev:
                raise Conflict(mirror.sales_list)
            self._known[mirror.sales_list] = saved = replace(mirror, rev=mirror.rev + 1)
            return saved

    def forget(self, sales_list: SalesListId) -> None:
        self._before_write("members.forget")
        with self._lock:
            self._known.pop(sales_list, None)
            for key in [key for key in self._rows if key[0] == sales_list]:
                del self._rows[key]
