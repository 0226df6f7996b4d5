"""Orders in the API: lists over accounts, what an order's page tells, and who may see who bought."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from listbridge.admin.row_ids import item_id
from listbridge.domain.catalog import Observation, Reservation, Variant, VariantFacts, Visibility
from listbridge.domain.configuration import Account, Shop
from listbridge.domain.ids import (
    LineId,
    LocationId,
    OrderKey,
    ParcelId,
    ProductId,
    ShopId,
    ShopOrderId,
    Sku,
    VariantId,
    VariantKey,
)
from listbridge.domain.orders.orders import (
    ImportState,
    Match,
    MatchedBy,
    Payment,
    Shipment,
    ShopOrderRef,
    Tax,
    Telling,
    Told,
)
from listbridge.domain.problem import Problem
from listbridge.services.desk import list_orders
from tests.fakes.order_drafts import BUYER
from tests.fakes.remote_orders import NOW, euros, sold
from tests.unit.functions.installation import Installation

PRIVATE = ("Lovelace", "Analytical", "Leeds", "LS1 4AP", "members.ebay.com", "4960000", "Engines")


@pytest.fixture
def accounts(installation: Installation) -> tuple[str, str]:
    """Two accounts of one shop, connected an hour ago."""
    shop = installation.connect_shop()
    first = installation.connect_account(shop)
    other = installation.ebay.deeds.add_seller("bert", marketplaces=["EBAY_DE"])
    credentials = {**installation.ebay_credentials(), "refresh_token": other["refreshToken"]}
    return first, installation.connect_account(shop, name="bert", credentials=credentials)


def _at(minutes: int) -> dict[str, Any]:
    return {"placed_at": NOW + timedelta(minutes=minutes)}


def _shown(body: Any) -> list[str]:
    return [row["order"] for row in body["orders"]]


def _all_pages(its: Installation, limit: int, **query: str) -> list[list[str]]:
    pages, cursor = [], None
    for _ in range(50):
        body = its.get("/orders", limit=str(limit), **query, **({"cursor": cursor} if cursor else {}))
        pages.append(_shown(body))
        cursor = body["cursor"]
        if cursor is None:
            return pages
    raise AssertionError("the pages never end")


# ---- lists ----


def test_the_orders_of_all_accounts_are_in_the_order_of_their_sale(
    installation: Installation, accounts: tuple[str, str]
) -> None:
    for number in range(7):
        installation.keep_order(accounts[number % 2], f"12-{number}", facts=_at(number))
    assert _all_pages(installation, 3) == [["12-6", "12-5", "12-4"], ["12-3", "12-2", "12-1"], ["12-0"]]
    assert _shown(installation.get("/orders", account=accounts[1])) == ["12-5", "12-3", "12-1"]


def test_an_order_that_comes_in_while_pages_are_turned_moves_no_other(
    installation: Installation, accounts: tuple[str, str]
) -> None:
    for number in range(6):
        installation.keep_order(accounts[number % 2], f"12-{number}", facts=_at(number))
    first = installation.get("/orders", limit="2")
    for number in (6, 7, 8):
        installation.keep_order(accounts[0], f"12-{number}", facts=_at(number))
    second = installation.get("/orders", limit="4", cursor=first["cursor"])
    assert [_shown(first), _shown(second)] == [["12-5", "12-4"], ["12-3", "12-2", "12-1", "12-0"]]
    assert second["cursor"] is None


def test_orders_of_the_same_moment_are_each_shown_once(installation: Installation, accounts: tuple[str, str]) -> None:
    for number in range(9):
        installation.keep_order(accounts[number % 2], f"12-{number}", facts=_at(number // 5))
    pages = _all_pages(installation, 2)
    shown = [order for page in pages for order in page]
    assert sorted(shown) == [f"12-{number}" for number in range(9)]
    assert [order in {"12-5", "12-6", "12-7", "12-8"} for order in shown] == [True] * 4 + [False] * 5


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "failed"}, ["12-2"]),
        ({"state": "created"}, ["12-3", "12-1"]),
        ({"payment": "pending"}, ["12-4"]),
        ({"shipment": "partly"}, ["12-3"]),
        ({"search": "cup"}, ["12-5"]),
        ({"search": "12-1"}, ["12-1"]),
        ({"attention": "true"}, ["12-5", "12-3", "12-2", "12-0"]),
        ({"attention": "false"}, ["12-4", "12-1"]),
        ({"attention": "true", "state": "failed"}, ["12-2"]),
        ({"search": "nothing"}, []),
    ],
)
def test_the_filters_of_the_list(
    installation: Installation, accounts: tuple[str, str], query: dict[str, str], found: list[str]
) -> None:
    keep, one = installation.keep_order, accounts[0]
    keep(one, "12-0", facts=_at(0), state=ImportState.UNCLEAR, reason=Problem("create_outcome_unclear"))
    keep(one, "12-1", facts=_at(1), state=ImportState.CREATED)
    keep(one, "12-2", facts=_at(2), state=ImportState.FAILED, reason=Problem("products_missing", {"skus": "MUG"}))
    keep(
        accounts[1],
        "12-3",
        facts={**_at(3), "shipment": Shipment.PARTLY},
        state=ImportState.CREATED,
        notices=(Problem("twins_in_shop", {"orders": "#1, #2"}, "cancel_one_in_shop"),),
    )
    keep(one, "12-4", facts={**_at(4), "payment": Payment.PENDING})
    off = Problem("automatic_creation_off", fix="export_order")
    keep(one, "12-5", facts={**_at(5), "lines": (sold("CUP/ø"),)}, state=ImportState.WAITING, reason=off)
    assert _shown(installation.get("/orders", **query)) == found


def test_a_filter_that_fits_few_orders_ends_early_and_can_be_carried_on(
    installation: Installation, accounts: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_orders, "_MOST_READ", 3)
    for number in range(8):
        paid = Payment.PAID if number == 1 else Payment.PENDING
        installation.keep_order(accounts[0], f"12-{number}", facts={**_at(number), "payment": paid})
    assert _all_pages(installation, 5, payment="paid") == [[], [], ["12-1"]]


@pytest.mark.parametrize("cursor", ["x", "MQ==", "eyJhIjogMX0=", "eyJhIjogWzEsIDIsIDMsIDRdfQ=="])
def test_a_cursor_that_is_none_of_ours_is_refused(installation: Installation, cursor: str) -> None:
    answer = installation.call("GET", "/v1/orders", query={"cursor": cursor})
    assert answer.status == 422
    assert answer.body["fields"] == [{"field": "cursor", "text": "is none of ours"}]


def test_what_does_not_exist_is_named(installation: Installation, accounts: tuple[str, str]) -> None:
    kept = installation.keep_order(accounts[0])
    assert installation.call("GET", "/v1/orders", query={"account": "acc_none"}).status == 404
    for path in ("/v1/orders/nonsense", "/v1/orders/" + kept["id"][:-4]):
        answer = installation.call("GET", path)
        assert (answer.status, answer.body["problem"]["code"]) == (404, "not_found")
    assert installation.call("GET", "/v1/orders", query={"state": "lost"}).status == 422
    assert installation.call("GET", "/v1/orders", query={"limit": "0"}).status == 422


def test_a_row_tells_where_the_order_is_and_why(installation: Installation, accounts: tuple[str, str]) -> None:
    row = installation.keep_order(
        accounts[0],
        state=ImportState.FAILED,
        facts={"site": "EBAY_DE"},
        reason=Problem("products_missing", {"skus": "MUG"}, "add_sku_or_choose_product"),
        notices=(Problem("oversold", {"sku": "MUG", "orders": "12-1, 12-2"}, "decide_oversold"),),
    )
    assert (row["account"], row["site"], row["order"]) == (accounts[0], "EBAY_DE", "12-00001-00001")
    assert row["total"] == {"amount": "14.90", "currency": "EUR"}
    assert (row["state"], row["reason"]["text"]) == ("failed", "The shop has no product for: MUG.")
    assert row["reason"]["fix_text"].startswith("Give a product in the shop this SKU")
    assert [one["text"] for one in row["notices"]] == [
        "More of MUG is sold than the shop has. Orders that share it: 12-1, 12-2."
    ]
    assert (row["buyer_name"], row["shop_order"], row["skus"]) == ("Ada M. Lovelace", None, ["MUG"])


# ---- one order ----


def _variant(shop: str, *, start: int, held: dict[str, Reservation]) -> Variant:
    key = VariantKey(ShopId(shop), ProductId("77"), VariantId("770"))
    facts = VariantFacts(VariantId("770"), Sku("MUG"), "Mug, white", euros("10.00"), stock={LocationId("1"): 5})
    return Variant(key, facts, Visibility.VISIBLE, Observation(start, start + 1), reservations=held)


def _hold(its: Installation, account: str, *, absorbed_from: int | None) -> VariantKey:
    """The kept order's one line holds two units of a variant that was read at 40."""
    shop = its.stores.configuration.get(Account, account).shop
    variant = _variant(shop, start=40, held={})
    its.stores.variants.observe(variant)
    key = OrderKey(account, "12-00001-00001")  # type: ignore[arg-type]
    match = Match(variant.key, MatchedBy.LISTING)
    its.keep_order(
        account,
        facts={"lines": (sold(quantity=2, amount="20.00", id="L1"),), "total": euros("24.90")},
        matches={LineId("L1"): match},
        reserved=frozenset({(LineId("L1"), variant.key)}),
    )
    row = its.stores.orders.find(key)
    assert row is not None
    its.stores.orders.reserve(row, {variant.key: {LineId("L1"): Reservation(2, absorbed_from)}})
    return variant.key


