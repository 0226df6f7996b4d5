"""Read what a shop's events point at, and bring the ledger up to date with it.

A sale points at a few products, and must be known within seconds. A bulk edit, or a look at what changed, points at hundreds.
Those are read by the lane of big jobs, in parts: in the lane of events they would keep each sale behind them waiting.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from listbridge.domain import trace, waiting
from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import ConnectionState, Shop
from listbridge.domain.ids import ProductId
from listbridge.domain.ports import Missing
from listbridge.domain.verdicts import RetryLater, Unauthorized
from listbridge.domain.work import Hint, HintKind, Lane, ShopEvent
from listbridge.services.catalog.apply_observed import apply_observed
from listbridge.services.catalog.observe_shop import observe_products
from listbridge.services.catalog.products_to_read import AT_ONCE, IN_BULK, read_by_size
from listbridge.services.connection_state import expire_shop, shop_uninstalled
from listbridge.services.deps import CoreDeps, OrderDeps
from listbridge.services.inbox.mirror_hints import tell_mirrors
from listbridge.services.inbox.order_hints import retry_orders_missing_products
from listbridge.services.inbox.touched_products import owners_of, touched_products
from listbridge.services.orders.hold.oversold import note_shortages

ATTEMPTS = 60
"""With waits that grow to a quarter of an hour, a shop may be away for half a day before its events go to the
dead-letter queue, where they wait to be replayed."""


def look_in_bulk(deps: OrderDeps, event: ShopEvent) -> None:
    """What an event of many products asks for, in the lane of big jobs. A shop that is gone or expired ends it.

    Raises:
        RetryLater: it failed too often.
    """
    try:
        shop = deps.configuration.get(Shop, event.shop)
    except Missing:
        return
    if shop.state is ConnectionState.ACTIVE:
        look_at_shop(deps, shop, [event], lane=Lane.RECOMPUTE)


def look_at_shop(deps: OrderDeps, shop: Shop, events: Sequence[ShopEvent], *, lane: Lane = Lane.SHOP_EVENTS) -> None:
    """Read the products that these events of one shop touch, up to what the lane may read at once; the rest is queued.

    What points at the fewest products comes first.

    Raises:
        RetryLater: the same events failed too often.
    """
    fewest_first = sorted(events, key=lambda event: len(event.hints))
    hints = tuple(dict.fromkeys(hint for event in fewest_first for hint in event.hints))
    if not hints:
        return
    gone = any(hint.kind is HintKind.SHOP_GONE for hint in hints)
    most = AT_ONCE if lane is Lane.SHOP_EVENTS else IN_BULK
    try:
        adapter = deps.shops.open(shop)
        if gone:
            adapter.identify()  # an old delivery sent once more is only a hint too: the shop may be connected again
        found = touched_products(deps, shop, adapter, hints)
        products, rest = found[:most], found[most:]
        observed = observe_products(deps, shop, adapter, products)
    except Unauthorized as error:
        if gone:
            shop_uninstalled(deps, shop)
        else:
            expire_shop(deps, shop, error.problem)
        return
    except RetryLater as error:
        _again_later(deps, shop, hints, events, error, lane)
        return
    trace.progressed()
    apply_observed(deps, observed)
    tell_mirrors(deps, shop, hints, products)
    rest += sorted(owners_of(deps, shop, observed.unknown) - set(found))
    read_by_size(deps, shop.id, rest, confirm=all(event.confirm for event in events))
    if any(hint.kind is HintKind.PRODUCT for hint in hints):
        retry_orders_missing_products(deps, shop, observed)
    note_shortages(deps, shop, observed.touched)
    if any(not event.confirm for event in events):
        _confirm_later(deps, shop, products)


def _confirm_later(deps: OrderDeps, shop: Shop, products: Sequence[ProductId]) -> None:
    """A shop whose reads lag behind it is read once more."""
    lag = deps.shops.traits(shop).read_lag_s
    if lag > 0:
        read_by_size(deps, shop.id, products, confirm=True, delay_s=math.ceil(lag), reason="confirm")


def _again_later(
    deps: CoreDeps, shop: Shop, hints: tuple[Hint, ...], events: Sequence[ShopEvent], error: RetryLater, lane: Lane
) -> None:
    attempt = 1 + max(event.attempt for event in events)
    if attempt > ATTEMPTS:
        raise error
    now = deps.clock.now()
    at = waiting.from_now(now, waiting.wait_s(error, attempt, waiting.SHOP_READS, now))
    wait = waiting.delay_s(at, now)
    event = ShopEvent(shop=shop.id, hints=hints, attempt=attempt, confirm=all(event.confirm for event in events))
    deps.queues.send(lane, event, delay_s=wait, reason="again_later")
    deps.activity.note(
        ActivityEntry(
            subject=shop.id,
            event="shop_read_postponed",
            at=deps.clock.now(),
            params={**error.problem.as_reason(), "seconds": str(wait)},
        )
    )
