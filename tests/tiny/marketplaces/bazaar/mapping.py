"""The bazaar's words and ours: pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from listbridge.domain.ids import AccountId, LineId, ListingKey, RemoteId, RemoteOrderId, Site, Sku
from listbridge.domain.listings.listing import RemoteState, Values
from listbridge.domain.money import Money
from listbridge.domain.orders import orders
from listbridge.domain.ports import PublishRequest, RemoteListing

_STATES = {
    "live": RemoteState.LIVE,
    "paused": RemoteState.PAUSED,
    "processing": RemoteState.PROCESSING,
    "ended": RemoteState.GONE,
}
_SHIPMENTS = {True: orders.Shipment.SHIPPED, False: orders.Shipment.NOTHING}
_CANCELLATIONS = {"open": orders.Cancellation.NONE, "cancelled": orders.Cancellation.CANCELLED}


def ref_of(request: PublishRequest) -> str:
    """Our own name of the listing: putting it twice makes one."""
    return str(request.group) if request.product.has_options else str(request.variants[0].key.sku)


def content(request: PublishRequest, settings: Mapping[str, Any]) -> dict[str, Any]:
    product = request.product
    pictures = [*product.images, *(one.image for one in product.variants if one.image)]
    return {"title": product.title, "description": product.description_html, "pictures": pictures, **settings}


def offer(values: Values, options: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What is None stays as it is."""
    price = values.price
    told = {"amount": str(price.amount), "currency": price.currency} if price is not None else None
    return {"quantity": values.quantity, "price": told} | ({} if options is None else {"options": dict(options)})


def remote_listings(told: Mapping[str, Any], account: AccountId, site: Site) -> list[RemoteListing]:
    """One for each variant of a listing."""
    grouped = told["ref"] not in {one["sku"] for one in told["offers"]}
    return [
        RemoteListing(
            key=ListingKey(account, site, Sku(one["sku"])),
            state=_STATES[told["state"]],
            offer=RemoteId(one["id"]),
            remote=RemoteId(told["id"]),
            group=RemoteId(told["ref"]) if grouped else None,
            values=Values(one["quantity"], Money(Decimal(one["price"]["amount"]), one["price"]["currency"])),
            url=url_of(told["id"]),
        )
        for one in told["offers"]
    ]


def url_of(listing: str) -> str:
    return f"https://bazaar.example/{listing}"


def order_read(told: Mapping[str, Any]) -> orders.OrderRead:
    """Lines have no ids: the SKU names a line, and its place among those of the same SKU."""
    currency, buyer, seen = told["currency"], told["buyer"], Counter[str]()
    priced = told["shipping"] is not None
    lines = []
    for one in told["lines"]:
        seen[one["sku"]] += 1
        id, amount = LineId(f"{one['sku']}/{seen[one['sku']]}"), Money(Decimal(one["amount"] or 0), currency)
        lines.append(orders.RemoteLine(id, Sku(one["sku"]), one["title"], one["quantity"], amount))
    shipping = Money(Decimal(told["shipping"] or 0), currency)
    total = Money(sum((line.amount.amount for line in lines), shipping.amount), currency)
    address = orders.Address(
        name=buyer["name"],
        lines=(buyer["street"],),
        city=buyer["city"],
        postal_code=buyer["zip"],
        country=buyer["country"],
    )
    order = orders.RemoteOrder(
        id=RemoteOrderId(told["id"]),
        site=Site(told["site"]),
        placed_at=datetime.fromisoformat(told["placed_at"]),
        changed_at=datetime.fromisoformat(told["changed_at"]),
        lines=tuple(lines),
        shipping=orders.ShippingCharge("post", "Post", shipping),
        total=total,
        adjustment=Money(Decimal(0), currency),
        payment=orders.Payment.PAID if told["paid"] else orders.Payment.PENDING,
        cancellation=_CANCELLATIONS[told["state"]],
        shipment=_SHIPMENTS[told["sent"]],
        priced=priced,
    )
    return orders.OrderRead(order, orders.Buyer(name=buyer["name"], email=buyer["email"], shipping=address))
