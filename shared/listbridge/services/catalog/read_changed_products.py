"""Which of the shop's products changed recently: what a lost delivery would have said of stock or price, and what some
shops tell nobody (ADR 54).

One call each few minutes, however many products there are. Read is only what was not read since its change.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from listbridge.domain.configuration import ConnectionState, Shop
from listbridge.domain.ids import ProductId
from listbridge.domain.ports import ChangedProducts, Share, ShopTraits
from listbridge.domain.verdicts import RemoteError, Unauthorized
from listbridge.domain.work import Check, Lane
from listbridge.services.catalog.products_to_read import read_by_size
from listbridge.services.connection_state import expire_shop
from listbridge.services.deps import LedgerDeps, OrderDeps

_LOOKS = 3
"""How many looks see the same change: one that was missed, or that a search did not show yet, costs nothing."""
_LAG = timedelta(minutes=2)
"""For so long a shop's search may not show a change."""
_WHOLE_SECONDS = timedelta(seconds=1)
"""Shops tell the instant of a change in whole seconds: it may have been this much later."""
_PAGES = 10


def changes_are_due(traits: ShopTraits, now: datetime) -> bool:
    """Whether the rhythm of the shop's platform falls on this minute."""
    minutes = int(traits.changes_every_s // 60)
    return minutes > 0 and int(now.timestamp()) // 60 % minutes == 0


def read_changed_products(deps: OrderDeps, shop: Shop, check: Check) -> int:
    """Have every product read that changed and was not read since; returns how many. What the shop refuses now, the next look
    asks again."""
    if shop.state is not ConnectionState.ACTIVE:
        return 0
    since, cursor = _where(check, deps.shops.traits(shop), deps.clock.now())
    stale: dict[ProductId, None] = {}
    try:
        adapter = deps.shops.open(shop, Share.ORDINARY)
        for _ in range(_PAGES):
            page = adapter.products_changed(since, cursor)
            stale.update(dict.fromkeys(_stale(deps, shop, page)))
            cursor = page.cursor
            if cursor is None:
                break
    except Unauthorized as error:
        expire_shop(deps, shop, error.problem)
        return len(stale)
    except RemoteError:
        cursor = None
    # All at once: many pages of few would keep the lane of events as busy as one page of many.
    read_by_size(deps, shop.id, list(stale), confirm=True)
    if cursor is not None:
        rest = check.model_copy(update={"cursor": f"{since.isoformat()}|{cursor}"})
        deps.queues.send(Lane.RECOMPUTE, rest, reason="more_pages")
    return len(stale)


def _where(check: Check, traits: ShopTraits, now: datetime) -> tuple[datetime, str | None]:
    if check.cursor is None:
        return now - _LOOKS * timedelta(seconds=traits.changes_every_s) - _LAG, None
    since, cursor = check.cursor.split("|", 1)
    return datetime.fromisoformat(since), cursor


def _stale(deps: OrderDeps, shop: Shop, page: ChangedProducts) -> list[ProductId]:
    lag = timedelta(seconds=deps.shops.traits(shop).read_lag_s) + _WHOLE_SECONDS
    return [product for product, at in page.products.items() if not _read_since(deps, shop, product, at + lag)]


def _read_since(deps: LedgerDeps, shop: Shop, product: ProductId, at: datetime) -> bool:
    """Whether all that we know of the product was read then or later; a read before `at` may not have shown the change.

    What became absent is no longer read while others of the product are there. Of one that is gone altogether the last
    read counts, the one that found it so.
    """
    rows = deps.variants.of_product(shop.id, product)
    present = [row.observation.began for row in rows if not row.absent]
    if present:
        return all(began is not None and began >= at for began in present)
    return any(row.observation.began is not None and row.observation.began >= at for row in rows)
