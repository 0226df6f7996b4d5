"""What a creation profile chooses for the listing is sent as chosen; what eBay does not take of it is named before anything is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from listbridge import registry
from listbridge.domain.ids import Site
from listbridge.domain.ports import MarketplaceAdapter, PublishRequest
from listbridge.domain.verdicts import Rejected
from listbridge.marketplaces.ebay import auth
from simulators.faults import Fault
from tests.contract.marketplaces.ebay_acts import Hand, bodies, publish, watch
from tests.contract.marketplaces.staged_ebay import EbayStage
from tests.contract.marketplaces.test_ebay_category_rules import NothingToLookUp
from tests.contract.marketplaces.test_ebay_refusals import with_settings

PATHS = ["/Wool/Hats", "/Wool/Scarves", "/New"]


@pytest.fixture
def stage(ebay: EbayStage) -> EbayStage:
    ebay.simulator.deeds.set_store_categories("anna", PATHS)
    return ebay


def refused(stage: EbayStage, adapter: MarketplaceAdapter, request: PublishRequest) -> tuple[str, dict[str, str]]:
    with pytest.raises(Rejected) as caught:
        adapter.publish(request, stage.new_desk(request).worker())
    assert stage.simulator.world.seller("anna").items == {}
    return caught.value.problem.code, dict(caught.value.problem.params)


def test_each_choice_stands_in_the_offer_as_ebay_writes_it(stage: EbayStage) -> None:
    chosen = {
        "secondary_category_id": "88433",
        "store_category_names": ["/Wool/Hats", "/New"],
        "lot_size": 4,
        "vat_percentage": "19.125",
    }
    request, sent = with_settings(stage.request(1, site=Site("EBAY_GB")), **chosen), watch(stage)
    stage.open(reads_store=True).publish(request, stage.new_desk(request).worker())
    [offer] = bodies(stage, sent, "createOffer")
    names = ("format", "listingDuration", "secondaryCategoryId", "storeCategoryNames", "lotSize", "tax")
    assert [offer[name] for name in names] == [
        "FIXED_PRICE",
        "GTC",
        "88433",
        ["/Wool/Hats", "/New"],
        4,
        {"vatPercentage": 19.125},
    ]
    assert len(stage.live()) == 1


def test_what_is_not_chosen_is_not_sent_and_stays_as_the_seller_set_it(stage: EbayStage) -> None:
    adapter, request, desk, done = publish(stage, site=Site("EBAY_GB"))
    hand = Hand(stage)
    [shown] = hand("GET", "/offer?sku=CANDLE")["offers"]
    own = {"lotSize": 6, "storeCategoryNames": ["/New"], "tax": {"vatPercentage": 7.0, "applyTax": False}}
    keys = ("offerId", "sku", "marketplaceId", "format", "status", "listing")
    hand("PUT", f"/offer/{shown['offerId']}", {k: v for k, v in {**shown, **own}.items() if k not in keys})
    adapter.full_revise(with_settings(request, vat_percentage=20), desk.worker())
    [after] = hand("GET", "/offer?sku=CANDLE")["offers"]
    assert (after["lotSize"], after["storeCategoryNames"]) == (6, ["/New"])
    assert after["tax"] == {"vatPercentage": 20.0, "applyTax": False}
    assert [live.remote for live in stage.live()] == [done.remote]


@pytest.mark.parametrize("told", [True, False])
def test_whether_buyers_may_offer_less_is_said_of_one_product_and_kept_where_it_is_not_said(
    stage: EbayStage, told: bool
) -> None:
    request, sent = with_settings(stage.request(1), best_offer=told), watch(stage)
    adapter, desk = stage.open(), stage.new_desk(request)
    adapter.publish(request, desk.worker())
    [offer] = bodies(stage, sent, "createOffer")
    assert offer["listingPolicies"]["bestOfferTerms"] == {"bestOfferEnabled": told}
    adapter.full_revise(with_settings(request, best_offer=None), desk.worker())
    [after] = bodies(stage, sent, "updateOffer")
    assert after["listingPolicies"]["bestOfferTerms"] == {"bestOfferEnabled": told}


def test_buyers_may_not_offer_less_for_variations(stage: EbayStage) -> None:
    request, adapter = with_settings(stage.request(6), best_offer=True), stage.open()
    assert [(one.field, one.problem.code) for one in adapter.preview(request)] == [
        ("settings.best_offer", "ebay_best_offer_with_variations")
    ]
    assert refused(stage, adapter, request) == ("ebay_best_offer_with_variations", {})


REFUSED: dict[str, tuple[str, dict[str, Any], str, str, dict[str, str]]] = {
    "a second category that there is not": (
        "EBAY_GB",
        {"secondary_category_id": "11450"},
        "settings.secondary_category_id",
        "ebay_category_unknown",
        {"category": "11450", "site": "EBAY_GB"},
    ),
    "a store category that there is not": (
        "EBAY_GB",
        {"store_category_names": ["/New", "/Wool/Gloves"]},
        "settings.store_category_names.1",
        "ebay_store_category_unknown",
        {"name": "/Wool/Gloves"},
    ),
    "a lot where there are none": (
        "EBAY_GB",
        {"category_id": "46282", "lot_size": 2},
        "settings.lot_size",
        "ebay_lots_not_in_category",
        {"category": "46282"},
    ),
    "VAT where there is none": (
        "EBAY_US",
        {"vat_percentage": "19"},
        "settings.vat_percentage",
        "ebay_vat_not_on_site",
        {"site": "EBAY_US"},
    ),
    "a location that there is not": (
        "EBAY_GB",
        {"merchant_location_key": "attic"},
        "settings.merchant_location_key",
        "ebay_location_unknown",
        {"name": "attic"},
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_ebay_does_not_take_is_named_before_anything_is_sent(stage: EbayStage, case: str) -> None:
    site, settings, field, code, params = REFUSED[case]
    request = with_settings(stage.request(1, site=Site(site)), **settings)
    adapter = stage.open(reads_store=True)
    told = [(one.field, one.problem.code, dict(one.problem.params)) for one in adapter.preview(request)]
    assert told == [(field, code, params)]
    assert refused(stage, adapter, request) == (code, params)


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("a second category that there is not", "ebay_category_refused"),
        ("a store category that there is not", "ebay_content_refused"),
        ("a lot where there are none", "ebay_option_refused"),
    ],
)
def test_where_it_could_not_be_looked_up_ebay_itself_refuses_it(stage: EbayStage, case: str, code: str) -> None:
    site, settings, *_ = REFUSED[case]
    request = with_settings(stage.request(1, site=Site(site)), **settings)
    stage.budget = NothingToLookUp(stage.clock)
    adapter = registry.open_marketplace("ebay", stage.connection())
    with pytest.raises(Rejected) as caught:
        adapter.publish(request, stage.new_desk(request).worker())
    assert caught.value.problem.code == code
    assert stage.live() == []


def test_a_location_that_was_switched_off_is_named(stage: EbayStage) -> None:
    stage.simulator.world.seller("anna").locations["main"]["merchantLocationStatus"] = "DISABLED"
    assert refused(stage, stage.open(), stage.request(1)) == ("ebay_location_unknown", {"name": "main"})


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"listing_duration": "DAYS_7"}, "listing_duration"),
        ({"lot_size": 1}, "lot_size"),
        ({"lot_size": 450_000}, "lot_size"),
        ({"vat_percentage": "100"}, "vat_percentage"),
        ({"vat_percentage": "-1"}, "vat_percentage"),
        ({"vat_percentage": "19.1234"}, "vat_percentage"),
        ({"store_category_names": ["/A", "/B", "/C"]}, "store_category_names"),
        ({"store_category_names": ["Hats"]}, "store_category_names.0"),
        ({"secondary_category_id": "15687"}, "secondary_category_id"),
        ({"merchant_location_key": "x" * 37}, "merchant_location_key"),
    ],
)
def test_a_choice_that_no_listing_can_have_is_named_without_any_call(
    stage: EbayStage, settings: dict[str, Any], field: str
) -> None:
    request, adapter = with_settings(stage.request(1), **settings), stage.open()
    assert [(one.field, one.problem.code) for one in adapter.preview(request)] == [
        (f"settings.{field}", "creation_profile_invalid")
    ]
    for act in (lambda: adapter.check(request), lambda: adapter.publish(request, stage.new_desk(request).worker())):
        with pytest.raises(Rejected):
            act()
    assert stage.calls == []


def test_the_stores_categories_can_be_chosen_by_their_whole_paths(stage: EbayStage) -> None:
    found = stage.open(reads_store=True).creation_choices(stage.sites[0])["store_categories"]
    paths = ["/Wool", "/Wool/Hats", "/Wool/Scarves", "/New"]
    assert found == [{"id": path, "name": path} for path in paths]


def test_an_account_that_may_not_read_its_store_chooses_none_and_its_paths_are_left_to_ebay(stage: EbayStage) -> None:
    body = {"errors": [{"errorId": 1100, "domain": "ACCESS", "category": "REQUEST", "message": "Access denied"}]}
    stage.add_faults(Fault("getStoreCategories", "status", status=403, body=body, times=2))
    adapter = stage.open(reads_store=True)
    assert adapter.creation_choices(stage.sites[0])["store_categories"] == []
    request = with_settings(stage.request(1), store_category_names=["/New"])
    adapter.publish(request, stage.new_desk(request).worker())
    assert len(stage.live()) == 1


def test_the_store_is_not_read_unless_the_seller_lets_us(stage: EbayStage) -> None:
    assert stage.open().creation_choices(stage.sites[0])["store_categories"] == []
    assert "getStoreCategories" not in stage.calls


@pytest.mark.parametrize("reads_store", [False, True])
def test_the_permission_is_asked_for_only_where_the_seller_wants_it(stage: EbayStage, reads_store: bool) -> None:
    connection = replace(stage.connection(ru_name="Our-RuName", reads_store=reads_store), secret=stage.secret())
    [scopes] = parse_qs(urlsplit(auth.authorize_url(connection, "s")).query)["scope"]
    assert (auth.STORE_SCOPE in scopes.split()) is reads_store
    assert set(auth.SCOPES) <= set(scopes.split())


@pytest.mark.parametrize("lot", [0, 1, 450_000])
def test_ebay_takes_no_lot_of_one_nor_of_450000(stage: EbayStage, lot: int) -> None:
    publish(stage)
    hand = Hand(stage)
    [shown] = hand("GET", "/offer?sku=CANDLE")["offers"]
    keys = ("offerId", "sku", "marketplaceId", "format", "status", "listing")
    body = {name: value for name, value in {**shown, "lotSize": lot}.items() if name not in keys}
    with pytest.raises(AssertionError, match="25006"):
        hand("PUT", f"/offer/{shown['offerId']}", body)


@pytest.mark.parametrize(("site", "vat"), [("EBAY_US", 19), ("EBAY_GB", 100), ("EBAY_GB", -1), ("EBAY_GB", 19.1234)])
def test_ebay_takes_no_vat_out_of_range_nor_where_there_is_none(stage: EbayStage, site: str, vat: float) -> None:
    publish(stage, site=Site(site))
    hand = Hand(stage)
    [shown] = hand("GET", "/offer?sku=CANDLE")["offers"]
    keys = ("offerId", "sku", "marketplaceId", "format", "status", "listing")
    body = {name: value for name, value in shown.items() if name not in keys} | {"tax": {"vatPercentage": vat}}
    with pytest.raises(AssertionError, match="25011"):
        hand("PUT", f"/offer/{shown['offerId']}", body)
    [after] = hand("GET", "/offer?sku=CANDLE")["offers"]
    assert after.get("tax") is None
