"""What is peculiar to eBay: groups that all sites share, drafts, languages, quotas, consent, and the table of errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from listbridge import registry
from listbridge.domain.ids import ListingKey, RemoteId, Sku
from listbridge.domain.listing import Values
from listbridge.domain.money import Money
from listbridge.domain.ports import MarketplaceAdapter, Published, PublishRequest, Revision
from listbridge.domain.verdicts import (
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    RemoteError,
    RetryLater,
    Unauthorized,
    Unsupported,
)
from listbridge.infra.tokens import TokenCache
from listbridge.marketplaces.ebay import auth
from listbridge.marketplaces.ebay.errors import BY_ID, Refusal
from listbridge.marketplaces.ebay.manifest import MANIFEST
from listbridge.marketplaces.ebay.wire import ErrorEntry
from simulators.door import Transport
from simulators.faults import Fault
from tests.contract.marketplaces.memory_steps import Desk
from tests.contract.marketplaces.stages import ACCOUNT, EbayStage, candle, jumper
from tests.contract.openapi import EbaySpec
from tests.contract.simulators.ebay_seller import EbaySeller
from tests.fakes.cuts import WorkerDied

INVENTORY = "https://api.ebay.com/sell/inventory/v1"
REVISE = "bulkUpdatePriceQuantity"


@pytest.fixture
def stage() -> EbayStage:
    return EbayStage()


class Hand:
    """The seller's own hand in the same account: another tool, or the site."""

    def __init__(self, stage: EbayStage) -> None:
        session = requests.Session()
        session.mount("https://", Transport(stage.simulator))
        form = {"grant_type": "refresh_token", "refresh_token": stage.refresh_token}
        auth = (stage.simulator.client_id, stage.simulator.client_secret)
        token = session.post("https://api.ebay.com/identity/v1/oauth2/token", data=form, auth=auth).json()
        session.headers.update({
            "Authorization": f"Bearer {token['access_token']}", "Content-Language": "en-US",
            "Accept-Language": "en-US",
        })  # fmt: skip
        self._session = session

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._session.request(method, f"{INVENTORY}{path}", json=body)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None


def publish(
    stage: EbayStage, variants: int = 1, **more: Any
) -> tuple[MarketplaceAdapter, PublishRequest, Desk, Published]:
    adapter, request = stage.open(), stage.request(variants, **more)
    desk = stage.new_desk(request)
    return adapter, request, desk, adapter.publish(request, desk.worker())


def watch(stage: EbayStage) -> list[requests.PreparedRequest]:
    """Every request from now on."""
    sent: list[requests.PreparedRequest] = []
    original = stage.before

    def before(request: requests.PreparedRequest) -> None:
        sent.append(request)
        original(request)

    stage.before = before  # type: ignore[method-assign]
    return sent


def bodies(stage: EbayStage, sent: list[requests.PreparedRequest], operation: str) -> list[Any]:
    return [json.loads(request.body or b"{}") for request in sent if stage.operation(request) == operation]


# ---- groups, which all sites share ----


def test_publishing_fewer_variations_on_a_second_site_takes_none_from_the_first(stage: EbayStage) -> None:
    adapter, _, _, first = publish(stage, 6)
    there = stage.request(6, site=stage.sites[1])
    some = replace(there, variants=there.variants[:2])
    second = adapter.publish(some, stage.new_desk(some).worker())
    shown = {live.remote: len(live.variations) for live in stage.live()}
    assert shown == {first.remote: 6, second.remote: 2}


def test_a_draft_left_from_before_does_not_come_back_to_life_with_its_siblings(stage: EbayStage) -> None:
    adapter, request, desk, _ = publish(stage, 6)
    adapter.end(request, desk.worker())
    fewer = replace(request, variants=request.variants[:2])
    done = adapter.publish(fewer, desk.worker())
    [live] = stage.live()
    assert sorted(live.variations) == sorted(v.key.sku for v in fewer.variants)
    assert set(done.offers) == set(live.variations)


