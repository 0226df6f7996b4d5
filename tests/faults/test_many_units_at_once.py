"""What a submission of many units costs: how many calls go to the marketplace, and how many to our own rows."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from listbridge.domain.configuration import Account, Shop
from listbridge.domain.ids import ListingKey, Sku
from listbridge.domain.listings.listing import Listing
from listbridge.domain.ports import RevisionResult, Share
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import NotFound, RetryLater
from listbridge.services.catalog.observe_shop import observe_products
from listbridge.services.catalog.recompute import Recompute
from listbridge.services.listings.revise import submit_units
from listbridge.services.listings.revise.submit_units import TOGETHER_S, UnitsTogether
from listbridge.services.listings.revise.unit_outcomes import UnitOutcome
from tests.fakes.cuts import TOGETHER
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.world import ACCOUNT, SHOP, SITE
from tests.faults.seeded import seed

DECIDES_AFTER_S = 240.0
MANY = 60


@pytest.fixture
def s() -> Scripted:
    made = scripted_world()
    made.market.takes_bulk, made.market.decides_after_s, made.market.most = True, DECIDES_AFTER_S, 200
    return made


def changed(s: Scripted, stock: int, *, run_s: float = 30, count: int = MANY) -> None:
    s.world.hint(*(s.shop.set(f"S{n}", stock=stock) for n in range(count)))
    s.world.run(run_s)


def calls(s: Scripted) -> Counter[str]:
    return Counter(name for name in s.fate.calls if "answered" not in name)


def shown(s: Scripted, keys: list[ListingKey]) -> set[int | None]:
    return {(s.market.shown(key) or (None, ""))[0] for key in keys}


def test_rises_are_read_as_many_in_one_call_as_the_marketplace_takes(s: Scripted) -> None:
    keys = seed(s, MANY)
    before = calls(s)
    changed(s, 7)
    made = calls(s) - before
    assert (made["remote.read_back"], made["remote.submit"], made["remote.revise"]) == (3, 1, 0)  # 25 + 25 + 10
    s.world.run(DECIDES_AFTER_S + 120)
    assert shown(s, keys) == {7}


def test_of_units_that_are_read_in_one_call_each_is_told_of_alone(s: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[Sequence[Listing], UnitOutcome]] = []
    write = UnitsTogether.write

    def written(self: UnitsTogether, units: Sequence[Sequence[Listing]]) -> list[UnitOutcome]:
        outcomes = write(self, units)
        told.extend(zip(units, outcomes, strict=True))
        return outcomes

    monkeypatch.setattr(UnitsTogether, "write", written)
    keys = seed(s, MANY)
    changed(s, 7)
    assert sorted(one.row.key for _, outcome in told for one in outcome.rows) == sorted(keys)
    assert [[one.row.key for one in outcome.rows] for _, outcome in told] == [
        [row.key for row in unit] for unit, _ in told
    ]


def test_rises_of_which_one_was_sold_meanwhile_wait_for_the_order_alone(s: Scripted) -> None:
    keys = seed(s, MANY)
    s.market.live(keys[3])[0].quantity = 4
    changed(s, 7)
    sent = {one.key.sku for one in s.market.sent}
    assert sent == {key.sku for key in keys} - {keys[3].sku}


def test_rises_that_cannot_be_read_are_not_sent_and_go_later(s: Scripted) -> None:
    keys = seed(s, MANY)
    s.market.unreadable = RetryLater(Problem("platform_unavailable"), after_s=20)
    changed(s, 7, run_s=10)
    assert s.market.sent == []
    s.market.unreadable = None
    s.world.run(DECIDES_AFTER_S * 2)
    assert shown(s, keys) == {7}


def test_a_change_takes_one_lease_and_three_writes_of_its_row(s: Scripted) -> None:
    """Begun, submitted, accepted, with many others in one call; nobody is excluded while the marketplace is only asked."""
    keys = seed(s, MANY)
    before = calls(s)
    changed(s, 4, run_s=DECIDES_AFTER_S + 120)
    made = calls(s) - before
    assert {s.world.row(key).accepted.quantity for key in keys} == {4}
    recomputed = MANY
    assert made["listings.save"] == recomputed
    assert made["listings.save_many"] == 3 * MANY / TOGETHER
    assert made["leases.acquire_many"] == made["leases.release_many"] == MANY / TOGETHER
    assert made["leases.acquire"] == made["leases.release"] == 0
    assert made["remote.outcomes"] == 1


def test_a_listing_that_the_marketplace_does_not_have_is_read_inside_its_lease(s: Scripted) -> None:
    keys = seed(s, MANY)
    changed(s, 4)
    s.market.live(keys[5])[0].live = False
    ticket = next(one.ticket for one in s.market.submissions.values() if one.key == keys[5])
    s.market.decided[ticket] = RevisionResult(keys[5], NotFound(Problem("listing_unknown")))
    s.world.run(DECIDES_AFTER_S + 120)
    assert not s.world.row(keys[5]).live
    assert s.world.events(keys[5]).count("finished_on_marketplace") == 1
    assert (calls(s)["leases.acquire_many"], calls(s)["leases.acquire"]) == (MANY / TOGETHER, 1)
    assert shown(s, [key for key in keys if key != keys[5]]) == {4}


def test_what_moved_while_it_was_decided_is_sent_when_the_question_comes(s: Scripted) -> None:
    keys = seed(s, MANY)
    changed(s, 4)

    def lower() -> None:
        shop = s.world.stores.configuration.get(Shop, SHOP)
        observe_products(s.world.deps, shop, s.shop, [s.shop.set("S1", stock=3)])
        Recompute(s.world.deps).listings([keys[1]])

    s.fate.meanwhile("remote.outcomes", lower)
    s.world.run(DECIDES_AFTER_S * 3)
    s.world.settle()
    assert shown(s, keys) == {3, 4}
    assert s.world.row(keys[1]).accepted.quantity == 3
    assert (s.world.silent_rows(), s.world.dead_letters()) == ([], [])


def meanwhile(s: Scripted, sku: str, *, advance_s: float = 0.0) -> None:
    """While the second twenty units are leased for a submission a product is sold out, and the drainer has time to look."""
    s.world.deps = replace(s.world.deps, workers=4)
    s.world.use()
    shop = s.world.stores.configuration.get(Shop, SHOP)
    key = ListingKey(ACCOUNT, SITE, Sku(sku))

    def sold_out() -> None:
        s.world.stores.clock.advance(advance_s)
        observe_products(s.world.deps, shop, s.shop, [s.shop.set(sku, stock=0)])
        Recompute(s.world.deps).listings([key])
        assert s.world.stores.leases.acquire_or_leave_word(f"drainer#{ACCOUNT}", "nudged", seconds=10) is None
        for _ in range(30):  # it looks for zeros five times a second, in real time too
            s.world.stores.clock.advance(0.05)
            time.sleep(0.1)

    s.fate.meanwhile("leases.acquire_many", sold_out, nth=2)


def test_a_zero_of_a_unit_that_is_being_put_together_ends_the_putting_together(
    s: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lease is held until the submission is sent: that is sent with what it has so far."""
    monkeypatch.setattr(submit_units, "STRETCH", 2 * TOGETHER)
    seed(s, MANY)
    meanwhile(s, "S1")
    changed(s, 4)
    first = s.market.sent[0]
    assert (first.operation, first.key.sku, first.values.quantity) == ("revise", "S1", 0)
    ticketed = [one for one in s.market.sent[1:] if one.at == s.market.sent[1].at]
    assert {one.operation for one in ticketed} == {"submit"}
    assert len(ticketed) == 2 * TOGETHER - 1


