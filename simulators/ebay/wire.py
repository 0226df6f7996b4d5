"""What eBay adds to a call, and to a row of the table that serves it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulators.ebay.errors import EbayError, not_serializable
from simulators.kit import wire as kit

if TYPE_CHECKING:
    from simulators.ebay.state import Seller
    from simulators.ebay.world import World


@dataclass(slots=True)
class Call(kit.Call):
    """A request to eBay's hosts. `well_shaped` is set once the body has passed the gateway's type check."""

    route: Operation = field(init=False, repr=False)
    well_shaped: bool = False
    seller_name: str = ""
    _seller: Seller | None = None

    @property
    def seller(self) -> Seller:
        """The seller whose token came with the call. Raises 403 (1100) for an application token."""
        if self._seller is None:
            raise EbayError(1100, "Insufficient permissions to fulfill the request.", status=403)
        return self._seller

    @seller.setter
    def seller(self, seller: Seller | None) -> None:
        self._seller = seller
        self.seller_name = seller.username if seller else ""

    def json(self) -> dict[str, Any]:
        """The body as a JSON object. Raises 400 (2004) for anything else."""
        try:
            parsed = kit.Call.json(self)
        except ValueError:
            raise EbayError(2004, parameters={"reason": "The request body is not JSON"}) from None
        if not isinstance(parsed, dict):
            raise not_serializable("body")
        return parsed

    def json_or_none(self) -> dict[str, Any] | None:
        """The body as a JSON object, or None where it is absent or something else: for the journal."""
        try:
            return self.json() if self.body else None
        except EbayError:
            return None


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
