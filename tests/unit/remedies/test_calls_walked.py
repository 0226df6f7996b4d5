"""What the API answers to a call that it does not take: the same call as the answer asks for is taken."""

from __future__ import annotations

from typing import Any

import pytest

from listbridge.domain.configuration import Account
from listbridge.domain.ids import AccountId
from tests.unit.functions.installation import SITE
from tests.unit.functions.seller import Seller
from tests.unit.remedies.listing_words import in_list, on_sale
from tests.unit.remedies.test_observed_walked import waiting_job
from tests.unit.remedies.walks import EBAY, entry, named, refusal, walks


@walks("body_unreadable")
def test_a_body_that_is_no_json_is_sent_as_json(seller: Seller) -> None:
    path = f"/v1/accounts/{seller.account}"
    answer = seller.its.call("PATCH", path, raw="{")
    assert answer.status == 400
    named(answer.body["problem"], "body_unreadable", "")
    assert seller.its.call("PATCH", path, {"name": "Anna"}).status == 202


@walks("content_type_missing", "json_expected")
@pytest.mark.parametrize(("given", "code"), [("", "content_type_missing"), ("text/plain", "json_expected")])
def test_a_body_of_another_type_is_sent_as_json(seller: Seller, given: str, code: str) -> None:
    path = f"/v1/accounts/{seller.account}"
    answer = seller.its.call("PATCH", path, {"name": "Anna"}, headers={"Content-Type": given})
    assert answer.status == 415
    named(answer.body["problem"], code, "send_as_json")
    assert seller.its.call("PATCH", path, {"name": "Anna"}).status == 202


@walks("body_too_large")
def test_a_body_that_is_too_long_is_sent_in_parts(seller: Seller) -> None:
    path = f"/v1/sales-lists/{seller.list}/items"
    answer = seller.its.call("POST", path, {"products": ["9" * 100] * 30_000})
    assert answer.status == 413
    named(answer.body["problem"], "body_too_large", "")
    assert seller.its.call("POST", path, {"products": ["1"]}).status == 202


@walks("invalid_fields")
def test_fields_that_are_named_are_corrected(seller: Seller) -> None:
    path = f"/sales-lists/{seller.list}/actions"
    seller.its.add_items(seller.list, seller.its.add_product("MUG"))
    answer = seller.its.call("POST", f"/v1{path}", {"action": "explode"})
    named(answer.body["problem"], "invalid_fields", "")
    assert {one["field"] for one in answer.body["fields"]} >= {"action"}
    seller.its.post(path, {"action": "send", "items": "all"}, expect=202)


@walks("not_found", "no_such_route")
@pytest.mark.parametrize(("path", "code"), [("/v1/shops/shop_none", "not_found"), ("/v1/shopz", "no_such_route")])
def test_what_is_not_there_is_found_in_its_list(seller: Seller, path: str, code: str) -> None:
    answer = seller.its.call("GET", path)
    assert answer.status == 404
    named(answer.body["problem"], code, "")
    assert [shop["id"] for shop in seller.its.get("/shops")["shops"]] == [seller.shop]


@walks("group_needed")
def test_who_is_not_in_the_group_is_put_into_it(seller: Seller) -> None:
    path = f"/shops/{seller.shop}/sweep"
    problem = refusal(seller.its, "POST", path, status=403, groups="viewer")
    named(problem, "group_needed", "ask_admin_for_group")
    assert seller.its.call("POST", f"/v1{path}", groups="operator").status == 202


@walks("edited_meanwhile")
def test_an_edit_of_an_old_version_is_made_again_on_the_newest(seller: Seller) -> None:
    path = f"/accounts/{seller.account}"
    rev = seller.its.get(path)["rev"]
    seller.its.patch(path, {"name": "Somebody else's", "rev": rev})
    problem = refusal(seller.its, "PATCH", path, {"name": "Anna", "rev": rev})
    named(problem, "edited_meanwhile", "repeat_edit")
    seller.its.patch(path, {"name": "Anna", "rev": seller.its.get(path)["rev"]})
    assert seller.its.get(path)["name"] == "Anna"


