"""An order's lines and what they are matched to, and its amounts as the marketplace has them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from listbridge.admin.row_ids import item_id, listing_id
from listbridge.admin.shape import Shape
from listbridge.admin.views import MoneyView
from listbridge.domain.money import Money, smallest_unit
from listbridge.domain.orders import MatchedBy, Order, RemoteLine, Shipment, Tax
from listbridge.domain.reserving import bought_from
from listbridge.services.explain_order import OrderStory


class TaxView(Shape):
    """A tax. `rate` is a share as a decimal text; `remitted`: the marketplace pays it itself, and it is in no other amount."""

    title: str
    amount: MoneyView
    rate: str | None
    remitted: bool

    @classmethod
    def all(cls, taxes: Iterable[Tax]) -> list[TaxView]:
        return [
            cls(
                title=tax.title, amount=money_view(tax.amount), remitted=tax.remitted,
                rate=str(tax.rate) if tax.rate is not None else None,
            )
            for tax in taxes
        ]  # fmt: skip


class MatchedProductView(Shape):
    """The shop variant that a line stands for, and by what it was found. `gone`: the shop no longer has it."""

    product: str
    variant: str
    item: str
    """The id under which sales lists have it."""
    sku: str
    title: str
    by: MatchedBy
    gone: bool


class OrderLineView(Shape):
    """One line as sold; `amount` is for all its units. Without `matched` it has no product in the shop yet."""

    id: str
    sku: str
    title: str
    quantity: int
    amount: MoneyView
    taxes: list[TaxView]
    site: str
    listing: str | None
    """The marketplace's own id of the listing that it was bought from."""
    listing_id: str | None
    """The `id` of our listing of this SKU; null when we have none."""
    options: dict[str, str]
    shipped: Shipment
    matched: MatchedProductView | None


class ShippingView(Shape):
    """What the buyer pays for the way; `service` is the marketplace's code."""

    service: str
    title: str
    amount: MoneyView
    taxes: list[TaxView]


class TotalsView(Shape):
    """`total = lines + shipping + adjustment`, and plus `taxes` when they are not included.

    `remitted_taxes` are the marketplace's, and in none of these.
    """

    lines: MoneyView
    shipping: MoneyView
    adjustment: MoneyView
    taxes: MoneyView
    tax_included: bool
    remitted_taxes: MoneyView
    total: MoneyView


def line_view(story: OrderStory, line: RemoteLine) -> OrderLineView:
    """One line of an order, with the variant that it is matched to."""
    ours = bought_from(story.order, line)
    return OrderLineView(
        id=line.id, sku=line.sku, title=line.title, quantity=line.quantity, amount=money_view(line.amount),
        taxes=TaxView.all(line.taxes), site=line.site or story.order.facts.site, listing=line.listing,
        listing_id=listing_id(ours) if ours in story.listings else None, options=dict(line.options), shipped=line.shipped, matched=_matched(story, line),
    )  # fmt: skip


def _matched(story: OrderStory, line: RemoteLine) -> MatchedProductView | None:
    match = story.order.matches.get(line.id)
    if match is None:
        return None
    variant = story.variants.get(match.variant)
    return MatchedProductView(
        product=match.variant.product, variant=match.variant.variant, item=item_id(match.variant), by=match.by,
        sku=variant.facts.sku if variant else "", title=variant.facts.title if variant else "",
        gone=variant is None or variant.absent,
    )  # fmt: skip


def totals_view(order: Order) -> TotalsView:
    """An order's amounts, added up from its lines and its shipping."""
    facts = order.facts
    currency = facts.total.currency
    taxes = [*facts.shipping.taxes, *(tax for line in facts.lines for tax in line.taxes)]

    zero = Decimal(0).quantize(smallest_unit(currency))

    def came_to(amounts: Iterable[Money]) -> MoneyView:
        return money_view(Money(sum((one.amount for one in amounts), zero), currency))

    return TotalsView(
        lines=came_to(line.amount for line in facts.lines), shipping=money_view(facts.shipping.amount),
        adjustment=money_view(facts.adjustment), total=money_view(facts.total), tax_included=facts.tax_included,
        taxes=came_to(tax.amount for tax in taxes if not tax.remitted),
        remitted_taxes=came_to(tax.amount for tax in taxes if tax.remitted),
    )  # fmt: skip


def money_view(money: Money) -> MoneyView:
    """An amount that is there for certain."""
    return MoneyView(amount=str(money.amount), currency=money.currency)
