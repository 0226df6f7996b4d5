"""What ends, zeroes or reprices too much waits for approval, and shows before and after."""

from __future__ import annotations

from typing import Any

import pytest

from listbridge.domain.work import Lane
from listbridge.services.listings.act import act_on_listings
from tests.unit.functions.seller import Seller

LIMITS = {"share": "0.10", "count": 3}


@pytest.fixture
def guarded(seller: Seller) -> Seller:
    """A seller with five live listings under the default limits."""
    products = [seller.its.add_product(f"A{n}") for n in range(5)]
    seller.its.add_items(seller.list, *products)
    seller.its.act(seller.list, "send")
    seller.its.patch(f"/accounts/{seller.account}", {"guard": LIMITS})
    seller.its.run()
    return seller


def _act(guarded: Seller, action: str, items: Any = "all") -> Any:
    body = {"action": action, "items": items}
    job = guarded.its.post(f"/sales-lists/{guarded.list}/actions", body, expect=202)["job"]
    guarded.its.run()
    return guarded.its.get(f"/jobs/{job['id']}")


def _ids(guarded: Seller, *skus: str) -> list[str]:
    return [guarded.row(sku)["id"] for sku in skus]


ALL_LIVE = {f"A{n}": 7 for n in range(5)}


@pytest.mark.parametrize("action", ["stop", "stop_and_remove"])
def test_an_action_that_ends_everything_waits_and_nothing_is_queued(guarded: Seller, action: str) -> None:
    job = _act(guarded, action)
    assert (job["state"], job["affected"], job["live"]) == ("awaiting_approval", 5, 5)
    assert guarded.live_offers() == ALL_LIVE
    assert guarded.its.stores.queues.messages(Lane.PUBLISH) == []
    concerns = guarded.its.get("/health")["concerns"]
    assert [(one["subject"], one["problem"]["code"]) for one in concerns] == [(job["id"], "job_waits")]


def test_a_yes_does_it_and_the_entries_tell(guarded: Seller) -> None:
    job = _act(guarded, "stop")
    guarded.its.post(f"/jobs/{job['id']}/approve", expect=200)
    guarded.its.run()
    assert guarded.live_offers() == {}
    assert set(guarded.outcomes(job).values()) == {("done", "")}
    assert guarded.its.get(f"/jobs/{job['id']}")["state"] == "done"


def test_a_no_does_nothing_and_a_later_yes_is_too_late(guarded: Seller) -> None:
    job = _act(guarded, "stop")
    guarded.its.post(f"/jobs/{job['id']}/refuse", expect=200)
    answer = guarded.its.call("POST", f"/v1/jobs/{job['id']}/approve")
    guarded.its.run()
    assert (answer.status, answer.body["problem"]["code"]) == (409, "job_does_not_wait")
    assert guarded.live_offers() == ALL_LIVE


def test_two_of_five_are_ended_without_a_question(guarded: Seller) -> None:
    job = _act(guarded, "stop", _ids(guarded, "A0", "A1"))
    assert (job["state"], guarded.live_offers()) == ("done", {"A2": 7, "A3": 7, "A4": 7})


def test_small_actions_of_the_same_hour_count_together(guarded: Seller) -> None:
    for sku in ("A0", "A1"):
        assert _act(guarded, "stop", _ids(guarded, sku))["state"] == "done"
    third = _act(guarded, "stop", _ids(guarded, "A2"))
    assert (third["state"], guarded.live_offers()) == ("awaiting_approval", {"A2": 7, "A3": 7, "A4": 7})
    guarded.its.stores.clock.advance(3600)
    assert _act(guarded, "stop", _ids(guarded, "A3"))["state"] == "done"


def test_what_a_person_decided_about_counts_no_more(guarded: Seller) -> None:
    job = _act(guarded, "stop")
    guarded.its.post(f"/jobs/{job['id']}/refuse", expect=200)
    assert _act(guarded, "stop", _ids(guarded, "A0", "A1"))["state"] == "done"


@pytest.mark.parametrize("decision", ["refuse", "cancel"])
def test_an_action_decided_about_leaves_no_room_in_a_window_that_was_lengthened_meanwhile(
    guarded: Seller, decision: str
) -> None:
    job = _act(guarded, "stop")
    guarded.its.patch(f"/accounts/{guarded.account}", {"guard": {"window_s": 86_400}})
    guarded.its.run()
    guarded.its.post(f"/jobs/{job['id']}/{decision}", expect=200)
    assert _act(guarded, "stop")["state"] == "awaiting_approval"
    assert guarded.live_offers() == ALL_LIVE


