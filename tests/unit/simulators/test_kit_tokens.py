"""Tokens as platforms hand them out: for an owner, with an end, some of them once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from simulators.clock import VirtualClock
from simulators.kit.tokens import Code, Grant, TokenStore, s256

HOUR = timedelta(hours=1)
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
"""The pair that RFC 7636 shows in its appendix B."""


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def tokens(clock: VirtualClock) -> TokenStore[Grant]:
    return TokenStore(clock.now)


@pytest.fixture
def codes(clock: VirtualClock) -> TokenStore[Code]:
    return TokenStore(clock.now)


def test_a_token_stands_for_what_was_granted_until_its_end(clock: VirtualClock, tokens: TokenStore[Grant]) -> None:
    granted = Grant("anna", clock.now() + HOUR, frozenset({"orders.read"}))
    tokens.issue("t1", granted)
    clock.advance(3599)
    assert tokens.alive("t1") == granted
    clock.advance(1)
    assert tokens.alive("t1") is None


def test_nobody_stands_behind_a_token_that_was_never_issued(tokens: TokenStore[Grant]) -> None:
    tokens.issue("t1", Grant("anna"))
    assert tokens.alive("") is None
    assert tokens.alive("t2") is None


def test_a_token_without_an_end_lives_until_somebody_ends_it(clock: VirtualClock, tokens: TokenStore[Grant]) -> None:
    tokens.issue("t1", Grant("anna"))
    clock.advance(10 * 365 * 86400)
    assert tokens.alive("t1") == Grant("anna")
    tokens.end("t1")
    assert tokens.alive("t1") is None


def test_the_tokens_of_one_owner_end_and_those_of_others_live_on(tokens: TokenStore[Grant]) -> None:
    for text, owner in (("t1", "anna"), ("t2", "bert"), ("t3", "anna"), ("t4", "")):
        tokens.issue(text, Grant(owner))
    assert tokens.end_all("anna") == 2
    assert [text for text in ("t1", "t2", "t3", "t4") if tokens.alive(text)] == ["t2", "t4"]
    assert tokens.end_all() == 2
    assert tokens.alive("t4") is None


def test_a_token_that_ended_by_its_time_is_not_counted_among_those_that_somebody_ends(
    clock: VirtualClock, tokens: TokenStore[Grant]
) -> None:
    tokens.issue("short", Grant("anna", clock.now() + HOUR))
    tokens.issue("long", Grant("anna", clock.now() + 2 * HOUR))
    clock.advance(3600)
    assert (tokens.end_all("anna"), tokens.end_all("anna")) == (1, 0)


def test_a_token_that_was_ended_is_good_again_once_it_is_issued_anew(tokens: TokenStore[Grant]) -> None:
    tokens.issue("r1", Grant("anna"))
    tokens.end_all("anna")
    tokens.issue("r1", Grant("anna", scopes=frozenset({"stock.write"})))
    assert tokens.alive("r1") == Grant("anna", scopes=frozenset({"stock.write"}))


def test_a_refresh_token_that_rotates_is_taken_once_and_its_successor_is_good(tokens: TokenStore[Grant]) -> None:
    tokens.issue("r1", Grant("anna"))
    granted = tokens.use_up("r1")
    assert granted == Grant("anna")
    tokens.issue("r2", granted)
    assert tokens.use_up("r1") is None
    assert tokens.use_up("r2") == Grant("anna")


def test_a_refresh_token_past_its_end_renews_nothing(clock: VirtualClock, tokens: TokenStore[Grant]) -> None:
    tokens.issue("r1", Grant("anna", clock.now() + HOUR))
    clock.advance(3600)
    assert tokens.use_up("r1") is None


@pytest.mark.parametrize(
    ("asked", "given"), [(set(), {"read", "write"}), ({"read"}, {"read"}), ({"read", "write"}, {"read", "write"})]
)
def test_a_renewal_may_ask_for_less_than_was_granted(asked: set[str], given: set[str]) -> None:
    assert Grant("anna", scopes=frozenset({"read", "write"})).narrowed(frozenset(asked)) == given


def test_a_renewal_that_asks_for_more_than_was_granted_is_given_nothing() -> None:
    assert Grant("anna", scopes=frozenset({"read"})).narrowed(frozenset({"read", "write"})) is None
    assert Grant("anna").narrowed(frozenset({"read"})) is None


def test_a_code_is_worth_something_once_and_at_the_address_it_was_sent_to(codes: TokenStore[Code]) -> None:
    codes.issue("c1", Code("anna", redirect_uri="https://us.test/back"))
    code = codes.use_up("c1")
    assert code is not None
    assert code.opens("https://us.test/back")
    assert not code.opens("https://them.test/back")
    assert not code.opens("")
    assert codes.use_up("c1") is None


def test_a_code_is_worth_nothing_after_its_few_minutes(clock: VirtualClock, codes: TokenStore[Code]) -> None:
    codes.issue("c1", Code("anna", clock.now() + timedelta(minutes=5)))
    clock.advance(300)
    assert codes.use_up("c1") is None


def test_a_code_with_a_challenge_opens_to_its_verifier_alone() -> None:
    assert s256(VERIFIER) == CHALLENGE
    code = Code("anna", redirect_uri="https://us.test/back", challenge=CHALLENGE)
    assert code.opens("https://us.test/back", VERIFIER)
    assert not code.opens("https://us.test/back", VERIFIER[:-1])
    assert not code.opens("https://us.test/back", CHALLENGE)
    assert not code.opens("https://us.test/back")
    assert not code.opens("https://them.test/back", VERIFIER)


def test_a_refresh_token_may_live_on_for_a_while_after_its_first_use(
    tokens: TokenStore[Grant], clock: VirtualClock
) -> None:
    tokens.issue("r1", Grant("anna"))
    assert tokens.use_up("r1", lives_on=HOUR) == Grant("anna")
    clock.advance(1800)
    again = tokens.use_up("r1", lives_on=HOUR)
    assert again is not None
    assert again.owner == "anna"
    clock.advance(1800)
    assert tokens.use_up("r1", lives_on=HOUR) is None


def test_a_token_that_ends_sooner_does_not_live_on(tokens: TokenStore[Grant], clock: VirtualClock) -> None:
    tokens.issue("r1", Grant("anna", clock.now() + HOUR / 2))
    assert tokens.use_up("r1", lives_on=HOUR) is not None
    clock.advance(1800)
    assert tokens.alive("r1") is None