def test_a_zero_goes_out_while_a_submission_takes_longer_than_the_run(s: Scripted) -> None:
    """The run's eight seconds are over; the submission is under way for more than that."""
    seed(s, MANY)
    seed(s, 1, prefix="Z")
    meanwhile(s, "Z0", advance_s=8.1)
    changed(s, 4)
    assert [(one.operation, one.key.sku, one.values.quantity) for one in s.market.sent[:1]] == [("revise", "Z0", 0)]
    assert s.market.sent[1].operation == "submit"


def test_what_there_was_no_time_to_lease_goes_with_the_next_submission(
    s: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submit_units, "STRETCH", 2 * TOGETHER)
    keys = seed(s, MANY)
    s.fate.meanwhile("leases.acquire_many", lambda: s.world.stores.clock.advance(TOGETHER_S), nth=2)
    changed(s, 4)
    ticketed = Counter(one.at for one in s.market.sent)
    assert (sorted(ticketed.values()), calls(s)["remote.submit"]) == ([20, 40], 2)
    s.world.run(DECIDES_AFTER_S * 2)
    assert shown(s, keys) == {4}


def free(s: Scripted, keys: list[ListingKey]) -> set[bool]:
    adapter = s.world.deps.marketplaces.open(s.world.stores.configuration.get(Account, ACCOUNT), Share.ORDINARY)
    leases = [adapter.lease_key(s.world.row(key)) for key in keys]
    return {s.world.stores.leases.acquire(lease, "another", seconds=1) is not None for lease in leases}


