"""The slow lane on real queues and tables: sent, revised in full, ended, brought back."""

from __future__ import annotations

import pytest

from listbridge.domain.work import Lane
from tests.integration.installation import SELLER, Installation

pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("integration")]

COLOURS = tuple(f"SHIRT-{colour}" for colour in ("BLACK", "BLUE", "GREEN", "PINK", "RED", "WHITE"))


def _live_listings(its: Installation) -> int:
    return sum(listing.live for listing in its.ebay.world.sellers[SELLER].listings.values())


def test_a_product_of_six_variants_becomes_one_listing(connected: Installation) -> None:
    its = connected
    shirt = its.add_product(*COLOURS, title="Shirt", stock=4)
    assert its.list_products(shirt)["state"] == "done"
    assert {its.status_of(sku) for sku in COLOURS} == {"not_active"}
    assert its.on_sale() == {}

    body = {"action": "send", "items": "all"}
    job = its.ask("POST", f"/sales-lists/{its.list}/actions", body, expect=202)["job"]
    assert (its.lanes.depth(Lane.PUBLISH), its.on_sale()) == (1, {})
    done = its.ended(job)
    assert (done["state"], done["total"], done["done"], done["failed"]) == ("done", 6, 6, 0)
    assert {its.status_of(sku) for sku in COLOURS} == {"active"}
    assert its.on_sale() == dict.fromkeys(COLOURS, (4, "12.50"))
    assert _live_listings(its) == 1
    assert its.lanes.depth(Lane.PUBLISH) == 0


def test_a_new_title_travels_with_the_full_revise_and_not_before(connected: Installation) -> None:
    its = connected
    product = its.sell("MUG")
    its.shopify.deeds.set_title(product, "Blue mug")
    its.deliver()
    titles = [listing.title for listing in its.ebay.world.sellers[SELLER].listings.values()]
    assert (titles, its.explain("MUG")["content_changed"]) == (["Mug"], True)
    assert its.act("full_revise")["state"] == "done"
    titles = [listing.title for listing in its.ebay.world.sellers[SELLER].listings.values()]
    assert (titles, its.explain("MUG")["content_changed"]) == (["Blue mug"], False)


def test_a_listing_is_stopped_and_relisted_as_one_listing(connected: Installation) -> None:
    its = connected
    its.sell("MUG")
    assert its.act("stop")["state"] == "done"
    assert (its.status_of("MUG"), its.on_sale()) == ("stopped", {})
    its.shopify.deeds.set_stock(sku="MUG", available=2)
    its.deliver()
    assert its.on_sale() == {}  # what is stopped stays stopped
    assert its.act("relist")["state"] == "done"
    assert (its.status_of("MUG"), its.on_sale(), _live_listings(its)) == ("active", {"MUG": (2, "12.50")}, 1)


def test_an_item_that_is_removed_is_ended_and_leaves_the_list(connected: Installation) -> None:
    its = connected
    its.sell("MUG")
    assert its.act("stop_and_remove")["state"] == "done"
    assert its.ask("GET", f"/sales-lists/{its.list}/items")["items"] == []
    assert (its.on_sale(), _live_listings(its)) == ({}, 0)


def test_products_without_variations_are_one_message_and_go_on_sale_by_the_same_calls(connected: Installation) -> None:
    its = connected
    skus = [f"CUP-{number:02}" for number in range(8)]
    its.list_products(*(its.add_product(sku, title=f"Cup {sku}") for sku in skus))
    body = {"action": "send", "items": "all"}
    job = its.ask("POST", f"/sales-lists/{its.list}/actions", body, expect=202)["job"]
    assert its.lanes.depth(Lane.PUBLISH) == 1
    before = len(its.ebay.world.journal)
    done = its.ended(job)
    assert (done["state"], done["total"], done["done"], done["failed"]) == ("done", 8, 8, 0)
    assert (its.on_sale(), _live_listings(its)) == (dict.fromkeys(skus, (7, "12.50")), 8)
    calls = [call.operation for call in list(its.ebay.world.journal)[before:]]
    for operation in (
        "bulkGetInventoryItem",
        "bulkCreateOrReplaceInventoryItem",
        "bulkCreateOffer",
        "bulkPublishOffer",
    ):
        assert calls.count(operation) == 1, operation
    assert (calls.count("getOffers"), calls.count("publishOffer")) == (0, 0)


def test_a_poisoned_task_stops_no_other(installation: Installation) -> None:
    its = installation
    its.connect()
    its.list_products(its.add_product("MUG"))
    its.lanes.send(Lane.PUBLISH, '{"kind": "publish_task", "action": "explode"}')
    assert its.act("send")["state"] == "done"
    assert its.on_sale() == {"MUG": (7, "12.50")}
    assert its.lanes.depth(Lane.PUBLISH) == 1  # the poisoned one, which comes back


def test_a_product_with_more_variants_than_the_marketplace_takes_calls_at_once_gets_through_every_action(
    installation: Installation,
) -> None:
    """Each action begins with a look at every variant: 24 of them are more than the 15 calls that may come at once."""
    its = installation
    its.connect()
    skus = [f"POSTER-{number:02d}" for number in range(24)]
    its.list_products(its.add_product(*skus, title="Poster"))

    def looks(action: str) -> int:
        before = len(its.ebay.world.journal)
        job = its.act(action)
        assert (job["state"], job["done"], job["failed"]) == ("done", 24, 0), action
        return sum(call.operation == "getOffers" for call in list(its.ebay.world.journal)[before:])

    assert looks("send") <= 2 * len(skus)
    assert its.on_sale() == dict.fromkeys(skus, (7, "12.50"))
    assert looks("full_revise") <= 2 * len(skus)  # for the offers, and for what was sold since
    its.ebay.deeds.change_quantity(skus[-1], 99)
    before = len(its.ebay.world.journal)
    its.timer("drift")
    its.lanes.run(wait_s=2)
    assert its.on_sale() == dict.fromkeys(skus, (7, "12.50"))
    assert sum(call.operation == "getOffers" for call in list(its.ebay.world.journal)[before:]) <= len(skus) + 2
    assert looks("stop") <= 2 * len(skus)
    assert its.on_sale() == {}
