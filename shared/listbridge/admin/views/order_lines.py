"""An order's lines and what they are matched to, and its amounts as the marketplace has them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from listbridge.admin.row_ids import item_id, listing_id
from listbridge.admin.shape import Shape
from listbridge.admin.views.documents import MoneyView
from listbridge.domain.money import Money, smallest_unit
from listbridge.domain.orders.orders import MatchedBy, Order, RemoteLine, Shipment, Tax
from listbridge.domain.orders.reserving import bought_from
from listbridge.services.desk.explain_order import OrderStory


class TaxView(Shape):
    """A tax. `rate` is a share as a decimal text; `remitted`: the marketplace pays it itself, and it is in no other amount."""

    title: str
    """The tax's name."""
    amount: MoneyView
    """The amount of the tax."""
    rate: str | None
    """The rate as a share, a decimal text (`0.19`); null when the marketplace does not tell it."""
    remitted: bool
    """Whether the marketplace pays the tax itself: it is in no other amount then."""

    @classmethod
    def all(cls, taxes: Iterable[Tax]) -> list[TaxView]:
        return [
            cls(
                title=tax.title,
                amount=money_view(tax.amount),
                remitted=tax.remitted,
                rate=str(tax.rate) if tax.rate is not None else None,
            )
            for tax in taxes
        ]


class MatchedProductView(Shape):
    """The shop variant that a line stands for, and by what it was found. `gone`: the shop no longer has it."""

    product: str
    variant: str
    item: str
    """The id under which sales lists have it."""
    sku: str
    """The SKU, as the shop has it; empty when the shop's variant is not known."""
    title: str
    """The title, as the shop has it; empty when the shop's variant is not known."""
    by: MatchedBy
    """What the match was found by; a person's choice outweighs a listing, a listing outweighs the SKU."""
    gone: bool
    """Whether the shop no longer has the variant."""


class OrderLineView(Shape):
    """One line as sold; `amount` is for all its units. Without `matched` it has no product in the shop yet."""

    id: str
    """The line's id on the marketplace."""
    sku: str
    """The SKU, as the marketplace has it; empty when it has none."""
    title: str
    """The title, as the marketplace has it."""
    quantity: int
    """How many units were sold."""
    amount: MoneyView
    """The price of all units together, after discounts."""
    taxes: list[TaxView]
    site: str
    """The marketplace's site on which the line was bought; empty where the marketplace tells none."""
    listing: str | None
    """The marketplace's own id of the listing that it was bought from; null when it does not tell."""
    listing_id: str | None
    """The `id` of our listing of this SKU; null when there is none."""
    options: dict[str, str]
    """What the buyer chose, by name (`Color`)."""
    shipped: Shipment
    """How much of the line the marketplace shows as shipped."""
    matched: MatchedProductView | None
    """The shop's variant that the line stands for; null when none is found yet."""


class ShippingView(Shape):
    """What the buyer pays for the shipping; `service` is the marketplace's code."""

    service: str
    """The marketplace's code of the shipping service."""
    title: str
    """The shipping service's name."""
    amount: MoneyView
    """What the buyer pays for it, after discounts."""
    taxes: list[TaxView]


class TotalsView(Shape):
    """`total = lines + shipping + adjustment`, and plus `taxes` when they are not included.

    `remitted_taxes` are the marketplace's, and in none of these.
    """

    lines: MoneyView
    """The amounts of all lines together."""
    shipping: MoneyView
    """What the buyer pays for the shipping."""
    adjustment: MoneyView
    """What the marketplace's own parts leave unexplained; zero as a rule."""
    taxes: MoneyView
    """The taxes that the seller pays, together."""
    tax_included: bool
    """Whether the amounts of lines and shipping include the taxes."""
    remitted_taxes: MoneyView
    """The taxes that the marketplace pays itself; in no other amount."""
    total: MoneyView
    """What the buyer pays."""


def line_view(story: OrderStory, line: RemoteLine) -> OrderLineView:
    """One line of an order, with the variant that it is matched to."""
    ours = bought_from(story.order, line)
    return OrderLineView(
        id=line.id,
        sku=line.sku,
        title=line.title,
        quantity=line.quantity,
        amount=money_view(line.amount),
        taxes=TaxView.all(line.taxes),
        site=line.site or story.order.facts.site,
        listing=line.listing,
        listing_id=listing_id(ours) if ours in story.listings else None,
        options=dict(line.options),
        shipped=line.shipped,
        matched=_matched(story, line),
    )


def _matched(story: OrderStory, line: RemoteLine) -> MatchedProductView | None:
    match = story.order.matches.get(line.id)
    if match is None:
        return None
    variant = story.variants.get(match.variant)
    return MatchedProductView(
        product=match.variant.product,
        variant=match.variant.variant,
        item=item_id(match.variant),
        by=match.by,
        sku=variant.facts.sku if variant else "",
        title=variant.facts.title if variant else "",
        gone=variant is None or variant.absent,
    )


def totals_view(order: Order) -> TotalsView:
    """An order's amounts, added up from its lines and its shipping."""
    facts = order.facts
    currency = facts.total.currency
    taxes = [*facts.shipping.taxes, *(tax for line in facts.lines for tax in line.taxes)]

    zero = Decimal(0).quantize(smallest_unit(currency))

    def came_to(amounts: Iterable[Money]) -> MoneyView:
        return money_view(Money(sum((one.amount for one in amounts), zero), currency))

    return TotalsView(
        lines=came_to(line.amount for line in facts.lines),
        shipping=money_view(facts.shipping.amount),
        adjustment=money_view(facts.adjustment),
        total=money_view(facts.total),
        tax_included=facts.tax_included,
        taxes=came_to(tax.amount for tax in taxes if not tax.remitted),
        remitted_taxes=came_to(tax.amount for tax in taxes if tax.remitted),
    )


def money_view(money: Money) -> MoneyView:
    """An amount that is there for certain."""
    return MoneyView(amount=str(money.amount), currency=money.currency)
