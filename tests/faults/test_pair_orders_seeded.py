"""Random histories of sales between the simulators of the first pair: buyers at eBay and in the shop, and both sides unwell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listbridge.domain.work import Lane
from simulators.faults import Fault
from simulators.kit.deeds import DeedRefused
from tests.faults.pair_sales import Sales, sales

pytestmark = pytest.mark.timeout(1800)
SKUS = st.sampled_from(["A", "B"])
LANES = st.sampled_from([Lane.ORDERS, Lane.FULFILLMENTS, Lane.SHOP_EVENTS, Lane.REVISE])
WHICH = st.integers(0, 5)
Deed = Callable[[Sales], object]


def _deed(act: Callable[..., object], **drawn: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, Deed]]:
    """A deed with its drawn details, and how it reads when a history fails."""

    def made(values: dict[str, Any]) -> tuple[str, Deed]:
        return f"{act.__name__}({values})", lambda s: act(s, **values)

    return st.fixed_dictionaries(drawn).map(made)


def _some(s: Sales, which: int) -> str | None:
    return s.bought[which % len(s.bought)] if s.bought else None


# ---- buyers and the seller ----


def a_buyer_buys(s: Sales, sku: str, quantity: int, paid: bool, delivery: str) -> None:
    s.try_to_buy(sku, quantity, paid=paid, delivery_cost=delivery)


def the_shop_sells(s: Sales, sku: str, quantity: int) -> None:
    s.sell_in_shop(sku, quantity)


def a_buyer_pays(s: Sales, which: int) -> None:
    remote = _some(s, which)
    try:
        s.p.ebay.deeds.pay_order(remote) if remote else None
    except DeedRefused:
        return  # paid already


def the_order_is_cancelled_there(s: Sales, which: int) -> None:
    remote = _some(s, which)
    if remote is None or s.told(remote):
        return
    try:
        s.p.ebay.deeds.cancel_order(remote)
    except DeedRefused:
        return  # cancelled already


def the_shop_ships(s: Sales, which: int) -> None:
    remote = _some(s, which)
    for made in s.made(remote) if remote else ():
        if made["cancelled_at"] is None and made["fulfillment_status"] != "fulfilled":
            s.p.shopify.deeds.fulfill(made["id"], None, company="UPS", tracking_number="1Z999")


# ---- the outside, when it is not well ----


def deliveries_suffer(s: Sales, how: str) -> None:
    waiting = s.p.shopify.deliveries
    waiting.delay(90) if how == "delay" else getattr(waiting, how)()


def ebay_fails(s: Sales, kind: str, times: int, skip: int) -> None:
    fault = (
        Fault("*", "vendor", skip=skip, name="late", seconds=8.0)
        if kind == "late"
        else Fault(
            "*",
            kind,
            times=times,
            skip=skip,
            status=503,  # type: ignore[arg-type]
        )
    )
    s.p.ebay.faults.add(fault)


def ebay_loses_a_page(s: Sales, name: str) -> None:
    s.p.ebay.faults.add(Fault("getOrders", "vendor", name=name))


def shopify_fails(s: Sales, operation: str, kind: str, skip: int) -> None:
    fault = (
        Fault(operation, "vendor", skip=skip, name="late", seconds=20.0)
        if kind == "late"
        else Fault(
            operation,
            kind,
            skip=skip,
            status=503,  # type: ignore[arg-type]
        )
    )
    s.p.shopify.faults.add(fault)


def the_list_lags(s: Sales, seconds: float) -> None:
    s.p.ebay.deeds.set_order_lag(seconds)


def tokens_run_out(s: Sales) -> None:
    s.p.ebay.deeds.expire_tokens()
    s.p.shopify.deeds.revoke_tokens()


# ---- ourselves ----


def a_lane_works(s: Sales, lane: Lane) -> None:
    s.p.world.deliver(lane)


def time_passes(s: Sales, seconds: float) -> None:
    s.run(seconds)


def messages_come_twice(s: Sales, lane: Lane) -> None:
    s.p.world.stores.queues.duplicate(lane)


def the_newest_message_comes_first(s: Sales) -> None:
    s.p.world.stores.queues.newest_first = not s.p.world.stores.queues.newest_first


def a_worker_dies(s: Sales, calls: int) -> None:
    s.p.fate.die_in(calls)


def a_second_worker_comes_in(s: Sales, calls: int, lane: Lane) -> None:
    s.p.fate.meanwhile("*", lambda: s.p.world.deliver(lane), nth=calls)


DEEDS = st.one_of(
    _deed(
        a_buyer_buys,
        sku=SKUS,
        quantity=st.integers(1, 2),
        paid=st.sampled_from([True, True, False]),
        delivery=st.sampled_from(["0", "4.90", "0.01"]),
    ),
    _deed(a_buyer_buys, sku=SKUS, quantity=st.just(1), paid=st.just(True), delivery=st.just("3.33")),
    _deed(the_shop_sells, sku=SKUS, quantity=st.sampled_from([1, 2, -1, -3])),
    _deed(a_buyer_pays, which=WHICH),
    _deed(the_order_is_cancelled_there, which=WHICH),
    _deed(the_shop_ships, which=WHICH),
    _deed(deliveries_suffer, how=st.sampled_from(["duplicate", "reorder", "delay"])),
    _deed(
        ebay_fails,
        kind=st.sampled_from(["status", "html", "drop_before", "drop_after", "late"]),
        times=st.integers(1, 3),
        skip=st.integers(0, 2),
    ),
    _deed(ebay_loses_a_page, name=st.sampled_from(["page_lost", "next_lost", "total_moves"])),
    _deed(
        shopify_fails,
        operation=st.sampled_from(["orderCreate", "orderCreate", "orderByIdentifier", "nodes", "orderCancel"]),
        kind=st.sampled_from(["status", "html", "drop_before", "drop_after", "late"]),
        skip=st.integers(0, 1),
    ),
    _deed(the_list_lags, seconds=st.sampled_from([0.0, 60.0])),
    _deed(tokens_run_out),
    _deed(a_lane_works, lane=LANES),
    _deed(time_passes, seconds=st.sampled_from([1, 12, 65, 65])),
    _deed(messages_come_twice, lane=LANES),
    _deed(the_newest_message_comes_first),
    _deed(a_worker_dies, calls=st.integers(1, 80)),
    _deed(a_second_worker_comes_in, calls=st.integers(1, 40), lane=LANES),
)


@given(history=st.lists(DEEDS, min_size=3, max_size=20))
def test_every_history_of_sales_ends_with_each_order_once_in_the_shop(history: list[tuple[str, Deed]]) -> None:
    s = sales()
    for _, deed in history:
        deed(s)
    s.p.ebay.deeds.set_order_lag(0.0)
    s.p.world.stores.queues.newest_first = False
    s.rest(heal=True)
    s.p.world.stores.clock.advance(6 * 3600 + 600)  # what was lost on its way is found by the comparison
    s.rest()
    s.in_order()
    for remote in s.bought:
        parcels = [one["tracking_number"] for made in s.made(remote) for one in made["fulfillments"]]
        assert len(s.told(remote)) <= len(parcels), f"{remote}: told twice"
