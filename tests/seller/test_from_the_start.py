"""What works without any setup, and what is set per marketplace."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from listbridge.services.timers.import_tick import import_tick
from simulators.etsy.taxonomy import CANDLES
from tests.seller.conftest import Open
from tests.seller.merchant import MERCHANTS, Merchant, Offered

LEAST: dict[str, dict[str, Any]] = {
    "ebay": {
        "category_id": "45220",
        "fulfillment_policy_id": "1",
        "payment_policy_id": "2",
        "return_policy_id": "3",
        "merchant_location_key": "main",
    },
    "amazon": {"product_type": "CANDLE"},
    "etsy": {"taxonomy_id": str(CANDLES), "shipping_profile_id": "1", "readiness_state_id": "2"},
}
"""The least that a creation profile of each marketplace says."""


def test_s01_what_was_sent_once_follows_the_shop_and_brings_its_orders_without_any_setup(merchant_with: Open) -> None:
    """Nothing is called after the first sending: what happens comes from the shop, the buyers, and the timers."""
    merchant = merchant_with(guard={})
    merchant.on_sale("MUG", stock=2, price="12.50")
    merchant.its.shopify.deeds.sell(sku="MUG")
    merchant.tell("MUG")
    assert merchant.offers() == {"MUG": Offered(1, Decimal("12.50"))}
    merchant.reprice("MUG", "13.50")
    assert merchant.offers() == {"MUG": Offered(1, Decimal("13.50"))}
    merchant.its.shopify.deeds.sell(sku="MUG")
    merchant.tell("MUG")
    assert merchant.sold_out("MUG")
    merchant.restock("MUG", 5)
    assert merchant.offers() == {"MUG": Offered(5, Decimal("13.50"))}
    remote = merchant.bought("MUG")
    _a_quarter_of_an_hour(merchant)
    (order,) = merchant.its.get("/orders", account=merchant.account)["orders"]
    assert (order["order"], bool(order["shop_order"]["id"])) == (remote, True)


def test_s14_what_is_sent_is_made_by_settings_that_its_own_marketplace_has(merchant: Merchant) -> None:
    merchant.on_sale("MUG")
    assert _kind_of_product(merchant) == {"ebay": "45220", "amazon": "CANDLE", "etsy": CANDLES}[merchant.slug]
    forms = _forms(merchant)
    for slug, settings in LEAST.items():
        assert settings.keys() <= forms[slug]["properties"].keys()
        elsewhere = [one for one in LEAST if one != slug]
        assert all(not settings.keys() <= forms[one]["properties"].keys() for one in elsewhere)


def test_s14_settings_of_another_marketplace_are_refused_by_their_fields(merchant: Merchant) -> None:
    profiles = merchant.its.get("/creation-profiles")["creation_profiles"]
    forms = _forms(merchant)
    for slug in MERCHANTS.keys() - {merchant.slug}:
        strange = LEAST[slug].keys() - forms[merchant.slug]["properties"].keys()
        assert strange
        draft = {"name": "Odd", "marketplace": merchant.slug, "site": merchant.site}
        settings = {**merchant.its.creation_settings(), **LEAST[slug]}
        answer = merchant.its.call("POST", "/v1/creation-profiles", {**draft, "settings": settings})
        assert answer.status == 422
        named = {one["field"] for one in answer.body["fields"]}
        assert named == {f"settings.{name}" for name in strange}
        (own,) = profiles
        edited = merchant.its.call("PATCH", f"/v1/creation-profiles/{own['id']}", {"settings": settings})
        assert (edited.status, {one["field"] for one in edited.body["fields"]}) == (422, named)
    assert merchant.its.get("/creation-profiles")["creation_profiles"] == profiles


def test_s14_a_list_takes_no_profile_of_another_marketplace(merchant: Merchant) -> None:
    before = merchant.its.get(f"/sales-lists/{merchant.list}")
    for slug in MERCHANTS.keys() - {merchant.slug}:
        draft = {"name": slug, "marketplace": slug, "site": MERCHANTS[slug].site, "settings": LEAST[slug]}
        profile = merchant.its.post("/creation-profiles", draft)["id"]
        body = {"name": "Odd", "account": merchant.account, "site": merchant.site, "creation_profile": profile}
        refused = [
            merchant.its.call("POST", "/v1/sales-lists", body),
            merchant.its.call("PATCH", f"/v1/sales-lists/{merchant.list}", {"creation_profile": profile}),
        ]
        told = [(one.status, one.body["problem"]["code"]) for one in refused]
        assert told == [(409, "creation_profile_unfit")] * 2
    assert merchant.its.get("/sales-lists")["sales_lists"] == [before]


def _forms(merchant: Merchant) -> dict[str, Any]:
    return {one["slug"]: one["creation_schema"] for one in merchant.its.get("/platforms")["platforms"]}


def _kind_of_product(merchant: Merchant) -> Any:
    """Under what MUG stands on the marketplace: its category, or whatever it has instead."""
    world = merchant.hers().world
    merchant.offers()  # what was taken in is decided
    if merchant.slug == "ebay":
        (offer,) = world.sellers["anna"].offers.values()
        return offer.data["categoryId"]
    if merchant.slug == "etsy":
        (listing,) = world.listings.values()
        return listing.content["taxonomy_id"]
    (site,) = world.listings.items(world.seller("anna"))["MUG"].sites.values()
    return site.product_type


def _a_quarter_of_an_hour(merchant: Merchant) -> None:
    """With the schedule of every minute that asks marketplaces for their orders."""
    for _ in range(15):
        merchant.its.stores.clock.advance(60)
        import_tick(merchant.its.deps)
        merchant.its.run()
