"""Listings for tests, in the states that tests begin from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from listbridge.domain.ids import (
    AccountId,
    ListingKey,
    ProductId,
    RemoteId,
    SalesListId,
    ShopId,
    Site,
    Sku,
    VariantId,
    VariantKey,
)
from listbridge.domain.listings.listing import Cause, Computed, Listing, Status, TraceLine, Values
from listbridge.domain.money import Money

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
SETTLE_S = 30.0


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def euros(amount: str | int) -> Money:
    return Money(Decimal(amount).quantize(Decimal("0.01")), "EUR")


def computed(
    quantity: int | None,
    price: str | int | None = 10,
    *,
    version: int = 1,
    stock: int | None = None,
    cause: Cause = Cause.SHOP,
    **more: Any,
) -> Computed:
    """What the rules gave from version `version` of the variant, whose stock in the shop was `stock` (else `quantity`)."""
    said = quantity if stock is None else stock
    return Computed(
        quantity=quantity,
        price=euros(price) if price is not None else None,
        quantity_trace=(TraceLine("shop_stock", str(said), str(said)),),
        basis={"variant:v1": version},
        facts=f"here={said}|True|{price}",
        cause=cause,
        at=NOW,
        **more,
    )


def a_listing(quantity: int | None = 5, price: str | int | None = 10, **more: Any) -> Listing:
    """A live listing whose marketplace accepted what is computed, unless told otherwise."""
    state: dict[str, Any] = {
        "status": Status.ACTIVE,
        "remote": RemoteId("110"),
        "offer": RemoteId("o1"),
        "computed": computed(quantity, price),
        "accepted": Values(quantity, euros(price) if price is not None else None, NOW),
    }
    return Listing(
        key=ListingKey(AccountId("acc"), Site("EBAY_DE"), Sku("A")),
        variant=VariantKey(ShopId("shop"), ProductId("p1"), VariantId("v1")),
        sales_list=SalesListId("list"),
        **{**state, **more},
    )
