"""Answers about orders: amounts as the marketplace has them, every reason with its text, buyers only for groups that
may see them."""

from __future__ import annotations

from datetime import datetime

from listbridge.admin.row_ids import item_id, order_id
from listbridge.admin.shape import Shape
from listbridge.admin.views.activity import ActivityView
from listbridge.admin.views.buyers import BuyerView, buyer_name
from listbridge.admin.views.documents import MoneyView, ProblemView
from listbridge.admin.views.order_lines import (
    OrderLineView,
    ShippingView,
    TaxView,
    TotalsView,
    line_view,
    money_view,
    totals_view,
)
from listbridge.domain.configuration import Account
from listbridge.domain.ids import OrderKey
from listbridge.domain.orders.orders import Buyer, Cancellation, Deed, ImportState, Order, Payment, Shipment, Telling
from listbridge.services.desk.explain_order import HeldStock, OrderPages, OrderStory


class ShopOrderView(Shape):
    """The order in the shop. `ours` false: another tool, or a person, had created it before us."""

    id: str
    """The order's id in the shop."""
    name: str
    """The order's number, as the shop shows it to people."""
    ours: bool
    """Whether Listbridge created it; false when another tool or a person had created it before."""
    url: str
    """The order's page in the shop; empty where none is known."""


class OrderView(Shape):
    """One order: what the marketplace says, and what became of it here. `reason` says why it is not in the shop."""

    id: str
    """The order's id here, opaque."""
    account: str
    """The id of the account that sold it."""
    site: str
    """The marketplace's site on which it was sold; empty where the marketplace tells none."""
    order: str
    """The marketplace's own order id."""
    url: str
    """The order on the marketplace; empty where no page is known."""
    placed_at: datetime
    """When the buyer placed the order, UTC."""
    changed_at: datetime
    """When the marketplace changed the order last, UTC."""
    buyer_name: str | None
    """The buyer's name; null when the marketplace did not tell it, when it is erased, and to a viewer."""
    erased_at: datetime | None
    """Since when the buyer's data are erased, UTC; null while they are kept."""
    total: MoneyView
    """What the buyer pays, as the marketplace has it."""
    priced: bool
    """False while the marketplace does not tell the prices: every amount is zero then, and stands for nothing."""
    skus: list[str]
    """The SKUs of the lines, each once."""
    payment: Payment
    """Whether the buyer has paid."""
    shipment: Shipment
    """How much of the order the marketplace shows as shipped."""
    cancellation: Cancellation
    """Whether the order is cancelled on the marketplace, or is to be."""
    state: ImportState
    """Where the order is on its way into the shop."""
    reason: ProblemView | None
    """Why the order is not in the shop; null when it is, or is about to be."""
    notices: list[ProblemView]
    """What a person should know about the order besides; empty when nothing is to be said."""
    shop: str
    """The id of the shop in which the order is created."""
    shop_order: ShopOrderView | None
    """The order in the shop; null while there is none."""
    completed_at: datetime | None
    """When the order was done, UTC; null while it is not."""

    @classmethod
    def of(cls, order: Order, account: Account, pages: OrderPages, buyer: Buyer | None) -> OrderView:
        facts, made = order.facts, order.shop_order
        return cls(
            id=order_id(order.key),
            account=order.key.account,
            site=facts.site,
            order=order.key.remote,
            url=pages.on_marketplace(order, account),
            placed_at=facts.placed_at,
            changed_at=facts.changed_at,
            buyer_name=buyer_name(buyer),
            erased_at=order.buyer_erased_at,
            total=money_view(facts.total),
            priced=facts.priced,
            skus=list(dict.fromkeys(line.sku for line in facts.lines)),
            payment=facts.payment,
            shipment=facts.shipment,
            cancellation=facts.cancellation,
            state=order.state,
            reason=ProblemView.maybe(order.reason),
            notices=[ProblemView.of(one) for one in order.notices],
            shop=order.shop,
            completed_at=order.completed_at,
            shop_order=ShopOrderView(id=made.id, name=made.name, ours=made.ours, url=pages.in_shop(order))
            if made
            else None,
        )


class ParcelView(Shape):
    """A parcel of the shop's, and what became of telling the marketplace. `lines` are units by line."""

    id: str
    """The parcel's id, as the shop has it."""
    state: Telling
    """What became of telling the marketplace."""
    at: datetime
    """When that was so, UTC."""
    lines: dict[str, int]
    """How many units of each line are in the parcel, by the line's id."""
    tracking: str
    """The tracking number; empty when the shop has none."""
    carrier: str
    """The carrier, as the shop names it; empty when the shop names none."""
    problem: ProblemView | None
    """Why the marketplace refused the parcel; null when it did, or is still to answer."""


