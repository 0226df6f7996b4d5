"""What belongs to a shop: the user, the shop, and what a listing is made with (profiles, processing, return policies, sections)."""

from __future__ import annotations

from typing import Any

from simulators.etsy.errors import EtsyError, invalid, not_found
from simulators.etsy.state import Readiness, Seller, ShippingProfile
from simulators.etsy.wire import BASE, SHOP, Call, Operation, whole_of
from simulators.etsy.world import World, epoch
from simulators.kit.pages import Paging
from simulators.kit.wire import Reply

READINESS = f"{SHOP}/readiness-state-definitions"
_READ, _WRITE = frozenset({"shops_r"}), frozenset({"shops_w"})
_DAYS_IN = {"days": 1, "weeks": 5}
"""A week has as many days as the seller works (OpenAPI document); here five."""


def no_page(name: str, text: str) -> Exception:
    """The refusal of a `limit` or an `offset` that makes no page."""
    return invalid(f"Invalid value for '{name}': {text}")


PAGING = Paging(25, 100, no_page)


def counted(rows: list[Any], total: int | None = None) -> dict[str, Any]:
    """A list as Etsy tells it."""
    return {"count": len(rows) if total is None else total, "results": rows}


def get_me(world: World, call: Call) -> Reply:
    return Reply(200, {"user_id": call.seller.user_id, "shop_id": call.seller.shop_id})


def get_shop(world: World, call: Call) -> Reply:
    return Reply(200, shop_told(world, world.shop(call.id_in("shop_id"))))


def get_shop_of_owner(world: World, call: Call) -> Reply:
    user_id = call.id_in("user_id")
    found = next((one for one in world.sellers.values() if one.user_id == user_id), None)
    if found is None:
        raise not_found("User not found")
    return Reply(200, shop_told(world, found))


def ping(world: World, call: Call) -> Reply:
    return Reply(200, {"application_id": 1})


def shop_told(world: World, seller: Seller) -> dict[str, Any]:
    """As the document's `Shop`."""
    created = epoch(seller.created_at)
    theirs = [one for one in world.listings.values() if one.shop_id == seller.shop_id]
    texts = ("title", "announcement", "vacation_message", "sale_message", "digital_sale_message", "vacation_autoreply")
    policies = ("welcome", "payment", "shipping", "refunds", "additional", "seller_info", "privacy")
    return {
        "shop_id": seller.shop_id,
        "user_id": seller.user_id,
        "shop_name": seller.shop_name,
        "login_name": seller.name,
        "currency_code": seller.currency,
        "is_vacation": seller.vacation,
        "url": f"https://www.etsy.com/shop/{seller.shop_name}",
        "languages": ["en-US"],
        "listing_active_count": sum(one.state == "active" for one in theirs),
        "digital_listing_count": 0,
        "shop_location_country_iso": seller.country,
        "shipping_from_country_iso": seller.country,
        "is_shop_us_based": seller.country == "US",
        "is_calculated_eligible": seller.country in ("US", "CA"),
        "is_etsy_payments_onboarded": True,
        "is_direct_checkout_onboarded": True,
        "accepts_custom_requests": False,
        "num_favorers": 0,
        "transaction_sold_count": 0,
        "review_count": None,
        "review_average": None,
        "image_url_760x100": None,
        "icon_url_fullxfull": None,
        **dict.fromkeys(texts),
        **{f"policy_{name}": None for name in policies},
        **dict.fromkeys(("create_date", "created_timestamp", "update_date", "updated_timestamp"), created),
        "policy_update_date": created,
        **dict.fromkeys(
            ("policy_has_private_receipt_info", "has_unstructured_policies", "is_using_structured_policies"), False
        ),
        **dict.fromkeys(
            ("has_onboarded_structured_policies", "include_dispute_form_link", "is_opted_in_to_buyer_promise"), False
        ),
    }


def profile_told(seller: Seller, profile: ShippingProfile) -> dict[str, Any]:
    """As the document's `ShopShippingProfile`."""
    destination = {
        "shipping_profile_destination_id": profile.destination_id,
        "shipping_profile_id": profile.profile_id,
        "origin_country_iso": profile.country,
        "destination_country_iso": profile.country,
        "destination_region": "none",
        "primary_cost": seller.money(profile.cost),
        "secondary_cost": seller.money(profile.cost),
        "shipping_carrier_id": None,
        "mail_class": None,
        "min_delivery_days": 2,
        "max_delivery_days": 5,
    }
    return {
        "shipping_profile_id": profile.profile_id,
        "title": profile.title,
        "user_id": seller.user_id,
        "origin_country_iso": profile.country,
        "is_deleted": profile.deleted,
        "shipping_profile_destinations": [destination] if profile.complete else [],
        "shipping_profile_upgrades": [],
        "origin_postal_code": "10001" if profile.complete else None,
        "profile_type": "calculated" if profile.calculated else "manual",
        "domestic_handling_fee": 0,
        "international_handling_fee": 0,
    }


