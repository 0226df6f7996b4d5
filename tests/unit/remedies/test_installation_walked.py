"""Jobs, versions, faults of ours and whole reads of the shop: what is named is done, and the work goes on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import TypeAdapter

from listbridge.domain.configuration import Account, ConnectionState, Shop
from listbridge.domain.ids import AccountId, Site
from listbridge.domain.listings.listing import NOTHING, Computed, Status
from listbridge.domain.word import Word, reading_stored
from listbridge.domain.work import Lane
from listbridge.services.jobs.run_job import run_job
from listbridge.services.timers.reconcile import Timer, reconcile
from tests.unit.functions.installation import SITE, Installation
from tests.unit.functions.seller import Seller
from tests.unit.remedies.listing_words import did, follows, in_list, on_sale, row_of
from tests.unit.remedies.walks import SHOPIFY, entry, heard, named, reason, refusal, walks


@walks("action_lost")
def test_an_action_that_nothing_carried_on_is_begun_again(seller: Seller) -> None:
    in_list(seller)
    path = f"/sales-lists/{seller.list}/actions"
    job = seller.its.post(path, {"action": "send", "items": "all"}, expect=202)["job"]
    queues = seller.its.stores.queues
    for _ in range(80):
        queues.empty(Lane.PUBLISH)  # the worker that takes these messages dies
        reconcile(seller.its.deps, Timer.DUE)
        while received := queues.receive(Lane.RECOMPUTE):
            for one in received:
                run_job(seller.its.deps, one.message, remaining_s=60)  # type: ignore[arg-type]
            queues.delete(Lane.RECOMPUTE, *received)
        seller.its.stores.clock.advance(3600)
    named(entry(seller, job, "MUG")["reason"], "action_lost", "repeat_action")
    assert did(seller, "send") == "done"
    assert follows(seller)


@walks("listing_gone")
def test_an_item_whose_listing_is_gone_is_added_again(seller: Seller) -> None:
    product = in_list(seller)
    seller.its.stores.listings.delete(row_of(seller))
    job = seller.its.act(seller.list, "send")
    (told,) = seller.its.get(f"/jobs/{job['id']}/entries")["entries"]
    named(told["reason"], "listing_gone", "add_again")
    seller.its.add_items(seller.list, product)
    assert did(seller, "send") == "done"
    assert follows(seller)


@walks("not_computed_yet")
def test_what_has_no_value_yet_is_sent_once_it_has(seller: Seller) -> None:
    on_sale(seller)
    row = row_of(seller)
    seller.its.stores.listings.save(replace(row, computed=Computed(), accepted=NOTHING))
    named(entry(seller, seller.its.act(seller.list, "revise"), "MUG")["reason"], "not_computed_yet", "")
    seller.its.post(f"/shops/{seller.shop}/sweep", expect=202)
    seller.its.run()
    assert did(seller, "revise") == "done"
    assert follows(seller)


def newer(kind: type[Word]) -> Any:
    with reading_stored():
        return TypeAdapter(kind).validate_python("from_the_future")


@walks("newer_version")
@pytest.mark.parametrize("anew", [False, True])
def test_a_word_of_a_newer_version_is_read_by_that_or_set_anew(seller: Seller, anew: bool) -> None:
    on_sale(seller)
    configuration, listings = seller.its.stores.configuration, seller.its.stores.listings
    if anew:
        account = configuration.get(Account, AccountId(seller.account))
        configuration.save(account.model_copy(update={"state": newer(ConnectionState)}))
    else:
        listings.save(replace(row_of(seller), status=newer(Status)))
    named(reason(seller, "MUG"), "newer_version", "install_newer_version")
    if anew:
        body = {"credentials": seller.its.ebay_credentials()}
        assert seller.its.call("PUT", f"/v1/accounts/{seller.account}/credentials", body).status == 200
    else:
        listings.save(replace(row_of(seller), status=Status.ACTIVE))  # as the newer version reads it
    assert follows(seller)


@walks("request_failed")
def test_a_fault_of_ours_is_reported_and_the_next_call_is_answered(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bug(*_: object, **__: object) -> None:
        raise KeyError("never thought of")

    with monkeypatch.context() as broken:
        broken.setattr(type(installation.stores.jobs), "recent", bug)
        answer = installation.call("GET", "/v1/jobs")
    assert answer.status == 500
    assert named(answer.body["problem"], "request_failed", "report_to_us")["params"]["request"] == "req-1"
    assert installation.get("/jobs")["jobs"] == []


@walks("internal_error")
def test_a_row_that_we_stumble_over_is_reported_and_revised(seller: Seller, monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(*_: object, **__: object) -> None:
        raise KeyError("never thought of")

    product = on_sale(seller)
    seller.its.shopify.deeds.set_stock(3, None, sku="MUG")
    adapter = seller.its.deps.marketplaces.open(account_of(seller))
    with monkeypatch.context() as broken:
        broken.setattr(type(adapter), "revise", bug)
        heard(seller, product)
        for _ in range(150):
            told = reason(seller, "MUG")
            if told is not None:
                break
            seller.its.run()
            seller.its.stores.clock.advance(1000)
            reconcile(seller.its.deps, Timer.DUE)
    assert named(told, "update_failed", "report_bug")["params"]["reason"] == "internal_error"
    assert did(seller, "revise") == "done"
    assert follows(seller)


def account_of(seller: Seller) -> Account:
    return seller.its.stores.configuration.get(Account, AccountId(seller.account))


@walks("job_past_cancelling")
def test_an_edit_that_is_saved_is_taken_back_by_another_edit(seller: Seller) -> None:
    on_sale(seller)
    path = f"/sales-lists/{seller.list}"
    job = seller.its.patch(path, {"rules": {"price": {"ratio": "2"}}})["job"]
    refused: list[Any] = []

    def cancel(what: str) -> None:
        if what == "listings.save" and not refused:
            refused.append(None)
            refused[0] = refusal(seller.its, "POST", f"/jobs/{job['id']}/cancel")

    seller.its.stores.cut.hook = cancel
    seller.its.run()
    seller.its.stores.cut.hook = lambda _: None
    named(refused[0], "job_past_cancelling", "edit_again")
    seller.its.patch(path, {"rules": {"price": {"ratio": "1"}}})
    seller.its.run()
    assert seller.row("MUG")["listing"]["price"]["accepted"]["amount"] == "12.50"


@walks("currency_differs")
def test_a_site_of_another_currency_gives_way_to_one_of_the_shops(seller: Seller) -> None:
    its = seller.its
    account = account_of(seller)
    its.stores.configuration.save(account.model_copy(update={"sites": (Site(SITE), Site("EBAY_US"))}))
    other = {"name": "US", "marketplace": "ebay", "site": "EBAY_US", "settings": its.creation_settings()}
    profile = its.post("/creation-profiles", other)["id"]
    american = its.post(
        "/sales-lists", {"name": "US", "account": seller.account, "site": "EBAY_US", "creation_profile": profile}
    )["id"]
    product = its.add_product("MUG")
    its.add_items(american, product)
    its.act(american, "send")
    (row,) = its.items(american)
    told = its.get(f"/listings/{row['listing']['id']}/explain")["price"]["reason"]
    named(told, "currency_differs", "choose_other_site")
    its.add_items(seller.list, product)
    assert did(seller, "send") == "done"
    assert follows(seller)


@walks("sweep_incomplete", on=SHOPIFY)
def test_a_shop_that_was_not_read_whole_is_read_again(seller: Seller, monkeypatch: pytest.MonkeyPatch) -> None:
    on_sale(seller)
    its = seller.its
    shop = its.deps.shops.open(its.stores.configuration.get(Shop, seller.shop))
    read = type(shop).sweep

    def short(self: Any, *args: Any, **more: Any) -> Any:
        page = read(self, *args, **more)
        return replace(page, total=(page.total or 0) + 5)

    with monkeypatch.context() as broken:
        broken.setattr(type(shop), "sweep", short)
        job = its.post(f"/shops/{seller.shop}/sweep", expect=202)["job"]
        its.run()
    told = its.get(f"/jobs/{job['id']}")
    named(told["reason"], "sweep_incomplete", "sweep_again")
    assert seller.live_offers() == {"MUG": 7}
    again = its.post(f"/shops/{seller.shop}/sweep", expect=202)["job"]
    its.run()
    assert its.get(f"/jobs/{again['id']}")["state"] == "done"
