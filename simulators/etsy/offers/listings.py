"""Listings: drafts, changes, deletion, one, many by id, and a shop's by state."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from simulators.etsy.errors import forbidden, invalid, not_found
from simulators.etsy.offers.fields import ListingForm, blank_content, split
from simulators.etsy.offers.shown import listing_told, with_associations
from simulators.etsy.offers.state import STATES, Listing, Product
from simulators.etsy.offers.states import activate, deactivate, refuse_frozen, refuse_unfit, touch
from simulators.etsy.shops import PAGING, counted
from simulators.etsy.state import Seller
from simulators.etsy.wire import BASE, LISTING, OWN_LISTING, SHOP, Call, Operation, whole_of
from simulators.etsy.world import World
from simulators.kit.wire import Reply

_READ, _WRITE, _DELETE = frozenset({"listings_r"}), frozenset({"listings_w"}), frozenset({"listings_d"})
_REQUIRED = ("quantity", "title", "description", "price", "who_made", "when_made", "taxonomy_id")
_OF_PHYSICAL = ("is_supply", "shipping_profile_id", "readiness_state_id")
_INCLUDES = frozenset({"Shipping", "Images", "Shop", "User", "Translations", "Inventory", "Videos", "Personalization"})
_OF_ONE = _INCLUDES - {"Shipping", "Inventory"}


def found(world: World, call: Call) -> Listing:
    """The listing of the address, whosever it is. Raises 404."""
    listing = world.listings.get(call.id_in("listing_id"))
    if listing is None:
        raise not_found("Listing not found")
    return listing


def own(world: World, call: Call) -> tuple[Seller, Listing]:
    """The seller and their listing of the address. Raises 403 for another's shop, 404 for a listing that the shop has not."""
    seller = call.own_shop() if "shop_id" in call.parameters else call.seller
    listing = found(world, call)
    if listing.shop_id != seller.shop_id:
        if "shop_id" in call.parameters:
            raise not_found("Listing not found in this shop")
        raise forbidden("The user is not the owner of the listing.")
    return seller, listing


def visible(world: World, call: Call) -> Listing:
    """A listing that the caller may see: an active one, or their own. Raises 404."""
    listing = found(world, call)
    mine = call.asker is not None and call.asker.shop_id == listing.shop_id
    if listing.state != "active" and not mine:
        raise not_found("Listing not found")
    return listing


def create_draft(world: World, call: Call) -> Reply:
    seller, form = call.own_shop(), call.fields()
    physical = form.get("type", "physical") == "physical"
    for name in (*_REQUIRED, *(_OF_PHYSICAL if physical else ())):
        if not form.get(name):
            raise invalid(f"Missing required parameter: {name}")
    reader = ListingForm(world.limits, seller, world.now().year)
    content, ignored = reader.read(form)
    quantity = whole_of("quantity", form["quantity"], least=1)
    if quantity > world.limits.number("quantity"):
        raise invalid(f"The quantity must be between 1 and {world.limits.number('quantity')}.")
    price, readiness = reader.price(form["price"]), _readiness(seller, form)
    images = _images(world, seller, form)
    now = world.now()
    listing = Listing(
        world.new_id(), seller.shop_id, "draft", {**blank_content(), **content}, now, now, now, now, images=images
    )
    listing.products = [Product(world.new_id(), world.new_id(), "", (), price, quantity, readiness_id=readiness)]
    world.listings[listing.listing_id] = listing
    world.made += 1
    call.ignored = [name for name in ignored if name not in ("quantity", "price", "readiness_state_id", "image_ids")]
    return Reply(201, listing_told(world, listing))


def _readiness(seller: Seller, form: dict[str, str]) -> int | None:
    text = form.get("readiness_state_id", "")
    readiness = whole_of("readiness_state_id", text, least=1) if text else None
    if readiness is not None and readiness not in seller.readiness:
        raise invalid("The readiness state does not exist in this shop.")
    return readiness


def _images(world: World, seller: Seller, form: dict[str, str]) -> list[Any]:
    """The pictures of `image_ids`, in their order: any that the shop has uploaded. An empty list is refused (issue 472)."""
    if "image_ids" not in form:
        return []
    wanted = [whole_of("image_ids", part, least=1) for part in split(form["image_ids"])]
    if not wanted or len(wanted) > world.limits.number("images"):
        raise invalid(f"image_ids takes 1 to {world.limits.number('images')} ids.")
    theirs = [one for one in world.listings.values() if one.shop_id == seller.shop_id]
    known = {image.image_id: image for one in theirs for image in one.images}
    if unknown := [one for one in wanted if one not in known]:
        raise invalid(f"The image {unknown[0]} does not exist in this shop.")
    return [replace(known[one], rank=rank, deleted=False) for rank, one in enumerate(wanted, start=1)]


