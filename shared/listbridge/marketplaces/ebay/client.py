"""The only HTTP to eBay: hosts, tokens, languages, and the verdict on every answer.

Paths, operation names and headers are those of sell_inventory 1.18.4 and its sister documents. Every call names its
operation by its operationId, which is also its name in the budget.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from requests import Response

from listbridge.domain.verdicts import RateLimited, RemoteError
from listbridge.infra.answers import json_object, places, with_living_token
from listbridge.infra.connection import Connection
from listbridge.infra.http import Purpose, request_id
from listbridge.marketplaces.ebay.auth import Grants, Hosts, Who
from listbridge.marketplaces.ebay.errors import UNKNOWN, UNREADABLE, Refusal, entries_of
from listbridge.marketplaces.ebay.settings import Settings
from listbridge.marketplaces.ebay.sites import NationalSite
from listbridge.marketplaces.ebay.wire import RateLimits

M = TypeVar("M", bound=BaseModel)
INVENTORY = "/sell/inventory/v1"
_QUOTA_LOOK = timedelta(seconds=60)


class Refused(Exception):
    """eBay refused a call. `refusal` is what it said; `verdict` what it means when nobody knows better."""

    def __init__(self, refusal: Refusal, verdict: RemoteError, body: Any) -> None:
        super().__init__(str(verdict))
        self.refusal = refusal
        self.verdict = verdict
        self.body = body


@dataclass(frozen=True, slots=True)
class Request:
    """One call. `site` gives the languages; `write` says that it changes something, so that no answer is no proof."""

    method: str
    path: str
    operation: str
    site: NationalSite | None = None
    params: Mapping[str, str] | None = None
    body: Mapping[str, Any] | None = None
    write: bool = False
    who: Who = "seller"
    host: str = "api"


class EbayHttp:
    """HTTP for one account. Safe to share between threads."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.settings = Settings.model_validate(connection.settings)
        self.hosts = Hosts.of(connection)
        self._grants = Grants(connection)
        self._quotas: dict[str, tuple[datetime, datetime | None]] = {}
        self._guard = threading.Lock()

    def read(self, request: Request, model: type[M]) -> M:
        """The answer in the model's shape. Raises RemoteError."""
        try:
            return self.ask(request, model)
        except Refused as refused:
            raise refused.verdict from None

    def ask(self, request: Request, model: type[M]) -> M:
        """As `read`, but a refusal comes as `Refused`, for callers that know what some of them mean."""
        response = self.send(request)
        try:
            return model.model_validate(json_object(response) or {})
        except ValidationError as error:
            raise self._unreadable(request, response, places(error)) from None

    def send(self, request: Request) -> Response:
        """One call, repeated once with a fresh token when the token was refused.

        Raises:
            Refused: any answer but 2xx, when it names eBay's own errors.
            RemoteError: transport failures, and answers that are not eBay's.
        """
        response = with_living_token(lambda: self._once(request), lambda: self._grants.renew(request.who))
        if 200 <= response.status_code < 300:
            if response.content and json_object(response) is None:
                raise self._unreadable(request, response, "not a JSON object")
            return response
        body = json_object(response)
        refusal = Refusal(
            request.operation, response.status_code, request.write, entries_of(body), request_id(response.headers)
        )  # fmt: skip
        verdict = refusal.error(self.connection.clock.now())
        if isinstance(verdict, RateLimited):
            self._learn(request, verdict)
        if body is None:
            raise verdict
        raise Refused(refusal, verdict, body)

    def _once(self, request: Request) -> Response:
        headers = {"Authorization": f"Bearer {self._grants.token(request.who)}", "Accept": "application/json"}
        if request.site is not None:
            # Both, always: a missing or foreign language is answered with errors that name something else (README).
            headers["Accept-Language"] = request.site.language
            if request.write:
                headers["Content-Language"] = request.site.language
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        return self.connection.session.request(
            request.method,
            f"{getattr(self.hosts, request.host)}{request.path}",
            purpose=Purpose.WRITE if request.write else Purpose.READ,
            operation=request.operation,
            headers=headers,
            params=request.params,
            json=request.body,
        )

    def _unreadable(self, request: Request, response: Response, what: str) -> RemoteError:
        row = UNKNOWN if request.write else UNREADABLE
        return row.error(
            detail=f"{request.operation}: {what}",
            status=response.status_code,
            request=request_id(response.headers),
        )

    def _learn(self, request: Request, verdict: RateLimited) -> None:
        """Tell the budget how long to stay away, and put the end of a spent day into the verdict."""
        if verdict.status != 429:
            return  # a listing's own limit, not the app's
        until = self._day_ends(request)
        if until is not None:
            verdict.until = until
        now = self.connection.clock.now()
        self.connection.budget.learn(
            request.operation, blocked_until=until or now + timedelta(seconds=verdict.after_s)
        )

    def _day_ends(self, request: Request) -> datetime | None:
        """When the API's quota comes back, if it is used up. eBay's 429 does not tell a spent second from a spent day.

        Asked at most once a minute, and never about itself.
        """
        if request.operation == "getRateLimits":
            return None
        _, context, name, *_ = request.path.split("/")
        now = self.connection.clock.now()
        with self._guard:
            asked_at, ends = self._quotas.get(name, (None, None))
            if ends is not None and now < ends:
                return ends
            if asked_at is not None and now - asked_at < _QUOTA_LOOK:
                return None
            self._quotas[name] = (now, None)
        question = Request(
            "GET", "/developer/analytics/v1_beta/rate_limit/", "getRateLimits",
            params={"api_context": context, "api_name": name}, who="app",
        )  # fmt: skip
        try:
            ends = _spent_until(self.read(question, RateLimits), context, name)
        except RemoteError:
            return None  # the 429 at hand is what matters
        with self._guard:
            self._quotas[name] = (now, ends)
        return ends


def _spent_until(limits: RateLimits, context: str, name: str) -> datetime | None:
    ends = []
    for api in limits.rate_limits:
        if (api.api_context, api.api_name) != (context, name):
            continue
        for resource in api.resources or ():
            ends += [rate.reset for rate in resource.rates or () if rate.remaining == 0 and rate.reset]
    try:
        return max((datetime.fromisoformat(end) for end in ends), default=None)
    except ValueError:
        return None
