"""Hooks kept at one address, whatever platform has them."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from listbridge.domain.ports import HookReport
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Rejected
from listbridge.infra.calls.error_row import Row
from listbridge.infra.webhooks import hooks
from listbridge.infra.webhooks.hooks import Hook

HERE, OLD, OTHER = "https://new.example/in/s1.token", "https://old.example/in/s1", "https://new.example/in/s2"
TOPICS = ("a", "b")
NO_TOPIC = Row(Rejected, "no_topic", "ask_them")


@dataclass
class Board:
    """The hooks of one shop. `says` is why it refuses a topic; `meanwhile` is made by somebody else once we were refused."""

    hooks: list[Hook] = field(default_factory=list)
    says: dict[str, str] = field(default_factory=dict)
    meanwhile: list[Hook] = field(default_factory=list)
    deeds: list[str] = field(default_factory=list)

    def care(self, url: str = HERE) -> HookReport:
        return hooks.care(
            lambda: list(self.hooks), url, TOPICS, lambda topic: self._make(topic, url), self._drop, NO_TOPIC
        )

    def _make(self, topic: str, url: str) -> str:
        if topic in self.says:
            self.hooks += self.meanwhile
            return self.says[topic]
        self.deeds.append(f"+{topic}")
        self.hooks.append(Hook(f"new-{topic}", topic, url))
        return ""

    def _drop(self, hook: Hook) -> None:
        self.deeds.append(f"-{hook.id}")
        self.hooks.remove(hook)


def test_a_shop_without_hooks_gets_one_a_topic_and_the_next_time_nothing_is_done():
    board = Board()
    assert board.care() == HookReport(created=TOPICS)
    assert board.care() == HookReport(healthy=TOPICS)
    assert board.deeds == ["+a", "+b"]


def test_a_crippled_hook_goes_before_its_successor_comes():
    board = Board([Hook("1", "a", HERE, whole=False), Hook("2", "b", HERE)])
    assert board.care() == HookReport(healthy=("b",), created=("a",), removed=("a",))
    assert board.deeds == ["-1", "+a"]


def test_what_leads_to_an_older_address_of_this_shop_goes_last_and_what_is_another_shops_stays():
    board = Board([Hook("1", "a", OLD), Hook("2", "a", OTHER), Hook("3", "z", OLD)])
    assert board.care() == HookReport(created=TOPICS, removed=("a", "z"))
    assert board.deeds == ["+a", "+b", "-1", "-3"]
    assert Hook("2", "a", OTHER) in board.hooks


def test_a_hook_of_another_topic_at_this_address_is_let_alone():
    crippled = Hook("4", "z", HERE, whole=False)
    board = Board([Hook("1", "z", HERE), crippled, Hook("2", "a", HERE), Hook("3", "b", HERE)])
    assert board.care() == HookReport(healthy=TOPICS)
    assert board.deeds == []


def test_a_topic_that_is_refused_keeps_no_other_from_being_made_and_is_still_heard_where_it_was():
    board = Board([Hook("1", "a", OLD), Hook("2", "b", OLD)], says={"a": "not for you" * 50})
    with pytest.raises(Rejected) as refused:
        board.care()
    assert refused.value.problem == Problem(
        "no_topic", {"topics": "a", "reason": ("not for you" * 50)[:200]}, "ask_them"
    )
    assert refused.value.detail == "a"
    assert board.deeds == ["+b", "-2"]


def test_a_topic_that_another_worker_made_meanwhile_is_no_failure():
    board = Board(says={"a": "taken"}, meanwhile=[Hook("9", "a", HERE)])
    assert board.care() == HookReport(created=TOPICS)
    assert board.deeds == ["+b"]


@pytest.mark.parametrize(
    ("url", "host"),
    [("https://10.0.0.7/in/s1", "10.0.0.7"), ("nonsense", "nonsense"), (f"https://{'h' * 200}/", "h" * 100)],
)
def test_a_refused_address_is_named_by_its_host_and_not_by_its_secret_path(url: str, host: str):
    told = hooks.address_refused(NO_TOPIC, url, "w" * 300)
    assert told.problem == Problem("no_topic", {"address": host, "words": "w" * 200}, "ask_them")


def test_a_shop_that_is_let_go_loses_every_hook_of_ours_and_no_other():
    board = Board([Hook("1", "a", HERE), Hook("2", "b", OLD), Hook("3", "a", OTHER)])
    assert hooks.remove(list(board.hooks), HERE, board._drop) == ("a", "b")
    assert board.deeds == ["-1", "-2"]


@pytest.mark.parametrize(
    ("theirs", "same"),
    [
        (OLD, True),
        (f"{OLD}/", True),
        ("https://x.example/s1.other", True),
        (OTHER, False),
        ("https://x.example", False),
    ],
)
def test_an_address_is_this_shops_when_it_ends_in_its_id_with_any_token(theirs: str, same: bool):
    assert hooks.of_this_shop(theirs, HERE) is same


@pytest.mark.parametrize("left", range(4))
def test_whoever_dies_on_the_way_leaves_no_topic_unheard_and_the_next_one_ends_it(
    left: int, monkeypatch: pytest.MonkeyPatch
):
    board = Board([Hook("1", "a", OLD), Hook("2", "b", OLD)])
    make, drop, lives = board._make, board._drop, iter(range(left))
    with monkeypatch.context() as dying:
        dying.setattr(board, "_make", lambda topic, url: (next(lives), make(topic, url))[1])
        dying.setattr(board, "_drop", lambda hook: (next(lives), drop(hook))[1])
        with pytest.raises(StopIteration):
            board.care()
    assert len(board.deeds) == left
    assert {one.topic for one in board.hooks} == set(TOPICS)
    board.care()
    assert sorted((one.topic, one.url) for one in board.hooks) == [("a", HERE), ("b", HERE)]


def test_an_address_that_is_refused_leaves_the_older_hooks_where_they_are(monkeypatch: pytest.MonkeyPatch):
    board = Board([Hook("1", "a", OLD), Hook("2", "b", OLD)])

    def make(topic: str, url: str) -> str:
        raise hooks.address_refused(NO_TOPIC, url, "private")

    monkeypatch.setattr(board, "_make", make)
    with pytest.raises(Rejected):
        board.care()
    assert (board.deeds, [one.url for one in board.hooks]) == ([], [OLD, OLD])


def test_a_refused_topic_that_only_another_shop_of_ours_has_stays_refused():
    board = Board([Hook("1", "a", OTHER), Hook("2", "b", HERE)], says={"a": "taken"})
    with pytest.raises(Rejected):
        board.care()
    assert board.deeds == []


def test_an_address_without_an_id_is_no_shops():
    assert not hooks.of_this_shop("https://old.example/", "https://new.example/")
