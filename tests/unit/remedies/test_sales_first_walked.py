"""What waits until the account's orders were read, and what explain says meanwhile: it goes on when they were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from listbridge.services.timers.reconcile import Timer, reconcile
from simulators.faults import Fault
from tests.unit.functions.installation import SITE
from tests.unit.functions.order_desk import OrderDesk
from tests.unit.functions.seller import Seller
from tests.unit.remedies.listing_words import in_list
from tests.unit.remedies.walks import EBAY, heard, named, walks


def explained(its: Any, seller: Seller, sku: str = "MUG") -> Any:
    return its.get(f"/listings/{seller.row(sku)['listing']['id']}/explain")


def lowered(desk: OrderDesk) -> None:
    """Somebody set a lower quantity at eBay by hand, and the drift check sees it."""
    desk.its.ebay.deeds.change_quantity("MUG", 3, marketplace=SITE, seller="anna")
    reconcile(desk.its.deps, Timer.DRIFT)
    desk.wait(5)


@walks("awaits_orders", "next_orders", on=EBAY)
def test_a_quantity_that_may_have_been_sold_is_repaired_once_the_orders_were_read(desk: OrderDesk) -> None:
    desk.wait(60)
    lowered(desk)
    story = explained(desk.its, desk.seller)
    named(story["reason"], "awaits_orders", "")
    named(story["next"], "next_orders", "")
    desk.wait(3600)
    assert (desk.shown(), explained(desk.its, desk.seller)["reason"]) == (5, None)


@walks("orders_unreadable", on=EBAY)
def test_a_quantity_waits_while_orders_cannot_be_read_and_is_repaired_after_check(desk: OrderDesk) -> None:
    desk.wait(60)
    desk.its.ebay.faults.add(Fault("getOrders", "status", status=503, times=500))
    desk.wait(900)
    lowered(desk)
    desk.wait(300)
    named(explained(desk.its, desk.seller)["quantity"]["reason"], "orders_unreadable", "check_account")
    assert desk.shown() == 3
    desk.its.ebay.faults.clear()
    for _ in range(4):
        desk.look(1800)
        reconcile(desk.its.deps, Timer.DUE)
    desk.wait(60)
    assert (desk.shown(), explained(desk.its, desk.seller)["reason"]) == (5, None)


@walks("next_publishing", "next_outcome")
def test_what_is_under_way_comes_to_its_end(seller: Seller) -> None:
    product = in_list(seller)
    nexts: list[dict[str, Any]] = []
    at_each_save(seller, lambda: nexts.append(explained(seller.its, seller)["next"]))
    seller.its.act(seller.list, "send")
    seller.its.shopify.deeds.set_stock(2, None, sku="MUG")
    heard(seller, product)
    seller.its.stores.cut.hook = lambda _: None
    told = {one["code"]: one for one in nexts}
    named(told["next_publishing"], "next_publishing", "")
    named(told["next_outcome"], "next_outcome", "")
    named(explained(seller.its, seller)["next"], "next_change_in_shop", "")
    assert seller.live_offers() == {"MUG": 2}


def at_each_save(seller: Seller, look: Callable[[], None]) -> None:
    """Look whenever a listing is about to be saved."""
    looking: list[bool] = []

    def hook(what: str) -> None:
        if what.startswith("listings.") and not looking:
            looking.append(True)
            look()
            looking.clear()

    seller.its.stores.cut.hook = hook


@walks("ended_awaits_orders", on=EBAY)
def test_a_relisting_waits_for_the_orders_from_before_the_end_and_goes_on(desk: OrderDesk) -> None:
    desk.wait(60)
    desk.its.ebay.faults.add(Fault("getOrders", "status", status=500, times=100))
    desk.its.ebay.deeds.end_listing(desk.seller.row("MUG")["listing"]["remote"])
    reconcile(desk.its.deps, Timer.DRIFT)
    desk.wait(5)
    assert desk.seller.row("MUG")["listing"]["status"] == "finished"
    body = {"action": "relist", "items": "all"}
    desk.its.post(f"/sales-lists/{desk.seller.list}/actions", body, expect=202)
    desk.wait(5)
    named(explained(desk.its, desk.seller)["reason"], "ended_awaits_orders", "")
    desk.its.ebay.faults.clear()
    desk.wait(3600)
    assert (desk.shown(), explained(desk.its, desk.seller)["reason"]) == (5, None)
