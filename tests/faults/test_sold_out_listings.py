"""A marketplace that keeps no listing at 0: what is sold out must not go on selling, and comes back with the stock."""

from __future__ import annotations

import pytest

from listbridge.domain.ids import ListingKey
from listbridge.domain.listings.listing import Status, Zero
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RetryLater
from listbridge.domain.work import PublishKind
from listbridge.services.desk.explain_listing import explain_listing
from listbridge.services.timers.reconcile import Timer, reconcile
from tests.fakes.scripted import Scripted, scripted_world
from tests.faults.seeded import seed


@pytest.fixture
def s() -> Scripted:
    made = scripted_world()
    made.market.refuses_zero = True
    return made


def restock(s: Scripted, sku: str, stock: int) -> None:
    s.world.hint(s.shop.set(sku, stock=stock))
    s.world.run(20)


def test_a_sold_out_listing_that_may_not_show_0_is_ended(s: Scripted) -> None:
    (key,) = seed(s, 1)
    restock(s, "S0", 0)
    row = s.world.deps.listings.get(key)
    assert (row.status, row.hold) == (Status.STOPPED, Problem("ended_at_zero", fix="allow_zero"))
    assert s.market.live(key) == []


def test_it_is_listed_again_by_itself_when_there_is_stock(s: Scripted) -> None:
    (key,) = seed(s, 1)
    restock(s, "S0", 0)
    restock(s, "S0", 4)
    row = s.world.deps.listings.get(key)
    assert (row.status, row.hold, row.accepted.quantity) == (Status.ACTIVE, None, 4)
    assert len(s.market.live(key)) == 1


def test_a_listing_that_a_person_stopped_stays_stopped(s: Scripted) -> None:
    (key,) = seed(s, 1)
    s.world.action(PublishKind.STOP, s.world.row(key).variant.product)
    s.world.run(10)
    restock(s, "S0", 9)
    assert s.world.deps.listings.get(key).status is Status.STOPPED
    assert s.market.live(key) == []


# ---- where a listing ends with its last unit ----


def sold_out_where_zero(what: Zero) -> tuple[Scripted, ListingKey]:
    s = scripted_world()
    s.market.zero = what
    (key,) = seed(s, 1)
    restock(s, "S0", 0)
    return s, key


def ends(s: Scripted) -> int:
    return s.fate.calls.count("remote.end")


def test_a_zero_that_was_taken_has_ended_the_listing_and_nobody_ends_it_again() -> None:
    s, key = sold_out_where_zero(Zero.ENDS)
    row = s.world.row(key)
    assert (row.status, row.remote, row.hold) == (Status.STOPPED, None, Problem("ended_at_zero", fix="restock"))
    assert ([sent.values.quantity for sent in s.market.sent if sent.operation == "revise"], ends(s)) == ([0], 0)


def test_what_ended_with_its_last_unit_is_put_on_sale_with_the_stock() -> None:
    s, key = sold_out_where_zero(Zero.ENDS)
    restock(s, "S0", 4)
    row = s.world.row(key)
    assert (row.status, row.hold, s.market.shown(key)) == (Status.ACTIVE, None, (4, "10.00"))


def test_a_listing_that_its_last_buyer_ended_comes_back_with_the_stock_too() -> None:
    s = scripted_world()
    s.market.zero = Zero.ENDS
    (key,) = seed(s, 1)
    s.market.poisoned[key.sku] = RetryLater(Problem("no_answer"), after_s=3600)
    restock(s, "S0", 0)  # and before our zero arrives, the marketplace has sold all
    s.market.buy("S0", 5)
    assert s.market.live(key) == []
    del s.market.poisoned[key.sku]
    s.world.stores.clock.advance(86_400)
    reconcile(s.world.deps, Timer.DRIFT)
    s.world.run(20)
    assert s.world.row(key).hold == Problem("ended_at_zero", fix="restock")
    restock(s, "S0", 3)
    s.world.run(600)
    assert (s.world.row(key).status, s.market.shown(key)) == (Status.ACTIVE, (3, "10.00"))


def test_where_it_does_not_end_by_itself_a_listing_that_somebody_ended_at_0_stays_ended() -> None:
    s, key = sold_out_where_zero(Zero.KEEPS)
    s.market.live(key)[0].live = False
    s.world.stores.clock.advance(86_400)
    reconcile(s.world.deps, Timer.DRIFT)
    s.world.run(20)
    restock(s, "S0", 3)
    assert (s.world.row(key).status, s.market.live(key)) == (Status.FINISHED, [])


@pytest.mark.parametrize(("what", "told"), [(Zero.KEEPS, "next_change_in_shop"), (Zero.PAUSES, "next_paused")])
def test_what_is_paused_at_0_says_what_it_waits_for(what: Zero, told: str) -> None:
    s, key = sold_out_where_zero(what)
    assert explain_listing(s.world.deps, key).next == Problem(told)


def test_what_is_ended_waits_again_with_the_fix_it_had_when_its_relisting_fails(s: Scripted) -> None:
    (key,) = seed(s, 1)
    restock(s, "S0", 0)
    s.market.dead_accounts.add(key.account)
    restock(s, "S0", 4)
    assert s.world.row(key).hold == Problem("ended_at_zero", fix="allow_zero")
    assert s.market.live(key) == []
