"""What one write carries: everything due that is in hand and belongs to the same unit, and a zero never waits for the rest."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from listbridge.domain.ids import ListingKey
from listbridge.domain.listings.listing import LedgerField
from simulators.faults import Fault
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.scripted_offers import Sent
from tests.faults.seeded import seed

SIX = 6


@pytest.fixture
def s() -> Scripted:
    made = scripted_world()
    made.market.unit_is_listing = True
    return made


def six(s: Scripted) -> list[ListingKey]:
    """One listing of six variants on sale."""
    keys = seed(s, 1, variants=SIX)
    remote = s.market.offers[0].remote
    for key, offer in zip(keys, s.market.offers, strict=True):
        offer.remote = remote
        s.world.stores.listings.change(key, lambda row: replace(row, remote=remote))
    return keys


def changed(s: Scripted, **of: int) -> None:
    """New stock of these variants, told by one delivery."""
    product = {s.shop.set(f"S0-{name[1:]}", stock=stock) for name, stock in of.items()}
    s.world.hint(*product)
    s.world.run(20)


def calls(s: Scripted) -> Counter[str]:
    return Counter(name for name in s.fate.calls if name.startswith("remote.") and "answered" not in name)


def written(s: Scripted) -> list[Sent]:
    return [one for one in s.market.sent if one.operation == "revise"]


def test_six_variants_of_one_listing_are_one_write(s: Scripted) -> None:
    """By SKU they were six writes."""
    keys = six(s)
    changed(s, v0=1, v1=2, v2=3, v3=1, v4=2, v5=3)
    assert calls(s)["remote.revise"] == 1
    assert [s.market.shown(key) for key in keys] == [(n, "10.00") for n in (1, 2, 3, 1, 2, 3)]
    assert [s.world.row(key).accepted.quantity for key in keys] == [1, 2, 3, 1, 2, 3]


def test_a_write_carries_what_is_due_and_nothing_else(s: Scripted) -> None:
    keys = six(s)
    changed(s, v1=2, v4=1)
    assert [(one.key, one.values.quantity) for one in written(s)] == [(keys[1], 2), (keys[4], 1)]
    assert calls(s)["remote.revise"] == 1


def test_a_zero_takes_the_other_quantities_along_and_leaves_the_prices(s: Scripted) -> None:
    keys = six(s)
    s.shop.set("S0-2", price="12.00")
    changed(s, v0=0, v1=3)
    first, second = written(s)[:2], written(s)[2:]
    assert [(one.key, one.values.quantity, one.values.price) for one in first] == [
        (keys[0], 0, None),
        (keys[1], 3, None),
    ]
    assert [(one.key, str(one.values.price)) for one in second] == [(keys[2], "12.00 EUR")]


def test_a_refused_price_holds_its_own_variant_and_no_other(s: Scripted) -> None:
    keys = six(s)
    s.market.refused_prices.add(keys[0].sku)
    s.shop.set("S0-0", price="12.00")
    changed(s, v1=3)
    assert [s.world.row(key).hold is not None for key in keys] == [True] + [False] * 5
    assert s.world.row(keys[1]).accepted.quantity == 3
    assert s.world.events(keys[0])[-1] == "revise_held"
    assert s.world.events(keys[1])[-1] == "revise_sent"


def test_a_refused_zero_is_of_its_own_variant_and_no_other(s: Scripted) -> None:
    keys = six(s)
    s.market.refuses_zero = True
    changed(s, v0=0, v1=3)
    told = [key for key in keys if "revise_zero_refused" in s.world.events(key)]
    assert told == [keys[0]]
    assert s.world.events(keys[1])[-1] == "revise_sent"
    assert s.market.shown(keys[1]) == (3, "10.00")


@pytest.mark.parametrize("kind", ["drop_after", "drop_before", "delay"])
def test_an_answer_that_was_lost_leaves_no_variant_behind(s: Scripted, kind: str) -> None:
    keys = six(s)
    s.market.plan.add(Fault("revise", kind))  # type: ignore[arg-type]
    changed(s, v0=1, v1=2, v2=3, v3=1, v4=2, v5=3)
    s.market.land_late_calls()
    s.world.settle()
    assert [s.market.shown(key) for key in keys] == [(n, "10.00") for n in (1, 2, 3, 1, 2, 3)]
    assert s.world.silent_rows() == []


@pytest.mark.parametrize("nth", range(2, 60, 3))
def test_a_worker_killed_anywhere_leaves_no_variant_behind(nth: int) -> None:
    s = scripted_world()
    s.market.unit_is_listing = True
    keys = six(s)
    s.fate.die_in(nth)
    changed(s, v0=0, v1=2, v2=3, v3=1, v4=2, v5=3)
    s.world.settle()
    assert [s.market.shown(key) for key in keys] == [(n, "10.00") for n in (0, 2, 3, 1, 2, 3)]
    assert s.world.dead_letters() == []


def test_submitted_units_are_asked_for_in_one_question(s: Scripted) -> None:
    keys = six(s)
    s.market.decides_after_s = 240.0
    changed(s, v0=1, v1=2, v2=3, v3=1, v4=2, v5=3)
    s.world.run(600)
    assert calls(s)["remote.revise"] == 1
    assert calls(s)["remote.outcomes"] == 1
    assert {s.world.row(key).accepted.known for key in keys} == {frozenset(LedgerField)}
