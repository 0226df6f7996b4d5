"""Whether the stock that we count has fallen by an order: shops take it where and when they choose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from listbridge.domain.configuration import Shop
from listbridge.domain.ids import LocationId, VariantId, VariantKey
from listbridge.domain.orders.orders import Order
from listbridge.domain.orders.reserving import reservations_of
from listbridge.domain.orders.schedule import STOCK_ELSEWHERE, STOCK_NOT_TAKEN, STOCK_UNSEEN
from listbridge.domain.ports import Share
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Unsupported
from listbridge.services.deps import LedgerDeps, OrderDeps


def missing_effect(deps: OrderDeps, shop: Shop, order: Order) -> Problem | None:
    """Why the counted locations do not know of the order yet; None when they do. No chosen locations means all.

    A shop that ships from several locations takes an order's stock at one that has it. Where that one is not counted, the
    counted number still holds units that are sold, and the order's reservation alone keeps them from being sold again. The
    same holds where a setting of the shop's lets stock be taken later, or never.

    Raises RemoteError: the shop cannot be asked now.
    """
    wanted = _counted_units(deps, order)
    if not wanted or order.shop_order is None:
        return None
    try:
        taken = deps.shops.open(shop, Share.ORDER).stock_taken(order.shop_order.id)
    except Unsupported as error:
        params = {"shop_order": order.shop_order.name, **error.problem.as_reason()}
        return Problem(STOCK_UNSEEN, params, "let_see_stock_location")
    short = [variant for variant, units in wanted.items() if _here(shop, taken, variant.variant) < units]
    if not short:
        return None
    rows = deps.variants.get_many(short)
    skus = ", ".join(sorted({rows[key].facts.sku for key in short}))
    params = {"shop_order": order.shop_order.name, "skus": skus}
    if any(taken.get(variant.variant) for variant in short) or deps.shops.traits(shop).takes_stock:
        return Problem(STOCK_ELSEWHERE, params, "move_to_counted_location")
    return Problem(STOCK_NOT_TAKEN, params, "let_orders_take_stock")


def _counted_units(deps: LedgerDeps, order: Order) -> Counter[VariantKey]:
    """The units that the order holds, by variant, without what the shop has no stock of.

    A line that was left out of the shop's order holds nothing, and the shop took nothing for it.
    """
    units = Counter(
        {variant: sum(held.quantity for held in lines.values()) for variant, lines in reservations_of(order).items()}
    )
    rows = deps.variants.get_many(units)
    counted = {key for key, row in rows.items() if row.facts.tracked and not row.facts.bundle and not row.absent}
    return Counter({key: count for key, count in units.items() if key in counted and count > 0})


def _here(shop: Shop, taken: Mapping[VariantId, Mapping[LocationId, int]], variant: VariantId) -> int:
    places = taken.get(variant, {})
    return sum(units for place, units in places.items() if not shop.locations or place in shop.locations)
