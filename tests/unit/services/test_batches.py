"""How a batch of records is taken apart: one poisoned message never takes another with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import pytest
from pydantic import Field, TypeAdapter

from listbridge.domain.ids import AccountId, RemoteOrderId, ShopId
from listbridge.domain.work import ImportOrder, PollAccount, RelayOrder, ShopEvent
from listbridge.services.inbox.queue_batch import each, side_by_side, together


def record(id: str, shop: str = "s", body: str | None = None) -> dict[str, Any]:
    return {"messageId": id, "body": body or ShopEvent(shop=ShopId(shop)).model_dump_json()}


def failures(answer: dict[str, list[dict[str, str]]]) -> list[str]:
    return [row["itemIdentifier"] for row in answer["batchItemFailures"]]


class Handler:
    """Remembers what it was given, and fails on one shop."""

    def __init__(self, fails_on: str = "") -> None:
        self.fails_on = fails_on
        self.seen: list[list[str]] = []

    def one(self, event: ShopEvent) -> None:
        self.many([event])

    def many(self, events: Sequence[ShopEvent]) -> None:
        self.seen.append([event.shop for event in events])
        if self.fails_on in self.seen[-1]:
            raise ValueError(self.fails_on)


def test_one_by_one_only_the_failed_and_the_unreadable_come_back() -> None:
    handler = Handler("bad")
    records = [record("1"), record("2", "bad"), record("3", body="{"), record("4")]
    assert failures(each(records, ShopEvent, handler.one)) == ["2", "3"]
    assert handler.seen == [["s"], ["bad"], ["s"]]


def test_a_batch_is_handled_in_one_when_it_can_be() -> None:
    handler = Handler()
    assert failures(together([record("1", "a"), record("2", "b")], ShopEvent, handler.many)) == []
    assert handler.seen == [["a", "b"]]


@pytest.mark.parametrize(
    ("bad", "others"), [(record("2", "bad"), [["a"], ["bad"], ["c"]]), (record("2", body="{"), [["a"], ["c"]])]
)
def test_a_batch_with_a_poisoned_message_is_taken_apart_to_find_it(
    bad: dict[str, Any], others: list[list[str]]
) -> None:
    handler = Handler("bad")
    assert failures(together([record("1", "a"), bad, record("3", "c")], ShopEvent, handler.many)) == ["2"]
    assert handler.seen[-len(others) :] == others


def test_a_reader_takes_messages_of_a_newer_writer_with_fields_it_does_not_know() -> None:
    handler = Handler()
    body = '{"kind": "shop_event", "shop": "a", "v": 2, "colour": "blue"}'
    assert failures(each([record("1", body=body)], ShopEvent, handler.one)) == []
    assert handler.seen == [["a"]]


POLL = PollAccount(account=AccountId("a"), claim="poll_1")
IMPORT = ImportOrder(account=AccountId("a"), order=RemoteOrderId("1"))
BOTH: TypeAdapter[PollAccount | ImportOrder] = TypeAdapter(
    Annotated[PollAccount | ImportOrder, Field(discriminator="kind")]
)


def test_one_queue_may_carry_messages_of_several_kinds() -> None:
    seen: list[object] = []
    records = [record("1", body=POLL.model_dump_json()), record("2", body=IMPORT.model_dump_json())]
    assert failures(each(records, BOTH, seen.append)) == []
    assert seen == [POLL, IMPORT]


def test_a_kind_that_the_queue_does_not_carry_comes_back_alone_and_is_not_handled() -> None:
    seen: list[object] = []
    stranger = RelayOrder(account=AccountId("a"), order=RemoteOrderId("1"))
    records = [record("1", body=stranger.model_dump_json()), record("2", body=IMPORT.model_dump_json())]
    assert failures(side_by_side(records, BOTH, lambda message: message.kind, seen.extend, workers=1)) == ["1"]
    assert seen == [IMPORT]


def test_of_one_key_messages_are_handled_together_and_of_another_apart() -> None:
    handler = Handler("bad")
    records = [record("1", "a"), record("2", "bad"), record("3", "a"), record("4", body="{")]
    answer = side_by_side(records, ShopEvent, lambda event: event.shop, handler.many, workers=1)
    assert failures(answer) == ["2", "4"]
    assert handler.seen == [["a", "a"], ["bad"]]
