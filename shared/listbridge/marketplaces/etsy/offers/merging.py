"""New values merged into all that a listing has. Pure.

updateListingInventory replaces all of a listing's products, so whatever is not sent again is lost: products, prices, quantities,
processing profiles, and which of these vary with which property. A change is therefore always made to what was read a moment ago,
and everything that we do not manage goes back as it came.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from listbridge.domain.ids import Sku
from listbridge.domain.listings.listing import Values
from listbridge.domain.money import Money
from listbridge.marketplaces.etsy.offers.inventory import kept
from listbridge.marketplaces.etsy.offers.wire import (
    INACTIVE,
    SOLD_OUT,
    InventorySent,
    InventoryTold,
    OfferingSent,
    OfferingTold,
    ProductSent,
    ProductTold,
)

RESTING = (INACTIVE, SOLD_OUT)
"""States in which a listing may hold a piece that is nobody's."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """What Etsy told of one listing, without what was deleted there."""

    told: InventoryTold

    @property
    def products(self) -> tuple[ProductTold, ...]:
        return tuple(one for one in self.told.products if not one.is_deleted and offerings_of(one))

    @property
    def currency(self) -> str:
        """The shop's; empty for an inventory without products."""
        return next((one.price.currency_code for product in self.products for one in product.offerings), "")

    @property
    def varies(self) -> bool:
        """Buyers choose among its products."""
        return any(product.property_values for product in self.products)

    def named(self, sku: Sku) -> tuple[ProductTold, ...]:
        """The products with this SKU: Etsy does not see to it that there is one at most."""
        return tuple(product for product in self.products if product.sku == sku)

    @property
    def alone(self) -> bool:
        """It is one product without options: nothing else comes back on sale with it."""
        return len(self.products) == 1 and not self.varies

    def rests(self, state: str) -> bool:
        """Whether it is as `asleep` leaves it: out of sale, with one piece of one product, and none of any other that buyers could be
        shown."""
        quantities = [one.quantity for product in self.products for one in on_sale(product)]
        return state in RESTING and sum(quantities) == 1 and not self.alone

    def awake(self) -> InventoryTold:
        """The same without the piece that a pausing listing keeps, which is nothing to sell."""
        return self.told.model_copy(update={"products": tuple(_emptied(product) for product in self.products)})

    def unchanged(self) -> InventorySent:
        """All of it in the shape in which Etsy takes it: Etsy's own ids and marks are left out."""
        told = self.told
        return InventorySent(
            products=tuple(kept(product) for product in self.products),
            price_on_property=told.price_on_property,
            quantity_on_property=told.quantity_on_property,
            sku_on_property=told.sku_on_property,
            readiness_state_on_property=told.readiness_state_on_property,
        )

    def merged(self, changes: Mapping[Sku, Values]) -> InventorySent:
        """All of it with these values in place; a value that is None stays. Each SKU must be `named` once."""
        return with_varying(revalued(self.unchanged(), changes))


def offerings_of(product: ProductTold) -> tuple[OfferingTold, ...]:
    return tuple(one for one in product.offerings if not one.is_deleted)


def on_sale(product: ProductTold) -> tuple[OfferingTold, ...]:
    """The offerings that buyers can be shown."""
    return tuple(one for one in offerings_of(product) if one.is_enabled)


def values_of(product: ProductTold) -> Values:
    """What a buyer would see of it."""
    offerings = on_sale(product) or offerings_of(product)
    price = offerings[0].price
    return Values(sum(one.quantity for one in offerings), Money(price.value, price.currency_code).in_units())


def revalued(sent: InventorySent, changes: Mapping[Sku, Values]) -> InventorySent:
    """With these values by SKU."""

    def change(product: ProductSent) -> ProductSent:
        values = changes.get(Sku(product.sku))
        if values is None:
            return product
        price = {} if values.price is None else {"price": float(values.price.amount)}
        quantity = {} if values.quantity is None else {"quantity": values.quantity}
        return _with_offerings(product, {**price, **quantity})

    return _each(sent, change)


def taken_off(sent: InventorySent, skus: Iterable[Sku]) -> InventorySent:
    """With these products hidden from buyers, at 0: they stay in the listing, and come back where they were."""
    hidden = set(skus)
    changes = {"is_enabled": False, "quantity": 0}
    return with_varying(_each(sent, lambda one: _with_offerings(one, changes) if Sku(one.sku) in hidden else one))


