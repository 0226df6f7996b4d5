"""Whether an eBay account keeps what sells out: read, asked for, and processed by eBay a day later."""

from __future__ import annotations

import pytest

from listbridge.domain.verdicts import OutcomeUnknown, ZeroRefused
from simulators.faults import Fault
from tests.contract.marketplaces.ebay_acts import publish, revise_one
from tests.contract.marketplaces.staged_ebay import EbayStage

DAY_S = 86_400


@pytest.fixture
def stage(ebay: EbayStage) -> EbayStage:
    return ebay


@pytest.mark.parametrize("kept", [True, False])
def test_whether_the_account_keeps_what_sells_out_is_read_and_nothing_is_switched(stage: EbayStage, kept: bool) -> None:
    stage.simulator.deeds.set_out_of_stock_control("anna", kept)
    assert stage.open().keeps_sold_out() is kept
    assert "optInToProgram" not in stage.calls


def test_ebay_keeps_it_a_day_after_it_was_asked_and_refuses_zeros_until_then(stage: EbayStage) -> None:
    stage.refuse_zeros()
    adapter, request, _, done = publish(stage)
    assert adapter.keep_sold_out() == 24
    stage.clock.advance(DAY_S - 60)
    assert not adapter.keeps_sold_out()
    assert isinstance(revise_one(adapter, request, done, 0), ZeroRefused)
    stage.clock.advance(120)
    assert adapter.keeps_sold_out()
    assert revise_one(adapter, request, done, 0) is None
    assert [shown.quantity for shown in stage.live()[0].variations.values()] == [0]


def test_asking_again_is_no_error_whether_or_not_ebay_has_processed_it(stage: EbayStage) -> None:
    stage.refuse_zeros()
    adapter = stage.open()
    assert [adapter.keep_sold_out(), adapter.keep_sold_out()] == [24, 24]
    stage.clock.advance(DAY_S)
    assert adapter.keep_sold_out() == 24


def test_a_lost_answer_may_have_switched_it_and_asking_again_helps(stage: EbayStage) -> None:
    stage.refuse_zeros()
    stage.add_faults(Fault("optInToProgram", "drop_after"))
    adapter = stage.open()
    with pytest.raises(OutcomeUnknown):
        adapter.keep_sold_out()
    assert adapter.keep_sold_out() == 24
    stage.clock.advance(DAY_S)
    assert adapter.keeps_sold_out()
