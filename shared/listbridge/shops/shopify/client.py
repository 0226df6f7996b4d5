"""The only HTTP to Shopify: one GraphQL endpoint, one token, one cost bucket."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from requests import Response

from listbridge.domain.verdicts import RateLimited, RemoteError
from listbridge.infra.answers import json_object, places, with_living_token
from listbridge.infra.connection import Connection
from listbridge.infra.http import Purpose, request_id
from listbridge.shops.shopify.auth import Grant
from listbridge.shops.shopify.errors import (
    UNREADABLE,
    by_code,
    by_status,
    cost_of,
    lacking_points,
    of_write,
)
from listbridge.shops.shopify.queries import Query
from listbridge.shops.shopify.settings import Credentials, Settings

_LOG = logging.getLogger("listbridge.shops.shopify")
M = TypeVar("M", bound=BaseModel)
N = TypeVar("N", bound=BaseModel)


class AdminApi:
    """The Admin GraphQL API of one store."""

    def __init__(self, connection: Connection) -> None:
        settings = Settings.model_validate(connection.settings)
        base_url = (connection.base_url or f"https://{settings.domain}").rstrip("/")
        self._connection = connection
        self._version = settings.api_version
        self._url = f"{base_url}/admin/api/{settings.api_version}/graphql.json"
        self._grant = Grant(connection, base_url, Credentials.model_validate(connection.secret))
        self._served: str | None = None

    def ask(
        self,
        query: Query[M],
        variables: Mapping[str, Any],
        *,
        operation: str,
        purpose: Purpose = Purpose.READ,
    ) -> M:
        """The answer's `data`, in the query's own model.

        Raises:
            RateLimited: the cost bucket is too empty; `after_s` is when it will hold enough.
            RetryLater: no usable answer.
            Unauthorized: the credentials are dead, or lack a scope.
            TooDear: more than a single query may cost; a smaller one may pass.
            Rejected: Shopify does not understand the document.
            OutcomeUnknown: a write may have been done (errors.of_write).
        """
        response = with_living_token(
            lambda: self._post(query.text, variables, operation, purpose), self._grant.renew
        )
        self._notice_version(response)
        refusal = by_status(response, operation)
        answer: Mapping[str, Any] = {}
        if refusal is None:
            told = json_object(response)
            if told is None:
                raise self._unreadable(response, operation, "not a JSON object", purpose)
            answer = told
            refusal = by_code(response, answer, operation)
        if refusal is not None:
            if isinstance(refusal, RateLimited):
                self._hold_back(operation, refusal.after_s)
            raise of_write(refusal, answer) if purpose is Purpose.WRITE else refusal
        wait = lacking_points(cost_of(answer))
        if wait > 0:
            # The next call of this kind would only be told THROTTLED: save every worker the request.
            self._hold_back(operation, wait)
        try:
            return query.answer.model_validate(answer.get("data"))
        except ValidationError as error:
            raise self._unreadable(response, operation, places(error), purpose) from None

    def _post(
        self, document: str, variables: Mapping[str, Any], operation: str, purpose: Purpose
    ) -> Response:
        return self._connection.session.request(
            "POST",
            self._url,
            purpose=purpose,
            operation=operation,
            headers={"X-Shopify-Access-Token": self._grant.token(), "Accept": "application/json"},
            json={"query": document, "variables": dict(variables)},
        )

    def _hold_back(self, operation: str, seconds: float) -> None:
        until = self._connection.clock.now() + timedelta(seconds=seconds)
        self._connection.budget.learn(operation, blocked_until=until)

    def _unreadable(self, response: Response, operation: str, what: str, purpose: Purpose) -> RemoteError:
        error = UNREADABLE.error(
            detail=f"{operation}: {what}",
            status=response.status_code,
            request=request_id(response.headers),
        )
        return of_write(error) if purpose is Purpose.WRITE else error

    def _notice_version(self, response: Response) -> None:
        """Shopify answers an expired version with the oldest living one, silently: say so once."""
        served = response.headers.get("X-Shopify-API-Version")
        if served is None or served == self._served:
            return
        self._served = served
        if served != self._version:
            fields = {"asked": self._version, "served": served[:20]}
            _LOG.warning("shopify_version_fell_forward", extra={"fields": fields})


def beside(ids: Sequence[str], nodes: Sequence[N | None], operation: str) -> list[tuple[str, N | None]]:
    """Each id with its node. An answer with fewer or more nodes than ids proves nothing about any of them."""
    if len(ids) != len(nodes):
        raise UNREADABLE.error(
            detail=f"{operation}: {len(nodes)} nodes for {len(ids)} ids", status=200, request=None
        )
    return list(zip(ids, nodes, strict=True))
