"""What an action is about: named items, a filter, or all in so many words; of a sales list or of a whole account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from listbridge.admin.row_ids import listing_id
from listbridge.domain.ids import AccountId, ListingKey, Site, Sku
from listbridge.domain.work import Lane
from listbridge.services.listings.act import act_on_listings, selection
from tests.unit.functions.installation import SITE
from tests.unit.functions.seller import Seller

SKUS = ("A0", "A1", "A2", "A3", "A4")


@pytest.fixture
def stocked(seller: Seller) -> Seller:
    """Five products in the list; A0 and A1 are live."""
    seller.its.add_items(seller.list, *(seller.its.add_product(sku, title=f"Mug {sku}") for sku in SKUS))
    seller.its.act(seller.list, "send", [seller.row(sku)["id"] for sku in ("A0", "A1")])
    return seller


@pytest.fixture
def paged(stocked: Seller, monkeypatch: pytest.MonkeyPatch) -> Seller:
    """One call looks through two items."""
    monkeypatch.setattr(act_on_listings, "ROWS_PER_CALL", 2)
    monkeypatch.setattr("listbridge.services.jobs.select_and_act._PAGE", 2)
    monkeypatch.setattr("listbridge.services.jobs.select_and_act._PAGE_ACTED", 2)
    return stocked


def acted(seller: Seller, **body: Any) -> dict[str, tuple[str, str]]:
    job = _job(seller, f"/sales-lists/{seller.list}/actions", body)
    return seller.outcomes(job)


def on_account(seller: Seller, **body: Any) -> dict[str, tuple[str, str]]:
    return seller.outcomes(_job(seller, f"/accounts/{seller.account}/actions", body))


def _job(seller: Seller, path: str, body: Any) -> Any:
    job = seller.its.post(path, body, expect=202)["job"]
    seller.its.run()
    return seller.its.get(f"/jobs/{job['id']}")


@pytest.mark.parametrize("pages", [1, 3])
@pytest.mark.parametrize(
    ("wanted", "skus"),
    [
        ({"status": "not_active"}, {"A2", "A3", "A4"}),
        ({"sku": "A3"}, {"A3"}),
        ({"title": " mug a4 "}, {"A4"}),
        ({"hold": "not_sent"}, {"A2", "A3", "A4"}),
        ({"hold": "not_sent", "sku": "A2"}, {"A2"}),
    ],
)
def test_what_passes_a_filter_takes_the_action_and_nothing_else(
    stocked: Seller, monkeypatch: pytest.MonkeyPatch, wanted: Any, skus: set[str], pages: int
) -> None:
    monkeypatch.setattr(act_on_listings, "ROWS_PER_CALL", 5 // pages + 1)
    assert acted(stocked, action="send", filter=wanted) == dict.fromkeys(skus, ("done", ""))
    assert set(stocked.live_offers()) == {"A0", "A1"} | skus


def test_all_of_an_account_are_those_of_its_lists_and_of_no_other_account(stocked: Seller) -> None:
    second = stocked.other_list()
    stocked.its.add_items(second, stocked.its.add_product("B0"))
    assert on_account(stocked, action="send", listings="all") == {
        "A0": ("skipped", "linked_already"),
        "A1": ("skipped", "linked_already"),
        **dict.fromkeys(("A2", "A3", "A4", "B0"), ("done", "")),
    }
    assert set(stocked.live_offers()) == {*SKUS, "B0"}


def test_listings_of_an_account_are_named_by_their_ids_whatever_list_they_are_in(stocked: Seller) -> None:
    second = stocked.other_list()
    stocked.its.add_items(second, stocked.its.add_product("B0"))
    named = [stocked.row("A2")["listing"]["id"], stocked.row("B0", second)["listing"]["id"]]
    assert on_account(stocked, action="send", listings=named) == dict.fromkeys(("A2", "B0"), ("done", ""))
    assert set(stocked.live_offers()) == {"A0", "A1", "A2", "B0"}
    ended = on_account(stocked, action="stop_and_remove", filter={"sales_list": second})
    assert ended == {"B0": ("done", "")}
    assert stocked.its.items(second) == []
    assert set(stocked.live_offers()) == {"A0", "A1", "A2"}


def test_more_than_one_look_takes_is_one_job_that_acts_on_everything(paged: Seller) -> None:
    job = _job(paged, f"/sales-lists/{paged.list}/actions", {"action": "send", "items": "all"})
    assert (job["state"], job["total"], job["done"], job["skipped"]) == ("done", 5, 3, 2)
    assert set(paged.live_offers()) == set(SKUS)


@pytest.mark.parametrize("action", ["stop", "full_revise", "revise", "unlink", "stop_and_remove"])
def test_every_kind_of_action_is_done_page_by_page(paged: Seller, action: str) -> None:
    paged.its.act(paged.list, "send")
    job = _job(paged, f"/sales-lists/{paged.list}/actions", {"action": action, "items": "all"})
    assert (job["state"], job["total"], job["done"]) == ("done", 5, 5)


def test_variations_on_several_pages_are_one_listing_written_once(paged: Seller) -> None:
    variations = ("V1", "V2", "V3")
    paged.its.add_items(paged.list, paged.its.add_product(*variations))
    paged.its.ebay.world.journal.clear()
    job = _job(paged, f"/sales-lists/{paged.list}/actions", {"action": "send", "filter": {"title": "Mug"}})
    assert (job["state"], job["total"], job["done"]) == ("done", 8, 6)
    published = [call.operation for call in paged.its.ebay.world.journal if "ublishOffer" in call.operation]
    assert sorted(published) == ["bulkPublishOffer"] * 2 + ["publishOfferByInventoryItemGroup"]


def _no_job(seller: Seller, path: str, body: Any, field: str) -> None:
    """The call is refused naming the field, and nothing was begun."""
    jobs, live = len(seller.its.get("/jobs")["jobs"]), seller.live_offers()
    answer = seller.its.call("POST", f"/v1{path}", body)
    assert (answer.status, [one["field"] for one in answer.body["fields"]]) == (422, [field]), answer.text
    assert len(seller.its.get("/jobs")["jobs"]) == jobs
    assert [seller.its.stores.queues.messages(lane) for lane in (Lane.PUBLISH, Lane.RECOMPUTE)] == [[], []]
    assert seller.live_offers() == live


def _list(seller: Seller) -> str:
    return f"/sales-lists/{seller.list}/actions"


def _account(seller: Seller) -> str:
    return f"/accounts/{seller.account}/actions"


@pytest.mark.parametrize(
    ("path", "chosen", "field"),
    [
        (_list, {}, "items"),
        (_list, {"items": []}, "items"),
        (_list, {"items": ["x"] * 501}, "items"),
        (_list, {"filter": {}}, "filter"),
        (_list, {"filter": {"title": "  "}}, "filter"),
        (_list, {"items": "all", "filter": {"sku": "A0"}}, "items"),
        (_list, {"filter": {"sku": "none"}}, "filter"),
        (_list, {"filter": {"status": "asleep"}}, "filter.status"),
        (_account, {}, "listings"),
        (_account, {"listings": []}, "listings"),
        (_account, {"filter": {}}, "filter"),
        (_account, {"items": "all"}, "items"),
        (_account, {"filter": {"sales_list": "list_none"}}, "filter"),
    ],
)
def test_a_selection_of_nothing_or_of_too_much_is_refused_by_its_field(
    stocked: Seller, path: Callable[[Seller], str], chosen: Any, field: str
) -> None:
    _no_job(stocked, path(stocked), {"action": "stop", **chosen}, field)


@pytest.mark.parametrize(("path", "field"), [(_list, "items"), (_account, "listings")])
def test_an_action_on_all_of_nothing_is_refused(seller: Seller, path: Callable[[Seller], str], field: str) -> None:
    _no_job(seller, path(seller), {"action": "send", field: "all"}, field)


def test_a_listing_that_is_not_the_accounts_begins_nothing(stocked: Seller) -> None:
    strange = listing_id(ListingKey(AccountId("acc_other"), Site(SITE), Sku("A0")))
    jobs = len(stocked.its.get("/jobs")["jobs"])
    for ids, field in (([stocked.row("A0")["listing"]["id"], strange], "listings.1"), (["%%%"], "listings.0")):
        answer = stocked.its.call("POST", f"/v1{_account(stocked)}", {"action": "stop", "listings": ids})
        assert (answer.status, [one["field"] for one in answer.body["fields"]]) == (404, [field]), answer.text
    assert len(stocked.its.get("/jobs")["jobs"]) == jobs
    assert set(stocked.live_offers()) == {"A0", "A1"}


@pytest.mark.parametrize("most", [1, 4])
def test_more_rows_than_one_action_takes_are_refused_with_nothing_begun(
    paged: Seller, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(selection, "MOST_ROWS", most)
    job = _job(paged, _account(paged), {"action": "stop", "listings": "all"})
    assert (job["state"], job["reason"]["code"]) == ("failed", "selection_too_large")
    assert (job["reason"]["params"], job["reason"]["fix"]) == ({"field": "listings", "most": str(most)}, "select_fewer")
    assert job["done"] == 0
    assert set(paged.live_offers()) == {"A0", "A1"}


def test_a_selection_that_turns_out_empty_fails_and_says_so(paged: Seller) -> None:
    job = _job(paged, _list(paged), {"action": "stop", "filter": {"sku": "none"}})
    assert (job["state"], job["reason"]["code"], job["total"]) == ("failed", "nothing_selected", 0)


def test_a_job_that_is_still_choosing_is_cancelled_with_nothing_begun(paged: Seller) -> None:
    job = paged.its.post(_list(paged), {"action": "stop", "items": "all"}, expect=202)["job"]
    assert (job["state"], job["phase"]) == ("running", "select")
    assert paged.its.post(f"/jobs/{job['id']}/cancel", expect=200)["state"] == "cancelled"
    paged.its.run()
    assert set(paged.live_offers()) == {"A0", "A1"}
