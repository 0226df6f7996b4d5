"""The simulator itself: one WSGI application that answers as eBay's hosts do, and a door for deeds under `/_sim/`."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from simulators.clock import Clock, RealClock
from simulators.door import ConnectionDropped
from simulators.ebay import accounts, groups, items, oauth, offers, orders, pages, pricequantity, taxonomy
from simulators.ebay.control import control_door
from simulators.ebay.deeds import Deeds
from simulators.ebay.errors import EbayError
from simulators.ebay.limits import Limits
from simulators.ebay.sent import sent_values
from simulators.ebay.shapes import SHAPES, refuse_misshapen
from simulators.ebay.wire import Call, Operation, Reply, Router
from simulators.ebay.world import JournalEntry, World
from simulators.faults import Fault
from simulators.kit.suffering import suffer_after, suffer_before

OPERATIONS: tuple[Operation, ...] = (
    *items.OPERATIONS, *groups.OPERATIONS, *offers.OPERATIONS, *pricequantity.OPERATIONS, *accounts.OPERATIONS,
    *taxonomy.OPERATIONS, *orders.OPERATIONS,
)  # fmt: skip
_HTML = "text/html; charset=utf-8"


@dataclass(slots=True)
class _Visit:
    """One call being served: who, what, and the fault that it must suffer."""

    operation: str
    started_at: datetime
    fault: Fault | None = None


class EbaySimulator:
    """eBay for one application (client id) and any number of seller accounts, each with a refresh token of its own.

    `clock` gives time and pauses; `latency_s` is the median duration of a call (0 = none); `time_scale` quickens
    latency and rate limit alike; `limits` are the vendor's numbers (default: limits.json); `seed` fixes ids, tokens and
    durations. Sellers come by `deeds.add_seller`. Mount it with `simulators.door.Transport`, or serve it by `HttpDoor`.
    Safe to share between threads.
    """

    def __init__(
        self,
        *,
        client_id: str = "sim-client",
        client_secret: str = "sim-secret",  # noqa: S107 - the simulator's own
        clock: Clock | None = None,
        time_scale: float = 1.0,
        latency_s: float = 0.0,
        limits: Limits | None = None,
        seed: int = 1,
        ru_names: dict[str, str] | None = None,
    ) -> None:
        self.world = World(
            clock=clock or RealClock(),
            limits=limits or Limits.load(),
            latency_s=latency_s,
            time_scale=time_scale,
            seed=seed,
        )
        self.faults = self.world.faults
        self.client_id = client_id
        self.client_secret = client_secret
        self.tokens = oauth.TokenService(
            self.world, client_id=client_id, client_secret=client_secret, ru_names=ru_names or {}
        )
        self.deeds = Deeds(self.world, self.tokens)
        self._control = control_door(self.world, self.deeds)
        self._router = Router(OPERATIONS)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        call = Call.of(environ)
        reply = self._answer(call)
        body = reply.encoded()
        headers = [*reply.headers.items(), ("Content-Length", str(len(body)))]
        if reply.body is not None:
            headers.append(("Content-Type", reply.content_type))
        start_response(f"{reply.status} {HTTPStatus(reply.status).phrase}", headers)
        return [body]

    def _answer(self, call: Call) -> Reply:
        if call.path.startswith("/_sim/"):
            what = call.path.removeprefix("/_sim/")
            return Reply(*self._control.answer(call.method, what, call.query, call.body, call.origin))
        if call.path == oauth.TOKEN_PATH and call.method == "POST":
            return self._serve_token(call)
        with self.world.lock:
            if call.path == oauth.CONSENT_PATH and call.method == "GET":
                return self.tokens.consent(call)
            page = pages.answer(self.world, call)
        if page is not None:
            return page
        found = self._router.find(call.method, call.path)
        if found is None:
            return Reply(404, EbayError(2002, f"{call.method} {call.path}").body())
        operation, call.parameters = found
        return self._serve(operation, call)

    def _serve_token(self, call: Call) -> Reply:
        visit = _Visit("oauth2Token", self.world.now())
        visit.fault = self.faults.strike(visit.operation)
        spoiled = self._suffer_before(visit)
        who = ""
        if spoiled is None:
            try:
                with self.world.lock:
                    reply, who = self.tokens.token(call)
            except EbayError as error:
                reply = Reply(error.status, error.body())
        else:
            reply = spoiled
        self._note(visit, call, reply, who=who)
        suffer_after(visit.fault, visit.operation)
        return reply

    def _serve(self, operation: Operation, call: Call) -> Reply:
        visit = _Visit(operation.id, self.world.now())
        held: set[Hashable] = set()
        try:
            with self.world.lock:
                self.world.land_late_changes()
                self._admit(operation, call)
                visit.fault = call.fault = self.faults.strike(operation.id)
                if not self._is_late(visit):
                    held = (
                        self.world.enter(operation.touches(self.world, call)) if operation.touches else set()
                    )
                pause = self.world.latency() / 2
            reply = self._work(operation, call, visit, pause)
        except EbayError as error:
            reply = Reply(error.status, error.body())
        except ConnectionDropped:
            self._note(visit, call, Reply(0))
            raise
        finally:
            if held:
                with self.world.lock:
                    self.world.leave(held)
        self._note(visit, call, reply)
        suffer_after(visit.fault, visit.operation)
        return reply

    def _work(self, operation: Operation, call: Call, visit: _Visit, pause: float) -> Reply:
        """Half the latency, the work, the other half: the pauses hold no lock, so that calls overlap as they do at eBay."""
        if pause:
            self.world.clock.sleep(pause)
        if self._is_late(visit):
            self._postpone(operation, call, visit)
        spoiled = self._suffer_before(visit)
        if spoiled is not None:
            return spoiled
        with self.world.lock:
            self.world.land_late_changes()
            reply = operation.handle(self.world, call).freeze()
        if pause:
            self.world.clock.sleep(pause)
        return reply

    def _admit(self, operation: Operation, call: Call) -> None:
        """Token, rate and headers, in eBay's order. Raises the refusal."""
        call.seller = self.tokens.authenticate(call.headers.get("authorization", ""), operation.scopes)
        self.world.budget.spend(operation.api, self.world.now())
        if operation.api == "sell.inventory" and not call.headers.get("accept-language"):
            raise EbayError(25709, "Invalid value for header Accept-Language.")
        if operation.language and not call.headers.get("content-language"):
            raise EbayError(25709, "Invalid value for header Content-Language.")
        if call.body and not call.headers["content-type"].startswith("application/json"):
            raise EbayError(2004, parameters={"reason": "Content-Type is not application/json"})
        if operation.id in SHAPES:
            refuse_misshapen(call.json(), SHAPES[operation.id])
            call.well_shaped = True

    @staticmethod
    def _is_late(visit: _Visit) -> bool:
        return visit.fault is not None and visit.fault.kind == "vendor" and visit.fault.name == "late"

    def _postpone(self, operation: Operation, call: Call, visit: _Visit) -> None:
        fault = visit.fault

        def land() -> None:
            late = _Visit(operation.id, self.world.now(), Fault(operation.id, "vendor", name="landed"))
            try:
                reply = operation.handle(self.world, call)
            except EbayError as error:
                reply = Reply(error.status, error.body())
            self._note(late, call, reply)

        with self.world.lock:
            self.world.postpone(fault.seconds if fault else 0.0, land)
        raise ConnectionDropped(f"{operation.id} lands later")

    def _suffer_before(self, visit: _Visit) -> Reply | None:
        """Play the faults that come before the work: an answer in its place, a hang-up, a delay."""
        fault = visit.fault
        suffer_before(fault, visit.operation, self.world.clock.sleep)
        if fault is None:
            return None
        if fault.kind == "html":
            page = f"<html><body><h1>{fault.status}</h1><p>We are sorry.</p></body></html>"
            return Reply(fault.status, page, dict(fault.headers), _HTML)
        if fault.kind == "vendor" and fault.name == "concurrent":
            return Reply(500, EbayError(25025).body())
        if fault.kind == "status":
            error = (
                EbayError(2001, status=429) if fault.status == 429 else EbayError(2003, status=fault.status)
            )
            return Reply(fault.status, fault.body or error.body(), dict(fault.headers))
        return None

    def _note(self, visit: _Visit, call: Call, reply: Reply, *, who: str = "") -> None:
        fault = visit.fault
        sku, sent = sent_values(visit.operation, call)
        body = reply.body if isinstance(reply.body, dict) else {}
        failed = [
            *body.get("errors", ()),
            *(e for row in body.get("responses", ()) for e in row.get("errors", ())),
        ]
        entry = JournalEntry(
            visit.started_at, visit.operation, who or call.seller_name, reply.status, sku, sent,
            (fault.name or fault.kind) if fault else "", [error["errorId"] for error in failed],
        )  # fmt: skip
        self.world.journal.append(entry)
