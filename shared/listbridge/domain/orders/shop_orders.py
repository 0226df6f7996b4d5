"""An order as the shop is given it, and as the shop shows it later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_FLOOR

from listbridge.domain.ids import LineId, ParcelId, RemoteOrderId, ShopOrderId, Sku, VariantId
from listbridge.domain.money import Money, smallest_unit
from listbridge.domain.orders.orders import Buyer, Delivery, Refund, ShippingCharge, Tax


@dataclass(frozen=True, slots=True)
class OrderMark:
    """How a shop order is known again: `value` is unique among everything that Listbridge ever created in any shop.

    It is made of the marketplace and its own order id, not of our account, so that a deployment made again finds the
    orders of the one before it.
    """

    marketplace: str
    remote: RemoteOrderId

    @property
    def value(self) -> str:
        return f"{self.marketplace}:{self.remote}"


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One line to create. `amount` is for all units; `variant` None makes a line of text only, without stock."""

    line: LineId
    variant: VariantId | None
    sku: Sku
    title: str
    quantity: int
    amount: Money
    taxes: tuple[Tax, ...] = ()

    def by_unit(self) -> Iterator[tuple[int, Money]]:
        """(units, price of one) pairs that come to `amount` exactly: 10.00 for three is two at 3.33 and one at 3.34.

        Shops take a price per unit; rounding it would lose cents, and leave the order unpaid by one.
        """
        step = smallest_unit(self.amount.currency)
        each = (self.amount.amount / self.quantity).quantize(step, rounding=ROUND_FLOOR)
        left = self.amount.amount - each * self.quantity
        # Units that cost one step more. What is finer than a step goes, with all that is left, to a single one.
        dearer = int(left / step)
        if left == dearer * step:
            if self.quantity > dearer:
                yield self.quantity - dearer, Money(each, self.amount.currency)
            if dearer:
                yield dearer, Money(each + step, self.amount.currency)
            return
        if self.quantity > 1:
            yield self.quantity - 1, Money(each, self.amount.currency)
        yield 1, Money(each + left, self.amount.currency)


@dataclass(frozen=True, slots=True)
class ShopOrderDraft:
    """What to create: paid, without mail to the buyer, stock taken once, amounts as the marketplace has them.

    `total = lines + shipping + adjustment`, plus the taxes that are not remitted when `tax_included` is False. The shop's
    order must come to exactly `total`, in this currency, whatever the shop's own currency is.
    """

    mark: OrderMark
    marketplace_label: str
    placed_at: datetime
    lines: tuple[DraftLine, ...]
    shipping: ShippingCharge
    adjustment: Money
    total: Money
    tax_included: bool
    buyer: Buyer | None
    tags: tuple[str, ...] = ()
    delivery: Delivery = Delivery.SHIP
    pickup_at: str = ""
    """The marketplace's own name of the place where the buyer fetches the goods."""


@dataclass(frozen=True, slots=True)
class FoundOrder:
    """An order in the shop that carries our mark (`ours`), or another tool's or person's for the same marketplace order."""

    id: ShopOrderId
    name: str
    ours: bool
    lines: Mapping[str, LineId] = field(default_factory=dict)
    """As in `ShopOrderRef`."""


@dataclass(frozen=True, slots=True)
class Tracking:
    """A tracking number and its carrier, in the shop's own texts."""

    number: str
    carrier: str = ""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One fulfilment in the shop that was shipped: the marketplace's lines with how many units of each are in it.

    Lines that are not the marketplace's (added by hand) are left out; `tracking` and `carrier` are the shop's own texts.
    `further`: the other numbers of a fulfilment that went in several boxes.
    """

    id: ParcelId
    shipped_at: datetime
    lines: Mapping[LineId, int]
    tracking: str = ""
    carrier: str = ""
    further: tuple[Tracking, ...] = ()


@dataclass(frozen=True, slots=True)
class ShopOrder:
    """One of our orders as the shop shows it now. `parcels` holds only what was shipped and not taken back."""

    id: ShopOrderId
    name: str
    cancelled_at: datetime | None = None
    fulfilled: bool = False
    """Nothing is left to ship."""
    parcels: tuple[Parcel, ...] = ()
    cancelled_parcels: tuple[ParcelId, ...] = ()
    refunded: Money | None = None
    """What all refunds come to."""
    refunds: tuple[Refund, ...] = ()
    """Refunds of an amount, each once; of very many only the first."""
    lines: Mapping[LineId, int] = field(default_factory=dict)
    """Units still on the order, shipped ones too, by the marketplace's line. Empty: the lines are not known by ours."""
    unsent: Mapping[LineId, int] = field(default_factory=dict)
    """Units that are still to be shipped, by the marketplace's line."""
