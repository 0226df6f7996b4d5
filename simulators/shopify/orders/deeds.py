"""What buyers buy in the shop, what other tools import, and what the seller cancels and refunds, with the events that follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from simulators.kit.deeds import DeedRefused, Told, deed
from simulators.shopify.catalog import payloads
from simulators.shopify.catalog.catalog import NoSuchThing
from simulators.shopify.catalog.deeds import CatalogDeeds, number
from simulators.shopify.catalog.specs import money
from simulators.shopify.global_ids import gid
from simulators.shopify.orders import parcel_payloads
from simulators.shopify.orders import payloads as order_payloads
from simulators.shopify.orders import totals as order_totals
from simulators.shopify.orders.money import Money, total
from simulators.shopify.orders.records import Address, LineItem, Order, Refund, Transaction
from simulators.shopify.records import Variant

_MAIL = "mara.lindner@example.com"
_BUYER: Address = {
    "first_name": "Mara",
    "last_name": "Lindner",
    "company": None,
    "address1": "Am Markt 12",
    "address2": None,
    "city": "Berlin",
    "zip": "10178",
    "province": "Berlin",
    "province_code": "BE",
    "country": "Germany",
    "country_code": "DE",
    "phone": "+49 30 5550199",
}
_MARKS = ("source_identifier", "tag", "name", "note", "attribute")


class OutOfStock(DeedRefused):
    """The buyer cannot have it: tracked, DENY, and not enough there."""


class OrderDeeds(CatalogDeeds):
    """Deeds on orders: buying, importing, cancelling, refunding."""

    @deed
    def sell(
        self, quantity: int = 1, location_id: int | str | None = None, email: str | None = None, **which: Any
    ) -> Told:
        """A buyer buys one article in the shop: stock falls, the order stands, events go out. Raises `OutOfStock`."""
        with self._world.lock:
            variant = self._meant(which)
            line = {"variant_id": variant.id, "quantity": quantity, "location_id": location_id}
            return self.sell_many([line], email=email)

    @deed
    def sell_many(self, lines: Sequence[Mapping[str, Any]], email: str | None = None) -> Told:
        """A buyer buys several articles in one order: [{sku or variant_id, quantity, location_id}]."""
        with self._world.lock:
            made = [self._bought(line) for line in lines]
            order = self._sold(made, email=email or _MAIL, source_name="web")
            if self._world.settings.sale_touches_product:
                self._touch_products([line.variant_id for line in made if line.variant_id is not None])
            return {"order_id": order.id, "name": order.name}

    @deed
    def import_order_by_other_tool(
        self,
        remote_id: str,
        lines: Sequence[Mapping[str, Any]],
        mark: str | Sequence[str] = "source_identifier",
        marketplace: str = "eBay",
        take_stock: bool = True,
    ) -> Told:
        """Another tool imports a marketplace's order, and writes its id where that tool does: `mark` is one or more of
        source_identifier, tag, name, note, attribute. Lines: as of `sell_many`; stock is never asked for."""
        marks = [mark] if isinstance(mark, str) else list(mark)
        unknown = sorted(set(marks) - set(_MARKS))
        if unknown:
            raise DeedRefused(f"no such mark: {', '.join(unknown)}; there are: {', '.join(_MARKS)}")
        told = {
            "source_identifier": ("source_identifier", remote_id),
            "tag": ("tags", (marketplace, remote_id)),
            "name": ("name", f"{marketplace}-{remote_id}"),
            "note": ("note", f"{marketplace} order {remote_id}, paid on the marketplace"),
            "attribute": ("attributes", ((f"{marketplace} Order Id", remote_id),)),
        }
        with self._world.lock:
            made = [self._bought(line, taken=take_stock, asking=False) for line in lines]
            order = self._sold(made, email=_MAIL, source_name="other-tool", **dict(told[one] for one in marks))
            return {"order_id": order.id, "name": order.name}

    def _sold(self, lines: Sequence[LineItem], **told: Any) -> Order:
        """An order of the made-up buyer, paid in full: into the books, out of stock, announced."""
        zero = Money(Decimal(0), self._world.shop.currency)
        worth = total((line.price * line.quantity for line in lines), zero)
        paid = Transaction(self._world.next_id(), "SALE", "SUCCESS", "manual", worth, self._world.now())
        order = self.store_order(lines, transactions=(paid,), shipping_address=_BUYER, billing_address=_BUYER, **told)
        for line in lines:
            self.take_stock(line)
        self.announce(order)
        return order

    def _bought(self, wanted: Mapping[str, Any], *, taken: bool = True, asking: bool = True) -> LineItem:
        catalog = self._world.catalog
        variant = self.variant(wanted.get("sku"), wanted.get("variant_id"))
        count = int(wanted.get("quantity", 1))
        if count < 1:
            raise DeedRefused("a buyer buys at least one")
        item = catalog.item(variant.inventory_item_id)
        there = self._world.live.quantity(variant)
        if asking and item.tracked and variant.inventory_policy == "DENY" and there < count:
            raise OutOfStock(f"{variant.sku}: {there} left, {count} wanted")
        place = self.picked_location(variant, count, wanted.get("location_id"))
        return self.line_of(variant, count, variant.price, place if item.tracked and taken else None)

    def picked_location(self, variant: Variant, count: int, location_id: int | str | None = None) -> int:
        """The first location that has as many units available; the first that stocks the article when none has."""
        if location_id is not None:
            return self._world.catalog.location(number(location_id)).id
        levels = self._world.live.levels_of(variant.inventory_item_id)
        enough = [level.location_id for level in levels if level.available >= count]
        return (enough or [level.location_id for level in levels] or [self._world.catalog.location().id])[0]

    def line_of(self, variant: Variant, count: int, price: Decimal, location_id: int | None) -> LineItem:
        product = self._world.catalog.product(variant.product_id)
        currency = self._world.shop.currency
        return LineItem(
            id=self._world.next_id(),
            title=product.title,
            sku=variant.sku,
            quantity=count,
            current_quantity=count,
            variant_id=variant.id,
            product_id=product.id,
            price=Money(price, currency),
            requires_shipping=True,
            location_id=location_id,
            discount=Money(Decimal(0), currency),
            variant_title=None if variant.title == "Default Title" else variant.title,
            vendor=product.vendor,
        )

    def store_order(self, lines: Sequence[LineItem], **told: Any) -> Order:
        """Put an order into the books, unfulfilled unless told otherwise and paid as its transactions say; no events,
        no stock. What is None counts as not told."""
        world = self._world
        at = world.now()
        rank = 1001 + len(world.tables.orders.rows)
        currency = world.shop.currency
        settings: dict[str, Any] = {
            "name": f"#{rank}",
            "email": None,
            "note": None,
            "tags": (),
            "source_identifier": None,
            "source_name": None,
            "currency": currency,
            "presentment_currency": currency,
            "zero": Money(Decimal(0), currency),
            "financial_status": "",
            "fulfillment_status": "UNFULFILLED",
            "test": False,
            "processed_at": at,
        } | {key: value for key, value in told.items() if value is not None}
        order = Order(id=world.next_id(), number=rank, lines=tuple(lines), created_at=at, updated_at=at, **settings)
        if not order.financial_status:
            order = replace(order, financial_status=order_totals.derived_status(order))
        world.keep_order(order, at)
        return order

    def take_stock(self, line: LineItem) -> None:
        """The line's units are no longer available, and committed to its order: on hand they stay until they are
        shipped."""
        self._commit(line, line.quantity, taken=line.quantity)

    def release_stock(self, line: LineItem, units: int, *, back: int = 0) -> None:
        """Units of the line are not committed any more; `back` pieces are available again."""
        self._commit(line, -units, taken=-back)

    def _commit(self, line: LineItem, units: int, *, taken: int) -> None:
        world = self._world
        if line.location_id is None or line.variant_id not in world.live.variants:
            return
        item = world.catalog.item(world.catalog.variant(line.variant_id).inventory_item_id)
        fresh = world.catalog.commit(item.id, line.location_id, units, world.now(), taken=taken)
        if taken or fresh:
            self._level_changed(item.id, line.location_id, connected=fresh)

    @deed
    def move_order(self, order_id: int | str, location_id: int | str) -> Told:
        """The seller moves what is still to be shipped to another location: its stock is committed there from now
        on."""
        with self._world.lock:
            order = self.order(order_id)
            place = self._world.catalog.location(number(location_id)).id
            shipped = order.shipped()
            lines = []
            for line in order.lines:
                left = line.current_quantity - shipped.get(line.id, 0)
                if line.location_id in (None, place) or left <= 0:
                    lines.append(line)
                    continue
                moved = replace(line, location_id=place)
                self._commit(line, -left, taken=-left)
                self._commit(moved, left, taken=left)
                lines.append(moved)
            self.keep(order, self._world.now(), lines=tuple(lines))
            return {"order_id": order.id, "location_id": place}

    def announce(self, order: Order) -> None:
        self.tell_of(order, "orders/create")
        if order.financial_status == "PAID":
            self.tell_of(order, "orders/paid")

    def tell_of(self, order: Order, topic: str) -> None:
        self.tell(topic, lambda: order_payloads.order_payload(self._world.shop, order))

    def tell(self, topic: str, payload: Callable[[], dict[str, Any]]) -> None:
        if self._world.heard(topic):
            self._world.emit(topic, payload())

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

    @deed
    def delete_order_metafield(self, order_id: int | str, namespace: str, key: str) -> Told:
        """The seller deletes a metafield of an order: the mark of an importing app, say."""
        with self._world.lock:
            order = self.order(order_id)
            if not self._world.metafields.remove(gid("Order", order.id), namespace, key):
                raise NoSuchThing(f"order {order.id} has no metafield {namespace}.{key}")
            return {"order_id": order.id}

    def line_counts(self, order: Order, wanted: Mapping[str, int]) -> dict[int, int]:
        """Pieces by line item id, where the wish names lines by id or by SKU."""
        by_sku = {line.sku: line.id for line in order.lines if line.sku}
        told = {by_sku[key] if key in by_sku else number(key): int(count) for key, count in wanted.items()}
        unknown = set(told) - {line.id for line in order.lines}
        if unknown:
            raise NoSuchThing(f"order {order.id} has no line {unknown.pop()}")
        return told

    @deed
    def cancel(self, order_id: int | str, reason: str = "CUSTOMER", restock: bool = True, refund: bool = True) -> Told:
        """Cancel an order that is not shipped. `restock` puts the pieces back where they were taken, `refund` refunds
        the buyer; either makes a refund, as in the shop's own books."""
        with self._world.lock:
            order = self.order(order_id)
            if order.cancelled_at:
                raise DeedRefused("the order is cancelled already")
            if order.shipped():
                raise DeedRefused("the order has parcels that stand: cancel them first")
            at = self._world.now()
            kind = "CANCEL" if restock else "NO_RESTOCK"
            rows = tuple(
                (self._world.next_id(), line.id, line.current_quantity, kind)
                for line in order.lines
                if line.current_quantity
            )
            back = order_totals.received(order) - order_totals.refunded(order) if refund else order.zero
            made = Refund(self._world.next_id(), at, back, rows) if refund or restock else None
            changed = self.keep(
                order,
                at,
                cancelled_at=at,
                closed_at=order.closed_at or at,
                cancel_reason=reason,
                financial_status="REFUNDED" if back.amount > 0 else order.financial_status,
                lines=tuple(replace(line, current_quantity=0, taken_off=line.quantity) for line in order.lines),
                refunds=(*order.refunds, made) if made else order.refunds,
            )
            for line in order.lines:
                units = line.current_quantity
                if units:
                    self.release_stock(line, units, back=units if restock else 0)
            self.tell_of(changed, "orders/cancelled")
            if made:
                self._tell_refund(changed, made)
            return {"order_id": order.id}

    @deed
    def refund(
        self,
        order_id: int | str,
        lines: Mapping[str, int] | None = None,
        restock: bool = False,
        amount: Any = None,
        returned: bool = False,
    ) -> Told:
        """Refund the whole order, or quantities by line item id or SKU; `amount` overrides what that comes to.

        Pieces that were not shipped yet are removed first, unless the buyer `returned` these.
        """
        with self._world.lock:
            order = self.order(order_id)
            at = self._world.now()
            given = {line.id: line.current_quantity for line in order.lines}
            wanted = given if lines is None else self.line_counts(order, lines)
            for line_id, count in wanted.items():
                if count > given[line_id]:
                    raise DeedRefused(f"line {line_id} has only {given[line_id]} pieces left")
            kind = "RETURN" if restock else "NO_RESTOCK"
            rows = tuple((self._world.next_id(), line_id, count, kind) for line_id, count in wanted.items())
            made = Refund(self._world.next_id(), at, self._worth(order, lines, wanted, amount), rows)
            refunds = (*order.refunds, made)
            paid_back = total((one.total for one in refunds), order.zero)
            whole = paid_back.amount >= order_totals.price(order).amount
            left = tuple(
                replace(
                    one,
                    current_quantity=one.current_quantity - wanted.get(one.id, 0),
                    taken_off=one.taken_off + (0 if returned else min(wanted.get(one.id, 0), one.unsent)),
                )
                for one in order.lines
            )
            status = "REFUNDED" if whole else "PARTIALLY_REFUNDED"
            sent = replace(order, lines=left).sent_so_far()
            changed = self.keep(
                order, at, refunds=refunds, lines=left, financial_status=status, fulfillment_status=sent
            )
            for line in order.lines:
                count = wanted.get(line.id, 0)
                off = 0 if returned else min(count, line.unsent)
                if count:
                    self.release_stock(line, off, back=count if restock else 0)
            self._tell_refund(changed, made)
            return {"order_id": order.id, "refund_id": made.id}

    @staticmethod
    def _worth(order: Order, lines: Mapping[str, int] | None, wanted: Mapping[int, int], amount: Any) -> Money:
        if amount is not None:
            return replace(order.zero, amount=money(amount))
        if lines is None:
            return order_totals.price(order) - order_totals.refunded(order)
        parts = (order_totals.line_worth(order, order.line(one), count) for one, count in wanted.items())
        return total(parts, order.zero)

    def _tell_refund(self, order: Order, made: Refund) -> None:
        self.tell("refunds/create", lambda: parcel_payloads.refund_payload(self._world.shop, order, made))

    def keep(self, order: Order, at: datetime, **changes: Any) -> Order:
        """Change an order in the books, and tell about it."""
        changed = replace(order, updated_at=at, **changes)
        self._world.keep_order(changed, at)
        self.tell_of(changed, "orders/updated")
        return changed
