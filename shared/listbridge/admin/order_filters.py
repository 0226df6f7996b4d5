"""The filters of `GET /v1/orders`, each with its meaning."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import AwareDatetime

from listbridge.domain.orders.orders import ImportState, Payment, Shipment
from listbridge.services.desk.list_orders import FulfilledBy

InState: TypeAlias = Annotated[
    ImportState | None, Query(description="Only orders that are there on their way into the shop.")
]
Attention: TypeAlias = Annotated[
    bool | None,
    Query(
        description="`true` for orders that failed, are unclear, wait for a decision or have a notice; `false` for the others."
    ),
]
Paid: TypeAlias = Annotated[Payment | None, Query(description="Only orders whose payment is in this state.")]
Shipped: TypeAlias = Annotated[
    Shipment | None, Query(description="Only orders of which the marketplace shows so much as shipped.")
]
SentBy: TypeAlias = Annotated[
    FulfilledBy | None, Query(description="Only orders that the seller, or the marketplace, ships.")
]
Refunded: TypeAlias = Annotated[
    bool | None, Query(description="`true` for orders of which something was refunded; `false` for the others.")
]
Cancelled: TypeAlias = Annotated[
    bool | None, Query(description="`true` for orders that are cancelled; `false` for the others.")
]
WithSku: TypeAlias = Annotated[
    str | None, Query(min_length=1, max_length=200, description="Only orders with a line of exactly this SKU.")
]
ShopOrder: TypeAlias = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=200,
        description="Only the order with this number in the shop, with or without `#`, or with this id there.",
    ),
]
FromBuyer: TypeAlias = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=200,
        description="Only orders with this text in the buyer's name or mail address; not for viewers.",
    ),
]
PlacedFrom: TypeAlias = Annotated[
    AwareDatetime | None,
    Query(description="Only orders placed at this time or later, ISO 8601 with an offset from UTC."),
]
PlacedBefore: TypeAlias = Annotated[
    AwareDatetime | None, Query(description="Only orders placed before this time, ISO 8601 with an offset from UTC.")
]
Search: TypeAlias = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=200,
        description="Only orders with this text in the marketplace's order id or in a SKU.",
    ),
]
