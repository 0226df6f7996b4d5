"""A marketplace order: what the marketplace says of it, who bought, and what became of it here.

The row is permanent and holds nothing of the buyer's; their data stand in a row of their own, which is erased.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from listbridge.domain.ids import (
    LineId,
    OrderKey,
    ParcelId,
    RemoteId,
    RemoteOrderId,
    ShopId,
    ShopOrderId,
    Site,
    Sku,
    VariantKey,
)
from listbridge.domain.money import Money
from listbridge.domain.problem import Problem
from listbridge.domain.word import Word

NO_SITE = Site("")

# What the marketplace says


class Payment(Word):
    """Whether the buyer has paid."""

    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"


class Cancellation(Word):
    """Whether the order still stands."""

    NONE = "none"
    REQUESTED = "requested"
    CANCELLED = "cancelled"


class Shipment(Word):
    """How much of the order the marketplace shows as shipped."""

    NOTHING = "nothing"
    PARTLY = "partly"
    SHIPPED = "shipped"


class Delivery(Word):
    """How the buyer gets the goods."""

    SHIP = "ship"
    DIGITAL = "digital"  # nothing is shipped: a code or a file by mail
    PICKUP = "pickup"  # the buyer fetches it at one of the seller's places


@dataclass(frozen=True, slots=True)
class Tax:
    """A tax on a line or on the shipping, in the order's currency. `rate` is a share (0.19), None where it is not told.

    `remitted`: the marketplace collects it from the buyer and pays it itself; the seller never sees it, and it is in no
    other amount of the order. `scheme` and `reference` are what customs ask for then ("IOSS" and the marketplace's number
    under it); empty where the marketplace tells none.
    """

    title: str
    amount: Money
    rate: Decimal | None = None
    remitted: bool = False
    scheme: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class RemoteLine:
    """One line as sold. `amount` is for all its units, after the line's discounts, with taxes as the order says."""

    id: LineId
    sku: Sku
    title: str
    quantity: int
    amount: Money
    taxes: tuple[Tax, ...] = ()
    site: Site = NO_SITE
    """Where it was bought, where that need not be the order's own site."""
    listing: RemoteId | None = None
    """The live listing it was bought from."""
    options: Mapping[str, str] = field(default_factory=dict)
    shipped: Shipment = Shipment.NOTHING


@dataclass(frozen=True, slots=True)
class ShippingCharge:
    """What the buyer pays for the shipping, after discounts. `service` is the marketplace's code of what they chose."""

    service: str
    title: str
    amount: Money
    taxes: tuple[Tax, ...] = ()


@dataclass(frozen=True, slots=True)
class Refund:
    """Money refunded to the buyer. The same refund has the same `id` in every read of its order.

    `line` None: for the order as a whole. `amount` is as it was told, perhaps in another currency than the order's, and
    perhaps more than was paid.
    """

    id: str
    amount: Money
    line: LineId | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RemoteOrder:
    """An order as one read of the marketplace shows it, without the buyer.

    Always `total = lines + shipping + adjustment`, and plus the taxes that are not remitted when `tax_included` is False:
    `adjustment` is whatever the marketplace's own parts leave unexplained, zero as a rule. All in one currency.
    """

    id: RemoteOrderId
    site: Site
    placed_at: datetime
    changed_at: datetime
    lines: tuple[RemoteLine, ...]
    shipping: ShippingCharge
    total: Money
    adjustment: Money
    payment: Payment = Payment.PAID
    cancellation: Cancellation = Cancellation.NONE
    shipment: Shipment = Shipment.NOTHING
    tax_included: bool = True
    fulfilled_by_marketplace: bool = False
    """Shipped from the marketplace's own warehouse: it never touches the shop's stock."""
    delivery: Delivery = Delivery.SHIP
    pickup_at: str = ""
    """The seller's own name of the place where the buyer fetches the goods."""
    refunds: tuple[Refund, ...] = ()
    """Each once; those that failed are left out."""
    priced: bool = True
    """False while the marketplace does not tell what was paid: the amounts are zero then, and stand for nothing."""

    @property
    def committed(self) -> bool:
        """The buyer is bound and the seller has to deliver, as far as the marketplace says."""
        gone = self.cancellation is Cancellation.CANCELLED
        return not gone and self.payment is not Payment.FAILED and not self.refunded

    @property
    def refunded(self) -> bool:
        """The buyer has the money for all lines back."""
        return self.payment is Payment.REFUNDED or len(self.refunded_lines) == len(self.lines) > 0

    @property
    def refunded_lines(self) -> frozenset[LineId]:
        """The lines whose whole price was refunded."""
        return frozenset(line.id for line in self.lines if self._paid_back(line))

    def _paid_back(self, line: RemoteLine) -> bool:
        back = [
            one.amount.amount
            for one in self.refunds
            if one.line == line.id and one.amount.currency == line.amount.currency
        ]
        return sum(back, Decimal(0)) >= line.amount.amount > 0


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """Where to ship to. `country` is ISO 3166-1 alpha-2, `region` the marketplace's own text."""

    name: str = ""
    company: str = ""
    lines: tuple[str, ...] = ()
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    phone: str = ""

    def __repr__(self) -> str:
        return "Address(…)"


