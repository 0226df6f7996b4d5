"""S18 to S25: quantity and price follow the shop automatically, switched per account, list and item."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from listbridge.domain.configuration import Account
from tests.seller.conftest import Open
from tests.seller.merchant import Merchant, Offered, only

FIELDS = ("quantity", "price")
APART = ("ebay", "amazon")
"""Where the two are switched apart from each other."""


def moved(merchant: Merchant) -> list[str]:
    """Stock and price of MUG move in the shop; what was written to the marketplace."""
    return merchant.writes_of(lambda: (merchant.restock("MUG", 3), merchant.reprice("MUG", "13.50")))


def switched(merchant: Merchant, path: str, **switches: bool | None) -> None:
    answer = asked(merchant, path, **switches)
    assert answer.status in (200, 202), answer.text
    if answer.status == 202 and answer.body["job"]["state"] == "awaiting_approval":
        merchant.its.post(f"/jobs/{answer.body['job']['id']}/approve", expect=200)
    merchant.its.run()


def asked(merchant: Merchant, path: str, **switches: bool | None) -> Any:
    return merchant.its.call("PUT" if path.endswith("/switches") else "PATCH", f"/v1{path}", switches)


def shown(merchant: Merchant, path: str) -> Any:
    return merchant.its.get(path.removesuffix("/switches"))


def both(on: bool | None) -> dict[str, bool | None]:
    return {"auto_quantity": on, "auto_price": on}


def item(merchant: Merchant) -> str:
    return f"/listings/{merchant.row('MUG')['listing']['id']}/switches"


def off(merchant: Merchant) -> dict[str, str]:
    """By field: at which level it is switched off."""
    story = merchant.explain("MUG")
    reasons = {field: story[field]["reason"] for field in FIELDS}
    return {
        field: reason["params"]["level"]
        for field, reason in reasons.items()
        if reason is not None and reason["code"] == f"auto_{field}_off"
    }


def test_s18_a_change_in_the_shop_is_sent_in_the_background(merchant: Merchant) -> None:
    merchant.on_sale("MUG")
    assert moved(merchant) != []
    assert merchant.offers() == {"MUG": Offered(3, Decimal("13.50"))}


def test_s19_the_switches_of_one_account_leave_another_account_alone(merchant: Merchant) -> None:
    documents = merchant.its.stores.configuration
    account = documents.get(Account, merchant.account)
    documents.save(account.model_copy(update={"id": "acc_other", "name": "other", "rev": 0}))
    switched(merchant, f"/accounts/{merchant.account}", **both(False))
    told = {one["id"]: one["auto_quantity"] for one in merchant.its.get("/accounts")["accounts"]}
    assert told == {merchant.account: False, "acc_other": True}


def test_s20_and_s21_the_switches_are_settings_of_the_account(merchant: Merchant) -> None:
    merchant.on_sale("MUG")
    switched(merchant, f"/accounts/{merchant.account}", **both(False))
    assert moved(merchant) == []
    assert merchant.offers() == {"MUG": Offered(7, Decimal("12.50"))}
    assert off(merchant) == {"quantity": "account", "price": "account"}
    switched(merchant, f"/accounts/{merchant.account}", **both(True))
    assert merchant.offers() == {"MUG": Offered(3, Decimal("13.50"))}


def test_s22_a_new_account_a_new_list_and_a_new_item_have_both_on(merchant: Merchant) -> None:
    merchant.in_list("MUG")
    account = merchant.its.get(f"/accounts/{merchant.account}")
    listing = merchant.row("MUG")["listing"]
    assert (account["auto_quantity"], account["auto_price"]) == (True, True)
    told = merchant.its.get(f"/sales-lists/{merchant.list}")
    assert (told["auto_quantity"], told["auto_price"]) == (None, None)
    for field in FIELDS:
        assert listing[field]["auto"] == {"on": True, "level": "account", "own": None}


def test_s23_a_sale_in_the_shop_is_followed_by_the_listing(merchant: Merchant) -> None:
    merchant.on_sale("MUG", stock=2)
    merchant.its.shopify.deeds.sell(sku="MUG")
    merchant.tell("MUG")
    assert merchant.offers()["MUG"].quantity == 1
    merchant.its.shopify.deeds.sell(sku="MUG")
    merchant.tell("MUG")
    assert merchant.sold_out("MUG")


def test_the_nearest_level_decides_and_explain_names_it(merchant: Merchant) -> None:
    merchant.on_sale("MUG")
    switched(merchant, f"/sales-lists/{merchant.list}", **both(False))
    assert moved(merchant) == []
    assert off(merchant) == dict.fromkeys(FIELDS, "sales list")
    switched(merchant, item(merchant), **both(True))
    assert merchant.offers() == {"MUG": Offered(3, Decimal("13.50"))}
    assert off(merchant) == {}
    assert merchant.row("MUG")["listing"]["price"]["auto"] == {"on": True, "level": "item", "own": True}
    switched(merchant, f"/accounts/{merchant.account}", **both(False))
    merchant.restock("MUG", 4)
    assert merchant.offers()["MUG"].quantity == 4
    switched(merchant, item(merchant), **both(False))
    assert merchant.writes_of(lambda: merchant.restock("MUG", 5)) == []
    assert off(merchant) == dict.fromkeys(FIELDS, "item")
    switched(merchant, item(merchant), **both(None))
    assert off(merchant) == dict.fromkeys(FIELDS, "sales list")
    switched(merchant, f"/sales-lists/{merchant.list}", **both(None))
    assert off(merchant) == dict.fromkeys(FIELDS, "account")


def test_a_switch_of_one_item_leaves_its_neighbours_alone(merchant: Merchant) -> None:
    merchant.on_sale("MUG")
    merchant.on_sale("CUP")
    switched(merchant, item(merchant), **both(False))
    for sku in ("MUG", "CUP"):
        merchant.restock(sku, 2)
    assert {sku: one.quantity for sku, one in merchant.offers().items()} == {"MUG": 7, "CUP": 2}


@only(*APART)
@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("level", ["account", "list", "item"])
def test_one_of_the_two_is_switched_off_at_any_level(merchant: Merchant, field: str, level: str) -> None:
    merchant.on_sale("MUG")
    path = {
        "account": f"/accounts/{merchant.account}",
        "list": f"/sales-lists/{merchant.list}",
        "item": item(merchant),
    }[level]
    switched(merchant, path, **{f"auto_{field}": False})
    moved(merchant)
    left = {"quantity": Offered(7, Decimal("13.50")), "price": Offered(3, Decimal("12.50"))}[field]
    assert merchant.offers() == {"MUG": left}
    assert list(off(merchant)) == [field]


@only("etsy")
@pytest.mark.parametrize("field", ["auto_quantity", "auto_price"])
def test_s24_both_switches_are_on_or_both_are_off_and_the_odd_one_is_named(merchant: Merchant, field: str) -> None:
    merchant.on_sale("MUG")
    for path in (f"/accounts/{merchant.account}", f"/sales-lists/{merchant.list}", item(merchant)):
        before = shown(merchant, path)
        answer = asked(merchant, path, **{field: False})
        assert (answer.status, answer.body["problem"]["code"]) == (422, "switches_apart"), answer.text
        assert [one["field"] for one in answer.body["fields"]] == [field]
        merchant.its.run()
        assert shown(merchant, path) == before
        switched(merchant, path, **both(False))
        assert off(merchant) != {}
        switched(merchant, path, **both(True))
        assert off(merchant) == {}


@only("etsy")
def test_s24_a_new_list_and_a_new_account_are_refused_with_one_switch_alone(merchant: Merchant) -> None:
    body = {"name": "Odd", "account": merchant.account, "site": merchant.site, "auto_price": False}
    answer = merchant.its.call("POST", "/v1/sales-lists", body)
    assert (answer.status, answer.body["fields"][0]["field"]) == (422, "auto_price")
    assert len(merchant.its.get("/sales-lists")["sales_lists"]) == 1


@only("etsy")
def test_s25_a_seller_who_wants_them_apart_says_so_and_what_is_off_is_sent_as_it_was(merchant_with: Open) -> None:
    merchant = merchant_with()
    merchant.on_sale("MUG")
    settings: Any = {"settings": {"separate_updates": True}}
    merchant.edit(f"/accounts/{merchant.account}", **settings)
    switched(merchant, f"/accounts/{merchant.account}", auto_quantity=False)
    moved(merchant)
    assert merchant.offers() == {"MUG": Offered(7, Decimal("13.50"))}
    answer = merchant.its.call("PATCH", f"/v1/accounts/{merchant.account}", {"settings": {"separate_updates": False}})
    assert (answer.status, answer.body["fields"][0]["field"]) == (422, "auto_quantity")
