"""Every number explained, every wait with its one reason, and what needs approval."""

from __future__ import annotations

import json
from typing import Any

import pytest

from listbridge.services.desk import overview
from simulators.faults import Fault
from tests.unit.functions.installation import SITE, Installation


@pytest.fixture
def sent(installation: Installation) -> dict[str, str]:
    """One live listing of 7, by the rule "keep 2 back"; ids of shop, account, list and listing."""
    shop = installation.connect_shop()
    rules = {"quantity": {"mode": "buffer", "value": 2}}
    account = installation.connect_account(shop, rules=rules)
    sales_list = installation.make_list(account)
    installation.add_items(sales_list, installation.add_product("A1"))
    installation.act(sales_list, "send")
    (row,) = installation.items(sales_list)
    return {"shop": shop, "account": account, "list": sales_list, "listing": row["listing"]["id"]}


def _story(installation: Installation, ids: dict[str, str]) -> Any:
    return installation.get(f"/listings/{ids['listing']}/explain")


def _stock(installation: Installation, ids: dict[str, str], available: int) -> None:
    installation.shopify.deeds.set_stock(sku="A1", available=available)
    installation.post(f"/shops/{ids['shop']}/sweep", expect=202)
    installation.run()


def test_a_number_is_explained_step_by_step(installation: Installation, sent: dict[str, str]) -> None:
    quantity = _story(installation, sent)["quantity"]
    assert [(line["step"], line["value"], line["result"]) for line in quantity["trace"]] == [
        ("shop_stock", "7", "7"),
        ("buffer", "2", "5"),
    ]
    assert (quantity["computed"], quantity["sent"], quantity["accepted"], quantity["seen"]) == (5, 5, 5, None)
    assert quantity["sentence"].startswith("shop stock 7, less 2 kept back: 5 → 5, sent 5 at 12:0")


def test_a_listing_that_follows_the_shop_has_no_reason(installation: Installation, sent: dict[str, str]) -> None:
    story = _story(installation, sent)
    assert (story["reason"], story["next"]["code"], story["content_changed"]) == (None, "next_change_in_shop", False)
    assert story["listing"]["auto_update"] == "on"


def test_what_the_marketplace_refuses_is_the_reason_in_words(installation: Installation, sent: dict[str, str]) -> None:
    installation.ebay.deeds.set_out_of_stock_control("anna", on=False)
    installation.ebay.deeds.set_selling_limit("anna", quantity=1)
    installation.ebay.deeds.block("anna", on=True)
    _stock(installation, sent, 6)
    story = _story(installation, sent)
    assert story["reason"] is not None
    assert story["reason"]["code"] == "update_failed"
    assert story["reason"]["text"].startswith("The last update failed. ")
    assert story["reason"]["params"]["reason"] not in story["reason"]["text"]
    assert installation.get("/counters")["counters"][0]["error"] == 1
    assert installation.get("/counters")["counters"][0]["live"] == 0


def test_a_try_that_failed_says_when_the_next_is(installation: Installation, sent: dict[str, str]) -> None:
    installation.ebay.faults.add(Fault("bulkUpdatePriceQuantity", "status", status=503))
    installation.shopify.deeds.set_stock(sku="A1", available=1)
    installation.post(f"/shops/{sent['shop']}/sweep", expect=202)
    for _ in range(3):
        installation.step()
    story = _story(installation, sent)
    assert story["next"]["code"] in ("next_read_back", "next_try")
    assert "quantity 0" in story["next"]["text"]
    installation.run()
    assert _story(installation, sent)["quantity"]["accepted"] == 0


def test_the_switches_are_the_reason_field_by_field(installation: Installation, sent: dict[str, str]) -> None:
    installation.patch(f"/accounts/{sent['account']}", {"auto_price": False})
    installation.run()
    story = _story(installation, sent)
    assert (story["quantity"]["reason"], story["price"]["reason"]["code"]) == (None, "auto_price_off")
    assert story["reason"]["fix_text"] == "Switch automatic price updates on, or run Revise price."


def test_an_edit_that_moves_too_much_waits_and_a_no_changes_nothing(
    installation: Installation, sent: dict[str, str]
) -> None:
    _guarded(installation, sent)
    job = installation.patch(f"/sales-lists/{sent['list']}", {"rules": {"price": {"ratio": "3"}}})["job"]
    installation.run()
    waiting = installation.get(f"/jobs/{job['id']}")
    assert (waiting["state"], waiting["affected"]) == ("awaiting_approval", 3)
    assert [one["problem"]["code"] for one in installation.get("/health")["concerns"]] == ["job_waits"]
    refused = installation.post(f"/jobs/{job['id']}/refuse", expect=200)
    assert refused["state"] == "refused"
    installation.run()
    assert _story(installation, sent)["price"]["accepted"] == {"amount": "12.50", "currency": "EUR"}
    again = installation.call("POST", f"/v1/jobs/{job['id']}/approve")
    assert (again.status, again.body["problem"]["code"]) == (409, "job_does_not_wait")