def mark_of(product: ProductSent) -> str:
    """A short name of a product, by its SKU and its values: Etsy's own ids change with each write."""
    told = [product.sku, *(value for one in product.property_values for value in one.values)]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:8]


def without_gifts(sent: InventorySent, marks: Collection[str], mine: Collection[Sku]) -> InventorySent:
    """Without the piece that a renewal gave to each product with one of these marks, but for those that are `mine`."""

    def change(product: ProductSent) -> ProductSent:
        given = sum(one.quantity for one in product.offerings) == 1 and Sku(product.sku) not in mine
        return _with_offerings(product, {"quantity": 0}) if given and mark_of(product) in marks else product

    return _each(sent, change) if marks else sent


def left(sent: InventorySent) -> int:
    """How many pieces buyers could take."""
    return sum(one.quantity for product in sent.products for one in product.offerings if one.is_enabled)


def asleep(sent: InventorySent, there: InventorySent) -> InventorySent:
    """An inventory of which nothing is left, as Etsy takes it: it wants at least one piece of something that is on sale (etsy/open-api
    issue 395), so one product keeps one: that which has it already where `there` is nothing else. The listing must be inactive, or about
    to be.

    Without this what was last on sale of each product would come back with the first that has stock again.
    """
    enabled = [place for place, product in enumerate(sent.products) if _enabled(product)]
    if not enabled:
        return sent
    last = left(there) == 1
    had = {one.sku for one in there.products if last and any(offering.quantity for offering in one.offerings)}
    kept = next((place for place in enabled if sent.products[place].sku in had), enabled[0])
    products = list(sent.products)
    first, *others = products[kept].offerings
    products[kept] = products[kept].model_copy(
        update={"offerings": (first.model_copy(update={"quantity": 1}), *others)}
    )
    return with_varying(sent.model_copy(update={"products": tuple(products)}))


def with_quantities_of(body: InventorySent, there: InventorySent) -> InventorySent:
    """With the quantities that there are, and one piece where that is none; for the same products in the same order."""

    def kept_of(product: ProductSent, before: ProductSent) -> ProductSent:
        most = max(1, *(one.quantity for one in before.offerings), 0)
        return _with_offerings(product, {"quantity": most})

    pairs = zip(body.products, there.products, strict=True)
    return body.model_copy(update={"products": tuple(kept_of(one, before) for one, before in pairs)})


def with_varying(sent: InventorySent) -> InventorySent:
    """With prices and quantities said to vary with the properties by which they do: Etsy refuses values that differ where it
    was told that they do not (updateListingInventory). What was said stays where it is enough."""
    return sent.model_copy(
        update={
            "price_on_property": _enough(sent, sent.price_on_property, lambda one: one.price),
            "quantity_on_property": _enough(sent, sent.quantity_on_property, lambda one: one.quantity),
        }
    )


def _enough(sent: InventorySent, told: tuple[int, ...], value: Callable[[OfferingSent], Any]) -> tuple[int, ...]:
    every = tuple(dict.fromkeys(one.property_id for product in sent.products for one in product.property_values))
    return next((some for some in (told, *((one,) for one in every)) if _explains(sent, some, value)), every)


def _explains(sent: InventorySent, properties: tuple[int, ...], value: Callable[[OfferingSent], Any]) -> bool:
    """Products that are alike in these properties have the same value."""
    seen: dict[Any, Any] = {}
    for product in sent.products:
        alike = tuple(
            (one.property_id, one.value_ids, one.values)
            for one in product.property_values
            if one.property_id in properties
        )
        values = tuple(value(one) for one in product.offerings)
        if seen.setdefault(alike, values) != values:
            return False
    return True


def _each(sent: InventorySent, change: Callable[[ProductSent], ProductSent]) -> InventorySent:
    return sent.model_copy(update={"products": tuple(change(product) for product in sent.products)})


def _with_offerings(product: ProductSent, changes: Mapping[str, Any]) -> ProductSent:
    return product.model_copy(update={"offerings": tuple(one.model_copy(update=changes) for one in product.offerings)})


def _emptied(product: ProductTold) -> ProductTold:
    offerings = tuple(one.model_copy(update={"quantity": 0}) for one in product.offerings)
    return product.model_copy(update={"offerings": offerings})


def _enabled(product: ProductSent) -> bool:
    return any(one.is_enabled for one in product.offerings)
