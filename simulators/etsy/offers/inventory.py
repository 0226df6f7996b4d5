"""The inventory of a listing: read it, read a hundred at once, and replace it as a whole.

A write replaces all products, the seller's changes since the last read with them: nothing in it says what it is based on. Ids of
products, offerings and values are new after each write (etsy/open-api issues 432, 523), and none is the taxonomy's (254). Pictures stay
with the texts of their values; that a write unlinks them all was seen too (200, 384): the vendor fault `images_unlinked`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from simulators.etsy.errors import conflict, invalid
from simulators.etsy.offers.listings import all_of, own, visible
from simulators.etsy.offers.sent_inventory import SentInventory, SentProduct, SentValue, sent_inventory
from simulators.etsy.offers.shown import inventory_told, listing_told, with_associations
from simulators.etsy.offers.state import Listing, Product, Value, VariationImage
from simulators.etsy.offers.states import no_stock, refuse_frozen, touch
from simulators.etsy.shops import counted
from simulators.etsy.state import Seller
from simulators.etsy.taxonomy import CUSTOM, properties_of
from simulators.etsy.wire import BASE, LISTING, Call, Operation
from simulators.etsy.world import World
from simulators.kit.wire import Reply

_READ, _WRITE = frozenset({"listings_r"}), frozenset({"listings_w"})
_ON = {"price_on": "price_on_property", "quantity_on": "quantity_on_property", "sku_on": "sku_on_property"}


def get_inventory(world: World, call: Call) -> Reply:
    listing = visible(world, call)
    mine = listing.shop_id == call.seller.shop_id
    told = inventory_told(world, listing, mine, deleted=bool(call.flag("show_deleted")))
    wanted = call.choice("includes", ("", "Listing"), "") == "Listing"
    return Reply(200, {**told, "listing": listing_told(world, listing) if wanted else None})


def get_many(world: World, call: Call) -> Reply:
    """The inventories of up to a hundred listings; 404 for all of them if one is missing."""
    rows = [with_associations(world, one, call.seller, {"Inventory"}) for one in all_of(world, call)]
    return Reply(200, counted(rows))


def put_inventory(world: World, call: Call) -> Reply:
    seller, listing = own(world, call)
    if listing.frozen == "loud":
        refuse_frozen(listing)
    most = int(call.choice("max_variations_supported", ("2", "3"), str(world.limits.number("variations"))))
    if any(len(one.values) > most for one in listing.products):
        raise conflict("The listing has more variations than this application supports.")
    sent = sent_inventory(world.limits, call.document(), most)
    products = replaced(world, seller, listing, sent)
    if listing.frozen == "silent" or call.vendor_fault == "no_effect":
        return Reply(200, inventory_told(world, listing, True))
    write(world, listing, products, sent)
    if call.vendor_fault == "images_unlinked":
        listing.variation_images = []
    world.note(seller, listing, call.operation)
    return Reply(200, inventory_told(world, listing, True))


def replaced(world: World, seller: Seller, listing: Listing, sent: SentInventory) -> list[Product]:
    """The products that a write makes. Raises 400 where it may not stand; nothing has changed then."""
    _refuse_properties(listing, sent)
    for product in sent.products:
        if product.readiness_id is None or product.readiness_id not in seller.readiness:
            raise invalid("The offering has no readiness_state_id of this shop.")
    if not any(one.enabled and one.quantity for one in sent.products):
        raise no_stock()
    ids = _Ids(listing.ever_valued)
    return [_product(world, listing, one, ids) for one in sent.products]


def write(world: World, listing: Listing, products: list[Product], sent: SentInventory) -> None:
    """Put the products in the place of those that there were."""
    texts = listing.value_texts
    for gone in listing.products:
        gone.deleted = True
    listing.gone_products = [*listing.gone_products, *listing.products][-1000:]
    listing.products = products
    for name, told in _ON.items():
        setattr(listing, name, sent.on[told])
    listing.readiness_on = sent.on["readiness_state_on_property"]
    listing.variation_images = _kept(listing.variation_images, texts, listing.value_texts)
    touch(world, listing)


def _kept(
    images: list[VariationImage], before: Mapping[tuple[int, int], str], after: Mapping[tuple[int, int], str]
) -> list[VariationImage]:
    """The pictures of values whose texts are still there, under their new ids."""
    ids = {(property_id, text): id for (property_id, id), text in after.items()}
    found = []
    for one in images:
        id = ids.get((one.property_id, before.get((one.property_id, one.value_id), "")))
        if id is not None:
            found.append(replace(one, value_id=id))
    return found


def _refuse_properties(listing: Listing, sent: SentInventory) -> None:
    """Raises 400 for a property by which a listing of this kind may not vary, and for values and scales that it has not."""
    known = properties_of(listing.content["taxonomy_id"] or 0)
    for value in (one for product in sent.products for one in product.values):
        if value.property_id in CUSTOM:
            if not value.name.strip():
                raise invalid("A custom property needs a property_name.")
            continue
        property = known.get(value.property_id)
        if property is None or not property.variation:
            raise invalid(f"The property {value.property_id} is not supported for variations of this taxonomy.")
        scales = {id for id, _ in property.scales}
        if (value.scale_id is None) == bool(scales) or (scales and value.scale_id not in scales):
            raise invalid(f"The scale_id of property {value.property_id} is invalid.")


@dataclass(frozen=True, slots=True)
class _Ids:
    """Ids of values: those that the listing has or had, each with its text, and the new ones of a write by property and text."""

    ever: set[tuple[int, int, str]]
    new: dict[tuple[int, str], int] = field(default_factory=dict)


def _product(world: World, listing: Listing, sent: SentProduct, ids: _Ids) -> Product:
    values = tuple(_value(world, listing, one, ids) for one in sent.values)
    return Product(
        world.new_id(), world.new_id(), sent.sku, values, sent.price, sent.quantity, sent.enabled, sent.readiness_id
    )


def _value(world: World, listing: Listing, sent: SentValue, ids: _Ids) -> Value:
    """A value with its new id, the same wherever the text stands in this write. Raises 400 for an id that stands for another text."""
    property: Any = properties_of(listing.content["taxonomy_id"] or 0).get(sent.property_id)
    text = sent.values[0]
    known = property.value_id(text, sent.scale_id) if property else None
    for id in sent.value_ids:
        if id != known and (sent.property_id, id, text) not in ids.ever:
            raise invalid(f"The value_id {id} does not belong to '{text}' of property {sent.property_id}.")
    new = ids.new.setdefault((sent.property_id, text), 0) or world.new_id()
    ids.new[sent.property_id, text] = new
    scale = next((name for id, name in property.scales if id == sent.scale_id), None) if property else None
    name = property.name if property else sent.name
    return Value(sent.property_id, name, (new,), (text,), sent.scale_id, scale)


OPERATIONS = (
    Operation("getListingInventory", "GET", f"{LISTING}/inventory", get_inventory, _READ),
    Operation("getListingsInventoryByListingIds", "GET", f"{BASE}/listings/batch/inventory", get_many, _READ),
    Operation("updateListingInventory", "PUT", f"{LISTING}/inventory", put_inventory, _WRITE),
)
