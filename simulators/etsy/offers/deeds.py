"""Deeds around listings: what the seller does in their shop's own pages, and what Etsy does to a listing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from itertools import product as combinations_of
from typing import Any, Literal

from simulators.etsy.errors import EtsyError
from simulators.etsy.offers.fields import blank_content, when_made
from simulators.etsy.offers.state import Image, Listing, Product, State, Value
from simulators.etsy.offers.states import activate, deactivate, set_state, touch, watch
from simulators.etsy.seller_deeds import SellerDeeds
from simulators.etsy.state import Seller
from simulators.etsy.taxonomy import CANDLES, NODES, properties_of
from simulators.kit.deeds import Count, DeedRefused, Seconds, Told, deed


class OfferDeeds(SellerDeeds):
    """Each marked method is one deed. All hold the lock and raise `DeedRefused` without having changed anything."""

    @deed
    def seed_listings(
        self,
        seller: str,
        skus: list[str],
        *,
        quantity: Count = 5,
        price: str = "10.00",
        state: State = "active",
        taxonomy_id: int = CANDLES,
    ) -> Told:
        """Listings that the seller made by hand, one for each SKU, without variations."""
        with self._world.lock:
            owner, amount = self._seller(seller), _amount(price)
            return {"listingIds": [self._seed(owner, sku, quantity, amount, state, taxonomy_id) for sku in skus]}

    @deed
    def seed_group(
        self,
        seller: str,
        skus: dict[str, str],
        *,
        property_id: int = 200,
        quantity: Count = 5,
        price: str = "10.00",
        taxonomy_id: int = CANDLES,
    ) -> Told:
        """One listing by hand whose variations differ by one property: `skus` tells the value of each. Quantity and SKU vary by it."""
        with self._world.lock:
            owner = self._seller(seller)
            property = properties_of(taxonomy_id).get(property_id)
            if property is None or not skus:
                raise DeedRefused(f"a listing of {taxonomy_id} has no property {property_id}")
            listing_id = self._seed(owner, next(iter(skus)), quantity, _amount(price), "active", taxonomy_id)
            listing = self._world.listings[listing_id]
            [first] = listing.products
            new, named = self._world.new_id, property.name
            listing.products = [
                replace(
                    first,
                    product_id=new(),
                    offering_id=new(),
                    sku=sku,
                    values=(Value(property_id, named, (new(),), (text,)),),
                )
                for sku, text in skus.items()
            ]
            listing.sku_on = listing.quantity_on = listing.price_on = (property_id,)
            return {"listingId": listing_id}

    def _seed(self, owner: Seller, sku: str, quantity: int, price: Decimal, state: State, taxonomy_id: int) -> int:
        if taxonomy_id not in NODES:
            raise DeedRefused(f"no node {taxonomy_id}")
        now, new = self._world.now(), self._world.new_id
        content = {
            **blank_content(),
            "title": sku.title(),
            "description": sku,
            "who_made": "i_did",
            "when_made": when_made(now.year)[0],
            "is_supply": False,
            "taxonomy_id": taxonomy_id,
            "shipping_profile_id": next(iter(owner.profiles)),
            "return_policy_id": next(iter(owner.policies)),
        }
        days = 0 if state == "expired" else self._world.limits.number("listing_days")
        ends = now + timedelta(days=days)
        listing = Listing(new(), owner.shop_id, state, content, now, now, now, ends, ever_live=state != "draft")
        readiness = next(iter(owner.readiness))
        listing.products = [Product(new(), new(), sku, (), price, quantity, readiness_id=readiness)]
        listing.images = [Image(new(), 1, "", "jpg", 1000, now)]
        self._world.listings[listing.listing_id] = listing
        watch(self._world, listing)
        self._world.made += 1
        return listing.listing_id

    @deed
    def change_quantity(self, sku: str, quantity: Count, *, seller: str = "") -> Told:
        """The seller sets the stock of a variation by hand. The last one at 0 sells the listing out."""
        return self._edit(sku, seller, lambda one: setattr(one, "quantity", quantity))

    @deed
    def change_price(self, sku: str, price: str, *, seller: str = "") -> Told:
        amount = _amount(price)
        return self._edit(sku, seller, lambda one: setattr(one, "price", amount))

    @deed
    def change_sku(self, sku: str, to: str, *, seller: str = "") -> Told:
        return self._edit(sku, seller, lambda one: setattr(one, "sku", to))

    @deed
    def hide_variation(self, sku: str, *, on: bool = True, seller: str = "") -> Told:
        """The seller takes a variation out of what buyers see, or puts it back."""
        return self._edit(sku, seller, lambda one: setattr(one, "enabled", not on))

    @deed
    def remove_variation(self, sku: str, *, seller: str = "") -> Told:
        """The seller deletes a variation; where there are two properties, they hide it. The last one stays."""
        with self._world.lock:
            _, listing, gone = self._found(sku, seller)
            if len(listing.products) == 1:
                raise DeedRefused(f"{sku} is the only product of its listing")
            if len(gone.values) > 1:
                gone.enabled, gone.quantity = False, 0
            else:
                gone.deleted = True
                listing.products.remove(gone)
                listing.gone_products.append(gone)
            self._settle(listing)
            return {"listingId": listing.listing_id}

    @deed
    def add_variation(
        self, sku: str, like: str, values: list[str], *, quantity: Count = 5, price: str = "", seller: str = ""
    ) -> Told:
        """The seller adds a variation beside one that is there (`like`): `values` are those of its properties, in their order."""
        with self._world.lock:
            _, listing, sample = self._found(like, seller)
            if len(values) != len(sample.values) or not values:
                raise DeedRefused(f"{like} differs by {len(sample.values)} properties")
            ids = {(property_id, text): id for (property_id, id), text in listing.value_texts.items()}
            told = tuple(
                replace(one, values=(text,), value_ids=(ids.get((one.property_id, text)) or self._world.new_id(),))
                for one, text in zip(sample.values, values, strict=True)
            )
            if any(
                [one.values for one in product.values] == [one.values for one in told] for product in listing.products
            ):
                raise DeedRefused(f"there is a variation {values} already")
            new = self._world.new_id
            amount = _amount(price) if price else sample.price
            listing.products.append(
                Product(new(), new(), sku, told, amount, quantity, readiness_id=sample.readiness_id)
            )
            self._complete(listing)
            touch(self._world, listing)
            return {"listingId": listing.listing_id}

    def _complete(self, listing: Listing) -> None:
        """Add the combinations of values that are not there yet, hidden and without stock, as Etsy's form does."""
        there = {one.values for one in listing.products}
        sample, new = listing.products[0], self._world.new_id
        choices = [
            list(dict.fromkeys(one.values[place] for one in listing.products)) for place in range(len(sample.values))
        ]
        for values in combinations_of(*choices):
            if values not in there:
                more = Product(new(), new(), "", values, sample.price, 0, False, sample.readiness_id)
                listing.products.append(more)

    @deed
    def edit_listing(self, listing_id: int, fields: dict[str, Any]) -> Told:
        """The seller changes fields of a listing by hand, by their names in `ShopListing`: title, description, tags …"""
        with self._world.lock:
            listing = self._listing(listing_id)
            if unknown := sorted(set(fields) - set(listing.content)):
                raise DeedRefused(f"a listing has no {', '.join(unknown)}")
            listing.content = {**listing.content, **fields}
            touch(self._world, listing)
            return {"listingId": listing_id}

    @deed
    def add_image(self, listing_id: int, *, alt_text: str = "by hand") -> Told:
        """The seller uploads a picture by hand, behind the others."""
        with self._world.lock:
            listing = self._listing(listing_id)
            rank = len(listing.shown_images) + 1
            image = Image(self._world.new_id(), rank, alt_text, "jpg", 1000, self._world.now())
            listing.images.append(image)
            touch(self._world, listing)
            return {"listingImageId": image.image_id}

    @deed
    def set_listing_state(self, listing_id: int, state: Literal["active", "inactive", "expired", "sold_out"]) -> Told:
        """The seller publishes, pauses or renews a listing by hand; or it expires, or is sold out."""
        with self._world.lock:
            listing = self._listing(listing_id)
            owner = self._world.shop(listing.shop_id)
            try:
                if state == "active":
                    activate(self._world, owner, listing)
                elif state == "inactive":
                    deactivate(self._world, listing)
                else:
                    set_state(self._world, listing, state)
                    listing.ends_at = self._world.now() if state == "expired" else listing.ends_at
            except EtsyError as refused:
                raise DeedRefused(str(refused)) from None
            return {"listingId": listing_id, "state": listing.state}

    @deed
    def delete_listing(self, listing_id: int) -> Told:
        """The seller deletes a listing, or Etsy removes it."""
        with self._world.lock:
            self._listing(listing_id)
            del self._world.listings[listing_id]
            return {"listingId": listing_id}

    @deed
    def freeze_listing(self, listing_id: int, how: Literal["", "silent", "loud"] = "silent") -> Told:
        """Etsy lets nobody edit it any more: it answers as if it had (`silent`), or refuses (`loud`)."""
        with self._world.lock:
            self._listing(listing_id).frozen = how
            return {"listingId": listing_id, "frozen": how}

    @deed
    def expire_in(self, listing_id: int, seconds: Seconds) -> Told:
        """Let a listing's four months end in so many simulated seconds."""
        with self._world.lock:
            listing = self._listing(listing_id)
            listing.ends_at = self._world.pace.after(self._world.now(), seconds)
            watch(self._world, listing)
            return {"listingId": listing_id}

    def _edit(self, sku: str, seller: str, act: Callable[[Product], None]) -> Told:
        with self._world.lock:
            self._world.catch_up()
            _, listing, product = self._found(sku, seller)
            act(product)
            self._settle(listing)
            return {"listingId": listing.listing_id, "state": listing.state}

    def _settle(self, listing: Listing) -> None:
        """An active listing of which nothing is left is sold out."""
        touch(self._world, listing)
        if listing.state == "active" and listing.quantity == 0:
            set_state(self._world, listing, "sold_out")

    def _listing(self, listing_id: int) -> Listing:
        found = self._world.listings.get(listing_id)
        if found is None:
            raise DeedRefused(f"no listing {listing_id}")
        return found

    def _found(self, sku: str, seller: str = "") -> tuple[Seller, Listing, Product]:
        """The newest listing that has the SKU: what is live first."""
        owner = self._seller(seller) if seller or len(self._world.sellers) == 1 else None
        theirs = [one for one in self._world.listings.values() if owner is None or one.shop_id == owner.shop_id]
        theirs.sort(key=lambda one: (one.state == "active", one.listing_id), reverse=True)
        for listing in theirs:
            product = listing.product(sku)
            if product is not None:
                return self._world.shop(listing.shop_id), listing, product
        raise DeedRefused(f"nothing has the SKU {sku}")


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(0)
    if not amount.is_finite() or amount <= 0 or amount != round(amount, 2):
        raise DeedRefused(f"{text} is no price")
    return amount.quantize(Decimal("0.01"))
