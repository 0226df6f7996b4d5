"""Shop events: collapse them to the touched items, read the shop in bulk, write the ledger, wake the drainers."""

from __future__ import annotations

import math
from collections.abc import Sequence

from listbridge.domain import trace, waiting
from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import ConnectionState, Shop
from listbridge.domain.ids import ProductId, ShopId
from listbridge.domain.ports import Missing
from listbridge.domain.verdicts import RetryLater, Unauthorized
from listbridge.domain.work import Hint, HintKind, Lane, ShopEvent
from listbridge.services.catalog.apply_observed import apply_observed
from listbridge.services.catalog.observe_shop import observe_products
from listbridge.services.connection_state import expire_shop, shop_uninstalled
from listbridge.services.deps import CoreDeps, InboxDeps, OrderDeps
from listbridge.services.inbox.order_hints import relay_orders, retry_orders_missing_products
from listbridge.services.inbox.touched_products import owners_of, touched_products
from listbridge.services.orders.hold.oversold import note_shortages

MOST_PRODUCTS = 250
"""How many products one call reads. What is more goes back to the queue, so that an order of thousands of products, or ten
large ones in one batch, is not cut off by the function's time and begun again forever."""
ATTEMPTS = 60
"""With waits that grow to a quarter of an hour, a shop may be away for half a day before its events go to the
dead-letter queue, where they wait to be replayed."""


def sync_catalog(deps: InboxDeps, events: Sequence[ShopEvent]) -> None:
    """Bring what these events point at up to date. All of one call's events belong together: they succeed or fail as one.

    A shop that cannot answer now gets one message later that stands for all of these; events of a shop that is gone or
    whose credentials are dead end here, because connecting it again sweeps everything.

    Raises:
        RetryLater: the same events failed too often (they belong in the dead-letter queue).
    """
    for shop_id, mine in _by_shop(events).items():
        deps.inbox.taken([(shop_id, event.delivery) for event in mine if event.delivery])
        try:
            shop = deps.configuration.get(Shop, shop_id)
        except Missing:
            continue
        if shop.state is ConnectionState.ACTIVE:
            _sync_shop(deps, shop, mine)


def _sync_shop(deps: OrderDeps, shop: Shop, events: Sequence[ShopEvent]) -> None:
    hints = tuple(dict.fromkeys(hint for event in events for hint in event.hints))
    if not hints:
        return
    relay_orders(deps, shop, events)
    gone = any(hint.kind is HintKind.SHOP_GONE for hint in hints)
    try:
        adapter = deps.shops.open(shop)
        if gone:
            adapter.identify()  # an old delivery sent once more is only a hint too: the shop may be connected again
        found = touched_products(deps, shop, adapter, hints)
        products, rest = found[:MOST_PRODUCTS], found[MOST_PRODUCTS:]
        observed = observe_products(deps, shop, adapter, products)
    except Unauthorized as error:
        if gone:
            shop_uninstalled(deps, shop)
        else:
            expire_shop(deps, shop, error.problem)
        return
    except RetryLater as error:
        _again_later(deps, shop, hints, events, error)
        return
    trace.progressed()
    apply_observed(deps, observed)
    rest += sorted(owners_of(deps, shop, observed.unknown) - set(found))
    _leave_to_others(deps, shop, rest, confirm=all(event.confirm for event in events))
    if any(hint.kind is HintKind.PRODUCT for hint in hints):
        retry_orders_missing_products(deps, shop, observed)
    note_shortages(deps, shop, observed.touched)
    lag = deps.shops.traits(shop).read_lag_s
    fresh = tuple(event for event in events if not event.confirm)
    if lag > 0 and fresh and products:
        confirm = ShopEvent(
            shop=shop.id, confirm=True, hints=tuple(Hint(kind=HintKind.PRODUCT, id=product) for product in products)
        )
        deps.queues.send(Lane.SHOP_EVENTS, confirm, delay_s=math.ceil(lag), reason="confirm")


def _leave_to_others(deps: CoreDeps, shop: Shop, products: Sequence[ProductId], *, confirm: bool) -> None:
    events = [
        ShopEvent(
            shop=shop.id,
            confirm=confirm,
            hints=tuple(Hint(kind=HintKind.PRODUCT, id=product) for product in products[at : at + MOST_PRODUCTS]),
        )
        for at in range(0, len(products), MOST_PRODUCTS)
    ]
    if events:
        deps.queues.send(Lane.SHOP_EVENTS, *events)


def _by_shop(events: Sequence[ShopEvent]) -> dict[ShopId, list[ShopEvent]]:
    grouped: dict[ShopId, list[ShopEvent]] = {}
    for event in events:
        grouped.setdefault(event.shop, []).append(event)
    return grouped


def _again_later(
    deps: CoreDeps, shop: Shop, hints: tuple[Hint, ...], events: Sequence[ShopEvent], error: RetryLater
) -> None:
    attempt = 1 + max(event.attempt for event in events)
    if attempt > ATTEMPTS:
        raise error
    now = deps.clock.now()
    at = waiting.from_now(now, waiting.wait_s(error, attempt, waiting.SHOP_READS, now))
    wait = waiting.delay_s(at, now)
    event = ShopEvent(shop=shop.id, hints=hints, attempt=attempt, confirm=all(event.confirm for event in events))
    deps.queues.send(Lane.SHOP_EVENTS, event, delay_s=wait, reason="again_later")
    deps.activity.note(
        ActivityEntry(
            subject=shop.id,
            event="shop_read_postponed",
            at=deps.clock.now(),
            params={**error.problem.as_reason(), "seconds": str(wait)},
        )
    )
