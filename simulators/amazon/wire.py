"""What Amazon adds to a call, and to a row of the table that serves it."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from simulators.amazon.errors import AmazonError, denied, invalid, trouble_of
from simulators.amazon.sites import SITES
from simulators.amazon.state import Seller
from simulators.kit import wire as kit
from simulators.kit.sellers import SellersCall

NOTIFICATIONS = "sellingpartnerapi::notifications"
ROTATION = "sellingpartnerapi::client_credential:rotation"
"""The scopes of grantless tokens."""


@dataclass(slots=True)
class Call(SellersCall[Seller]):
    """A request to Amazon's hosts."""

    route: Operation = field(init=False, repr=False)
    request_id: str = ""
    codes: list[str] = field(default_factory=list)

    def without_seller(self) -> AmazonError:
        return denied("The access token carries no authorization of a selling partner.")

    def json(self) -> dict[str, Any]:
        """The body as a JSON object. Raises 415 for another content type, 400 for anything else."""
        if not self.is_json:
            raise trouble_of(415)
        try:
            parsed = kit.Call.json(self)
        except ValueError:
            raise invalid("Could not match input arguments", "The request body is not JSON") from None
        if not isinstance(parsed, dict):
            raise invalid("Could not match input arguments", "The request body is no object")
        return parsed

    @property
    def query(self) -> dict[str, str]:
        """The first value of each parameter: of one that is repeated Amazon reads no more (saleweaver/python-amazon-sp-api
        issues 164 and 1902). Parameters that an operation does not know do no harm: public clients send some to each."""
        if self._query is None:
            self._query = dict(reversed(parse_qsl(self.query_string, keep_blank_values=True)))
        return self._query

    def csv(self, name: str) -> list[str]:
        """The values of a list in the query: `a,b`. Empty where it is absent."""
        given = self.query.get(name, "")
        return [one.strip() for one in given.split(",") if one.strip()]

    def marketplaces(self, *, most: int = 50, required: bool = True, foreign: bool = False) -> list[str]:
        """The `marketplaceIds` of the query, each one where this seller sells.

        Raises 400 where there are none, too many, or one that does not exist, and 403 for one where the seller does not sell,
        unless `foreign` ones are welcome.
        """
        wanted = self.csv("marketplaceIds")
        if not wanted and required:
            raise invalid("Missing or invalid request parameters: [marketplaceIds]")
        if len(wanted) > most:
            raise invalid(f"marketplaceIds takes at the most {most} values.")
        self.refuse_foreign(wanted if not foreign else ())
        unknown = [one for one in wanted if one not in SITES]
        if unknown:
            raise invalid("Invalid marketplaceIds provided.", ",".join(unknown))
        return wanted

    def refuse_foreign(self, wanted: Collection[str]) -> None:
        """Raises 400 for stores that do not exist, 403 for those where this seller does not sell."""
        unknown = [one for one in wanted if one not in SITES]
        if unknown:
            raise invalid("Invalid marketplaceIds provided.", ",".join(unknown))
        if not set(wanted) <= set(self.seller.sites):
            raise denied("The selling partner does not sell in this marketplace.")

    def one_of(self, name: str, allowed: Collection[str], default: str | None = None) -> str:
        """A parameter with fixed values. Raises 400 for another, or for none where there is no default."""
        given = self.query.get(name) or default
        if given is None or given not in allowed:
            raise invalid(f"Invalid value for parameter {name}.", json.dumps(self.query.get(name)))
        return given

    def some_of(self, name: str, allowed: Collection[str], default: Collection[str] = ()) -> list[str]:
        """A list parameter with fixed values. Raises 400 for another."""
        given = self.csv(name) or list(default)
        if wrong := [one for one in given if one not in allowed]:
            raise invalid(f"Invalid value for parameter {name}.", ",".join(wrong))
        return given


@dataclass(frozen=True, slots=True)
class Operation(kit.Route):
    """One row of Amazon's models: operationId, address. `handle(world, call)` answers.

    `scope` names the grantless scope that opens it, instead of a seller's token; `either` lets a seller's token in too.
    `presigned` marks an address that carries its own permission: no token, no rate.
    """

    scope: str = ""
    either: bool = False
    presigned: bool = False
