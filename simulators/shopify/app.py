"""The HTTP face of the simulated shop: token endpoint and GraphQL Admin API."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from graphql import OperationType

from simulators.clock import Clock, RealClock
from simulators.kit.deliveries import Deliver, DeliveryQueue
from simulators.kit.pace import Pace
from simulators.kit.serving import Simulator, Stage
from simulators.kit.wire import Reply, Route
from simulators.shopify.answers import (
    BAD_TOKEN,
    THROTTLED,
    grant_refused,
    internal_error,
    invalid_query,
    json_answer,
    outcome_of,
    query_answer,
    raise_bugs,
    served_version,
    status_text,
    too_dear,
)
from simulators.shopify.calls import Call
from simulators.shopify.control import control_door
from simulators.shopify.cost import CostMeter
from simulators.shopify.deeds import Deeds
from simulators.shopify.execution import Engine, build
from simulators.shopify.limits import Limits, read_limits
from simulators.shopify.resolvers import KINDS, RESOLVERS
from simulators.shopify.shop_faults import user_error_of
from simulators.shopify.tokens import GrantRefused
from simulators.shopify.variables import invalid_variables
from simulators.shopify.world import SCOPES, JournalEntry, Settings, World

_TOKEN = "token"
_BULK_FILE = re.compile(r"/_bulk/([0-9]{1,18})\.jsonl")


@cache
def _engine() -> Engine:
    """One for all shops of a process: it holds no state of theirs, and reading the schema takes a tenth of a second."""
    return Engine(build(RESOLVERS, KINDS))


class ShopifySimulator(Simulator[Call]):
    """A Shopify shop as one app sees it: a WSGI application with state, limits, webhooks and faults.

    `deliver(url, headers, body) -> status` posts webhooks (None: every delivery fails, as with a dead receiver).
    `time_scale`: real seconds per simulated second. `latency_s`: median answering time, in simulated seconds.
    `limits`: what differs from limits.json (dict, file or `Limits`). `allow_http`: webhooks to http:// addresses.
    Faults (`faults.add(Fault(...))`): operation is the first root field (`products`, `inventorySetQuantities`),
    `token`, or `webhook:<topic>`; README.md lists the vendor faults.
    """

    world: World
    REFUSALS = (GrantRefused,)

    def __init__(
        self,
        *,
        shop_domain: str = "demo.myshopify.com",
        client_id: str = "demo-client-id",
        client_secret: str = "demo-client-secret",
        clock: Clock | None = None,
        deliver: Deliver | None = None,
        time_scale: float = 1.0,
        latency_s: float = 0.0,
        limits: Limits | Path | str | dict[str, Any] | None = None,
        allow_http: bool = False,
        name: str = "Demo Shop",
        currency: str = "EUR",
        webhook_version: str = "2026-04",
        sale_touches_product: bool = True,
        scopes: list[str] | None = None,
    ) -> None:
        settings = Settings(
            shop_domain=shop_domain,
            client_id=client_id,
            client_secret=client_secret,
            name=name,
            currency=currency,
            webhook_version=webhook_version,
            sale_touches_product=sale_touches_product,
            allow_http=allow_http,
            scopes=list(scopes or SCOPES),
        )
        pace = Pace(clock or RealClock(), time_scale, latency_s=latency_s)
        world = World(settings, pace=pace, limits=read_limits(limits), deliver=deliver)
        self.deeds = world.deeds = Deeds(world)
        self._engine = _engine()
        routes = (
            Route(_TOKEN, "POST", "/admin/oauth/access_token", self._grant),
            Route("graphql", "POST", "/admin/api/{version}/graphql.json", self._carry_out),
        )
        super().__init__(world, Call, routes, control_door(world, self.deeds))

    @property
    def deliveries(self) -> DeliveryQueue:
        """The webhooks on their way: `pump()`, `duplicate()`, `reorder()`, `drop()`, `delay()`, `start()` ..."""
        return self.world.deliveries

    @property
    def calls(self) -> list[Any]:
        """The journal of API calls so far."""
        return list(self.world.journal)

    def stages(self, call: Call) -> Sequence[Stage[Call]]:
        """A fault strikes before anybody looks at the token."""
        if call.operation == _TOKEN:
            return (self.latency, self.strike, self.suffer, self.work)
        return (self.latency, self._read, self.strike, self.suffer, self._admit, self.work)

    def beside(self, call: Call) -> Reply | None:
        """The file of a bulk export."""
        named = _BULK_FILE.fullmatch(call.path)
        if named is None or call.method != "GET":
            return None
        operation = self.world.bulk.rows.get(int(named.group(1)))
        if operation is None or not operation.lines:
            return self.trouble(call, 404)
        return Reply(200, operation.lines, content_type="application/jsonl")

    def trouble(self, call: Call, status: int) -> Reply:
        return json_answer({"errors": status_text(status)}, status)

    def refusal(self, call: Call, refused: GrantRefused) -> Reply:
        call.outcome = "refused"
        return grant_refused(refused)

    def entry(self, call: Call, reply: Reply) -> JournalEntry:
        seen = self.seen(call, reply)
        return JournalEntry(
            **seen,
            name=call.name,
            variables=dict(call.variables),
            version=call.parameters.get("version", ""),
            outcome=call.outcome or seen["fault"] or "refused",
            requested_cost=call.requested_cost,
            actual_cost=call.actual_cost,
        )

    # Tokens

    def _grant(self, call: Call) -> Reply:
        asked = call.asked() if call.is_json else call.form
        granted = self.world.tokens.grant(asked)
        call.outcome = "ok"
        return json_answer(granted)

    # GraphQL

    def _read(self, call: Call) -> Reply | None:
        """The version and the document; the operation is called by its (first) root field."""
        call.operation = "invalid"
        served = served_version(call.parameters["version"])
        if served is None:
            return self.trouble(call, 404)
        asked = call.asked()
        for name, kind in (("query", str), ("variables", dict | None), ("operationName", str | None)):
            if not isinstance(asked.get(name), kind):
                return json_answer({"errors": {name: "Required parameter missing or invalid"}}, 400)
        call.always["X-Shopify-API-Version"] = served
        call.understand(self._engine.prepare(asked["query"]), asked)
        return None

    def _admit(self, call: Call) -> Reply | None:
        """Token, document and variables, in Shopify's order."""
        token = call.headers.get("x-shopify-access-token", "")
        with self.world.lock:
            if call.vendor_fault == "token_expired":
                self.world.tokens.revoke(token)
            if not self.world.tokens.alive(token):
                call.outcome = "unauthorised"
                return json_answer({"errors": BAD_TOKEN}, 401)
        if call.document is None or call.prepared.errors:
            call.outcome = "invalid"
            return json_answer({"errors": invalid_query(call.prepared, call.name_asked)})
        refused = invalid_variables(self._engine.schema, call.document, call.variables)
        if refused:
            call.outcome = "invalid"
            return json_answer({"errors": refused})
        if call.vendor_fault == "internal_error":
            call.outcome = "internal_error"
            return json_answer({"errors": [internal_error()]})
        return None

    def _carry_out(self, call: Call) -> Reply:
        """Price, admit, run and charge; under the lock."""
        world, vendor, prepared, document = self.world, call.vendor_fault, call.prepared, call.document
        if prepared.document is None or document is None:
            raise LookupError("a document that was not admitted")
        meter = CostMeter(
            self._engine.schema, prepared.document, document, call.variables, world.limits.connection_sizing
        )
        call.requested_cost = requested = meter.requested()
        if requested > world.limits.max_query_cost:
            call.outcome = "max_cost_exceeded"
            return json_answer({"errors": [too_dear(requested, world.limits.max_query_cost)]})
        if vendor == "throttled" or not world.bucket.admits(requested):
            call.outcome = "throttled"
            return json_answer({"errors": [THROTTLED], "extensions": {"cost": self._cost(requested, None)}})
        reading = document.operation is OperationType.QUERY
        context = world.context(call.fault.seconds if call.fault and reading and vendor == "stale_read" else 0.0)
        if call.fault and vendor == "user_error":
            context.refusal = user_error_of(call.fault)
        self._finish_bulk()
        result = self._engine.run(prepared, context, call.variables, call.name_asked)
        raise_bugs(result.errors)
        call.outcome, call.actual_cost = outcome_of(result.errors), meter.actual(result.data)
        world.bucket.pay(call.actual_cost)
        extensions: dict[str, Any] = {"cost": self._cost(requested, call.actual_cost)}
        if context.warnings:
            extensions["search"] = context.warnings
        return json_answer(query_answer(result.data, result.errors) | {"extensions": extensions})

    def _cost(self, requested: int, actual: int | None) -> dict[str, Any]:
        status = self.world.bucket.status()
        return {"requestedQueryCost": requested, "actualQueryCost": actual, "throttleStatus": status}

    def _finish_bulk(self) -> None:
        """Complete the exports whose time has come."""
        world = self.world
        for one in world.bulk.running():
            if one.ready_at > world.now():
                continue
            prepared = self._engine.prepare(one.query)
            if prepared.errors:
                continue
            result = self._engine.run(prepared, world.context(unbounded=True), {}, None)
            done = world.bulk.finish(one.id, result.data or {}, world.now())
            world.emit(
                "bulk_operations/finish",
                {
                    "admin_graphql_api_id": f"gid://shopify/BulkOperation/{done.id}",
                    "completed_at": world.now().isoformat(timespec="seconds"),
                    "created_at": done.created_at.isoformat(timespec="seconds"),
                    "error_code": None,
                    "status": "completed",
                    "type": "query",
                },
            )
