"""The stall's words and ours: pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from listbridge.domain.catalog import ProductFacts, VariantFacts, Visibility
from listbridge.domain.ids import CollectionId, LocationId, ParcelId, ProductId, ShopOrderId, Sku, VariantId
from listbridge.domain.money import Money
from listbridge.domain.orders import shown_orders
from listbridge.domain.orders.address_fields import AddressForm, OrderParts, Place
from listbridge.domain.orders.orders import Refund, ShopOrderRef
from listbridge.domain.orders.shop_orders import FoundOrder, OrderMark, ShopOrder, ShopOrderDraft, Tracking
from listbridge.domain.orders.shown_orders import ShownLine, ShownParcel
from listbridge.domain.orders.texts import line_title, tags_of
from listbridge.domain.ports import Collection

CURRENCY = "EUR"
TO = AddressForm(
    first_name="given",
    last_name="family",
    company="firm",
    street="street",
    further="more",
    city="town",
    region="county",
    postal_code="code",
    country="land",
    phone="call",
)
PARTS = OrderParts(TO, ("to",))
_STATES = {"visible": Visibility.VISIBLE, "hidden": Visibility.DRAFT, "old": Visibility.ARCHIVED}


def collection(told: Mapping[str, Any]) -> Collection:
    return Collection(CollectionId(told["id"]), told["name"], members=told["holds"])


def changed_at(told: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(told["changed_at"])


def product_facts(told: Mapping[str, Any]) -> ProductFacts:
    several = any(one["value"] for one in told["variants"])
    return ProductFacts(
        product=ProductId(told["id"]),
        title=told["title"],
        visibility=_STATES[told["state"]],
        variants=tuple(_variant(one) for one in told["variants"]),
        options=("Size",) if several else (),
        vendor=told["maker"],
        tags=tuple(told["labels"]),
        images=(told["picture"],) if told["picture"] else (),
        updated_at=told["changed_at"],
    )


def _variant(told: Mapping[str, Any]) -> VariantFacts:
    stock = told["stock"]
    return VariantFacts(
        variant=VariantId(told["id"]),
        sku=Sku(told["sku"]),
        title=told["value"],
        price=Money(Decimal(told["price"]), CURRENCY),
        stock={LocationId(place): count for place, count in (stock or {}).items()},
        tracked=stock is not None,
        options={"Size": told["value"]} if told["value"] else {},
    )


def order_body(draft: ShopOrderDraft) -> dict[str, Any]:
    """The stall takes amounts by line, and the total as it is told; it has no codes of regions."""
    to = draft.buyer.shipping if draft.buyer is not None else None
    lines = [
        {
            "variant": one.variant,
            "sku": one.sku,
            "title": line_title(one),
            "quantity": one.quantity,
            "amount": str(one.amount.amount),
        }
        for one in draft.lines
    ]
    return {
        "mark": draft.mark.value,
        "placed_at": draft.placed_at.isoformat(),
        "lines": lines,
        "shipping": str(draft.shipping.amount.amount),
        "total": str(draft.total.amount),
        "currency": draft.total.currency,
        "tags": tags_of(draft, longest=60),
        "to": TO.fields(to, Place(to.country, words=to.region)) if to is not None else {},
    }


def order_ref(told: Mapping[str, Any], draft: ShopOrderDraft) -> ShopOrderRef:
    """A line of the stall has no field for ours: its lines come back in the order in which they were sent."""
    lines = {row["id"]: one.line for row, one in zip(told["lines"], draft.lines, strict=True)}
    return ShopOrderRef(ShopOrderId(told["id"]), told["name"], True, lines)


def found_order(told: Mapping[str, Any], mark: OrderMark) -> FoundOrder | None:
    """Ours, or another tool's for the same order of the marketplace."""
    ours = told["mark"] == mark.value
    if not ours and told["mark"] != f"another-tool/{mark.remote}":
        return None
    return FoundOrder(ShopOrderId(told["id"]), told["name"], ours)


def shop_order(told: Mapping[str, Any], ref: ShopOrderRef) -> ShopOrder:
    cancelled, refunds = told["cancelled_at"], [_refund(one, told["currency"]) for one in told["refunds"]]
    return shown_orders.shop_order(
        ShopOrderId(told["id"]),
        told["name"],
        [ShownLine(row["id"], ref.lines.get(row["id"]), row["left"], row["unsent"]) for row in told["lines"]],
        map(_parcel, told["parcels"]),
        cancelled_at=datetime.fromisoformat(cancelled) if cancelled else None,
        refunds=refunds,
        refunded=shown_orders.sum_of(refunds),
    )


def _refund(told: Mapping[str, Any], currency: str) -> Refund:
    return Refund(told["id"], Money(Decimal(told["amount"]), currency), at=datetime.fromisoformat(told["at"]))


def _parcel(told: Mapping[str, Any]) -> ShownParcel:
    return ShownParcel(
        ParcelId(told["id"]),
        datetime.fromisoformat(told["at"]),
        told["lines"].items(),
        [Tracking(number, told["carrier"]) for number in told["numbers"] or [""]],
        taken_back=told["taken_back"],
    )
