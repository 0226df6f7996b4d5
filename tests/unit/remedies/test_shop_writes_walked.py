"""More of what a shop lacks: another store, events it does not report, old orders, and products without what eBay needs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from listbridge import registry
from listbridge.domain.catalog import Observation
from listbridge.domain.ids import JobId, ProductId, ShopId
from listbridge.domain.jobs import Job, JobEntry, JobKind, JobState
from listbridge.services.catalog.recompute import Recompute
from simulators.ebay.offers import groups
from simulators.faults import Fault
from tests.unit.functions.installation import SHOP_CREDENTIALS, SITE, Installation
from tests.unit.functions.order_desk import OrderDesk
from tests.unit.functions.seller import Seller
from tests.unit.remedies.listing_words import did, follows, in_list, on_sale, row_of
from tests.unit.remedies.order_words import bought, notice, noticed, shop_id
from tests.unit.remedies.test_connections_walked import SHOP_DRAFT, forget_tokens
from tests.unit.remedies.test_products_walked import add, edit_profile, variants
from tests.unit.remedies.walks import EBAY, SHOPIFY, entry, heard, named, reason, refusal, walks


@walks("other_shop", on=SHOPIFY)
def test_credentials_of_another_store_are_connected_as_a_shop_of_its_own(installation: Installation) -> None:
    shop = installation.connect_shop()
    world = installation.shopify.world
    world.shop = replace(world.shop, currency="USD")
    body = {"credentials": SHOP_CREDENTIALS}
    named(refusal(installation, "PUT", f"/shops/{shop}/credentials", body), "other_shop", "connect_as_new_shop")
    made = installation.post("/shops", {**SHOP_DRAFT, "name": "Other"})
    assert (made["shop"]["state"], made["shop"]["currency"]) == ("active", "USD")


@walks("shopify_webhook_refused", on=SHOPIFY)
def test_events_that_shopify_does_not_report_are_approved_and_checked_again(installation: Installation) -> None:
    refused = {"field": ["topic"], "message": "This app is not approved for it."}
    answer = {"data": {"webhookSubscriptionCreate": {"webhookSubscription": None, "userErrors": [refused]}}}
    faults = installation.shopify.faults
    faults.add(Fault("webhookSubscriptionCreate", "status", status=200, body=answer, times=50))
    made = installation.post("/shops", SHOP_DRAFT)
    named(made["hooks_problem"], "shopify_webhook_refused", "approve_app")
    faults.clear()
    path = f"/shops/{made['shop']['id']}/check"
    assert installation.post(path, expect=200)["hooks_problem"] is None


@walks("shopify_order_not_shown", on=SHOPIFY)
def test_an_old_order_is_shown_with_the_permission_for_it(desk: OrderDesk) -> None:
    remote = bought(desk)
    deeds, tokens = desk.its.shopify.deeds, desk.its.shopify.world.tokens
    scopes = list(tokens.scopes)
    desk.its.stores.clock.advance(61 * 86_400)
    deeds.set_scopes([one for one in scopes if one != "read_all_orders"])
    forget_tokens(desk.its)
    desk.look(7 * 3600)
    found = notice(desk, remote, "relay_refused", "grant_scopes")
    assert found["params"]["reason"] == "shopify_order_not_shown"
    deeds.set_scopes(scopes)
    forget_tokens(desk.its)
    path = f"/v1/shops/{desk.shop}/credentials"
    assert desk.its.call("PUT", path, {"credentials": SHOP_CREDENTIALS}).status == 200
    desk.look(7 * 3600)
    assert "relay_refused" not in noticed(desk, remote)
    assert shop_id(desk, remote)


@walks("no_consent_flow")
def test_where_nobody_consents_in_the_browser_credentials_are_entered(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """eBay has a consent page: it is a marketplace as eBay would be without."""
    draft = {"name": "anna", "marketplace": "ebay", "shop": installation.connect_shop(), "sites": [SITE]}
    keys = {"client_id": "sim-client", "client_secret": "sim-secret"}
    bare = replace(registry.marketplace("ebay"), capabilities=frozenset())
    monkeypatch.setattr(registry, "marketplace", lambda _: bare)
    problem = refusal(installation, "POST", "/accounts", {**draft, "credentials": keys, "connect": "by_consent"})
    named(problem, "no_consent_flow", "enter_credentials")
    made = installation.post("/accounts", {**draft, "credentials": installation.ebay_credentials()})
    assert made["state"] == "active"


@walks("price_missing")
def test_a_price_that_the_shop_does_not_give_is_set_there(seller: Seller) -> None:
    """Shopify always has a price: the observation is of a shop that gives none."""
    product = on_sale(seller)
    store, counters = seller.its.stores.variants, seller.its.stores.counters
    (variant,) = store.of_product(ShopId(seller.shop), ProductId(product))
    numbers = [counters.next(f"observation#{seller.shop}") for _ in range(2)]
    seen = Observation(start=numbers[0], end=numbers[1])
    store.observe(replace(variant, facts=replace(variant.facts, price=None), observation=seen))
    Recompute(seller.its.deps).listings([row_of(seller).key])
    story = seller.its.get(f"/listings/{seller.row('MUG')['listing']['id']}/explain")
    named(story["price"]["reason"], "price_missing", "set_price_in_shop")
    seller.its.shopify.deeds.set_price("9.00", sku="MUG")
    heard(seller, product)
    assert follows(seller)


@walks("job_ended")
def test_what_an_ended_job_left_out_is_begun_again(seller: Seller) -> None:
    in_list(seller)
    item = str(row_of(seller).key)
    job = Job(
        id=JobId("job_1"), kind=JobKind.SEND, created_at=seller.its.stores.clock.now(), state=JobState.FAILED, total=1
    )
    seller.its.stores.jobs.create(job, [JobEntry(item=item)])
    (told,) = seller.its.get("/jobs/job_1/entries")["entries"]
    named(told["reason"], "job_ended", "")
    assert did(seller, "send") == "done"


@walks("title_missing", on=EBAY)
def test_a_product_without_a_title_gets_one(seller: Seller) -> None:
    product = add(seller, [{"sku": "MUG", "price": "12.50", "stock": 3}], title=" ")
    seller.its.act(seller.list, "send")
    named(reason(seller, "MUG"), "title_missing", "edit_product_in_shop")
    seller.its.shopify.deeds.set_title(product, "Mug")
    heard(seller, product)
    assert did(seller, "send") == "done"
    assert follows(seller)


@walks("option_value_missing", on=EBAY)
def test_an_option_without_a_value_gets_one(seller: Seller) -> None:
    product = add(seller, variants(seller, "MUG", "CUP", Size="L"))
    world = seller.its.shopify.world
    cup = seller.its.shopify.deeds.variant(sku="CUP")
    options: tuple[tuple[str, Any], ...] = cup.selected_options
    world.catalog.change_variant(cup.id, world.now(), selected_options=options[:1])
    heard(seller, product)
    seller.its.act(seller.list, "send")
    named(reason(seller, "CUP"), "option_value_missing", "check_options_in_shop")
    world.catalog.change_variant(cup.id, world.now(), selected_options=options)
    heard(seller, product)
    assert did(seller, "send", "CUP") == "done"
    assert follows(seller, "CUP")


@walks("ebay_variation_left_out", on=EBAY)
def test_a_variation_that_ebay_left_out_is_completed_and_sent_again(
    seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(seller, variants(seller, "RED", "BLUE"))
    ready = groups._ready

    def without_blue(*given: Any) -> Any:
        """eBay misses something of BLUE, and says no word of it."""
        offers, missing = ready(*given)
        return [one for one in offers if one.sku != "BLUE"], missing

    with monkeypatch.context() as incomplete:
        incomplete.setattr(groups, "_ready", without_blue)
        job = seller.its.act(seller.list, "send")
    named(entry(seller, job, "BLUE")["reason"], "ebay_variation_left_out", "check_required_fields")
    assert seller.live_offers() == {"RED": 3}
    edit_profile(seller, brand="Nordlicht")
    assert did(seller, "send", "BLUE") == "done"
    assert (follows(seller, "RED"), follows(seller, "BLUE")) == (True, True)
