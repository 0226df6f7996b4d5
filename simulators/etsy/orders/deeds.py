"""Deeds around orders: buyers check out and pay, the seller ships, cancels and refunds in Etsy's own pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from simulators.etsy.offers.deeds import OfferDeeds
from simulators.etsy.offers.state import Listing, Product
from simulators.etsy.offers.states import expire, set_state, sold, touch
from simulators.etsy.orders.baskets import LINE_FIELDS, amount, person, refuse_unknown
from simulators.etsy.orders.shipping import ship
from simulators.etsy.orders.state import Receipt, Refund, Transaction
from simulators.etsy.state import Seller
from simulators.kit.deeds import DeedRefused, Told, deed

_Bought = tuple[Transaction, Listing | None, Product | None]


class OrderDeeds(OfferDeeds):
    """Each marked method is one deed. All hold the lock and raise `DeedRefused` without having changed anything."""

    LINE_FIELDS = LINE_FIELDS

    @deed
    def checkout(
        self,
        lines: list[dict[str, Any]],
        *,
        seller: str = "",
        paid: bool = True,
        processing: bool = False,
        buyer: Mapping[str, str] | None = None,
        address: bool = True,
        shipping: Any = "4.90",
        tax: Any = 0,
        vat: Any = 0,
        gift_wrap: Any = 0,
        gift_message: str = "",
        gift_sender: str = "",
        message: str = "",
    ) -> Told:
        """A buyer takes several lines of one shop in one order; it stands whole or not at all.

        A line has `sku` and `quantity`, perhaps others of `baskets.LINE_FIELDS`: `personal` are answers by question, `by_hand` marks
        one that is not looked for. Stock counts down at once, paid or not. Without `address` Etsy shows the app none.
        Returns receiptId, and the quantity left of the last line.
        """
        with self._world.lock:
            owner, now, new = self._seller(seller), self._world.now(), self._world.new_id
            refuse_unknown(lines, buyer)
            bought = self._basket(owner, lines)
            receipt = Receipt(
                new(),
                new(),
                owner.shop_id,
                new(),
                person(owner.country, buyer),
                owner.currency,
                [line for line, _, _ in bought],
                now,
                now,
                shipping=amount(shipping, "shipping"),
                tax=amount(tax, "tax"),
                vat=amount(vat, "vat"),
                gift_wrap=amount(gift_wrap, "gift_wrap"),
                is_gift=bool(gift_message or gift_wrap),
                gift_message=gift_message,
                gift_sender=gift_sender,
                message=message,
                address=address,
                paid_at=now if paid else None,
                processing=processing,
            )
            return {"receiptId": receipt.receipt_id, "left": self._placed(owner, receipt, bought)}

    @deed
    def seed_orders(self, skus: list[str], **more: Any) -> Told:
        """One order per entry of `skus` (name a SKU twice for two), placed at once; `more` as in `buy`. Returns receiptIds."""
        with self._world.lock:
            if "sku" in more:
                raise DeedRefused("its SKUs are told as skus")
            return {"receiptIds": [self.buy(sku, **more)["receiptId"] for sku in skus]}

    def _basket(self, owner: Seller, lines: list[dict[str, Any]]) -> list[_Bought]:
        """The lines with what they take. Raises DeedRefused for what is not there, or not so often."""
        self._world.catch_up()
        expire(self._world)
        bought = [self._line(owner, line) for line in lines]
        self._refuse_more_than_there_is(bought)
        return bought

    def _placed(self, owner: Seller, receipt: Receipt, bought: list[_Bought]) -> int:
        """The order stands: its units are gone, and apps are told. Returns how many are left of the last line's product."""
        self._world.receipts[receipt.receipt_id] = receipt
        left = self._count_down(owner, bought)
        if receipt.paid_at is not None:
            self._world.happened("order.paid", receipt)
        return left

    def _line(self, owner: Seller, line: Mapping[str, Any]) -> _Bought:
        sku, quantity = str(line["sku"]), line.get("quantity", 1)
        found = None if line.get("by_hand") else self._on_sale(owner, sku)
        if found is None and not line.get("by_hand"):
            raise DeedRefused(f"{sku} is not on sale at {owner.name}'s")
        listing, product = found or (None, None)
        price = product.price if product and "price" not in line else amount(line.get("price", "10.00"), "price")
        image = next((one.image_id for one in listing.shown_images), None) if listing else None
        told = Transaction(
            self._world.new_id(),
            listing.listing_id if listing else line.get("listing_id"),
            product.product_id if product else None,
            sku,
            str(line.get("title", listing.title if listing else sku.title())),
            quantity,
            price,
            product.values if product else (),
            tuple((str(question), str(words)) for question, words in dict(line.get("personal", {})).items()),
            image_id=image,
            profile_id=listing.content["shipping_profile_id"] if listing else None,
            personalizable=bool(listing and listing.personalization),
            coupon=amount(line.get("coupon", 0), "coupon"),
        )
        return told, listing, product

    def _on_sale(self, owner: Seller, sku: str) -> tuple[Listing, Product] | None:
        for listing in self._world.listings.values():
            product = listing.product(sku)
            if listing.shop_id == owner.shop_id and listing.state == "active" and product and product.enabled:
                return listing, product
        return None

    def _refuse_more_than_there_is(self, bought: list[_Bought]) -> None:
        wanted = Counter[int]()
        for line, _, product in bought:
            if product is not None:
                wanted[product.product_id] += line.quantity
        for line, _, product in bought:
            if product is not None and wanted[product.product_id] > product.quantity:
                raise DeedRefused(f"there are {product.quantity} of {line.sku}")

    def _count_down(self, owner: Seller, bought: list[_Bought]) -> int:
        """Take the units of each line away: from all products where the listing has one stock for all of them."""
        left = 0
        for line, listing, product in bought:
            if listing is None or product is None:
                continue
            same = [one for one in listing.products if one.of(listing.quantity_on) == product.of(listing.quantity_on)]
            for one in same:
                one.quantity -= line.quantity
            left = product.quantity
        for listing in {one.listing_id: one for _, one, _ in bought if one is not None}.values():
            units = sum(line.quantity for line, one, _ in bought if one is listing)
            sold(self._world, owner, listing, units)
        return left

    @deed
    def pay_order(self, receipt_id: int) -> Told:
        """The buyer's money arrives."""
        with self._world.lock:
            receipt = self._receipt(receipt_id)
            if receipt.paid_at is None:
                receipt.paid_at = receipt.updated_at = self._world.now()
                self._world.happened("order.paid", receipt)
            return receipt.told()

    @deed
    def cancel_order(self, receipt_id: int, *, restock: bool = False) -> Told:
        """The seller cancels an order in Etsy's pages, or an unpaid one ends on its own; what was paid is refunded. `restock` puts
        the units back for sale."""
        with self._world.lock:
            receipt = self._receipt(receipt_id)
            if receipt.cancelled:
                raise DeedRefused(f"{receipt_id} is cancelled already")
            rest = receipt.total - receipt.refunded
            if receipt.paid_at is not None and rest:
                self._give_back(receipt, amount(rest, "amount"), "CANCELED", "")
            receipt.cancelled = True
            receipt.updated_at = self._world.now()
            if restock:
                self._put_back(receipt)
            self._world.happened("order.canceled", receipt)
            return receipt.told()

    def _put_back(self, receipt: Receipt) -> None:
        for line in receipt.transactions:
            listing = self._world.listings.get(line.listing_id or 0)
            product = listing.product(line.sku) if listing else None
            if listing is None or product is None:
                continue
            product.quantity += line.quantity
            touch(self._world, listing)
            if listing.state == "sold_out":
                set_state(self._world, listing, "active")

    @deed
    def refund_order(
        self, receipt_id: int, *, part: str = "", reason: str = "REFUND", note: str = "by the seller"
    ) -> Told:
        """The seller refunds `part` of the money to the buyer, or all that is left."""
        with self._world.lock:
            receipt = self._receipt(receipt_id)
            rest = receipt.total - receipt.refunded
            back = amount(part, "part") if part else rest
            if receipt.paid_at is None or not 0 < back <= rest:
                raise DeedRefused(f"{rest} of {receipt_id} can be refunded, if it is paid")
            self._give_back(receipt, back, reason, note)
            return receipt.told()

    def _give_back(self, receipt: Receipt, back: Any, reason: str, note: str) -> None:
        now = self._world.now()
        receipt.refunds.append(Refund(self._world.new_id(), now, back, reason, note))
        receipt.updated_at = now

    @deed
    def ship_order(self, receipt_id: int, *, carrier: str = "USPS", tracking: str = "") -> Told:
        """The seller ships by hand in Etsy's pages."""
        with self._world.lock:
            receipt = self._receipt(receipt_id)
            ship(self._world, receipt, tracking, carrier if tracking else "")
            return receipt.told()

    @deed
    def deliver_order(self, receipt_id: int) -> Told:
        """The parcel arrives."""
        with self._world.lock:
            receipt = self._receipt(receipt_id)
            receipt.delivered = True
            receipt.updated_at = self._world.now()
            self._world.happened("order.delivered", receipt)
            return receipt.told()

    @deed
    def touch_order(self, receipt_id: int) -> Told:
        """Something of an order changes that no app is told: its time of change alone."""
        with self._world.lock:
            receipt = self._receipt(receipt_id)
            receipt.updated_at = self._world.now()
            return receipt.told()

    def _receipt(self, receipt_id: int) -> Receipt:
        found = self._world.receipts.get(receipt_id)
        if found is None:
            raise DeedRefused(f"no order {receipt_id}")
        return found
