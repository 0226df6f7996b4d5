"""The orders of one store: looking for one, creating it, reading what became of it, cancelling it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from listbridge.domain.ids import LocationId, ProductId, ShopOrderId, Sku, VariantId
from listbridge.domain.orders.address_fields import PartsRefused
from listbridge.domain.orders.orders import ShopOrderRef
from listbridge.domain.orders.refusals import refused_cancel
from listbridge.domain.orders.shop_orders import FoundOrder, OrderMark, ShopOrder, ShopOrderDraft
from listbridge.domain.orders.traces import each_once, our_order
from listbridge.domain.ports import ChangedOrders, Clock
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import OutcomeUnknown, Rejected, RetryLater, Unsupported
from listbridge.infra.calls.http import Purpose
from listbridge.infra.calls.narrowing import Narrowing
from listbridge.shops.shopify.catalog.mapping import changed_since, gid, is_number, number_of
from listbridge.shops.shopify.catalog.queries import SCOPES, Query
from listbridge.shops.shopify.catalog.searches import quoted
from listbridge.shops.shopify.catalog.wire import Page, Written
from listbridge.shops.shopify.client import AdminApi, beside, there
from listbridge.shops.shopify.errors import UNREADABLE, InvalidVariables, ScopeMissing, TooDear
from listbridge.shops.shopify.orders import wire as order_wire
from listbridge.shops.shopify.orders.errors import about_the_mark, not_cancelled, refused_create, refused_parts
from listbridge.shops.shopify.orders.input import PARTS, order_input
from listbridge.shops.shopify.orders.mapping import found_order, money_of, search_for, shop_order, whose
from listbridge.shops.shopify.orders.queries import (
    ALL_PARCELS,
    CANCEL_ORDER,
    CHANGED_ORDERS,
    CREATE_ORDER,
    DEFINE_MARK,
    LOOK,
    MARK_KEY,
    MARK_NAMESPACE,
    MORE_ASSIGNED,
    MORE_ORDER_LINES,
    MORE_PACKED_LINES,
    ORDER_STATE,
    ORDERS_BY_ID,
    PRODUCTS_WITH_SKUS,
    SEARCH_ORDERS,
    STOCK_TAKEN,
)
from listbridge.shops.shopify.scopes import ALL_ORDERS, missing_scopes

R = TypeVar("R")
_LOG = logging.getLogger("listbridge.shops.shopify")
_DEFINITION = {
    "namespace": MARK_NAMESPACE,
    "key": MARK_KEY,
    "name": "Marketplace order",
    "description": "The marketplace and its order id, by which Listbridge knows the order again. Do not change it.",
    "ownerType": "ORDER",
    # "ID metafield types are automatically configured to have unique values" (shopify.dev, "Working with custom IDs").
    "type": "id",
}
_OPTIONS = {
    # The default leaves stock alone, and obeying the policy may refuse what is sold already.
    "inventoryBehaviour": "DECREMENT_IGNORING_POLICY",
    "sendReceipt": False,
    "sendFulfillmentReceipt": False,
}
_NOT_SENT_FROM_HERE = frozenset({"CANCELLED", "INCOMPLETE"})
"""Fulfilment orders that another one stands in for (FulfillmentOrderStatus)."""
_SKUS_A_SEARCH = 20


@dataclass(frozen=True, slots=True)
class Shape:
    """How much one read asks for: orders, and within each its lines, its fulfilments, and within these their lines."""

    orders: int
    lines: int
    parcels: int
    packed: int


SHAPES = (Shape(orders=20, lines=50, parcels=10, packed=50), Shape(orders=1, lines=50, parcels=10, packed=10))
"""From the wider to the narrower, which costs under 1000 points even if Shopify counts every fulfilment (README, Cost)."""


class Orders:
    """The orders of one store. Remembers for its lifetime what it learned of the store: the shape that the store's cost
    rule accepts, and whether the mark is defined there."""

    def __init__(self, api: AdminApi, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._shapes = Narrowing(SHAPES, TooDear)
        self._defined = False

    def products_with(self, skus: Sequence[Sku]) -> tuple[ProductId, ...]:
        """The products of the variants with exactly these SKUs, as far as the search index knows them by now."""
        wanted = [sku for sku in dict.fromkeys(skus) if sku]
        found: dict[ProductId, None] = {}
        for start in range(0, len(wanted), _SKUS_A_SEARCH):
            batch = set(wanted[start : start + _SKUS_A_SEARCH])
            query = " OR ".join(f"sku:{quoted(sku)}" for sku in sorted(batch))
            hits = self._api.rows(PRODUCTS_WITH_SKUS, {"query": query}, operation="find_skus")
            found |= {ProductId(number_of(one.product.id)): None for one in hits if one.sku in batch}
        return tuple(found)

    def products_with_barcodes(self, barcodes: Sequence[str]) -> tuple[ProductId, ...]:
        """The products of the variants that the search index has under these barcodes (`productVariants`, filter `barcode`)."""
        wanted = [code for code in dict.fromkeys(barcodes) if code]
        found: dict[ProductId, None] = {}
        for start in range(0, len(wanted), _SKUS_A_SEARCH):
            query = " OR ".join(f"barcode:{quoted(code)}" for code in wanted[start : start + _SKUS_A_SEARCH])
            hits = self._api.rows(PRODUCTS_WITH_SKUS, {"query": query}, operation="find_barcodes")
            found |= {ProductId(number_of(one.product.id)): None for one in hits}
        return tuple(found)

    # Looking

    def look(self, mark: OrderMark) -> tuple[FoundOrder, ...]:
        """Ours, strictly, and then what the search finds of other tools' orders, and of twins of ours.

        A store in which the mark is not defined yet refuses the strict half; then nothing of ours can carry it, and the
        search alone is asked.
        """
        try:
            return self._look(mark)
        except TooDear:
            raise
        except Rejected:
            self._defined = False
        hits = self._api.query(SEARCH_ORDERS, {"query": search_for(mark)}, operation="look_for_order")
        return _found(mark, None, hits.nodes)

    def _look(self, mark: OrderMark) -> tuple[FoundOrder, ...]:
        """Raises Rejected where the mark is not defined."""
        own = {"namespace": MARK_NAMESPACE, "key": MARK_KEY, "value": mark.value}
        variables = {"mark": own, "query": search_for(mark)}
        answer = self._api.query(LOOK, variables, operation="look_for_order")
        self._defined = True
        return _found(mark, answer.order_by_identifier, answer.orders.nodes)

    # Creating

    def create(self, draft: ShopOrderDraft) -> ShopOrderRef:
        """Create the order; where one with our mark stands already, that one.

        At most four requests: the mark's definition with a look after it, before the first order of a store; the order;
        and the order once more without what Shopify does not accept of an address.
        """
        order = order_input(draft, self._clock.now())
        if not self._defined:
            ours = self._defining(draft.mark)
            if ours is not None:
                return ours
        return PARTS.sent(order, partial(self._create, draft))

    def _create(self, draft: ShopOrderDraft, order: Mapping[str, Any]) -> ShopOrderRef:
        """The order, or the one that has our mark already where that is why Shopify refuses it.

        Raises PartsRefused: Shopify's schema and its rules may refuse an order, and after either nothing was made.
        """
        variables = {"order": order, "options": _OPTIONS}
        try:
            made = self._api.query(CREATE_ORDER, variables, operation="create_order", purpose=Purpose.WRITE)
        except InvalidVariables as error:
            raise PartsRefused(refused_parts(error.paths), error) from error
        if made.order is not None:
            return _created(made.order, draft)
        if not made.user_errors:
            raise OutcomeUnknown(Problem(UNREADABLE.code), detail="create_order: neither order nor errors")
        ours = our_order(self._look(draft.mark)) if about_the_mark(made.user_errors) else None
        if ours is not None:
            return ours
        refused = refused_parts(error.field for error in made.user_errors)
        raise PartsRefused(refused, refused_create(made.user_errors, draft))

    def _defining(self, mark: OrderMark) -> ShopOrderRef | None:
        """Define the mark and look by it; an order that carries it, should there be one.

        Raises Rejected when orders cannot be looked for by the mark: then none may be created.
        """
        answer = self._define()
        refused = [error for error in answer.user_errors if error.code != "TAKEN"]
        if refused:
            raise _no_mark(refused[0].code or "INVALID")
        try:
            return our_order(self._look(mark))
        except TooDear:
            raise
        except Rejected as error:
            raise _no_mark("TAKEN") from error

    def _define(self) -> Written:
        """Idempotent, so that an unknown outcome is only a matter of trying later: no order is at stake yet."""
        try:
            return self._api.query(
                DEFINE_MARK, {"definition": _DEFINITION}, operation="create_order", purpose=Purpose.WRITE
            )
        except OutcomeUnknown as error:
            raise error.as_a(RetryLater) from error

    # Reading

    def changed(self, since: datetime, cursor: str | None) -> ChangedOrders:
        """A page of the orders that the search index knows to be changed since then."""
        variables = {"query": changed_since(since), "after": cursor}
        page = self._api.query(CHANGED_ORDERS, variables, operation="read_orders")
        return ChangedOrders({ShopOrderId(number_of(one.id)): one.updated_at for one in page.nodes}, page.more)

    def read(self, orders: Sequence[ShopOrderRef]) -> dict[ShopOrderId, ShopOrder]:
        """Orders as they are now; absent are those for which Shopify's answer is a null, to an app that may see all orders.

        Raises Unsupported when a null proves nothing: an app without `read_all_orders` is shown none of more than 60 days.
        """
        wanted = [gid("Order", order) for order in dict.fromkeys(one.id for one in orders) if is_number(order)]
        found: dict[ShopOrderId, ShopOrder] = {}
        for batch, (shape, nodes) in self._shapes.batches(wanted, lambda shape: shape.orders, self._read):
            for _, order in beside(batch, nodes, "read_orders"):
                if order is not None:
                    read = self._whole(order, shape)
                    found[read.id] = read
        if len(found) < len(wanted) and not self._sees_old_orders():
            problem = Problem("shopify_order_not_shown", {"scopes": ALL_ORDERS}, "grant_scopes")
            raise Unsupported(problem, detail="read_orders: a null, and not all orders may be seen")
        return found

    def _read(self, ids: Sequence[str], shape: Shape) -> tuple[Shape, Sequence[order_wire.Order | None]]:
        variables = {"ids": list(ids), "lines": shape.lines, "parcels": shape.parcels, "packed": shape.packed}
        return shape, self._api.query(ORDERS_BY_ID, variables, operation="read_orders").nodes

    def _sees_old_orders(self) -> bool:
        return not missing_scopes(self._api.query(SCOPES, {}, operation="read_orders"), (ALL_ORDERS,))

    def _whole(self, order: order_wire.Order, shape: Shape) -> ShopOrder:
        """The order with what its first pages left out."""
        parcels = order.fulfillments
        if len(parcels) >= shape.parcels:  # a list without pages: as many as asked for may be fewer than there are
            variables = {"id": order.id, "packed": shape.packed}
            answer = self._api.look_up(ALL_PARCELS, variables, operation="read_orders")
            parcels = there(answer, "read_orders").fulfillments
        lines = self._rest(MORE_ORDER_LINES, order.id, order.line_items)
        packed = [(one, self._rest(MORE_PACKED_LINES, one.id, one.fulfillment_line_items)) for one in parcels]
        return shop_order(order, lines, packed)

    def _rest(self, query: Query[Page[R]], of: str, first: Page[R]) -> list[R]:
        return list(self._api.rows(query, {"id": of}, operation="read_orders", first=first))

    # Where the stock was taken

    def stock_taken(self, order: ShopOrderId) -> dict[VariantId, dict[LocationId, int]]:
        """Units by variant and by the location that they are assigned to, which is where Shopify commits them.

        Raises Unsupported when the app may not see fulfilment orders: orders need no such permission otherwise, so its
        absence must not end the connection.
        """
        taken: dict[VariantId, dict[LocationId, int]] = {}
        if not is_number(order):
            return taken
        for one in self._assigned(gid("Order", order)):
            if one.assigned_location.location is None or one.status in _NOT_SENT_FROM_HERE:
                continue
            place = LocationId(number_of(one.assigned_location.location.id))
            for line in self._rest(MORE_ASSIGNED, one.id, one.line_items):
                if line.variant is not None:
                    places = taken.setdefault(VariantId(number_of(line.variant.id)), {})
                    places[place] = places.get(place, 0) + line.total_quantity
        return taken

    def _assigned(self, order: str) -> list[order_wire.FulfillmentOrder]:
        try:
            return list(self._api.rows(STOCK_TAKEN, {"id": order}, operation="read_orders"))
        except ScopeMissing as error:
            raise error.as_a(Unsupported) from error

    # Cancelling

    def cancel(self, order: ShopOrderId) -> None:
        """Ask Shopify to cancel, and to put the stock back. It does so a moment later, in a job of its own; that the job
        is accepted is all that is known here. No refund: the money was paid on the marketplace, and is refunded there.
        """
        if not is_number(order):
            raise refused_cancel("NOT_FOUND", gone=True, detail="cancel_order: no such id")
        named = gid("Order", order)
        answer = self._api.query(CANCEL_ORDER, {"id": named}, operation="cancel_order", purpose=Purpose.WRITE)
        if not answer.order_cancel_user_errors:
            return
        # An order that is cancelled already is refused like any other: only the order itself tells.
        state = self._api.look_up(ORDER_STATE, {"id": named}, operation="read_orders")
        if state is None or state.cancelled_at is None:
            raise not_cancelled(answer.order_cancel_user_errors)


def _created(order: order_wire.CreatedOrder, draft: ShopOrderDraft) -> ShopOrderRef:
    total = money_of(order.total_price_set)
    if total != draft.total:
        fields = {"order": number_of(order.id), "wanted": str(draft.total), "made": str(total)}
        _LOG.warning("shopify_order_total_differs", extra={"fields": fields})
    return ShopOrderRef(ShopOrderId(number_of(order.id)), order.name)


def _found(
    mark: OrderMark, own: order_wire.OrderName | None, hits: Sequence[order_wire.OrderTraces]
) -> tuple[FoundOrder, ...]:
    strict = [found_order(own, ours=True)] if own is not None else []
    return each_once([*strict, *(one for hit in hits if (one := whose(hit, mark)) is not None)])


def _no_mark(reason: str) -> Rejected:
    return Rejected(Problem("shopify_mark_refused", {"reason": reason}, "free_mark"), detail="create_order: no mark")
