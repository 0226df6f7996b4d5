"""A change in the shop on its whole way: delivery, inbox, queue, catalogue, due row, drainer, marketplace."""

from __future__ import annotations

import pytest

from listbridge.domain.work import Lane
from tests.integration.installation import Installation

pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("integration")]


def test_a_stock_change_goes_from_the_delivery_to_the_marketplace(connected: Installation) -> None:
    its = connected
    its.sell("MUG")
    assert its.on_sale() == {"MUG": (7, "12.50")}

    its.shopify.deeds.set_stock(sku="MUG", available=5)
    waiting = its.shopify.deliveries.waiting()
    its.shopify.deliveries.pump()
    assert its.inbox() == {one.webhook_id: "queued" for one in waiting}
    assert its.lanes.depth(Lane.SHOP_EVENTS) >= len(waiting)
    assert its.explain("MUG")["quantity"]["computed"] == 7  # nothing is computed at the door

    assert its.lanes.step(Lane.SHOP_EVENTS) == []
    told = its.explain("MUG")
    assert (told["quantity"]["computed"], told["quantity"]["accepted"]) == (5, 7)
    assert told["listing"]["due"] is True
    assert set(its.inbox().values()) == {"taken"}
    assert its.on_sale() == {"MUG": (7, "12.50")}
    assert its.revisions("MUG") == []

    assert its.lanes.step(Lane.REVISE) == []
    told = its.explain("MUG")
    assert [told["quantity"][word] for word in ("computed", "sent", "accepted")] == [5, 5, 5]
    assert told["listing"]["due"] is False
    assert its.on_sale() == {"MUG": (5, "12.50")}
    assert its.revisions("MUG") == [[5]]

    assert its.lanes.run(wait_s=3) == []  # the delayed second look finds the same
    assert its.revisions("MUG") == [[5]]
    done = set(Lane) - {Lane.ORDERS}  # where the account's next poll waits for its time
    assert {lane: its.lanes.depth(lane) for lane in done} == dict.fromkeys(done, 0)


def test_a_replay_is_a_hint_that_finds_nothing_new(connected: Installation) -> None:
    its = connected
    its.sell("MUG")
    its.shopify.deeds.set_stock(sku="MUG", available=5)
    its.deliver()
    its.lanes.run(wait_s=3)
    assert its.revisions("MUG") == [[5]]
    rows = len(its.inbox())
    assert its.shopify.deliveries.again(times=3) == 3
    its.deliver()
    its.lanes.run(wait_s=3)
    assert (its.on_sale(), its.revisions("MUG")) == ({"MUG": (5, "12.50")}, [[5]])
    assert len(its.inbox()) == rows


def test_the_older_delivery_that_comes_last_sends_no_older_number(connected: Installation) -> None:
    its = connected
    its.sell("MUG")
    its.shopify.deeds.set_stock(sku="MUG", available=9)
    its.shopify.deeds.set_stock(sku="MUG", available=3)
    its.shopify.deliveries.reorder()
    its.deliver()
    its.lanes.run(wait_s=3)
    assert (its.on_sale(), its.revisions("MUG")) == ({"MUG": (3, "12.50")}, [[3]])


def test_fifty_changes_while_waiting_cost_one_write(connected: Installation) -> None:
    its = connected
    its.sell("MUG")
    for available in range(1, 51):
        its.shopify.deeds.set_stock(sku="MUG", available=available)
    its.shopify.deliveries.pump()
    assert its.lanes.drain(Lane.SHOP_EVENTS) == []
    its.lanes.run()
    assert (its.on_sale(), its.revisions("MUG")) == ({"MUG": (50, "12.50")}, [[50]])


def test_a_poisoned_message_comes_back_alone_and_the_others_of_its_batch_have_their_effect(
    installation: Installation,
) -> None:
    its = installation
    its.connect()
    its.sell("MUG")
    poison = '{"kind": "shop_event", "shop": 7, "hints": "no list"}'
    its.lanes.send(Lane.SHOP_EVENTS, poison)
    its.shopify.deeds.set_stock(sku="MUG", available=4)
    its.shopify.deliveries.pump()
    assert its.lanes.run() == [poison]
    assert (its.on_sale(), its.revisions("MUG")) == ({"MUG": (4, "12.50")}, [[4]])
    assert set(its.inbox().values()) == {"taken"}


def test_each_lane_gives_back_only_the_message_that_it_cannot_read(installation: Installation) -> None:
    its = installation
    its.connect()
    good = {
        Lane.SHOP_EVENTS: '{"kind": "shop_event", "shop": "gone"}',
        Lane.RECOMPUTE: '{"kind": "recompute_chunk", "job": "gone"}',
        Lane.REVISE: '{"kind": "nudge", "account": "gone"}',
        Lane.PUBLISH: '{"kind": "publish_task", "action": "send", "sales_list": "gone", "product": "1"}',
    }
    for lane, body in good.items():
        its.lanes.send(lane, "{", body, "[]")
        assert sorted(its.lanes.drain(lane)) == ["[]", "{"]
        assert its.lanes.depth(lane) == 2  # they are in flight, and come back after the visibility time


@pytest.mark.parametrize(("available", "shown"), [(0, 0), (-4, 0)])
def test_the_last_unit_and_an_oversold_one_are_zero_on_the_marketplace(
    connected: Installation, available: int, shown: int
) -> None:
    its = connected
    its.sell("MUG")
    its.shopify.deeds.set_stock(sku="MUG", available=available)
    its.deliver()
    assert its.on_sale() == {"MUG": (shown, "12.50")}
    assert its.revisions("MUG") == [[shown]]
    assert its.status_of("MUG") == "active"


def test_a_forged_delivery_leaves_no_row_and_no_message(installation: Installation) -> None:
    its = installation
    its.connect()
    its.sell("MUG")
    its.shopify.deeds.set_stock(sku="MUG", available=1)
    genuine = its.shopify.deliveries.waiting()[0]
    forged = {**genuine.headers, "X-Shopify-Hmac-SHA256": "A" * 44}
    rows, depth = its.inbox(), its.lanes.depth(Lane.SHOP_EVENTS)
    assert its.receive(forged, genuine.body) == 401
    assert its.receive(genuine.headers, genuine.body + b" ") == 401
    assert its.receive(genuine.headers, genuine.body, shop="shop_nobody") == 401
    assert (its.inbox(), its.lanes.depth(Lane.SHOP_EVENTS)) == (rows, depth)
    assert its.receive(genuine.headers, genuine.body) == 200
    assert its.lanes.depth(Lane.SHOP_EVENTS) == depth + 1