@pytest.mark.parametrize(
    ("absorbed_from", "absorbed", "sentence"),
    [
        (None, False, "The order holds 2 of MUG: no listing offers them until the shop's own stock counts the order."),
        (41, False, "The order holds 2 of MUG: no listing offers them until the shop's own stock counts the order."),
        (40, True, "The shop's own stock counts the 2 of MUG, so the order holds nothing."),
    ],
)
def test_an_order_tells_what_it_holds_and_whether_the_shop_counts_it(
    installation: Installation, accounts: tuple[str, str], absorbed_from: int | None, absorbed: bool, sentence: str
) -> None:
    variant = _hold(installation, accounts[0], absorbed_from=absorbed_from)
    (row,) = installation.get("/orders")["orders"]
    details = installation.get(f"/orders/{row['id']}")
    assert details["reservations"] == [
        {
            "line": "L1",
            "product": variant.product,
            "variant": variant.variant,
            "item": item_id(variant),
            "sku": "MUG",
            "quantity": 2,
            "absorbed": absorbed,
            "sentence": sentence,
        }
    ]
    assert details["lines"][0]["matched"] == {
        "product": "77",
        "variant": "770",
        "item": item_id(variant),
        "sku": "MUG",
        "title": "Mug, white",
        "by": "listing",
        "gone": False,
    }


