"""Publishing, revising in full and ending, cut at every call and save, and taken up again by the next worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from listbridge import registry
from listbridge.domain.ports import MarketplaceAdapter, PublishRequest
from listbridge.domain.verdicts import OutcomeUnknown, RetryLater
from simulators.faults import Fault
from tests.contract.marketplaces.acts import assert_one_right_listing, published
from tests.contract.marketplaces.memory_steps import Desk
from tests.contract.marketplaces.stages import Stage, candle, jumper, staged
from tests.fakes.cuts import WorkerDied

CALL_CUTS = ("drop_before", "drop_after", "die_before", "die_after")
CUT = (1, 3, pytest.param(6, marks=pytest.mark.full))
"""Variants of the listing that is cut. Three are a first, one within and a last, which is all that a cut can tell apart. The cuts
and the price of each grow with the variants: six are for `make test-full`."""


def call_cuts(stage: Stage) -> Iterator[tuple[str, int]]:
    """Every way to die at the calls that the stage has seen. An access that was lost for good is the seller's affair, not a worker's."""
    played = 0
    for nth, call in enumerate(stage.calls):
        for kind in CALL_CUTS:
            if call == stage.token_operation and kind.endswith("after"):
                continue
            if kind.startswith("die"):
                yield kind, nth
            elif call not in stage.beside:
                yield kind, played
        played += call not in stage.beside


# ---- killed at every call, and resumed ----


def cuts(run: Callable[[Stage], object], slug: str) -> Iterator[tuple[str, int]]:
    """Every way to die in a run: at each call by the network or the process, at each save by the process."""
    probe = staged(slug)()
    run(probe)
    assert probe.desk is not None
    yield from call_cuts(probe)
    for nth in range(probe.desk.saves):
        yield from (("save_before", nth), ("save_after", nth))


class Killer:
    """Dies at the n-th event that begins with a word, once."""

    def __init__(self, word: str, nth: int) -> None:
        self._word = word
        self._left = nth
        self.struck = False

    def __call__(self, event: str) -> None:
        if self.struck or not event.startswith(self._word):
            return
        if self._left == 0:
            self.struck = True
            raise WorkerDied(event)
        self._left -= 1


def arm(stage: Stage, desk: Desk, kind: str, nth: int) -> None:
    if kind.startswith("drop"):
        stage.add_faults(Fault("*", kind, skip=nth))  # type: ignore[arg-type]
    elif kind.startswith("die"):
        stage.hook = Killer(kind.removeprefix("die_"), nth)
    else:
        desk.hook = Killer(kind.removeprefix("save_"), nth)


def carry_on(stage: Stage, desk: Desk, act: Callable[[], object]) -> int:
    """Run until it is done, as the service would: again after the settling time. Returns how often it was cut."""
    settle_s = registry.marketplace(stage.slug).traits.settle_s
    for cut in range(5):
        try:
            act()
        except (WorkerDied, OutcomeUnknown, RetryLater):
            stage.clock.advance(settle_s)
        else:
            return cut
    raise AssertionError("never done")


@pytest.mark.parametrize("variants", CUT)
def test_publishing_cut_at_every_point_and_resumed_makes_one_right_listing(stage: Stage, variants: int) -> None:
    def run(on: Stage) -> object:
        return published(on, variants)

    played = 0
    for kind, nth in cuts(run, stage.slug):
        on = staged(stage.slug)()
        adapter, request = on.open(), on.request(variants)
        desk = on.new_desk(request)
        arm(on, desk, kind, nth)
        was_cut = carry_on(on, desk, lambda a=adapter, r=request, d=desk: a.publish(r, d.worker()))
        assert was_cut == 1, (kind, nth)
        assert_one_right_listing(on, variants)
        assert not [name for name in desk.progress if name.startswith("creating") or name == "publishing"]
        played += 1
    assert played > 10


@pytest.mark.parametrize("variants", CUT)
def test_a_full_revise_cut_at_every_point_and_resumed_ends_with_the_new_content(stage: Stage, variants: int) -> None:
    def revised(on: Stage) -> tuple[MarketplaceAdapter, PublishRequest, Desk]:
        adapter, request, _, done = published(on, variants)
        facts = candle(title="New title") if variants == 1 else jumper(title="New title")
        known = (replace(one, offer=done.offers[one.key.sku], remote=done.remote) for one in request.variants)
        again = replace(request, product=facts, variants=tuple(known))
        return adapter, again, on.new_desk(again, quantity=3, price="25.00")

    def run(on: Stage) -> object:
        adapter, request, desk = revised(on)
        on.calls.clear()
        return adapter.full_revise(request, desk.worker())

    probe = staged(stage.slug)()
    run(probe)
    for kind, nth in call_cuts(probe):
        on = staged(stage.slug)()
        adapter, request, desk = revised(on)
        arm(on, desk, kind, nth)
        assert carry_on(on, desk, lambda a=adapter, r=request, d=desk: a.full_revise(r, d.worker())) == 1
        [live] = on.live()
        assert {(v.quantity, v.price, v.title) for v in live.variations.values()} == {
            (3, Decimal("25.00"), "New title")
        }
        assert len(live.variations) == variants
        assert on.ever_made() == 1


@pytest.mark.parametrize("variants", CUT)
def test_ending_cut_at_every_call_and_resumed_leaves_nothing_on_sale(stage: Stage, variants: int) -> None:
    adapter, request, desk, _ = published(stage, variants)
    stage.calls.clear()
    adapter.end(request, desk.worker())
    assert len(stage.calls) > 0
    for kind, nth in call_cuts(stage):
        on = staged(stage.slug)()
        adapter, request, desk, _ = published(on, variants)
        arm(on, desk, kind, nth)
        assert carry_on(on, desk, lambda a=adapter, r=request, d=desk: a.end(r, d.worker())) == 1
        assert on.live() == []
