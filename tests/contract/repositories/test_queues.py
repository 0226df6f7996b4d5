"""What a sent message is at the other end, and that a send that may have failed says so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import TypeAdapter

from listbridge.domain import trace
from listbridge.domain.ids import AccountId, ShopId
from listbridge.domain.ports import Queues
from listbridge.domain.trace import Trace
from listbridge.domain.work import AnyMessage, Hint, HintKind, Lane, Nudge, ShopEvent
from listbridge.infra import aws, settings
from listbridge.infra.queues import NotQueued, SqsQueues
from tests.fakes.clock import VirtualClock
from tests.fakes.queues import FakeQueues

WIRE: TypeAdapter[AnyMessage] = TypeAdapter(AnyMessage)


class SqsEnd:
    """The receiving end of the emulator's queues."""

    def __init__(self) -> None:
        self.queues: Queues = SqsQueues()
        for lane in Lane:
            aws.client("sqs").purge_queue(QueueUrl=settings.queue_url(lane))

    def received(self, lane: Lane) -> list[AnyMessage]:
        found: list[AnyMessage] = []
        while True:
            answer = aws.client("sqs").receive_message(QueueUrl=settings.queue_url(lane), MaxNumberOfMessages=10)
            messages = answer.get("Messages", [])
            if not messages:
                return found
            found += [WIRE.validate_json(message["Body"]) for message in messages]

    def in_hand(self, lane: Lane) -> tuple[str, list[str]]:
        """What a worker that took the lane's messages was told about them: whence they came, and their receipts."""
        url = settings.queue_url(lane)
        answer = aws.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        source = f"arn:aws:sqs:eu-central-1:000000000000:{url.rsplit('/', 1)[-1]}"
        return source, [message["ReceiptHandle"] for message in answer.get("Messages", [])]


class FakeEnd:
    """The receiving end of the fake."""

    def __init__(self) -> None:
        self.fake = FakeQueues(VirtualClock())
        self.queues: Queues = self.fake

    def received(self, lane: Lane) -> list[AnyMessage]:
        found: list[AnyMessage] = []
        while batch := self.fake.receive(lane):
            found += [one.message for one in batch]
        return found

    def in_hand(self, lane: Lane) -> tuple[str, list[str]]:
        records = [one.record(lane) for one in self.fake.receive(lane)]
        return records[0]["eventSourceARN"], [record["receiptHandle"] for record in records]


@pytest.fixture(params=["fake", pytest.param("emulator", marks=pytest.mark.emulator)])
def end(request: pytest.FixtureRequest) -> FakeEnd | SqsEnd:
    if request.param == "fake":
        return FakeEnd()
    request.getfixturevalue("emulator")
    return SqsEnd()


def nudge(number: int, size: int = 0) -> Nudge:
    return Nudge(account=AccountId(f"acc_{number}"), listings=("x" * size,) if size else ())


def test_one_message_arrives_in_its_lane_alone(end: FakeEnd | SqsEnd) -> None:
    event = ShopEvent(shop=ShopId("shp_1"), delivery="d", hints=(Hint(kind=HintKind.PRODUCT, id="ü/1"),))
    end.queues.send(Lane.SHOP_EVENTS, event)
    assert end.received(Lane.SHOP_EVENTS) == [event]
    assert end.received(Lane.REVISE) == []


@pytest.mark.parametrize("count", [2, 10, 11, 25])
def test_many_messages_all_arrive(end: FakeEnd | SqsEnd, count: int) -> None:
    end.queues.send(Lane.REVISE, *(nudge(number) for number in range(count)))
    found = {message.account for message in end.received(Lane.REVISE) if isinstance(message, Nudge)}
    assert found == {f"acc_{number}" for number in range(count)}


def test_messages_too_long_for_one_call_together_all_arrive(end: FakeEnd | SqsEnd) -> None:
    end.queues.send(Lane.REVISE, *(nudge(number, size=100_000) for number in range(6)))
    assert len(end.received(Lane.REVISE)) == 6


def test_sending_nothing_is_nothing(end: FakeEnd | SqsEnd) -> None:
    end.queues.send(Lane.PUBLISH)
    assert end.received(Lane.PUBLISH) == []


@pytest.mark.parametrize("count", [1, 3])
def test_a_delayed_message_is_not_there_yet(end: FakeEnd | SqsEnd, count: int) -> None:
    end.queues.send(Lane.REVISE, *(nudge(number) for number in range(count)), delay_s=900)
    assert end.received(Lane.REVISE) == []


@pytest.mark.parametrize("delay", [-1, 901])
def test_a_delay_that_sqs_does_not_know_is_refused_and_nothing_is_sent(end: FakeEnd | SqsEnd, delay: int) -> None:
    with pytest.raises(ValueError, match="900"):
        end.queues.send(Lane.REVISE, nudge(1), delay_s=delay)
    assert end.received(Lane.REVISE) == []