def test_an_edit_that_moves_too_much_goes_ahead_with_a_yes(installation: Installation, sent: dict[str, str]) -> None:
    _guarded(installation, sent)
    job = installation.patch(f"/sales-lists/{sent['list']}", {"rules": {"price": {"ratio": "3"}}})["job"]
    installation.run()
    installation.post(f"/jobs/{job['id']}/approve", expect=200)
    installation.run()
    assert installation.get(f"/jobs/{job['id']}")["state"] == "done"
    assert _story(installation, sent)["price"]["accepted"] == {"amount": "37.50", "currency": "EUR"}


def test_what_the_guard_holds_is_let_go_by_a_yes(installation: Installation, sent: dict[str, str]) -> None:
    _guarded(installation, sent)
    installation.patch(f"/accounts/{sent['account']}", {"guard": {"zero_limit": 1}})
    installation.run()
    for sku in ("A1", "B1", "B2"):
        installation.shopify.deeds.set_stock(sku=sku, available=0)
    installation.post(f"/shops/{sent['shop']}/sweep", expect=202)
    installation.run()
    rows = installation.get("/listings", account=sent["account"])["listings"]
    held = [row["sku"] for row in rows if row["reason"] is not None and row["reason"]["code"] == "guard"]
    assert len(held) == 2
    assert installation.get("/counters")["counters"][0]["holds"] == {"guard": 2}
    job = installation.post(f"/accounts/{sent['account']}/guard/approve", expect=202)["job"]
    installation.run()
    done = installation.get(f"/jobs/{job['id']}")
    assert (done["kind"], done["state"], done["affected"]) == ("release_guarded", "done", 2)
    approved = [one for one in installation.get("/activity")["activity"] if one["event"] == "guard_approved"]
    assert [one["actor"] for one in approved] == [done["created_by"]]
    assert {row["quantity"]["accepted"] for row in installation.get("/listings")["listings"]} == {0}


def test_listings_come_in_pages_and_by_status(installation: Installation, sent: dict[str, str]) -> None:
    installation.add_items(sent["list"], installation.add_product("N1"), installation.add_product("N2"))
    first = installation.get("/listings", limit="2")
    second = installation.get("/listings", limit="2", cursor=first["cursor"])
    assert [row["sku"] for row in first["listings"] + second["listings"]] == ["A1", "N1", "N2"]
    assert second["cursor"] is None
    waiting = installation.get("/listings", status="not_active", account=sent["account"])["listings"]
    assert [row["sku"] for row in waiting] == ["N1", "N2"]


@pytest.mark.parametrize(
    ("path", "query", "status", "field"),
    [
        ("/listings", {"cursor": "nonsense"}, 422, "cursor"),
        ("/listings", {"cursor": "WzksIG51bGxd"}, 422, "cursor"),
        ("/listings", {"status": "asleep"}, 422, "status"),
        ("/listings", {"limit": "0"}, 422, "limit"),
        ("/listings", {"account": "acc_none"}, 404, None),
        ("/listings/bm90aGluZw", {}, 404, None),
        ("/listings/bm90aGluZw/explain", {}, 404, None),
        ("/listings/%F0%9F%98%80/activity", {}, 404, None),
        ("/jobs/job_none", {}, 404, None),
        ("/jobs/job_none/entries", {}, 404, None),
        ("/activity", {"account": "acc_none"}, 404, None),
        ("/nothing", {}, 404, None),
    ],
)
def test_a_question_that_makes_no_sense_gets_an_answer_that_does(
    installation: Installation, sent: dict[str, str], path: str, query: dict[str, str], status: int, field: str | None
) -> None:
    answer = installation.call("GET", f"/v1{path}", query=query or None)
    assert answer.status == status
    assert answer.body["problem"]["text"] != answer.body["problem"]["code"]
    assert [one["field"] for one in answer.body["fields"]] == ([field] if field else [])


def test_a_body_that_is_no_json_is_refused(installation: Installation) -> None:
    for raw in ("{", "nonsense", '{"name": '):
        answer = installation.call("POST", "/v1/profiles", raw=raw)
        assert (answer.status, answer.body["problem"]["code"]) == (400, "body_unreadable")
    for raw in ("[]", '"text"', "null"):
        assert installation.call("POST", "/v1/profiles", raw=raw).status == 422


