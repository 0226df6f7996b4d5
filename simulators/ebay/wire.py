"""What eBay adds to a call, and to a row of the table that serves it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulators.ebay.errors import EbayError, not_serializable
from simulators.ebay.state import Seller
from simulators.kit import wire as kit
from simulators.kit.sellers import SellersCall

if TYPE_CHECKING:
    from simulators.ebay.world import World


@dataclass(slots=True)
class Call(SellersCall[Seller]):
    """A request to eBay's hosts. `well_shaped` is set once the body has passed the gateway's type check."""

    route: Operation = field(init=False, repr=False)
    well_shaped: bool = False

    def without_seller(self) -> EbayError:
        return EbayError(1100, "Insufficient permissions to fulfill the request.", status=403)

    def json(self) -> dict[str, Any]:
        """The body as a JSON object. Raises 400 (2004) for anything else."""
        try:
            parsed = kit.Call.json(self)
        except ValueError:
            raise EbayError(2004, parameters={"reason": "The request body is not JSON"}) from None
        if not isinstance(parsed, dict):
            raise not_serializable("body")
        return parsed


Touches = Callable[["World", Call], Iterable[Hashable]]


@dataclass(frozen=True, slots=True)
class Operation(kit.Route):
    """One row of eBay's documents: operationId, address, API, scopes (any of them opens it). `handle(world, call)` answers.

    `touches` names the records that the call works on: a second call on one of them while the first is in flight
    is refused with 25025. `language` marks the writes that need a Content-Language header.
    """

    api: str
    scopes: tuple[str, ...]
    touches: Touches | None = None
    language: bool = False
