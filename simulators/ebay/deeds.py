"""What people and eBay itself do, outside the API: buy, edit on the site, revoke, suspend. Python first, JSON by the door."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulators.ebay import accounts
from simulators.ebay.errors import EbayError
from simulators.ebay.hub_deeds import HubDeeds
from simulators.ebay.notice_deeds import NoticeDeeds
from simulators.ebay.offers import auctions, checks, listings, publishing
from simulators.ebay.offers.seeding import seed_listings
from simulators.ebay.orders.deeds import OrderDeeds
from simulators.ebay.sites import SITES
from simulators.ebay.state import OUT_OF_STOCK_CONTROL, SELLING_POLICY_MANAGEMENT, Listing, Seller, SellingLimit
from simulators.kit.amounts import amount
from simulators.kit.deeds import DeedRefused, deed
from simulators.kit.times import iso


class Deeds(OrderDeeds, HubDeeds, NoticeDeeds):
    """Each method is one deed; the JSON door calls it by its name with the same arguments.

    All of them hold the world's lock, land late changes first, and raise `DeedRefused` without having changed anything.
    """

    @deed
    def add_seller(
        self,
        username: str,
        *,
        refresh_token: str = "",
        marketplaces: tuple[str, ...] | list[str] = ("EBAY_US",),
        out_of_stock_control: bool = True,
        selling_limit: Mapping[str, Any] | None = None,
        locations: tuple[str, ...] | list[str] = ("main",),
    ) -> dict[str, Any]:
        """A seller ready to sell on `marketplaces`: refresh token admitted, one policy of each kind per site, locations.

        Returns username, refreshToken, and per site its policy ids. Saying it twice for one name is refused.
        """
        with self._world.lock:
            self._refuse_name(username)
            if not marketplaces or not set(marketplaces) <= set(SITES):
                raise DeedRefused(f"unknown site among {list(marketplaces)}")
            programs = {SELLING_POLICY_MANAGEMENT} | ({OUT_OF_STOCK_CONTROL} if out_of_stock_control else set())
            seller = Seller(
                username,
                f"U{self._world.random.getrandbits(40):010X}",
                refresh_token or self._world.token("r"),
                marketplaces[0],
                programs,
                SellingLimit(**selling_limit) if selling_limit else None,
            )
            self._join(seller)
            policies = {site: accounts.add_policies(self._world, seller, site) for site in marketplaces}
            for key in locations:
                accounts.add_location(seller, key, SITES[marketplaces[0]].country)
            return {"username": username, "refreshToken": seller.refresh_token, "policies": policies}

    @deed
    def seed_listings(
        self, seller: str, skus: list[str], *, marketplace: str = "EBAY_US", quantity: int = 5, price: str = "10.00"
    ) -> dict[str, Any]:
        """Many single listings at once, as if this application had published them. Returns `{sku: {offerId, listingId}}`."""
        with self._world.lock:
            owner = self._seller(seller)
            known = [sku for sku in skus if sku in owner.items]
            if known or len(set(skus)) < len(skus) or marketplace not in SITES:
                raise DeedRefused(f"known or repeated SKUs ({known[:3]}), or an unknown site {marketplace}")
            made = seed_listings(self._world, owner, skus, marketplace=marketplace, quantity=quantity, price=price)
            return {"listings": made}

    @deed
    def register_redirect(self, ru_name: str, url: str) -> dict[str, Any]:
        """Tie a RuName to the address that the consent page sends the seller back to."""
        with self._world.lock:
            self._tokens.ru_names[ru_name] = url
            return {"ruName": ru_name, "url": url}

    @deed
    def end_listing(self, listing_id: str, *, by: str = "seller") -> dict[str, Any]:
        """The seller on the site, or eBay itself (`by="ebay"`), ends a live listing; its offers stay, unpublished."""
        with self._world.lock:
            seller, listing = self._listing(listing_id)
            if not listing.live or by not in ("seller", "ebay"):
                raise DeedRefused(f"{listing_id} is not live, or {by} is nobody")
            listings.end(self._world, seller, listing, "ebay" if by == "ebay" else "seller")
            return {"listingId": listing_id, "endedAt": iso(self._world.now())}

    @deed
    def change_quantity(self, sku: str, quantity: int, *, marketplace: str = "", seller: str = "") -> dict[str, Any]:
        """Somebody else sets a quantity (on the site, or with another tool): the offer's and the item's."""
        with self._world.lock:
            owner, offer, _ = self._live_offer(sku, marketplace, seller)
            if quantity < 0:
                raise DeedRefused("a quantity is 0 or more")
            owner.items[offer.sku].quantity = quantity
            offer.data["availableQuantity"] = quantity
            return {"offerId": offer.offer_id, "quantity": owner.shown_quantity(offer)}

    @deed
    def change_price(self, sku: str, price: str, *, marketplace: str = "", seller: str = "") -> dict[str, Any]:
        """Somebody else sets a price, in the site's currency."""
        with self._world.lock:
            _, offer, _ = self._live_offer(sku, marketplace, seller)
            currency, price = SITES[offer.marketplace_id].currency, str(amount(price, "price"))
            offer.data.setdefault("pricingSummary", {})["price"] = {"value": price, "currency": currency}
            return {"offerId": offer.offer_id, "price": price, "currency": currency}

    @deed
    def hold_listing(self, listing_id: str, *, on: bool = True) -> dict[str, Any]:
        """eBay puts a listing on hold for a policy violation (no sale, no revision), or lifts the hold."""
        with self._world.lock:
            _, listing = self._listing(listing_id)
            listing.on_hold = on
            return {"listingId": listing_id, "onHold": on}

    @deed
    def block(self, seller: str, *, on: bool = True) -> dict[str, Any]:
        """eBay bars a seller from listing anything new, or lifts the bar; what is live stays."""
        with self._world.lock:
            self._seller(seller).suspended = on
            return {"seller": seller, "blocked": on}

    @deed
    def set_out_of_stock_control(self, seller: str, on: bool) -> dict[str, Any]:
        """Switch the preference that keeps a listing alive at 0."""
        with self._world.lock:
            programs = self._seller(seller).programs
            (programs.add if on else programs.discard)(OUT_OF_STOCK_CONTROL)
            return {"seller": seller, "outOfStockControl": on}

    @deed
    def set_store_categories(self, seller: str, paths: list[str]) -> dict[str, Any]:
        """The categories of the seller's store, by their whole paths ("/Wool/Hats")."""
        with self._world.lock:
            self._seller(seller).store_categories = list(paths)
            return {"seller": seller, "storeCategories": list(paths)}

    @deed
    def add_document(self, seller: str, document_id: str) -> dict[str, Any]:
        """A regulatory document of the seller, taken in and accepted."""
        with self._world.lock:
            self._seller(seller).documents.add(document_id)
            return {"seller": seller, "documentId": document_id}

    @deed
    def start_auction(
        self, seller: str, sku: str, *, marketplace: str, price: str = "1.00", days: int = 7
    ) -> dict[str, Any]:
        """The seller auctions one unit by hand."""
        with self._world.lock:
            owner = self._seller(seller)
            if marketplace not in SITES or f"DAYS_{days}" not in publishing.DURATIONS:
                raise DeedRefused(f"unknown site {marketplace}, or {days} is not the length of an auction")
            try:
                sku = checks.refuse_bad_sku(sku, self._world.limits)
                checks.refuse_bad_price({"value": price, "currency": ""}, self._world.limits)
            except EbayError as error:
                raise DeedRefused(str(error)) from None
            listing = auctions.start_auction(self._world, owner, sku, marketplace=marketplace, price=price, days=days)
            return {"listingId": listing.listing_id}

    @deed
    def set_selling_limit(
        self, seller: str, *, quantity: int | None = None, amount: str | None = None, currency: str = "USD"
    ) -> dict[str, Any]:
        """Limit what a seller may have on sale; without quantity and amount, lift the limit."""
        with self._world.lock:
            limited = quantity is not None or amount is not None
            self._seller(seller).selling_limit = SellingLimit(quantity, amount, currency) if limited else None
            return {"seller": seller, "quantity": quantity, "amount": amount}

    def _listing(self, listing_id: str) -> tuple[Seller, Listing]:
        self._world.catch_up()
        try:
            return self._world.listing(listing_id)
        except KeyError:
            raise DeedRefused(f"no listing {listing_id}") from None