def test_a_draft_of_a_variation_that_another_site_sells_is_not_published_unasked(stage: EbayStage) -> None:
    adapter, here, desk, _ = publish(stage, 6)
    there = stage.request(6, site=stage.sites[1])
    other = stage.new_desk(there)
    adapter.publish(there, other.worker())
    stage.desk = desk
    adapter.end(here, desk.worker())  # six drafts here, and all six on sale there
    fewer = replace(here, variants=here.variants[:2])
    adapter.publish(fewer, desk.worker())
    assert sorted(len(live.variations) for live in stage.live()) == [2, 6]


def test_a_variation_that_ebay_leaves_out_is_told_with_its_reason(stage: EbayStage) -> None:
    adapter, request = stage.open(), stage.request(6)
    desk = stage.new_desk(request)
    hand: list[str] = []

    def spoil(event: str) -> None:
        if event == "before publishOfferByInventoryItemGroup" and not hand:
            hand.append(event)
            offer = desk.progress["offer:JUMPER-M"]
            Hand(stage)(
                "PUT", f"/offer/{offer}", {"availableQuantity": 7}
            )  # a full replacement: nothing else is left

    stage.hook = spoil
    done = adapter.publish(request, desk.worker())
    assert done.left_out is not None
    assert {sku: error.problem.code for sku, error in done.left_out.items()} == {
        "JUMPER-M": "ebay_variation_left_out"
    }
    assert Sku("JUMPER-M") not in done.offers
    assert len(stage.live()[0].variations) == 5
    again = adapter.publish(request, desk.worker())
    assert again.left_out is None
    assert again.remote == done.remote
    assert len(stage.live()[0].variations) == 6


def test_one_variant_that_cannot_be_sold_stops_none_of_its_siblings(stage: EbayStage) -> None:
    facts = jumper()
    bad = replace(facts.variants[2], options={"Size": "S" * 51})
    request = replace(
        stage.request(6), product=replace(facts, variants=(*facts.variants[:2], bad, *facts.variants[3:]))
    )
    done = stage.open().publish(request, stage.new_desk(request).worker())
    assert done.left_out is not None
    assert {sku: error.problem.code for sku, error in done.left_out.items()} == {
        "JUMPER-M": "option_value_too_long"
    }
    assert len(stage.live()[0].variations) == 5


@pytest.mark.parametrize("live", [False, True])
def test_one_variant_that_ebay_itself_refuses_stops_none_of_its_siblings(
    stage: EbayStage, live: bool
) -> None:
    adapter, request = stage.open(), stage.request(6)
    desk = stage.new_desk(request)
    if live:
        adapter.publish(request, desk.worker())
    error = {
        "errorId": 25022,
        "domain": "API_INVENTORY",
        "category": "REQUEST",
        "message": "Invalid attribute. Size",
    }
    refusal = Fault("createOrReplaceInventoryItem", "status", status=400, body={"errors": [error]}, skip=2)
    stage.add_faults(refusal)
    done = (adapter.full_revise if live else adapter.publish)(request, desk.worker())
    assert done.left_out is not None
    assert {sku: error.problem.code for sku, error in done.left_out.items()} == {
        "JUMPER-M": "ebay_aspect_refused"
    }
    assert len(stage.live()[0].variations) == (6 if live else 5)  # what is on sale stays on sale
    assert ("JUMPER-M", "not_applied") in desk.attempts


def test_a_refusal_of_every_variant_is_the_products(stage: EbayStage) -> None:
    error = {
        "errorId": 25022,
        "domain": "API_INVENTORY",
        "category": "REQUEST",
        "message": "Invalid attribute. Size",
    }
    stage.add_faults(
        Fault("createOrReplaceInventoryItem", "status", status=400, body={"errors": [error]}, times=6)
    )
    request = stage.request(6)
    with pytest.raises(Rejected) as refused:
        stage.open().publish(request, stage.new_desk(request).worker())
    assert refused.value.problem.code == "ebay_aspect_refused"
    assert stage.ever_made() == 0


