"""Shopify and eBay, real handlers and adapters: killed between any two calls, and every call of eBay's and Shopify's spoiled.

In the full run the loops leave no point out: a run without a fault tells how many calls there are, and each is then cut. In
`make test` some go on by a few calls.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest

from listbridge.domain.ids import Sku
from listbridge.domain.jobs import JobState
from listbridge.domain.listings.listing import Status
from listbridge.domain.work import Lane, PublishKind
from simulators.faults import Fault
from tests.faults.pair import Pair, pair

pytestmark = pytest.mark.timeout(900)
SIX = ("XS", "S", "M", "L", "XL", "XXL")
FAMILIES = (pytest.param(SIX[:3], id="3 variants"), pytest.param(SIX, id="6 variants", marks=pytest.mark.full))
"""A first variant, one within and a last; cuts and the price of each grow with the variants, so six are for `make test-full`."""


def live_pair(*skus: str) -> Pair:
    p = pair()
    p.world.sell(p.add_product(*skus))
    return p


def change(p: Pair) -> None:
    """What happens on one SKU in a busy minute: the last one goes, new stock and a new price, and 5 → 4 → 5."""
    p.set("A", stock=0)
    p.pump()
    p.world.deliver_all()
    for stock in (3, 5):
        p.set("A", stock=stock, price="12.00")
        p.pump()
    p.world.deliver_all()
    for stock in (4, 5):
        p.set("A", stock=stock)
        p.pump()
        p.world.deliver_all()


@pytest.mark.parametrize("step", [4, pytest.param(1, marks=pytest.mark.full)])
def test_a_change_of_stock_killed_between_any_two_calls_ends_in_step(step: int) -> None:
    for cut in count(1, step):
        p = live_pair("A", "B")
        p.fate.die_in(cut)
        change(p)
        alive = p.world.deaths == 0
        p.fate.revive()
        p.rest()
        p.in_step()
        if alive:
            break
    assert cut > 60


@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.full)])
@pytest.mark.parametrize("lane", [Lane.SHOP_EVENTS, Lane.REVISE])
def test_a_second_worker_that_comes_in_at_any_call_changes_nothing_in_the_end(lane: Lane, step: int) -> None:
    for cut in count(1, step):
        p = live_pair("A", "B")
        came = []

        def come(p: Pair = p, came: list[int] = came) -> None:
            was = p.truth[Sku("A")][0]
            for stock in (was + 1, was):  # there and back, while the first worker stands still
                p.set("A", stock=stock)
                p.pump()
                came.append(p.world.deliver(Lane.SHOP_EVENTS) + p.world.deliver(lane))

        p.fate.meanwhile("*", come, nth=cut)
        change(p)
        if not came:
            break
        p.rest()
        p.in_step()
    assert cut > 60


@pytest.mark.parametrize("kind", ["drop_after", "drop_before", "html", "late"])
def test_each_call_to_ebay_of_a_six_variant_publishing_spoiled_in_turn_makes_one_listing(kind: str) -> None:
    calls = len(_calls_of(_publish))
    for n in range(calls):
        p = pair()
        product = p.add_product(*SIX)
        p.world.add(product)
        spoil(p, kind, skip=n)
        job = p.world.action(PublishKind.SEND, product)
        p.world.settle(hours=4)
        assert p.ebay.faults.waiting() == 0, f"call {n} never came"
        assert p.world.stores.jobs.get(job).state is JobState.DONE, f"call {n}"
        assert len(p.live()) == 1
        p.in_step()
    assert calls > 12


@pytest.mark.parametrize("skus", FAMILIES)
def test_a_product_killed_between_any_two_calls_of_its_publishing_becomes_one_listing(skus: tuple[str, ...]) -> None:
    for cut in count(1):
        p = pair()
        product = p.add_product(*skus)
        keys = p.world.add(product)
        job = p.world.action(PublishKind.SEND, product, deliver=False)
        p.fate.die_in(cut)
        p.world.deliver(Lane.PUBLISH)
        if p.world.deaths == 0:
            break
        p.world.settle(hours=4)
        assert p.world.stores.jobs.get(job).state is JobState.DONE, f"cut {cut} before {p.fate.calls[-1]}"
        assert [len(p.live()), {p.world.row(key).status for key in keys}] == [1, {Status.ACTIVE}]
        p.in_step()
    assert cut > 12 * len(skus)


@pytest.mark.parametrize("step", [2, pytest.param(1, marks=pytest.mark.full)])
@pytest.mark.parametrize("action", [PublishKind.FULL_REVISE, PublishKind.STOP])
def test_a_full_revise_or_a_stop_killed_between_any_two_calls_is_done_in_the_end(
    action: PublishKind, step: int
) -> None:
    for cut in count(1, step):
        p = pair()
        product = p.add_product("A", "B")
        p.world.sell(product)
        p.shopify.deeds.set_title(product, "Other mug")
        job = p.world.action(action, product, deliver=False)
        p.fate.die_in(cut)
        p.world.deliver(Lane.PUBLISH)
        if p.world.deaths == 0:
            break
        p.world.settle(hours=4)
        assert p.world.stores.jobs.get(job).state is JobState.DONE, f"cut {cut}"
        if action is PublishKind.STOP:
            assert p.live() == [], f"cut {cut}"
        else:
            p.in_step()


@pytest.mark.parametrize("kind", ["drop_after", "drop_before", "html", "late", "429", "503", "401"])
def test_each_call_to_ebay_of_a_change_spoiled_in_turn_ends_in_step(kind: str) -> None:
    calls = len(_calls_of(change))
    for n in range(calls):
        p = live_pair("A", "B")
        spoil(p, kind, skip=n)
        change(p)
        p.world.settle(hours=4)
        p.rest()
        p.in_step()
    assert calls >= 2


@pytest.mark.parametrize(
    "fault", [Fault("*", "drop_after"), Fault("*", "html", status=502), Fault("*", "status", status=429)]
)
def test_each_call_to_shopify_of_a_change_spoiled_in_turn_ends_in_step(fault: Fault) -> None:
    for n in range(6):
        p = live_pair("A", "B")
        p.shopify.faults.add(
            *(Fault(root, fault.kind, skip=n, status=fault.status) for root in ("products", "nodes", "token"))
        )
        change(p)
        p.world.settle(hours=4)
        p.rest()
        p.in_step()


def spoil(p: Pair, kind: str, *, skip: int) -> None:
    fault: dict[str, object] = {"kind": kind, "status": 502}
    if kind == "late":
        fault = {"kind": "vendor", "name": "late", "seconds": 8.0}
    elif kind.isdigit():
        fault = {"kind": "status", "status": int(kind)}
    p.ebay.faults.add(Fault("*", skip=skip, **fault))  # type: ignore[arg-type]


def _publish(p: Pair) -> None:
    product = p.add_product(*SIX)
    p.world.add(product)
    p.world.action(PublishKind.SEND, product)


def _calls_of(act: Callable[[Pair], None]) -> list[str]:
    """eBay's calls in a run that nothing disturbs."""
    p = pair() if act is _publish else live_pair("A", "B")
    before = len(p.ebay.world.journal)
    act(p)
    return [entry.operation for entry in p.ebay.world.journal][before:]