def update(world: World, call: Call) -> Reply:
    """Change fields and state. A change that is refused changes nothing."""
    seller, listing = own(world, call)
    form = call.fields()
    refuse_frozen(listing)
    content, ignored = ListingForm(world.limits, seller, world.now().year).read(form)
    state = form.get("state")
    if state not in (None, "active", "inactive"):
        raise invalid(f"Invalid value for 'state': {state}")
    images = _images(world, seller, form) or listing.images
    call.ignored = [name for name in ignored if name not in ("state", "image_ids")]
    if listing.frozen == "silent" or call.vendor_fault == "no_effect":
        return Reply(200, listing_told(world, listing))
    before = (listing.content, listing.images)
    listing.content = {**listing.content, **content}
    kept = {one.image_id for one in images}
    listing.images = [*images, *(replace(one, deleted=True) for one in before[1] if one.image_id not in kept)]
    try:
        if state == "active":
            activate(world, seller, listing)
        elif state == "inactive":
            deactivate(world, listing)
            world.note(seller, listing, call.operation)
        elif listing.state == "active":
            refuse_unfit(seller, listing)
    except Exception:
        listing.content, listing.images = before
        raise
    touch(world, listing)
    return Reply(200, listing_told(world, listing))


def delete(world: World, call: Call) -> Reply:
    _, listing = own(world, call)
    refuse_frozen(listing)
    del world.listings[listing.listing_id]
    return Reply(204)


def get_one(world: World, call: Call) -> Reply:
    listing = visible(world, call)
    return Reply(200, with_associations(world, listing, call.asker, _included(call, _OF_ONE)))


def get_of_shop(world: World, call: Call) -> Reply:
    """A shop's listings in one state, the newest first."""
    seller = call.own_shop()
    state = call.choice("state", STATES, "active")
    included = _included(call, _INCLUDES)
    theirs = [one for one in world.listings.values() if one.shop_id == seller.shop_id and one.state == state]
    theirs.sort(key=lambda one: (one.created_at, one.listing_id), reverse=True)
    page = PAGING.window(call.query).page(theirs)
    return Reply(200, counted([with_associations(world, one, seller, included) for one in page.rows], page.total))


def get_batch(world: World, call: Call) -> Reply:
    """Listings by their ids. Those that there are not are left out. Not verified: the document has a 404 without saying when."""
    wanted = call.ids("listing_ids", world.limits.number("batch"))
    included = _included(call, _OF_ONE)
    there = [world.listings[one] for one in dict.fromkeys(wanted) if one in world.listings]
    asker = call.asker
    shown = [one for one in there if one.state == "active" or (asker and one.shop_id == asker.shop_id)]
    return Reply(200, counted([with_associations(world, one, asker, included) for one in shown]))


def all_of(world: World, call: Call) -> list[Listing]:
    """The listings that a batch names. Raises 404 for all of them if one is missing (OpenAPI document)."""
    wanted = call.ids("listing_ids", world.limits.number("batch"))
    if missing := [one for one in wanted if one not in world.listings]:
        raise not_found(f"Listing {missing[0]} not found")
    return [world.listings[one] for one in dict.fromkeys(wanted)]


def get_batch_shipping(world: World, call: Call) -> Reply:
    rows = [with_associations(world, one, call.seller, {"Shipping"}) for one in all_of(world, call)]
    return Reply(200, counted(rows))


def _included(call: Call, allowed: frozenset[str]) -> list[str]:
    asked = split(call.query.get("includes", ""))
    if unknown := [one for one in asked if one not in allowed]:
        raise invalid(f"Invalid value for 'includes': {unknown[0]}")
    return asked


_LISTINGS = f"{SHOP}/listings"
OPERATIONS = (
    Operation("createDraftListing", "POST", _LISTINGS, create_draft, _WRITE),
    Operation("updateListing", "PATCH", OWN_LISTING, update, _WRITE),
    Operation("deleteListing", "DELETE", LISTING, delete, _DELETE),
    Operation("getListing", "GET", LISTING, get_one),
    Operation("getListingsByShop", "GET", _LISTINGS, get_of_shop, _READ),
    Operation("getListingsByListingIds", "GET", f"{BASE}/listings/batch", get_batch),
    Operation(
        "getListingsShippingByListingIds",
        "GET",
        f"{BASE}/listings/batch/shipping",
        get_batch_shipping,
        frozenset({"shops_r"}),
    ),
)
