"""The simulator itself: one WSGI application that answers as eBay's hosts do."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from simulators.clock import Clock, RealClock
from simulators.ebay import accounts, feeds, notice_api, oauth, pages, stores
from simulators.ebay.control import control_door
from simulators.ebay.deeds import Deeds
from simulators.ebay.errors import EbayError
from simulators.ebay.limits import Limits
from simulators.ebay.offers import category_policies, groups, items, migrating, offers, pricequantity, taxonomy
from simulators.ebay.offers.sent import sent_values
from simulators.ebay.orders import orders
from simulators.ebay.shapes import SHAPES, refuse_misshapen
from simulators.ebay.wire import Call, Operation
from simulators.ebay.world import JournalEntry, World
from simulators.kit.serving import Simulator, Stage
from simulators.kit.wire import Reply

OPERATIONS: tuple[Operation, ...] = (
    *items.OPERATIONS,
    *groups.OPERATIONS,
    *offers.OPERATIONS,
    *pricequantity.OPERATIONS,
    *migrating.OPERATIONS,
    *feeds.OPERATIONS,
    *accounts.OPERATIONS,
    *taxonomy.OPERATIONS,
    *category_policies.OPERATIONS,
    *stores.OPERATIONS,
    *orders.OPERATIONS,
    *notice_api.OPERATIONS,
)
TOKEN = "oauth2Token"


class EbaySimulator(Simulator[Call]):
    """eBay for one application (client id) and any number of seller accounts, each with a refresh token of its own.

    `clock` gives time and pauses; `latency_s` is the median duration of a call in simulated seconds (0 = none), and
    `time_scale` how many real seconds one of them lasts, for pauses, late changes and the rate limit; `limits` are the
    vendor's numbers (default: limits.json); `seed` fixes ids, tokens and durations. Sellers come by `deeds.add_seller`.
    Mount it with `simulators.door.Transport`, or serve it by `HttpDoor`.
    """

    world: World
    REFUSALS = (EbayError,)

    def __init__(
        self,
        *,
        client_id: str = "sim-client",
        client_secret: str = "sim-secret",
        clock: Clock | None = None,
        time_scale: float = 1.0,
        latency_s: float = 0.0,
        limits: Limits | None = None,
        seed: int = 1,
        ru_names: dict[str, str] | None = None,
    ) -> None:
        world = World(
            clock=clock or RealClock(),
            limits=limits or Limits.load(),
            latency_s=latency_s,
            time_scale=time_scale,
            seed=seed,
        )
        self.client_id = client_id
        self.client_secret = client_secret
        self.tokens = oauth.TokenService(
            world, client_id=client_id, client_secret=client_secret, ru_names=ru_names or {}
        )
        self.deeds = Deeds(world, self.tokens)
        token = Operation(TOKEN, "POST", oauth.TOKEN_PATH, self._token, "oauth", ())
        super().__init__(world, Call, (*OPERATIONS, token), control_door(world, self.deeds))

    def stages(self, call: Call) -> Sequence[Stage[Call]]:
        """A call that is not admitted suffers no fault. Half of a call's duration lies before its work, half behind it."""
        if call.operation == TOKEN:
            return (self.strike, self.suffer, self.work)
        return (self._admit, self.strike, self._enter, self.half_latency, self.suffer, self.work, self.half_latency)

    def beside(self, call: Call) -> Reply | None:
        if call.path == oauth.CONSENT_PATH and call.method == "GET":
            return self.tokens.consent(call)
        return pages.answer(self.world, call)

    def answer(self, call: Call) -> Reply:
        if call.vendor_fault == "concurrent":
            raise EbayError(25025, status=500)
        return call.route.handle(self.world, call)

    def refusal(self, call: Call, refused: EbayError) -> Reply:
        return Reply(refused.status, refused.body())

    def trouble(self, call: Call, status: int) -> Reply:
        if status == 404:
            return Reply(404, EbayError(2002, f"{call.method} {call.path}").body())
        return Reply(status, EbayError(2001 if status == 429 else 2003).body())

    def entry(self, call: Call, reply: Reply) -> JournalEntry:
        sku, sent = sent_values(call.operation, call)
        body = reply.body if isinstance(reply.body, dict) else {}
        failed = [
            *body.get("errors", ()),
            *(error for row in body.get("responses", ()) for error in row.get("errors", ())),
        ]
        return JournalEntry(
            **self.seen(call, reply),
            seller=call.seller_name,
            sku=sku,
            sent=sent,
            error_ids=[error["errorId"] for error in failed],
        )

    def _token(self, _: World, call: Call) -> Reply:
        reply, call.seller_name = self.tokens.token(call)
        return reply

    def _admit(self, call: Call) -> None:
        """Token, rate and headers, in eBay's order. Raises the refusal."""
        operation = call.route
        with self.world.lock:
            call.seller = self.tokens.authenticate(call.headers.get("authorization", ""), operation.scopes)
            self.world.budget.spend(operation.api, self.world.now())
        if operation.api == "sell.inventory" and not call.headers.get("accept-language"):
            raise EbayError(25709, "Invalid value for header Accept-Language.")
        if operation.language and not call.headers.get("content-language"):
            raise EbayError(25709, "Invalid value for header Content-Language.")
        if call.body and not call.is_json:
            raise EbayError(2004, parameters={"reason": "Content-Type is not application/json"})
        if operation.id in SHAPES:
            refuse_misshapen(call.json(), SHAPES[operation.id])
            call.well_shaped = True

    def _enter(self, call: Call) -> None:
        """Keep others off the records that the call works on, until it ends; not off those of a late one."""
        operation = call.route
        if operation.touches is None or call.vendor_fault == "late":
            return
        with self.world.lock:
            held = self.world.enter(operation.touches(self.world, call))
        call.ends.callback(self._leave, held)

    def _leave(self, held: set[Hashable]) -> None:
        with self.world.lock:
            self.world.leave(held)
