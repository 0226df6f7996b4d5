"""What a seller does to listings, down to what eBay shows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listbridge.admin.row_ids import item_id
from listbridge.domain.ids import AccountId, ListingKey, ProductId, ShopId, Site, Sku, VariantId, VariantKey
from listbridge.domain.listings.listing import Status
from listbridge.domain.work import Lane
from tests.unit.functions.installation import SITE
from tests.unit.functions.seller import Seller


def test_sending_makes_listings_active_and_tells_each(seller: Seller) -> None:
    seller.its.add_items(seller.list, seller.its.add_product("A1"), seller.its.add_product("V1", "V2"))
    job = seller.its.act(seller.list, "send")
    assert seller.outcomes(job) == {"A1": ("done", ""), "V1": ("done", ""), "V2": ("done", "")}
    assert seller.live_offers() == {"A1": 7, "V1": 7, "V2": 7}
    assert seller.row("V1")["listing"]["auto_update"] == "on"


def test_sending_one_variant_sends_its_product(seller: Seller) -> None:
    seller.its.add_items(seller.list, seller.its.add_product("V1", "V2"), seller.its.add_product("A1"))
    job = seller.its.act(seller.list, "send", [seller.row("V1")["id"]])
    assert seller.outcomes(job) == {"V1": ("done", ""), "V2": ("done", "")}
    assert seller.statuses() == {"A1": "not_active", "V1": "active", "V2": "active"}


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        ("revise_quantity", "not_linked"),
        ("revise_price", "not_linked"),
        ("revise", "not_linked"),
        ("full_revise", "not_linked"),
        ("align", "not_linked"),
        ("stop", "not_linked"),
        ("unlink", "not_linked"),
        ("relist", "not_ended"),
    ],
)
def test_what_was_never_sent_refuses_what_needs_a_live_listing(seller: Seller, action: str, reason: str) -> None:
    seller.its.add_items(seller.list, seller.its.add_product("A1"))
    job = seller.its.act(seller.list, action)
    assert (job["state"], seller.outcomes(job)) == ("done", {"A1": ("skipped", reason)})
    assert seller.statuses() == {"A1": "not_active"}


@pytest.mark.parametrize("action", ["send", "link"])
def test_what_is_live_is_neither_sent_nor_linked_again(seller: Seller, action: str) -> None:
    seller.its.add_items(seller.list, seller.its.add_product("A1"))
    seller.its.act(seller.list, "send")
    job = seller.its.act(seller.list, action)
    assert seller.outcomes(job) == {"A1": ("skipped", "linked_already")}
    assert len(seller.live_offers()) == 1


ACTIONS = [
    "send",
    "revise_quantity",
    "revise_price",
    "revise",
    "full_revise",
    "align",
    "stop",
    "relist",
    "stop_and_remove",
    "remove",
    "link",
    "unlink",
]


@pytest.mark.parametrize("action", ACTIONS)
def test_a_pending_row_refuses_every_action(seller: Seller, action: str) -> None:
    seller.its.add_items(seller.list, seller.its.add_product("A1", "A2"))
    key = ListingKey(AccountId(seller.account), Site(SITE), Sku("A1"))
    stores = seller.its.stores
    stores.listings.save(replace(stores.listings.get(key), status=Status.PENDING))
    body = {"action": action, "items": [seller.row("A1")["id"]]}
    job = seller.its.post(f"/sales-lists/{seller.list}/actions", body, expect=202)["job"]
    assert seller.outcomes(job)["A1"] == ("skipped", "pending")
    assert stores.queues.messages(Lane.PUBLISH) == []
    assert stores.listings.get(key).status is Status.PENDING


def test_a_manual_revise_works_with_the_switch_off(seller: Seller) -> None:
    seller.its.add_items(seller.list, seller.its.add_product("A1"))
    seller.its.act(seller.list, "send")
    seller.its.patch(f"/accounts/{seller.account}", {"auto_quantity": False})
    seller.its.run()
    seller.its.shopify.deeds.set_stock(sku="A1", available=4)
    seller.its.post(f"/shops/{seller.shop}/sweep", expect=202)
    seller.its.run()
    row = seller.row("A1")["listing"]
    assert (row["quantity"]["computed"], row["quantity"]["accepted"]) == (4, 7)
    assert row["reason"]["code"] == "auto_quantity_off"
    assert seller.live_offers() == {"A1": 7}
    job = seller.its.act(seller.list, "revise_quantity")
    assert seller.outcomes(job) == {"A1": ("done", "")}
    assert seller.live_offers() == {"A1": 4}


def test_a_later_demand_ends_the_earlier_jobs_wait(seller: Seller) -> None:
    seller.its.add_items(seller.list, seller.its.add_product("A1"))
    seller.its.act(seller.list, "send")
    path = f"/sales-lists/{seller.list}/actions"
    first = seller.its.post(path, {"action": "revise_quantity", "items": "all"}, expect=202)["job"]
    second = seller.its.post(path, {"action": "revise", "items": "all"}, expect=202)["job"]
    seller.its.run()
    assert seller.outcomes(first) == {"A1": ("skipped", "superseded")}
    assert seller.outcomes(second) == {"A1": ("done", "")}
    assert seller.its.get(f"/jobs/{first['id']}")["state"] == "done"


def test_stop_and_relist(seller: Seller) -> None:
    seller.its.add_items(seller.list, seller.its.add_product("A1"))
    seller.its.act(seller.list, "send")
    assert seller.outcomes(seller.its.act(seller.list, "stop")) == {"A1": ("done", "")}
    assert (seller.statuses(), seller.live_offers()) == ({"A1": "stopped"}, {})
    assert seller.outcomes(seller.its.act(seller.list, "relist")) == {"A1": ("done", "")}
    assert (seller.statuses(), seller.live_offers()) == ({"A1": "active"}, {"A1": 7})


def test_unlink_forgets_and_leaves_the_marketplace_as_it_is_then_link_and_align(seller: Seller) -> None:
    seller.its.add_items(seller.list, seller.its.add_product("A1"))
    seller.its.act(seller.list, "send")
    assert seller.outcomes(seller.its.act(seller.list, "unlink")) == {"A1": ("done", "")}
    row = seller.row("A1")["listing"]
    assert (row["status"], row["remote"], row["offer"]) == ("not_active", None, None)
    assert seller.live_offers() == {"A1": 7}
    seller.its.act(seller.list, "link")
    linked = seller.row("A1")["listing"]
    assert (linked["status"], linked["reason"]["code"]) == ("active", "not_aligned")
    seller.its.act(seller.list, "align")
    assert seller.row("A1")["listing"]["reason"] is None


def test_in_observe_mode_actions_and_explain_say_what_would_be_sent(seller: Seller) -> None:
    seller.its.add_items(seller.list, seller.its.add_product("A1"))
    seller.its.act(seller.list, "send")
    seller.its.patch(f"/accounts/{seller.account}", {"observe": True})
    seller.its.run()
    seller.its.shopify.deeds.set_stock(sku="A1", available=2)
    seller.its.post(f"/shops/{seller.shop}/sweep", expect=202)
    seller.its.run()
    assert seller.outcomes(seller.its.act(seller.list, "revise")) == {"A1": ("skipped", "would_revise")}
    assert seller.live_offers() == {"A1": 7}
    story = seller.its.get(f"/listings/{seller.row('A1')['listing']['id']}/explain")
    assert story["reason"]["code"] == "observe_mode"
    assert story["next"]["text"] == "Without observe mode this would be sent: quantity 2."


def test_an_action_on_an_item_that_is_not_there_begins_nothing(seller: Seller) -> None:
    seller.its.add_items(seller.list, seller.its.add_product("A1"))
    jobs = len(seller.its.get("/jobs")["jobs"])
    strange = item_id(VariantKey(ShopId(seller.shop), ProductId("1"), VariantId("2")))
    for items, status, field in (
        ([seller.row("A1")["id"], strange], 404, "items.1"),
        (["%%%"], 404, "items.0"),
        ([], 422, "items"),
        ("some", 422, "items"),
    ):
        answer = seller.its.call("POST", f"/v1/sales-lists/{seller.list}/actions", {"action": "send", "items": items})
        assert (answer.status, [one["field"] for one in answer.body["fields"]]) == (status, [field]), answer.text
    answer = seller.its.call("POST", f"/v1/sales-lists/{seller.list}/actions", {"action": "explode"})
    assert (answer.status, answer.body["fields"][0]["field"]) == (422, "action")
    assert len(seller.its.get("/jobs")["jobs"]) == jobs
    assert seller.live_offers() == {}


def test_an_item_of_an_ended_job_that_is_no_longer_in_the_list_is_named_and_its_neighbour_left_alone(
    seller: Seller,
) -> None:
    seller.its.add_items(seller.list, seller.its.add_product("A1"), seller.its.add_product("A2"))
    items = [seller.row(sku)["id"] for sku in ("A1", "A2")]
    assert seller.its.act(seller.list, "remove", items[1:])["state"] == "done"
    jobs = len(seller.its.get("/jobs")["jobs"])
    answer = seller.its.call("POST", f"/v1/sales-lists/{seller.list}/actions", {"action": "send", "items": items})
    assert (answer.status, answer.body["problem"]["params"]["id"]) == (404, items[1])
    assert [one["field"] for one in answer.body["fields"]] == ["items.1"]
    assert (len(seller.its.get("/jobs")["jobs"]), seller.live_offers()) == (jobs, {})


def test_remove_takes_out_what_is_not_live_and_refuses_what_is(seller: Seller) -> None:
    seller.its.add_items(seller.list, seller.its.add_product("A1"), seller.its.add_product("A2"))
    seller.its.act(seller.list, "send", [seller.row("A1")["id"]])
    job = seller.its.act(seller.list, "remove")
    assert seller.outcomes(job)["A1"] == ("skipped", "listing_live")
    assert (seller.statuses(), seller.live_offers()) == ({"A1": "active"}, {"A1": 7})
    assert seller.outcomes(seller.its.act(seller.list, "stop_and_remove")) == {"A1": ("done", "")}
    assert (seller.statuses(), seller.live_offers()) == ({}, {})
