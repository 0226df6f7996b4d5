"""Histories that nobody would think of: the real handlers and adapters between both simulators, under everything at once.

A history is a list of deeds, drawn by hypothesis. When the dust has settled, the marketplace shows what the rules make
of the newest shop state, on exactly one listing each; nothing is lost, nothing is silent, and no older value was ever
sent after a newer one.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listbridge.domain.ids import Sku
from listbridge.domain.work import Lane, PublishKind
from simulators.faults import Fault
from simulators.kit.deeds import DeedRefused
from tests.fakes.cuts import WorkerDied
from tests.faults.pair import Pair, pair

pytestmark = pytest.mark.timeout(1800)
SKUS = st.sampled_from(["A", "B1", "B2", "B3"])
LANES = st.sampled_from(list(Lane))
Deed = Callable[[Pair], object]


def _deed(act: Callable[..., object], **drawn: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, Deed]]:
    """A deed with its drawn details, and how it reads when a history fails."""

    def made(values: dict[str, Any]) -> tuple[str, Deed]:
        return f"{act.__name__}({values})", lambda p: act(p, **values)

    return st.fixed_dictionaries(drawn).map(made)


# ---- the shop ----


def stock_changes(p: Pair, sku: str, stock: int) -> None:
    p.set(sku, stock=stock)


def there_and_back_at_once(p: Pair, sku: str) -> None:
    now = p.truth[sku][0]  # type: ignore[index]
    p.set(sku, stock=now + 1)
    p.set(sku, stock=now)


def price_changes(p: Pair, sku: str, cents: int) -> None:
    p.set(sku, price=f"{10 + cents / 100:.2f}")


def deliveries_suffer(p: Pair, how: str) -> None:
    waiting = p.shopify.deliveries
    p.beyond_us = p.beyond_us or how == "drop"
    if how == "delay":
        waiting.delay(90)
    else:
        getattr(waiting, how)()


def deliveries_arrive(p: Pair) -> None:
    p.pump()


# ---- the marketplace ----


def a_buyer_buys(p: Pair, sku: str) -> None:
    try:
        p.ebay.deeds.buy(sku, marketplace="EBAY_US")
        p.beyond_us = True
        p.bought.add(Sku(sku))
    except DeedRefused:
        return  # sold out


def ebay_fails(p: Pair, kind: str, status: int, times: int, skip: int) -> None:
    if kind == "late":
        p.ebay.faults.add(Fault("*", "vendor", times=1, skip=skip, name="late", seconds=8.0))
    else:
        p.ebay.faults.add(Fault("*", kind, times=times, skip=skip, status=status))  # type: ignore[arg-type]


def shopify_fails(p: Pair, kind: str, status: int, times: int) -> None:
    for root in ("products", "nodes", "token"):
        p.shopify.faults.add(Fault(root, kind, times=times, status=status))  # type: ignore[arg-type]


def tokens_run_out(p: Pair) -> None:
    p.ebay.deeds.expire_tokens()
    p.shopify.deeds.revoke_tokens()


def the_seller_takes_the_consent_back(p: Pair) -> None:
    p.ebay.deeds.revoke_token("anna")
    p.beyond_us = True
    p.ebay.deeds.expire_tokens()


# ---- ourselves ----


def a_lane_works(p: Pair, lane: Lane) -> None:
    p.world.deliver(lane)


def everything_works(p: Pair) -> None:
    p.world.deliver_all()


def time_passes(p: Pair, seconds: float) -> None:
    p.world.run(seconds)


def messages_come_twice(p: Pair, lane: Lane) -> None:
    p.world.stores.queues.duplicate(lane)


def the_newest_message_comes_first(p: Pair) -> None:
    p.world.stores.queues.newest_first = not p.world.stores.queues.newest_first


def a_worker_dies(p: Pair, calls: int) -> None:
    p.fate.die_in(calls)


def a_second_worker_comes_in(p: Pair, calls: int, lane: Lane) -> None:
    p.fate.meanwhile("*", lambda: p.world.deliver(lane), nth=calls)


def the_seller_revises_in_full(p: Pair) -> None:
    for product in {p.world.row(p.key(sku)).variant.product for sku in p.truth}:
        p.world.action(PublishKind.FULL_REVISE, product, deliver=False)


def drift_is_looked_for(p: Pair) -> None:
    p.world.tick("drift")


DEEDS = st.one_of(
    _deed(stock_changes, sku=SKUS, stock=st.integers(-1, 6)),
    _deed(stock_changes, sku=SKUS, stock=st.just(0)),
    _deed(there_and_back_at_once, sku=SKUS),
    _deed(price_changes, sku=SKUS, cents=st.integers(0, 300)),
    _deed(deliveries_suffer, how=st.sampled_from(["drop", "duplicate", "reorder", "delay", "again"])),
    _deed(deliveries_arrive),
    _deed(a_buyer_buys, sku=SKUS),
    _deed(
        ebay_fails,
        kind=st.sampled_from(["status", "html", "drop_before", "drop_after", "late"]),
        status=st.sampled_from([429, 500, 503]),
        times=st.integers(1, 4),
        skip=st.integers(0, 2),
    ),
    _deed(
        shopify_fails,
        kind=st.sampled_from(["status", "html", "drop_before", "drop_after"]),
        status=st.sampled_from([429, 500, 503]),
        times=st.integers(1, 3),
    ),
    _deed(tokens_run_out),
    _deed(the_seller_takes_the_consent_back),
    _deed(a_lane_works, lane=LANES),
    _deed(everything_works),
    _deed(time_passes, seconds=st.sampled_from([1, 12, 65])),
    _deed(messages_come_twice, lane=LANES),
    _deed(the_newest_message_comes_first),
    _deed(a_worker_dies, calls=st.integers(1, 40)),
    _deed(a_second_worker_comes_in, calls=st.integers(1, 25), lane=LANES),
    _deed(the_seller_revises_in_full),
    _deed(drift_is_looked_for),
)


def play(p: Pair, history: list[tuple[str, Deed]]) -> None:
    """Do all of it, and then leave the system in peace."""
    for _, deed in history:
        try:
            deed(p)
        except WorkerDied:  # outside any lane: the seller's own request broke off
            p.fate.revive()
    p.fate.revive()
    p.fate.forget_plans()
    p.world.stores.queues.newest_first = False


@given(history=st.lists(DEEDS, min_size=3, max_size=25))
def test_every_history_ends_in_step(history: list[tuple[str, Deed]]) -> None:
    p = pair()
    p.world.sell(p.add_product("A"), p.add_product("B1", "B2", "B3", title="Jumper"))
    play(p, history)
    if p.beyond_us:
        p.settle()
    else:
        p.rest()
    p.in_step()


@given(history=st.lists(DEEDS, min_size=2, max_size=12))
def test_every_history_of_a_sending_ends_with_one_listing_each(history: list[tuple[str, Deed]]) -> None:
    """The same deeds while the products are being sent for the first time."""
    p = pair()
    products = [p.add_product("A"), p.add_product("B1", "B2", "B3", title="Jumper")]
    p.world.add(*products)
    p.world.action(PublishKind.SEND, *products, deliver=False)
    play(p, history)
    for sku, (stock, _) in list(p.truth.items()):
        if stock <= 0:  # eBay publishes nothing that is sold out
            p.set(sku, stock=2)
    p.settle()
    p.world.action(PublishKind.SEND, *products)  # what failed for good says so, and the seller sends it again
    p.settle()
    p.in_step()


def test_what_waited_for_stock_is_sent_with_the_new_quantity_a_moment_later() -> None:
    """Found by the histories: the second sending published the first one's zero again, and was refused again."""
    p = pair()
    product = p.add_product("A", stock=0)
    p.world.add(product)
    p.world.action(PublishKind.SEND, product)
    hold = p.world.row(p.key("A")).hold
    assert (p.live(), hold and hold.code) == ([], "waits_for_stock")
    p.set("A", stock=2)
    p.pump()
    p.world.deliver_all()
    p.world.action(PublishKind.SEND, product)
    assert p.shown("A") == (2, Decimal("10.00"))
