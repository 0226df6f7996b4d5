"""The simulator itself: one WSGI application that answers as Etsy's hosts do."""

from __future__ import annotations

from collections.abc import Sequence

from simulators.clock import Clock, RealClock
from simulators.etsy import fees, pages, shops, taxonomy, tokens
from simulators.etsy.control import control_door
from simulators.etsy.deeds import Deeds
from simulators.etsy.errors import EtsyError, trouble_of
from simulators.etsy.limits import Limits
from simulators.etsy.offers import attributes, images, inventory, listings
from simulators.etsy.offers.states import expire
from simulators.etsy.orders import reads, shipping
from simulators.etsy.wire import BASE, Call, Operation
from simulators.etsy.world import JournalEntry, World
from simulators.kit.deliveries import Deliver
from simulators.kit.serving import Simulator, Stage
from simulators.kit.wire import Reply

OPERATIONS: tuple[Operation, ...] = (
    *shops.OPERATIONS,
    *taxonomy.OPERATIONS,
    *listings.OPERATIONS,
    *inventory.OPERATIONS,
    *images.OPERATIONS,
    *attributes.OPERATIONS,
    *reads.OPERATIONS,
    *shipping.OPERATIONS,
    *fees.OPERATIONS,
)
TOKEN = "oauthToken"
_WAIT_S = "7"
"""What a planned 429 says in `retry-after`: a time that nobody would guess."""
_CUT = {"x-remaining-this-second": "x-remaining-this-secon"}
"""A header that was seen cut short: the vendor fault `cut_header`."""


class EtsySimulator(Simulator[Call]):
    """Etsy for one application and any number of sellers, each with one shop and a refresh token that changes at each use.

    `clock` gives time and pauses; `latency_s` is the median duration of a call in simulated seconds (0 = none), and
    `time_scale` how many real seconds one of them lasts, for pauses, late changes, limits and the four months of a listing; `limits` are
    the numbers in force (default: limits.json); `deliver(url, headers, body) -> status` posts webhooks (None: a dead receiver); `seed` fixes tokens and durations. Sellers come by `deeds.add_seller`. All of
    Etsy's hosts are this one application: mount it with `simulators.door.Transport`, or serve it by `HttpDoor`.
    """

    world: World
    REFUSALS = (EtsyError,)

    def __init__(
        self,
        *,
        keystring: str = "simkeystring0123456789ab",
        shared_secret: str = "simsecret0",
        redirects: Sequence[str] = (),
        clock: Clock | None = None,
        time_scale: float = 1.0,
        latency_s: float = 0.0,
        limits: Limits | None = None,
        deliver: Deliver | None = None,
        seed: int = 1,
    ) -> None:
        world = World(
            clock=clock or RealClock(),
            limits=limits or Limits.load(),
            latency_s=latency_s,
            time_scale=time_scale,
            seed=seed,
            deliver=deliver,
        )
        self.keystring = keystring
        self.shared_secret = shared_secret
        self.tokens = tokens.TokenService(
            world, keystring=keystring, shared_secret=shared_secret, redirects=list(redirects)
        )
        self.deeds = Deeds(world, self.tokens)
        own = (
            Operation(TOKEN, "POST", tokens.TOKEN_PATH, self._token),
            Operation("tokenScopes", "POST", f"{BASE}/scopes", self._scopes),
        )
        super().__init__(world, Call, (*OPERATIONS, *own), control_door(world, self.deeds))

    def stages(self, call: Call) -> Sequence[Stage[Call]]:
        """A call that is not admitted suffers no fault. Half of a call's duration lies before its work, half behind it."""
        if call.operation == TOKEN:
            return (self.strike, self.suffer, self.half_latency, self.work, self.half_latency)
        return (self._admit, self.strike, self._cut, self.half_latency, self.suffer, self.work, self.half_latency)

    def beside(self, call: Call) -> Reply | None:
        if call.path == tokens.CONSENT_PATH and call.method == "GET":
            return self.tokens.consent(call)
        return pages.answer(self.world, call)

    def answer(self, call: Call) -> Reply:
        expire(self.world)
        return call.route.handle(self.world, call)

    def refusal(self, call: Call, refused: EtsyError) -> Reply:
        call.error = str(refused.body["error"] if isinstance(refused.body, dict) else refused.body)
        return Reply(refused.status, refused.body, dict(refused.headers))

    def trouble(self, call: Call, status: int) -> Reply:
        return Reply(status, trouble_of(status), {"Retry-After": _WAIT_S} if status == 429 else {})

    def entry(self, call: Call, reply: Reply) -> JournalEntry:
        return JournalEntry(
            **self.seen(call, reply),
            seller=call.seller_name,
            listing=call.parameters.get("listing_id", ""),
            receipt=call.parameters.get("receipt_id", ""),
            error=call.error,
            ignored=list(call.ignored),
        )

    def _token(self, _: World, call: Call) -> Reply:
        return self.tokens.token(call)

    def _scopes(self, _: World, call: Call) -> Reply:
        return Reply(200, {"scopes": sorted(self.tokens.scopes_of(call.fields().get("token", "")))})

    def _admit(self, call: Call) -> None:
        """Key, limits, token. Raises the refusal."""
        with self.world.lock:
            self.tokens.check_key(call)
            now = self.world.now()
            try:
                self.world.budget.spend(now)
            finally:
                call.always.update(self.world.budget.headers(now))
            call.seller = self.tokens.authenticate(call, call.route)

    def _cut(self, call: Call) -> None:
        if call.vendor_fault == "cut_header":
            call.always = {_CUT.get(name, name): value for name, value in call.always.items()}
