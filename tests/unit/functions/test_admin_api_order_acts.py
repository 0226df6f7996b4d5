"""What a person does with an order through the API, what is refused and leaves everything as it was, and the settings."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from listbridge.domain.configuration import Deployment
from listbridge.domain.ids import AccountId, OrderKey, RemoteOrderId, ShopOrderId
from listbridge.domain.orders.orders import Cancellation, CreateAttempt, ImportState, Order, Payment, ShopOrderRef
from listbridge.domain.orders.polling import PollState
from listbridge.domain.problem import Problem
from listbridge.domain.work import ImportOrder, Lane
from listbridge.services.orders.erase_buyers import erase_buyers
from tests.fakes.remote_orders import NOW
from tests.unit.functions.installation import KIM, Installation
from tests.unit.functions.order_desk import OrderDesk

REMOTE = "12-00001-00001"


@pytest.fixture
def account(installation: Installation) -> str:
    return installation.connect_account(installation.connect_shop())


def _row(its: Installation, account: str) -> Order:
    row = its.stores.orders.find(OrderKey(AccountId(account), RemoteOrderId(REMOTE)))
    assert row is not None
    return row


def _imports(its: Installation) -> list[ImportOrder]:
    return [one for one in its.stores.queues.messages(Lane.ORDERS) if isinstance(one, ImportOrder)]


# ---- acts ----


@pytest.mark.parametrize(
    ("kept", "code"),
    [
        ({"state": ImportState.CREATED, "shop_order": ShopOrderRef(ShopOrderId("9"), "#1001")}, "order_in_shop"),
        ({"state": ImportState.CREATING, "attempt": CreateAttempt("c", NOW, NOW)}, "order_being_created"),
        ({"facts": {"cancellation": Cancellation.CANCELLED}}, "order_not_exportable"),
        ({"facts": {"payment": Payment.REFUNDED}}, "order_not_exportable"),
        ({"facts": {"fulfilled_by_marketplace": True}}, "order_not_exportable"),
    ],
)
def test_what_cannot_be_exported_is_refused_and_left_as_it_is(
    installation: Installation, account: str, kept: dict[str, Any], code: str
) -> None:
    order = installation.keep_order(account, **kept)
    before = _row(installation, account)
    answer = installation.call("POST", f"/v1/orders/{order['id']}/export", groups="operator")
    assert (answer.status, answer.body["problem"]["code"]) == (409, code)
    assert answer.body["problem"]["text"] != code
    assert _row(installation, account) == before
    assert _imports(installation) == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "export", None),
        ("POST", "handled-outside", None),
        ("PUT", "lines/line-MUG/product", {"product": "1", "variant": "2"}),
        ("DELETE", "notices/oversold", None),
    ],
)
def test_a_viewer_can_do_nothing_to_an_order(
    installation: Installation, account: str, method: str, path: str, body: Any
) -> None:
    order = installation.keep_order(account)
    before = _row(installation, account)
    answer = installation.call(method, f"/v1/orders/{order['id']}/{path}", body, groups="viewer")
    assert (answer.status, answer.body["problem"]["params"]["group"]) == (403, "operator")
    assert _row(installation, account) == before


def test_an_unpaid_order_can_be_exported_ahead_and_still_waits_for_the_money(desk: OrderDesk) -> None:
    desk.switch(create_orders=False)
    remote = desk.buy(paid=False)
    desk.look()
    answer = desk.export(remote)
    assert (answer.status, answer.body["state"], answer.body["reason"]["code"]) == (202, "waiting", "awaiting_payment")
    assert desk.shop_orders(remote) == []
    desk.its.ebay.deeds.pay_order(remote)
    desk.look()
    assert desk.state(remote) == ("created", "")
    assert len(desk.shop_orders(remote)) == 1


def test_an_order_handled_outside_lets_go_of_its_stock_and_export_takes_it_back(desk: OrderDesk) -> None:
    desk.switch(create_orders=False)
    remote = desk.buy()
    desk.look()
    assert (desk.shown(), desk.stock()) == (4, 5)
    path = f"/orders/{desk.order(remote)['id']}/handled-outside"
    left = desk.its.post(path, expect=200)
    assert (left["state"], left["handled_outside_by"], left["reservations"]) == ("skipped", KIM, [])
    assert left["reason"]["text"] == f"{KIM} said that this order is handled outside."
    desk.wait(30)
    assert desk.shown() == 5
    assert desk.export(remote).status == 202
    desk.wait(10)
    assert (desk.state(remote), desk.stock(), desk.shown()) == (("created", ""), 4, 4)


def test_a_line_takes_only_a_variant_that_the_shop_has(desk: OrderDesk) -> None:
    its = desk.its
    its.ebay.deeds.seed_listings("anna", ["OLD"], marketplace="EBAY_DE", quantity=3, price="12.00")
    remote = desk.buy("OLD")
    desk.look()
    row = desk.order(remote)
    variant = desk.seller.row("MUG")["variant"]
    for line, product, wanted in (
        ("no-line", desk.product, variant),
        (row["lines"][0]["id"], desk.product, "424242"),
        (row["lines"][0]["id"], "424242", variant),
    ):
        path = f"/v1/orders/{row['id']}/lines/{line}/product"
        answer = its.call("PUT", path, {"product": product, "variant": wanted})
        assert (answer.status, answer.body["problem"]["code"]) == (404, "not_found")
    assert desk.state(remote) == ("failed", "products_missing")
    assert desk.order(remote)["lines"][0]["matched"] is None


def test_a_product_that_was_never_looked_at_is_read_when_it_is_chosen(desk: OrderDesk) -> None:
    its = desk.its
    its.ebay.deeds.seed_listings("anna", ["OLD"], marketplace="EBAY_DE", quantity=3, price="12.00")
    remote = desk.buy("OLD")
    desk.look()
    its.add_product("UNSEEN", stock=3)
    its.shopify.deliveries.drop()
    (picked,) = its.get(f"/shops/{desk.shop}/products", search="UNSEEN")["products"]
    row = desk.order(remote)
    body = {"product": picked["id"], "variant": picked["variants"][0]["id"]}
    answer = its.call("PUT", f"/v1/orders/{row['id']}/lines/{row['lines'][0]['id']}/product", body)
    assert answer.status == 200, answer.text
    desk.wait(10)
    assert (desk.state(remote), desk.stock("UNSEEN")) == (("created", ""), 2)


# ---- the account ----


def test_what_moves_no_listing_is_saved_when_the_answer_comes(installation: Installation, account: str) -> None:
    edit = {"name": "Anna's", "create_orders": False, "relay_fulfillments": False}
    job = installation.patch(f"/accounts/{account}", edit)["job"]
    assert (job["state"], job["affected"]) == ("done", 0)
    assert installation.stores.queues.messages(Lane.RECOMPUTE) == []
    shown = installation.get(f"/accounts/{account}")
    assert {name: shown[name] for name in edit} == edit
    assert installation.get(f"/jobs/{job['id']}")["finished_at"] is not None
    events = [one["event"] for one in installation.get("/activity", account=account)["activity"]]
    assert events[0] == "account_changed"


def test_what_may_move_listings_is_still_counted_first(installation: Installation, account: str) -> None:
    edit = {"create_orders": False, "auto_price": False}
    job = installation.patch(f"/accounts/{account}", edit)["job"]
    assert job["state"] == "running"
    assert installation.get(f"/accounts/{account}")["create_orders"] is True
    installation.run()
    assert installation.get(f"/accounts/{account}")["create_orders"] is False


def test_an_edit_of_an_old_version_is_refused_and_saves_nothing(installation: Installation, account: str) -> None:
    rev = installation.get(f"/accounts/{account}")["rev"]
    installation.patch(f"/accounts/{account}", {"name": "First", "rev": rev})
    answer = installation.call("PATCH", f"/v1/accounts/{account}", {"create_orders": False, "rev": rev})
    assert (answer.status, answer.body["problem"]["code"]) == (409, "edited_meanwhile")
    assert installation.get(f"/accounts/{account}")["create_orders"] is True


def test_switching_creation_on_leaves_to_the_seller_what_came_in_while_it_was_off(desk: OrderDesk) -> None:
    desk.switch(create_orders=False)
    remote = desk.buy()
    desk.look()
    desk.switch(create_orders=True)
    later = desk.buy()
    desk.look()
    desk.its.ebay.deeds.request_cancel(remote)  # the order changes, and is judged again
    desk.its.ebay.deeds.refuse_cancel(remote)
    desk.look()
    desk.its.stores.clock.advance(25 * 3600)
    desk.wait(130)
    assert desk.state(later) == ("created", "")
    assert desk.state(remote) == ("waiting", "automatic_creation_off")
    assert [one["code"] for one in desk.order(remote)["notices"]] == ["needs_decision"]
    assert desk.shop_orders(remote) == []
    assert [row["order"] for row in desk.orders(attention="true")] == [remote]
    assert desk.export(remote).status == 202
    desk.wait(10)
    assert (desk.state(remote), desk.order(remote)["notices"]) == (("created", ""), [])


def test_an_account_tells_when_its_orders_were_read_and_that_it_failed(
    installation: Installation, account: str
) -> None:
    installation.run()
    orders = installation.get(f"/accounts/{account}")["orders"]
    assert (orders["since"], orders["last"], orders["complete_until"], orders["failures"]) == (
        "2026-11-01T12:00:00Z",
        "2026-11-01T12:00:00Z",
        "2026-11-01T12:00:00Z",
        0,
    )
    polls = installation.stores.polls
    state = polls.find(AccountId(account))
    assert state is not None
    failed = PollState(
        account=state.account,
        since=state.since,
        next_poll_at=NOW + timedelta(minutes=15),
        claim=state.claim,
        failures=3,
    )
    polls.save(failed, claim="")
    shown = installation.get(f"/accounts/{account}")["orders"]
    assert (shown["failures"], shown["last"], shown["next"]) == (3, None, "2026-11-01T12:15:00Z")
    health = installation.get("/health")
    assert [one["problem"]["code"] for one in health["concerns"]] == ["orders_unread"]
    assert health["orders"][0]["read"]["failures"] == 3


def test_a_check_has_the_orders_asked_for_at_once(desk: OrderDesk) -> None:
    remote = desk.buy()
    assert desk.orders() == []
    answer = desk.its.call("POST", f"/v1/accounts/{desk.account}/check", groups="operator")
    assert answer.status == 200
    desk.wait(3)
    assert [row["order"] for row in desk.orders()] == [remote]


# ---- health, and a listing's reservations ----


def test_health_counts_the_orders_that_need_somebody(installation: Installation, account: str) -> None:
    assert installation.get("/health")["ok"] is True
    off = Problem("automatic_creation_off", fix="export_order")
    installation.keep_order(account, "12-1", state=ImportState.FAILED, reason=Problem("products_missing"))
    installation.keep_order(account, "12-2", state=ImportState.UNCLEAR, notices=(Problem("oversold"),))
    installation.keep_order(account, "12-3", state=ImportState.WAITING, reason=off)
    installation.keep_order(account, "12-4", state=ImportState.CREATED)
    health = installation.get("/health")
    (counts,) = health["orders"]
    assert {name: counts[name] for name in ("failed", "unclear", "undecided", "noticed", "counted", "complete")} == {
        "failed": 1,
        "unclear": 1,
        "undecided": 1,
        "noticed": 1,
        "counted": 4,
        "complete": True,
    }
    assert health["ok"] is False
    assert [one["problem"]["text"] for one in health["concerns"]] == [
        "Orders of anna wait for a person: 1 failed, 1 with an unclear outcome, 1 undecided."
    ]


def test_the_explanation_of_a_listing_names_the_orders_that_hold_its_stock(desk: OrderDesk) -> None:
    desk.switch(create_orders=False)
    remote = desk.buy(quantity=2)
    desk.look()
    order = desk.order(remote)
    item = desk.seller.row("MUG")
    listing = item["listing"]["id"]
    story = desk.its.get(f"/listings/{listing}/explain")
    held = {
        "id": order["id"],
        "account": desk.account,
        "order": remote,
        "line": order["lines"][0]["id"],
        "item": item["id"],
        "quantity": 2,
        "absorbed": False,
        "sentence": "The order holds 2 of MUG: no listing offers them until the shop's own stock counts the order.",
    }
    assert story["reservations"] == [held]
    steps = [(one["step"], one["value"], one["result"]) for one in story["quantity"]["trace"]]
    assert steps == [("shop_stock", "5", "5"), ("reserved", "2", "3")]

    desk.export(remote)
    desk.wait(30)
    story = desk.its.get(f"/listings/{listing}/explain")
    assert [one["absorbed"] for one in story["reservations"]] == [True]
    assert [one["step"] for one in story["quantity"]["trace"]] == ["shop_stock"]
    assert story["quantity"]["computed"] == 3


# ---- settings ----


def test_the_retention_of_buyers_data_is_set_and_obeyed(desk: OrderDesk) -> None:
    its = desk.its
    assert its.get("/settings")["buyer_retention_days"] == 60
    remote = desk.buy()
    desk.look()
    its.shopify.deeds.fulfill(desk.shop_order(remote)["id"], company="DHL", tracking_number="1")
    desk.wait(30)
    done = desk.order(remote)
    assert done["completed_at"] is not None
    its.stores.clock.advance(3 * 86_400)
    assert erase_buyers(its.deps) == 0
    answer = its.call("PUT", "/v1/settings", {"buyer_retention_days": 3})
    assert (answer.status, answer.body["buyer_retention_days"]) == (200, 3)
    assert erase_buyers(its.deps) == 1
    erased = desk.order(remote)
    assert (erased["buyer"], erased["erased_at"] is not None, erased["total"]) == (None, True, done["total"])


@pytest.mark.parametrize("days", [-1, 3651, 1.5, "many", None])
def test_a_retention_out_of_bounds_is_refused_and_nothing_is_saved(installation: Installation, days: Any) -> None:
    installation.get("/settings")
    before = installation.stores.configuration.get(Deployment, "this")
    answer = installation.call("PUT", "/v1/settings", {"buyer_retention_days": days})
    assert (answer.status, [one["field"] for one in answer.body["fields"]]) == (422, ["buyer_retention_days"])
    assert installation.stores.configuration.get(Deployment, "this") == before


def test_settings_are_saved_over_the_version_that_was_seen(installation: Installation) -> None:
    rev = installation.get("/settings")["rev"]
    for days, status in ((0, 200), (3650, 409)):
        body = {"buyer_retention_days": days, "rev": rev}
        assert installation.call("PUT", "/v1/settings", body).status == status
    assert installation.get("/settings")["buyer_retention_days"] == 0
    assert installation.get("/activity")["activity"][0]["text"] == (
        "The settings changed: buyers' data are kept for 0 days after their order is done."
    )


@pytest.mark.parametrize("groups", ["viewer", "operator"])
def test_only_admins_set_the_settings(installation: Installation, groups: str) -> None:
    installation.get("/settings")
    assert installation.call("PUT", "/v1/settings", {"buyer_retention_days": 1}, groups=groups).status == 403
    assert installation.stores.configuration.get(Deployment, "this").buyer_retention_days == 60
    assert installation.call("GET", "/v1/settings", groups=groups).status == 200


def test_a_row_of_ours_that_cannot_be_read_is_not_taken_for_a_bad_cursor(
    installation: Installation, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(*_: Any) -> Any:
        return TypeAdapter(int).validate_python("Lovelace")

    monkeypatch.setattr(installation.stores.orders, "recent", unreadable)
    answer = installation.call("GET", "/v1/orders")
    assert (answer.status, answer.body["problem"]["code"]) == (500, "request_failed")
    assert "Lovelace" not in answer.text


def test_a_notice_is_taken_off_by_its_code_and_is_then_not_there(desk: OrderDesk) -> None:
    remotes = [desk.buy() for _ in range(2)]
    desk.its.shopify.deeds.set_stock(1, sku="MUG")
    desk.look()
    order = desk.order(remotes[1])
    assert [notice["code"] for notice in order["notices"]] == ["oversold"]
    path = f"/v1/orders/{order['id']}/notices/oversold"
    answer = desk.its.call("DELETE", path, groups="operator")
    assert (answer.status, answer.body["notices"], answer.body["log"][0]["event"]) == (
        200,
        [],
        "order_notice_dismissed",
    )
    assert desk.its.call("DELETE", path, groups="operator").status == 404
