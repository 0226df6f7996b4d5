"""A buyer's name is nobody's business here: not in a log, not in a row, not in an answer (promises.md#p8)."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import pytest

from localrun.scoreboard import until
from tests.e2e.merchant import CLIENT_SECRET, Merchant, Person

pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("local-system")]

ORDER = Path(__file__).resolve().parents[1] / "data" / "shopify" / "orders_create.json"
PRIVATE = ("Quastenberg", "ottilie.quastenberg@example.org", "+49 30 5550123", "Ahornallee 77")
BOUGHT = ("Zwirnstein", "ottilie.zwirnstein@example.org", "+49 30 5559876", "Birkengasse 12", "DE-Z-314159")


def test_a_buyer_in_a_delivery_is_read_by_nobody_and_his_order_still_moves_the_stock(merchant: Merchant) -> None:
    street, delivery = merchant.street, uuid.uuid4().hex
    sku = merchant.sell("BOUGHT")
    merchant.unheard("set_stock", sku=sku, available=6)  # the order alone tells
    name, mail, phone, address = PRIVATE
    person = {"first_name": "Ottilie", "last_name": name, "phone": phone, "address1": address, "email": mail}
    order = json.loads(ORDER.read_text()) | {
        "email": mail,
        "contact_email": mail,
        "phone": phone,
        "customer": person,
        "billing_address": person,
        "shipping_address": person,
        "note": f"for {name}",
    }
    order["line_items"] = [{**order["line_items"][0], "product_id": int(merchant.row(sku)["product"]), "name": name}]
    body = json.dumps(order, ensure_ascii=False).encode()
    assert all(text.encode() in body for text in PRIVATE)
    assert street.deliver(body, topic="orders/create", delivery=delivery).status_code == 200
    merchant.shown(sku, 6)
    until(lambda: street.inbox_state(delivery) == "taken", "the order taken", within_s=20)

    assert street.deliver(body, topic="orders/create", delivery=f"{delivery}-2", signature="x").status_code == 401
    assert street.deliver(body[:-1], topic="orders/create", delivery=f"{delivery}-3").status_code == 400
    assert street.deliver(body, topic="customers/create", delivery=f"{delivery}-4").status_code == 200
    until(lambda: street.logs().count('"outcome": "unparsable"') > 0, "the log of the unparsable one", within_s=20)

    logs, tables = street.logs(), street.tables()
    assert delivery in tables["listbridge-local-inbox"]
    assert len(tables) == 11
    told = "\n".join(
        json.dumps(street.seller.get(path), ensure_ascii=False) for path in ("/activity", "/health", "/jobs")
    )
    for text in PRIVATE:
        assert text not in logs
        assert text not in told
        assert [name for name, rows in tables.items() if text in rows] == []


def test_a_marketplaces_buyer_stands_in_the_buyers_table_and_in_what_operators_are_told(merchant: Merchant) -> None:
    its, street = merchant, merchant.street
    sku, missing = its.sell("IMPORTED"), its.sku("MISSING")
    name, mail, phone, address, tax_id = BOUGHT
    person = {"name": f"Ottilie {name}", "email": mail, "phone": phone, "line1": address}
    good = its.buy(sku, buyer=person, tax_id=tax_id, notes=f"ring at {name}")
    failing = its.buy(missing, by_hand=True, buyer=person)
    its.look()
    row = its.becomes(good, "created")
    its.becomes(failing, "failed")
    made = its.shop_order(good)
    assert (made["shipping_address"]["last_name"], made["shipping_address"]["address1"]) == (name, address)
    its.shop.do("fulfill", order_id=made["id"], company="DHL", tracking_number="4711Z")
    its.told_of(good, "4711Z")

    logs, tables = street.logs(), street.tables()
    viewer = Person(street.system, "viewer")
    paths = (
        f"/orders?account={its.account}",
        f"/orders/{row['id']}",
        f"/listings/{its.row(sku)['listing']['id']}/explain",
        f"/sales-lists/{its.list}/items",
        "/activity?limit=200",
        "/health",
        "/jobs",
    )
    told = "\n".join(viewer.call("GET", path).text for path in paths)
    assert all(good in rows for rows in (tables["listbridge-local-orders"], told))
    mine = json.dumps(street.seller.get(f"/orders/{row['id']}"), ensure_ascii=False)
    for text in BOUGHT:
        assert text in mine
        assert text not in told
        assert text not in logs
        assert [table for table, rows in tables.items() if text in rows] == ["listbridge-local-buyers"]


def test_no_secret_stands_in_a_log_or_a_row(merchant: Merchant) -> None:
    street = merchant.street
    merchant.sell("SECRETIVE")
    wrong = {"client_id": "sim-client", "client_secret": "wrong-secret-9431", "refresh_token": "stolen-9431"}
    admin = Person(street.system, "admin")
    answer = admin.call("PUT", f"/accounts/{merchant.account}/credentials", {"credentials": wrong})
    assert answer.status_code == 409
    logs, tables = street.logs(), street.tables()
    login = street.system.login("admin")
    secrets = (
        CLIENT_SECRET,
        "sim-secret",
        merchant.credentials["refresh_token"],
        street.admin,
        login.password,
        "wrong-secret-9431",
        "stolen-9431",
    )
    for secret in secrets:
        assert secret not in logs
        assert secret not in answer.text
        assert [name for name, rows in tables.items() if secret in rows] == []
