"""The simulator itself: one WSGI application that answers as Amazon's hosts do."""

from __future__ import annotations

from collections.abc import Sequence

from simulators.amazon import documents, feeds, notifications, pages, reports, sellers, tokens
from simulators.amazon.control import control_door
from simulators.amazon.deeds import Deeds
from simulators.amazon.errors import AmazonError, trouble_of
from simulators.amazon.limits import Limits
from simulators.amazon.offers import catalog, definitions, items, search
from simulators.amazon.orders import orders
from simulators.amazon.sandbox import Sandbox
from simulators.amazon.wire import Call, Operation
from simulators.amazon.world import JournalEntry, World
from simulators.clock import Clock, RealClock
from simulators.kit.serving import Simulator, Stage
from simulators.kit.wire import Reply

OPERATIONS: tuple[Operation, ...] = (
    *items.OPERATIONS,
    *search.OPERATIONS,
    *definitions.OPERATIONS,
    *catalog.OPERATIONS,
    *sellers.OPERATIONS,
    *feeds.OPERATIONS,
    *documents.OPERATIONS,
    *reports.OPERATIONS,
    *notifications.OPERATIONS,
    *orders.OPERATIONS,
)
TOKEN = "lwaToken"
_RATE_TOLD = frozenset({200, 201, 202, 204, 400, 404})
"""The statuses whose answers have the header of the rate (documentation, "Usage plans and rate limits")."""


class AmazonSimulator(Simulator[Call]):
    """Amazon for one application and any number of sellers of any region, each with a refresh token of their own.

    `clock` gives time and pauses; `latency_s` is the median duration of a call in simulated seconds (0 = none), and
    `time_scale` how many real seconds one of them lasts, for pauses, late changes and rate limits; `limits` are the
    vendor's numbers (default: limits.json); `decide_after_s` is how long a submission takes to be decided; `seed` fixes ids,
    tokens and durations. With `sandbox` every operation answers the request and response pairs of the official models
    alone. Sellers come by `deeds.add_seller`. All of Amazon's hosts are this one application: mount it with `simulators.door.Transport`, or serve it by `HttpDoor`.
    """

    world: World
    REFUSALS = (AmazonError,)

    def __init__(
        self,
        *,
        client_id: str = "amzn1.application-oa2-client.sim",
        client_secret: str = "sim-secret",
        application_id: str = "amzn1.sp.solution.sim",
        redirects: Sequence[str] = (),
        clock: Clock | None = None,
        time_scale: float = 1.0,
        latency_s: float = 0.0,
        limits: Limits | None = None,
        decide_after_s: float | None = None,
        sandbox: bool = False,
        seed: int = 1,
    ) -> None:
        limits = limits or Limits.load()
        if decide_after_s is not None:
            limits = limits.raised(decide_after_s=decide_after_s)
        world = World(clock=clock or RealClock(), limits=limits, latency_s=latency_s, time_scale=time_scale, seed=seed)
        self._sandbox = Sandbox() if sandbox else None
        self.client_id = client_id
        self.client_secret = client_secret
        self.application_id = application_id
        self.tokens = tokens.TokenService(
            world,
            client_id=client_id,
            client_secret=client_secret,
            application_id=application_id,
            redirects=list(redirects),
        )
        self.deeds = Deeds(world, self.tokens)
        token = Operation(TOKEN, "POST", tokens.TOKEN_PATH, self._token)
        super().__init__(world, Call, (*OPERATIONS, token), control_door(world, self.deeds))

    def stages(self, call: Call) -> Sequence[Stage[Call]]:
        """A call that is not admitted suffers no fault. Half of a call's duration lies before its work, half behind it."""
        if call.operation == TOKEN or call.route.presigned:
            return (self.strike, self.suffer, self.half_latency, self.work, self.half_latency)
        return (self._admit, self.strike, self.half_latency, self.suffer, self.work, self.half_latency)

    def beside(self, call: Call) -> Reply | None:
        if call.path == tokens.CONSENT_PATH and call.method == "GET":
            return self.tokens.consent(call)
        return pages.answer(self.world, call)

    def answer(self, call: Call) -> Reply:
        if self._sandbox is not None and call.operation != TOKEN:
            return self._rated(call, self._sandbox.answer(call))
        return self._rated(call, call.route.handle(self.world, call))

    def refusal(self, call: Call, refused: AmazonError) -> Reply:
        call.codes.append(refused.code)
        return self._rated(call, Reply(refused.status, refused.body()))

    def trouble(self, call: Call, status: int) -> Reply:
        return Reply(status, trouble_of(status).body())

    def entry(self, call: Call, reply: Reply) -> JournalEntry:
        sku = call.parameters.get("sku", "")
        return JournalEntry(
            **self.seen(call, reply),
            seller=call.seller_name,
            sku=sku,
            request_id=call.request_id,
            codes=list(call.codes),
        )

    def _token(self, _: World, call: Call) -> Reply:
        return self.tokens.token(call)

    def _admit(self, call: Call) -> None:
        """Token, then rate. Raises the refusal."""
        with self.world.lock:
            call.request_id = self.world.name()
            call.always["x-amzn-RequestId"] = call.request_id
            call.seller = self.tokens.authenticate(call, call.route)
            self.world.budget.spend(call.seller_name, call.operation, self.world.now())

    def _rated(self, call: Call, reply: Reply) -> Reply:
        if call.operation != TOKEN and not call.route.presigned and reply.status in _RATE_TOLD:
            rate, _ = self.world.budget.rate(call.seller_name, call.operation)
            reply.headers.setdefault("x-amzn-RateLimit-Limit", f"{rate}")
        return reply