def test_a_bug_of_ours_is_a_500_with_an_id_and_none_of_its_text(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: object) -> None:
        raise KeyError("refresh-token-of-somebody")

    monkeypatch.setattr("listbridge.services.desk.overview.health", broken)
    answer = installation.call("GET", "/v1/health")
    assert (answer.status, answer.body["problem"]["code"]) == (500, "request_failed")
    assert answer.body["problem"]["params"] == {"request": "req-1"}
    logged = json.dumps([str(record.__dict__) for record in caplog.records])
    assert "KeyError" in logged
    assert "refresh-token-of-somebody" not in logged + answer.text


def test_the_counters_say_so_when_they_did_not_count_everything(
    installation: Installation, sent: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.add_items(sent["list"], *(installation.add_product(f"N{n}") for n in range(3)))
    monkeypatch.setattr(overview, "_PAGE", 2)
    monkeypatch.setattr(overview, "_MOST_COUNTED", 2)
    (counters,) = installation.get("/counters")["counters"]
    assert counters["complete"] is False
    assert counters["live"] + counters["not_active"] == 2


def test_platforms_describe_their_forms_and_no_secret(installation: Installation) -> None:
    cards = {card["slug"]: card for card in installation.get("/platforms")["platforms"]}
    assert cards["shopify"]["settings_schema"]["required"] == ["domain"]
    assert cards["ebay"]["sites"][SITE] == "EUR"
    assert cards["ebay"]["callback_path"] == "/callbacks/ebay"
    assert cards["ebay"]["creation_schema"]["properties"]["category_id"]["title"] == "Category"
    secret = cards["ebay"]["credentials_schema"]["properties"]["client_secret"]
    assert (secret["writeOnly"], secret["format"]) == (True, "password")


def test_the_activity_tells_the_story_in_words(installation: Installation, sent: dict[str, str]) -> None:
    texts = [line["text"] for line in installation.get("/activity")["activity"]]
    assert "The account anna was connected" in " ".join(texts)
    assert installation.get("/activity", account=sent["account"], limit="1")["activity"][0]["actor"] == "listbridge"
    mine = installation.get(f"/listings/{sent['listing']}/activity")["activity"]
    assert [line["event"] for line in mine] == ["send_done"]


def _guarded(installation: Installation, sent: dict[str, str]) -> None:
    """Two more live listings, and a guard that lets one change pass."""
    installation.add_items(sent["list"], installation.add_product("B1"), installation.add_product("B2"))
    installation.act(sent["list"], "send")
    installation.patch(f"/accounts/{sent['account']}", {"guard": {"share": "0.01", "count": 2}})
    installation.run()


def test_failed_and_held_listings_are_concerns_of_the_health(installation: Installation, sent: dict[str, str]) -> None:
    assert installation.get("/health")["concerns"] == []
    installation.ebay.deeds.set_out_of_stock_control("anna", on=False)
    installation.ebay.deeds.set_selling_limit("anna", quantity=1)
    installation.ebay.deeds.block("anna", on=True)
    _stock(installation, sent, 6)
    (concern,) = installation.get("/health")["concerns"]
    assert (concern["subject"], concern["problem"]["code"]) == (sent["account"], "listings_failed")
    assert concern["problem"]["text"] == "Failed on anna: 1 listing, for example A1."


def test_what_the_guard_holds_is_a_concern_of_the_health(installation: Installation, sent: dict[str, str]) -> None:
    _guarded(installation, sent)
    installation.patch(f"/accounts/{sent['account']}", {"guard": {"zero_limit": 1}})
    installation.run()
    for sku in ("A1", "B1", "B2"):
        installation.shopify.deeds.set_stock(sku=sku, available=0)
    installation.post(f"/shops/{sent['shop']}/sweep", expect=202)
    installation.run()
    (concern,) = installation.get("/health")["concerns"]
    problem = concern["problem"]
    assert (concern["subject"], problem["code"], problem["params"]["count"]) == (sent["account"], "listings_held", "2")
    assert (problem["params"]["reason"], problem["fix"]) == ("guard", "approve_changes")


@pytest.mark.parametrize("name", ["a\x00b", "a\nb", "\x7f"])
def test_a_name_with_a_control_character_is_refused_by_its_field(
    installation: Installation, sent: dict[str, str], name: str
) -> None:
    before = installation.get(f"/sales-lists/{sent['list']}")
    answer = installation.call("PATCH", f"/v1/sales-lists/{sent['list']}", {"name": name})
    assert (answer.status, [one["field"] for one in answer.body["fields"]]) == (422, ["name"])
    assert installation.get(f"/sales-lists/{sent['list']}") == before
