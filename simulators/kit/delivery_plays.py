"""The deliveries of a simulator at its control door: what waits, what came of it, and the tricks that can be played on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from simulators.kit.deeds import NoSuchDeed, bound
from simulators.kit.deliveries import DeliveryQueue

PLAYS = ("pump", "hold", "release", "drop", "duplicate", "reorder", "delay", "again")


def deliveries_told(queue: DeliveryQueue) -> dict[str, Any]:
    """Whether anything is on its way, what waits, and every attempt so far."""
    waiting = [
        {"topic": one.topic, "webhook_id": one.webhook_id, "due_at": one.due_at.isoformat(), "attempts": one.attempts}
        for one in queue.waiting()
    ]
    attempts = [asdict(one) | {"at": one.at.isoformat()} for one in list(queue.attempts)]
    return {"idle": queue.idle(), "waiting": waiting, "attempts": attempts}


def play(queue: DeliveryQueue, wish: Mapping[str, Any]) -> dict[str, Any]:
    """`{"play": "duplicate", "times": 2}`: one of `PLAYS` with its arguments. Tells how many deliveries it met.

    Raises NoSuchDeed for another play, DeedRefused for arguments that it has not.
    """
    arguments = dict(wish)
    name = str(arguments.pop("play", ""))
    if name not in PLAYS:
        raise NoSuchDeed(f"no play {name!r}; there are: {', '.join(PLAYS)}")
    done = bound(getattr(queue, name), arguments)()
    return {"result": done if isinstance(done, int) else len(done or [])}
