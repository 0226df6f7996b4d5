"""The whole API behind one function: who calls, what they may do, which route answers."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.event_handler.api_gateway import ResponseBuilder, Route

from listbridge.admin import errors
from listbridge.admin.auth import Caller, Group, caller_of, needed_group
from listbridge.admin.bodies import BodyRefused, refuse_too_large, with_checked_body
from listbridge.admin.paths import called_address, called_path
from listbridge.admin.views.documents import FieldView
from listbridge.domain.problem import Problem
from listbridge.services.configuration.public_address import ensure_public_address
from listbridge.services.deps import Deps

PREFIX = "/v1"
CALLBACKS = "/callbacks/"
CONSENTING = Caller("the seller's browser", Group.ANYONE)
ROOMS: Final[Mapping[str, tuple[str, ...]]] = {
    "/callbacks": ("callbacks",),
    "/v1/platforms": ("platforms",),
    "/v1/shops": ("shops",),
    "/v1/accounts": ("accounts", "account_desk", "adoptions", "inventory"),
    "/v1/profiles": ("profiles",),
    "/v1/creation-profiles": ("profiles",),
    "/v1/sku-mappings": ("sku_mappings",),
    "/v1/sales-lists": ("sales_lists", "items", "exports"),
    "/v1/jobs": ("jobs",),
    "/v1/listings": ("listings",),
    "/v1/orders": ("orders",),
    "/v1/activity": ("activity",),
    "/v1/health": ("health",),
    "/v1/counters": ("health",),
    "/v1/settings": ("settings",),
}
"""Which modules answer what begins so. They are imported when the first such call comes: a process that has just started
serves one, and all of them together were a fifth of its start."""


class GuardedRoutes(APIGatewayRestResolver):
    """A resolver whose routes come as they are needed, and that checks the caller's group before a route validates its input.

    It checks the very route that is about to run, so no second reading of the path can disagree.
    """

    def _call_route(self, route: Route, route_arguments: dict[str, str]) -> ResponseBuilder[Any]:
        if route in self._static_routes or route in self._dynamic_routes:
            needed = needed_group(route)
            caller: Caller = self.context["caller"]
            if caller.group < needed:
                params = {"group": needed.name.lower(), "caller": caller.name}
                refusal = errors.answered(403, Problem("group_needed", params, "ask_admin_for_group"))
                return ResponseBuilder(response=refusal, serializer=self._serializer, route=route)
            wrong = self._wrong_parameters(route)
            if wrong:
                refusal = errors.answered(422, Problem("invalid_fields"), wrong)
                return ResponseBuilder(response=refusal, serializer=self._serializer, route=route)
        return super()._call_route(route, route_arguments)

    def _wrong_parameters(self, route: Route) -> list[FieldView]:
        """A filter that we do not know would show more than was asked for; of one that is given twice, which counts?"""
        if route.path.startswith(CALLBACKS):
            return []  # whose parameters are the marketplace's affair
        known = {parameter.alias for parameter in route.dependant.query_params}
        asked = self.current_event.resolved_query_string_parameters
        return [
            FieldView(field=name, text="is no parameter of this call" if name not in known else "is given twice")
            for name, values in asked.items()
            if name not in known or len(values) > 1
        ]


def _application() -> GuardedRoutes:
    app = GuardedRoutes(enable_validation=True)
    errors.install(app)
    return app


app = _application()
_opened: set[str] = set()


def open_room(path: str) -> None:
    """Have the routes ready that may answer this path; none for a path that nobody answers."""
    begins = "/".join(path.split("/", 3)[: 2 if path.startswith(CALLBACKS) else 3])
    for name in ROOMS.get(begins, ()):
        if name not in _opened:
            router = import_module(f"listbridge.admin.routes.{name}").router
            app.include_router(router, prefix="" if begins == "/callbacks" else PREFIX)
            _opened.add(name)


def answer(event: dict[str, Any], context: Any, deps: Deps, *, configured_address: str | None) -> dict[str, Any]:
    """Answer one call of the gateway. Nothing escapes: a bug of ours is logged, and answered with 500 and its id."""
    request = str((event.get("requestContext") or {}).get("requestId", ""))
    try:
        return _answer(event, context, deps, configured_address or "")
    except Exception as error:  # noqa: BLE001  # the boundary: an exception's text may hold what must not get out
        return errors.failed(error, request)
    finally:
        app.context.clear()


def _checked(event: dict[str, Any], caller: Caller) -> dict[str, Any]:
    """The event with a body that its route may look at. Of somebody who may do nothing not even the body is read; what a
    platform hands over stays as it is signed. Raises BodyRefused."""
    if caller is CONSENTING:
        refuse_too_large(event)
        return event
    return {**event, "body": None} if caller.group is Group.ANYONE else with_checked_body(event)


def _answer(event: dict[str, Any], context: Any, deps: Deps, configured_address: str) -> dict[str, Any]:
    called = called_path(event)
    if called is None:
        return errors.refused(404, Problem("no_such_route"))
    caller = CONSENTING if called.path.startswith(CALLBACKS) else caller_of(event)
    if caller.group > Group.ANYONE:
        address = called_address(event, called.path) if caller.group is Group.ADMIN else ""
        ensure_public_address(deps, configured=configured_address, called=address)
    try:
        checked = _checked(event, caller)
    except BodyRefused as error:
        return errors.refused(error.status, error.problem, error.fields)
    open_room(called.path)
    app.context.update(deps=deps, caller=caller)
    answered: dict[str, Any] = app.resolve({**checked, "path": called.path}, context)
    return answered
