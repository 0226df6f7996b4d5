"""`/callbacks/{slug}`: a seller's browser on its way back from a marketplace. Nobody is signed in here: the state is the
proof, it works once, and only an admin can have asked for it."""

from __future__ import annotations

import html
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from listbridge.admin.auth import Group, open_to
from listbridge.admin.call import deps_of, new_router
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RemoteError
from listbridge.services import messages
from listbridge.services.consent import consented_account, finish_consent
from listbridge.services.refusal import Refused

router = new_router()
_PAGE = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Listbridge</title><p>{text}</p></html>'


@router.get(
    "/callbacks/<slug>",
    summary="The seller comes back from the consent page",
    tags=["callbacks"],
    security=[{}],
    openapi_extensions=open_to(Group.ANYONE),
)
def consented(
    slug: str,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
) -> Response[str]:
    """Exchanges the code and connects the account, if the seller is the one it belongs to. Answers with a small page."""
    deps = deps_of(router)
    try:
        account, actor = consented_account(deps, state, slug)
        if not code:
            raise Refused(Problem("consent_declined", {"account": account.name}, "ask_for_consent_again"))
        account = finish_consent(deps, account, code, actor).account
    except (Refused, RemoteError) as error:
        return _page(409, f"{messages.text(error.problem)} {messages.fix_text(error.problem)}".strip())
    return _page(200, f"{account.name} is connected. You may close this page.")


def _page(status: int, text: str) -> Response[str]:
    headers = {"cache-control": "no-store", "referrer-policy": "no-referrer"}
    body = _PAGE.format(text=html.escape(text))
    return Response(status_code=status, content_type="text/html; charset=utf-8", body=body, headers=headers)
