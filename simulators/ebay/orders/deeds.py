"""Deeds around orders: buyers check out and pay, ask to cancel, and the seller ships or cancels on the site itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from simulators.ebay.errors import EbayError
from simulators.ebay.oauth import TokenService
from simulators.ebay.offers import listings
from simulators.ebay.orders import purchases
from simulators.ebay.orders.baskets import (
    INSTRUCTIONS,
    LINE_FIELDS,
    Basket,
    Purchase,
    known_buyer,
    line_price,
    wallet_of,
    with_shared_delivery,
)
from simulators.ebay.orders.parcels import pack
from simulators.ebay.orders.refunds import refund_on_site
from simulators.ebay.orders.traps import ship_rest
from simulators.ebay.sites import SITES, Site
from simulators.ebay.state import Listing, Offer, Order, Seller
from simulators.ebay.world import World
from simulators.kit.amounts import amount as money_of
from simulators.kit.deeds import DeedRefused, Seconds, Told, deed
from simulators.kit.seller_deeds import SellerDeeds


class OrderDeeds(SellerDeeds[World, TokenService, Seller]):
    """Each marked method is one deed. All hold the lock and raise `DeedRefused` without having changed anything."""

    LINE_FIELDS = LINE_FIELDS

    @deed
    def checkout(
        self,
        lines: list[dict[str, Any]],
        *,
        marketplace: str = "",
        seller: str = "",
        paid: bool = True,
        tax_id: str = "",
        delivery_cost: Any = 0,
        delivery_discount: Any = 0,
        adjustment: Any = 0,
        buyer: Mapping[str, str] | None = None,
        address: bool = True,
        buyer_currency: str = "",
        rate: Any = 1,
        notes: str = "",
        instructions: str = "SHIP_TO",
        global_shipping: bool = False,
    ) -> Told:
        """A buyer takes several lines of one seller and site in one order; it stands whole or not at all.

        A line has `sku` and `quantity`, perhaps the amounts of `LINE_FIELDS`; `by_hand` marks one whose listing
        the seller made on the site by hand (any SKU or "", with `price` and `title`). Every listing counts itself down
        at once, and so does the item. Returns orderId, and listingId and the quantity left of the last line.
        """
        with self._world.lock:
            if not lines or instructions not in INSTRUCTIONS:
                raise DeedRefused(f"an order has lines, and is one of {INSTRUCTIONS}")
            if any("sku" not in line for line in lines):
                raise DeedRefused("a line has a sku")
            spread = with_shared_delivery(lines, delivery_cost, delivery_discount)
            owner, site = self._place_of(spread, marketplace, seller)
            basket = Basket(
                site=site,
                purchases=[self._purchase(line, owner, site) for line in spread],
                wallet=wallet_of(site, buyer_currency, rate),
                adjustment=money_of(adjustment, "adjustment", negative=True),
                paid=paid,
                tax_id=tax_id,
                notes=notes,
                instructions=instructions,
                address=address,
                global_shipping=global_shipping,
                buyer=known_buyer(buyer),
            )
            self._refuse_more_than_shown(owner, basket.purchases)
            return self._place(owner, basket)

    def _place(self, owner: Seller, basket: Basket) -> Told:
        order = purchases.place_order(self._world, owner, basket)
        for purchase in basket.purchases:
            self._count_down(owner, purchase)
        last, line = basket.purchases[-1], order.data["lineItems"][-1]
        left = owner.shown_quantity(last.offer) if last.offer else None
        return {"orderId": order.order_id, "listingId": line["legacyItemId"], "left": left}

    @deed
    def seed_orders(
        self, skus: list[str], *, marketplace: str = "", seller: str = "", quantity: int = 1, **more: Any
    ) -> Told:
        """One order per entry of `skus` (name a SKU twice for two), placed at once; `more` as in `buy`. Returns orderIds.

        They stand all or not at all.
        """
        with self._world.lock:
            if "sku" in more:
                raise DeedRefused("its SKUs are told as skus")
            for sku, count in Counter(skus).items():
                owner, offer, _ = self._live_offer(sku, marketplace, seller)
                wanted, shown = count * quantity, owner.shown_quantity(offer)
                if wanted > shown:
                    raise DeedRefused(f"{sku} has {shown} on sale, asked for {wanted}")
            more |= {"marketplace": marketplace, "seller": seller, "quantity": quantity}
            return {"orderIds": [self.buy(sku, **more)["orderId"] for sku in skus]}

    def _place_of(self, lines: list[dict[str, Any]], marketplace: str, seller: str) -> tuple[Seller, Site]:
        """The one seller and site of all lines. Lines by hand follow the others, or the names given."""
        found = [self._live_offer(line["sku"], marketplace, seller) for line in lines if not line.get("by_hand")]
        owners = {owner.username for owner, _, _ in found} or {self._seller(seller).username}
        owner = self._seller(owners.pop())
        site = marketplace or owner.registration_marketplace_id
        sites = {offer.marketplace_id for _, offer, _ in found} or {site}
        if owners or len(sites) != 1 or not sites <= set(SITES):
            raise DeedRefused("an order has SKUs of one seller and one site")
        return owner, SITES[sites.pop()]

    def _purchase(self, line: Mapping[str, Any], owner: Seller, site: Site) -> Purchase:
        sku, quantity = str(line["sku"]), int(line.get("quantity", 1))
        if quantity < 1:
            raise DeedRefused(f"{quantity} units of {sku}")
        if line.get("by_hand"):
            price = line_price(line, money_of(line.get("price", "10.00"), "price"), quantity)
            return Purchase(sku, str(line.get("title", f"Item {sku}")), quantity, price)
        _, offer, listing = self._live_offer(sku, site.marketplace_id, owner.username)
        unit = line.get("price", (offer.price or {"value": "0"})["value"])
        return Purchase(
            sku, listing.title, quantity, line_price(line, money_of(unit, "price"), quantity), offer, listing
        )

    @staticmethod
    def _refuse_more_than_shown(owner: Seller, bought: list[Purchase]) -> None:
        wanted: Counter[str] = Counter()
        for purchase in bought:
            if purchase.offer is None or purchase.listing is None:
                continue
            wanted[purchase.sku] += purchase.quantity
            shown = owner.shown_quantity(purchase.offer)
            if wanted[purchase.sku] > shown or purchase.listing.on_hold:
                raise DeedRefused(f"{purchase.sku} has {shown} on sale, asked for {wanted[purchase.sku]}")

    def _count_down(self, owner: Seller, purchase: Purchase) -> None:
        offer, listing = purchase.offer, purchase.listing
        if offer is None or listing is None:
            return
        item = owner.items[offer.sku]
        item.quantity = max(0, item.quantity - purchase.quantity)
        if offer.data.get("availableQuantity") is not None:
            offer.data["availableQuantity"] = max(0, int(offer.data["availableQuantity"]) - purchase.quantity)
        offer.sold += purchase.quantity
        listings.settle_after_sale(self._world, owner, listing)

    @deed
    def pay_order(self, order_id: str) -> Told:
        """The payment of an order placed with `paid=False` arrives."""
        with self._world.lock:
            seller, order = self._owned_order(order_id)
            if order.data["orderPaymentStatus"] not in ("PENDING", "FAILED"):
                raise DeedRefused(f"{order_id} is {order.data['orderPaymentStatus']}")
            purchases.pay(self._world, seller, order)
            return {"orderId": order_id, "orderPaymentStatus": "PAID"}

    @deed
    def pay_together(self, order_ids: list[str]) -> Told:
        """Unpaid orders of one buyer are paid with one payment, or one alone: they come back as one order with a new id."""
        with self._world.lock:
            owned = [self._owned_order(order_id) for order_id in dict.fromkeys(order_ids)]
            if not owned or len({seller.username for seller, _ in owned}) != 1:
                raise DeedRefused("orders of one seller are paid together")
            orders = [order for _, order in owned]
            if any(order.data["orderPaymentStatus"] != "PENDING" for order in orders):
                raise DeedRefused("only unpaid orders are paid together")
            paid = purchases.pay_together(self._world, owned[0][0], orders)
            return {"orderId": paid.order_id, "orderPaymentStatus": "PAID"}

    @deed
    def fail_payment(self, order_id: str) -> Told:
        """The payment of an unpaid order fails; `pay_order` may follow."""
        with self._world.lock:
            order = self._order(order_id)
            if order.data["orderPaymentStatus"] != "PENDING":
                raise DeedRefused(f"{order_id} is {order.data['orderPaymentStatus']}")
            purchases.fail_payment(self._world, order)
            return {"orderId": order_id, "orderPaymentStatus": "FAILED"}

    @deed
    def request_cancel(self, order_id: str, *, by: str = "BUYER", reason: str = "ORDERED_BY_MISTAKE") -> Told:
        """The buyer asks to cancel; only getOrder shows the request."""
        with self._world.lock:
            order = self._order(order_id)
            if order.data["cancelStatus"]["cancelState"] != "NONE_REQUESTED":
                raise DeedRefused(f"{order_id} has a cancellation already")
            purchases.request_cancel(self._world, order, by=by, reason=reason)
            return {"orderId": order_id, "cancelState": "IN_PROGRESS"}

    @deed
    def refuse_cancel(self, order_id: str) -> Told:
        """The seller refuses the open request on the site; the order goes on."""
        with self._world.lock:
            order = self._order(order_id)
            if order.data["cancelStatus"]["cancelState"] != "IN_PROGRESS":
                raise DeedRefused(f"{order_id} has no open request")
            purchases.refuse_cancel(self._world, order)
            return {"orderId": order_id, "cancelState": "NONE_REQUESTED"}

    @deed
    def cancel_order(self, order_id: str) -> Told:
        """The order is cancelled (by the seller on the site) and refunded."""
        with self._world.lock:
            order = self._order(order_id)
            if order.data["cancelStatus"]["cancelState"] == "CANCELED":
                raise DeedRefused(f"{order_id} is cancelled already")
            purchases.cancel(self._world, order)
            return {"orderId": order_id, "cancelState": "CANCELED"}

    @deed
    def refund_order(
        self, order_id: str, *, amount: Any = None, line: str = "", currency: str = "", failed: bool = False
    ) -> Told:
        """The seller refunds on the site, without cancelling: the order's total, or `amount`; for one line
        where `line` names it by id or SKU. Whether it was ever paid, and in that currency, is not checked. `failed`: eBay could not do it."""
        with self._world.lock:
            order = self._order(order_id)
            lines = {one["lineItemId"]: one for one in order.data["lineItems"]}
            named = [id for id, one in lines.items() if line in (id, one.get("sku"))] if line else [""]
            if len(named) != 1 or order.data["orderPaymentStatus"] in ("PENDING", "FAILED"):
                raise DeedRefused(f"{order_id} has {len(named)} lines {line}, or is not paid")
            whole = lines[named[0]]["lineItemCost"] if line else order.data["pricingSummary"]["total"]
            back = whole["value"] if amount is None else money_of(amount, "amount", negative=True)
            reference = refund_on_site(self._world, order, back, named[0], currency, failed=failed)
            status = order.data["orderPaymentStatus"]
            return {"orderId": order_id, "refundReferenceId": reference, "orderPaymentStatus": status}

    @deed
    def ship_order(
        self, order_id: str, *, lines: list[dict[str, Any]] | None = None, carrier: str = "", tracking: str = ""
    ) -> Told:
        """The seller ships on the site by hand: all that is left, or `lines` (`[{"lineItemId", "quantity"}]`)."""
        with self._world.lock:
            order = self._order(order_id)
            try:
                if lines is None:
                    package = ship_rest(self._world, order, carrier=carrier, tracking=tracking)
                else:
                    sent = {"lineItems": lines, "shippingCarrierCode": carrier, "trackingNumber": tracking}
                    package = pack(self._world, order, sent)
            except EbayError as error:
                raise DeedRefused(str(error)) from None
            status = order.data["orderFulfillmentStatus"]
            return {"orderId": order_id, "fulfillmentId": package["fulfillmentId"], "status": status}

    @deed
    def set_order_lag(self, seconds: Seconds) -> Told:
        """How long getOrders does not know of new orders and of changes (its index lags behind eBay's own orders)."""
        with self._world.lock:
            self._world.order_lag = timedelta(seconds=seconds)
            return {"seconds": seconds}

    @deed
    def set_order_sort(self, *, newest_first: bool) -> Told:
        """Turn the order of getOrders around; oldest first is the documented one."""
        with self._world.lock:
            self._world.newest_orders_first = newest_first
            return {"newestFirst": newest_first}

    def _order(self, order_id: str) -> Order:
        return self._owned_order(order_id)[1]

    def _owned_order(self, order_id: str) -> tuple[Seller, Order]:
        for seller in self._world.sellers.values():
            if order_id in seller.orders:
                return seller, seller.orders[order_id]
        raise DeedRefused(f"no order {order_id}")

    def _live_offer(self, sku: str, marketplace: str, seller: str) -> tuple[Seller, Offer, Listing]:
        self._world.catch_up()
        owners = [self._seller(seller)] if seller else list(self._world.sellers.values())
        found = [
            (owner, offer, owner.listings[offer.listing_id])
            for owner in owners
            for offer in owner.offers_for(sku)
            if offer.listing_id and marketplace in ("", offer.marketplace_id)
        ]
        if len(found) != 1:
            raise DeedRefused(f"{len(found)} live offers of {sku}: name the site and the seller")
        return found[0]
