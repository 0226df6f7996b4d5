"""What we know of buyers: kept in one place, told to the shop alone, and erased in time."""

from __future__ import annotations

import logging

import pytest

from listbridge.domain.configuration import Deployment
from listbridge.domain.orders.orders import Payment
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import OutcomeUnknown
from simulators.faults import Fault
from tests.fakes.scripted_orders import BUYER, BUYERS_WORDS, ORDER_TRAITS, Placed
from tests.fakes.world import ACCOUNT
from tests.faults.order_stories import Story, buyer_of, edit_account, story

DAY = 86_400


@pytest.fixture
def s() -> Story:
    made = story()
    made.sell("A", 50)
    return made


def done(s: Story) -> Placed:
    """An order that is sent on both sides."""
    placed = s.buy("A")
    s.run(90)
    s.shop.book.fulfil(s.the_one(placed).shown.id, tracking="T1")
    s.run(5)
    assert s.order(placed).completed_at is not None
    return placed


def days_pass(s: Story, days: float) -> None:
    """And the retention timer runs, as it does daily."""
    s.world.stores.clock.advance(days * DAY)
    s.world.tick("retention")


def test_a_buyer_is_told_to_the_shop_and_to_nobody_else(
    s: Story, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    sick, unmatched = s.buy("A"), s.market.book.place(ACCOUNT, [("NONE", 1, "1.00")])
    sick.poison = ValueError("no such currency")
    placed = s.buy("A")
    lost = s.buy("A")
    s.shop.plan.add(Fault("create_order", "drop_after", skip=1), Fault("create_order", "status", times=2))
    s.run(300)
    s.market.book.cancel(lost)
    s.shop.book.fulfil(s.the_one(placed).shown.id, tracking="T1")
    s.run(1800)
    draft = s.the_one(placed).draft
    assert draft is not None
    assert draft.buyer == BUYER
    assert buyer_of(s, placed) == BUYER
    assert s.find(unmatched) is not None
    assert s.leaks() == []
    printed = capsys.readouterr()
    said = [record.getMessage() + str(vars(record)) for record in caplog.records]
    for text in [*said, caplog.text, printed.out, printed.err]:
        assert not any(word in text for word in BUYERS_WORDS), text


@pytest.mark.parametrize(
    "error", [ValueError, lambda text: OutcomeUnknown(Problem("no_answer"), detail=text), KeyError]
)
def test_a_shop_that_repeats_the_buyer_in_its_refusal_does_not_get_him_into_a_message_or_a_problem(
    s: Story, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(draft: object) -> None:
        raise error(f"Zebulon Quist of Marzipan Alley is unknown: {draft}")

    monkeypatch.setattr(s.shop.book, "create", refuse)
    s.buy("A")
    s.run(3600)
    assert s.leaks() == []


def test_a_buyer_is_kept_for_sixty_days_after_his_order_is_done_and_then_erased(s: Story) -> None:
    placed = done(s)
    days_pass(s, 59.9)
    assert buyer_of(s, placed) == BUYER
    days_pass(s, 0.2)
    assert buyer_of(s, placed) is None
    assert s.order(placed).buyer_erased_at is not None
    assert s.world.events(s.key_of(placed)).count("buyer_erased") == 1
    s.rest()
    s.in_order()


def test_the_sellers_own_retention_is_obeyed_from_its_next_run(s: Story) -> None:
    first = done(s)
    days_pass(s, 8)
    assert buyer_of(s, first) == BUYER
    s.world.stores.configuration.save(Deployment(buyer_retention_days=7))
    s.world.tick("retention")
    assert buyer_of(s, first) is None


def test_a_buyer_of_an_order_that_is_not_done_is_kept(s: Story) -> None:
    placed = s.buy("A")
    s.run(90)
    days_pass(s, 400)
    assert buyer_of(s, placed) == BUYER


def test_a_buyer_whose_order_never_came_home_is_erased_as_long_after_it_was_given_up(s: Story) -> None:
    edit_account(s, create_orders=False)
    placed = s.buy("A", placed_at=None)
    s.run(70)
    s.market.book.cancel(placed)
    s.run(70)
    days_pass(s, 59)
    assert buyer_of(s, placed) == BUYER
    days_pass(s, 1.1)
    assert buyer_of(s, placed) is None


def test_an_erased_buyer_stays_erased_when_the_marketplace_tells_of_him_again(s: Story) -> None:
    placed = done(s)
    days_pass(s, 61)
    s.market.book.change(placed)
    s.run(130)
    assert buyer_of(s, placed) is None


@pytest.mark.parametrize("write", ["orders.save", "orders.erase_buyer", "activity.note"])
def test_an_erasure_that_dies_in_the_middle_is_finished_by_the_next(s: Story, write: str) -> None:
    placed = done(s)
    s.world.stores.clock.advance(61 * DAY)
    s.fate.die_before(write)
    s.world.tick("retention")
    assert s.world.deaths == 1
    s.market.book.change(placed)  # a poll reads them once more in between
    s.run(130)
    s.world.tick("retention")
    assert buyer_of(s, placed) is None
    assert s.order(placed).buyer_erased_at is not None


def test_a_buyer_put_down_a_moment_before_his_order_is_not_swept_away_as_nobodys(s: Story) -> None:
    """The data go first and the row second; the retention timer runs in between, and finds a buyer without an order."""
    s.fate.meanwhile("orders.save", lambda: s.world.tick("retention"))
    placed = s.buy("A")
    s.run(90)
    draft = s.the_one(placed).draft
    assert draft is not None
    assert draft.buyer == BUYER


def test_an_unpaid_order_that_expired_is_over_for_its_buyer_too(s: Story) -> None:
    placed = s.buy("A", payment=Payment.PENDING)
    s.run(70)
    s.world.stores.clock.advance(ORDER_TRAITS.unpaid_expires_s)
    s.rest()
    days_pass(s, 61)
    assert buyer_of(s, placed) is None
