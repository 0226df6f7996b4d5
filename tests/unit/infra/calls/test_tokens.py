from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RateLimited
from listbridge.infra.calls.tokens import Access, Token, TokenCache
from tests.fakes.clock import VirtualClock

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


class Issuer:
    """Hands out numbered tokens that live for an hour."""

    def __init__(self) -> None:
        self.issued = 0
        self.lock = threading.Lock()
        self.at = NOON

    def __call__(self) -> Token:
        with self.lock:
            self.issued += 1
            return Token(f"token-{self.issued}", self.at + timedelta(hours=1))


def test_a_token_is_fetched_once_and_kept() -> None:
    cache, issuer = TokenCache(), Issuer()
    assert [cache.get("shop", issuer, now=NOON) for _ in range(3)] == ["token-1"] * 3
    assert issuer.issued == 1


def test_a_token_is_renewed_a_minute_before_it_expires() -> None:
    cache, issuer = TokenCache(), Issuer()
    cache.get("shop", issuer, now=NOON)
    assert cache.get("shop", issuer, now=NOON + timedelta(minutes=58, seconds=59)) == "token-1"
    assert cache.get("shop", issuer, now=NOON + timedelta(minutes=59)) == "token-2"


def test_a_token_without_an_end_is_kept_until_it_is_refused() -> None:
    cache = TokenCache()
    assert cache.get("shop", lambda: Token("first"), now=NOON) == "first"
    assert cache.get("shop", lambda: Token("second"), now=NOON + timedelta(days=900)) == "first"
    cache.forget("shop", "first")
    assert cache.get("shop", lambda: Token("second"), now=NOON) == "second"


def test_keys_do_not_share_tokens() -> None:
    cache, issuer = TokenCache(), Issuer()
    assert cache.get("one", issuer, now=NOON) == "token-1"
    assert cache.get("two", issuer, now=NOON) == "token-2"


def test_many_threads_make_one_fetch() -> None:
    cache, issuer = TokenCache(), Issuer()
    start = threading.Barrier(16)

    def ask(_: int) -> str:
        start.wait()
        return cache.get("shop", issuer, now=NOON)

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(ask, range(16))) == {"token-1"}
    assert issuer.issued == 1


def test_a_failed_fetch_leaves_nothing_behind() -> None:
    cache, issuer = TokenCache(), Issuer()

    def fail() -> Token:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        cache.get("shop", fail, now=NOON)
    assert cache.get("shop", issuer, now=NOON) == "token-1"


def test_while_the_token_endpoints_limit_is_spent_nobody_asks_again() -> None:
    cache, asked = TokenCache(), list[datetime]()

    def fetch(now: datetime) -> Token:
        asked.append(now)
        raise RateLimited(Problem("too_fast"), after_s=40.0)

    for seconds, left in ((0, 40.0), (1, 39.0), (39, 1.0)):
        now = NOON + timedelta(seconds=seconds)
        with pytest.raises(RateLimited) as limited:
            cache.get("a", lambda now=now: fetch(now), now=now)
        assert limited.value.after_s == left
    assert asked == [NOON]
    back = NOON + timedelta(seconds=40)
    assert cache.get("a", lambda: Token("t", back + timedelta(hours=1)), now=back) == "t"


def test_a_spent_limit_of_one_key_holds_no_other_back() -> None:
    cache = TokenCache()

    def spent() -> Token:
        raise RateLimited(Problem("too_fast"), after_s=40.0)

    with pytest.raises(RateLimited):
        cache.get("a", spent, now=NOON)
    assert cache.get("b", lambda: Token("t"), now=NOON) == "t"


def test_forgetting_what_is_not_there_is_nothing() -> None:
    TokenCache().forget("shop", "token-1")


def test_a_token_that_another_thread_has_fetched_since_is_not_given_up() -> None:
    issuer = Issuer()
    access = Access(TokenCache(), "shop", "key", issuer, VirtualClock(NOON))
    assert access.token() == "token-1"

    def refused() -> str:
        assert access.token() == "token-1"
        assert access.renew() is True
        return access.token()

    with ThreadPoolExecutor(1) as another:
        assert another.submit(refused).result() == "token-2"
    assert access.renew() is True
    assert (access.token(), issuer.issued) == ("token-2", 2)


def test_a_token_does_not_show_in_its_repr() -> None:
    assert "s3cret" not in repr(Token("s3cret", NOON))