@dataclass(frozen=True, slots=True, repr=False)
class Gift:
    """A digital gift: who gets it by mail, from whom, and with which words."""

    line: LineId
    recipient_email: str = ""
    sender: str = ""
    message: str = ""

    def __repr__(self) -> str:
        return "Gift(…)"


@dataclass(frozen=True, slots=True, repr=False)
class Buyer:
    """A buyer's personal data: never logged, never in a message, erased some time after the order is done.

    `note` is what the buyer wrote to the seller at the checkout. `user` is the fingerprint of their name at the marketplace,
    where that tells us who is to be forgotten; the name itself is not kept.
    """

    name: str = ""
    email: str = ""
    phone: str = ""
    tax_id: str = ""
    shipping: Address | None = None
    billing: Address | None = None
    note: str = ""
    gifts: tuple[Gift, ...] = ()
    user: str = ""

    def __repr__(self) -> str:
        return "Buyer(…)"


def fingerprint(marketplace: str, user: str) -> str:
    """A marketplace's user, in a form that tells nobody who they are; "" for no name. Upper and lower case are the same user."""
    return hashlib.sha256(f"{marketplace}#{user.strip().casefold()}".encode()).hexdigest() if user.strip() else ""


@dataclass(frozen=True, slots=True)
class OrderRead:
    """One order as read, with its buyer where the marketplace tells who that is."""

    order: RemoteOrder
    buyer: Buyer | None = None


# What became of it


class ImportState(Word):
    """Where the order is on its way into the shop. With all but `ready`, `creating` and `created` goes a reason."""

    WAITING = "waiting"  # not to be created automatically, or not yet: unpaid, automatic creation off, observe mode
    READY = "ready"  # to be created next
    CREATING = "creating"  # a create was begun, and its outcome is not known: only look
    CREATED = "created"
    FAILED = "failed"  # tried, and tried again later, for the reason given
    UNCLEAR = "unclear"  # a create's outcome could not be found out: a person decides
    SKIPPED = "skipped"  # will not become a shop order automatically


class MatchedBy(Word):
    """How a line found its shop variant; a person's word outweighs a listing, a listing a SKU mapping, and that the mere SKU."""

    PERSON = "person"
    LISTING = "listing"
    MAPPING = "mapping"
    SKU = "sku"


@dataclass(frozen=True, slots=True)
class Match:
    """The shop variant that a line stands for."""

    variant: VariantKey
    by: MatchedBy


@dataclass(frozen=True, slots=True)
class CreateAttempt:
    """One create that was begun (protocol.md#creating-orders).

    `deadline` is when the request itself is certainly over on our side. `looks` counts the empty looks since; the next is not before `next_look_at`.
    """

    id: str
    deadline: datetime
    next_look_at: datetime
    looks: int = 0


@dataclass(frozen=True, slots=True)
class ShopOrderRef:
    """The shop's order. `ours` False: another tool, or a person, had made it before us."""

    id: ShopOrderId
    name: str
    ours: bool = True
    lines: Mapping[str, LineId] = field(default_factory=dict)
    """By the shop's own line id, the marketplace's, where a line of the shop cannot carry it."""


