"""No backlog, bulk job, guard share, spent budget or dead worker makes a zero wait longer than the drainer's lease
(promises.md#p5)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from listbridge.domain.configuration import Account, GuardLimits, PriceRule, Profile, Rules
from listbridge.domain.ids import ListingKey, ProductId, ProfileId, Sku
from listbridge.domain.ports import Share
from listbridge.domain.work import Lane, PublishKind
from listbridge.services.configuration.change_configuration import propose
from simulators.faults import Fault
from tests.fakes.budget import FakeBudget
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.world import ACCOUNT
from tests.faults.seeded import seed

LEASE_S = 10.0


@pytest.fixture
def s() -> Scripted:
    return scripted_world()


def zero_sent_at(s: Scripted, key: ListingKey) -> datetime:
    return next(sent.at for sent in s.market.sent if sent.key == key and sent.values.quantity == 0)


def restock(s: Scripted, keys: list[ListingKey], stock: int = 9) -> None:
    """All of these go up in the shop: a backlog."""
    products = {s.shop.set(key.sku, stock=stock) for key in keys}
    for start in range(0, len(keys), 100):
        s.world.hint(*sorted(products)[start : start + 100])
    while s.world.deliver(Lane.SHOP_EVENTS) or s.world.deliver(Lane.RECOMPUTE):
        pass


def sell_out(s: Scripted, *skus: str) -> datetime:
    """The last ones go, and the shop says so."""
    s.world.hint(*{s.shop.set(sku, stock=0) for sku in skus})
    s.world.deliver(Lane.SHOP_EVENTS)
    return s.world.now


def meanwhile_sell_out(s: Scripted, *skus: str) -> list[datetime]:
    """After a few calls of the drainer's, the last ones go, and another worker takes the nudge. Returns when."""
    since: list[datetime] = []

    def happens() -> None:
        since.append(sell_out(s, *skus))
        s.world.deliver(Lane.REVISE)

    s.fate.meanwhile("remote.revise", happens, nth=30)
    return since


def waited(s: Scripted, key: ListingKey, since: datetime) -> float:
    return (zero_sent_at(s, key) - since).total_seconds()


def test_a_zero_overtakes_a_backlog_of_thousands_that_is_being_sent(s: Scripted) -> None:
    keys = seed(s, 2000)
    restock(s, keys[1:])
    since = meanwhile_sell_out(s, "S0")
    s.world.deliver(Lane.REVISE)
    assert waited(s, keys[0], since[0]) <= 1.0
    assert len(s.world.still_due()) > 1500


def test_a_zero_whose_nudge_no_worker_is_free_to_take_overtakes_the_backlog_all_the_same(s: Scripted) -> None:
    """Every worker of the lane drains an account: the nudge waits in the queue until one of them ends."""
    keys = seed(s, 300)
    restock(s, keys[1:])
    since: list[datetime] = []
    s.fate.meanwhile("remote.revise", lambda: since.append(sell_out(s, "S0")), nth=30)
    s.world.deliver(Lane.REVISE)
    assert waited(s, keys[0], since[0]) <= 1.0
    assert len(s.world.still_due()) > 100


def test_a_zero_overtakes_the_backlog_it_was_itself_a_part_of(s: Scripted) -> None:
    keys = seed(s, 300)
    restock(s, keys)
    since = meanwhile_sell_out(s, "S9")
    s.world.run(40)
    assert waited(s, s.world.key("S9"), since[0]) <= 1.0


def test_the_variations_of_one_listing_all_reach_zero_through_a_backlog(s: Scripted) -> None:
    s.market.grouped = True
    keys, group = seed(s, 600), seed(s, 1, variants=6, prefix="G")
    restock(s, keys)
    since = meanwhile_sell_out(s, *(key.sku for key in group))
    s.world.run(40)
    assert max(waited(s, key, since[0]) for key in group) <= 3.0


def test_a_bulk_job_is_on_another_queue_than_a_zero(s: Scripted) -> None:
    keys = seed(s, 450)
    profile = s.world.stores.configuration.get(Profile, ProfileId("profile_1"))
    propose(s.world.deps, profile.model_copy(update={"rules": Rules(price=PriceRule(ratio=2))}), "seller")
    since = sell_out(s, "S0")
    s.world.deliver(Lane.REVISE)
    assert waited(s, keys[0], since) <= 1.0
    assert s.world.stores.queues.depth(Lane.RECOMPUTE) == 1


def test_a_spent_share_of_the_budget_leaves_a_zero_its_own(s: Scripted) -> None:
    keys = seed(s, 30)
    tomorrow = s.world.now + timedelta(hours=20)
    s.market.budgets[Share.ORDINARY] = FakeBudget(s.world.stores.clock, 0, until=tomorrow)
    restock(s, keys[1:])
    s.world.deliver(Lane.REVISE)
    since = sell_out(s, "S0")
    s.world.run(5)
    assert waited(s, keys[0], since) <= 1.0
    assert {row.not_before for row in s.world.still_due()} == {tomorrow}