def test_a_variation_that_was_sold_cannot_be_taken_out_and_says_so(stage: EbayStage) -> None:
    adapter, request, desk, _ = publish(stage, 6)
    stage.simulator.deeds.buy("JUMPER-XS")
    stage.spec = None  # the documents name no id for this refusal
    with pytest.raises(Rejected) as refused:
        adapter.end(replace(request, variants=request.variants[:1]), desk.worker())
    assert (refused.value.problem.code, refused.value.problem.fix) == (
        "ebay_variation_stays",
        "keep_at_zero",
    )
    assert len(stage.live()[0].variations) == 6


def test_a_single_listing_that_got_options_says_what_to_do(stage: EbayStage) -> None:
    publish(stage)
    facts = jumper()
    first = replace(facts.variants[0], sku=Sku("CANDLE"))
    request = stage.request(6)
    variants = (
        replace(request.variants[0], key=replace(request.variants[0].key, sku=Sku("CANDLE"))),
        *request.variants[1:],
    )
    grown = replace(request, product=replace(facts, variants=(first, *facts.variants[1:])), variants=variants)
    with pytest.raises(Rejected) as refused:
        stage.open().publish(grown, stage.new_desk(grown).worker())
    assert (refused.value.problem.code, refused.value.problem.fix) == (
        "ebay_sku_listed_alone",
        "stop_and_send",
    )


def test_a_renamed_option_value_reaches_the_live_listing(stage: EbayStage) -> None:
    adapter, request, desk, _ = publish(stage, 6)
    facts = jumper()
    renamed = replace(
        facts, variants=tuple(replace(v, options={"Size": f"Size {v.title}"}) for v in facts.variants)
    )
    sent = watch(stage)
    adapter.full_revise(replace(request, product=renamed), desk.worker())
    [live] = stage.live()
    assert live.variations[Sku("JUMPER-M")].aspects["Size"] == ["Size M"]
    before, after = (
        group["variesBy"]["specifications"][0]["values"]
        for group in bodies(stage, sent, "createOrReplaceInventoryItemGroup")
    )
    assert {"M", "Size M"} <= set(before)
    assert after == [f"Size {v.title}" for v in facts.variants]


# ---- offers that somebody else made ----


def test_somebody_elses_draft_is_taken_over_and_what_we_do_not_manage_stays(stage: EbayStage) -> None:
    hand, request = Hand(stage), stage.request(1)
    seller = EbaySeller.item
    hand("PUT", "/inventory_item/CANDLE", seller(object()))  # type: ignore[arg-type]
    draft = {
        "sku": "CANDLE", "marketplaceId": "EBAY_US", "format": "FIXED_PRICE", "quantityLimitPerBuyer": 2,
        "listingPolicies": {**stage.policies["EBAY_US"], "eBayPlusIfEligible": False}, "storeCategoryNames": ["/A"],
    }  # fmt: skip
    made = hand("POST", "/offer", draft)["offerId"]
    done = stage.open().publish(request, stage.new_desk(request).worker())
    assert done.offers == {"CANDLE": made}
    shown = hand("GET", f"/offer/{made}")
    assert (shown["quantityLimitPerBuyer"], shown["storeCategoryNames"]) == (2, ["/A"])
    assert shown["listingPolicies"]["eBayPlusIfEligible"] is False
    assert shown["pricingSummary"]["price"] == {"value": "19.90", "currency": "USD"}


def test_an_offer_that_exists_but_is_not_shown_yet_is_looked_for_again(stage: EbayStage) -> None:
    exists = {
        "errorId": 25002, "domain": "API_INVENTORY", "category": "REQUEST", "message": "Offer entity already exists.",
    }  # fmt: skip
    stage.add_faults(Fault("createOffer", "status", status=400, body={"errors": [exists]}))
    request = stage.request(1)
    with pytest.raises(RetryLater) as waiting:
        stage.open().publish(request, stage.new_desk(request).worker())
    assert waiting.value.problem.code == "ebay_offer_hidden"
    assert stage.live() == []


# ---- publish, interrupted, late and concurrent ----


