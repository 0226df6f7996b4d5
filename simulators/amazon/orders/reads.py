"""searchOrders and getOrder of Orders v2026-01-01."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from simulators.amazon.errors import invalid, not_found
from simulators.amazon.orders.filters import Search, included_in, search_of
from simulators.amazon.orders.shown import PERSONAL, Json, order_json
from simulators.amazon.orders.state import Order, Orders
from simulators.amazon.sites import SITES
from simulators.amazon.times import iso_seconds as iso
from simulators.amazon.wire import Call, Operation
from simulators.kit.wire import Reply

if TYPE_CHECKING:
    from simulators.amazon.state import Seller
    from simulators.amazon.world import World

_TOKEN_LIFE = timedelta(hours=24)


def search_orders(world: World, call: Call) -> Reply:
    """Orders by time and filters, oldest change (or placing) first, page by page."""
    book, now = world.orders, world.now()
    search = search_of(call.query, now)
    refuse_data(book, call.seller, search.included)
    call.refuse_foreign(search.marketplaces)
    if search.token:
        waiting = _waiting(book, search, now)
    else:
        waiting = [order.order_id for order in _found(book, call.seller, search, now)]
    page, rest = waiting[: search.size], waiting[search.size :]
    told: Json = {
        "orders": [
            order_json(book.by_id[order_id], _allowed(call.seller, search.included), _name_of(book.by_id[order_id]))
            for order_id in page
        ]
    }
    if rest:
        token = world.token("page")
        book.searches[token] = (now, search.filters, tuple(rest))
        told["pagination"] = {"nextToken": token}
    told["lastUpdatedBefore" if search.by_change else "createdBefore"] = iso(min(search.before, now - book.lag))
    return Reply(200, told)


def get_order(world: World, call: Call) -> Reply:
    """One order, as it stands now: no lag."""
    included = included_in(call.query)
    refuse_data(world.orders, call.seller, included)
    order = own_order(world.orders, call.seller, call.parameters["orderId"])
    return Reply(200, {"order": order_json(order, _allowed(call.seller, included), _name_of(order))})


def own_order(book: Orders, seller: Seller, order_id: str) -> Order:
    """An order of this seller in the region of their token. Raises 404 (NotFound)."""
    order = book.by_id.get(order_id)
    if order is None or order.seller_id != seller.seller_id or order.marketplace_id not in seller.sites:
        raise not_found(f"The order {order_id} was not found.")
    return order


def refuse_data(book: Orders, seller: Seller, included: frozenset[str]) -> None:
    """Refuse a data set that the region does not serve just now, or personal data without the role where that is an error.

    Raises 400 (InvalidInput) for the first value only, without the others.
    """
    for name in sorted(included & book.refused_data.get(seller.region, set())):
        raise invalid(f"The value '{name}' of includedData is invalid.")
    if book.personal_data_is_refused and not seller.pii:
        for name in sorted(included & PERSONAL):
            raise invalid(f"The application has no role for the value '{name}' of includedData.")


def _allowed(seller: Seller, included: frozenset[str]) -> frozenset[str]:
    return included if seller.pii else included - PERSONAL


def _name_of(order: Order) -> str:
    return SITES[order.marketplace_id].name


def _found(book: Orders, seller: Seller, search: Search, now: datetime) -> list[Order]:
    known_until = now - book.lag
    found = []
    for order in book.by_id.values():
        changes = [at for at in order.changes if at <= known_until]
        if order.seller_id != seller.seller_id or order.marketplace_id not in seller.sites or not changes:
            continue
        at = changes[-1] if search.by_change else changes[0]
        if search.wants(order, at):
            found.append((at, order))
    return [order for _, order in sorted(found, key=lambda row: (row[0], row[1].order_id))]


def _waiting(book: Orders, search: Search, now: datetime) -> list[str]:
    """The orders behind a pagination token. Raises 400 for one that is unknown, older than a day, or of another search."""
    given_at, filters, waiting = book.searches.get(search.token, (now - 2 * _TOKEN_LIFE, "", ()))
    if now - given_at >= _TOKEN_LIFE:
        raise invalid("paginationToken is unknown or has expired")
    if filters != search.filters:
        raise invalid("paginationToken belongs to a request with other parameters")
    return list(waiting)


OPERATIONS: tuple[Operation, ...] = (
    Operation("searchOrders", "GET", "/orders/2026-01-01/orders", search_orders),
    Operation("getOrder", "GET", "/orders/2026-01-01/orders/{orderId}", get_order),
)
