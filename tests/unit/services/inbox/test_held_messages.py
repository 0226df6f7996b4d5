"""A batch stays hidden as long as its worker lives; what failed is put off, and what a dead worker held is not."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from listbridge import bootstrap
from listbridge.services.inbox.held_messages import holding
from tests.fakes.cuts import WorkerDied
from tests.fakes.scripted import scripted_world

SOURCE = "arn:aws:sqs:eu-central-1:1:listbridge-shop-events"


@dataclass
class Recorder:
    """The queues, as far as hiding goes."""

    hidden: list[tuple[tuple[str, ...], float]] = field(default_factory=list)
    enough: threading.Event = field(default_factory=threading.Event)
    refuses: bool = False

    def send(self, *_: Any, **__: Any) -> None:
        raise AssertionError("nothing is sent")

    def hide(self, source: str, receipts: Sequence[str], seconds: float) -> None:
        assert source == SOURCE
        self.hidden.append((tuple(receipts), seconds))
        if len(self.hidden) >= 3:
            self.enough.set()
        if self.refuses:
            raise OSError("the network is away")


def records(*received: int) -> list[dict[str, Any]]:
    return [
        {
            "messageId": f"m{n}",
            "receiptHandle": f"r{n}",
            "eventSourceARN": SOURCE,
            "attributes": {"ApproximateReceiveCount": str(count)},
        }
        for n, count in enumerate(received)
    ]


def test_a_worker_at_work_renews_and_stops_when_it_is_done() -> None:
    queues = Recorder()
    with holding(queues, records(1, 1), seconds=0.03, alone=False):
        assert queues.enough.wait(10)
    assert set(queues.hidden) == {(("r0", "r1"), 0.03)}
    assert threading.active_count() == 1 or all(t.name != "held-messages" for t in threading.enumerate())


def test_what_failed_comes_again_after_a_minute_for_each_time_it_was_received() -> None:
    queues = Recorder()
    with holding(queues, records(1, 3, 99), seconds=12, alone=True) as held:
        held.failed |= {"m1", "m2"}
    assert queues.hidden == [(("r0", "r1", "r2"), 12), (("r1",), 180), (("r2",), 900)]


def test_a_whole_batch_that_failed_is_put_off() -> None:
    queues = Recorder()
    with pytest.raises(RuntimeError), holding(queues, records(2, 2), seconds=12, alone=True):
        raise RuntimeError
    assert queues.hidden[1:] == [(("r0",), 120), (("r1",), 120)]


def test_a_worker_that_is_killed_leaves_its_messages_to_come_at_once() -> None:
    queues = Recorder()
    with pytest.raises(WorkerDied), holding(queues, records(1), seconds=12, alone=True):
        raise WorkerDied
    assert queues.hidden == [(("r0",), 12)]


def test_messages_that_cannot_be_hidden_are_worked_on_all_the_same() -> None:
    queues, done = Recorder(refuses=True), []
    with holding(queues, records(1), seconds=12, alone=True):
        done.append("work")
    assert (done, len(queues.hidden)) == (["work"], 1)


def test_a_handler_holds_its_batch_and_puts_off_what_its_answer_names() -> None:
    world = scripted_world().world
    queues = Recorder()
    world.deps = replace(world.deps, queues=queues)
    world.use()

    @bootstrap.lambda_function(bootstrap.deps)
    def handler(event: dict[str, Any], context: bootstrap.LambdaContext) -> dict[str, Any]:
        return {"batchItemFailures": [{"itemIdentifier": "m1"}]}

    class Context:
        def get_remaining_time_in_millis(self) -> int:
            return 1000

    handler({"Records": records(1, 1)}, Context())
    assert queues.hidden == [(("r0", "r1"), 12.0), (("r1",), 60)]
    bootstrap.use(None)
