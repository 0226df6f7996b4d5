"""A row that a newer version wrote, with words that are unknown here, is shown, does nothing, and hides no other row."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import TypeAdapter

from listbridge.domain.configuration import Account, ConnectionState, QuantityMode, QuantityRule, Rules, SalesList
from listbridge.domain.ids import AccountId, JobId, SalesListId
from listbridge.domain.jobs import JobKind, JobState, Outcome
from listbridge.domain.listings.listing import Listing, Status
from listbridge.domain.orders.orders import ImportState
from listbridge.domain.word import Word, reading_stored
from tests.unit.functions.seller import Seller

FUTURE = "from_the_future"


def _newer(kind: type[Word]) -> Any:
    with reading_stored():
        return TypeAdapter(kind).validate_python(FUTURE)


@pytest.fixture
def live(seller: Seller) -> Seller:
    seller.its.add_items(seller.list, seller.its.add_product("A1"), seller.its.add_product("B2"))
    seller.its.act(seller.list, "send")
    return seller


def _listing(live: Seller, sku: str) -> Listing:
    rows, _ = live.its.stores.listings.of_list(SalesListId(live.list), None, 100)
    return next(row for row in rows if row.key.sku == sku)


def test_a_rule_of_a_newer_kind_holds_what_it_would_set_and_says_why(live: Seller) -> None:
    store = live.its.stores.configuration
    document = store.get(SalesList, live.list)
    rule = QuantityRule(mode=QuantityMode.CAP, value=3).model_copy(update={"mode": _newer(QuantityMode)})
    store.save(document.model_copy(update={"rules": Rules(quantity=rule)}))
    live.its.shopify.deeds.set_stock(sku="A1", available=3)
    live.its.post(f"/shops/{live.shop}/sweep", expect=202)
    live.its.run()
    told = live.its.get(f"/listings/{live.row('A1')['listing']['id']}/explain")
    assert told["quantity"]["reason"]["code"] == "newer_version"
    assert told["quantity"]["reason"]["params"] == {"value": FUTURE}
    assert live.live_offers() == {"A1": 7, "B2": 7}
    assert live.its.get("/sales-lists")["sales_lists"][0]["rules"]["quantity"]["mode"] == FUTURE


def test_part_of_a_rule_of_a_newer_kind_is_not_edited_but_the_whole_is_set_anew(live: Seller) -> None:
    store, address = live.its.stores.configuration, f"/sales-lists/{live.list}"
    rule = QuantityRule(mode=QuantityMode.CAP, value=3).model_copy(update={"mode": _newer(QuantityMode)})
    store.save(store.get(SalesList, live.list).model_copy(update={"rules": Rules(quantity=rule)}))
    before = live.its.get(address)
    answer = live.its.call("PATCH", f"/v1{address}", {"rules": {"quantity": {"value": 9}}})
    assert (answer.status, answer.body["problem"]["code"]) == (409, "newer_version")
    assert live.its.get(address) == before
    live.its.patch(address, {"name": "Renamed"})
    live.its.run()
    assert live.its.get(address)["rules"] == before["rules"]
    live.its.patch(address, {"rules": {"quantity": {"mode": "cap", "value": 9}}})
    live.its.run()
    assert live.its.get(address)["rules"]["quantity"]["mode"] == "cap"


def test_a_listing_of_a_newer_status_is_shown_beside_the_others_and_left_alone(live: Seller) -> None:
    live.its.stores.listings.save(replace(_listing(live, "A1"), status=_newer(Status)))
    told = {row["sku"]: row["status"] for row in live.its.get("/listings")["listings"]}
    assert told == {"A1": FUTURE, "B2": "active"}
    reason = live.its.get(f"/listings/{live.row('A1')['listing']['id']}/explain")["reason"]
    assert (reason["code"], reason["fix"]) == ("newer_version", "install_newer_version")
    live.its.act(live.list, "stop")
    assert live.live_offers() == {"A1": 7}


def test_an_account_of_a_newer_state_sends_nothing_and_health_says_so(live: Seller) -> None:
    store = live.its.stores.configuration
    account = store.get(Account, live.account)
    store.save(account.model_copy(update={"state": _newer(ConnectionState)}))
    live.its.shopify.deeds.set_stock(sku="A1", available=3)
    live.its.post(f"/shops/{live.shop}/sweep", expect=202)
    live.its.run()
    assert live.live_offers() == {"A1": 7, "B2": 7}
    assert live.its.get("/accounts")["accounts"][0]["state"] == FUTURE
    assert live.its.get("/health")


def test_jobs_and_orders_of_newer_words_stand_on_their_pages(live: Seller) -> None:
    stores = live.its.stores
    job = live.its.get("/jobs")["jobs"][0]["id"]
    stored = stores.jobs.get(JobId(job))
    stores.jobs.save(stored.model_copy(update={"kind": _newer(JobKind), "state": _newer(JobState)}))
    live.its.keep_order(live.account)
    row = next(iter(stores.orders.recent(AccountId(live.account), None, 10)[0]))
    stores.orders.save(replace(row, state=_newer(ImportState)))
    shown = next(one for one in live.its.get("/jobs")["jobs"] if one["id"] == job)
    assert (shown["kind"], shown["state"]) == (FUTURE, FUTURE)
    assert live.its.get("/orders", account=live.account)["orders"][0]["state"] == FUTURE
    live.its.run()
    assert live.its.get(f"/jobs/{job}")["state"] == FUTURE
    assert _newer(Outcome) == FUTURE
    assert not _newer(Outcome).known
