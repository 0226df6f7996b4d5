"""The trace: what caused a piece of work. It travels in every message, and every log line shows it.

Work begins at an entrance (a delivery, a call of the API, a timer) with `begun`; a message that came out of a queue is
worked on inside `followed`. Whatever is sent meanwhile goes through `stamped`, so that the next worker knows the same id.

A lane may send to itself. So a trace also counts: `hops` since the entrance, and `idle` ones of them, the last in a row
during which nothing got anywhere. A service says `progressed` when something did.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from listbridge.domain.ids import new_id

MOST_IDLE_HOPS = 120
"""More messages in a row than anybody may need who gets nowhere. Who waits for tomorrow's calls in steps of a quarter of
an hour, the longest that a queue delays, needs 96."""
_SUBJECTS = ("shop", "account", "order", "job", "sales_list", "product")
_T = TypeVar("_T")


class NoProgress(Exception):
    """A chain of messages went on and on and got nowhere. Raised instead of sending one more.

    The message that is worked on fails for it, so it ends in the dead-letter queue, where an alarm tells about it. Sent
    back from there once the reason is gone, it is worked on again and the chain goes on.
    """


class Trace(BaseModel):
    """What a message says about where it comes from."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    id: str = ""
    """The correlation id: the same from the entrance to the last call that came of it."""
    reason: str = ""
    """Why the message was sent."""
    hops: int = 0
    """How many messages led here, this one included."""
    idle: int = 0
    """How many of the last ones came of work that got nowhere."""


class Traced(Protocol):
    """A message, as far as its trace goes."""

    @property
    def trace(self) -> Trace | None: ...

    def model_copy(self, *, update: Mapping[str, Any] | None = None) -> Any: ...


@dataclass(slots=True)
class _Work:
    """What is being worked on. One object for all threads that work on it."""

    trace: Trace
    progressed: bool = False
    joined: tuple[str, ...] = field(default=())


_work: ContextVar[_Work | None] = ContextVar("work", default=None)
_facts: ContextVar[Mapping[str, Any] | None] = ContextVar("facts", default=None)


@contextmanager
def begun(reason: str, id: str = "", **facts: Any) -> Iterator[None]:
    """Work that comes from outside begins here. Without an id of the entrance's own it is given one."""
    with _working(_Work(Trace(id=id or new_id("trace"), reason=reason)), facts):
        yield


@contextmanager
def followed(messages: Sequence[Traced]) -> Iterator[None]:
    """These messages are worked on as one: under the first one's id, with the others' beside it in every line.

    The hops are those of the longest chain among them: joining others must not hide that one gets nowhere. A message from
    before there were traces begins a trace of its own.
    """
    known = [message.trace for message in messages if message.trace is not None]
    first = known[0] if known else Trace(id=new_id("trace"), reason="untraced")
    trace = Trace(
        id=first.id,
        reason=first.reason,
        hops=max((one.hops for one in known), default=0),
        idle=max((one.idle for one in known), default=0),
    )
    others = tuple(dict.fromkeys(one.id for one in known if one.id != first.id))
    with _working(_Work(trace, joined=others), _subject(messages)):
        yield


@contextmanager
def about(**facts: Any) -> Iterator[None]:
    """Put these facts on every line written inside."""
    token = _facts.set({**(_facts.get() or {}), **facts})
    try:
        yield
    finally:
        _facts.reset(token)


def note(**facts: Any) -> None:
    """Put these facts on every line from here to the end of the current work. Outside of any they would never end."""
    if _work.get() is not None:
        _facts.set({**(_facts.get() or {}), **facts})


def progressed() -> None:
    """The current work got somewhere: something was sent, stored or read that will not have to be again."""
    work = _work.get()
    if work is not None:
        work.progressed = True


def in_vain() -> int:
    """How many messages in a row have got nowhere before the current work; 0 once it has got somewhere, and outside of any."""
    work = _work.get()
    return 0 if work is None or work.progressed else work.trace.idle


def stamped(messages: Sequence[_T], reason: str = "", *, waits: bool = False) -> list[_T]:
    """The messages with the trace of the current work, one hop further; outside of any work as they are.

    `reason` says why they are sent; by default, because of what is worked on. `waits` does not count the hop: the sender
    only waits for another worker, whose own hops are counted.

    Raises:
        NoProgress: the chain had as many hops as any may have without getting anywhere.
    """
    work = _work.get()
    if work is None:
        return list(messages)
    before = work.trace
    idle = 0 if work.progressed or not before.hops else before.idle + (not waits)
    if idle > MOST_IDLE_HOPS:
        raise NoProgress(f"{idle} messages in a row got nowhere; the last is sent because of {before.reason}")
    trace = Trace(id=before.id, reason=reason or before.reason, hops=before.hops + 1, idle=idle)
    return [message.model_copy(update={"trace": trace}) for message in messages]  # type: ignore[attr-defined]


def line() -> dict[str, Any]:
    """What the current work puts on every log line."""
    work = _work.get()
    facts: dict[str, Any] = {}
    if work is not None:
        facts = {"correlation_id": work.trace.id, "reason": work.trace.reason, "hops": work.trace.hops}
        if work.joined:
            facts["joined_ids"] = list(work.joined)
    return {**facts, **(_facts.get() or {})}


class Threads(ThreadPoolExecutor):
    """A thread pool whose threads go on with the work of the caller that hands it to them."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        return super().submit(copy_context().run, fn, *args, **kwargs)


@contextmanager
def _working(work: _Work, facts: Mapping[str, Any]) -> Iterator[None]:
    token = _work.set(work)
    try:
        with about(**facts):
            yield
    finally:
        _work.reset(token)


def _subject(messages: Sequence[Traced]) -> dict[str, Any]:
    """What the messages are about, as far as they agree."""
    facts: dict[str, Any] = {}
    for name in _SUBJECTS:
        values = {getattr(message, name, None) for message in messages}
        if len(values) == 1 and (value := values.pop()):
            facts[name] = value
    return facts
