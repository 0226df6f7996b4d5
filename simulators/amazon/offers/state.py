"""What sellers have listed, and the stock that all stores of a region share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from simulators.amazon.state import Seller
    from simulators.amazon.world import World

Issues = list[dict[str, Any]]
"""As the Listings Items API tells them: code, message, severity, attributeNames, categories."""


@dataclass(frozen=True, slots=True)
class ShownOffer:
    """An offer as a buyer meets it in one store. `quantity` is the region's, None where Amazon fulfils."""

    sku: str
    marketplace_id: str
    asin: str
    title: str
    price: Decimal | None
    quantity: int | None
    fulfilled_by: Literal["MERCHANT", "AMAZON"]
    buyable: bool
    created_at: datetime


class Listings:
    """Every seller's items."""

    def __init__(self, world: World) -> None:
        self._world = world

    def shown(self, seller: Seller) -> Iterable[ShownOffer]:
        """Every offer of a seller, store by store."""
        return ()

    def offer(self, seller: Seller, sku: str, marketplace_id: str) -> ShownOffer | None:
        """One of them, or None."""
        return None

    def sold(self, seller: Seller, sku: str, quantity: int) -> None:
        """Buyers took so many (below 0: so many come back); the region's number counts down, and not below 0."""

    def apply_put(
        self,
        seller: Seller,
        sku: str,
        marketplace_id: str,
        product_type: str,
        requirements: str,
        attributes: dict[str, Any],
        at: datetime,
    ) -> Issues:
        """Replace the whole item. Nothing has changed when an issue has severity ERROR."""
        return [_unknown(sku)]

    def apply_patch(
        self,
        seller: Seller,
        sku: str,
        marketplace_id: str,
        product_type: str,
        patches: list[dict[str, Any]],
        at: datetime,
    ) -> Issues:
        """Change some attributes. Nothing has changed when an issue has severity ERROR."""
        return [_unknown(sku)]

    def apply_delete(self, seller: Seller, sku: str, marketplace_id: str, at: datetime) -> Issues:
        """Take the item away from one store."""
        return [_unknown(sku)]


def _unknown(sku: str) -> dict[str, Any]:
    return {
        "code": "13013",
        "message": f"This SKU does not exist in the Amazon catalog: {sku}",
        "severity": "ERROR",
        "attributeNames": [],
    }