def test_a_product_that_takes_longer_than_one_worker_has_still_gets_done(stage: EbayStage) -> None:
    adapter, request = stage.open(), stage.request(6)
    desk = stage.new_desk(request)
    runs = 0
    while not stage.live() and runs < 6:
        runs += 1
        stage.hook = DiesAfter(9)  # the writes alone are twelve calls
        with pytest.raises(WorkerDied):
            adapter.publish(request, desk.worker())
    assert (runs, len(stage.live()[0].variations)) == (3, 6)
    assert (
        stage.calls.count("createOrReplaceInventoryItem") == 8
    )  # twice only what was under way when it died
    stage.hook = DiesAfter(99)
    assert adapter.publish(request, desk.worker()).left_out is None
    assert not [name for name in desk.progress if name.startswith(("written:", "creating_offer:"))]


def test_what_an_old_run_wrote_is_written_again_before_it_goes_live(stage: EbayStage) -> None:
    adapter, request = stage.open(), stage.request(1)
    desk = stage.new_desk(request)
    stage.add_faults(Fault("publishOffer", "status", status=429))
    with pytest.raises(RateLimited):
        adapter.publish(request, desk.worker())
    stage.clock.advance(3600)
    desk.values = {sku: replace(value, quantity=2) for sku, value in desk.values.items()}
    desk.highest = dict.fromkeys(desk.highest, 2)
    adapter.publish(request, desk.worker())
    assert [v.quantity for live in stage.live() for v in live.variations.values()] == [2]


def test_content_that_changed_between_two_runs_is_written_again(stage: EbayStage) -> None:
    adapter, request = stage.open(), stage.request(1)
    desk = stage.new_desk(request)
    stage.add_faults(Fault("publishOffer", "status", status=429))
    with pytest.raises(RateLimited):
        adapter.publish(request, desk.worker())
    stage.clock.advance(5)
    adapter.publish(replace(request, product=candle(title="Newer title")), desk.worker())
    assert [v.title for live in stage.live() for v in live.variations.values()] == ["Newer title"]


@pytest.mark.parametrize("variants", [1, 6])
def test_a_budget_that_runs_out_anywhere_leaves_no_item_without_its_offer(
    stage: EbayStage, variants: int
) -> None:
    for calls in range(24):
        stage = EbayStage()
        adapter, request = stage.open(), stage.request(variants)
        desk = stage.new_desk(request)
        stage.budget.calls = calls
        try:
            adapter.publish(request, desk.worker())
        except RateLimited:
            assert "unknown" not in {outcome for _, outcome in desk.attempts}, calls
            stage.budget.calls = None
            adapter.publish(request, desk.worker())
        assert (len(stage.live()), stage.ever_made()) == (1, 1)


class DiesAfter:
    """The process ends after so many answered calls."""

    def __init__(self, calls: int) -> None:
        self._left = calls

    def __call__(self, event: str) -> None:
        if event.startswith("after "):
            self._left -= 1
            if self._left == 0:
                raise WorkerDied(event)


@pytest.mark.parametrize("variants", [1, 6])
@pytest.mark.parametrize("lands_after_s", [5.0, 60.0])
@pytest.mark.parametrize("operation", ["createOffer", "publishOffer", "publishOfferByInventoryItemGroup"])
def test_a_publish_that_lands_late_makes_no_second_listing(
    stage: EbayStage, operation: str, lands_after_s: float, variants: int
) -> None:
    stage.add_faults(Fault(operation, "vendor", name="late", seconds=lands_after_s))
    adapter, request = stage.open(), stage.request(variants)
    desk = stage.new_desk(request)
    for _ in range(2):
        try:
            adapter.publish(request, desk.worker())
        except OutcomeUnknown:
            stage.clock.advance(MANIFEST.traits.settle_s)
    stage.clock.advance(120)
    assert adapter.find(request.site, request.variants[0].key.sku) is not None  # lets late changes land
    assert (len(stage.live()), stage.ever_made()) == (1, 1)
    assert len(stage.live()[0].variations) == variants


