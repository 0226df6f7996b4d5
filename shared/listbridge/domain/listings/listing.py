"""A listing: the connection between one shop variant and one offer on one account and site. It owns the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from listbridge.domain.ids import JobId, ListingKey, RemoteId, SalesListId, VariantKey
from listbridge.domain.listings.bands import Band
from listbridge.domain.money import Money
from listbridge.domain.problem import Problem
from listbridge.domain.word import Word

SOLD_BY_AUCTION = "sold_by_auction"
"""The hold of a linked auction: nobody changes its price or its quantity while it runs."""
GONE_FROM_SHOP = "gone_from_shop"
"""The hold of a listing that was ended because the shop no longer has its product."""
PRODUCT_GONE = "product_gone"
"""That of one that cannot be put on sale for the same reason."""


class Status(Word):
    """Where a listing stands on the marketplace, in the seller's words."""

    NOT_ACTIVE = "not_active"  # in a sales list, never sent
    PENDING = "pending"  # an operation is running; every action waits for it
    ACTIVE = "active"
    ERROR = "error"  # sending failed
    STOPPED = "stopped"  # ended by us
    FINISHED = "finished"  # ended on the marketplace


class LedgerField(Word):
    """The two things that the fast lane moves."""

    QUANTITY = "quantity"
    PRICE = "price"


BOTH = frozenset(LedgerField)


class Level(Word):
    """Where something is set that holds for a listing, from the widest to the nearest."""

    ACCOUNT = "account"
    SALES_LIST = "sales_list"
    ITEM = "item"


class RemoteState(StrEnum):
    """Where the marketplace has a listing, as a look shows it. Only GONE ends ours."""

    LIVE = "live"
    PAUSED = "paused"  # kept and shown to nobody: a quantity brings it back
    PROCESSING = "processing"  # taken in, and not decided yet: what it shows says nothing
    GONE = "gone"  # ended, never published, or never there


class Zero(StrEnum):
    """What a marketplace does with a listing at 0. An account may refuse the 0 all the same: `ZeroRefused`."""

    KEEPS = "keeps"  # shown, with nothing to buy
    PAUSES = "pauses"  # taken out of sale and kept: a quantity brings it back
    ENDS = "ends"  # ended with its last unit: it is put on sale again with the stock


class Cause(Word):
    """Why a value was computed again; the guard counts by it (protocol.md#guard)."""

    SHOP = "shop"  # the shop positively said so
    ORDER = "order"
    CONFIGURATION = "configuration"
    ABSENCE = "absence"  # proven gone from the shop
    MANUAL = "manual"  # a person asked for it


@dataclass(frozen=True, slots=True)
class TraceLine:
    """One step of a rule: what it did, with which number, and what came out. Texts stand in the message files."""

    step: str
    value: str
    result: str


@dataclass(frozen=True, slots=True)
class Computed:
    """What the rules give. A value that cannot be computed is None and its problem says why."""

    quantity: int | None = None
    price: Money | None = None
    quantity_problem: Problem | None = None
    price_problem: Problem | None = None
    quantity_trace: tuple[TraceLine, ...] = ()
    price_trace: tuple[TraceLine, ...] = ()
    basis: Mapping[str, int] = field(default_factory=dict)
    """The versions of everything that went in (`variant:…` → observation number, `profile:…` → rev): a recompute
    from an older version of any of them is refused."""
    facts: str = ""
    """What the shop said that the rules look at, in one line: when it differs, the variant changed in the shop."""
    cause: Cause = Cause.SHOP
    at: datetime | None = None

    @property
    def sold_out(self) -> bool:
        """This zero is the shop's own word, or an order's: there is nothing left to sell (protocol.md#guard)."""
        if self.quantity != 0 or self.cause not in (Cause.SHOP, Cause.ORDER):
            return False
        left = [line.result for line in self.quantity_trace if line.step in ("shop_stock", "reserved")]
        return bool(left) and int(left[-1]) <= 0

    @property
    def held_by_orders(self) -> bool:
        """This zero exists only by reservations: the shop itself still has some (protocol.md#reservations)."""
        results = [line.result for line in self.quantity_trace]
        at = next((n for n, line in enumerate(self.quantity_trace) if line.step == "reserved"), 0)
        return self.quantity == 0 and at > 0 and int(results[at]) <= 0 < int(results[at - 1])

    @property
    def gone(self) -> bool:
        """The variant is proven gone from the shop, whatever made the quantity zero first."""
        return any(line.step == "absent_from_shop" for line in self.quantity_trace)


