from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from listbridge.domain.ids import AccountId, RemoteOrderId
from listbridge.domain.orders.polling import PollState
from listbridge.domain.ports import Conflict
from tests.contract.repositories.conftest import OurPorts
from tests.contract.repositories.races import at_once
from tests.fakes.clock import START

SECOND = timedelta(seconds=1)
LATER = START + timedelta(seconds=120)


def created(store: OurPorts, name: str) -> AccountId:
    account = AccountId(f"acc_{name}")
    store.polls.create(PollState(account=account, since=START, next_poll_at=START))
    return account


def claimed(store: OurPorts, account: AccountId, claim: str = "mine") -> PollState:
    state = store.polls.claim(account, claim, now=START, until=LATER)
    assert state is not None
    return state


def known(store: OurPorts, account: AccountId) -> PollState:
    state = store.polls.find(account)
    assert state is not None
    return state


def test_an_account_that_was_never_polled_has_no_state(store: OurPorts, name: str) -> None:
    account = AccountId(f"acc_{name}")
    assert store.polls.find(account) is None
    assert store.polls.claim(account, "mine", now=START, until=LATER) is None
    store.polls.make_due(account, START)
    assert store.polls.find(account) is None


def test_a_state_comes_back_with_everything_in_it(store: OurPorts, name: str) -> None:
    odd = START + timedelta(microseconds=123457)
    state = PollState(
        account=AccountId(f"acc_{name}"),
        since=odd,
        next_poll_at=odd + SECOND,
        watermark=odd - SECOND,
        claim="poll_1",
        last_order_at=odd - 2 * SECOND,
        last_poll_at=odd - 3 * SECOND,
        failures=2,
        began=odd - SECOND,
        taken_in=odd - 4 * SECOND,
        behind_s=119.5,
        left={RemoteOrderId("27-1"): odd - 5 * SECOND},
    )
    assert store.polls.create(state) == replace(state, rev=1)
    assert known(store, state.account) == replace(state, rev=1)


def test_a_state_that_is_there_already_stays(store: OurPorts, name: str) -> None:
    account = created(store, name)
    again = store.polls.create(PollState(account=account, since=LATER, next_poll_at=LATER))
    assert (again.since, again.next_poll_at) == (START, START)
    assert known(store, account) == again


def test_of_many_who_create_a_state_at_once_all_go_on_with_the_same(store: OurPorts, name: str) -> None:
    account = AccountId(f"acc_{name}")

    def create(number: int) -> PollState:
        at = START + number * SECOND
        return store.polls.create(PollState(account=account, since=at, next_poll_at=at))

    assert at_once(8, create) == [known(store, account)] * 8


def test_a_claim_stands_until_its_time_is_over(store: OurPorts, name: str) -> None:
    account = created(store, name)
    mine = claimed(store, account)
    assert (mine.claim, mine.next_poll_at, mine.since) == ("mine", LATER, START)
    assert store.polls.claim(account, "other", now=LATER - SECOND, until=LATER + SECOND) is None
    assert known(store, account) == mine
    other = store.polls.claim(account, "other", now=LATER, until=LATER + SECOND)
    assert other is not None
    assert (other.claim, other.next_poll_at) == ("other", LATER + SECOND)


def test_of_many_workers_that_claim_at_once_exactly_one_has_it(store: OurPorts, name: str) -> None:
    account = created(store, name)
    results = at_once(8, lambda n: store.polls.claim(account, f"worker {n}", now=START, until=LATER))
    winners = [result for result in results if isinstance(result, PollState)]
    assert len(winners) == 1
    assert results.count(None) == 7
    assert known(store, account) == winners[0]


def test_what_the_holder_of_a_claim_saves_is_kept(store: OurPorts, name: str) -> None:
    account = created(store, name)
    mine = claimed(store, account)
    done = replace(mine, watermark=START, last_poll_at=START, failures=0, next_poll_at=START + 20 * SECOND)
    store.polls.save(done, claim="next")
    assert known(store, account) == replace(done, claim="next", rev=mine.rev + 1)


def test_who_gave_his_claim_away_saves_no_more(store: OurPorts, name: str) -> None:
    account = created(store, name)
    mine = claimed(store, account)
    store.polls.save(mine, claim="")
    with pytest.raises(Conflict):
        store.polls.save(replace(mine, watermark=LATER), claim="mine")
    assert known(store, account).watermark is None


def test_who_was_overtaken_saves_nothing(store: OurPorts, name: str) -> None:
    account = created(store, name)
    mine = claimed(store, account)
    theirs = store.polls.claim(account, "theirs", now=LATER, until=LATER + SECOND)
    with pytest.raises(Conflict):
        store.polls.save(replace(mine, watermark=START, next_poll_at=START), claim="")
    assert known(store, account) == theirs


def test_of_many_saves_over_one_claim_at_once_exactly_one_is_kept(store: OurPorts, name: str) -> None:
    account = created(store, name)
    mine = claimed(store, account)
    results = at_once(8, lambda n: store.polls.save(replace(mine, failures=n), claim=f"next {n}"))
    assert sum(result is None for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 7
    winner = results.index(None)
    assert (known(store, account).failures, known(store, account).claim) == (winner, f"next {winner}")


def test_nobody_saves_a_state_that_was_never_created(store: OurPorts, name: str) -> None:
    account = AccountId(f"acc_{name}")
    with pytest.raises(Conflict):
        store.polls.save(PollState(account=account, since=START, next_poll_at=START), claim="mine")
    assert store.polls.find(account) is None


def test_who_wants_an_account_asked_at_once_overtakes_the_holder_of_the_claim(store: OurPorts, name: str) -> None:
    account = created(store, name)
    mine = claimed(store, account)
    store.polls.make_due(account, START + SECOND)
    assert (known(store, account).claim, known(store, account).next_poll_at) == ("", START + SECOND)
    with pytest.raises(Conflict):
        store.polls.save(replace(mine, watermark=START), claim="")
    assert known(store, account).watermark is None
    assert store.polls.claim(account, "theirs", now=START + SECOND, until=LATER) is not None
