"""A new account in observe mode shows on day one what everything would do, and nothing is written outside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from listbridge.domain.configuration import Account
from listbridge.domain.work import Lane, PollAccount
from tests.unit.functions.installation import Installation
from tests.unit.functions.seller import Seller


def _writes(its: Installation) -> list[str]:
    """Every call at the marketplace that could have changed something."""
    operations = [str(call.operation) for call in its.ebay.world.journal]
    tokens = ("token", "oauth2Token")
    return [one for one in operations if not one.startswith(("get", "bulkGet")) and one not in tokens]


@pytest.fixture
def observing(installation: Installation) -> Iterator[Seller]:
    """anna connects with observe mode on. She sells KNOWN at the marketplace already; the shop has NEW, too."""
    connect = installation.connect_account
    installation.connect_account = lambda shop, **more: connect(shop, observe=True, **more)  # type: ignore[method-assign]
    seller = Seller(installation)
    installation.ebay.deeds.seed_listings("anna", skus=["KNOWN"], marketplace="EBAY_DE", quantity=5, price="12.50")
    seller.its.add_items(seller.list, seller.its.add_product("KNOWN"), seller.its.add_product("NEW"))
    installation.ebay.world.journal.clear()
    yield seller
    assert _writes(installation) == []
    assert {row["status"] for row in installation.get("/listings")["listings"]}.isdisjoint({"pending", "error"})
    left = [one for lane in Lane for one in installation.stores.queues.messages(lane)]
    assert [one for one in left if not isinstance(one, PollAccount)] == []


def _told(observing: Seller, action: str, items: Any = "all") -> dict[str, tuple[str, str]]:
    job = observing.its.act(observing.list, action, items)
    assert job["state"] in ("done", "partly", "failed")
    return observing.outcomes(job)


def _linked(observing: Seller) -> Seller:
    assert _told(observing, "link", [observing.row("KNOWN")["id"]]) == {"KNOWN": ("done", "")}
    return observing


def test_send_tells_what_it_would_list_and_what_it_would_link(observing: Seller) -> None:
    assert _told(observing, "send") == {"KNOWN": ("skipped", "would_link"), "NEW": ("skipped", "would_list")}
    assert observing.statuses() == {"KNOWN": "not_active", "NEW": "not_active"}
    listing = observing.row("NEW")["listing"]["id"]
    events = observing.its.get(f"/listings/{listing}/activity")["activity"]
    assert events[0]["text"] == ("Without observe mode it would be put on sale with quantity 7 and price 12.50 EUR.")
    story = observing.its.get(f"/listings/{listing}/explain")
    assert (story["reason"]["code"], story["next"]["code"]) == ("observe_mode", "next_would_list")


def test_a_link_is_made_for_it_writes_nothing_there_and_explain_shows_what_align_would_send(observing: Seller) -> None:
    row = _linked(observing).row("KNOWN")["listing"]
    story = observing.its.get(f"/listings/{row['id']}/explain")
    assert (row["status"], story["quantity"]["seen"]) == ("active", 5)
    assert story["next"]["text"] == "It waits for Align. Without observe mode, that would send: quantity 7."
    assert observing.live_offers() == {"KNOWN": 5}


@pytest.mark.parametrize(
    ("action", "code"),
    [
        ("align", "would_revise"),
        ("revise", "would_revise"),
        ("revise_quantity", "would_revise"),
        ("full_revise", "would_revise_in_full"),
        ("stop", "would_end"),
        ("stop_and_remove", "would_remove"),
    ],
)
def test_every_action_on_a_linked_listing_tells_what_it_would_do(observing: Seller, action: str, code: str) -> None:
    _linked(observing)
    before = observing.row("KNOWN")["listing"]
    assert _told(observing, action, [observing.row("KNOWN")["id"]]) == {"KNOWN": ("skipped", code)}
    assert observing.row("KNOWN")["listing"] == before
    events = observing.its.get(f"/listings/{before['id']}/activity")["activity"]
    assert events[0]["event"] == code
    assert observing.live_offers() == {"KNOWN": 5}


def test_ending_everything_asks_nobody_for_nothing_is_ended(observing: Seller) -> None:
    _linked(observing)
    observing.its.patch(f"/accounts/{observing.account}", {"guard": {"share": "0.10", "count": 3}})
    observing.its.run()
    job = observing.its.post(f"/sales-lists/{observing.list}/actions", {"action": "stop", "items": "all"}, expect=202)[
        "job"
    ]
    observing.its.run()
    assert observing.its.get(f"/jobs/{job['id']}")["state"] == "done"


def test_what_would_fail_says_why_and_leaves_the_row_as_it_is(observing: Seller) -> None:
    observing.its.add_items(observing.list, observing.its.add_product("BARE", title="x" * 200))
    before = observing.row("BARE")["listing"]
    outcome, code = _told(observing, "send", [observing.row("BARE")["id"]])["BARE"]
    assert (outcome, code) == ("failed", "title_too_long")
    assert observing.row("BARE")["listing"] == before


def test_what_is_sold_out_would_wait_for_stock(observing: Seller) -> None:
    observing.its.add_items(observing.list, observing.its.add_product("EMPTY", stock=0))
    assert _told(observing, "send", [observing.row("EMPTY")["id"]]) == {"EMPTY": ("skipped", "would_wait_for_stock")}


def test_what_was_asked_for_while_observing_stays_a_rehearsal_though_observe_mode_ended_meanwhile(
    observing: Seller,
) -> None:
    store = observing.its.stores.configuration
    job = observing.its.post(f"/sales-lists/{observing.list}/actions", {"action": "send", "items": "all"}, expect=202)[
        "job"
    ]
    store.save(store.get(Account, observing.account).model_copy(update={"observe": False}))
    observing.its.run()
    assert observing.outcomes(job) == {"KNOWN": ("skipped", "would_link"), "NEW": ("skipped", "would_list")}


def test_leaving_observe_mode_waits_for_a_yes_and_shows_what_would_be_sent(seller: Seller) -> None:
    seller.its.add_items(seller.list, *(seller.its.add_product(f"A{n}") for n in range(3)))
    seller.its.act(seller.list, "send")
    address = f"/accounts/{seller.account}"
    seller.its.patch(address, {"observe": True, "guard": {"share": "0.10", "count": 3}})
    seller.its.run()
    for number in range(3):
        seller.its.shopify.deeds.set_stock(sku=f"A{number}", available=0)
    seller.its.post(f"/shops/{seller.shop}/sweep", expect=202)
    seller.its.run()
    job = seller.its.patch(address, {"observe": False})["job"]
    seller.its.run()
    waiting = seller.its.get(f"/jobs/{job['id']}")
    assert (waiting["state"], waiting["affected"], waiting["live"]) == ("awaiting_approval", 3, 3)
    changes = seller.its.get(f"/jobs/{job['id']}/changes")["changes"]
    assert {(one["sku"], one["before"]["quantity"], one["after"]["quantity"]) for one in changes} == {
        ("A0", 7, 0),
        ("A1", 7, 0),
        ("A2", 7, 0),
    }
    assert seller.live_offers() == {"A0": 7, "A1": 7, "A2": 7}
    seller.its.post(f"/jobs/{job['id']}/approve", expect=200)
    seller.its.run()
    assert set(seller.live_offers().values()) <= {0}


def test_stock_that_comes_while_observing_tells_what_it_would_list_and_is_listed_afterwards(seller: Seller) -> None:
    seller.its.add_items(seller.list, seller.its.add_product("EMPTY", stock=0))
    seller.its.act(seller.list, "send")
    address = f"/accounts/{seller.account}"
    seller.its.patch(address, {"observe": True})
    seller.its.run()
    seller.its.shopify.deeds.set_stock(sku="EMPTY", available=3)
    seller.its.post(f"/shops/{seller.shop}/sweep", expect=202)
    seller.its.run()
    listing = seller.row("EMPTY")["listing"]
    events = seller.its.get(f"/listings/{listing['id']}/activity")["activity"]
    assert [one["event"] for one in events if "fail" in one["event"]] == []
    assert events[0]["text"] == ("Without observe mode it would be put on sale with quantity 3 and price 12.50 EUR.")
    assert (listing["status"], seller.live_offers()) == ("not_active", {})
    seller.its.patch(address, {"observe": False})
    seller.its.run()
    assert seller.live_offers() == {"EMPTY": 3}
