"""A seller leaves: every listing stays on the marketplace, the shop calls nobody any more, and nothing of ours is
left."""

from __future__ import annotations

from typing import Any

import pytest

from listbridge.domain.raw_request import RawRequest
from listbridge.services.inbox.ingest_webhook import DEPARTED, FORGED, ingest_webhook
from listbridge.services.listings.act import unlink_account
from listbridge.webhook_doors import CachedDoors
from tests.unit.functions.seller import Seller


@pytest.fixture
def selling(seller: Seller) -> Seller:
    """Three products on sale, one with two variants, and one that was never sent; the shop calls us."""
    its = seller.its
    its.post(f"/shops/{seller.shop}/check", expect=200)
    its.add_items(seller.list, *(its.add_product(sku) for sku in ("A1", "A2")), its.add_product("V1", "V2"))
    its.act(seller.list, "send")
    its.add_items(seller.list, its.add_product("NEVER"))
    return seller


def _hooks(seller: Seller) -> int:
    return len(seller.its.shopify.world.subscriptions.rows)


def _unlinked(seller: Seller) -> Any:
    job = seller.its.post(f"/accounts/{seller.account}/unlink", expect=202)["job"]
    seller.its.run()
    return seller.its.get(f"/jobs/{job['id']}")


def test_unlinking_an_account_leaves_every_listing_on_sale_there(
    selling: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unlink_account, "_PAGE", 2)
    before, calls = selling.live_offers(), len(selling.its.ebay.world.journal)
    job = _unlinked(selling)
    assert (job["state"], job["done"], job["skipped"], job["failed"], job["total"]) == ("done", 4, 1, 0, 5)
    assert selling.outcomes(job)["NEVER"] == ("skipped", "not_linked")
    assert (selling.live_offers(), len(selling.its.ebay.world.journal)) == (before, calls)
    assert set(selling.statuses().values()) == {"not_active"}


def test_the_way_out_of_the_page_ends_with_nothing_of_ours(selling: Seller) -> None:
    its, before = selling.its, selling.live_offers()
    assert _hooks(selling) > 0
    _unlinked(selling)
    its.act(selling.list, "stop_and_remove")
    for path in (f"/sales-lists/{selling.list}", f"/accounts/{selling.account}", f"/shops/{selling.shop}"):
        assert its.call("DELETE", f"/v1{path}").status == 204, path
    assert (_hooks(selling), selling.live_offers()) == (0, before)
    assert (its.get("/shops")["shops"], its.get("/accounts")["accounts"]) == ([], [])
    assert its.stores.secrets.names() == []


def test_a_shop_that_lets_us_in_no_more_is_taken_off_all_the_same_and_says_what_stayed(selling: Seller) -> None:
    its = selling.its
    _unlinked(selling)
    its.act(selling.list, "stop_and_remove")
    for path in (f"/sales-lists/{selling.list}", f"/accounts/{selling.account}"):
        assert its.call("DELETE", f"/v1{path}").status == 204
    its.shopify.deeds.uninstall()
    assert its.call("DELETE", f"/v1/shops/{selling.shop}").status == 204
    told, _ = its.stores.activity.of_subject(selling.shop, 2)
    assert {one.event for one in told} == {"shop_removed", "hooks_left"}


def test_a_late_delivery_of_a_shop_that_was_taken_off_is_no_forgery(selling: Seller) -> None:
    its, stores = selling.its, selling.its.stores
    _unlinked(selling)
    its.act(selling.list, "stop_and_remove")
    for path in (f"/sales-lists/{selling.list}", f"/accounts/{selling.account}", f"/shops/{selling.shop}"):
        its.call("DELETE", f"/v1{path}")
    doors = CachedDoors(stores.configuration, stores.secrets, stores.clock)
    receipts = [
        ingest_webhook(
            shop,
            RawRequest("POST", "", body=b"{}"),
            doors=doors,
            inbox=stores.inbox,
            queues=stores.queues,
            clock=stores.clock,
            max_bytes=100,
        )
        for shop in (selling.shop, "shop_nobody")
    ]
    assert receipts == [DEPARTED, FORGED]
    assert DEPARTED.status == FORGED.status == 401


def test_only_an_admin_unlinks_a_whole_account(selling: Seller) -> None:
    answer = selling.its.call("POST", f"/v1/accounts/{selling.account}/unlink", groups="operator")
    selling.its.run()
    assert answer.status == 403
    assert selling.statuses()["A1"] == "active"


def test_unlinking_can_be_cancelled_half_way(selling: Seller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unlink_account, "_PAGE", 1)
    its = selling.its
    job = its.post(f"/accounts/{selling.account}/unlink", expect=202)["job"]
    seen: list[str] = []

    def stop(what: str) -> None:
        if what == "jobs.finish":
            seen.append(what)
            if len(seen) == 2:
                its.stores.cut.hook = lambda _: None
                its.post(f"/jobs/{job['id']}/cancel", expect=200)

    its.stores.cut.hook = stop
    its.run()
    ended = its.get(f"/jobs/{job['id']}")
    assert (ended["state"], ended["done"]) == ("cancelled", 2)
    assert sorted(selling.statuses().values()).count("active") == 2
