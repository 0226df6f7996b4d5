"""What a route knows about the call that it answers."""

from __future__ import annotations

from aws_lambda_powertools.event_handler.router import APIGatewayRouter

from listbridge.admin.auth import Caller, Group
from listbridge.services.deps import Deps


def new_router() -> APIGatewayRouter:
    """A router for one resource's routes."""
    return APIGatewayRouter()  # type: ignore[no-untyped-call]


def deps_of(router: APIGatewayRouter) -> Deps:
    """The services' ports, put there by the code that answers the event."""
    deps: Deps = router.context["deps"]
    return deps


def actor_of(router: APIGatewayRouter) -> str:
    """Who calls, for the activity."""
    return _caller(router).name


def sees_buyers(router: APIGatewayRouter) -> bool:
    """Whether the caller may see who bought: only those who work on orders."""
    return _caller(router).group >= Group.OPERATOR


def _caller(router: APIGatewayRouter) -> Caller:
    caller: Caller = router.context["caller"]
    return caller
