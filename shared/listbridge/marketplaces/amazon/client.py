"""The only HTTP to Amazon: hosts, tokens, and the verdict on every answer.

Paths, operation names, parameters and headers are those of the official models (as of 2026-08-05). Every call names its
operation by its operationId, which is also its name in the budget.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from requests import Response

from listbridge.domain.verdicts import RemoteError, RetryLater
from listbridge.infra.calls.answers import json_object, readable
from listbridge.infra.calls.api_client import Answer, ApiClient, Call, CallRefused
from listbridge.infra.calls.connection import Connection, credentials_of
from listbridge.infra.calls.seller_and_app import Who
from listbridge.infra.calls.wire_models import Told
from listbridge.marketplaces.amazon import errors
from listbridge.marketplaces.amazon.auth import Hosts, secret_ends, tokens_of
from listbridge.marketplaces.amazon.sellers import Participations
from listbridge.marketplaces.amazon.settings import Credentials, Settings
from listbridge.marketplaces.amazon.sites import BY_MARKETPLACE, NationalSite

AGENT = "Listbridge/1 (Language=Python)"
"""Amazon asks every application to name itself (developer-docs.amazon.com/sp-api, "Include a User-Agent header")."""
_LONGEST_MESSAGE = 300
_LIMIT = "x-amzn-RateLimit-Limit"
_FORBIDDEN, _BROKEN = 403, 500
_EXPIRED = re.compile(r"\btoken\b.*\bexpired\b", re.IGNORECASE)


def csv(*values: str) -> str:
    """A query parameter that is a list (`collectionFormat` csv in every model)."""
    return ",".join(values)


@dataclass(frozen=True, slots=True)
class Request(Call):
    """One call; its `path` begins with a slash. `who` calls: the seller, or for operations that need no seller's consent the
    app itself. With a `url` it goes there instead, without a token: a document at a presigned address."""

    who: Who = "seller"
    url: str = ""


_PARTICIPATIONS = Request("GET", "/sellers/v1/marketplaceParticipations", "getMarketplaceParticipations")


class ErrorEntry(Told):
    """One of an answer's `errors`."""

    code: str = ""
    message: str = ""
    details: str = ""


class AmazonHttp(ApiClient[Request]):
    """HTTP for one account. Safe to share between threads."""

    UNREADABLE, UNKNOWN, LIMITED = errors.UNREADABLE, errors.UNKNOWN, errors.THROTTLED
    REFUSED, BY_CODE, BY_STATUS = errors.REFUSED, errors.BY_CODE, errors.BY_STATUS

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.settings = Settings.model_validate(connection.settings)
        self.hosts = Hosts.of(connection)
        self._credentials = credentials_of(connection, Credentials, errors.APP_REFUSED)
        self._tokens = tokens_of(connection, self._credentials)

    @property
    def seller(self) -> str:
        """The seller's id, a part of many paths. Raises Unauthorized where neither consent nor settings told it."""
        # The settings first: a new consent brings its id there, while the facts are those of the account before.
        id = self.settings.seller_id or self.connection.facts.get("seller_id", "")
        if not id:
            raise errors.SELLER_UNKNOWN.error()
        return id

    @property
    def credentials_end(self) -> datetime | None:
        """When the app's secret ends on its own; None where nobody said when it was made."""
        return secret_ends(self._credentials)

    def page_of(self, site: NationalSite, asin: str) -> str:
        """The page of a product for buyers; none where there is no ASIN yet."""
        return f"{self.connection.host(site.web)}/dp/{asin}" if asin else ""

    def address(self, call: Request) -> str:
        return call.url or f"{self.hosts.api}{call.path}"

    def headers(self, call: Request) -> Mapping[str, str]:
        if call.url:
            return {}
        return {"x-amz-access-token": self._tokens.token(call.who), "User-Agent": AGENT}

    def renew(self, call: Request) -> bool:
        return not call.url and self._tokens.renew(call.who)

    def token_refused(self, response: Response) -> bool:
        """Also a 403 of the API's own: the models have one for an expired token and for a role that is not granted. A page is some
        edge server's."""
        forbidden = response.status_code == _FORBIDDEN and json_object(response) is not None
        return forbidden or super().token_refused(response)

    def code_of(self, body: Mapping[str, Any]) -> str:
        return next((entry.code for entry in entries_of(body)), "")

    def words_of(self, body: Mapping[str, Any]) -> tuple[str, Mapping[str, str]]:
        entries = entries_of(body)
        return (entries[0].message[:_LONGEST_MESSAGE] if entries else "") or "(no reason given)", {}

    def refusal(self, call: Request, answer: Answer) -> RemoteError | CallRefused | None:
        """As for every platform, but that a token which is new and called expired is Amazon's trouble, not the seller's: for half
        an hour that was the answer to everybody (amzn/selling-partner-api-docs issue 3153)."""
        refused = super().refusal(call, answer)
        if answer.status >= _BROKEN and isinstance(refused, RetryLater):
            return errors.UNAVAILABLE.instead_of(refused)
        if (
            answer.status == _FORBIDDEN
            and isinstance(refused, CallRefused)
            and _EXPIRED.search(_all_words(answer.body))
        ):
            return CallRefused(errors.TOKEN_TROUBLE.instead_of(refused.verdict), refused.said, refused.body)
        left = self._left(call) if answer.status == _FORBIDDEN and isinstance(refused, CallRefused) else ""
        if left and isinstance(refused, CallRefused):
            verdict = errors.SITE_LEFT.instead_of(refused.verdict, params={"site": left})
            return CallRefused(verdict, refused.said, refused.body)
        return refused

    def taking_part(self) -> tuple[str, ...]:
        """The stores in which the seller takes part, by their ids, as Amazon lists them. Raises RemoteError."""
        told = self.read(_PARTICIPATIONS, Participations).payload
        return tuple(one.marketplace.id for one in told if one.participation.is_participating)

    def _left(self, call: Request) -> str:
        """The first site that a call names and on which the seller does not take part; empty where it names none: then a 403 is about
        the whole account. One site that was left must not stop the others. Raises RemoteError."""
        named = [BY_MARKETPLACE[store].id for store in _stores_of(call) if store in BY_MARKETPLACE]
        if not named:
            return ""
        taken = {BY_MARKETPLACE[store].id for store in self.taking_part() if store in BY_MARKETPLACE}
        return next((site for site in named if site not in taken), "")

    def learn(self, call: Request, answer: Answer) -> None:
        rate = _positive(answer.response.headers.get(_LIMIT))
        if rate is not None:
            self.connection.budget.learn(call.operation, rate=rate)


def _stores_of(call: Request) -> list[str]:
    """The marketplace ids that a call is about."""
    told = {**(call.params or {}), **(call.body if isinstance(call.body, Mapping) else {})}
    many = told.get("marketplaceIds", told.get("marketplaceId", ""))
    return [str(one) for one in many] if isinstance(many, list) else str(many).split(",")


def entries_of(body: Any) -> list[ErrorEntry]:
    """The `errors` of an answer, as far as they can be read."""
    return readable(body.get("errors") if isinstance(body, Mapping) else None, ErrorEntry)


def _all_words(body: Any) -> str:
    return " ".join(f"{entry.message} {entry.details}" for entry in entries_of(body))


def _positive(header: str | None) -> float | None:
    """Calls a second; None for what is no such number."""
    try:
        rate = float(header or "")
    except ValueError:
        return None
    return rate if 0 < rate < 1_000 else None
