"""The life of a listing: drafts go live for a fee, pause, sell out, expire after four months, and are renewed for another fee.

Sources: OpenAPI document, `state` of updateListing and getListingsByShop (what `active` does to a draft and to what is sold out; what
activation asks of the shipping profile; the return policy outside the EU), and deleteListing. What is sold out may be written, and
stays so (etsy/open-api issue 247). Not verified: that a draft or an expired listing cannot be set inactive (400), and that `active` for a listing
that is active changes nothing.
"""

from __future__ import annotations

from datetime import timedelta

from simulators.etsy.errors import EtsyError, conflict, invalid
from simulators.etsy.offers.state import Listing, State
from simulators.etsy.state import Seller
from simulators.etsy.world import World


def touch(world: World, listing: Listing) -> None:
    """It was changed now."""
    listing.updated_at = world.now()


def set_state(world: World, listing: Listing, state: State) -> None:
    if listing.state != state:
        listing.state = state
        listing.state_at = world.now()
    watch(world, listing)
    touch(world, listing)


def watch(world: World, listing: Listing) -> None:
    """Look for what has expired no later than this one does: nobody walks through all listings at each call."""
    world.expires_next = min(world.expires_next or listing.ends_at, listing.ends_at)


def refuse_frozen(listing: Listing) -> None:
    """Raises 409 for a listing that Etsy lets nobody edit, and says so."""
    if listing.frozen == "loud":
        raise conflict("The listing cannot be edited in its current state.")


def activate(world: World, seller: Seller, listing: Listing) -> None:
    """`state=active`. Raises 400 for what buyers may not be shown; nothing has changed then."""
    if listing.state == "active":
        return
    refuse_unfit(seller, listing)
    renews = listing.state == "sold_out"
    if not any(renews or one.quantity for one in listing.offered):
        raise no_stock()
    for product in listing.offered if renews else ():
        product.quantity = product.quantity or 1
    if listing.state == "draft":
        world.charge(seller, "listing", listing.listing_id)
        _run(world, listing)
    elif listing.state == "sold_out":
        world.charge(seller, "renew", listing.listing_id)
        _run(world, listing)
    elif listing.ends_at <= world.now():  # it has expired, perhaps while it was inactive
        world.charge(seller, "renew_expired", listing.listing_id)
        _run(world, listing)
    listing.ever_live = True
    set_state(world, listing, "active")


def deactivate(world: World, listing: Listing) -> None:
    """`state=inactive`. Raises 400 for what never was live, or has expired."""
    if listing.state in ("draft", "expired"):
        raise invalid(f"A listing that is {listing.state} cannot be made inactive.")
    set_state(world, listing, "inactive")


def no_stock() -> EtsyError:
    """400 (etsy/open-api issues 395, 501 and 560)."""
    return invalid("One offering must have quantity greater than 0")


def refuse_unfit(seller: Seller, listing: Listing) -> None:
    """Raises 400 for a listing that lacks what an active one has."""
    content = listing.content
    if not listing.shown_images:
        raise invalid("Listing must have at least one image to be published.")
    if content["listing_type"] != "physical":
        raise invalid("A digital listing must have a file to be published.")
    profile = seller.profiles.get(content["shipping_profile_id"] or 0)
    if profile is None or profile.deleted:
        raise invalid("A shipping profile is required for physical listings.")
    if not profile.complete:
        raise invalid(f"The shipping profile '{profile.title}' is incomplete: origin_postal_code is required.")
    if profile.calculated:
        lacking = [name for name in ("item_weight", "item_length", "item_width", "item_height") if not content[name]]
        units = [name for name in ("item_weight_unit", "item_dimensions_unit") if not content[name]]
        if lacking or units:
            raise invalid(f"Calculated shipping needs {', '.join([*lacking, *units])}.")
    if content["return_policy_id"] is None and not seller.in_eu:
        raise invalid("A return policy is required for active physical listings.")
    if any(one.readiness_id is None for one in listing.products):
        raise invalid("A processing profile is required for physical listings.")


def _run(world: World, listing: Listing) -> None:
    days = world.limits.number("listing_days")
    listing.ends_at = world.pace.after(world.now(), timedelta(days=days).total_seconds())
    watch(world, listing)


def sold(world: World, seller: Seller, listing: Listing, units: int) -> None:
    """A buyer took units of it. The last unit sells it out; each sale of one that goes on costs another fee."""
    touch(world, listing)
    if listing.quantity == 0:
        set_state(world, listing, "sold_out")
        return
    for _ in range(units):
        world.charge(seller, "renew_sold", listing.listing_id)


def expire(world: World) -> None:
    """End what has run four months, or renew it where the seller wanted that."""
    now = world.now()
    if world.expires_next is None or now < world.expires_next:
        return
    world.expires_next = None
    for listing in world.listings.values():
        if listing.state != "active":
            continue
        if listing.ends_at > now:
            watch(world, listing)
            continue
        if listing.content["should_auto_renew"]:
            world.charge(world.shop(listing.shop_id), "renew_expired", listing.listing_id)
            _run(world, listing)
        else:
            set_state(world, listing, "expired")
