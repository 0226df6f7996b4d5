"""eBay's languages, hosts, quotas and consent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import requests

from listbridge import registry
from listbridge.domain.ids import ListingKey, Sku
from listbridge.domain.ports import PublishRequest
from listbridge.domain.verdicts import RateLimited, Rejected, RetryLater, Unauthorized, Unsupported
from listbridge.infra.calls.tokens import TokenCache
from listbridge.marketplaces.ebay import auth
from simulators.door import Transport
from simulators.faults import Fault
from tests.contract.marketplaces.ebay_acts import REVISE, publish, revise_one, watch
from tests.contract.marketplaces.staged_ebay import EbayStage
from tests.contract.marketplaces.stages import ACCOUNT, candle, jumper


@pytest.fixture
def stage(ebay: EbayStage) -> EbayStage:
    return ebay


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


@pytest.mark.parametrize(
    ("settings", "api", "apiz"),
    [
        ({}, "api.ebay.com", "apiz.ebay.com"),
        ({"environment": "sandbox"}, "api.sandbox.ebay.com", "apiz.sandbox.ebay.com"),
    ],
)
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


def with_sku(stage: EbayStage, sku: str) -> PublishRequest:
    facts = candle()
    facts = replace(facts, variants=(replace(facts.variants[0], sku=Sku(sku)),))
    request = stage.request(1)
    variant = replace(request.variants[0], key=ListingKey(ACCOUNT, request.site, Sku(sku)))
    return replace(request, product=facts, variants=(variant,))


@pytest.mark.parametrize("sku", ["A/B", "A B", "50%", "ä-ö", "A+B", "A#1", "A?x=1"])
def test_a_sku_of_signs_that_ebay_does_not_take_is_refused_with_words_and_nobody_has_it(
    stage: EbayStage, sku: str
) -> None:
    request = with_sku(stage, sku)
    adapter, desk = stage.open(), stage.new_desk(request)
    sent = watch(stage)
    assert adapter.find(request.site, Sku(sku)) is None
    with pytest.raises(Rejected) as refused:
        adapter.publish(request, desk.worker())
    assert (refused.value.problem.code, refused.value.problem.fix) == ("ebay_sku_refused", "change_sku_in_shop")
    put = next(r for r in sent if r.method == "PUT")  # one segment of the address, whatever the SKU holds
    assert urlsplit(str(put.url)).path == f"/sell/inventory/v1/inventory_item/{quote(sku, safe='')}"
    assert stage.simulator.world.seller("anna").items == {}


def test_a_sku_of_letters_digits_hyphens_underscores_and_full_stops_sells(stage: EbayStage) -> None:
    request = with_sku(stage, "Az-09_b.c")
    adapter = stage.open()
    done = adapter.publish(request, stage.new_desk(request).worker())
    found = adapter.find(request.site, Sku("Az-09_b.c"))
    assert found is not None
    assert found.remote == done.remote


def test_a_variant_whose_sku_ebay_does_not_take_stops_none_of_its_siblings(stage: EbayStage) -> None:
    facts, request = jumper(), stage.request(6)
    bad = replace(facts.variants[2], sku=Sku("JUMPER M"))
    key = ListingKey(ACCOUNT, request.site, Sku("JUMPER M"))
    request = replace(
        request,
        product=replace(facts, variants=(*facts.variants[:2], bad, *facts.variants[3:])),
        variants=(*request.variants[:2], replace(request.variants[2], key=key), *request.variants[3:]),
    )
    done = stage.open().publish(request, stage.new_desk(request).worker())
    assert {sku: error.problem.code for sku, error in (done.left_out or {}).items()} == {"JUMPER M": "ebay_sku_refused"}
    assert len(stage.live()[0].variations) == 5


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
    fields = auth.consented(connection, query["code"][0])
    assert fields["refresh_token"] != stage.seller["refreshToken"]
    assert fields["refresh_token_expires_at"] == "2028-05-02T00:00:00+00:00"
    stage.seller["refreshToken"] = fields["refresh_token"]
    assert stage.open().identify().remote_name
    with pytest.raises(Unauthorized):
        auth.consented(connection, query["code"][0])  # a code works once


@pytest.mark.parametrize(
    ("secret", "code", "fix"),
    [
        ({"refresh_token": ""}, "ebay_consent_missing", "authorize_account"),
        ({"refresh_token": "gone"}, "ebay_token_refused", "reconnect_account"),
        ({"client_secret": "wrong"}, "ebay_app_refused", "check_app_keys"),
    ],
)
def test_credentials_that_do_not_work_say_which(stage: EbayStage, secret: dict[str, str], code: str, fix: str) -> None:
    connection = replace(stage.connection(), secret={**stage.secret(), **secret})
    with pytest.raises(Unauthorized) as refused:
        registry.open_marketplace("ebay", connection).identify()
    assert (refused.value.problem.code, refused.value.problem.fix) == (code, fix)


def test_a_token_without_the_scope_asks_to_connect_again(stage: EbayStage) -> None:
    body = {"errors": [{"errorId": 1100, "domain": "ACCESS", "category": "REQUEST", "message": "Access denied"}]}
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


def test_every_enabled_location_can_be_chosen_however_many_there_are(stage: EbayStage) -> None:
    locations = stage.simulator.world.seller("anna").locations
    for n in range(250):
        place = {"merchantLocationKey": f"place-{n}", "name": f"Place {n}", "merchantLocationStatus": "ENABLED"}
        locations[f"place-{n}"] = place
    locations["place-7"]["merchantLocationStatus"] = "DISABLED"
    choices = stage.open().creation_choices(stage.sites[0])
    found = [choice["id"] for choice in choices["locations"]]
    assert sorted(found) == sorted(set(locations) - {"place-7"})
    assert stage.calls.count("getInventoryLocations") == 3


def test_suggested_categories_come_with_the_apps_own_token(stage: EbayStage) -> None:
    choices = stage.open(sells="cotton shirts").creation_choices(stage.sites[0])
    assert {"id": "15687", "name": "T-Shirts"} in choices["categories"]
    assert stage.open().creation_choices(stage.sites[0])["categories"] == []