class Deed(Word):
    """What the shop did that the marketplace has to hear about."""

    SHIP = "ship"
    CANCEL = "cancel"
    REFUND = "refund"


class Telling(Word):
    """What became of telling the marketplace about something the shop did."""

    BEGUN = "begun"  # the call was begun, and its outcome is not known: look first
    TOLD = "told"
    REFUSED = "refused"  # by the marketplace, or because its API takes it from nobody: `problem` says which


@dataclass(frozen=True, slots=True)
class Told:
    """What the marketplace was told about one thing that the shop did.

    `number` counts an order's records from 1 and never changes: marketplaces know a parcel again by it. It is 0 in rows
    that were written before there were numbers. `lines` None: which units it is about is not known. `amount` is the sum
    of a refund.
    """

    state: Telling
    at: datetime
    lines: Mapping[LineId, int] | None
    tracking: str = ""
    carrier: str = ""
    shipment: RemoteId | None = None
    problem: Problem | None = None
    kind: Deed = Deed.SHIP
    number: int = 0
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One order's row. Immutable: `order_changes` and `order_creating` hold every change it can go through."""

    key: OrderKey
    shop: ShopId
    facts: RemoteOrder
    first_seen_at: datetime
    moved_in: bool = False
    """Placed before the account was connected: shown, but never reserved and never created automatically."""
    seen_while: str = ""
    """The setting that kept it from being created automatically when it came, or later (a problem's code): from then on
    it is the seller's to decide, for they may have handled it, or another tool has."""
    state: ImportState = ImportState.WAITING
    reason: Problem | None = None
    matches: Mapping[LineId, Match] = field(default_factory=dict)
    reserved: frozenset[tuple[LineId, VariantKey]] = frozenset()
    """The reservations that may stand on variants: noted before they are written, forgotten after they are removed."""
    listings_told: bool = False
    """The listings it was bought from know that the marketplace has counted it already (protocol.md#attempts)."""
    exported_by: str = ""
    """Who asked for the shop order by hand; empty when nobody did."""
    handled_outside_by: str = ""
    """Who said that the order needs nothing more from us."""
    attempt: CreateAttempt | None = None
    shop_order: ShopOrderRef | None = None
    confirmed_at: datetime | None = None
    """Since when we know that the shop order stands."""
    create_began: int | None = None
    """The number of the shop's counter when the create of the shop order began: a read that had ended by then cannot know
    of the order. None where nothing was created, and where another tool made the shop order."""
    absorbed_from: int | None = None
    """The first observation number that is certain to know of the shop order's stock effect (protocol.md#absorption)."""
    same_lines: frozenset[RemoteOrderId] = frozenset()
    """Other orders of the account that have, or had, a line of this one: one of them came in place of the other."""
    replaced_by: RemoteOrderId | None = None
    """The order that came in place of this one."""
    replacement_holds: bool = False
    """The order that came in place of this one holds the lines' stock by now, so that this one may release it."""
    in_shop_by: Mapping[LineId, RemoteOrderId] = field(default_factory=dict)
    """Lines that the shop has already, by the order that this one came in place of."""
    left_out: frozenset[LineId] = frozenset()
    """Lines that the shop order was created without, since they were refunded by then."""
    told: Mapping[ParcelId, Told] = field(default_factory=dict)
    """By what the shop did: a fulfilment's id (with `/2` for its second tracking number), or see `telling`."""
    refunds_noted: frozenset[str] = frozenset()
    """Refunds of the marketplace's that the seller was told about, by id: each is told once."""
    notices: tuple[Problem, ...] = ()
    """What a person should know or do, at most one of each code."""
    tries: int = 0
    due_at: datetime | None = None
    """When something is to be done for the order again, if nothing happens before."""
    unsettled: bool = True
    """Something changed whose effects on reservations and listings are not yet known to be in place: do them (again)."""
    completed_at: datetime | None = None
    buyer_erased_at: datetime | None = None
    rev: int = 0

    @property
    def begun(self) -> bool:
        """The shop has the order, or may have it."""
        return self.state in (ImportState.CREATING, ImportState.UNCLEAR, ImportState.CREATED)

    @property
    def relayed(self) -> bool:
        """True once the order lives in the shop: from then on shop and marketplace are compared."""
        return self.state is ImportState.CREATED
