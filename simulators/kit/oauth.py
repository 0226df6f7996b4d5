"""What the OAuth services of all marketplaces have in common: who consented, which tokens live, and the consent page's ways.

A platform adds its endpoint: which grants it knows, in which words it refuses, what the consent page is asked with and answers.
"""

from __future__ import annotations

import abc
import html
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Generic
from urllib.parse import quote, urlencode

from simulators.kit.sellers import AnySeller, SellersWorld
from simulators.kit.tokens import Code, Grant, TokenStore
from simulators.kit.wire import HTML, Call, Reply, json_of

_FORM = "application/x-www-form-urlencoded"


class TokenService(abc.ABC, Generic[AnySeller]):
    """Codes and tokens of one application, for any number of sellers. Callers hold the world's lock."""

    def __init__(self, world: SellersWorld[Any, AnySeller], *, access_token_s: int) -> None:
        self._sellers = world.sellers
        self._now = world.now
        self.access_token_s = access_token_s
        self._codes = TokenStore[Code](world.now)
        self._refresh = TokenStore[Grant](world.now)
        self._access = TokenStore[Grant](world.now)

    @abc.abstractmethod
    def admit(self, seller: AnySeller) -> None:
        """Let a seller's refresh token in, as if they had consented."""

    def revoke(self, seller: AnySeller) -> None:
        """The seller withdraws their consent: refresh tokens end, and access tokens with them."""
        self._refresh.end_all(seller.name)
        self._access.end_all(seller.name)

    def expire_access(self, seller: AnySeller | None = None) -> int:
        """End access tokens now (one seller's, or all); refresh tokens stay good. Returns how many ended."""
        return self._access.end_all(seller.name if seller else None)

    def issued(self, token: str, owner: str, scopes: frozenset[str], kind: str) -> dict[str, object]:
        """Issue an access token of a `kind`; the answer that tells it."""
        self._access.issue(token, Grant(owner, self.ends_in(self.access_token_s), scopes))
        return {"access_token": token, "token_type": kind, "expires_in": self.access_token_s}

    def ends_in(self, seconds: int) -> datetime:
        """An instant so many seconds from now."""
        return self._now() + timedelta(seconds=seconds)

    def consenting(self, call: Call) -> AnySeller | Reply:
        """Who consents: the one named by `seller=`, or the only one; else the page on which a person says who they are."""
        names = sorted(self._sellers)
        name = call.query.get("seller") or (names[0] if len(names) == 1 else None)
        if name is None or name not in self._sellers:
            return _who_are_you(call, names)
        return self._sellers[name]


def form_in(call: Call) -> dict[str, str] | None:
    """The fields of a token call's form; None where its Content-Type is another."""
    if not call.headers.get("content-type", "").startswith(_FORM):
        return None
    return call.form


def fields_in(call: Call) -> dict[str, str] | None:
    """The fields of a token call that may be a form or a JSON object of texts; None for anything else."""
    if not call.is_json:
        return form_in(call)
    try:
        told = json_of(call.body)
    except ValueError:
        return None
    return {name: value for name, value in told.items() if isinstance(value, str)} if isinstance(told, dict) else None


def refused(error: str, description: str, status: int = 400) -> Reply:
    """A refusal by its name (RFC 6749, 5.2)."""
    return Reply(status, {"error": error, "error_description": description})


def sent_back(target: str, answer: dict[str, str]) -> Reply:
    """The seller's browser goes back to the app with what became of the consent."""
    joint = "&" if "?" in target else "?"
    return Reply(302, None, {"Location": f"{target}{joint}{urlencode(answer)}"})


def _who_are_you(call: Call, names: Iterable[str]) -> Reply:
    """The same consent, asked for once more for each seller (`seller=`), and for who declines (`decline=1`)."""
    base = f"{call.path}?{call.query_string}"
    links = "".join(
        f'<li><a href="{html.escape(f"{base}&seller={quote(name)}")}">{html.escape(name)}</a></li>' for name in names
    )
    decline = html.escape(f"{base}&decline=1")
    page = f'<h1>Who is selling?</h1><ul>{links}</ul><p><a href="{decline}">Decline</a></p>'
    return Reply(200, page, content_type=HTML)