class MoodySqs:
    """Refuses some entries of a batch, so and so often."""

    def __init__(self, refusals: int, *, sender_fault: bool = False) -> None:
        self.refusals = refusals
        self.sender_fault = sender_fault
        self.accepted: list[str] = []
        self.calls = 0

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        self.calls += 1
        refused = [] if self.calls > self.refusals else Entries[1:]
        kept = [entry for entry in Entries if entry not in refused]
        self.accepted += [entry["MessageBody"] for entry in kept]
        return {
            "Successful": [{"Id": entry["Id"]} for entry in kept],
            "Failed": [
                {"Id": entry["Id"], "Code": "InternalError", "SenderFault": self.sender_fault} for entry in refused
            ],
        }


@pytest.fixture
def moody(monkeypatch: pytest.MonkeyPatch) -> Iterator[MoodySqs]:
    sqs = MoodySqs(0)
    monkeypatch.setenv("REVISE_QUEUE_URL", "https://queue.example/1")
    settings.forget()
    monkeypatch.setattr(aws, "client", lambda service: sqs)
    monkeypatch.setattr("listbridge.infra.storage.dynamo.pause", lambda attempt: None)
    yield sqs
    settings.forget()


def test_refused_entries_are_sent_again_and_the_others_are_not(moody: MoodySqs) -> None:
    moody.refusals = 1
    SqsQueues().send(Lane.REVISE, nudge(1), nudge(2), nudge(3))
    assert sorted(moody.accepted) == sorted(nudge(n).model_dump_json() for n in (1, 2, 3))


def test_entries_that_are_refused_again_and_again_raise(moody: MoodySqs) -> None:
    moody.refusals = 99
    with pytest.raises(NotQueued, match="InternalError"):
        SqsQueues().send(Lane.REVISE, *(nudge(number) for number in range(8)))
    assert moody.calls == 4


def test_entries_refused_for_our_own_fault_are_not_sent_again(moody: MoodySqs) -> None:
    moody.refusals, moody.sender_fault = 99, True
    with pytest.raises(NotQueued):
        SqsQueues().send(Lane.REVISE, nudge(1), nudge(2))
    assert moody.calls == 1


@pytest.mark.parametrize("kind", ["fake", "sqs"])
def test_what_is_sent_while_a_message_is_worked_on_carries_its_trace_one_hop_further(
    moody: MoodySqs, kind: str
) -> None:
    fake = FakeQueues(VirtualClock())
    queues: Queues = fake if kind == "fake" else SqsQueues()
    with trace.followed([Nudge(account=AccountId("acc_1"), trace=Trace(id="cor-1", hops=4, idle=2))]):
        queues.send(Lane.REVISE, nudge(1), nudge(2), reason="run_over")
        queues.send(Lane.REVISE, nudge(3), nudge(4), reason="drainer_at_work", waits=True)
    bodies = [row.body for row in fake._stored[Lane.REVISE].values()] if kind == "fake" else moody.accepted
    traces = [WIRE.validate_json(body).trace for body in bodies]
    assert traces == [
        *[Trace(id="cor-1", reason="run_over", hops=5, idle=3)] * 2,
        *[Trace(id="cor-1", reason="drainer_at_work", hops=5, idle=2)] * 2,
    ]


def test_a_chain_that_gets_nowhere_is_not_sent_on_and_a_metric_counts_it(
    moody: MoodySqs, capsys: pytest.CaptureFixture[str]
) -> None:
    worn = Nudge(account=AccountId("acc_1"), trace=Trace(id="cor-1", hops=200, idle=trace.MOST_IDLE_HOPS))
    with trace.followed([worn]), pytest.raises(trace.NoProgress):
        SqsQueues().send(Lane.REVISE, nudge(1), nudge(2))
    assert moody.calls == 0
    metric = json.loads(capsys.readouterr().out)
    assert (metric["ChainStopped"], metric["service"], metric["lane"]) == ([1.0], "listbridge", "revise")


def test_what_a_worker_holds_is_hidden_for_as_long_as_it_says(end: FakeEnd | SqsEnd) -> None:
    end.queues.send(Lane.PUBLISH, nudge(1))
    source, receipts = end.in_hand(Lane.PUBLISH)
    end.queues.hide(source, receipts, 600)
    assert end.received(Lane.PUBLISH) == []
    end.queues.hide(source, receipts, 0)
    assert end.received(Lane.PUBLISH) == [nudge(1)]


def test_more_than_a_batch_can_be_hidden(end: FakeEnd | SqsEnd) -> None:
    end.queues.send(Lane.PUBLISH, *(nudge(number) for number in range(12)))
    held = [end.in_hand(Lane.PUBLISH) for _ in range(2)]
    receipts = [receipt for _, some in held for receipt in some]
    assert len(receipts) == 12
    end.queues.hide(held[0][0], receipts, 0)
    assert len(end.received(Lane.PUBLISH)) == 12
