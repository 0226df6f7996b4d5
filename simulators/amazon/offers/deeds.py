"""What sellers do with their items by hand, and what Amazon does with items: in its pages, in its warehouses, in its catalogue."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from simulators.amazon.offers import issues
from simulators.amazon.offers.catalog_state import Product
from simulators.amazon.offers.items_state import STOCK, Item, SiteListing
from simulators.amazon.offers.seen import Planned, Stage
from simulators.amazon.seller_deeds import SellerDeeds
from simulators.amazon.sites import SITES
from simulators.amazon.state import Seller
from simulators.kit.deeds import Count, DeedRefused, Seconds, deed

_FBA = {"na": "AMAZON_NA", "eu": "AMAZON_EU", "fe": "AMAZON_JP"}


class OfferDeeds(SellerDeeds):
    """Deeds about items, stock, prices, the catalogue, and what submissions suffer."""

    def _found(self, seller: str, sku: str, site: str = "") -> tuple[Seller, Item, SiteListing]:
        owner = self._seller(seller)
        item = self._world.listings.item(owner, sku)
        shown = item.sites.get(site) if item and site else next(iter(item.sites.values()), None) if item else None
        if item is None or shown is None:
            raise DeedRefused(f"{owner.name} has no {sku} {site}".rstrip())
        return owner, item, shown

    @deed
    def seed_listings(
        self,
        seller: str,
        skus: list[str],
        *,
        site: str = "",
        quantity: Count = 5,
        price: str = "10.00",
        fba: bool = False,
    ) -> dict[str, Any]:
        """Many single items at once, live, as if the seller had listed them by hand: of the type CANDLE.

        `fba`: Amazon fulfils them, and has `quantity` of each. Returns `{sku: asin}`.
        """
        with self._world.lock:
            owner = self._seller(seller)
            site = site or owner.sites[0]
            listings, now = self._world.listings, self._world.now()
            known = [sku for sku in skus if listings.site(owner, sku, site)]
            if known or len(set(skus)) < len(skus) or site not in owner.sites:
                raise DeedRefused(f"known or repeated SKUs ({known[:3]}), or {seller} does not sell in {site}")
            amount = float(_amount(price))
            made = {}
            for sku in skus:
                attributes = seeded(sku, site, amount, self._stock(owner, quantity, fba))
                wrong = listings.apply_put(owner, sku, site, "CANDLE", "LISTING", attributes, now)
                if issues.fatal(wrong):
                    raise DeedRefused(f"{sku}: {wrong}")
                item = listings.items(owner)[sku]
                item.fba = quantity if fba else None
                made[sku] = item.asin
            return {"listings": made}

    def _stock(self, seller: Seller, quantity: int, fba: bool) -> dict[str, Any]:
        code = _FBA[seller.region] if fba else "DEFAULT"
        return {"fulfillment_channel_code": code} if fba else {"fulfillment_channel_code": code, "quantity": quantity}

    @deed
    def change_quantity(self, sku: str, quantity: Count, *, seller: str = "") -> dict[str, Any]:
        """Somebody else sets the region's stock of a SKU (in Seller Central, or with another tool)."""
        with self._world.lock:
            owner, item, _ = self._found(seller, sku)
            if item.is_fba:
                raise DeedRefused(f"{sku} is Amazon's to count")
            self._world.listings.sold(owner, sku, (item.quantity or 0) - quantity)
            return {"sku": sku, "quantity": quantity}

    @deed
    def change_price(self, sku: str, price: str, *, site: str = "", seller: str = "") -> dict[str, Any]:
        """Somebody else sets a price, in the store's currency."""
        with self._world.lock:
            _, _, shown = self._found(seller, sku, site)
            offer = offer_of(shown.marketplace_id, float(_amount(price)))
            shown.attributes["purchasable_offer"] = [offer]
            shown.updated_at = self._world.now()
            return {"sku": sku, "price": price, "currency": offer["currency"]}

    @deed
    def end_offer(self, sku: str, *, site: str = "", seller: str = "") -> dict[str, Any]:
        """The seller closes the offer in Seller Central: the item stays, without a price."""
        with self._world.lock:
            _, _, shown = self._found(seller, sku, site)
            if shown.attributes.pop("purchasable_offer", None) is None:
                raise DeedRefused(f"{sku} has no offer in {shown.marketplace_id}")
            shown.updated_at = self._world.now()
            return {"sku": sku, "site": shown.marketplace_id}

    @deed
    def delete_item(self, sku: str, *, site: str = "", seller: str = "") -> dict[str, Any]:
        """The seller deletes the item in Seller Central, in one store or (without `site`) in all."""
        with self._world.lock:
            owner, item, _ = self._found(seller, sku, site)
            gone = [site] if site else list(item.sites)
            for one in gone:
                self._world.listings.apply_delete(owner, sku, one, self._world.now())
            return {"sku": sku, "sites": gone}

    @deed
    def suppress(self, sku: str, code: str, *, site: str = "", seller: str = "", category: str = "") -> dict[str, Any]:
        """Amazon removes an item sale for a reason; without `code` it lifts everything."""
        with self._world.lock:
            _, _, shown = self._found(seller, sku, site)
            found = issues.issue(code, "Amazon has removed this listing.", category, action=issues.SUPPRESSED)
            shown.suppressed = [{**found, "marketplaceIds": [shown.marketplace_id]}] if code else []
            shown.updated_at = self._world.now()
            return {"sku": sku, "suppressed": bool(code)}

    @deed
    def set_fba_quantity(self, sku: str, quantity: Count, *, seller: str = "") -> dict[str, Any]:
        """Amazon's warehouses have so many of a SKU, which Amazon fulfils from now on."""
        with self._world.lock:
            owner, item, _ = self._found(seller, sku)
            item.fba = quantity
            item.stock = [self._stock(owner, quantity, True)]
            return {"sku": sku, "quantity": quantity}

    @deed
    def plan_issue(
        self,
        sku: str,
        stage: Stage,
        *,
        code: str = "99022",
        message: str = "The value is not valid.",
        attribute: str = "",
        category: str = "INVALID_ATTRIBUTE",
        severity: str = "ERROR",
        times: Count = 1,
    ) -> dict[str, Any]:
        """Let the next submissions of matching SKUs (`*`) meet an issue at one stage only.

        `preview`: the preview alone says it. `submission`: the real one is INVALID though the preview was VALID. `decision`: it
        is accepted, and refused when it is decided. `lost`: accepted, and nothing ever comes of it.
        """
        with self._world.lock:
            self._world.catch_up()
            named = [attribute] if attribute else []
            told = None if stage == "lost" else issues.issue(code, message, category, *named, severity=severity)
            self._world.listings.planned.append(Planned(sku, stage, told, times))
            return {"sku": sku, "stage": stage, "times": times}

    @deed
    def set_decision_delay(self, seconds: Seconds) -> dict[str, Any]:
        """How long submissions from now on take to be decided, in simulated seconds; 0: at once."""
        with self._world.lock:
            self._world.listings.decide_after_s = seconds
            return {"seconds": seconds}

    @deed
    def add_catalog_product(
        self,
        title: str,
        brand: str,
        *,
        barcode: str = "",
        asin: str = "",
        region: str = "na",
        product_type: str = "CANDLE",
    ) -> dict[str, Any]:
        """Somebody else sells a product: it is in the catalogue of the region. `barcode` is an EAN or a UPC."""
        with self._world.lock:
            catalog = self._world.listings.catalog
            kind = "UPC" if len(barcode) == 12 else "EAN"
            asin = asin or catalog.new_asin()
            if catalog.of(region, asin) or (barcode and catalog.by_barcode(region, barcode)):
                raise DeedRefused(f"{asin} or {barcode} is in the catalogue already")
            codes = [(kind, barcode)] if barcode else []
            catalog.add(Product(asin, region, title, brand, product_type, codes))
            return {"asin": asin}

    @deed
    def tell_all_stores(self, on: bool = True) -> dict[str, Any]:
        """Reads of items tell of every store that they name, or of the first alone again."""
        with self._world.lock:
            self._world.listings.all_stores = on
            return {}

    @deed
    def restrict_brand(self, brand: str, *, on: bool = True, approve: str = "") -> dict[str, Any]:
        """A brand needs approval from now on, or none any more; `approve` gives it to one seller."""
        with self._world.lock:
            catalog, brand = self._world.listings.catalog, brand.casefold()
            if approve:
                catalog.approved.add((self._seller(approve).name, brand))
            else:
                (catalog.closed_brands.add if on else catalog.closed_brands.discard)(brand)
            return {"brand": brand, "restricted": brand in catalog.closed_brands}

    @deed
    def revise_product_type(self, name: str, require: list[str]) -> dict[str, Any]:
        """Amazon publishes a new version of a product type that requires more of its attributes."""
        with self._world.lock:
            kind = self._world.listings.types.get(name)
            if kind is None or not set(require) <= set(kind.attributes):
                raise DeedRefused(f"no product type {name}, or it lacks one of {require}")
            self._world.listings.types[name] = kind.needing(*require)
            return {"name": name, "version": self._world.listings.types[name].version}


