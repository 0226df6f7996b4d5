"""The HTTP face of the simulated shop: token endpoint, GraphQL Admin API, and the control door under `/_sim/`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from graphql import OperationDefinitionNode, OperationType
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from simulators.clock import Clock, RealClock
from simulators.door import ConnectionDropped
from simulators.faults import Fault
from simulators.kit.deliveries import Deliver, DeliveryQueue
from simulators.kit.suffering import suffer_after, suffer_before
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
    root_field,
    served_version,
    status_text,
    too_dear,
)
from simulators.shopify.control import control_door
from simulators.shopify.cost import CostMeter
from simulators.shopify.deeds import Deeds
from simulators.shopify.execution import Engine, Prepared, build
from simulators.shopify.limits import Limits, read_limits
from simulators.shopify.resolvers import KINDS, RESOLVERS
from simulators.shopify.shop_faults import user_error_of
from simulators.shopify.tokens import GrantRefused
from simulators.shopify.variables import invalid_variables
from simulators.shopify.world import SCOPES, Settings, World

_ROUTES = Map(
    [
        Rule("/admin/oauth/access_token", methods=["POST"], endpoint="token"),
        Rule("/admin/api/<version>/graphql.json", methods=["POST"], endpoint="graphql"),
        Rule("/_bulk/<int:number>.jsonl", methods=["GET"], endpoint="bulk"),
        Rule("/_sim/<path:rest>", endpoint="control"),
    ]
)


@cache
def _engine() -> Engine:
    """One for all shops of a process: it holds no state of theirs, and reading the schema takes a tenth of a second."""
    return Engine(build(RESOLVERS, KINDS))


class ShopifySimulator:
    """A Shopify shop as one app sees it: a WSGI application with state, limits, webhooks and faults.

    `deliver(url, headers, body) -> status` posts webhooks (None: every delivery fails, as with a dead receiver).
    `time_scale`: real seconds per simulated second. `latency_s`: median answering time, in simulated seconds.
    `limits`: what differs from limits.json (dict, file or `Limits`). `allow_http`: webhooks to http:// addresses.
    Faults (`faults.add(Fault(...))`): operation is the first root field (`products`, `inventorySetQuantities`),
    `token`, or `webhook:<topic>`; README.md lists the vendor faults.
    """

    def __init__(
        self,
        *,
        shop_domain: str = "demo.myshopify.com",
        client_id: str = "demo-client-id",
        client_secret: str = "demo-client-secret",  # noqa: S107  # the default of a stand-in, known to everyone
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
        self.world = World(
            settings,
            clock=clock or RealClock(),
            scale=time_scale,
            limits=read_limits(limits),
            deliver=deliver,
        )
        self.deeds = Deeds(self.world)
        self.world.deeds = self.deeds
        self.faults = self.world.faults
        self.latency_s = latency_s
        self._engine = _engine()
        self._control = control_door(self.world, self.deeds)

    @property
    def deliveries(self) -> DeliveryQueue:
        """The webhooks on their way: `pump()`, `duplicate()`, `reorder()`, `drop()`, `delay()`, `start()` ..."""
        return self.world.deliveries

    @property
    def calls(self) -> list[Any]:
        """The journal of API calls so far."""
        return list(self.world.journal)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        self.world.catch_up()
        try:
            endpoint, arguments = _ROUTES.bind_to_environ(environ).match()
            response: Response = getattr(self, f"_on_{endpoint}")(request, **arguments)
        except HTTPException as refusal:
            response = json_answer({"errors": "Not Found"}, refusal.code or 500)
        return response(environ, start_response)

    # Control and downloads

    def _on_control(self, request: Request, rest: str) -> Response:
        status, told = self._control.answer(request.method, rest, request.args.to_dict(), request.get_data())
        return Response(status=status) if told is None else json_answer(told, status)

    def _on_bulk(self, _request: Request, number: int) -> Response:
        with self.world.lock:
            operation = self.world.bulk.rows.get(number)
        if operation is None or not operation.lines:
            return json_answer({"errors": "Not Found"}, 404)
        return Response(operation.lines, content_type="application/jsonl")

    # Tokens

    def _on_token(self, request: Request) -> Response:
        self.world.pace.latency(self.latency_s)
        fault = self.faults.strike("token")
        early = self._before(fault, "token")
        if early is not None:
            self._note("token", None, {}, "", early.status_code, "fault")
            return early
        asked = (request.get_json(silent=True) if request.is_json else request.form.to_dict()) or {}
        with self.world.lock:
            try:
                granted = self.world.tokens.grant(asked)
                response = json_answer(granted)
            except GrantRefused as refusal:
                response = grant_refused(refusal)
        self._note(
            "token", None, {}, "", response.status_code, "ok" if response.status_code == 200 else "refused"
        )
        suffer_after(fault, "token")
        return response

    # GraphQL

    def _on_graphql(self, request: Request, version: str) -> Response:
        self.world.pace.latency(self.latency_s)
        served = served_version(version)
        if served is None:
            return json_answer({"errors": "Not Found"}, 404)
        asked = request.get_json(silent=True) or {}
        if not isinstance(asked, dict) or not isinstance(asked.get("query"), str):
            return json_answer({"errors": {"query": "Required parameter missing or invalid"}}, 400)
        prepared = self._engine.prepare(asked["query"])
        name = asked.get("operationName")
        operation = prepared.operation(name)
        root = root_field(operation)
        variables = asked.get("variables") or {}
        fault = self.faults.strike(root)
        response, told = self._serve(request, prepared, operation, variables, name, fault)
        shown = operation.name.value if operation and operation.name else name
        self._note(root, shown, variables, version, response.status_code, **told)
        if told["outcome"] == "late":
            raise ConnectionDropped("no answer in time; the request is carried out later")
        response.headers["X-Shopify-API-Version"] = served
        suffer_after(fault, root)
        return response

    def _serve(
        self,
        request: Request,
        prepared: Prepared,
        operation: OperationDefinitionNode | None,
        variables: Mapping[str, Any],
        name: str | None,
        fault: Fault | None,
    ) -> tuple[Response, dict[str, Any]]:
        early = self._before(fault, root_field(operation))
        if early is not None:
            return early, {"outcome": "fault"}
        vendor = fault.name if fault and fault.kind == "vendor" else ""
        token = request.headers.get("X-Shopify-Access-Token", "")
        with self.world.lock:
            if vendor == "token_expired":
                self.world.tokens.revoke(token)
            if not self.world.tokens.alive(token):
                return json_answer({"errors": BAD_TOKEN}, 401), {"outcome": "unauthorised"}
            if operation is None or prepared.errors:
                return json_answer({"errors": invalid_query(prepared, name)}), {"outcome": "invalid"}
            refused = invalid_variables(self._engine.schema, operation, variables)
            if refused:
                return json_answer({"errors": refused}), {"outcome": "invalid"}
            if vendor == "internal_error":
                return json_answer({"errors": [internal_error()]}), {"outcome": "internal_error"}
            if fault is not None and vendor == "late":
                self._carry_out_later(prepared, variables, name, fault.seconds)
                return json_answer({}), {"outcome": "late"}
            return self._execute(prepared, operation, variables, name, fault if vendor else None)

    def _execute(
        self,
        prepared: Prepared,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        name: str | None,
        fault: Fault | None,
    ) -> tuple[Response, dict[str, Any]]:
        """Price, admit, run and charge; under the lock."""
        world = self.world
        assert prepared.document is not None  # noqa: S101  # looked at before
        meter = CostMeter(
            self._engine.schema, prepared.document, operation, variables, world.limits.connection_sizing
        )
        requested = meter.requested()
        if requested > world.limits.max_query_cost:
            error = too_dear(requested, world.limits.max_query_cost)
            return json_answer({"errors": [error]}), {
                "outcome": "max_cost_exceeded",
                "requested_cost": requested,
            }
        vendor = fault.name if fault else ""
        if vendor == "throttled" or not world.bucket.admits(requested):
            cost = {
                "requestedQueryCost": requested,
                "actualQueryCost": None,
                "throttleStatus": world.bucket.status(),
            }
            answer = {"errors": [THROTTLED], "extensions": {"cost": cost}}
            return json_answer(answer), {"outcome": "throttled", "requested_cost": requested}
        reading = operation.operation is OperationType.QUERY
        stale_s = fault.seconds if fault and reading and vendor == "stale_read" else 0.0
        context = world.context(stale_s)
        if fault and vendor == "user_error":
            context.refusal = user_error_of(fault)
        self._finish_bulk()
        result = self._engine.run(prepared, context, variables, name)
        raise_bugs(result.errors)
        actual = meter.actual(result.data)
        world.bucket.pay(actual)
        extensions: dict[str, Any] = {
            "cost": {
                "requestedQueryCost": requested,
                "actualQueryCost": actual,
                "throttleStatus": world.bucket.status(),
            }
        }
        if context.warnings:
            extensions["search"] = context.warnings
        answer = query_answer(result.data, result.errors) | {"extensions": extensions}
        outcome = outcome_of(result.errors)
        return json_answer(answer), {"outcome": outcome, "requested_cost": requested, "actual_cost": actual}

    def _carry_out_later(
        self, prepared: Prepared, variables: Mapping[str, Any], name: str | None, seconds: float
    ) -> None:
        """Run the operation when its caller has long hung up; what it would answer, nobody hears."""
        world = self.world

        def run() -> None:
            raise_bugs(self._engine.run(prepared, world.context(), variables, name).errors)

        world.later.add(world.pace.after(world.now(), seconds), run)

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

    # Faults

    def _before(self, fault: Fault | None, operation: str) -> Response | None:
        suffer_before(fault, operation, self.world.pace.sleep)
        if fault is None:
            return None
        if fault.kind == "html":
            page = "<!DOCTYPE html><html><head><title>Something went wrong</title></head><body><h1>Oops</h1></body></html>"
            return Response(page, status=fault.status, content_type="text/html; charset=utf-8")
        if fault.kind == "status":
            body = fault.body if fault.body is not None else {"errors": status_text(fault.status)}
            response = json_answer(body, fault.status)
            response.headers.extend(fault.headers)
            return response
        return None

    def _note(
        self,
        operation: str,
        name: str | None,
        variables: Mapping[str, Any],
        version: str,
        status: int,
        outcome: str,
        **cost: Any,
    ) -> None:
        self.world.note(
            operation=operation,
            name=name,
            variables=dict(variables),
            version=version,
            status=status,
            outcome=outcome,
            **cost,
        )