@pytest.mark.parametrize("operation", ["createOrReplaceInventoryItem", "createOrReplaceInventoryItemGroup", "publishOfferByInventoryItemGroup", REVISE])  # fmt: skip
def test_concurrent_access_is_certainly_not_applied_and_tried_again(stage: EbayStage, operation: str) -> None:
    adapter, request = stage.open(), stage.request(6)
    desk = stage.new_desk(request)
    if operation == REVISE:
        done = adapter.publish(request, desk.worker())
        act: Callable[[], object] = lambda: revise_one(adapter, request, done, 1)  # noqa: E731
    else:
        act = lambda: adapter.publish(request, desk.worker())  # noqa: E731
    stage.add_faults(Fault(operation, "vendor", name="concurrent"))
    with pytest.raises(RetryLater) as busy:
        act()
    assert busy.value.problem.code == "ebay_item_busy"
    act()
    assert len(stage.live()[0].variations) == 6


def revise_one(
    adapter: MarketplaceAdapter, request: PublishRequest, done: Published, quantity: int
) -> RemoteError | None:
    key = request.variants[0].key
    revision = Revision(key, done.offers[key.sku], done.remote, done.group, Values(quantity))
    return adapter.revise([revision], highest_quantity=quantity)[0].error


def test_nothing_in_stock_is_not_published_and_says_so(stage: EbayStage) -> None:
    request = stage.request(1)
    with pytest.raises(Rejected) as refused:
        stage.open().publish(request, stage.new_desk(request, quantity=0).worker())
    assert (refused.value.problem.code, refused.value.problem.fix) == (
        "ebay_quantity_refused",
        "check_stock_in_shop",
    )
    assert stage.ever_made() == 0


def test_a_full_revise_to_a_zero_that_the_account_cannot_take_has_the_same_code(stage: EbayStage) -> None:
    adapter, request, _, _ = publish(stage)
    stage.refuse_zeros()
    with pytest.raises(Rejected) as refused:
        adapter.full_revise(request, stage.new_desk(request, quantity=0).worker())
    assert refused.value.problem.code == MANIFEST.traits.refuses_zero
    assert [v.quantity for live in stage.live() for v in live.variations.values()] == [7]


def test_a_full_revise_without_a_known_quantity_or_price_repeats_what_is_there(stage: EbayStage) -> None:
    adapter, request, desk, _ = publish(stage)
    desk.values = {Sku("CANDLE"): Values(None, None)}
    desk.highest = {Sku("CANDLE"): 0}
    adapter.full_revise(replace(request, product=candle(title="New")), desk.worker())
    [live] = stage.live()
    shown = live.variations[Sku("CANDLE")]
    assert (shown.quantity, shown.price, shown.title) == (7, Decimal("19.90"), "New")


def test_what_is_sent_holds_all_that_ebay_requires_at_publishing(stage: EbayStage) -> None:
    spec = EbaySpec.load()
    sent = watch(stage)
    publish(stage, 6)
    [group] = bodies(stage, sent, "createOrReplaceInventoryItemGroup")
    items = bodies(stage, sent, "createOrReplaceInventoryItem")
    offers = bodies(stage, sent, "createOffer")
    assert len(items) == len(offers) == 6
    for item, offer in zip(items, offers, strict=True):
        spec.check_publishable(item, offer)  # complete without the group's help
        spec.check_publishable(item, offer, group)


# ---- languages, hosts, addresses ----


def test_every_write_names_the_sites_language_twice_and_every_read_once(stage: EbayStage) -> None:
    sent = watch(stage)
    adapter, request, _, done = publish(stage, 1, site=stage.sites[1])
    revise_one(adapter, request, done, 3)
    adapter.find(request.site, Sku("CANDLE"))
    writes = [r for r in sent if "/sell/inventory/" in str(r.url) and r.method in ("PUT", "POST")]
    assert len(writes) == 4
    for request_sent in writes:
        assert request_sent.headers["Content-Language"] == request_sent.headers["Accept-Language"] == "en-GB"
    reads = [r for r in sent if "/sell/inventory/" in str(r.url) and r.method == "GET"]
    assert reads
    assert all("Accept-Language" in r.headers and "Content-Language" not in r.headers for r in reads)


