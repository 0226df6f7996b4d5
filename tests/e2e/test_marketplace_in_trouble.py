"""A marketplace that refuses, babbles or must not be touched; the shop and the other accounts go on."""

from __future__ import annotations

import uuid

import pytest

from localrun.scoreboard import stays, until
from tests.e2e.merchant import REVISE, Merchant, Person, Street

pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("local-system")]


def test_a_revoked_account_says_so_while_the_rest_goes_on_and_catches_up_when_reconnected(
    street: Street, merchant: Merchant
) -> None:
    other = Merchant(street, f"m{uuid.uuid4().hex[:8]}")
    sku = merchant.sell("SHARED")
    product = merchant.row(sku)["product"]
    other.add(product)
    theirs = other.sell("OWN")
    street.marketplace.do("revoke_token", seller=merchant.name)
    street.marketplace.do("expire_tokens", seller=merchant.name)
    street.shop.do("set_stock", sku=sku, available=2)
    until(
        lambda: street.seller.get(f"/accounts/{merchant.account}")["state"] == "expired", "account expired", within_s=20
    )
    told = merchant.explain(sku)
    assert (told["reason"]["code"], told["reason"]["fix"]) == ("account_expired", "reconnect_account")
    assert told["listing"]["auto_update"].startswith("off: ")
    concerns = {one["subject"]: one["problem"]["code"] for one in street.seller.get("/health")["concerns"]}
    assert concerns[merchant.account] == "account_expired"
    assert street.seller.get(f"/shops/{street.shop_id}")["state"] == "active"

    street.shop.do("set_stock", sku=theirs, available=3)
    other.shown(theirs, 3)
    street.shop.do("set_stock", sku=sku, available=1)
    until(lambda: merchant.explain(sku)["quantity"]["computed"] == 1, "1 computed all the same", within_s=20)
    other.shown(sku, 1)
    assert (merchant.quantity(sku), other.quantity(sku)) == (7, 1)

    street.marketplace.do("restore_token", seller=merchant.name)
    body = {"credentials": merchant.credentials}
    answer = Person(street.system, "admin").call("PUT", f"/accounts/{merchant.account}/credentials", body)
    assert answer.json()["account"]["state"] == "active"
    merchant.shown(sku, 1)
    until(lambda: merchant.explain(sku)["quantity"]["accepted"] == 1, "1 accepted", within_s=20)
    taken = [call for call in merchant.revisions(sku) if call["status"] == 200]
    assert [{row["quantity"] for row in call["sent"] if "quantity" in row} for call in taken] == [
        {1}
    ]  # and never the 2
    assert merchant.explain(sku)["reason"] is None


def test_an_answer_in_html_is_looked_up_before_anything_is_sent_again(merchant: Merchant) -> None:
    sku, calm = merchant.sell("PAGE"), merchant.sell("CALM")
    merchant.marketplace.post("faults", {"operation": REVISE, "kind": "html", "status": 200, "times": 1})
    merchant.shop.do("set_stock", sku=sku, available=5)
    until(lambda: len(merchant.revisions(sku)) == 1, "the call that was answered with a page", within_s=20)
    merchant.shop.do("set_stock", sku=calm, available=1)
    merchant.shown(calm, 1)
    merchant.shown(sku, 5, within_s=40)
    until(lambda: merchant.explain(sku)["quantity"]["accepted"] == 5, "5 accepted", within_s=20)
    assert merchant.explain(sku)["reason"] is None


def test_an_account_that_observes_shows_what_it_would_send_and_writes_nothing(merchant: Merchant) -> None:
    sku = merchant.sell("WATCHED")
    edit = merchant.seller.finished(merchant.seller.patch(f"/accounts/{merchant.account}", {"observe": True}))
    assert edit["state"] == "done"
    before = merchant.writes()
    merchant.shop.do("set_stock", sku=sku, available=3)
    merchant.shop.do("set_price", sku=sku, price="14.00")
    until(
        lambda: (
            (merchant.explain(sku)["quantity"]["computed"], merchant.explain(sku)["price"]["computed"]["amount"])
            == (3, "14.00")
        ),
        "3 at 14.00 computed",
        within_s=20,
    )
    told = merchant.explain(sku)
    assert (told["reason"]["code"], told["next"]["code"]) == ("observe_mode", "next_would_send")
    assert told["next"]["params"]["values"] == "quantity 3 and price 14.00 EUR"
    unsent = merchant.sku("UNSENT")
    merchant.add(merchant.product(unsent))
    job = merchant.seller.act(merchant.list, "send", [merchant.row(unsent)["id"]])
    assert merchant.outcomes(job) == [("skipped", "would_list")]
    stays(lambda: merchant.writes() == before, "something was written in observe mode", for_s=3)
    assert (merchant.quantity(sku), merchant.quantity(unsent)) == (7, None)

    leaving = merchant.seller.finished(merchant.seller.patch(f"/accounts/{merchant.account}", {"observe": False}))
    assert (leaving["state"], leaving["affected"], leaving["live"]) == ("awaiting_approval", 1, 1)
    (change,) = merchant.seller.get(f"/jobs/{leaving['id']}/changes")["changes"]
    assert (change["sku"], change["after"]["quantity"], change["after"]["price"]["amount"]) == (sku, 3, "14.00")
    assert merchant.writes() == before
    merchant.seller.post(f"/jobs/{leaving['id']}/approve")
    merchant.shown(sku, 3)
    until(lambda: merchant.on_sale()[sku][1] == "14.00", "14.00 at the marketplace", within_s=20)