def test_a_zero_whose_row_waits_for_tomorrows_budget_does_not_wait(s: Scripted) -> None:
    keys = seed(s, 2)
    s.market.budgets[Share.ORDINARY] = FakeBudget(s.world.stores.clock, 0, until=s.world.now + timedelta(hours=20))
    restock(s, keys)
    s.world.run(5)
    since = sell_out(s, "S0")
    s.world.run(5)
    assert waited(s, keys[0], since) <= 1.0


def test_the_guards_share_is_not_the_zeros(s: Scripted) -> None:
    guarded = s.world.stores.configuration.get(Account, ACCOUNT).model_copy(update={"guard": GuardLimits()})
    s.world.stores.configuration.save(guarded)
    keys = seed(s, 45)
    s.world.hint(*{s.shop.set(key.sku, price="12.00") for key in keys})
    s.world.deliver_all()
    assert sum(row.hold is not None for row in s.world.rows()) == 20
    since = sell_out(s, *(key.sku for key in keys))
    s.world.run(10)
    assert max(waited(s, key, since) for key in keys) <= 5.0


@pytest.mark.parametrize("dies_before", ["leases.acquire", "listings.save", "remote.revise", "remote.revise.answered"])
def test_a_dead_drainer_keeps_a_zero_no_longer_than_its_lease(s: Scripted, dies_before: str) -> None:
    keys = seed(s, 20)
    restock(s, keys[1:])
    s.fate.die_before(dies_before, nth=3)
    s.world.deliver(Lane.REVISE)
    assert s.world.deaths == 1
    s.world.stores.clock.advance(1)
    since = sell_out(s, "S0")
    s.world.run(LEASE_S + 2)
    assert waited(s, keys[0], since) <= LEASE_S + 1


def test_a_wake_up_for_an_earlier_word_does_not_stand_in_for_a_later_one(s: Scripted) -> None:
    """The drainer renews its lease, and dies a moment later: who left word before that comes back too early."""
    leases, clock = s.world.stores.leases, s.world.stores.clock
    keys = seed(s, 2)
    lease = leases.acquire(f"drainer#{ACCOUNT}", "another worker", seconds=LEASE_S)
    assert lease is not None
    clock.advance(1.1)
    restock(s, keys[1:])
    s.world.deliver(Lane.REVISE)  # leaves word, and will look again in ten seconds
    clock.advance(3)
    leases.renew(lease, seconds=LEASE_S)
    since = sell_out(s, "S0")
    s.world.run(2 * LEASE_S)
    assert waited(s, keys[0], since) <= LEASE_S + 1


def test_a_zero_that_died_with_its_drainer_waits_no_longer_than_the_drainers_lease(s: Scripted) -> None:
    """The worker dies on this very zero, inside its unit, and its message stays hidden for the queue's visibility time."""
    keys = seed(s, 2)
    since = sell_out(s, "S0")
    s.fate.die_before("remote.revise")
    s.world.deliver(Lane.REVISE)
    s.world.run(45)
    assert waited(s, keys[0], since) <= LEASE_S + 3


def test_a_zero_of_a_unit_whose_holder_died_waits_no_longer_than_a_drainers_lease(s: Scripted) -> None:
    """The drainer died inside the unit of this very SKU while it sent another value; then the last one goes."""
    keys = seed(s, 1)
    restock(s, keys, stock=7)
    s.fate.die_before("remote.revise")
    s.world.deliver(Lane.REVISE)
    s.world.stores.clock.advance(1)
    since = sell_out(s, "S0")
    s.world.run(45)
    assert waited(s, keys[0], since) <= LEASE_S + 3


def test_a_full_revise_that_waits_for_better_times_does_not_hold_a_zero(s: Scripted) -> None:
    key = s.world.sell(s.shop.put("p1", "A").product)[0]
    s.market.plan.add(Fault("put_values", "status", status=503, times=50))
    s.world.action(PublishKind.FULL_REVISE, ProductId("p1"))
    since = sell_out(s, "A")
    s.world.run(10)
    assert waited(s, key, since) <= 1.0


def test_a_price_that_the_marketplace_refuses_does_not_hold_a_zero(s: Scripted) -> None:
    keys = seed(s, 1)
    s.market.refused_prices.add(Sku("S0"))
    s.shop.set("S0", price="0.99")
    sell_out(s, "S0")
    s.world.settle()
    assert s.market.shown(keys[0]) == (0, "10.00")
    row = s.world.row(keys[0])
    assert row.hold is not None
    assert (row.hold.code, row.hold.params["reason"]) == ("update_failed", "price_refused")


def test_too_many_requests_are_waited_out_by_zeros_first(s: Scripted) -> None:
    keys = seed(s, 40)
    restock(s, keys[1:])
    s.market.plan.add(Fault("revise", "status", status=429, times=25))
    since = sell_out(s, "S0")
    s.world.run(30)
    assert waited(s, keys[0], since) <= LEASE_S + 1
