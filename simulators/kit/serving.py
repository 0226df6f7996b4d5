"""How a call goes through a simulator, from the request to the answer. What the platform brings stands first in `Simulator`."""

from __future__ import annotations

import abc
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any, ClassVar, Generic, TypeVar

from simulators.door import ConnectionDropped
from simulators.faults import Fault
from simulators.kit.control import ControlDoor
from simulators.kit.journal import Entry
from simulators.kit.suffering import suffer_after, suffer_before
from simulators.kit.wire import HTML, Call, Reply, Route, Router
from simulators.kit.world import World

AnyCall = TypeVar("AnyCall", bound=Call)
Stage = Callable[[AnyCall], Reply | None]
"""A stage may answer, and so end the way, by returning the answer or by raising one of the platform's refusals."""
UNKNOWN = "unknown"
"""The operation of an address that has none."""
_CONTROL = "/_sim/"
_PHRASES = {status.value: status.phrase for status in HTTPStatus}


class Simulator(abc.ABC, Generic[AnyCall]):
    """A platform as a WSGI application. Safe to share between threads.

    A call of an operation passes the stages that the platform declares, in their order. Each call that arrives is
    journalled once, when its way has ended: with the status of its answer, also when a fault keeps that answer back
    afterwards; with status 0 when the connection was dropped before anything was done. A write that lands later is
    journalled again when it lands, with the fault `landed`.
    """

    REFUSALS: ClassVar[tuple[type[Exception], ...]] = ()
    """The platform's own exceptions, by which stages refuse a call. Any other is a bug of the simulator: 500 on a port, and in
    process its caller gets it as it is."""

    def __init_subclass__(cls, **options: Any) -> None:
        """Raises TypeError for a refusal that is one of Python's own exceptions: it would hide a bug behind an answer."""
        super().__init_subclass__(**options)
        foreign = [one.__name__ for one in cls.REFUSALS if one.__module__ == "builtins"]
        if foreign:
            raise TypeError(f"{cls.__name__} refuses by {', '.join(foreign)}: a refusal is an exception of its own")

    def __init__(self, world: World[Any], call: type[AnyCall], routes: Iterable[Route], control: ControlDoor) -> None:
        self.world = world
        self.faults = world.faults
        self._call = call
        self.router = Router(routes)
        self._control = control

    # What a platform brings

    @abc.abstractmethod
    def stages(self, call: AnyCall) -> Sequence[Stage[AnyCall]]:
        """The way of a call: its own stages among `strike`, `suffer`, `work`, and `latency` or twice `half_latency`."""

    @abc.abstractmethod
    def trouble(self, call: AnyCall, status: int) -> Reply:
        """How the platform words a status that has nothing to do with the request, and a 404 where there is no operation."""

    def refusal(self, call: AnyCall, refused: Any) -> Reply:
        """The answer to a refusal: one of `REFUSALS`."""
        raise refused

    def answer(self, call: AnyCall) -> Reply:
        """The work itself, under the lock."""
        return call.route.handle(call)

    def entry(self, call: AnyCall, reply: Reply) -> Entry:
        """What the journal keeps of a call."""
        return Entry(**self.seen(call, reply))

    def beside(self, call: AnyCall) -> Reply | None:
        """What is served beside the API, such as pages for people: without stages, faults and journal, under the lock."""

    # Stages

    def strike(self, call: AnyCall) -> None:
        """From here on the call suffers the next fault that was planned for its operation."""
        call.fault = self.faults.strike(call.operation)

    def suffer(self, call: AnyCall) -> Reply | None:
        """A hang-up, a delay, or an answer in place of the work. The platform's own faults are its stages' affair."""
        fault = call.fault
        suffer_before(fault, call.operation, self.world.pace.sleep)
        if fault is not None and fault.kind == "html":
            page = f"<!DOCTYPE html><html><body><h1>{fault.status}</h1><p>We are sorry.</p></body></html>"
            return Reply(fault.status, page, dict(fault.headers), HTML)
        if fault is not None and fault.kind == "status":
            reply = self.trouble(call, fault.status)
            reply.body = reply.body if fault.body is None else fault.body
            reply.headers |= fault.headers
            return reply
        return None

    def work(self, call: AnyCall) -> None:
        """Let the platform answer; later stages still pass. With the fault `late` the caller hears nothing, and the work
        is done so many simulated seconds from now, by the next caller of the simulator."""
        if call.fault is not None and call.vendor_fault == "late":
            self.world.postpone(call.fault.seconds, partial(self._land, call))
            raise ConnectionDropped(f"{call.operation} lands later")
        with self.world.lock:
            self.world.catch_up()
            call.reply = self.answer(call).freeze()

    def latency(self, call: AnyCall) -> None:
        """The whole duration of a call. No pause holds the lock: calls overlap as they do at the platform."""
        self.world.pace.sleep(call.latency_s)

    def half_latency(self, call: AnyCall) -> None:
        self.world.pace.sleep(call.latency_s / 2)

    # The way

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        call = self._call.of(environ, self.world.now())
        reply = self._reply(call)
        body = reply.encoded()
        headers = {**call.always, **reply.headers, "Content-Length": str(len(body))}
        if reply.body is not None:
            headers["Content-Type"] = reply.content_type
        start_response(f"{reply.status} {_PHRASES.get(reply.status, 'Unknown')}", list(headers.items()))
        return [body]

    def _reply(self, call: AnyCall) -> Reply:
        self.world.catch_up()
        if call.path.startswith(_CONTROL):
            what = call.path.removeprefix(_CONTROL)
            return Reply(*self._control.answer(call.method, what, call.query, call.body, call.origin))
        with self.world.lock:
            beside = self.beside(call)
        if beside is not None:
            return beside
        found = self.router.find(call.method, call.path)
        if found is None:
            call.operation = UNKNOWN
            return self._noted(call, self.trouble(call, 404))
        call.route, call.parameters = found
        call.operation = call.route.id
        call.latency_s = self.world.pace.latency()
        return self._served(call)

    def _served(self, call: AnyCall) -> Reply:
        try:
            with call.ends:
                reply = self._passed(call, self.stages(call))
        except ConnectionDropped:
            self._noted(call, Reply(0))
            raise
        except Exception:
            # A fault of the simulator itself: a count of arrivals has this call among them.
            self._noted(call, Reply(500))
            raise
        self._noted(call, reply)
        suffer_after(call.fault, call.operation)
        return reply

    def _passed(self, call: AnyCall, stages: Sequence[Stage[AnyCall]]) -> Reply:
        try:
            for stage in stages:
                early = stage(call)
                if early is not None:
                    return early
        except self.REFUSALS as refused:
            return self.refusal(call, refused)
        if call.reply is None:
            raise LookupError(f"no stage of {call.operation} works")
        return call.reply

    def _land(self, call: AnyCall) -> None:
        try:
            reply = self.answer(call)
        except self.REFUSALS as refused:
            reply = self.refusal(call, refused)
        call.at, call.fault = self.world.now(), Fault(call.operation, "vendor", name="landed")
        self._noted(call, reply)

    def _noted(self, call: AnyCall, reply: Reply) -> Reply:
        with self.world.lock:
            self.world.journal.append(self.entry(call, reply))
        return reply

    @staticmethod
    def seen(call: Call, reply: Reply) -> dict[str, Any]:
        """What every entry holds of a call."""
        fault = (call.fault.name or call.fault.kind) if call.fault is not None else ""
        return {"at": call.at, "operation": call.operation, "status": reply.status, "fault": fault}
