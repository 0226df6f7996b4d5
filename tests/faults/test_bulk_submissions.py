"""A marketplace that takes many units in one submission: one call, each listing its own attempt and outcome."""

from __future__ import annotations

from collections import Counter

import pytest

from listbridge.domain.configuration import Shop
from listbridge.domain.ids import ListingKey
from listbridge.domain.listings.listing import Status
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Rejected
from listbridge.services.catalog.observe_shop import observe_products
from listbridge.services.catalog.recompute import Recompute
from simulators.faults import Fault
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.world import SHOP
from tests.faults.seeded import seed

DECIDES_AFTER_S = 240.0


@pytest.fixture
def s() -> Scripted:
    made = scripted_world()
    made.market.takes_bulk, made.market.decides_after_s = True, DECIDES_AFTER_S
    return made


def changed(s: Scripted, *stocks: int, run_s: float = 30) -> None:
    """The shop has so many of S0, S1 …; all is told before a drainer begins."""
    s.world.hint(*(s.shop.set(f"S{n}", stock=stock) for n, stock in enumerate(stocks)))
    s.world.run(run_s)


def calls(s: Scripted) -> Counter[str]:
    return Counter(name for name in s.fate.calls if name.startswith("remote.") and "answered" not in name)


def sent(s: Scripted, operation: str) -> list[tuple[str, int | None]]:
    return sorted((one.key.sku, one.values.quantity) for one in s.market.sent if one.operation == operation)


def shown(s: Scripted, keys: list[ListingKey]) -> list[int | None]:
    return [(s.market.shown(key) or (None, ""))[0] for key in keys]


def test_units_that_wait_together_go_in_one_submission(s: Scripted) -> None:
    keys = seed(s, 5)
    changed(s, 4, 3, 2, 4, 3)
    assert sent(s, "submit") == [("S0", 4), ("S1", 3), ("S2", 2), ("S3", 4), ("S4", 3)]
    assert (calls(s)["remote.submit"], calls(s)["remote.revise"]) == (1, 0)
    assert [s.world.row(key).attempts for key in keys] == [0] * 5


def test_they_are_asked_for_in_one_question_and_shown(s: Scripted) -> None:
    keys = seed(s, 5)
    changed(s, 4, 3, 2, 4, 3, run_s=DECIDES_AFTER_S + 120)
    assert shown(s, keys) == [4, 3, 2, 4, 3]
    assert [s.world.row(key).accepted.quantity for key in keys] == [4, 3, 2, 4, 3]
    assert calls(s)["remote.outcomes"] == 1


def test_a_zero_never_rides_in_a_submission_and_goes_before_it(s: Scripted) -> None:
    seed(s, 5)
    changed(s, 4, 3, 0, 4, 3)
    assert sent(s, "revise") == [("S2", 0)]
    assert [one.operation for one in s.market.sent] == ["revise"] + ["submit"] * 4


def test_what_falls_to_zero_while_the_submission_is_put_together_does_not_ride_in_it(s: Scripted) -> None:
    """The drainer took it as one that goes down; inside its lease it is sold out."""
    keys = seed(s, 4)

    def sold_out() -> None:
        shop = s.world.stores.configuration.get(Shop, SHOP)
        observe_products(s.world.deps, shop, s.shop, [s.shop.set("S1", stock=0)])
        Recompute(s.world.deps).listings([keys[1]])

    s.fate.meanwhile("leases.acquire_many", sold_out)
    changed(s, 4, 3, 2, 4)
    assert sent(s, "revise") == [("S1", 0)]
    assert sent(s, "submit") == [("S0", 4), ("S2", 2), ("S3", 4)]


def test_too_few_for_a_submission_go_one_by_one(s: Scripted) -> None:
    seed(s, 5)
    changed(s, 4, 3)
    assert (sent(s, "revise"), calls(s)["remote.submit"]) == ([("S0", 4), ("S1", 3)], 0)


def test_what_falls_to_zero_while_it_is_decided_goes_out_at_once(s: Scripted) -> None:
    keys = seed(s, 3)
    changed(s, 4, 3, 2)
    changed(s, 0, 3, 2)
    assert sent(s, "revise") == [("S0", 0)]
    s.world.run(DECIDES_AFTER_S * 3)
    s.world.settle()
    assert shown(s, keys) == [0, 3, 2]


def test_a_unit_that_another_worker_has_keeps_the_others_not_back(s: Scripted) -> None:
    keys = seed(s, 4)
    lease = s.world.stores.leases.acquire(f"unit#{keys[0].account}#S0", "somebody", seconds=60)
    assert lease is not None
    changed(s, 4, 3, 2, 4)
    assert sent(s, "submit") == [("S1", 3), ("S2", 2), ("S3", 4)]
    s.world.stores.leases.release(lease)
    s.world.settle()
    s.world.run(DECIDES_AFTER_S * 2)
    assert shown(s, keys) == [4, 3, 2, 4]


def test_one_that_is_refused_holds_alone(s: Scripted) -> None:
    keys = seed(s, 3)
    s.market.refused_prices.add(keys[1].sku)
    s.world.hint(*(s.shop.set(f"S{n}", price="12.00") for n in range(3)))
    s.world.run(DECIDES_AFTER_S + 120)
    assert [s.world.row(key).hold is not None for key in keys] == [False, True, False]
    assert [s.market.shown(key) for key in keys] == [(5, "12.00"), (5, "10.00"), (5, "12.00")]


@pytest.mark.parametrize("kind", ["drop_after", "drop_before", "delay", "status", "html"])
def test_a_submission_whose_answer_is_lost_leaves_none_behind(s: Scripted, kind: str) -> None:
    keys = seed(s, 4)
    s.market.plan.add(Fault("submit", kind))  # type: ignore[arg-type]
    changed(s, 4, 3, 2, 4)
    s.market.land_late_calls()
    s.world.run(DECIDES_AFTER_S * 4)
    s.world.settle()
    assert shown(s, keys) == [4, 3, 2, 4]
    assert s.world.silent_rows() == []
    assert s.world.dead_letters() == []


def test_an_account_that_died_is_told_once_and_sends_nothing(s: Scripted) -> None:
    keys = seed(s, 3)
    s.market.dead_accounts.add(keys[0].account)
    changed(s, 4, 3, 2)
    assert (sent(s, "submit"), calls(s)["remote.submit"]) == ([], 1)
    assert {s.world.row(key).status for key in keys} == {Status.ACTIVE}


@pytest.mark.parametrize("nth", range(2, 80, 4))
def test_a_worker_killed_anywhere_leaves_no_unit_behind(nth: int) -> None:
    s = scripted_world()
    s.market.takes_bulk, s.market.decides_after_s = True, DECIDES_AFTER_S
    keys = seed(s, 5)
    s.fate.die_in(nth)
    changed(s, 4, 3, 0, 4, 3)
    s.world.run(DECIDES_AFTER_S * 4)
    s.world.settle()
    assert shown(s, keys) == [4, 3, 0, 4, 3]
    assert s.world.dead_letters() == []


def test_what_is_refused_as_a_whole_holds_each(s: Scripted) -> None:
    keys = seed(s, 3)
    s.market.refuses_bulk = Rejected(Problem("feed_refused", fix="report_to_us"))
    changed(s, 4, 3, 2)
    assert [s.world.row(key).hold is not None for key in keys] == [True] * 3
    assert sent(s, "submit") == []
