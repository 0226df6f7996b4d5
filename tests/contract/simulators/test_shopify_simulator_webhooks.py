"""Webhooks of the simulated shop: who gets them, how they are signed, retried, repeated and lost."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from typing import Any

import pytest

from simulators.faults import Fault
from tests.contract.simulators.shopify_simulator_client import ADDRESS, SUBSCRIBE, Shop

LIST = "{ webhookSubscriptions(first: 50) { nodes { id topic uri } } }"


def topics(shop: Shop) -> list[str]:
    return [one["topic"] for one in shop.data(LIST)["webhookSubscriptions"]["nodes"]]


def complaint(shop: Shop, **sub: Any) -> str:
    told = shop.data(SUBSCRIBE, topic="PRODUCTS_UPDATE", sub=sub)["webhookSubscriptionCreate"]
    assert told["webhookSubscription"] is None
    message: str = told["userErrors"][0]["message"]
    return message


# Subscriptions


def test_a_second_subscription_to_the_same_address_is_refused() -> None:
    shop = Shop()
    shop.subscribe("PRODUCTS_UPDATE")
    assert complaint(shop, uri=ADDRESS) == "Address for this topic has already been taken"
    assert topics(shop) == ["PRODUCTS_UPDATE"]


def test_a_plain_http_address_is_refused_unless_allowed() -> None:
    assert complaint(Shop(), uri="http://127.0.0.1:9/hooks") == "Address protocol http:// is not supported"
    local = Shop(allow_http=True)
    local.subscribe("PRODUCTS_UPDATE", uri="http://127.0.0.1:9/hooks")
    assert topics(local) == ["PRODUCTS_UPDATE"]


def test_a_subscription_can_be_moved_and_deleted() -> None:
    shop = Shop()
    (made,) = shop.subscribe("PRODUCTS_UPDATE")
    moved = shop.data(
        """mutation U($id: ID!, $sub: WebhookSubscriptionInput!) { webhookSubscriptionUpdate(id: $id, webhookSubscription: $sub) {
          webhookSubscription { uri } userErrors { message } } }""",
        id=made,
        sub={"uri": "https://hooks.example.com/moved"},
    )["webhookSubscriptionUpdate"]
    assert moved == {"webhookSubscription": {"uri": "https://hooks.example.com/moved"}, "userErrors": []}
    delete = "mutation X($id: ID!) { webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { message } } }"
    assert shop.data(delete, id=made)["webhookSubscriptionDelete"]["deletedWebhookSubscriptionId"] == made
    assert topics(shop) == []
    assert shop.data(delete, id=made)["webhookSubscriptionDelete"]["userErrors"][0]["message"] == (
        "Webhook subscription does not exist"
    )


# What goes out


def test_a_delivery_carries_shopifys_headers_and_a_true_signature() -> None:
    shop = Shop()
    shop.subscribe("INVENTORY_LEVELS_UPDATE", name="stock-1")
    made = shop.shirt()
    shop.deeds.set_stock(4, sku="SHIRT-S")
    (posted,) = shop.pump()
    digest = hmac.new(b"demo-client-secret", posted.body, hashlib.sha256).digest()
    assert posted.url == ADDRESS
    assert posted.headers["X-Shopify-Hmac-SHA256"] == base64.b64encode(digest).decode()
    assert posted.headers["X-Shopify-Topic"] == "inventory_levels/update"
    assert posted.headers["X-Shopify-Shop-Domain"] == "demo.myshopify.com"
    assert posted.headers["X-Shopify-API-Version"] == "2026-04"
    assert posted.headers["X-Shopify-Triggered-At"] == "2026-11-01T12:00:00.000000Z"
    assert posted.headers["X-Shopify-Name"] == "stock-1"
    assert posted.payload == {
        "inventory_item_id": made["inventory_item_ids"][0],
        "location_id": shop.simulator.world.first_location,
        "available": 4,
        "updated_at": "2026-11-01T13:00:00+01:00",
        "admin_graphql_api_id": f"gid://shopify/InventoryLevel/110000000001?inventory_item_id={made['inventory_item_ids'][0]}",
    }


def test_two_subscriptions_to_one_topic_get_one_event_in_two_deliveries() -> None:
    shop = Shop()
    shop.subscribe("PRODUCTS_UPDATE")
    shop.subscribe("PRODUCTS_UPDATE", uri="https://hooks.example.com/second")
    shop.deeds.set_title(shop.shirt()["product_id"], "Renamed")
    first, second = shop.pump()
    assert first.headers["X-Shopify-Event-Id"] == second.headers["X-Shopify-Event-Id"]
    assert first.headers["X-Shopify-Webhook-Id"] != second.headers["X-Shopify-Webhook-Id"]


def test_a_sale_tells_of_stock_order_and_product() -> None:
    shop = Shop()
    shop.subscribe("INVENTORY_LEVELS_UPDATE", "ORDERS_CREATE", "PRODUCTS_UPDATE")
    shop.shirt()
    shop.deeds.sell(sku="SHIRT-S", quantity=2)
    level, order, product = shop.pump()
    assert (level.topic, level.payload["available"]) == ("inventory_levels/update", 3)
    assert order.topic == "orders/create"
    assert [(line["sku"], line["quantity"], line["price"]) for line in order.payload["line_items"]] == [
        ("SHIRT-S", 2, "39.90")
    ]
    assert order.payload["total_price"] == "79.80"
    assert product.topic == "products/update"
    assert [one["inventory_quantity"] for one in product.payload["variants"]] == [3, 3]


def test_a_sale_may_leave_products_update_out() -> None:
    shop = Shop(sale_touches_product=False)
    shop.subscribe("PRODUCTS_UPDATE")
    shop.shirt()
    shop.deeds.sell(sku="SHIRT-S")
    assert shop.pump() == []


def test_an_untracked_item_tells_null_stock() -> None:
    shop = Shop()
    shop.subscribe("INVENTORY_LEVELS_UPDATE")
    shop.shirt()
    shop.deeds.set_stock(None, sku="SHIRT-S")
    (posted,) = shop.pump()
    assert posted.payload["available"] is None


def test_members_of_a_smart_collection_change_in_silence() -> None:
    shop = Shop()
    shop.subscribe("COLLECTIONS_UPDATE")
    made = shop.shirt()
    smart = shop.deeds.add_collection(title="Under 50", smart=True)["collection_id"]
    picked = shop.deeds.add_collection(title="Picked")["collection_id"]
    shop.deeds.set_members(smart, [made["product_id"]])
    assert shop.pump() == []
    shop.deeds.set_members(picked, [made["product_id"]])
    assert [one.topic for one in shop.pump()] == ["collections/update"]


def test_a_product_of_more_than_a_hundred_variants_names_the_rest_only() -> None:
    shop = Shop()
    shop.subscribe("PRODUCTS_CREATE")
    shop.deeds.add_product(title="Many", variants=[{"sku": f"M-{n}", "options": {"No": str(n)}} for n in range(130)])
    (posted,) = shop.pump()
    assert (len(posted.payload["variants"]), len(posted.payload["variant_gids"])) == (100, 130)


def test_included_fields_cut_the_payload() -> None:
    shop = Shop()
    shop.subscribe("PRODUCTS_UPDATE", includeFields=["id", "title"])
    made = shop.shirt()
    shop.deeds.set_title(made["product_id"], "Renamed")
    assert shop.pump()[0].payload == {"id": made["product_id"], "title": "Renamed"}


def test_an_uninstall_is_told_and_ends_all_subscriptions() -> None:
    shop = Shop()
    shop.subscribe("APP_UNINSTALLED", "PRODUCTS_UPDATE")
    made = shop.shirt()
    shop.deeds.uninstall()
    shop.deeds.set_title(made["product_id"], "Nobody hears")
    assert [one.topic for one in shop.pump()] == ["app/uninstalled"]


def test_the_old_client_secret_signs_on_after_a_rotation_until_told_otherwise() -> None:
    shop = Shop()
    shop.subscribe("PRODUCTS_UPDATE")
    made = shop.shirt()
    for title, fresh in (("A", True), ("B", False)):
        shop.deeds.rotate_client_secret("new-secret", sign_with_old=fresh)
        shop.deeds.set_title(made["product_id"], title)
    signed = [one.headers["X-Shopify-Hmac-SHA256"] for one in shop.pump()]
    keys = (b"demo-client-secret", b"new-secret")
    assert signed == [
        base64.b64encode(hmac.new(key, one.body, hashlib.sha256).digest()).decode()
        for key, one in zip(keys, shop.inbox, strict=True)
    ]


# Retries


def test_a_failed_delivery_is_repeated_with_its_first_payload_and_id() -> None:
    shop = Shop()
    shop.subscribe("PRODUCTS_UPDATE")
    made = shop.shirt()
    shop.status = 503
    shop.deeds.set_title(made["product_id"], "First")
    (failed,) = shop.pump()
    shop.deeds.set_title(made["product_id"], "Second")
    shop.status = 200
    shop.clock.advance(60)
    repeated, second = shop.pump()
    assert (repeated.payload["title"], second.payload["title"]) == ("First", "Second")
    assert repeated.body == failed.body
    assert repeated.headers == failed.headers
    assert shop.simulator.deliveries.waiting() == []


def test_retries_double_their_distance_and_end_within_four_hours() -> None:
    shop = Shop(limits={"webhook_failures_before_removal": 100})
    shop.subscribe("PRODUCTS_UPDATE")
    made = shop.shirt()
    shop.status = 500
    shop.deeds.set_title(made["product_id"], "Unheard")
    start = shop.clock.now()
    waits = []
    shop.pump()
    while waiting := shop.simulator.deliveries.waiting():
        pause = (waiting[0].due_at - shop.clock.now()).total_seconds()
        waits.append(round(pause))
        shop.clock.advance(pause)
        shop.pump()
    assert waits == [56, 113, 226, 452, 904, 1807, 3614, 7228]
    assert (shop.clock.now() - start).total_seconds() == pytest.approx(4 * 3600, abs=0.01)
    assert len(shop.inbox) == 9


def test_eight_failures_in_a_row_remove_the_subscription() -> None:
    shop = Shop()
    shop.subscribe("PRODUCTS_UPDATE", "ORDERS_CREATE")
    made = shop.shirt()
    shop.status = 500
    for number in range(7):
        shop.deeds.set_title(made["product_id"], f"Title {number}")
    shop.pump()
    assert topics(shop) == ["PRODUCTS_UPDATE", "ORDERS_CREATE"]
    shop.deeds.set_title(made["product_id"], "Title 8")
    shop.pump()
    assert topics(shop) == ["ORDERS_CREATE"]
    assert shop.simulator.deliveries.waiting() == []


def test_one_success_starts_the_count_of_failures_anew() -> None:
    shop = Shop()
    shop.subscribe("PRODUCTS_UPDATE")
    made = shop.shirt()
    for status, times in ((500, 7), (200, 1), (500, 7)):
        shop.status = status
        for number in range(times):
            shop.deeds.set_title(made["product_id"], f"{status} {number}")
            shop.pump()
    assert topics(shop) == ["PRODUCTS_UPDATE"]


def test_a_receiver_that_breaks_counts_as_a_failure() -> None:
    def broken(*_: Any) -> int:
        raise ConnectionError("refused")

    shop = Shop()
    shop.subscribe("PRODUCTS_UPDATE")
    shop.simulator.deliveries.deliver_with(broken)
    shop.deeds.set_title(shop.shirt()["product_id"], "Unheard")
    assert [one.status for one in shop.simulator.deliveries.pump()] == [0]
    assert len(shop.simulator.deliveries.waiting()) == 1


def test_threads_of_its_own_post_everything_once_and_stop_when_told() -> None:
    shop = Shop()
    heard_all = threading.Event()
    arrived: list[str] = []

    def receive(_url: str, headers: dict[str, str], _body: bytes) -> int:
        arrived.append(headers["X-Shopify-Webhook-Id"])
        if len(arrived) == 40:
            heard_all.set()
        return 200

    shop.subscribe("PRODUCTS_UPDATE")
    queue = shop.simulator.deliveries
    queue.deliver_with(receive)
    queue.start(workers=4)
    made = shop.shirt()
    for number in range(40):
        shop.deeds.set_title(made["product_id"], f"Title {number}")
    assert heard_all.wait(timeout=10)
    queue.stop()
    assert len(set(arrived)) == len(arrived) == 40
    assert queue.idle()
    shop.deeds.set_title(made["product_id"], "After the stop")
    assert len(queue.waiting()) == 1


# Playing with deliveries


def three_titles(shop: Shop) -> None:
    shop.subscribe("PRODUCTS_UPDATE")
    made = shop.shirt()
    for title in ("One", "Two", "Three"):
        shop.deeds.set_title(made["product_id"], title)


def heard(shop: Shop) -> list[str]:
    return [one.payload["title"] for one in shop.pump()]


def test_waiting_deliveries_can_be_repeated_with_the_same_ids() -> None:
    shop = Shop()
    three_titles(shop)
    assert shop.simulator.deliveries.duplicate(times=2) == 6
    assert sorted(heard(shop)) == sorted(["One", "Two", "Three"] * 3)
    assert len({one.headers["X-Shopify-Webhook-Id"] for one in shop.inbox}) == 3


def test_waiting_deliveries_can_be_turned_round_lost_and_held_back() -> None:
    shop = Shop()
    three_titles(shop)
    queue = shop.simulator.deliveries
    queue.hold()
    assert heard(shop) == []
    queue.reorder()
    queue.release()
    assert heard(shop) == ["Three", "Two", "One"]
    shop.deeds.set_title(7_900_000_000_001, "Lost")
    assert queue.drop("products/update") == 1
    assert heard(shop) == []


def test_a_delayed_delivery_comes_when_its_time_has_come() -> None:
    shop = Shop()
    three_titles(shop)
    shop.simulator.deliveries.delay(30)
    assert heard(shop) == []
    shop.clock.advance(30)
    assert heard(shop) == ["One", "Two", "Three"]


def test_an_old_delivery_can_be_posted_once_more() -> None:
    shop = Shop()
    three_titles(shop)
    heard(shop)
    assert shop.simulator.deliveries.again("products/update", times=2) == 2
    assert heard(shop) == ["Three", "Three"]
    assert shop.inbox[-1].headers == shop.inbox[-2].headers == shop.inbox[2].headers


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("drop", ["One", "Three"]),
        ("duplicate", ["One", "Two", "Two", "Three"]),
        ("reorder", ["Two", "One", "Three"]),
        ("delay", ["One", "Three"]),
    ],
)
def test_a_planned_fault_strikes_the_second_delivery(name: str, expected: list[str]) -> None:
    shop = Shop()
    shop.simulator.faults.add(Fault("webhook:products/update", "vendor", name=name, skip=1, seconds=60))
    three_titles(shop)
    assert heard(shop) == expected
    shop.clock.advance(60)
    assert heard(shop) == (["Two"] if name == "delay" else [])


def test_faults_planned_for_every_call_leave_webhooks_alone() -> None:
    shop = Shop()
    three_titles(shop)
    shop.simulator.faults.add(Fault("*", "status", status=503, times=9))
    assert heard(shop) == ["One", "Two", "Three"]
    assert shop.simulator.faults.waiting() == 9
