"""Whether an account keeps what sells out: anybody may look, an admin asks the marketplace, and nobody else does."""

from __future__ import annotations

from simulators.faults import Fault
from tests.unit.functions.seller import Seller


def asked(seller: Seller) -> set[str]:
    return seller.its.ebay.world.sellers["anna"].programs_asked


def test_an_account_that_keeps_them_already_is_not_asked_for_anything(seller: Seller) -> None:
    path = f"/accounts/{seller.account}/sold-out"
    assert seller.its.get(path) == {"kept": True, "hours": 0}
    assert seller.its.post(path, expect=200) == {"kept": True, "hours": 0}
    assert asked(seller) == set()


def test_what_was_asked_stands_in_the_activity_with_who_asked(seller: Seller) -> None:
    seller.its.ebay.deeds.set_out_of_stock_control("anna", False)
    seller.its.post(f"/accounts/{seller.account}/sold-out", expect=200)
    assert asked(seller) == {"OUT_OF_STOCK_CONTROL"}
    newest = seller.its.get("/activity")["activity"][0]
    assert newest["event"] == "keep_sold_out_asked"
    assert newest["text"].endswith("That may take 24 hours.")
    assert newest["actor"]


def test_nothing_is_asked_for_an_account_that_only_observes(seller: Seller) -> None:
    seller.its.ebay.deeds.set_out_of_stock_control("anna", False)
    seller.its.call("PATCH", f"/v1/accounts/{seller.account}", {"observe": True})
    seller.its.run()
    answer = seller.its.call("POST", f"/v1/accounts/{seller.account}/sold-out")
    assert (answer.status, answer.body["problem"]["code"]) == (409, "observe_mode")
    assert asked(seller) == set()


def test_an_operator_may_look_and_not_ask(seller: Seller) -> None:
    seller.its.ebay.deeds.set_out_of_stock_control("anna", False)
    path = f"/v1/accounts/{seller.account}/sold-out"
    assert seller.its.call("GET", path, groups="viewer").body == {"kept": False, "hours": 0}
    assert seller.its.call("POST", path, groups="operator").status == 403
    assert asked(seller) == set()


def test_a_marketplace_that_does_not_answer_is_told_as_that(seller: Seller) -> None:
    seller.its.ebay.faults.add(Fault("getOptedInPrograms", "status", status=503))
    answer = seller.its.call("GET", f"/v1/accounts/{seller.account}/sold-out")
    assert (answer.status, answer.body["problem"]["code"]) == (502, "ebay_unavailable")