@pytest.mark.parametrize(("settings", "api", "apiz"), [({}, "api.ebay.com", "apiz.ebay.com"), ({"environment": "sandbox"}, "api.sandbox.ebay.com", "apiz.sandbox.ebay.com")])  # fmt: skip
def test_identity_lives_on_a_host_of_its_own_and_the_sandbox_on_others(
    stage: EbayStage, settings: dict[str, str], api: str, apiz: str
) -> None:
    stage.spec = None  # the documents name production alone
    sent = watch(stage)
    adapter = stage.open(**settings)
    adapter.identify()
    adapter.find(stage.sites[0], Sku("CANDLE"))
    assert [urlsplit(str(r.url)).hostname for r in sent] == [api, apiz, api]


def test_a_base_url_takes_every_call_and_every_address(stage: EbayStage) -> None:
    publish(stage)
    sent = watch(stage)
    connection = replace(stage.connection(), base_url="http://127.0.0.1:8025/")
    adapter = registry.open_marketplace("ebay", connection)
    adapter.identify()
    found = adapter.find(stage.sites[0], Sku("CANDLE"))
    assert {urlsplit(str(r.url)).netloc for r in sent} == {"127.0.0.1:8025"}
    assert found is not None
    assert found.url == f"http://127.0.0.1:8025/itm/{found.remote}"


@pytest.mark.parametrize("sku", ["A/B", "A B", "50%", "ä-ö", "A+B", "A#1", "A?x=1"])
def test_a_sku_of_any_signs_stays_one_segment_of_the_address(stage: EbayStage, sku: str) -> None:
    facts = candle()
    facts = replace(facts, variants=(replace(facts.variants[0], sku=Sku(sku)),))
    request = stage.request(1)
    variant = replace(request.variants[0], key=ListingKey(ACCOUNT, request.site, Sku(sku)))
    request = replace(request, product=facts, variants=(variant,))
    adapter, desk = stage.open(), stage.new_desk(request)
    if not sku.isascii():
        with pytest.raises(Rejected) as refused:
            adapter.publish(request, desk.worker())
        assert refused.value.problem.code == "ebay_sku_refused"
        return
    done = adapter.publish(request, desk.worker())
    found = adapter.find(request.site, Sku(sku))
    assert found is not None
    assert found.remote == done.remote


def test_a_site_that_is_not_ebays_is_unsupported(stage: EbayStage) -> None:
    request = replace(stage.request(1), site="AMAZON_DE")  # type: ignore[arg-type]
    with pytest.raises(Unsupported):
        stage.open().publish(request, stage.new_desk(stage.request(1)).worker())
    assert stage.calls == []


# ---- limits ----


def test_a_spent_day_is_told_from_a_spent_second_by_asking_ebay_once(stage: EbayStage) -> None:
    adapter, request, _, done = publish(stage)
    limits = stage.simulator.world.limits
    used_up = limits.raised(per_day={**limits.values["per_day"], "sell.inventory": 1})
    stage.simulator.world.limits = stage.simulator.world.budget.limits = used_up
    midnight = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)  # in California, the first day of winter time
    for _ in range(3):
        stage.budget.until = None  # as a budget that does not listen
        with pytest.raises(RateLimited) as limited:
            revise_one(adapter, request, done, 1)
        assert limited.value.until == midnight
    assert stage.calls.count("getRateLimits") == 1
    told = [more["blocked_until"] for operation, more in stage.budget.learned if operation == REVISE]
    assert told == [midnight] * 3
    stage.clock.advance((midnight - stage.clock.now()).total_seconds())
    assert revise_one(adapter, request, done, 1) is None


def test_a_spent_second_is_over_in_a_second(stage: EbayStage) -> None:
    adapter, request, _, done = publish(stage)
    stage.add_faults(Fault(REVISE, "status", status=429))
    with pytest.raises(RateLimited) as limited:
        revise_one(adapter, request, done, 1)
    assert (limited.value.until, limited.value.after_s) == (None, 1.0)


