"""Orders as callers are answered: amounts as the marketplace has them, every reason with its text, buyers only where asked."""

from __future__ import annotations

from datetime import datetime

from listbridge.admin.activity_views import ActivityView
from listbridge.admin.buyer_views import BuyerView, buyer_name
from listbridge.admin.order_line_views import (
    OrderLineView,
    ShippingView,
    TaxView,
    TotalsView,
    line_view,
    money_view,
    totals_view,
)
from listbridge.admin.row_ids import item_id, order_id
from listbridge.admin.shape import Shape
from listbridge.admin.views import MoneyView, ProblemView
from listbridge.domain.configuration import Account
from listbridge.domain.ids import OrderKey
from listbridge.domain.orders import Buyer, Cancellation, Deed, ImportState, Order, Payment, Shipment, Telling
from listbridge.services.explain_order import HeldStock, OrderPages, OrderStory


class ShopOrderView(Shape):
    """The order in the shop. `ours` false: another tool, or a person, had made it before us."""

    id: str
    name: str
    ours: bool
    url: str


class OrderView(Shape):
    """One order: what the marketplace says, and what became of it here. `reason` says why it is not in the shop."""

    id: str
    account: str
    site: str
    order: str
    """The marketplace's own order id."""
    url: str
    """The order on the marketplace; empty where no page is known."""
    placed_at: datetime
    changed_at: datetime
    buyer_name: str | None
    """Null when the marketplace did not tell, when it is erased, or to a viewer."""
    erased_at: datetime | None
    """Since when the buyer's data are erased."""
    total: MoneyView
    priced: bool
    """False while the marketplace does not tell the prices: every amount is zero then, and stands for nothing."""
    skus: list[str]
    payment: Payment
    shipment: Shipment
    cancellation: Cancellation
    state: ImportState
    reason: ProblemView | None
    notices: list[ProblemView]
    shop: str
    shop_order: ShopOrderView | None
    completed_at: datetime | None

    @classmethod
    def of(cls, order: Order, account: Account, pages: OrderPages, buyer: Buyer | None) -> OrderView:
        facts, made = order.facts, order.shop_order
        return cls(
            id=order_id(order.key), account=order.key.account, site=facts.site, order=order.key.remote,
            url=pages.on_marketplace(order, account), placed_at=facts.placed_at, changed_at=facts.changed_at,
            buyer_name=buyer_name(buyer), erased_at=order.buyer_erased_at, total=money_view(facts.total), priced=facts.priced,
            skus=list(dict.fromkeys(line.sku for line in facts.lines)), payment=facts.payment,
            shipment=facts.shipment, cancellation=facts.cancellation, state=order.state,
            reason=ProblemView.maybe(order.reason), notices=[ProblemView.of(one) for one in order.notices],
            shop=order.shop, completed_at=order.completed_at,
            shop_order=ShopOrderView(id=made.id, name=made.name, ours=made.ours, url=pages.in_shop(order)) if made else None,
        )  # fmt: skip


class ParcelView(Shape):
    """A parcel of the shop's, and what became of telling the marketplace. `lines` are units by line."""

    id: str
    state: Telling
    at: datetime
    lines: dict[str, int]
    tracking: str
    carrier: str
    problem: ProblemView | None


class ToldView(Shape):
    """What the shop did that the marketplace has to hear of, as it was told. `refused`: only the seller can do it there.

    `number` counts the records of an order from 1 and stays; 0 in old ones. `lines` is null where it is not known.
    """

    id: str
    kind: Deed
    number: int
    state: Telling
    at: datetime
    lines: dict[str, int] | None
    amount: MoneyView | None
    problem: ProblemView | None


class RefundView(Shape):
    """Money that the buyer got back on the marketplace; `line` null: for the order as a whole."""

    id: str
    amount: MoneyView
    line: str | None
    at: datetime | None


class HeldView(Shape):
    """What a line holds of the shop's stock. `absorbed`: the shop's own number counts it, and nothing is held back."""

    line: str
    product: str
    variant: str
    item: str
    """The id under which sales lists have it."""
    sku: str
    quantity: int
    absorbed: bool
    sentence: str

    @classmethod
    def of(cls, held: HeldStock) -> HeldView:
        key = held.variant.key
        return cls(
            line=held.line, product=key.product, variant=key.variant, item=item_id(key), sku=held.variant.facts.sku,
            quantity=held.quantity, absorbed=held.absorbed, sentence=ProblemView.of(held.story).text,
        )  # fmt: skip


class OrderDetailsView(OrderView):
    """All there is to say about an order."""

    lines: list[OrderLineView]
    shipping: ShippingView
    totals: TotalsView
    buyer: BuyerView | None
    """Null when the marketplace did not tell, when it is erased (`erased_at`), or to a viewer."""
    buyer_hidden: bool
    """The caller's group may not see who bought."""
    parcels: list[ParcelView]
    told: list[ToldView]
    """Parcels, cancellations and refunds of the shop's, and what became of telling the marketplace."""
    refunds: list[RefundView]
    reservations: list[HeldView]
    fulfilled_by_marketplace: bool
    exported_by: str
    handled_outside_by: str
    replaced_by: str | None
    """The `id` of the order that came in place of this one: the marketplace gave it another number."""
    log: list[ActivityView]
    """What happened to it, the newest first."""

    @classmethod
    def about(cls, story: OrderStory, pages: OrderPages, *, buyer_hidden: bool) -> OrderDetailsView:
        order, facts = story.order, story.order.facts
        charge = facts.shipping
        row = OrderView.of(order, story.account, pages, story.buyer)
        return cls(
            **dict(row),
            lines=[line_view(story, line) for line in facts.lines],
            shipping=ShippingView(
                service=charge.service, title=charge.title, amount=money_view(charge.amount), taxes=TaxView.all(charge.taxes)
            ),
            totals=totals_view(order),
            buyer=BuyerView.maybe(story.buyer),
            buyer_hidden=buyer_hidden,
            parcels=_parcels(order),
            told=_told(order),
            refunds=[
                RefundView(id=one.id, amount=money_view(one.amount), line=one.line, at=one.at) for one in facts.refunds
            ],
            reservations=[HeldView.of(one) for one in story.held],
            fulfilled_by_marketplace=facts.fulfilled_by_marketplace,
            exported_by=order.exported_by, handled_outside_by=order.handled_outside_by,
            replaced_by=order_id(OrderKey(order.key.account, order.replaced_by)) if order.replaced_by else None,
            log=[ActivityView.of(entry, {}) for entry in story.log],
        )  # fmt: skip


def _parcels(order: Order) -> list[ParcelView]:
    rows = sorted(order.told.items(), key=lambda row: (row[1].at, row[0]))
    return [
        ParcelView(
            id=id, state=told.state, at=told.at,
            lines={str(line): units for line, units in (told.lines or {}).items()},
            tracking=told.tracking, carrier=told.carrier, problem=ProblemView.maybe(told.problem),
        )
        for id, told in rows
        if told.kind is Deed.SHIP
    ]  # fmt: skip


def _told(order: Order) -> list[ToldView]:
    rows = sorted(order.told.items(), key=lambda row: (row[1].number, row[1].at, row[0]))
    return [
        ToldView(
            id=id, kind=told.kind, number=told.number, state=told.state, at=told.at,
            lines=None if told.lines is None else {str(line): units for line, units in told.lines.items()},
            amount=money_view(told.amount) if told.amount is not None else None,
            problem=ProblemView.maybe(told.problem),
        )
        for id, told in rows
    ]  # fmt: skip
