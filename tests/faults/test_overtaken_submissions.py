"""A submission that may be applied after what is sent later: only what is urgent is sent meanwhile, and once more after it."""

from __future__ import annotations

from collections import Counter

import pytest

from listbridge.domain.ids import ListingKey
from listbridge.domain.work import PublishKind
from listbridge.services.desk.explain_listing import explain_listing
from simulators.faults import Fault
from tests.fakes.scripted import Scripted, scripted_world
from tests.faults.seeded import seed

DECIDES_AFTER_S = 240.0


def _world() -> Scripted:
    made = scripted_world()
    made.market.takes_bulk, made.market.bulk_decides_after_s, made.market.urgent_below = True, DECIDES_AFTER_S, 2
    return made


@pytest.fixture
def s() -> Scripted:
    return _world()


def changed(s: Scripted, *stocks: int, run_s: float = 20) -> None:
    s.world.hint(*(s.shop.set(f"S{n}", stock=stock) for n, stock in enumerate(stocks)))
    s.world.run(run_s)


def calls(s: Scripted) -> Counter[str]:
    return Counter(name for name in s.fate.calls if name.startswith("remote.") and "answered" not in name)


def sent(s: Scripted, operation: str) -> list[tuple[str, int | None]]:
    return [(one.key.sku, one.values.quantity) for one in s.market.sent if one.operation == operation]


def shown(s: Scripted, keys: list[ListingKey]) -> list[int | None]:
    return [(s.market.shown(key) or (None, ""))[0] for key in keys]


def test_what_is_urgent_goes_alone_and_the_rest_in_one_submission(s: Scripted) -> None:
    keys = seed(s, 5)
    changed(s, 4, 1, 0, 3, 4)
    assert sorted(sent(s, "revise")) == [("S1", 1), ("S2", 0)]
    assert sorted(sent(s, "submit")) == [("S0", 4), ("S3", 3), ("S4", 4)]
    assert shown(s, keys) == [5, 1, 0, 5, 5]


@pytest.mark.parametrize("left", [0, 1])
def test_what_becomes_urgent_while_the_submission_is_open_is_sent_at_once_and_once_more_after_it(
    s: Scripted, left: int
) -> None:
    keys = seed(s, 3)
    changed(s, 4, 3, 2)
    changed(s, left, 3, 2)
    assert (shown(s, keys), sent(s, "revise")) == ([left, 5, 5], [("S0", left)])
    s.world.run(DECIDES_AFTER_S + 60)
    assert (shown(s, keys), sent(s, "revise")) == ([left, 3, 2], [("S0", left)] * 2)
    assert s.world.row(keys[0]).accepted.quantity == left


def test_nothing_is_known_to_be_accepted_until_the_submission_is_decided(s: Scripted) -> None:
    keys = seed(s, 3)
    changed(s, 4, 3, 2)
    changed(s, 0, 3, 2)
    row = s.world.row(keys[0])
    assert (row.accepted.quantity, row.attempt, row.attempts) == (None, None, 0)
    assert row.overtaken is not None
    assert row.not_before == row.overtaken.look_at
    assert explain_listing(s.world.deps, keys[0]).next.params["at"] == "2026-11-01 12:04:00 UTC"


def test_a_read_back_meanwhile_proves_nothing(s: Scripted) -> None:
    keys = seed(s, 3)
    changed(s, 4, 3, 2)
    s.market.plan.add(Fault("revise", "drop_after"))
    changed(s, 0, 3, 2, run_s=120)
    assert s.world.row(keys[0]).accepted.quantity is None
    s.world.run(DECIDES_AFTER_S * 2)
    s.world.settle()
    assert shown(s, keys) == [0, 3, 2]


def test_another_value_waits_until_the_submission_is_decided(s: Scripted) -> None:
    keys = seed(s, 3)
    changed(s, 4, 3, 2)
    changed(s, 3, 3, 2)
    assert sent(s, "revise") == []
    s.world.run(DECIDES_AFTER_S + 60)
    assert (shown(s, keys), sent(s, "revise")) == ([3, 3, 2], [("S0", 3)])


def test_what_was_urgent_and_is_not_any_more_waits_again(s: Scripted) -> None:
    keys = seed(s, 3)
    changed(s, 4, 3, 2)
    changed(s, 0, 3, 2)
    changed(s, 5, 3, 2)
    assert sent(s, "revise") == [("S0", 0)]
    s.world.run(DECIDES_AFTER_S + 60)
    s.world.settle()
    assert shown(s, keys) == [5, 3, 2]


