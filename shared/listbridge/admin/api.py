"""The whole API behind one function: who calls, what he may do, which route answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from listbridge.admin import (
    accounts,
    activity,
    callbacks,
    errors,
    health,
    items,
    jobs,
    listings,
    orders,
    platforms,
    profiles,
    sales_lists,
    settings,
    shops,
)
from listbridge.admin.auth import Caller, Group, caller_of, needed_group
from listbridge.domain.problem import Problem
from listbridge.services.deps import Deps
from listbridge.services.public_address import settle_public_address

PREFIX = "/v1"
CALLBACKS = "/callbacks/"
_ROUTERS = (
    platforms.router,
    shops.router,
    accounts.router,
    profiles.router,
    sales_lists.router,
    items.router,
    jobs.router,
    listings.router,
    orders.router,
    activity.router,
    health.router,
    settings.router,
)


def _application() -> APIGatewayRestResolver:
    app = APIGatewayRestResolver(enable_validation=True)
    for router in _ROUTERS:
        app.include_router(router, prefix=PREFIX)
    app.include_router(callbacks.router)
    errors.install(app)
    return app


app = _application()


def answer(
    event: dict[str, Any], context: Any, deps: Deps, *, configured_address: str | None
) -> dict[str, Any]:
    """Answer one call of the gateway. Nothing escapes: a bug of ours is logged, and answered with 500 and its id."""
    request = str((event.get("requestContext") or {}).get("requestId", ""))
    try:
        return _answer(event, context, deps, configured_address or "")
    except Exception as error:  # noqa: BLE001  # the boundary: an exception's text may hold what must not get out
        return errors.failed(error, request)
    finally:
        app.context.clear()


def _answer(event: dict[str, Any], context: Any, deps: Deps, configured_address: str) -> dict[str, Any]:
    caller = Caller("the seller's browser", None)
    if not str(event["path"]).startswith(CALLBACKS):
        caller = caller_of(event)
        needed = needed_group(event["httpMethod"], event["path"])
        if caller.group is None or caller.group < needed:
            params = {"group": needed.name.lower(), "caller": caller.name}
            return errors.refused(403, Problem("group_needed", params, "ask_admin_for_group"))
        called = _called_address(event) if caller.group is Group.ADMIN else ""
        settle_public_address(deps, configured=configured_address, called=called)
    app.context.update(deps=deps, actor=caller.name, group=caller.group)
    answered: dict[str, Any] = app.resolve(event, context)
    return answered


def _called_address(event: Mapping[str, Any]) -> str:
    """Under which address, stage included, the caller reached us. The gateway itself vouches for its host."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    whole = str((event.get("requestContext") or {}).get("path", ""))
    before = whole.removesuffix(event["path"]) if whole.endswith(event["path"]) else ""
    host = headers.get("host", "")
    return f"{headers.get('x-forwarded-proto', 'https')}://{host}{before}" if host else ""