def test_ending_a_list_that_takes_several_pages_is_judged_as_one_set_before_anything_ends(
    guarded: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(act_on_listings, "ROWS_PER_CALL", 2)
    job = _act(guarded, "stop")
    assert (job["state"], job["affected"], job["live"]) == ("awaiting_approval", len(ALL_LIVE), len(ALL_LIVE))
    assert guarded.live_offers() == ALL_LIVE
    guarded.its.post(f"/jobs/{job['id']}/approve", expect=200)
    guarded.its.run()
    assert guarded.live_offers() == {}


def test_sending_what_is_not_live_asks_nothing(guarded: Seller) -> None:
    guarded.its.add_items(guarded.list, *(guarded.its.add_product(f"N{n}") for n in range(5)))
    assert _act(guarded, "send")["state"] == "done"
    assert len(guarded.live_offers()) == 10


def test_aligning_prices_that_the_account_does_not_follow_waits(guarded: Seller) -> None:
    its = guarded.its
    its.patch(f"/accounts/{guarded.account}", {"auto_price": False})
    its.run()
    for n in range(5):
        its.shopify.deeds.set_price(sku=f"A{n}", price="20.00")
    its.post(f"/shops/{guarded.shop}/sweep", expect=202)
    its.run()
    job = _act(guarded, "revise_price")
    assert (job["state"], job["affected"]) == ("awaiting_approval", 5)
    page = its.get(f"/jobs/{job['id']}/changes", limit="2")
    assert [(one["sku"], one["before"], one["after"]) for one in page["changes"]] == [
        (
            sku,
            {"quantity": 7, "price": {"amount": "12.50", "currency": "EUR"}},
            {"quantity": 7, "price": {"amount": "20.00", "currency": "EUR"}},
        )
        for sku in ("A0", "A1")
    ]
    its.post(f"/jobs/{job['id']}/approve", expect=200)
    its.run()
    assert {row["price"]["accepted"]["amount"] for row in its.get("/listings")["listings"]} == {"20.00"}


def test_the_pages_of_an_action_that_waits_show_every_listing_once(guarded: Seller) -> None:
    job, seen, cursor = _act(guarded, "stop"), [], {}
    while True:
        page = guarded.its.get(f"/jobs/{job['id']}/changes", limit="2", **cursor)
        seen += [(one["sku"], one["before"]["quantity"], one["after"]) for one in page["changes"]]
        if page["cursor"] is None:
            break
        cursor = {"cursor": page["cursor"]}
    assert seen == [(f"A{n}", 7, None) for n in range(5)]


def test_an_edit_that_waits_shows_its_document_its_fields_and_its_listings(guarded: Seller) -> None:
    its = guarded.its
    edit = {"rules": {"quantity": {"mode": "cap", "value": 0}}}
    job = its.patch(f"/sales-lists/{guarded.list}", edit)["job"]
    its.run()
    waiting = its.get(f"/jobs/{job['id']}")
    assert waiting["state"] == "awaiting_approval"
    assert (waiting["edit"]["kind"], waiting["edit"]["id"]) == ("sales_list", guarded.list)
    fields = {one["field"]: (one["before"], one["after"]) for one in waiting["edit"]["fields"]}
    assert fields["rules.quantity.mode"] == (None, "cap")
    assert fields["rules.quantity.value"] == (None, 0)
    first = its.get(f"/jobs/{job['id']}/changes", limit="3")
    rest = its.get(f"/jobs/{job['id']}/changes", limit="3", cursor=first["cursor"])
    changes = first["changes"] + rest["changes"]
    assert [(one["sku"], one["before"]["quantity"], one["after"]["quantity"]) for one in changes] == [
        (f"A{n}", 7, 0) for n in range(5)
    ]
    assert {one["listing"] for one in changes} == {row["id"] for row in its.get("/listings")["listings"]}


def test_a_sweep_that_waits_shows_which_listings_are_gone_from_the_shop(guarded: Seller) -> None:
    its = guarded.its
    for row in its.get("/listings")["listings"][:4]:
        its.shopify.deeds.delete_product(row["product"])
    job = its.post(f"/shops/{guarded.shop}/sweep", expect=202)["job"]
    its.run()
    waiting = its.get(f"/jobs/{job['id']}")
    assert (waiting["state"], waiting["affected"]) == ("awaiting_approval", 4)
    changes = its.get(f"/jobs/{job['id']}/changes")["changes"]
    assert [(one["sku"], one["before"]["quantity"], one["after"]["quantity"]) for one in changes] == [
        (f"A{n}", 7, 0) for n in range(4)
    ]


def test_the_changes_of_a_job_that_does_not_wait_are_refused(guarded: Seller) -> None:
    job = _act(guarded, "stop", _ids(guarded, "A0"))
    answer = guarded.its.call("GET", f"/v1/jobs/{job['id']}/changes")
    assert (answer.status, answer.body["problem"]["code"]) == (409, "job_does_not_wait")


@pytest.mark.parametrize("cursor", ["x", "[]", "[-1, null]", '["a", "b"]', "[0, 5]", "{}"])
def test_a_forged_cursor_of_an_edit_that_waits_is_refused_by_name(guarded: Seller, cursor: str) -> None:
    edit = {"rules": {"quantity": {"mode": "cap", "value": 0}}}
    job = guarded.its.patch(f"/sales-lists/{guarded.list}", edit)["job"]
    guarded.its.run()
    answer = guarded.its.call("GET", f"/v1/jobs/{job['id']}/changes", query={"cursor": cursor})
    assert (answer.status, [one["field"] for one in answer.body["fields"]]) == (422, ["cursor"])


@pytest.mark.parametrize("action", ["stop", "stop_and_remove", "send", "align"])
def test_an_action_that_names_no_items_is_refused(guarded: Seller, action: str) -> None:
    answer = guarded.its.call("POST", f"/v1/sales-lists/{guarded.list}/actions", {"action": action})
    guarded.its.run()
    assert (answer.status, answer.body["fields"][0]["field"]) == (422, "items")
    assert guarded.live_offers() == ALL_LIVE


@pytest.mark.parametrize(
    ("guard", "field"),
    [
        ({"share": "0"}, "guard.share"),
        ({"share": "1.01"}, "guard.share"),
        ({"count": 0}, "guard.count"),
        ({"share": "0.5", "count": -1}, "guard.count"),
    ],
)
def test_a_limit_that_guards_nothing_or_is_none_is_refused_by_name(
    guarded: Seller, guard: dict[str, Any], field: str
) -> None:
    before = guarded.its.get(f"/accounts/{guarded.account}")
    answer = guarded.its.call("PATCH", f"/v1/accounts/{guarded.account}", {"guard": guard})
    assert (answer.status, [one["field"] for one in answer.body["fields"]]) == (422, [field])
    assert guarded.its.get(f"/accounts/{guarded.account}") == before


def _quantities(guarded: Seller, buffer: int) -> Any:
    """The list keeps so many back."""
    rules = {"quantity": {"mode": "buffer", "value": buffer}}
    job = guarded.its.patch(f"/sales-lists/{guarded.list}", {"rules": rules})["job"]
    guarded.its.run()
    return guarded.its.get(f"/jobs/{job['id']}")


@pytest.fixture
def stepped(guarded: Seller) -> Seller:
    """Of its five listings two have 1 in stock, two have 4 and one has 20."""
    for number, stock in enumerate([1, 1, 4, 4, 20]):
        guarded.its.shopify.deeds.set_stock(stock, None, sku=f"A{number}")
    guarded.its.post(f"/shops/{guarded.shop}/sweep", expect=202)
    guarded.its.run()
    return guarded


def test_small_edits_of_the_same_hour_count_together(stepped: Seller) -> None:
    first, second = _quantities(stepped, 2), _quantities(stepped, 5)
    assert (first["state"], first["affected"]) == ("done", 2)
    assert (second["state"], second["affected"]) == ("awaiting_approval", 2)
    assert stepped.live_offers() == {"A0": 0, "A1": 0, "A2": 2, "A3": 2, "A4": 18}


def test_edits_of_another_hour_do_not_count(stepped: Seller) -> None:
    _quantities(stepped, 2)
    stepped.its.stores.clock.advance(3600)
    assert _quantities(stepped, 5)["state"] == "done"
    assert stepped.live_offers() == {"A0": 0, "A1": 0, "A2": 0, "A3": 0, "A4": 15}


def test_an_edit_counts_with_the_actions_before_it(stepped: Seller) -> None:
    assert _act(stepped, "stop", _ids(stepped, "A2"))["state"] == "done"
    assert _quantities(stepped, 2)["state"] == "awaiting_approval"
    assert stepped.live_offers() == {"A0": 1, "A1": 1, "A3": 4, "A4": 20}


def test_an_edit_that_waited_does_not_count_after_the_answer(stepped: Seller) -> None:
    waiting = _quantities(stepped, 5)
    assert waiting["state"] == "awaiting_approval"
    stepped.its.post(f"/jobs/{waiting['id']}/refuse", expect=200)
    assert _quantities(stepped, 2)["state"] == "done"