@walks("changed_meanwhile")
def test_an_edit_that_was_overtaken_while_it_was_counted_is_made_again(seller: Seller) -> None:
    on_sale(seller)
    path = f"/accounts/{seller.account}"
    job = seller.its.patch(path, {"auto_price": False})["job"]
    configuration = seller.its.stores.configuration
    saved = configuration.get(Account, AccountId(seller.account))
    configuration.save(saved.model_copy(update={"name": "Somebody else's"}))
    seller.its.run()
    told = seller.its.get(f"/jobs/{job['id']}")
    assert told["state"] == "failed"
    named(told["reason"], "changed_meanwhile", "repeat_edit")
    seller.its.patch(path, {"auto_price": False})
    seller.its.run()
    assert seller.its.get(path)["auto_price"] is False


@walks("seller_being_connected", on=EBAY)
def test_a_seller_who_is_being_connected_is_tried_again_in_a_minute(seller: Seller) -> None:
    boris = seller.its.ebay.deeds.add_seller("boris", marketplaces=[SITE])
    credentials = {**seller.its.ebay_credentials(), "refresh_token": boris["refreshToken"]}
    draft: dict[str, Any] = {"name": "B", "marketplace": "ebay", "shop": seller.shop, "sites": [SITE]}
    draft["credentials"] = credentials
    name = seller.its.ebay.world.sellers["boris"].user_id
    leases = seller.its.stores.leases
    assert leases.acquire(f"connect#ebay#{name}", "another request", seconds=50) is not None
    named(refusal(seller.its, "POST", "/accounts", draft), "seller_being_connected", "repeat_later")
    seller.its.stores.clock.advance(60)
    assert seller.its.post("/accounts", draft)["state"] == "active"


# ---- jobs ----


@walks("job_does_not_wait", "job_is_over", "job_refused")
def test_a_job_that_was_decided_is_begun_again(seller: Seller) -> None:
    job = waiting_job(seller)
    path = f"/jobs/{job['id']}"
    seller.its.post(f"{path}/refuse", expect=200)
    named(entry(seller, job, "A")["reason"], "job_refused", "")
    named(refusal(seller.its, "POST", f"{path}/approve"), "job_does_not_wait", "")
    named(refusal(seller.its, "POST", f"{path}/cancel"), "job_is_over", "")
    seller.its.act(seller.list, "stop")
    assert seller.live_offers() == {}


@walks("job_cancelled")
def test_what_a_cancelled_job_left_out_is_begun_again(seller: Seller) -> None:
    in_list(seller)
    path = f"/sales-lists/{seller.list}/actions"
    job = seller.its.post(path, {"action": "send", "items": "all"}, expect=202)["job"]
    seller.its.post(f"/jobs/{job['id']}/cancel", expect=200)
    seller.its.run()
    named(entry(seller, job, "MUG")["reason"], "job_cancelled", "")
    assert seller.live_offers() == {}
    seller.its.act(seller.list, "send")
    assert seller.live_offers() == {"MUG": 7}


@walks("superseded")
def test_what_a_later_action_took_over_is_told_by_that_action(seller: Seller) -> None:
    on_sale(seller)
    path = f"/sales-lists/{seller.list}/actions"
    first = seller.its.post(path, {"action": "revise_quantity", "items": "all"}, expect=202)["job"]
    second = seller.its.post(path, {"action": "revise", "items": "all"}, expect=202)["job"]
    seller.its.run()
    named(entry(seller, first, "MUG")["reason"], "superseded", "")
    assert entry(seller, second, "MUG")["outcome"] == "done"


@walks("listings_failed", "listings_held")
def test_listings_that_failed_or_are_held_are_found_and_each_says_what_helps(seller: Seller) -> None:
    in_list(seller, "FREE", price="0.00")
    on_sale(seller, "HELD")
    seller.its.act(seller.list, "unlink", [seller.row("HELD")["id"]])
    seller.its.act(seller.list, "link", [seller.row("HELD")["id"]])
    told = {one["problem"]["code"]: one["problem"] for one in seller.its.get("/health")["concerns"]}
    named(told["listings_failed"], "listings_failed", "look_at_listings")
    named(told["listings_held"], "listings_held", "align")
    rows = {row["sku"]: row["reason"]["fix"] for row in seller.its.get("/listings")["listings"]}
    assert rows == {"FREE": "set_price_in_shop", "HELD": "align"}
    seller.its.act(seller.list, "align", [seller.row("HELD")["id"]])
    seller.its.shopify.deeds.set_price("9.00", sku="FREE")
    seller.its.act(seller.list, "send")
    codes = {one["problem"]["code"] for one in seller.its.get("/health")["concerns"]}
    assert codes & {"listings_failed", "listings_held"} == set()