@pytest.mark.parametrize(
    ("dies_before", "nth", "unknown"),
    [
        *(("leases.acquire_many", nth, 0) for nth in (1, 2, 3)),
        *(("listings.save_many", nth, 0) for nth in (1, 2, 3)),
        ("remote.submit", 1, 0),
        ("remote.submit.answered", 1, MANY),
        *(("listings.save_many", 4 + written, MANY - written * TOGETHER) for written in (0, 1, 2)),
        *(("leases.release_many", nth, 0) for nth in (1, 2, 3)),
    ],
)
def test_a_worker_killed_at_a_call_for_many_loses_no_value_and_repeats_only_what_it_did_not_record(
    s: Scripted, dies_before: str, nth: int, unknown: int
) -> None:
    keys = seed(s, MANY)
    s.fate.die_before(dies_before, nth=nth)
    changed(s, 4)
    s.world.run(DECIDES_AFTER_S * 4)
    s.world.settle()
    assert shown(s, keys) == {4}
    sent = Counter(one.key for one in s.market.sent)
    assert Counter(sent.values()) == +Counter({1: MANY - unknown, 2: unknown})
    assert (s.world.silent_rows(), s.world.dead_letters(), free(s, keys)) == ([], [], {True})


def test_units_that_moved_while_they_were_begun_stay_behind_alone(s: Scripted) -> None:
    keys = seed(s, MANY)

    def lower() -> None:
        shop = s.world.stores.configuration.get(Shop, SHOP)
        observe_products(s.world.deps, shop, s.shop, [s.shop.set("S1", stock=3)])
        Recompute(s.world.deps).listings([keys[1]])

    s.fate.meanwhile("listings.save_many", lower)
    changed(s, 4)
    ticketed = [one.key for one in s.market.sent if one.at == s.market.sent[0].at and one.operation == "submit"]
    assert sorted(ticketed) == sorted(set(keys) - {keys[1]})
    s.world.run(DECIDES_AFTER_S * 3)
    assert {key: s.world.row(key).accepted.quantity for key in keys} == {
        key: 3 if key == keys[1] else 4 for key in keys
    }


@pytest.mark.parametrize("nth", [1, 4])
def test_rows_that_cannot_be_written_in_one_call_are_written_one_by_one(s: Scripted, nth: int) -> None:
    keys = seed(s, MANY)

    def refuse() -> None:
        raise ValueError("one of them")

    s.fate.meanwhile("listings.save_many", refuse, nth=nth)
    changed(s, 4, run_s=DECIDES_AFTER_S + 120)
    assert {s.world.row(key).accepted.quantity for key in keys} == {4}
    assert (calls(s)["remote.submit"], s.world.silent_rows(), s.world.dead_letters()) == (1, [], [])
