"""Have products read again: few by the lane of events, which is never long; many by the lane of big jobs, in parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from listbridge.domain.ids import ProductId, ShopId
from listbridge.domain.work import Hint, HintKind, Lane, ShopEvent
from listbridge.services.deps import CoreDeps

AT_ONCE = 25
"""How many products one call of the lane of events reads: under a second, for a sale may wait behind it."""
IN_BULK = 250
"""How many products one call of the lane of big jobs reads. What is more goes back to the queue, so that an order of
thousands of products is not cut off by the function's time and begun again forever."""


def read_soon(deps: CoreDeps, shop: ShopId, products: Iterable[ProductId], *, delay_s: int = 0) -> None:
    """Queue a read of the few products of an order, or of a read that is not believed."""
    events = list(_events(shop, sorted(products), AT_ONCE, confirm=True))
    if events:
        deps.queues.send(Lane.SHOP_EVENTS, *events, delay_s=delay_s)


def read_by_size(
    deps: CoreDeps, shop: ShopId, products: Sequence[ProductId], *, confirm: bool, delay_s: int = 0, reason: str = ""
) -> None:
    """Queue a read of these products, however many. `confirm`: it needs no confirming read of its own."""
    lane = Lane.SHOP_EVENTS if len(products) <= AT_ONCE else Lane.RECOMPUTE
    events = list(_events(shop, products, IN_BULK, confirm=confirm))
    if events:
        deps.queues.send(lane, *events, delay_s=delay_s, reason=reason)


def _events(shop: ShopId, products: Sequence[ProductId], size: int, *, confirm: bool) -> Iterator[ShopEvent]:
    for at in range(0, len(products), size):
        hints = tuple(Hint(kind=HintKind.PRODUCT, id=product) for product in products[at : at + size])
        yield ShopEvent(shop=shop, confirm=confirm, hints=hints)