class ToldView(Shape):
    """What the shop did that the marketplace has to hear about, as it was told. `refused`: only the seller can do it
    there.

    `number` counts the records of an order from 1 and stays; 0 in old ones. `lines` is null where it is not known.
    """

    id: str
    """The record's id."""
    kind: Deed
    """What the shop did."""
    number: int
    """The number of the record within its order, from 1 on; it never changes, and is 0 in old records."""
    state: Telling
    """What became of telling the marketplace; `refused`: only the seller can do it there."""
    at: datetime
    """When that was so, UTC."""
    lines: dict[str, int] | None
    """How many units of each line it is about, by the line's id; null when that is not known."""
    amount: MoneyView | None
    """The sum of a refund; null for what is no refund."""
    problem: ProblemView | None
    """Why the marketplace refused it; null when it did, or is still to answer."""


class RefundView(Shape):
    """Money that the marketplace refunded to the buyer; `line` null: for the order as a whole."""

    id: str
    """The refund's id on the marketplace."""
    amount: MoneyView
    """The sum of the refund; perhaps in another currency than the order's."""
    line: str | None
    """The id of the line that was refunded; null for the order as a whole."""
    at: datetime | None
    """When it was refunded, UTC; null when the marketplace does not tell."""


class HeldView(Shape):
    """What a line holds of the shop's stock. `absorbed`: the shop's own number counts it, and the line holds nothing
    more."""

    line: str
    """The id of the order's line."""
    product: str
    variant: str
    item: str
    """The id under which sales lists have it."""
    sku: str
    quantity: int
    """How many units the line holds."""
    absorbed: bool
    """Whether the shop's own number already counts these units, so that the line holds nothing more."""
    sentence: str
    """The same in a sentence, for people."""

    @classmethod
    def of(cls, held: HeldStock) -> HeldView:
        key = held.variant.key
        return cls(
            line=held.line,
            product=key.product,
            variant=key.variant,
            item=item_id(key),
            sku=held.variant.facts.sku,
            quantity=held.quantity,
            absorbed=held.absorbed,
            sentence=ProblemView.of(held.story).text,
        )


class OrderDetailsView(OrderView):
    """Everything that Listbridge knows about an order."""

    lines: list[OrderLineView]
    """What was sold."""
    shipping: ShippingView
    """What the buyer pays for the shipping."""
    totals: TotalsView
    """How the total is made up."""
    buyer: BuyerView | None
    """Who bought; null when the marketplace did not tell, when it is erased (`erased_at`), and to a viewer."""
    buyer_hidden: bool
    """Whether the caller's group may not see who bought."""
    parcels: list[ParcelView]
    """The shop's parcels, and what the marketplace was told about them."""
    told: list[ToldView]
    """The shop's parcels, cancellations and refunds, and what became of telling the marketplace."""
    refunds: list[RefundView]
    """What the marketplace refunded to the buyer."""
    reservations: list[HeldView]
    """What each line holds of the shop's stock."""
    fulfilled_by_marketplace: bool
    """Whether the marketplace ships the goods from its own stock."""
    exported_by: str
    """Who asked for the shop order by hand; empty when nobody did."""
    handled_outside_by: str
    """Who said that the order is handled outside; empty when nobody did."""
    replaced_by: str | None
    """The `id` of the order that replaces this one under another number; null when none does."""
    log: list[ActivityView]
    """What happened to the order, the newest first."""

    @classmethod
    def about(cls, story: OrderStory, pages: OrderPages, *, buyer_hidden: bool) -> OrderDetailsView:
        order, facts = story.order, story.order.facts
        charge = facts.shipping
        row = OrderView.of(order, story.account, pages, story.buyer)
        return cls(
            **dict(row),
            lines=[line_view(story, line) for line in facts.lines],
            shipping=ShippingView(
                service=charge.service,
                title=charge.title,
                amount=money_view(charge.amount),
                taxes=TaxView.all(charge.taxes),
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
            exported_by=order.exported_by,
            handled_outside_by=order.handled_outside_by,
            replaced_by=order_id(OrderKey(order.key.account, order.replaced_by)) if order.replaced_by else None,
            log=[ActivityView.of(entry, {}) for entry in story.log],
        )


def _parcels(order: Order) -> list[ParcelView]:
    rows = sorted(order.told.items(), key=lambda row: (row[1].at, row[0]))
    return [
        ParcelView(
            id=id,
            state=told.state,
            at=told.at,
            lines={str(line): units for line, units in (told.lines or {}).items()},
            tracking=told.tracking,
            carrier=told.carrier,
            problem=ProblemView.maybe(told.problem),
        )
        for id, told in rows
        if told.kind is Deed.SHIP
    ]


def _told(order: Order) -> list[ToldView]:
    rows = sorted(order.told.items(), key=lambda row: (row[1].number, row[1].at, row[0]))
    return [
        ToldView(
            id=id,
            kind=told.kind,
            number=told.number,
            state=told.state,
            at=told.at,
            lines=None if told.lines is None else {str(line): units for line, units in told.lines.items()},
            amount=money_view(told.amount) if told.amount is not None else None,
            problem=ProblemView.maybe(told.problem),
        )
        for id, told in rows
    ]
