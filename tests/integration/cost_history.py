"""One stock change and one order, from the first call to rest, with everything counted that AWS or a platform is asked."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.capacity import Counts, Meter
from listbridge.domain.work import Lane
from tests.integration.installation import Installation
from tests.integration.order_desk import READ_LAG_S, OrderDesk

LONGEST_DELAY_S = 4
"""More than any message of a stock change is put off."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one history asks of AWS and of the platforms."""

    read_units: float
    write_units: int
    messages: int
    invocations: int
    remote_calls: int
    counts: Counts


def cost_of_a_change(its: Installation) -> Cost:
    """The shop counts 5 instead of 7 of something that is on sale: from the shop's delivery until nothing is queued."""
    meter = _ready(its)
    its.shopify.deeds.set_stock(sku="CUP", available=5)
    with meter.attached():
        its.deliver()
        its.lanes.run(wait_s=LONGEST_DELAY_S)
    assert its.on_sale() == {"CUP": (5, "12.50")}
    assert [its.lanes.depth(lane) for lane in Lane] == [0] * len(Lane)
    return _cost(its, meter)


def cost_of_an_order(its: Installation) -> Cost:
    """A buyer buys one of something: from the minute's tick that asks for orders until the order stands in the shop, is
    counted in its stock, and the listing shows one less."""
    meter, desk = _ready(its), OrderDesk(its)
    remote = desk.buy("CUP")
    its.deps.polls.make_due(its.account_id, its.deps.clock.now())
    with meter.attached():
        desk.tick()
        its.lanes.run()
        its.deliver()
    assert desk.state(remote) == "created"
    # What is put off until the shop's reads are certain to know the order is brought forward, and the next poll is left out.
    its.lanes.purge()
    its.pass_time(READ_LAG_S)
    its.lanes.send(Lane.ORDERS, desk.import_message(remote))
    with meter.attached():
        its.lanes.run(wait_s=LONGEST_DELAY_S)
        its.deliver()
    assert desk.row(remote).absorbed_from is not None
    assert its.on_sale() == {"CUP": (6, "12.50")}
    return _cost(its, meter)


def _ready(its: Installation) -> Meter:
    """Something on sale, with nothing queued, and nothing counted yet."""
    its.connect()
    its.sell("CUP")
    its.lanes.run(wait_s=LONGEST_DELAY_S)
    its.lanes.purge()
    its.lanes.invocations = its.at_the_door = its.remote_calls = 0
    return Meter()


def _cost(its: Installation, meter: Meter) -> Cost:
    counts = meter.counts
    return Cost(counts.read_units, counts.write_units, counts.messages, its.invocations, its.remote_calls, counts)