def seeded(sku: str, site: str, price: float, stock: dict[str, Any]) -> dict[str, Any]:
    """The attributes of an item that was listed by hand."""
    language = SITES[site].language_tag
    texts = {"item_name": sku.title(), "brand": "Handmade", "product_description": sku, "bullet_point": sku}
    values = {
        "item_type_keyword": "candles",
        "country_of_origin": "DE",
        "supplier_declared_dg_hz_regulation": "not_applicable",
        "condition_type": "new_new",
        "supplier_declared_has_product_identifier_exemption": True,
    }
    return {
        **{name: [{"value": value, "language_tag": language}] for name, value in texts.items()},
        **{name: [{"value": value}] for name, value in values.items()},
        "material": [{"value": "beeswax", "language_tag": language}],
        "item_weight": [{"value": 100, "unit": "grams"}],
        "main_product_image_locator": [{"media_location": "https://images.example/by-hand.jpg"}],
        "purchasable_offer": [offer_of(site, price)],
        STOCK: [stock],
    }


def offer_of(site: str, price: float) -> dict[str, Any]:
    """An offer to everybody in one store."""
    return {
        "marketplace_id": site,
        "currency": SITES[site].currency,
        "audience": "ALL",
        "our_price": [{"schedule": [{"value_with_tax": price}]}],
    }


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(0)
    if not amount.is_finite() or amount <= 0:
        raise DeedRefused(f"{text} is no price")
    return amount
