"""`/callbacks/{slug}`: what a platform hands over, in its owner's browser or from machine to machine. Nobody is signed in
here: the state is the proof, it works once, and only an admin can have asked for it."""

from __future__ import annotations

import html
import json
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from listbridge.admin import errors
from listbridge.admin.auth import Group, open_to
from listbridge.admin.call import deps_of, new_router
from listbridge.domain.verdicts import RemoteError
from listbridge.infra.gateway_events import raw_request
from listbridge.services.configuration.hand_over import LANDING, receive_hand_over
from listbridge.services.configuration.public_address import public_base_url
from listbridge.services.desk import messages
from listbridge.services.refusal import Refused

router = new_router()
State = Annotated[
    str,
    Query(
        max_length=200, description="Which hand-over it is; it works once. Some platforms bring it back in another way."
    ),
]
Slug = Annotated[str, Path(description="The platform's slug, as in `GET /v1/platforms`.")]
_TAGS = ["callbacks"]
_PAGE = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Listbridge</title><p>{text}</p></html>'
_HEADERS = {"cache-control": "no-store", "referrer-policy": "no-referrer"}


@router.get(
    "/callbacks/<slug>",
    summary="The owner comes back from the platform",
    tags=_TAGS,
    security=[{}],
    openapi_extensions=open_to(Group.ANYONE),
)
def consented(slug: Slug, state: State = "") -> Response[str]:
    """Takes what the browser brings and connects the account or shop, if its owner is the one it belongs to. Answers
    with a small page; a platform that registers itself by such a call is answered as it asks."""
    if slug == LANDING:
        return _page(200, "You may close this page. The console shows whether the connection stands.")
    try:
        return _received(slug, state)
    except (Refused, RemoteError) as error:
        return _page(409, f"{messages.text(error.problem)} {messages.fix_text(error.problem)}".strip())


@router.post(
    "/callbacks/<slug>",
    summary="A platform hands over keys",
    tags=_TAGS,
    security=[{}],
    openapi_extensions=open_to(Group.ANYONE),
)
def handed_over(slug: Slug, state: State = "") -> Response[str]:
    """Takes keys that a platform sends unasked, or its confirmation, and connects the account or shop that waits for
    them. The body is as the platform sends it."""
    try:
        return _received(slug, state)
    except (Refused, RemoteError) as error:
        return errors.answered(409, error.problem)


def _received(slug: str, state: str) -> Response[str]:
    deps, event = deps_of(router), router.current_event
    request = raw_request(event.raw_event, f"{public_base_url(deps.configuration)}/callbacks/{slug}")
    landed = receive_hand_over(deps, slug, state, request)
    if landed.answer is None and request.method == "GET":
        name = landed.connection.name
        return _page(200, f"{name} is connected. You may close this page." if landed.done else name)
    return Response(
        status_code=200, content_type="application/json", body=json.dumps(dict(landed.answer or {})), headers=_HEADERS
    )


def _page(status: int, text: str) -> Response[str]:
    body = _PAGE.format(text=html.escape(text))
    return Response(status_code=status, content_type="text/html; charset=utf-8", body=body, headers=dict(_HEADERS))