def test_an_outage_of_the_quota_service_hides_no_rate_limit(stage: EbayStage) -> None:
    adapter, request, _, done = publish(stage)
    stage.add_faults(Fault(REVISE, "status", status=429), Fault("getRateLimits", "status", status=429))
    with pytest.raises(RateLimited):
        revise_one(adapter, request, done, 1)


def test_a_listing_revised_too_often_today_waits_for_tomorrow(stage: EbayStage) -> None:
    adapter, request, _, done = publish(stage)
    world = stage.simulator.world
    world.limits = world.limits.raised(revisions_per_listing_per_day=1)
    assert revise_one(adapter, request, done, 3) is None
    error = revise_one(adapter, request, done, 0)
    assert isinstance(error, RateLimited)
    assert error.until == datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
    assert stage.budget.learned == []  # the listing's limit is not the app's


def test_a_listing_on_hold_is_waited_for(stage: EbayStage) -> None:
    adapter, request, desk, done = publish(stage)
    stage.simulator.deeds.hold_listing(done.remote)
    with pytest.raises(RetryLater) as waiting:
        adapter.full_revise(request, desk.worker())
    assert waiting.value.problem.code == "ebay_listing_on_hold"


# ---- consent ----


def test_a_consent_becomes_a_refresh_token_that_opens_the_account(stage: EbayStage) -> None:
    stage.simulator.deeds.register_redirect("Our-RuName", "https://here.example/callbacks/ebay")
    keys = {name: value for name, value in stage.secret().items() if name != "refresh_token"}
    connection = replace(stage.connection(ru_name="Our-RuName"), secret=keys)
    address = auth.authorize_url(connection, "state-1")
    assert urlsplit(address).netloc == "auth.ebay.com"
    session = requests.Session()
    session.mount("https://", Transport(stage.simulator))
    sent_back = session.get(address, allow_redirects=False).headers["Location"]
    query = parse_qs(urlsplit(sent_back).query)
    assert query["state"] == ["state-1"]
    fields = auth.exchange(connection, query["code"][0])
    assert fields["refresh_token"] != stage.refresh_token
    assert fields["refresh_token_expires_at"] == "2028-05-02T00:00:00+00:00"
    stage.refresh_token = fields["refresh_token"]
    assert stage.open().identify().remote_name
    with pytest.raises(Unauthorized):
        auth.exchange(connection, query["code"][0])  # a code works once


@pytest.mark.parametrize(
    ("secret", "code", "fix"),
    [
        ({"refresh_token": ""}, "ebay_consent_missing", "authorize_account"),
        ({"refresh_token": "gone"}, "ebay_token_refused", "reconnect_account"),
        ({"client_secret": "wrong"}, "ebay_app_refused", "check_app_keys"),
    ],
)
def test_credentials_that_do_not_work_say_which(
    stage: EbayStage, secret: dict[str, str], code: str, fix: str
) -> None:
    connection = replace(stage.connection(), secret={**stage.secret(), **secret})
    with pytest.raises(Unauthorized) as refused:
        registry.open_marketplace("ebay", connection).identify()
    assert (refused.value.problem.code, refused.value.problem.fix) == (code, fix)


def test_a_token_without_the_scope_asks_to_connect_again(stage: EbayStage) -> None:
    body = {
        "errors": [{"errorId": 1100, "domain": "ACCESS", "category": "REQUEST", "message": "Access denied"}]
    }
    stage.add_faults(Fault("getOffers", "status", status=403, body=body))
    with pytest.raises(Unauthorized) as refused:
        stage.open().find(stage.sites[0], Sku("CANDLE"))
    assert refused.value.problem.code == "ebay_scope_missing"


def test_tokens_are_fetched_once_for_many_calls_and_many_adapters(stage: EbayStage) -> None:
    tokens = TokenCache()
    for _ in range(3):
        stage.open(tokens=tokens).find(stage.sites[0], Sku("CANDLE"))
    assert stage.calls.count("oauth2Token") == 1


