"""Deeds around orders: buyers check out and pay, ask to cancel, and the seller ships or cancels on Amazon's own pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from simulators.amazon.errors import AmazonError
from simulators.amazon.orders.baskets import LINE_FIELDS, person, recipient, refuse_unknown
from simulators.amazon.orders.changes import changed
from simulators.amazon.orders.shipping import Shipment, items_of, ship
from simulators.amazon.orders.shown import DATA_SETS
from simulators.amazon.orders.state import FulfilledBy, Line, Order
from simulators.amazon.seller_deeds import SellerDeeds
from simulators.amazon.sites import REGIONS, SITES
from simulators.amazon.state import Seller
from simulators.kit.amounts import amount
from simulators.kit.deeds import DeedRefused, Seconds, Told, deed

CANCELLERS = ("BUYER", "MERCHANT", "AMAZON")


class OrderDeeds(SellerDeeds):
    """Each marked method is one deed. All hold the lock and raise `DeedRefused` without having changed anything."""

    LINE_FIELDS = LINE_FIELDS

    @deed
    def checkout(
        self,
        lines: list[dict[str, Any]],
        *,
        site: str = "",
        seller: str = "",
        paid: bool = True,
        fulfilled_by: FulfilledBy | None = None,
        buyer: Mapping[str, str] | None = None,
        address: bool = True,
        preorder: bool = False,
        tip: Any = 0,
        programs: list[str] | None = None,
    ) -> Told:
        """A buyer takes several lines of one seller and store in one order; it stands whole or not at all.

        A line has `sku` and `quantity`, perhaps others of `baskets.LINE_FIELDS`; `by_hand` marks one whose offer is
        not looked for. Without `paid` the order is PENDING: no price and no address are told of it. Stock counts down at
        once. Who fulfils follows the offers, unless told. Returns orderId, and the quantity left of the last line.
        """
        with self._world.lock:
            refuse_unknown(lines, buyer)
            owner = self._seller(seller)
            store = site or owner.sites[0]
            if store not in owner.sites:
                raise DeedRefused(f"{owner.name} does not sell in {store}")
            bought = [self._line(owner, store, line) for line in lines]
            self._refuse_more_than_shown(owner, store, lines)
            who = {by for _, by in bought}
            if fulfilled_by is None and len(who) != 1:
                raise DeedRefused("an order is fulfilled by Amazon or by the merchant")
            someone = person(SITES[store], buyer)
            order = Order(
                order_id=self._world.orders.new_order_id(),
                seller_id=owner.seller_id,
                marketplace_id=store,
                currency=SITES[store].currency,
                status=("PENDING_AVAILABILITY" if preorder else "PENDING") if not paid else "UNSHIPPED",
                fulfilled_by=fulfilled_by or who.pop(),
                lines=[line for line, _ in bought],
                changes=[],
                buyer=someone,
                recipient=recipient(someone) if address else {},
                programs=list(programs or ()),
                tip=amount(tip, "tip"),
            )
            self._world.orders.by_id[order.order_id] = order
            changed(self._world, order, "New order placed")
            left = self._count_down(owner, store, lines)
            return {"orderId": order.order_id, "left": left}

    @deed
    def seed_orders(self, skus: list[str], **more: Any) -> Told:
        """One order per entry of `skus` (name a SKU twice for two), placed at once; `more` as in `buy`. Returns orderIds."""
        with self._world.lock:
            if "sku" in more:
                raise DeedRefused("its SKUs are told as skus")
            return {"orderIds": [self.buy(sku, **more)["orderId"] for sku in skus]}

    def _line(self, owner: Seller, site: str, told: Mapping[str, Any]) -> tuple[Line, FulfilledBy]:
        sku, quantity = str(told["sku"]), told.get("quantity", 1)
        if not isinstance(quantity, int) or quantity < 1:
            raise DeedRefused(f"{quantity} units of {sku}")
        offer = None if told.get("by_hand") else self._world.listings.offer(owner, sku, site)
        if offer is None and not told.get("by_hand"):
            raise DeedRefused(f"{sku} is not on sale in {site}")
        if offer is not None and not offer.buyable:
            raise DeedRefused(f"{sku} cannot be bought in {site}")
        price = told.get("price", offer.price if offer else "10.00")
        line = Line(
            item_id=self._world.orders.new_item_id(),
            sku=sku,
            asin=(offer.asin if offer else "") or "B0SIMULATE",
            title=str(told.get("title", offer.title if offer else f"Item {sku}")),
            quantity=quantity,
            unit_price=amount(price, "price"),
            shipping=amount(told.get("shipping", 0), "shipping"),
            gift_wrap=amount(told.get("gift_wrap", 0), "gift_wrap"),
            tax=amount(told.get("tax", 0), "tax"),
            discount=amount(told.get("discount", 0), "discount"),
            facilitated=bool(told.get("facilitated", False)),
            ioss_number=str(told.get("ioss_number", "")),
            gift_message=str(told.get("gift_message", "")),
        )
        if line.discount > line.items + line.shipping:
            raise DeedRefused("a discount is larger than what it is taken from")
        return line, offer.fulfilled_by if offer else "MERCHANT"

    def _refuse_more_than_shown(self, owner: Seller, site: str, lines: list[dict[str, Any]]) -> None:
        wanted: Counter[str] = Counter()
        for line in lines:
            if not line.get("by_hand"):
                wanted[str(line["sku"])] += int(line.get("quantity", 1))
        for sku, count in wanted.items():
            offer = self._world.listings.offer(owner, sku, site)
            if offer is not None and offer.quantity is not None and count > offer.quantity:
                raise DeedRefused(f"{sku} has {offer.quantity} on sale, asked for {count}")

    def _count_down(self, owner: Seller, site: str, lines: list[dict[str, Any]]) -> int | None:
        left = None
        for line in lines:
            if line.get("by_hand"):
                continue
            sku = str(line["sku"])
            self._world.listings.sold(owner, sku, int(line.get("quantity", 1)))
            offer = self._world.listings.offer(owner, sku, site)
            left = offer.quantity if offer else None
        return left

    @deed
    def pay_order(self, order_id: str) -> Told:
        """The payment of a PENDING order is authorised: it has prices and an address from now on, and may be shipped."""
        with self._world.lock:
            order = self._order(order_id)
            if order.priced:
                raise DeedRefused(f"{order_id} is {order.status}")
            order.status = "UNSHIPPED"
            changed(self._world, order, "Payment authorized")
            return {"orderId": order_id, "fulfillmentStatus": order.status}

    @deed
    def request_cancel(self, order_id: str, *, reason: str = "ORDER_CREATED_BY_MISTAKE", sku: str = "") -> Told:
        """The buyer asks to cancel: every line, or those of one SKU. The order goes on until somebody cancels it."""
        with self._world.lock:
            order = self._order(order_id)
            lines = [line for line in order.lines if sku in ("", line.sku) and line.unshipped]
            if not lines:
                raise DeedRefused(f"{order_id} has nothing that could be cancelled")
            for line in lines:
                line.cancel_reason = reason
            changed(self._world, order, "Buyer Requested Cancel", "BuyerRequestedChange")
            return {"orderId": order_id, "lines": [line.item_id for line in lines]}

    @deed
    def cancel_order(self, order_id: str, *, by: str = "MERCHANT") -> Told:
        """The order is cancelled: by the seller on Amazon's pages, by the buyer, or by Amazon (a payment that failed).

        What was PENDING comes back on sale; what the seller had to ship does not (Amazon counts nothing up for them).
        """
        with self._world.lock:
            order = self._order(order_id)
            if order.status in ("CANCELLED", "SHIPPED", "PARTIALLY_SHIPPED") or by not in CANCELLERS:
                raise DeedRefused(f"{order_id} is {order.status}, or {by} is nobody")
            owner = self._owner_of(order)
            for line in order.lines:
                line.cancelled_by = by
                if not order.priced and self._world.listings.offer(owner, line.sku, order.marketplace_id):
                    self._world.listings.sold(owner, line.sku, -line.quantity)
            order.status = "CANCELLED"
            changed(self._world, order, f"Canceled by {by.lower()}")
            return {"orderId": order_id, "fulfillmentStatus": order.status}

    @deed
    def ship_order(
        self,
        order_id: str,
        *,
        lines: list[dict[str, Any]] | None = None,
        carrier: str = "UPS",
        tracking: str = "",
        reference: str = "",
    ) -> Told:
        """The seller ships on Amazon's pages, or Amazon ships: all that is left, or `lines` (`[{"orderItemId", "quantity"}]`)."""
        with self._world.lock:
            order = self._order(order_id)
            if not order.priced or order.status == "CANCELLED":
                raise DeedRefused(f"{order_id} is {order.status}")
            rest = {line.item_id: line.unshipped for line in order.lines if line.unshipped}
            if not rest:
                raise DeedRefused(f"{order_id} has nothing left to ship")
            number = reference or str(9_000_000 + len(order.packages))
            try:
                items = rest if lines is None else items_of(lines)
                shipment = Shipment(number, carrier, "Standard", tracking, self._world.now(), items)
                ship(self._world, order, shipment)
            except AmazonError as error:
                raise DeedRefused(str(error)) from None
            return {"orderId": order_id, "packageReferenceId": number, "fulfillmentStatus": order.status}

    @deed
    def refuse_data(self, region: str, values: list[str]) -> Told:
        """From now on a region refuses these values of `includedData` (none: it refuses no more)."""
        with self._world.lock:
            if region not in REGIONS or not set(values) <= set(DATA_SETS):
                raise DeedRefused(f"no region {region}, or a value outside of {DATA_SETS}")
            self._world.orders.refused_data[region] = set(values)
            return {"region": region, "values": sorted(values)}

    @deed
    def refuse_personal_data(self, *, on: bool = True) -> Told:
        """Without the role, asking for personal data is an error (400) from now on, instead of being left out."""
        with self._world.lock:
            self._world.orders.personal_data_is_refused = on
            return {"refused": on}

    @deed
    def set_order_lag(self, seconds: Seconds) -> Told:
        """How long searchOrders does not know of new orders and of changes; getOrder always does."""
        with self._world.lock:
            self._world.orders.lag = timedelta(seconds=seconds)
            return {"seconds": seconds}

    def _order(self, order_id: str) -> Order:
        self._world.catch_up()
        try:
            return self._world.orders.by_id[order_id]
        except KeyError:
            raise DeedRefused(f"no order {order_id}") from None

    def _owner_of(self, order: Order) -> Seller:
        return next(one for one in self._world.sellers.values() if one.seller_id == order.seller_id)