def test_the_amounts_of_an_order_add_up_before_the_callers_eyes(
    installation: Installation, accounts: tuple[str, str]
) -> None:
    taxes = (Tax("VAT", euros("1.60"), Decimal("0.19")), Tax("Collected", euros("0.77"), remitted=True))
    row = installation.keep_order(
        accounts[0],
        facts={
            "lines": (sold(amount="10.00", taxes=taxes), sold("CUP", amount="0.05")),
            "adjustment": euros("-1.00"),
            "total": euros("15.55"),
            "tax_included": False,
        },
    )
    details = installation.get(f"/orders/{row['id']}")
    totals = {name: value["amount"] for name, value in details["totals"].items() if name != "tax_included"}
    assert totals == {
        "lines": "10.05",
        "shipping": "4.90",
        "adjustment": "-1.00",
        "taxes": "1.60",
        "remitted_taxes": "0.77",
        "total": "15.55",
    }
    assert details["totals"]["tax_included"] is False
    assert details["lines"][0]["taxes"] == [
        {"title": "VAT", "amount": {"amount": "1.60", "currency": "EUR"}, "rate": "0.19", "remitted": False},
        {"title": "Collected", "amount": {"amount": "0.77", "currency": "EUR"}, "rate": None, "remitted": True},
    ]


def test_parcels_and_the_shop_order_are_told(installation: Installation, accounts: tuple[str, str]) -> None:
    refused = Problem("parcel_refused", {"tracking": "2", "reason": "order_cancelled"})
    told = {
        ParcelId("p2"): Told(Telling.REFUSED, NOW + timedelta(hours=2), {LineId("a"): 1}, "2", "UPS", problem=refused),
        ParcelId("p1"): Told(Telling.TOLD, NOW, {LineId("a"): 2}, "1", "DHL"),
    }
    made = ShopOrderRef(ShopOrderId("9001"), "#1001", ours=False)
    row = installation.keep_order(accounts[0], state=ImportState.CREATED, shop_order=made, told=told)
    details = installation.get(f"/orders/{row['id']}")
    assert [(one["id"], one["state"], one["lines"], one["tracking"]) for one in details["parcels"]] == [
        ("p1", "told", {"a": 2}, "1"),
        ("p2", "refused", {"a": 1}, "2"),
    ]
    assert details["parcels"][1]["problem"]["code"] == "parcel_refused"
    assert details["shop_order"] == {
        "id": "9001",
        "name": "#1001",
        "ours": False,
        "url": "https://demo.myshopify.com/admin/orders/9001",
    }