@dataclass(frozen=True, slots=True)
class Values:
    """A quantity and a price at one instant; None is unknown, or not part of it."""

    quantity: int | None = None
    price: Money | None = None
    at: datetime | None = None

    def only(self, fields: frozenset[LedgerField]) -> Values:
        """The same values without the fields not named."""
        return Values(
            quantity=self.quantity if LedgerField.QUANTITY in fields else None,
            price=self.price if LedgerField.PRICE in fields else None,
            at=self.at,
        )

    def merged(self, new: Values, fields: frozenset[LedgerField], at: datetime | None) -> Values:
        """These values with the named fields taken from `new`, as of `at`."""
        if not fields:
            return self
        return Values(
            quantity=new.quantity if LedgerField.QUANTITY in fields else self.quantity,
            price=new.price if LedgerField.PRICE in fields else self.price,
            at=at,
        )

    def of(self, field: LedgerField) -> int | Money | None:
        """One of the two."""
        return self.quantity if field is LedgerField.QUANTITY else self.price

    @property
    def known(self) -> frozenset[LedgerField]:
        """The fields that have a value."""
        return frozenset(name for name in BOTH if self.of(name) is not None)


NOTHING = Values()


@dataclass(frozen=True, slots=True)
class UnseenSale:
    """The marketplace showed fewer units than it must: somebody may have bought them, and no poll has told us yet
    (promises.md#p11).

    `units` are still to be explained by orders; None when nobody could count them, because the listing had ended. `at` is
    when that was seen, and `shown` how many there were then.
    """

    units: int | None
    at: datetime
    shown: int | None = None
    ours: bool = False
    """All that is missing a call of ours may have taken, whose outcome was open: what was shown is a number of `may_show`."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call that can change values on the marketplace, recorded before it is made (protocol.md#attempts).

    Only the attempt that stands here may record an acceptance. `prior` is what was accepted before, for the case that
    the call certainly changed nothing.
    """

    id: str
    fields: frozenset[LedgerField]
    values: Values
    prior: Values
    started_at: datetime
    on_sale: int | None = None
    """The listing's `on_sale` before the call."""
    ticket: str = ""
    """Set once the marketplace has taken the call in and decides later: by this it is asked what became of it."""
    look_at: datetime | None = None
    """When to ask, where there is a ticket. Without one, until when the call may still be applied if its answer was lost."""
    yields_below: int | None = None
    """As in `Submission`: set where a later call may be applied before this one."""


@dataclass(frozen=True, slots=True)
class PutOff:
    """What is due waits for a limit that is back at `until`, and `problem` says which."""

    until: datetime
    problem: Problem


@dataclass(frozen=True, slots=True)
class Component:
    """A variant of the shop, and how many units of it one unit of the listing takes."""

    variant: VariantKey
    units: int = 1


