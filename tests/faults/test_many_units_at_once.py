"""What a submission of many units costs: how many calls go to the marketplace, and how many to our own rows."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import replace

import pytest

from listbridge.domain.configuration import Shop
from listbridge.domain.ids import ListingKey, Sku
from listbridge.domain.ports import RevisionResult
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import NotFound, RetryLater
from listbridge.services.catalog.observe_shop import observe_products
from listbridge.services.catalog.recompute import Recompute
from listbridge.services.listings.revise.submit_units import TOGETHER_S
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
    """Begun, submitted, accepted; nobody is excluded while the marketplace is only asked."""
    keys = seed(s, MANY)
    before = calls(s)
    changed(s, 4, run_s=DECIDES_AFTER_S + 120)
    made = calls(s) - before
    assert {s.world.row(key).accepted.quantity for key in keys} == {4}
    recomputed = MANY
    assert made["listings.save"] - recomputed == 3 * MANY
    assert made["leases.acquire"] == made["leases.release"] == MANY
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
    assert calls(s)["leases.acquire"] == MANY + 1
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
    """While the twentieth unit is leased for a submission a product is sold out, and the drainer has time to look."""
    s.world.deps = replace(s.world.deps, workers=4)
    s.world.use()
    shop = s.world.stores.configuration.get(Shop, SHOP)
    key = ListingKey(ACCOUNT, SITE, Sku(sku))
    looked = threading.Event()

    def sold_out() -> None:
        s.world.stores.clock.advance(advance_s)
        observe_products(s.world.deps, shop, s.shop, [s.shop.set(sku, stock=0)])
        Recompute(s.world.deps).listings([key])
        assert s.world.stores.leases.acquire_or_leave_word(f"drainer#{ACCOUNT}", "nudged", seconds=10) is None
        for _ in range(30):  # it looks for zeros five times a second, in real time too
            s.world.stores.clock.advance(0.05)
            time.sleep(0.1)
        looked.set()

    s.fate.meanwhile("leases.acquire", sold_out, nth=20)
    for nth in range(21, 28):
        s.fate.meanwhile("leases.acquire", lambda: looked.wait(10), nth=nth)


def test_a_zero_of_a_unit_that_is_being_put_together_ends_the_putting_together(s: Scripted) -> None:
    """Its lease is held until the submission is sent: that is sent with what it has so far."""
    seed(s, MANY)
    meanwhile(s, "S1")
    changed(s, 4)
    first = s.market.sent[0]
    assert (first.operation, first.key.sku, first.values.quantity) == ("revise", "S1", 0)
    ticketed = [one for one in s.market.sent[1:] if one.at == s.market.sent[1].at]
    assert {one.operation for one in ticketed} == {"submit"}
    assert 10 < len(ticketed) < MANY - 10


def test_a_zero_goes_out_while_a_submission_takes_longer_than_the_run(s: Scripted) -> None:
    """The run's eight seconds are over; the submission is under way for more than that."""
    seed(s, MANY)
    seed(s, 1, prefix="Z")
    meanwhile(s, "Z0", advance_s=8.1)
    changed(s, 4)
    assert [(one.operation, one.key.sku, one.values.quantity) for one in s.market.sent[:1]] == [("revise", "Z0", 0)]
    assert s.market.sent[1].operation == "submit"


def test_what_there_was_no_time_to_lease_goes_with_the_next_submission(s: Scripted) -> None:
    keys = seed(s, MANY)
    s.fate.meanwhile("leases.acquire", lambda: s.world.stores.clock.advance(TOGETHER_S), nth=41)
    changed(s, 4)
    ticketed = Counter(one.at for one in s.market.sent)
    assert (sorted(ticketed.values()), calls(s)["remote.submit"]) == ([19, 41], 2)
    s.world.run(DECIDES_AFTER_S * 2)
    assert shown(s, keys) == {4}
