"""Pages of configuration documents. Every page reads all documents of a kind: there are a few hundred at most."""

from __future__ import annotations

from typing import Annotated, TypeAlias, TypeVar

from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayRouter

from listbridge.admin.call import deps_of
from listbridge.admin.cursors import opened, sealed
from listbridge.admin.parameters import LIMIT
from listbridge.domain.configuration import Document

Limit: TypeAlias = Annotated[int, Query(ge=1, le=500, description=LIMIT)]
D = TypeVar("D", bound=Document)


def page_of(router: APIGatewayRouter, kind: type[D], cursor: str | None, limit: int) -> tuple[list[D], str | None]:
    """Documents in the order of their ids, which never change, and the cursor to the next page. Raises NotACursor."""
    after = opened(router, cursor) or ""
    rows = sorted((one for one in deps_of(router).configuration.all(kind) if one.id > after), key=lambda one: one.id)
    page = rows[:limit]
    return page, sealed(router, page[-1].id if len(rows) > limit else None)
