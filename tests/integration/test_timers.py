"""The four timers, each mending what no event would bring up."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from listbridge.domain.listing import Band
from listbridge.domain.work import Lane
from tests.integration.installation import Installation

pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("integration")]


def test_a_delivery_that_was_stored_and_never_queued_is_sent_by_the_timer(connected: Installation) -> None:
    its = connected
    its.sell("MUG")
    its.shopify.deeds.set_stock(sku="MUG", available=2)
    delivery = its.shopify.deliveries.waiting("inventory_levels/update")[0]
    with its.queue_gone(Lane.SHOP_EVENTS), pytest.raises(ClientError, match="NonExistentQueue"):
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


def test_a_listing_that_ended_on_the_marketplace_is_told_and_never_sent_again(
    connected: Installation,
) -> None:
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


def test_hooks_that_the_shop_switched_off_are_made_again_and_the_gap_is_swept(
    connected: Installation,
) -> None:
    its = connected
    its.sell("MUG")
    topics = {one.topic for one in its.shopify.world.subscriptions.all()}
    assert its.timer("hooks") == 0
    stock = next(
        one for one in its.shopify.world.subscriptions.all() if one.topic == "INVENTORY_LEVELS_UPDATE"
    )
    its.shopify.world.subscriptions.delete(stock.id)
    its.shopify.deeds.set_stock(sku="MUG", available=1)
    its.shopify.deliveries.drop()
    assert {one.topic for one in its.shopify.world.subscriptions.all()} == topics - {
        "INVENTORY_LEVELS_UPDATE"
    }
    assert its.timer("hooks") == 1
    assert {one.topic for one in its.shopify.world.subscriptions.all()} == topics
    assert "hooks_restored" in its.events()
    its.lanes.run()
    assert its.on_sale() == {"MUG": (1, "12.50")}


def test_an_account_whose_consent_was_withdrawn_is_found_by_the_timer(connected: Installation) -> None:
    its = connected
    its.sell("MUG")
    its.ebay.deeds.revoke_token("anna")
    its.ebay.deeds.expire_tokens("anna")
    its.timer("hooks")
    assert its.ask("GET", f"/accounts/{its.account}")["state"] == "expired"
    assert its.explain("MUG")["reason"]["code"] == "account_expired"
    assert [one["problem"]["code"] for one in its.ask("GET", "/health")["concerns"]] == ["account_expired"]
