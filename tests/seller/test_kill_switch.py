"""The kill switch of an account: nothing of ours reaches its marketplace, and nothing is lost by that."""

from __future__ import annotations

from contextlib import suppress

import pytest

from tests.fakes.cuts import CutAt, WorkerDied, no_cut
from tests.seller.merchant import Merchant, only


def stop(merchant: Merchant, why: str = "") -> None:
    merchant.its.post(f"/accounts/{merchant.account}/stop", {"why": why}, expect=200)


def resume(merchant: Merchant) -> None:
    merchant.its.post(f"/accounts/{merchant.account}/resume", expect=200)
    merchant.its.run()


def test_a_stopped_account_is_written_nothing_zeros_included_and_catches_up(merchant: Merchant) -> None:
    merchant.on_sale("MUG", stock=7)
    merchant.on_sale("BOWL", stock=5)
    stop(merchant, "prices look wrong")

    def day() -> None:
        merchant.restock("MUG", 0)
        merchant.reprice("BOWL", "20.00")
        for action in ("revise", "full_revise", "stop"):
            assert merchant.outcomes(merchant.act(action))["MUG"] == ("skipped", "writes_stopped")
        merchant.minutes(10)
        merchant.timer("drift")

    assert merchant.writes_of(day) == []
    told = merchant.reason("MUG")
    assert (told["code"], told["fix"]) == ("writes_stopped", "resume_writes")
    assert merchant.offers()["MUG"].quantity == 7
    resume(merchant)
    assert merchant.sold_out("MUG")
    assert str(merchant.offers()["BOWL"].price) == "20.00"
    assert merchant.reason("BOWL") is None


def test_who_stopped_it_and_why_is_told_and_kept(merchant: Merchant) -> None:
    stop(merchant, "prices look wrong")
    shown = merchant.its.get(f"/accounts/{merchant.account}")["stopped"]
    assert (shown["by"].split()[0], shown["why"]) == ("kim@example.com", "prices look wrong")
    concerns = {one["problem"]["code"]: one["problem"] for one in merchant.its.get("/health")["concerns"]}
    assert concerns["writes_stopped"]["fix"] == "resume_writes"
    newest = merchant.its.get("/activity", account=merchant.account)["activity"][0]
    assert (newest["event"], newest["actor"].split()[0]) == ("writes_stopped", "kim@example.com")
    assert newest["text"].endswith("prices look wrong")
    resume(merchant)
    assert merchant.its.get(f"/accounts/{merchant.account}")["stopped"] is None


def test_stopping_twice_keeps_who_stopped_it_first(merchant: Merchant) -> None:
    stop(merchant, "first")
    stop(merchant, "second")
    assert merchant.its.get(f"/accounts/{merchant.account}")["stopped"]["why"] == "first"


def test_a_run_that_is_under_way_stops_in_its_middle(merchant: Merchant, monkeypatch: pytest.MonkeyPatch) -> None:
    """The account was read before somebody stopped it: what is opened looks again after two seconds."""
    merchant.on_sale("MUG", stock=7)
    its, account = merchant.its, merchant.account
    marketplaces = its.deps.marketplaces
    real = type(marketplaces).open

    def overtaken(self: object, document: object, *rest: object) -> object:
        adapter = real(self, document, *rest)  # type: ignore[arg-type]
        if its.stores.configuration.get(type(document), account).stopped is None:  # type: ignore[arg-type]
            its.post(f"/accounts/{account}/stop", expect=200)
            its.stores.clock.advance(2)
        return adapter

    monkeypatch.setattr(type(marketplaces), "open", overtaken)
    assert merchant.writes_of(lambda: merchant.restock("MUG", 3)) == []
    monkeypatch.undo()
    assert merchant.offers()["MUG"].quantity == 7
    resume(merchant)
    assert (merchant.offers()["MUG"].quantity, merchant.reason("MUG")) == (3, None)


def test_what_comes_back_into_stock_while_stopped_goes_on_sale_afterwards(merchant: Merchant) -> None:
    merchant.in_list("MUG", stock=0)
    merchant.act("send")
    assert merchant.reason("MUG")["code"] == "waits_for_stock"
    stop(merchant)
    assert merchant.writes_of(lambda: merchant.restock("MUG", 4)) == []
    resume(merchant)
    assert (merchant.offers()["MUG"].quantity, merchant.reason("MUG")) == (4, None)


def test_orders_still_come_in_and_their_parcels_are_told_afterwards(merchant: Merchant) -> None:
    merchant.on_sale("MUG", stock=7)
    stop(merchant)

    def day() -> None:
        merchant.bought("MUG")
        (order,) = merchant.orders_read()
        assert order["state"] == "created"
        merchant.shipped_in_shop(order)

    assert merchant.writes_of(day) == []
    (order,) = merchant.its.get("/orders", account=merchant.account)["orders"]
    assert [notice["code"] for notice in order["notices"]] == ["writes_stopped"]
    told = merchant.writes_of(lambda: resume(merchant))
    assert told.count(merchant.ship_operation) == 1
    (order,) = merchant.its.get("/orders", account=merchant.account)["orders"]
    assert order["notices"] == []


@only("ebay")
def test_what_an_admin_asks_of_the_marketplace_is_refused_while_it_is_stopped(merchant: Merchant) -> None:
    merchant.hers().deeds.set_out_of_stock_control("anna", False)
    stop(merchant)
    answer = merchant.its.call("POST", f"/v1/accounts/{merchant.account}/sold-out")
    assert (answer.status, answer.body["problem"]["code"]) == (409, "writes_stopped")
    assert merchant.its.ebay.world.sellers["anna"].programs_asked == set()


def test_a_viewer_may_look_and_not_stop(merchant: Merchant) -> None:
    for act in ("stop", "resume"):
        assert merchant.its.call("POST", f"/v1/accounts/{merchant.account}/{act}", groups="viewer").status == 403
    assert merchant.its.get(f"/accounts/{merchant.account}")["stopped"] is None


def test_what_was_linked_writes_nothing_so_it_may_be_linked_while_stopped(merchant: Merchant) -> None:
    merchant.in_list("MUG", stock=7)
    merchant.listed_by_hand("MUG", quantity=5)
    stop(merchant)
    assert merchant.writes_of(lambda: merchant.act("link")) == []
    assert merchant.row("MUG")["listing"]["status"] == "active"
    assert merchant.offers()["MUG"].quantity == 5


@only("ebay")
def test_a_resume_that_dies_anywhere_is_completed_by_the_next(merchant: Merchant) -> None:
    merchant.on_sale("MUG", stock=7)
    merchant.in_list("BOWL", stock=0)
    merchant.act("send", [merchant.row("BOWL")["id"]])
    for nth in range(1, 8):
        stop(merchant)
        merchant.restock("MUG", nth)
        merchant.restock("BOWL", nth)
        merchant.its.stores.cut.hook = CutAt(nth)
        with suppress(WorkerDied):
            merchant.its.call("POST", f"/v1/accounts/{merchant.account}/resume")
        merchant.its.stores.cut.hook = no_cut
        resume(merchant)
        assert merchant.its.get(f"/accounts/{merchant.account}")["stopped"] is None
        assert {sku: offer.quantity for sku, offer in merchant.offers().items()} == {"MUG": nth, "BOWL": nth}
        assert (merchant.reason("MUG"), merchant.reason("BOWL")) == (None, None)
