"""The only HTTP to eBay: hosts, tokens, languages, and the verdict on every answer.

Paths, operation names and headers are those of sell_inventory 1.18.4 and its sister documents. Every call names its
operation by its operationId, which is also its name in the budget.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from listbridge.domain.verdicts import RateLimited, RemoteError
from listbridge.infra.calls.api_client import Answer, ApiClient, Call, CallRefused
from listbridge.infra.calls.connection import Connection, credentials_of
from listbridge.infra.calls.seller_and_app import Who
from listbridge.marketplaces.ebay.auth import Hosts, tokens_of
from listbridge.marketplaces.ebay.errors import APP_REFUSED, UNKNOWN, UNREADABLE, EbayRefusal, entries_of
from listbridge.marketplaces.ebay.offers.wire import RateLimits
from listbridge.marketplaces.ebay.settings import Credentials, Settings
from listbridge.marketplaces.ebay.sites import NationalSite

INVENTORY = "/sell/inventory/v1"
NOTIFICATION = "/commerce/notification/v1"
_QUOTA_LOOK = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Request(Call):
    """One call. `site` gives the languages."""

    site: NationalSite | None = None
    who: Who = "seller"
    host: str = "api"


class EbayHttp(ApiClient[Request]):
    """HTTP for one account. Safe to share between threads."""

    UNREADABLE, UNKNOWN = UNREADABLE, UNKNOWN

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.settings = Settings.model_validate(connection.settings)
        self.hosts = Hosts.of(connection)
        self._tokens = tokens_of(connection, credentials_of(connection, Credentials, APP_REFUSED))
        self._quotas: dict[str, tuple[datetime, datetime | None]] = {}
        self._guard = threading.Lock()

    def address(self, call: Request) -> str:
        return f"{getattr(self.hosts, call.host)}{call.path}"

    def headers(self, call: Request) -> Mapping[str, str]:
        headers = {"Authorization": f"Bearer {self._tokens.token(call.who)}"}
        if call.site is not None:
            # Both, always: a missing or foreign language is answered with errors that name something else (README).
            headers["Accept-Language"] = call.site.language
            if call.write:
                headers["Content-Language"] = call.site.language
        if call.body is not None:
            headers["Content-Type"] = "application/json"
        return headers

    def renew(self, call: Request) -> bool:
        return self._tokens.renew(call.who)

    def refusal(self, call: Request, answer: Answer) -> RemoteError | CallRefused | None:
        if 200 <= answer.status < 300:
            return None
        said = EbayRefusal(call.operation, answer.status, call.write, entries_of(answer.body), answer.request)
        verdict = said.error(self.connection.clock.now())
        return verdict if answer.body is None else CallRefused(verdict, said, answer.body)

    def spent(self, call: Request, limited: RateLimited) -> None:
        """Puts the end of a spent day into the verdict. A listing's own limit is not the app's."""
        if limited.status == 429:
            limited.until = self._day_ends(call) or limited.until
        super().spent(call, limited)

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
            "GET",
            "/developer/analytics/v1_beta/rate_limit/",
            "getRateLimits",
            params={"api_context": context, "api_name": name},
            who="app",
        )
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
