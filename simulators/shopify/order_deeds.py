"""What buyers and the seller do with orders in the shop, with the events that follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from simulators.shopify import order_payloads, payloads
from simulators.shopify.catalog import NoSuchThing, money
from simulators.shopify.catalog_deeds import CatalogDeeds, Told, number
from simulators.shopify.records import Fulfillment, LineItem, Money, Order, Refund, Variant


class OutOfStock(ValueError):
    """The buyer cannot have it: tracked, DENY, and not enough there."""


class OrderDeeds(CatalogDeeds):
    """Deeds on orders: buying, shipping, cancelling, refunding."""

    def sell(
        self, quantity: int = 1, location_id: int | str | None = None, email: str | None = None, **which: Any
    ) -> Told:
        """A buyer buys one article in the shop: stock falls, the order stands, events go out. Raises `OutOfStock`."""
        with self._world.lock:
            variant = self.variant(**which)
            line = {"variant_id": variant.id, "quantity": quantity, "location_id": location_id}
            return self.sell_many([line], email=email)

    def sell_many(self, lines: Sequence[Mapping[str, Any]], email: str | None = None) -> Told:
        """A buyer buys several articles in one order: [{sku or variant_id, quantity, location_id}]."""
        with self._world.lock:
            made = [self._bought(line) for line in lines]
            order = self.store_order(made, email=email, source_name="web")
            touched = [line.variant_id for line in made if line.variant_id is not None]
            for line in made:
                self.take_stock(line)
            self.announce(order)
            if self._world.settings.sale_touches_product:
                self._touch_products(touched)
            return {"order_id": order.id, "name": order.name}

    def _bought(self, wanted: Mapping[str, Any]) -> LineItem:
        catalog = self._world.catalog
        variant = self.variant(wanted.get("sku"), wanted.get("variant_id"))
        count = int(wanted.get("quantity", 1))
        if count < 1:
            raise ValueError("a buyer buys at least one")
        item = catalog.item(variant.inventory_item_id)
        there = self._world.live.quantity(variant)
        if item.tracked and variant.inventory_policy == "DENY" and there < count:
            raise OutOfStock(f"{variant.sku}: {there} left, {count} wanted")
        place = self._picked_location(variant, count, wanted.get("location_id"))
        return self.line_of(variant, count, variant.price, place if item.tracked else None)

    def _picked_location(self, variant: Variant, count: int, location_id: int | str | None) -> int:
        if location_id is not None:
            return self._world.catalog.location(number(location_id)).id
        levels = self._world.live.levels_of(variant.inventory_item_id)
        enough = [level.location_id for level in levels if level.available >= count]
        return (enough or [level.location_id for level in levels] or [self._world.catalog.location().id])[0]

    def line_of(self, variant: Variant, count: int, price: Decimal, location_id: int | None) -> LineItem:
        product = self._world.catalog.product(variant.product_id)
        return LineItem(
            id=self._world.next_id(),
            title=product.title,
            sku=variant.sku,
            quantity=count,
            current_quantity=count,
            variant_id=variant.id,
            product_id=product.id,
            price=Money(price, self._world.shop.currency),
            requires_shipping=True,
            location_id=location_id,
        )

    def store_order(self, lines: Sequence[LineItem], **told: Any) -> Order:
        """Put an order into the books, paid and unfulfilled unless told otherwise; no events, no stock."""
        world = self._world
        at = world.now()
        rank = 1001 + len(world.tables.orders.rows)
        settings: dict[str, Any] = {
            "name": f"#{rank}",
            "email": None,
            "note": None,
            "tags": (),
            "source_identifier": None,
            "source_name": None,
            "currency": world.shop.currency,
            "financial_status": "PAID",
            "fulfillment_status": "UNFULFILLED",
            "shipping": Money(Decimal("0.00"), world.shop.currency),
            "shipping_address": None,
            "test": False,
            "processed_at": at,
        } | {key: value for key, value in told.items() if value is not None}
        order = Order(
            id=world.next_id(), number=rank, lines=tuple(lines), created_at=at, updated_at=at, **settings
        )
        world.tables.orders.put(order.id, order, at)
        return order

    def take_stock(self, line: LineItem, back: int = 0) -> None:
        """Take the line's quantity out of stock, or put `back` pieces in again."""
        if line.location_id is None or line.variant_id is None:
            return
        variant = self._world.catalog.variant(line.variant_id)
        item = self._world.catalog.item(variant.inventory_item_id)
        level = self._world.live.levels.get((item.id, line.location_id))
        there = level.available if level else 0
        changed = there + back if back else there - line.quantity
        self._world.catalog.set_level(item.id, line.location_id, changed, self._world.now())
        self._level_changed(item.id, line.location_id, connected=level is None)

    def announce(self, order: Order) -> None:
        payload = order_payloads.order_payload(self._world.shop, order)
        self._world.emit("orders/create", payload)
        if order.financial_status == "PAID":
            self._world.emit("orders/paid", payload)

    def _touch_products(self, variant_ids: Sequence[int]) -> None:
        """An order counts as an update of a tracked product (Product.updatedAt, introspection 2026-04)."""
        world = self._world
        at = world.now()
        for product_id in dict.fromkeys(world.catalog.variant(one).product_id for one in variant_ids):
            product = world.catalog.change_product(product_id, at)
            world.emit("products/update", payloads.product_payload(world.shop, world.live, product))

    # Afterwards

    def order(self, order_id: int | str) -> Order:
        found = self._world.tables.orders.rows.get(number(order_id))
        if found is None:
            raise NoSuchThing(f"no order {order_id}")
        return found

    def fulfill(
        self,
        order_id: int | str,
        lines: Mapping[str, int] | None = None,
        company: str | None = None,
        tracking_number: str | None = None,
        tracking_url: str | None = None,
    ) -> Told:
        """Ship the order, or the given quantities by line item id."""
        with self._world.lock:
            order = self.order(order_id)
            at = self._world.now()
            parcel = self._parcel(order, lines, at, (company, tracking_number, tracking_url))
            fulfillments = (*order.fulfillments, parcel)
            shipped = sum(count for one in fulfillments for _, _, count in one.lines)
            whole = shipped >= sum(line.current_quantity for line in order.lines)
            changed = self._keep(
                order,
                at,
                fulfillments=fulfillments,
                fulfillment_status="FULFILLED" if whole else "PARTIALLY_FULFILLED",
            )
            shop = self._world.shop
            self._world.emit("fulfillments/create", order_payloads.fulfillment_payload(shop, changed, parcel))
            topic = "orders/fulfilled" if whole else "orders/partially_fulfilled"
            self._world.emit(topic, order_payloads.order_payload(shop, changed))
            return {"order_id": order.id, "fulfillment_id": parcel.id}

    def _parcel(
        self,
        order: Order,
        lines: Mapping[str, int] | None,
        at: datetime,
        tracking: tuple[str | None, str | None, str | None],
    ) -> Fulfillment:
        sent = {line_id: count for one in order.fulfillments for _, line_id, count in one.lines}
        open_lines = {line.id: line.current_quantity - sent.get(line.id, 0) for line in order.lines}
        wanted = {number(key): count for key, count in lines.items()} if lines else open_lines
        for line_id, count in wanted.items():
            if count > open_lines.get(line_id, 0):
                raise ValueError(f"line {line_id} has only {open_lines.get(line_id, 0)} pieces to ship")
        packed = tuple(
            (self._world.next_id(), line_id, count) for line_id, count in wanted.items() if count > 0
        )
        if not packed or order.cancelled_at:
            raise ValueError("nothing to ship")
        return Fulfillment(
            id=self._world.next_id(),
            status="SUCCESS",
            created_at=at,
            updated_at=at,
            lines=packed,
            tracking=(tracking,) if any(tracking) else (),
            location_id=self._world.first_location,
        )

    def cancel(self, order_id: int | str, reason: str = "CUSTOMER", restock: bool = True) -> Told:
        """Cancel an order that is not shipped; `restock` puts the pieces back where they were taken."""
        with self._world.lock:
            order = self.order(order_id)
            if order.cancelled_at:
                raise ValueError("the order is cancelled already")
            at = self._world.now()
            lines = tuple(replace(line, current_quantity=0) for line in order.lines)
            changed = self._keep(
                order, at, cancelled_at=at, cancel_reason=reason, financial_status="REFUNDED", lines=lines
            )
            if restock:
                for line in order.lines:
                    self.take_stock(line, back=line.current_quantity)
            self._world.emit("orders/cancelled", order_payloads.order_payload(self._world.shop, changed))
            return {"order_id": order.id}

    def refund(
        self,
        order_id: int | str,
        lines: Mapping[str, int] | None = None,
        restock: bool = False,
        amount: Any = None,
    ) -> Told:
        """Refund the order or quantities by line item id; `amount` overrides the sum of the lines."""
        with self._world.lock:
            order = self.order(order_id)
            at = self._world.now()
            given = {line.id: line.current_quantity for line in order.lines}
            wanted = {number(key): count for key, count in lines.items()} if lines is not None else given
            known = {line.id: line for line in order.lines}
            kind = "RETURN" if restock else "NO_RESTOCK"
            parts = tuple((self._world.next_id(), line_id, count, kind) for line_id, count in wanted.items())
            goods = sum((known[line_id].price.amount * count for _, line_id, count, _ in parts), Decimal(0))
            total = Money(goods if amount is None else money(amount), order.currency)
            refund = Refund(self._world.next_id(), at, total, parts)
            left = tuple(
                replace(one, current_quantity=one.current_quantity - wanted.get(one.id, 0))
                for one in order.lines
            )
            refunded = sum((one.total.amount for one in (*order.refunds, refund)), Decimal(0))
            status = "REFUNDED" if refunded >= order.total.amount else "PARTIALLY_REFUNDED"
            changed = self._keep(
                order, at, refunds=(*order.refunds, refund), lines=left, financial_status=status
            )
            if restock:
                for line in order.lines:
                    if wanted.get(line.id):
                        self.take_stock(line, back=wanted[line.id])
            self._world.emit(
                "refunds/create", order_payloads.refund_payload(self._world.shop, changed, refund)
            )
            return {"order_id": order.id, "refund_id": refund.id}

    def _keep(self, order: Order, at: datetime, **changes: Any) -> Order:
        changed = replace(order, updated_at=at, **changes)
        self._world.tables.orders.put(order.id, changed, at)
        self._world.emit("orders/updated", order_payloads.order_payload(self._world.shop, changed))
        return changed