def test_one_urgent_value_after_another_is_sent_each_time(s: Scripted) -> None:
    seed(s, 3)
    changed(s, 4, 3, 2)
    changed(s, 1, 3, 2)
    changed(s, 0, 3, 2)
    assert sent(s, "revise") == [("S0", 1), ("S0", 0)]


def test_what_ends_meanwhile_and_is_put_on_sale_again_is_not_believed_before_it(s: Scripted) -> None:
    keys = seed(s, 3)
    changed(s, 4, 3, 2)
    row = s.world.row(keys[0])
    s.world.action(PublishKind.STOP, row.variant.product, sales_list=row.sales_list)
    s.world.run(30)
    row = s.world.row(keys[0])
    assert (row.live, row.attempt) == (False, None)
    assert row.overtaken is not None


def test_more_zeros_than_go_in_good_time_ride_as_well(s: Scripted) -> None:
    s.market.urgent_most = 3
    keys = seed(s, 5)
    changed(s, 0, 0, 0, 0, 4)
    assert len(sent(s, "submit")) + len(sent(s, "revise")) == 5
    assert len(sent(s, "submit")) >= 3
    s.world.run(DECIDES_AFTER_S + 60)
    assert shown(s, keys) == [0, 0, 0, 0, 4]


def test_more_low_quantities_than_go_in_good_time_ride_as_well(s: Scripted) -> None:
    """Not one of them is a zero, and together they take as long."""
    s.market.urgent_most = 3
    keys = seed(s, 5)
    changed(s, 1, 1, 1, 1, 4)
    assert len(sent(s, "submit")) >= 3
    s.world.run(DECIDES_AFTER_S + 60)
    s.world.settle()
    assert shown(s, keys) == [1, 1, 1, 1, 4]


def test_what_was_sent_already_and_waits_for_its_answer_is_no_overflow(s: Scripted) -> None:
    s.market.urgent_most, s.market.decides_after_s = 3, 100.0
    seed(s, 6)
    changed(s, 1, 1, 1)
    changed(s, 1, 1, 1, 1, 4)
    assert [sku for sku, quantity in sent(s, "submit") if quantity == 1] == []


def test_a_submission_whose_answer_is_lost_is_feared_for_as_long_as_it_may_land(s: Scripted) -> None:
    keys = seed(s, 3)
    s.market.plan.add(Fault("submit", "drop_after"))
    changed(s, 4, 3, 2)
    changed(s, 0, 3, 2, run_s=120)
    assert s.world.row(keys[0]).accepted.quantity is None
    s.world.run(900)
    s.world.settle()
    assert shown(s, keys) == [0, 3, 2]


def test_many_that_were_sent_alone_are_asked_for_in_one_question() -> None:
    s = scripted_world()
    s.market.decides_after_s = DECIDES_AFTER_S
    keys = seed(s, 6)
    changed(s, 4, 3, 2, 1, 4, 3, run_s=DECIDES_AFTER_S + 60)
    assert [s.world.row(key).accepted.quantity for key in keys] == [4, 3, 2, 1, 4, 3]
    assert (calls(s)["remote.revise"], calls(s)["remote.outcomes"]) == (6, 1)


def test_more_than_a_nudge_can_name_are_asked_for_when_their_time_has_come(s: Scripted) -> None:
    """No timer helps: one nudge woke the drainer for what could go first, and nobody came for the others."""
    keys = seed(s, 130)
    s.market.most, s.market.decides_after_s = 500, 20.0
    changed(s, *[4] * 120, *[1] * 10, run_s=10)
    s.world.tick = lambda *timers: None  # type: ignore[method-assign]
    s.world.run(DECIDES_AFTER_S + 30)
    assert {s.world.row(key).accepted.quantity for key in keys[:120]} == {4}
    assert {s.world.row(key).accepted.quantity for key in keys[120:]} == {1}


@pytest.mark.parametrize("nth", range(2, 90, 4))
def test_a_worker_killed_anywhere_leaves_no_unit_behind(nth: int) -> None:
    s = _world()
    keys = seed(s, 5)
    s.fate.die_in(nth)
    changed(s, 4, 3, 0, 4, 3)
    changed(s, 0, 3, 1, 4, 1)
    s.world.run(DECIDES_AFTER_S * 6)
    s.world.settle()
    assert shown(s, keys) == [0, 3, 1, 4, 1]
    assert s.world.dead_letters() == []