@dataclass(frozen=True, slots=True)
class Detached:
    """Its item left the collections of the sales list, while the listing was on sale (protocol.md#membership).

    Quantity and price go on by the list's rules, and nothing else is sent. With `zero` it shows 0.
    """

    since: datetime
    zero: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """One row of the ledger. Immutable: `domain/listings/ledger.py` and `domain/listings/writing.py` hold every change it can go through.

    `accepted` of a field is None while it is unknown. `settle_at` is set while the outcome of some call is unknown:
    no acceptance counts before a read-back made after that instant shows the computed values.
    """

    key: ListingKey
    variant: VariantKey
    sales_list: SalesListId
    title: str = ""
    components: tuple[Component, ...] = ()
    """What one unit takes out of the shop, as it is stored. None in rows older than the field: `takes` reads both."""
    status: Status = Status.NOT_ACTIVE
    group: RemoteId | None = None
    """The marketplace's group of variations, when the product is sold in variations."""
    offer: RemoteId | None = None
    remote: RemoteId | None = None
    """The live listing's id on the marketplace, shared by the variations of one listing."""
    computed: Computed = Computed()
    sent: Values = NOTHING
    accepted: Values = NOTHING
    seen: Values = NOTHING
    on_sale: int | None = None
    """The most that buyers can still find there: what the marketplace last took or showed, less the units of every order
    taken in since. While a call's outcome is unknown it is the higher of the two it may be. None when nothing is known."""
    unseen_sale: UnseenSale | None = None
    """Set while fewer units than `on_sale` were seen and the account's orders do not say why yet."""
    may_show: tuple[int, ...] = ()
    """While a call's outcome is open, the quantities that the marketplace may show though nobody bought: what was there before,
    and all that was sent since, each also less what orders took meanwhile."""
    sold: tuple[str, ...] = ()
    """The latest sales that `on_sale` counts, so that none is counted twice."""
    attempt: Attempt | None = None
    settle_at: datetime | None = None
    taken: Values = NOTHING
    """What the latest calls were accepted with while an older one may still land over it, until `settle_at`: it is looked
    at, and sent again only if it does not stay."""
    overtaken: Attempt | None = None
    """An undecided submission that may be applied after what was sent later: nothing is known to be accepted until it is
    decided. Its `prior` is what was accepted after it."""
    auto: frozenset[LedgerField] = BOTH
    """The fields that follow the shop automatically, as of the last recompute."""
    switches: Mapping[LedgerField, bool] = field(default_factory=dict)
    """The item's own switches of automatic updates; a field without one takes its list's or its account's."""
    levels: Mapping[LedgerField, Level] = field(default_factory=dict)
    """Which level's switch `auto` goes by, where that is not the account's, as of the last recompute."""
    demanded: frozenset[LedgerField] = frozenset()
    """The fields that a person asked to send now."""
    job: JobId | None = None
    """The job that waits for the demanded fields, or that made the listing pending."""
    hold: Problem | None = None
    attempts: int = 0
    failures: int = 0
    """How often in a row its update failed for good: the hold `update_failed` lasts the longer."""
    not_before: datetime | None = None
    put_off: PutOff | None = None
    """Which limit it waits for, if that is what `not_before` stands for: see `waits_for`."""
    due_band: Band | None = None
    due_since: datetime | None = None
    fulfilled_by_marketplace: bool = False
    """The marketplace keeps the stock and sends it out: its quantity is its own, and never sent."""
    catalogue_id: str = ""
    """The product of the marketplace's own catalogue that a person chose for it, instead of finding one by barcode."""
    content_hash: str = ""
    """Of the shop content that was last published, to show that a full revise would change something."""
    detached: Detached | None = None
    """Set while its item is in none of the list's collections."""
    guard_passed: bool = False
    """A person let the values that are due now pass the guard."""
    guard_counted_at: datetime | None = None
    """When the guard last counted a change of this listing: it counts once in a window."""
    fence: int = 0
    """The highest drainer epoch that wrote here; an older drainer is refused."""
    rev: int = 0

    @property
    def live(self) -> bool:
        """True while buyers can see the listing on the marketplace, as far as we know."""
        return self.remote is not None and self.status in (Status.ACTIVE, Status.PENDING)

    @property
    def waits_for(self) -> Problem | None:
        """The spent limit that keeps back what is due, while it does; another wait has taken its place when the times differ."""
        waits = self.due_band is not None and self.put_off is not None and self.put_off.until == self.not_before
        return self.put_off.problem if waits and self.put_off is not None else None

    @property
    def takes(self) -> tuple[Component, ...]:
        """What one unit takes out of the shop."""
        return self.components or (Component(self.variant),)

    @property
    def takes_one_variant(self) -> bool:
        """One unit of the listing is one unit of its variant: all that the rules of this version compute."""
        return not self.components or self.components == (Component(self.variant),)

    @property
    def ours(self) -> frozenset[LedgerField]:
        """The fields that we decide, as far as anybody does."""
        return BOTH - {LedgerField.QUANTITY} if self.fulfilled_by_marketplace else BOTH

    @property
    def would_fall(self) -> bool:
        """Whether an absence of its variant from the shop takes it out of sale."""
        return self.live and self.computed.quantity != 0 and LedgerField.QUANTITY in self.ours


_SLOTS = {
    name: (Listing.__dict__[name].__get__, Listing.__dict__[name].__set__)
    for name in (one.name for one in fields(Listing))
}


def with_changes(listing: Listing, changes: Mapping[str, Any]) -> Listing:
    """What `dataclasses.replace` gives, for the recompute, which does it to every row of an account.

    `replace` checks and sets each of the thirty fields through the constructor of a frozen class, which costs as much
    as the rules themselves; here the slots are copied. Raises TypeError for a name that no field has.
    """
    if not changes.keys() <= _SLOTS.keys():
        raise TypeError(f"no fields of a listing: {sorted(changes.keys() - _SLOTS.keys())}")
    new = object.__new__(Listing)
    for name, (of, put) in _SLOTS.items():
        put(new, changes[name] if name in changes else of(listing))
    return new
