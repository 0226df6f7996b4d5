"""Explain names where each rule is set and in which version, and every decision has a who and a why."""

from __future__ import annotations

from typing import Any

from tests.seller.conftest import Open
from tests.seller.merchant import Merchant


def rules(merchant: Merchant) -> dict[str, tuple[str, str, Any, Any]]:
    told = merchant.explain("MUG")["rules"]
    return {one["rule"]: (one["level"], one["name"], one["version"], one["newest"]) for one in told}


def test_explain_names_the_level_and_the_version_of_each_rule(merchant: Merchant) -> None:
    merchant.on_sale("MUG", stock=7)
    assert rules(merchant)["quantity"] == ("default", "", None, None)
    merchant.edit(f"/accounts/{merchant.account}", rules={"quantity": {"mode": "cap", "value": 5}})
    account = merchant.its.get(f"/accounts/{merchant.account}")["rev"]
    assert rules(merchant) == {
        "quantity": ("account", "anna", account, account),
        "price": ("default", "", None, None),
        "auto_quantity": ("account", "anna", account, account),
        "auto_price": ("account", "anna", account, account),
    }
    profile = merchant.its.post("/profiles", {"name": "Dear", "rules": {"price": {"ratio": "2"}}})
    merchant.edit(f"/sales-lists/{merchant.list}", profile=profile["id"])
    assert rules(merchant)["price"] == ("profile", "Dear", 1, 1)
    merchant.edit(f"/sales-lists/{merchant.list}", rules={"quantity": {"mode": "cap", "value": 3}})
    listed = merchant.its.get(f"/sales-lists/{merchant.list}")["rev"]
    assert rules(merchant)["quantity"] == ("sales_list", "Everything", listed, listed)


def test_a_refusal_and_an_approval_say_who_and_why(merchant_with: Open) -> None:
    merchant = merchant_with(guard={"share": "0.1", "count": 1})
    merchant.on_sale("MUG", stock=7)
    for decision, state in (("refuse", "refused"), ("approve", "running")):
        path = f"/sales-lists/{merchant.list}"
        job = merchant.its.patch(path, {"rules": {"price": {"ratio": "3"}}})["job"]
        merchant.its.run()
        assert merchant.its.get(f"/jobs/{job['id']}")["state"] == "awaiting_approval"
        told = merchant.its.post(f"/jobs/{job['id']}/{decision}", {"why": "Kim asked"}, expect=200)
        assert (told["state"], told["decision"]["approved"]) == (state, decision == "approve")
        assert (told["decision"]["by"].split()[0], told["decision"]["why"]) == ("kim@example.com", "Kim asked")
        activity = merchant.its.get("/activity", account=merchant.account)["activity"]
        (line,) = [
            one
            for one in activity
            if one["event"] == f"changes_{'approved' if decision == 'approve' else 'refused'}_why"
        ]
        assert line["text"].endswith("Kim asked")
        assert line["actor"].split()[0] == "kim@example.com"


def test_a_decision_without_a_reason_is_taken_as_before(merchant_with: Open) -> None:
    merchant = merchant_with(guard={"share": "0.1", "count": 1})
    merchant.on_sale("MUG", stock=7)
    job = merchant.its.patch(f"/sales-lists/{merchant.list}", {"rules": {"price": {"ratio": "3"}}})["job"]
    merchant.its.run()
    told = merchant.its.post(f"/jobs/{job['id']}/refuse", expect=200)
    assert (told["decision"]["approved"], told["decision"]["why"]) == (False, "")
    merchant.its.run()
    assert str(merchant.offers()["MUG"].price) == "12.50"
