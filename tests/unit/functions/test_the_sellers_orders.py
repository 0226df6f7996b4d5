"""What a seller may count on with orders, from the first import to the export by hand, through the API."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

from listbridge.services.desk import messages
from tests.unit.functions.installation import KIM, Installation
from tests.unit.functions.order_desk import OrderDesk

GUIDE = Path(__file__).parents[3] / "docs" / "how-to" / "orders.md"


def test_orders_are_created_in_the_shop_by_themselves_unless_it_is_switched_off(desk: OrderDesk) -> None:
    assert desk.its.get(f"/accounts/{desk.account}")["create_orders"] is True
    remote = desk.buy()
    desk.look()
    assert desk.state(remote) == ("created", "")
    made = desk.shop_order(remote)
    assert Decimal(made["total_price"]) == desk.total(remote)
    assert made["financial_status"] == "paid"
    told = desk.order(remote)["shop_order"]
    assert (told["id"], told["name"], told["ours"]) == (str(made["id"]), made["name"], True)
    assert desk.stock() == 4


def test_the_import_starts_as_soon_as_the_account_is_connected(installation: Installation) -> None:
    desk = OrderDesk(installation)
    account = installation.get(f"/accounts/{desk.account}")
    assert account["orders"]["since"] == "2026-11-01T12:00:00Z"
    assert account["orders"]["last"] == account["orders"]["complete_until"]
    remote = desk.buy()
    desk.wait(180)  # nobody asks
    assert desk.state(remote) == ("created", "")
    assert len(desk.shop_orders(remote)) == 1


def test_orders_from_before_the_connection_are_shown_and_never_created(installation: Installation) -> None:
    installation.ebay.deeds.seed_listings("anna", ["OLD"], marketplace="EBAY_DE", quantity=3, price="9.00")
    told = installation.ebay.deeds.buy("OLD", seller="anna", marketplace="EBAY_DE")
    installation.stores.clock.advance(3600)
    desk = OrderDesk(installation)
    desk.look()
    remote = str(told["orderId"])
    assert desk.state(remote) == ("skipped", "before_connection")
    assert desk.shop_orders(remote) == []


def test_an_order_is_created_when_the_shop_has_its_sku(desk: OrderDesk) -> None:
    desk.its.ebay.deeds.seed_listings("anna", ["SCARF"], marketplace="EBAY_DE", quantity=3, price="49.00")
    remote = desk.buy("SCARF")
    desk.look()
    assert desk.state(remote) == ("failed", "products_missing")
    row = desk.order(remote)
    assert row["reason"]["text"] == "The shop has no product for: SCARF."
    assert row["reason"]["fix_text"] == "Give a product in the shop this SKU, or choose the product for the line."
    assert row["lines"][0]["matched"] is None
    assert desk.shop_orders(remote) == []

    desk.its.add_product("SCARF", title="Scarf", stock=2, price="49.00")
    desk.wait(10)
    assert desk.state(remote) == ("created", "")
    assert len(desk.shop_orders(remote)) == 1
    matched = desk.order(remote)["lines"][0]["matched"]
    assert (matched["sku"], matched["by"], matched["gone"]) == ("SCARF", "sku", False)
    assert desk.stock("SCARF") == 1


def test_the_seller_ships_in_the_shop_only_and_the_marketplace_hears_of_it(desk: OrderDesk) -> None:
    remote = desk.buy()
    desk.look()
    desk.its.shopify.deeds.fulfill(desk.shop_order(remote)["id"], company="DHL", tracking_number="00340434161094")
    desk.wait(30)
    assert desk.parcels(remote) == [("DHL", "00340434161094")]
    row = desk.order(remote)
    assert [(one["state"], one["carrier"], one["tracking"], one["problem"]) for one in row["parcels"]] == [
        ("told", "DHL", "00340434161094", None)
    ]
    assert row["completed_at"] is not None
    desk.its.shopify.deliveries.again(topic="fulfillments/create")
    desk.wait(30)
    assert len(desk.parcels(remote)) == 1


def test_an_account_that_another_tool_ships_for_is_left_alone(desk: OrderDesk) -> None:
    desk.switch(relay_fulfillments=False)
    remote = desk.buy()
    desk.look()
    desk.its.shopify.deeds.fulfill(desk.shop_order(remote)["id"], company="DHL", tracking_number="1")
    desk.wait(30)
    assert desk.parcels(remote) == []


def test_creation_is_switched_for_each_account_separately(desk: OrderDesk) -> None:
    its = desk.its
    other = its.ebay.deeds.add_seller("bert", marketplaces=["EBAY_DE"])
    credentials = {**its.ebay_credentials(), "refresh_token": other["refreshToken"]}
    second = its.connect_account(desk.shop, name="bert", credentials=credentials)
    its.ebay.deeds.seed_listings("bert", ["MUG"], marketplace="EBAY_DE", quantity=5, price="9.00")
    desk.switch(create_orders=False)
    mine = desk.buy()
    theirs = str(its.ebay.deeds.buy("MUG", seller="bert", marketplace="EBAY_DE")["orderId"])
    its.post(f"/accounts/{second}/check", expect=200)
    desk.look()
    assert desk.state(mine) == ("waiting", "automatic_creation_off")
    assert desk.shop_orders(mine) == []
    assert desk.state(theirs) == ("created", "")


def test_with_creation_off_an_order_is_moved_by_hand(desk: OrderDesk) -> None:
    desk.switch(create_orders=False)
    remote = desk.buy()
    desk.look()
    assert desk.state(remote) == ("waiting", "automatic_creation_off")
    assert (desk.shop_orders(remote), desk.stock()) == ([], 5)
    assert desk.shown() == 4  # it is held for the buyer all the same
    answer = desk.export(remote)
    assert (answer.status, answer.body["state"], answer.body["exported_by"]) == (202, "ready", KIM)
    desk.wait(10)
    assert desk.state(remote) == ("created", "")
    assert len(desk.shop_orders(remote)) == 1
    assert (desk.stock(), desk.shown()) == (4, 4)


def test_all_orders_of_all_accounts_are_listed_also_with_creation_off(desk: OrderDesk) -> None:
    its = desk.its
    other = its.ebay.deeds.add_seller("bert", marketplaces=["EBAY_DE"])
    credentials = {**its.ebay_credentials(), "refresh_token": other["refreshToken"]}
    second = its.connect_account(desk.shop, name="bert", credentials=credentials, create_orders=False)
    its.ebay.deeds.seed_listings("bert", ["CUP"], marketplace="EBAY_DE", quantity=5, price="9.00")
    desk.switch(create_orders=False)
    first = desk.buy()
    its.stores.clock.advance(60)
    unpaid = str(its.ebay.deeds.buy("CUP", seller="bert", marketplace="EBAY_DE", paid=False)["orderId"])
    its.stores.clock.advance(60)
    last = desk.buy()
    its.post(f"/accounts/{second}/check", expect=200)
    desk.look()
    assert [(row["order"], row["account"], row["state"]) for row in desk.orders()] == [
        (last, desk.account, "waiting"),
        (unpaid, second, "waiting"),
        (first, desk.account, "waiting"),
    ]


def test_an_order_opens_with_all_its_details(desk: OrderDesk) -> None:
    remote = desk.buy(quantity=2, delivery_cost="4.90", buyer={"name": "Ada Lovelace", "city": "Kiel"})
    desk.look()
    row = desk.order(remote)
    (line,) = row["lines"]
    assert (line["sku"], line["quantity"], line["amount"]) == ("MUG", 2, {"amount": "25.00", "currency": "EUR"})
    assert line["matched"]["product"] == desk.product
    assert row["shipping"]["amount"] == {"amount": "4.90", "currency": "EUR"}
    assert Decimal(row["total"]["amount"]) == desk.total(remote) == Decimal("29.90")
    assert Decimal(row["totals"]["lines"]["amount"]) == Decimal("25.00")
    assert (row["payment"], row["shipment"], row["cancellation"]) == ("paid", "nothing", "none")
    assert (row["buyer_name"], row["buyer"]["shipping"]["city"]) == ("Ada Lovelace", "Kiel")
    assert (row["account"], row["site"], row["order"]) == (desk.account, "EBAY_DE", remote)
    assert row["shop_order"]["url"].endswith(f"/orders/{row['shop_order']['id']}")
    events = [entry["event"] for entry in row["log"]]
    assert events[-1] == "order_seen"
    assert "order_created" in events


def test_export_creates_the_order_once_however_often_it_is_asked(desk: OrderDesk) -> None:
    desk.switch(create_orders=False)
    remote = desk.buy()
    desk.look()
    assert [desk.export(remote).status for _ in range(3)] == [202, 202, 202]
    desk.wait(10)
    again = desk.export(remote)
    assert (again.status, again.body["problem"]["code"]) == (409, "order_in_shop")
    desk.wait(120)
    assert len(desk.shop_orders(remote)) == 1
    assert desk.stock() == 4


def test_a_failed_order_is_exported_with_a_product_chosen_by_hand(desk: OrderDesk) -> None:
    desk.its.ebay.deeds.seed_listings("anna", ["OLD-MUG"], marketplace="EBAY_DE", quantity=3, price="12.00")
    remote = desk.buy("OLD-MUG")
    desk.look()
    row = desk.order(remote)
    assert row["state"] == "failed"
    variant = desk.seller.row("MUG")["variant"]
    path = f"/v1/orders/{row['id']}/lines/{row['lines'][0]['id']}/product"
    body = {"product": desk.product, "variant": variant}
    assert desk.its.call("PUT", path, body, groups="viewer").status == 403
    chosen = desk.its.call("PUT", path, body, groups="operator")
    assert (chosen.status, chosen.body["lines"][0]["matched"]["by"]) == (200, "person")
    desk.wait(10)
    assert desk.state(remote) == ("created", "")
    assert str(desk.shop_order(remote)["line_items"][0]["variant_id"]) == variant
    assert desk.stock() == 4


def test_every_command_of_the_guide_to_orders_can_be_given(desk: OrderDesk) -> None:
    desk.switch(create_orders=False)
    remote = desk.buy()
    desk.look()
    row = desk.order(remote)
    listing = desk.seller.row("MUG")
    names = {
        "account_id": desk.account,
        "order_id": row["id"],
        "line_id": row["lines"][0]["id"],
        "shop_id": desk.shop,
        "product_id": desk.product,
        "variant_id": listing["variant"],
        "listing_id": listing["listing"]["id"],
    }
    commands = re.findall(
        r"`(GET|POST|PUT|PATCH) (/v1/[^`?]+)(?:\?([^`]+))?`(?: with `(.+?})`)?", GUIDE.read_text("utf-8")
    )
    assert len(commands) >= 14
    for method, path, query, body in commands:
        for name, value in names.items():
            path, body = path.replace(f"{{{name}}}", value), body.replace(f"{{{name}}}", value)
        asked = dict(part.split("=") for part in query.split("&")) if query else None
        answer = desk.its.call(method, path, json.loads(body) if body else None, query=asked)
        assert answer.status in (200, 202), f"{method} {path}: {answer.text}"


def test_the_guide_to_orders_names_only_reasons_that_are_given() -> None:
    guide = GUIDE.read_text("utf-8")
    codes = re.findall(r"^\| `([a-z_]+)`", guide, re.MULTILINE)
    codes += re.findall(r"\(`(?:skipped`, `)?([a-z]+_[a-z_]+)`\)", guide)
    assert len(codes) >= 16
    assert sorted(set(codes) - set(messages.catalogue()["problems"])) == []


def test_what_the_packing_table_needs_travels_with_the_order(desk: OrderDesk) -> None:
    noted = desk.buy(notes="Please ring at the back door")
    fetched = desk.buy(instructions="PREPARE_FOR_PICKUP")
    digital = desk.buy(instructions="DIGITAL")
    desk.look()
    made = [desk.shop_order(remote) for remote in (noted, fetched, digital)]
    assert [one["note"] for one in made] == ["Please ring at the back door", None, None]
    assert {"name": "Pickup at", "value": "main"} in made[1]["note_attributes"]
    shipped = [[line["requires_shipping"] for line in one["line_items"]] for one in made]
    assert shipped == [[True], [True], [False]]
    assert desk.order(noted)["buyer"]["note"] == "Please ring at the back door"
