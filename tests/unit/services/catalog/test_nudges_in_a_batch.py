"""The fast lane's batch: accounts side by side, one account's nudges as one, one bad message alone."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from listbridge.domain.ids import AccountId
from listbridge.domain.work import Nudge
from listbridge.services.catalog.nudge import merged
from listbridge.services.inbox.queue_batch import side_by_side


def _nudge(account: str, *names: str) -> Nudge:
    return Nudge(account=AccountId(account), listings=names)


def _record(id: str, body: str) -> dict[str, Any]:
    return {"messageId": id, "body": body}


def _records(*nudges: Nudge) -> list[dict[str, Any]]:
    return [_record(f"m{number}", nudge.model_dump_json()) for number, nudge in enumerate(nudges)]


def test_names_of_several_nudges_become_one_nudge_without_repeats() -> None:
    assert merged([_nudge("a", "x", "y"), _nudge("a", "y", "z")]) == [_nudge("a", "x", "y", "z")]


def test_a_nudge_without_names_stays_beside_the_named_rows() -> None:
    assert merged([_nudge("a"), _nudge("a", "x"), _nudge("a")]) == [_nudge("a", "x"), _nudge("a")]


def test_a_slow_account_does_not_hold_back_another_of_the_same_batch() -> None:
    other_is_done = threading.Event()

    def handle(nudges: Sequence[Nudge]) -> None:
        if nudges[0].account == "slow":
            assert other_is_done.wait(10)
        else:
            other_is_done.set()

    answer = side_by_side(
        _records(_nudge("slow"), _nudge("quick")), Nudge, lambda nudge: nudge.account, handle, workers=8
    )
    assert answer == {"batchItemFailures": []}


def test_one_accounts_messages_are_handled_together() -> None:
    seen: list[list[tuple[str, ...]]] = []
    records = _records(_nudge("a", "x"), _nudge("b", "z"), _nudge("a", "y"))
    side_by_side(
        records, Nudge, lambda nudge: nudge.account, lambda group: seen.append([n.listings for n in group]), workers=1
    )
    assert seen == [[("x",), ("y",)], [("z",)]]


def test_only_the_message_that_fails_comes_back() -> None:
    handled: list[tuple[str, ...]] = []

    def handle(nudges: Sequence[Nudge]) -> None:
        if any(nudge.listings == ("bad",) for nudge in nudges):
            raise RuntimeError("a bug")
        handled.extend(nudge.listings for nudge in nudges)

    records = [*_records(_nudge("a", "x"), _nudge("a", "bad"), _nudge("b", "y")), _record("m3", "no JSON")]
    answer = side_by_side(records, Nudge, lambda nudge: nudge.account, handle, workers=8)
    assert sorted(failure["itemIdentifier"] for failure in answer["batchItemFailures"]) == ["m1", "m3"]
    assert sorted(handled) == [("x",), ("y",)]