def get_profiles(world: World, call: Call) -> Reply:
    seller = call.own_shop()
    return Reply(200, counted([profile_told(seller, one) for one in seller.profiles.values() if not one.deleted]))


def get_profile(world: World, call: Call) -> Reply:
    seller = call.own_shop()
    found = seller.profiles.get(call.id_in("shipping_profile_id"))
    if found is None or found.deleted:
        raise not_found("Shipping profile not found")
    return Reply(200, profile_told(seller, found))


def readiness_told(seller: Seller, one: Readiness) -> dict[str, Any]:
    return {
        "shop_id": seller.shop_id,
        "readiness_state_id": one.readiness_id,
        "readiness_state": one.state,
        "min_processing_days": one.least_days,
        "max_processing_days": one.most_days,
        "processing_days_display_label": f"{one.least_days}-{one.most_days} days",
    }


def get_readiness(world: World, call: Call) -> Reply:
    seller = call.own_shop()
    page = PAGING.window(call.query).page(list(seller.readiness.values()))
    return Reply(200, counted([readiness_told(seller, one) for one in page.rows], page.total))


def get_one_readiness(world: World, call: Call) -> Reply:
    seller = call.own_shop()
    found = seller.readiness.get(call.id_in("readiness_state_definition_id"))
    if found is None:
        raise not_found("Readiness state definition not found")
    return Reply(200, readiness_told(seller, found))


def create_readiness(world: World, call: Call) -> Reply:
    """A processing profile. One that is there already is 409 with its address in `Content-Location`."""
    seller, form = call.own_shop(), call.fields()
    state = form.get("readiness_state", "")
    if state not in ("ready_to_ship", "made_to_order"):
        raise invalid(f"Invalid value for 'readiness_state': {state}")
    least, most = (whole_of(name, form.get(name, "")) for name in ("min_processing_time", "max_processing_time"))
    unit = form.get("processing_time_unit", "days")
    if not 1 <= least <= most <= 10 or unit not in _DAYS_IN:
        raise invalid("The processing time must be between 1 and 10 days or weeks.")
    least, most = least * _DAYS_IN[unit], most * _DAYS_IN[unit]
    for one in seller.readiness.values():
        if (one.state, one.least_days, one.most_days) == (state, least, most):
            where = f"{BASE}/shops/{seller.shop_id}/readiness-state-definitions/{one.readiness_id}"
            raise EtsyError(409, {"error": "The readiness state exists already."}, {"Content-Location": where})
    new = Readiness(world.new_id(), state, least, most)
    seller.readiness[new.readiness_id] = new
    return Reply(201, readiness_told(seller, new))


def get_policies(world: World, call: Call) -> Reply:
    seller = world.shop(call.id_in("shop_id"))
    rows = [
        {
            "return_policy_id": one.policy_id,
            "shop_id": seller.shop_id,
            "accepts_returns": one.returns,
            "accepts_exchanges": one.exchanges,
            "return_deadline": one.deadline,
        }
        for one in seller.policies.values()
    ]
    return Reply(200, counted(rows))


def get_sections(world: World, call: Call) -> Reply:
    seller = world.shop(call.id_in("shop_id"))
    live = [one.content["shop_section_id"] for one in world.listings.values() if one.state == "active"]
    rows = [
        {
            "shop_section_id": one.section_id,
            "title": one.title,
            "rank": rank,
            "user_id": seller.user_id,
            "active_listing_count": live.count(one.section_id),
        }
        for rank, one in enumerate(seller.sections.values(), start=1)
    ]
    return Reply(200, counted(rows))


def get_partners(world: World, call: Call) -> Reply:
    call.own_shop()
    return Reply(200, counted([]))


_PROFILES = f"{SHOP}/shipping-profiles"
OPERATIONS = (
    Operation("ping", "GET", f"{BASE}/openapi-ping", ping),
    Operation("getMe", "GET", f"{BASE}/users/me", get_me, _READ),
    Operation("getShop", "GET", SHOP, get_shop),
    Operation("getShopByOwnerUserId", "GET", f"{BASE}/users/{{user_id}}/shops", get_shop_of_owner),
    Operation("getShopShippingProfiles", "GET", _PROFILES, get_profiles, _READ),
    Operation("getShopShippingProfile", "GET", f"{_PROFILES}/{{shipping_profile_id}}", get_profile, _READ),
    Operation("getShopReadinessStateDefinitions", "GET", READINESS, get_readiness, _READ),
    Operation(
        "getShopReadinessStateDefinition",
        "GET",
        f"{READINESS}/{{readiness_state_definition_id}}",
        get_one_readiness,
        _READ,
    ),
    Operation("createShopReadinessStateDefinition", "POST", READINESS, create_readiness, _WRITE),
    Operation("getShopReturnPolicies", "GET", f"{SHOP}/policies/return", get_policies),
    Operation("getShopSections", "GET", f"{SHOP}/sections", get_sections),
    Operation("getShopProductionPartners", "GET", f"{SHOP}/production-partners", get_partners, _READ),
)
