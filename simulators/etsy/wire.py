"""What Etsy adds to a call, and to a row of the table that serves it."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from typing import Any

from simulators.etsy.errors import EtsyError, forbidden, invalid, invalid_token, misshapen, not_found
from simulators.etsy.state import Seller
from simulators.kit import wire as kit
from simulators.kit.sellers import SellersCall

BASE = "/v3/application"
SHOP = f"{BASE}/shops/{{shop_id}}"
LISTING = f"{BASE}/listings/{{listing_id}}"
OWN_LISTING = f"{SHOP}/listings/{{listing_id}}"
FORM = "application/x-www-form-urlencoded"
_WORDS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(slots=True)
class Call(SellersCall[Seller]):
    """A request to Etsy's hosts."""

    route: Operation = field(init=False, repr=False)
    error: str = ""
    ignored: list[str] = field(default_factory=list)
    """Names that the call sent, and that Etsy takes no notice of."""

    def without_seller(self) -> EtsyError:
        return invalid_token("access token is missing")

    @property
    def asker(self) -> Seller | None:
        """Who asks, None for anybody with an app's key."""
        return self._seller

    def own_shop(self) -> Seller:
        """The seller, where the address names their shop. Raises 403 for another's, 400 for what is no id."""
        if self.id_in("shop_id") != self.seller.shop_id:
            raise forbidden("The user is not the owner of the shop.")
        return self.seller

    def id_in(self, name: str) -> int:
        """An id of the address. Raises 400 for what is none, 404 for one that is out of any range."""
        text = self.parameters[name]
        if not text.isascii() or not text.isdecimal() or int(text) < 1:
            raise invalid(f"Expected int value for '{name}' (got string)")
        if int(text) > 2**63 - 1:
            raise not_found()
        return int(text)

    def fields(self) -> dict[str, str]:
        """The form of the body: of a name that comes twice the last, as PHP reads it. Raises 400 for another content type."""
        if self.body and self.headers["content-type"].partition(";")[0].strip().lower() != FORM:
            raise invalid(f"The body of this request is {FORM}.")
        return self.form

    def document(self) -> dict[str, Any]:
        """The body as a JSON object. Raises 400 for anything else."""
        if not self.is_json:
            raise invalid("The body of this request is application/json.")
        try:
            told = self.json()
        except ValueError:
            raise invalid("The request body is not valid JSON.") from None
        if not isinstance(told, dict):
            raise misshapen(("", "type", "The body must be an object."))
        return told

    def flag(self, name: str) -> bool | None:
        """A boolean parameter of the query, None where it is absent. Raises 400 for another word."""
        given = self.query.get(name)
        return None if given is None else flag_of(name, given)

    def number(self, name: str) -> int | None:
        """A whole number of the query, None where it is absent. Raises 400 for anything else."""
        given = self.query.get(name)
        return None if given is None else whole_of(name, given)

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        """A parameter with fixed values. Raises 400 for another."""
        given = self.query.get(name, default)
        if given not in allowed:
            raise invalid(f"Invalid value for '{name}': {given}")
        return given

    def ids(self, name: str, most: int) -> list[int]:
        """A list of ids in the query: `1,2,3`. Raises 400 for none, for too many, and for what is no id."""
        given = [part for part in self.query.get(name, "").split(",") if part]
        if not given:
            raise invalid(f"Expected array value for '{name}'")
        if len(given) > most:
            raise invalid(f"'{name}' takes at most {most} values.")
        return [whole_of(name, part, least=1) for part in given]


@dataclass(frozen=True, slots=True)
class Operation(kit.Route):
    """One row of Etsy's document: operationId, address. `handle(world, call)` answers.

    `scopes` must all be in the token; without any the app's key is enough, and a token tells only who asks.
    """

    scopes: frozenset[str] = frozenset()


def entities(text: str) -> str:
    """A text of people as Etsy's answers have it: with the entities of HTML (etsy/open-api issue 446)."""
    return html.escape(text, quote=False).replace('"', "&quot;").replace("'", "&#39;")


def flag_of(name: str, text: str) -> bool:
    """`true`, `1`, `false`, `0`. Raises 400 for any other word."""
    word = _WORDS.get(text)
    if word is None:
        raise invalid(f"Expected bool value for '{name}' (got string)")
    return word


def whole_of(name: str, text: str, *, least: int = 0) -> int:
    """A whole number from `least` on. Raises 400 for anything else."""
    if not text.isascii() or not text.isdecimal() or len(text) > 18 or int(text) < least:
        raise invalid(f"Expected int value for '{name}' (got string)")
    return int(text)