def test_without_credentials_an_order_is_shown_all_the_same(
    installation: Installation, accounts: tuple[str, str]
) -> None:
    made = ShopOrderRef(ShopOrderId("9001"), "#1001")
    row = installation.keep_order(accounts[0], state=ImportState.CREATED, shop_order=made)
    shop = installation.stores.configuration.get(Account, accounts[0]).shop
    installation.stores.secrets.delete(f"shops/{shop}")
    installation.stores.secrets.delete(f"accounts/{accounts[0]}")
    for kind, id in ((Shop, shop), (Account, accounts[0])):  # a revision that no process has read a secret for
        installation.stores.configuration.save(installation.stores.configuration.get(kind, id))
    details = installation.get(f"/orders/{row['id']}")
    assert (details["shop_order"]["url"], details["url"], details["order"]) == ("", "", row["order"])


# ---- who may see who bought ----


def test_a_viewer_sees_the_order_and_not_the_buyer(installation: Installation, accounts: tuple[str, str]) -> None:
    row = installation.keep_order(accounts[0])
    for path in ("/v1/orders", f"/v1/orders/{row['id']}"):
        answer = installation.call("GET", path, groups="viewer")
        assert answer.status == 200
        assert [text for text in PRIVATE if text in answer.text] == []
    assert (answer.body["buyer"], answer.body["buyer_name"], answer.body["buyer_hidden"]) == (None, None, True)
    assert answer.body["lines"][0]["sku"] == "MUG"


@pytest.mark.parametrize("groups", ["operator", "admin"])
def test_who_works_on_orders_sees_whom_to_send_to(
    installation: Installation, accounts: tuple[str, str], groups: str
) -> None:
    row = installation.keep_order(accounts[0])
    answer = installation.call("GET", f"/v1/orders/{row['id']}", groups=groups)
    assert (answer.body["buyer_name"], answer.body["buyer_hidden"]) == ("Ada M. Lovelace", False)
    assert answer.body["buyer"]["shipping"] == {
        "name": "Ada M. Lovelace",
        "company": "Engines Ltd",
        "lines": ["1 Analytical Way", "Flat 2"],
        "city": "Leeds",
        "region": "West Yorkshire",
        "postal_code": "LS1 4AP",
        "country": "GB",
        "phone": "+44 113 4960000",
    }
    assert answer.body["buyer"]["email"] == "x1@members.ebay.com"
    assert answer.body["buyer"]["billing"] is None


def test_an_erased_buyer_is_null_and_the_order_says_since_when(
    installation: Installation, accounts: tuple[str, str]
) -> None:
    row = installation.keep_order(accounts[0], buyer=None, buyer_erased_at=NOW)
    details = installation.get(f"/orders/{row['id']}")
    assert (details["buyer"], details["buyer_name"], details["erased_at"]) == (None, None, "2026-11-01T12:00:00Z")
    assert details["buyer_hidden"] is False


def test_a_buyer_stands_in_no_log_and_in_no_other_answer(
    installation: Installation,
    accounts: tuple[str, str],
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with caplog.at_level("DEBUG"):
        row = installation.keep_order(accounts[0])
        installation.get(f"/orders/{row['id']}")
        installation.post(f"/orders/{row['id']}/handled-outside", expect=200)
        told = "".join(
            installation.call("GET", f"/v1{path}").text for path in ("/activity", "/health", "/jobs", "/accounts")
        )
    written = capsys.readouterr()
    for text in PRIVATE:
        assert text not in told + caplog.text + written.out + written.err


def test_a_buyer_without_a_name_is_called_as_on_his_parcel(
    installation: Installation, accounts: tuple[str, str]
) -> None:
    row = installation.keep_order(accounts[0], buyer=replace(BUYER, name=""))
    assert row["buyer_name"] == "Ada M. Lovelace"
