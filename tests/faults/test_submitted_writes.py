"""A marketplace that takes writes in and decides later: what is submitted is asked for, not sent again and not believed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from listbridge.domain.ids import ListingKey
from listbridge.services.desk.explain_listing import explain_listing
from listbridge.services.listings.revise.look_for_outcomes import look_for_outcomes, look_for_submission
from simulators.faults import Fault
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.world import ACCOUNT
from tests.faults.seeded import seed

DECIDES_AFTER_S = 240.0


@pytest.fixture
def s() -> Scripted:
    made = scripted_world()
    made.market.decides_after_s = DECIDES_AFTER_S
    return made


def change(s: Scripted, stock: int | None = None, *, price: str | None = None, run_s: float = 20) -> None:
    s.world.hint(s.shop.set("S0", stock=stock, price=price))
    s.world.run(run_s)


def sent(s: Scripted) -> list[int | None]:
    return [one.values.quantity for one in s.market.sent if one.operation == "revise"]


def calls(s: Scripted) -> Counter[str]:
    return Counter(name for name in s.fate.calls if name.startswith("remote.") and "answered" not in name)


def accepted(s: Scripted, key: ListingKey) -> int | None:
    return s.world.row(key).accepted.quantity


def test_what_is_taken_in_is_not_accepted_and_counts_no_try(s: Scripted) -> None:
    (key,) = seed(s, 1)
    change(s, 3)
    row = s.world.row(key)
    assert (row.accepted.quantity, row.attempts, row.settle_at) == (None, 0, None)
    assert row.attempt is not None
    assert row.attempt.ticket in s.market.submissions
    assert row.not_before == row.attempt.look_at


def test_the_seller_is_told_when_the_marketplace_is_asked(s: Scripted) -> None:
    (key,) = seed(s, 1)
    change(s, 3)
    told = explain_listing(s.world.deps, key).next
    assert (told.code, told.params["at"], told.fix) == ("next_outcome_asked", "2026-11-01 12:04:00 UTC", "")


def test_a_submission_is_one_write_and_one_question(s: Scripted) -> None:
    """Told as unknown, it was nine writes and four read-backs in ten minutes."""
    (key,) = seed(s, 1)
    change(s, 3, run_s=600)
    assert accepted(s, key) == 3
    assert s.world.row(key).attempt is None
    assert calls(s) == {"remote.revise": 1, "remote.outcomes": 1}
    assert s.market.shown(key) == (3, "10.00")
    assert s.world.events(key)[-2:] == ["revise_submitted", "revise_sent"]


def test_a_decision_that_is_late_is_asked_for_again_and_nothing_is_sent_again(s: Scripted) -> None:
    (key,) = seed(s, 1)
    s.market.undecided = True
    change(s, 3, run_s=1200)
    assert accepted(s, key) is None
    assert sent(s) == [3]
    assert s.world.row(key).attempts == 0
    s.market.undecided = False
    s.world.run(120)
    assert accepted(s, key) == 3
    assert sent(s) == [3]


def test_what_is_refused_later_is_refused(s: Scripted) -> None:
    (key,) = seed(s, 1)
    s.market.refused_prices.add(key.sku)
    change(s, price="12.00", run_s=600)
    hold = s.world.row(key).hold
    assert hold is not None
    assert (hold.code, hold.params["reason"], hold.fix) == ("update_failed", "price_refused", "set_price_in_shop")
    assert s.market.shown(key) == (5, "10.00")


def test_zero_does_not_wait_for_a_decision_and_is_right_in_the_end(s: Scripted) -> None:
    (key,) = seed(s, 1)
    change(s, 3)
    change(s, 0)
    assert sent(s) == [3, 0]
    s.world.settle()
    assert accepted(s, key) == 0
    assert s.market.shown(key) == (0, "10.00")


def test_a_value_that_moves_and_comes_back_is_not_sent_again(s: Scripted) -> None:
    (key,) = seed(s, 1)
    change(s, 3)
    s.shop.set("S0", stock=4)
    s.world.hint(s.shop.set("S0", stock=3))
    s.world.run(600)
    assert sent(s) == [3]
    assert accepted(s, key) == 3


def test_a_notification_brings_the_question_forward(s: Scripted) -> None:
    (key,) = seed(s, 1)
    change(s, 3)
    s.market.decides_after_s = 0.0
    look_for_outcomes(s.world.deps, ACCOUNT, [key.sku])
    s.world.run(5)
    assert accepted(s, key) == 3
    assert calls(s)["remote.outcomes"] == 1


@pytest.mark.parametrize("named", ["whole", "first part"])
def test_a_notification_of_a_submission_brings_its_listings_forward_and_no_other(s: Scripted, named: str) -> None:
    key, other = seed(s, 2)
    change(s, 3)
    s.world.hint(s.shop.set("S1", stock=4))
    s.world.run(5)
    s.market.decide()
    ticket = _ticket(s, key)
    if named == "first part":
        # As Amazon's: the feed's name, and the message in it.
        _named(s, key, f"feed:9:{ticket}")
        _named(s, other, f"feed:90:{_ticket(s, other)}")
        ticket = "feed:9"
    look_for_submission(s.world.deps, ACCOUNT, ticket)
    assert (s.world.row(key).not_before, s.world.row(other).not_before is None) == (None, False)
    s.world.run(5)
    assert calls(s)["remote.outcomes"] == 1


def _ticket(s: Scripted, key: ListingKey) -> str:
    attempt = s.world.row(key).attempt
    assert attempt is not None
    return attempt.ticket


def _named(s: Scripted, key: ListingKey, ticket: str) -> None:
    attempt = s.world.row(key).attempt
    assert attempt is not None
    s.world.stores.listings.change(key, lambda row: replace(row, attempt=replace(attempt, ticket=ticket)))


def test_a_notification_of_what_was_not_submitted_changes_nothing(s: Scripted) -> None:
    (key,) = seed(s, 1)
    before = s.world.row(key)
    look_for_outcomes(s.world.deps, ACCOUNT, [key.sku])
    s.world.run(5)
    assert s.world.row(key) == before
    assert calls(s) == {}


def test_a_ticket_that_nobody_knows_any_more_is_settled_by_a_look(s: Scripted) -> None:
    (key,) = seed(s, 1)
    change(s, 3)
    s.market.decide()
    s.market.apply(key, s.world.row(key).sent)
    s.market.submissions.clear()
    s.world.settle()
    assert accepted(s, key) == 3
    assert s.market.shown(key) == (3, "10.00")


@pytest.mark.parametrize("kind", ["status", "drop_before", "html"])
def test_a_question_without_an_answer_is_asked_again_and_nothing_is_sent(s: Scripted, kind: str) -> None:
    (key,) = seed(s, 1)
    s.market.plan.add(Fault("outcomes", kind, times=3))  # type: ignore[arg-type]
    change(s, 3, run_s=900)
    assert accepted(s, key) == 3
    assert sent(s) == [3]


@pytest.mark.parametrize("nth", range(2, 40))
def test_a_worker_killed_anywhere_ends_in_step(nth: int) -> None:
    s = scripted_world()
    s.market.decides_after_s = DECIDES_AFTER_S
    (key,) = seed(s, 1)
    s.fate.die_in(nth)
    change(s, 3)
    s.world.settle()
    assert accepted(s, key) == 3
    assert s.market.shown(key) == (3, "10.00")
    assert s.world.dead_letters() == []


def test_a_sale_during_the_decision_leaves_the_right_number(s: Scripted) -> None:
    (key,) = seed(s, 1)
    change(s, 3)
    s.market.buy("S0", 2)  # of the 5 that are still shown
    s.world.tick_orders()
    s.world.settle()
    assert accepted(s, key) == 1
    assert s.market.shown(key) == (1, "10.00")


def test_a_zero_and_a_price_at_once_are_two_writes_the_price_when_the_zero_is_decided(s: Scripted) -> None:
    """A zero goes without its price; the price that stayed behind sent the same zero again and again."""
    (key,) = seed(s, 1)
    change(s, 0, price="12.00")
    assert sent(s) == [0]
    s.world.settle()
    assert sent(s) == [0, None]
    assert s.market.shown(key) == (0, "12.00")


def test_a_price_that_moves_while_a_zero_is_decided_goes_out_once(s: Scripted) -> None:
    (key,) = seed(s, 1)
    change(s, 0, price="12.00")
    s.world.stores.clock.advance(1)
    change(s, price="13.00")
    assert len(sent(s)) <= 2
    s.world.settle()
    assert s.market.shown(key) == (0, "13.00")


def test_a_price_is_sent_once_while_its_quantity_waits_for_orders(s: Scripted) -> None:
    (key,) = seed(s, 1)
    s.market.buy("S0", 2)
    change(s, 9, price="12.00")
    assert len(sent(s)) <= 2
    s.world.tick_orders()
    s.world.settle()
    assert s.market.shown(key) == (9, "12.00")
