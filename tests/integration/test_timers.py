"""The timers, each repairing what no event would bring up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listbridge.bootstrap import FunctionFailed
from listbridge.domain.listings.bands import Band
from listbridge.domain.work import Lane
from tests.integration.installation import Installation
from tests.integration.order_desk import OrderDesk

pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("integration")]


def test_a_delivery_that_was_stored_and_never_queued_is_sent_by_the_timer(connected: Installation) -> None:
    its = connected
    its.sell("MUG")
    its.shopify.deeds.set_stock(sku="MUG", available=2)
    delivery = its.shopify.deliveries.waiting("inventory_levels/update")[0]
    with its.queue_gone(Lane.SHOP_EVENTS), pytest.raises(FunctionFailed, match="QueueDoesNotExist"):
        its.receive(delivery.headers, delivery.body)
    assert its.inbox()[delivery.webhook_id] == "stored"
    its.shopify.deliveries.drop()
    assert its.timer("unsent") == 0  # not yet: it is younger than a minute
    with its.limits(unsent_after_s=0.0):
        assert its.timer("unsent") == 1
    assert its.inbox()[delivery.webhook_id] == "queued"
    its.lanes.run()
    assert (its.inbox()[delivery.webhook_id], its.on_sale()) == ("taken", {"MUG": (2, "12.50")})
    with its.limits(unsent_after_s=0.0):
        assert its.timer("unsent") == 0


def test_a_due_row_whose_nudge_was_lost_is_sent_after_the_timer(connected: Installation) -> None:
    its = connected
    its.sell("MUG")
    its.shopify.deeds.set_stock(sku="MUG", available=0)
    its.shopify.deliveries.pump()
    assert its.lanes.step(Lane.SHOP_EVENTS) == []
    its.lanes.purge()  # the nudge is lost
    assert its.explain("MUG")["listing"]["due"] is True
    with its.limits(due_too_long_s=0.0):
        assert its.timer("due") == 1
    assert "due_too_long" in its.events()
    its.lanes.run()
    assert (its.on_sale(), its.revisions("MUG")) == ({"MUG": (0, "12.50")}, [[0]])
    assert its.deps.listings.due(its.account_id, list(Band), at=its.deps.clock.now(), limit=10) == []
    assert its.timer("due") == 0


def test_what_somebody_changed_on_the_marketplace_is_found_and_put_right(connected: Installation) -> None:
    its = connected
    its.sell("MUG", "JUG", title="Pots")
    its.ebay.deeds.change_quantity("MUG", 99)
    assert its.timer("drift") == 1
    its.lanes.run()
    assert its.on_sale() == {"MUG": (7, "12.50"), "JUG": (7, "12.50")}
    assert (its.revisions("MUG"), its.revisions("JUG")) == ([[7]], [])
    events = its.ask("GET", f"/listings/{its.row('MUG')['listing']['id']}/activity")["activity"]
    assert "drift_found" in [event["event"] for event in events]


def test_a_listing_that_ended_on_the_marketplace_is_told_and_never_sent_again(connected: Installation) -> None:
    its = connected
    its.sell("MUG")
    its.ebay.deeds.end_listing(str(its.row("MUG")["listing"]["remote"]))
    its.timer("drift")
    its.lanes.run()
    assert its.status_of("MUG") == "finished"
    assert its.explain("MUG")["reason"]["code"] == "finished"
    its.shopify.deeds.set_stock(sku="MUG", available=1)
    its.deliver()
    assert (its.on_sale(), its.revisions("MUG")) == ({}, [])


def test_hooks_that_the_shop_switched_off_are_made_again_and_the_gap_is_swept(connected: Installation) -> None:
    its = connected
    its.sell("MUG")
    topics = {one.topic for one in its.shopify.world.subscriptions.all()}
    assert its.timer("hooks") == 2  # one shop and one account are asked
    its.lanes.run()
    assert "hooks_restored" not in its.events()
    stock = next(one for one in its.shopify.world.subscriptions.all() if one.topic == "INVENTORY_LEVELS_UPDATE")
    its.shopify.world.subscriptions.delete(stock.id)
    its.shopify.deeds.set_stock(sku="MUG", available=1)
    its.shopify.deliveries.drop()
    assert {one.topic for one in its.shopify.world.subscriptions.all()} == topics - {"INVENTORY_LEVELS_UPDATE"}
    its.timer("hooks")
    its.lanes.run()
    assert {one.topic for one in its.shopify.world.subscriptions.all()} == topics
    assert "hooks_restored" in its.events()
    assert its.on_sale() == {"MUG": (1, "12.50")}


def test_a_delivery_that_never_came_is_found_by_the_sweep(connected: Installation) -> None:
    its = connected
    its.sell("MUG")
    its.shopify.deeds.set_stock(sku="MUG", available=0)
    its.shopify.deliveries.drop()
    assert its.timer("sweep") == 1
    its.lanes.run()
    assert its.on_sale() == {"MUG": (0, "12.50")}
    assert its.timer("sweep") == 0


def test_an_account_whose_consent_was_withdrawn_is_found_by_the_timer(connected: Installation) -> None:
    its = connected
    its.sell("MUG")
    its.ebay.deeds.revoke_token("anna")
    its.ebay.deeds.expire_tokens("anna")
    its.timer("hooks")
    its.lanes.run()
    assert its.ask("GET", f"/accounts/{its.account}")["state"] == "expired"
    assert its.explain("MUG")["reason"]["code"] == "account_expired"
    assert [one["problem"]["code"] for one in its.ask("GET", "/health")["concerns"]] == ["account_expired"]


def test_a_second_shop_order_for_one_marketplace_order_is_found_and_told(connected: Installation) -> None:
    its = connected
    desk = OrderDesk(its)
    its.sell("MUG")
    calm, remote = desk.absorbed("MUG"), desk.absorbed("MUG")
    assert its.timer("orders") == 1  # one account is asked about
    its.lanes.run()
    ours = desk.shop_order(remote)["name"]
    theirs = its.shopify.deeds.import_order_by_other_tool(remote, [{"sku": "MUG", "quantity": 1}])["name"]
    its.shopify.world.limits = replace(its.shopify.world.limits, order_search_lag_s=0.0)
    its.timer("orders")
    its.lanes.run()
    assert (desk.notices(calm), desk.notices(remote)) == ([], ["twins_in_shop"])
    [notice] = desk.row(remote).notices
    assert notice.params["orders"] == f"{ours}, {theirs}"
    its.timer("orders")
    its.lanes.run()
    assert desk.log(remote).count("twins_in_shop") == 1
    assert len(desk.shop_orders(remote)) == 2  # which of the two goes is the seller's to decide


def test_a_buyer_is_erased_as_soon_as_his_order_has_been_done_for_long_enough(connected: Installation) -> None:
    its = connected
    desk = OrderDesk(its)
    its.sell("MUG")
    buyer = {"name": "Ottilie Quastenberg", "email": "ottilie.quastenberg@example.org"}
    done, open_one = desk.absorbed("MUG", buyer=buyer), desk.absorbed("MUG", buyer=buyer)
    its.shopify.deeds.fulfill(desk.shop_order(done)["id"], company="DHL", tracking_number="1")
    its.deliver()
    assert desk.row(done).completed_at is not None
    assert its.timer("retention") == 0  # sixty days are not over
    kept = desk.buyer(done)
    assert kept is not None
    assert kept.name == "Ottilie Quastenberg"
    desk.keep_buyers_for(0)
    assert its.timer("retention") == 1
    assert desk.buyer(done) is None
    assert desk.buyer(open_one) is not None  # their parcel is still to be shipped
    assert desk.row(done).buyer_erased_at is not None
    assert desk.log(done).count("buyer_erased") == 1

    its.lanes.send(Lane.ORDERS, desk.import_message(done))
    its.lanes.send(Lane.FULFILLMENTS, desk.relay_message(done))
    desk.poll()  # the marketplace still tells who bought
    assert desk.buyer(done) is None
    assert its.timer("retention") == 0
    assert len(desk.shop_orders(done)) == 1