def test_a_reconnected_account_never_speaks_with_the_old_sellers_token(stage: EbayStage) -> None:
    tokens = TokenCache()
    before = stage.open(tokens=tokens).identify()
    connection = replace(stage.connection(tokens), secret=stage.stranger())
    assert registry.open_marketplace("ebay", connection).identify().remote_name != before.remote_name


def test_suggested_categories_come_with_the_apps_own_token(stage: EbayStage) -> None:
    choices = stage.open(sells="cotton shirts").creation_choices(stage.sites[0])
    assert {"id": "15687", "name": "T-Shirts"} in choices["categories"]
    assert stage.open().creation_choices(stage.sites[0])["categories"] == []


# ---- the table of errors, against the documents ----


def documented() -> dict[int, str]:
    """Every error id of the operations that we use, with its category."""
    spec = EbaySpec.load()
    used = set().union(*(set(budget.operations) for budget in MANIFEST.budgets))
    found: dict[int, str] = {}
    for operation in spec._operations:
        if operation.id in used:
            for response in operation.body["responses"].values():
                for error_id, entry in response.get("x-response-codes", {}).get("errors", {}).items():
                    found[int(error_id)] = str(entry.get("category"))
    return found


def test_every_operation_with_a_budget_is_one_of_ebays(stage: EbayStage) -> None:
    used = [operation for budget in MANIFEST.budgets for operation in budget.operations]
    assert len(used) == len(set(used))
    assert set(used) <= EbaySpec.load().operation_ids()


def test_every_id_of_the_table_is_documented_for_an_operation_that_we_use() -> None:
    gateway = {1001, 1002, 1003, 1100, 2001, 2002, 2004}  # common errors, which no document lists
    assert set(BY_ID) - gateway <= set(documented())


def test_every_documented_error_gets_the_verdict_of_its_category() -> None:
    now = datetime(2026, 11, 1, tzinfo=UTC)
    waits = {25025, 25038, 25039, 25040, 25097, 25098, 25759}
    judged = 0
    for error_id, category in documented().items():
        entry = ErrorEntry(error_id=error_id, category=category, message="text")
        status = 500 if category == "APPLICATION" else 400
        write = Refusal("x", status, write=True, entries=[entry]).error(now)
        read = Refusal("x", status, write=False, entries=[entry]).error(now)
        if error_id in waits:
            assert isinstance(write, RetryLater), error_id
        elif category == "REQUEST":
            assert isinstance(write, Rejected), error_id
            assert isinstance(read, Rejected), error_id
        else:
            assert isinstance(write, OutcomeUnknown), error_id
            assert isinstance(read, RetryLater), error_id
        judged += 1
    assert judged > 120


@pytest.mark.parametrize("error_id", [25701, 25702, 25705, 25710, 25713, 25725])
def test_only_a_positive_word_that_it_is_not_there_is_an_absence(error_id: int) -> None:
    now = datetime(2026, 11, 1, tzinfo=UTC)
    entry = ErrorEntry(error_id=error_id, category="REQUEST", message="gone")
    assert isinstance(Refusal("x", 404, write=False, entries=[entry]).error(now), NotFound)
    lost = ErrorEntry(error_id=2002, category="REQUEST", message="Resource not resolved")
    for entries in ([], [lost]):
        assert not isinstance(Refusal("x", 404, write=False, entries=entries).error(now), NotFound)


def test_a_foreign_currency_is_refused_by_name(stage: EbayStage) -> None:
    adapter, request, _, done = publish(stage)
    revision = Revision(
        request.variants[0].key, done.offers[Sku("CANDLE")], RemoteId(done.remote), None,
        Values(None, Money(Decimal("5.00"), "EUR")),
    )  # fmt: skip
    [result] = adapter.revise([revision], highest_quantity=None)
    assert isinstance(result.error, Rejected)
    assert result.error.problem.code == "ebay_price_refused"
    assert "EUR" in result.error.problem.params["message"]
