"""The only HTTP to Shopify: one GraphQL endpoint, one token, one cost bucket."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from requests import Response

from listbridge.domain.verdicts import OutcomeUnknown, RateLimited, RemoteError
from listbridge.infra.calls.api_client import Answer, ApiClient, Call, M
from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.cursor_pages import all_rows
from listbridge.infra.calls.http import Purpose
from listbridge.shops.shopify.auth import Grant, base_url
from listbridge.shops.shopify.catalog.queries import Query
from listbridge.shops.shopify.catalog.wire import Page
from listbridge.shops.shopify.errors import CHANGED, UNREADABLE, by_code, by_status, cost_of, lacking_points, of_write
from listbridge.shops.shopify.settings import Credentials, Settings

_LOG = logging.getLogger("listbridge.shops.shopify")
N = TypeVar("N")
R = TypeVar("R")


class AdminApi(ApiClient[Call]):
    """The Admin GraphQL API of one store."""

    UNREADABLE = UNREADABLE
    UNKNOWN = replace(UNREADABLE, verdict=OutcomeUnknown)

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        settings = Settings.model_validate(connection.settings)
        self._version = settings.api_version
        self._url = f"{base_url(connection)}/admin/api/{settings.api_version}/graphql.json"
        self._grant = Grant(connection, Credentials.model_validate(connection.secret))
        self._served: str | None = None

    def query(
        self, query: Query[M], variables: Mapping[str, Any], *, operation: str, purpose: Purpose = Purpose.READ
    ) -> M:
        """What is read of the answer's `data`, in the query's own model.

        Raises:
            RateLimited: the cost bucket is too empty; `after_s` is when it will hold enough.
            RetryLater: no usable answer.
            Unauthorized: the credentials are dead, or lack a scope.
            TooDear: more than a single query may cost; a smaller one may pass.
            Rejected: Shopify does not understand the document.
            OutcomeUnknown: a write may have been done (errors.of_write).
        """
        return self.ask(self._call(query, variables, operation, purpose), query.answer)

    def look_up(self, query: Query[M], variables: Mapping[str, Any], *, operation: str) -> M | None:
        """As `query`; None where what is asked for is not there."""
        return self.find(self._call(query, variables, operation, Purpose.READ), query.answer)

    def rows(
        self, query: Query[Page[R]], variables: Mapping[str, Any], *, operation: str, first: Page[R] | None = None
    ) -> Iterator[R]:
        """All rows of a list: of its `first` page, where that came with something else, and of all behind it.

        A thing that is not there has no rows. Raises RetryLater when it goes between two pages, and as `query` does.
        """

        def ask(after: str | None) -> Page[R]:
            told = {**variables, "after": after}
            if not query.of_a_thing:
                return self.query(query, told, operation=operation)
            page = self.look_up(query, told, operation=operation)
            return Page[R]() if page is None and after is None else there(page, operation)

        return all_rows(first or ask(None), ask)

    def _call(self, query: Query[Any], variables: Mapping[str, Any], operation: str, purpose: Purpose) -> Call:
        return Call(
            "POST",
            self._url,
            operation,
            body={"query": query.text, "variables": dict(variables)},
            write=purpose is Purpose.WRITE,
            hook=purpose is Purpose.HOOK,
            within=query.within,
        )

    def address(self, call: Call) -> str:
        return call.path

    def headers(self, call: Call) -> Mapping[str, str]:
        return {"X-Shopify-Access-Token": self._grant.token()}

    def renew(self, call: Call) -> bool:
        return self._grant.renew()

    def refusal(self, call: Call, answer: Answer) -> RemoteError | None:
        self._notice_version(answer.response)
        refusal = by_status(answer.response, call.operation)
        body = answer.body if refusal is None else None
        if refusal is None and body is None:
            return self.unreadable(call, answer, "not a JSON object")
        refusal = refusal or by_code(answer.response, body or {}, call.operation)
        return of_write(refusal, body) if refusal is not None and call.write else refusal

    def told(self, call: Call, answer: Answer) -> Any:
        return (answer.body or {}).get("data")

    def spent(self, call: Call, limited: RateLimited) -> None:
        self._hold_back(call.operation, limited.after_s)

    def learn(self, call: Call, answer: Answer) -> None:
        """The next call of this kind would only be told THROTTLED: save every worker the request."""
        wait = lacking_points(cost_of(answer.body or {}))
        if wait > 0:
            self._hold_back(call.operation, wait)

    def _hold_back(self, operation: str, seconds: float) -> None:
        until = self.connection.clock.now() + timedelta(seconds=seconds)
        self.connection.budget.learn(operation, blocked_until=until)

    def _notice_version(self, response: Response) -> None:
        """Shopify answers an expired version with the oldest living one, silently: say so once."""
        served = response.headers.get("X-Shopify-API-Version")
        if served is None or served == self._served:
            return
        self._served = served
        if served != self._version:
            fields = {"asked": self._version, "served": served[:20]}
            _LOG.warning("shopify_version_fell_forward", extra={"fields": fields})


def there(thing: N | None, operation: str) -> N:
    """What was there when its first page was read. Raises RetryLater when it is gone since."""
    if thing is None:
        raise CHANGED.error(detail=f"{operation}: gone between two pages", status=200)
    return thing


def beside(ids: Sequence[str], nodes: Sequence[N | None], operation: str) -> list[tuple[str, N | None]]:
    """Each id with its node. An answer with fewer or more nodes than ids proves nothing about any of them."""
    if len(ids) != len(nodes):
        raise UNREADABLE.error(detail=f"{operation}: {len(nodes)} nodes for {len(ids)} ids", status=200, request=None)
    return list(zip(ids, nodes, strict=True))
