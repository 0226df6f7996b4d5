"""Answers about configuration and listings: rows in the seller's words, every reason with its text, never a
credential."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from listbridge.admin.row_ids import item_id, listing_id
from listbridge.admin.shape import Shape
from listbridge.domain.configuration import Account, ConnectionState, GuardLimits, Rules, Shop, WritesStopped
from listbridge.domain.listings.listing import LedgerField, Level, Listing, Status, TraceLine
from listbridge.domain.listings.sales_list_items import Item
from listbridge.domain.money import Money
from listbridge.domain.orders.polling import PollState
from listbridge.domain.problem import Problem
from listbridge.services.desk import messages
from listbridge.services.desk.explain_listing import the_reason


class ProblemView(Shape):
    """One reason: a code for programs, a text for people, and what would help."""

    code: str
    """The kind of the problem, for programs."""
    params: dict[str, str] = Field(default_factory=dict)
    """The values that the texts name, by name, all as texts."""
    fix: str = ""
    """The code of what would help, for programs; empty when nothing is known to help."""
    text: str
    """The problem in a sentence, for people."""
    fix_text: str = ""
    """What would help, in a sentence; empty when nothing is known to help."""

    @classmethod
    def of(cls, problem: Problem) -> ProblemView:
        return cls(
            code=problem.code,
            params=dict(problem.params),
            fix=problem.fix,
            text=messages.text(problem),
            fix_text=messages.fix_text(problem),
        )

    @classmethod
    def maybe(cls, problem: Problem | None) -> ProblemView | None:
        return cls.of(problem) if problem is not None else None


class FieldView(Shape):
    """One field that was refused, by its place in what was sent (`settings.domain`)."""

    field: str
    """The dotted place of the field in what was sent; `body` for all of it."""
    text: str
    """What is wrong with it."""


class Refusal(Shape):
    """Every answer from 400 on."""

    problem: ProblemView
    """Why it was refused."""
    fields: tuple[FieldView, ...] = ()
    """The fields that are not valid; empty when the refusal is about something else."""


class MoneyView(Shape):
    """An amount in major units as a decimal text, and its ISO 4217 currency."""

    amount: str
    """The amount in major units, a decimal text (`12.50`)."""
    currency: str
    """The currency, ISO 4217."""

    @classmethod
    def of(cls, money: Money | None) -> MoneyView | None:
        return cls(amount=str(money.amount), currency=money.currency) if money is not None else None


class ShopView(Shape):
    """A connected shop."""

    id: str
    name: str
    platform: str
    state: ConnectionState
    currency: str
    locations: tuple[str, ...]
    settings: dict[str, Any]
    credentials_set: tuple[str, ...] = ()
    """The names of the credential fields that have a value."""
    rev: int

    @classmethod
    def of(cls, shop: Shop, credentials_set: tuple[str, ...] = ()) -> ShopView:
        return cls(**shop.model_dump(), credentials_set=credentials_set)


class OrdersReadView(Shape):
    """When an account's orders were read last and will be next, at the latest; orders placed before `since` are only shown.

    Everything up to `complete_until` is known and holds its stock; null before the first complete reading.
    """

    since: datetime
    """When the account was connected, UTC; orders placed before are only shown."""
    last: datetime | None
    """When the orders were read last, UTC; null before the first reading."""
    next: datetime
    """When the orders are read next at the latest, UTC."""
    complete_until: datetime | None
    """Up to when all orders are known and hold their stock, UTC; null before the first complete reading."""
    failures: int
    """How many readings in a row have failed."""

    @classmethod
    def maybe(cls, state: PollState | None) -> OrdersReadView | None:
        if state is None:
            return None
        return cls(
            since=state.since,
            last=state.last_poll_at,
            next=state.next_poll_at,
            complete_until=state.watermark,
            failures=state.failures,
        )


class AccountView(Shape):
    """A connected seller account."""

    id: str
    name: str
    marketplace: str
    shop: str
    state: ConnectionState
    sites: tuple[str, ...]
    auto_quantity: bool
    auto_price: bool
    create_orders: bool
    import_orders: bool = Field(deprecated=True)
    """The earlier name of `create_orders`: use that one."""
    relay_fulfillments: bool
    observe: bool
    stopped: WritesStopped | None
    publish_limit: int | None
    guard: GuardLimits
    rules: Rules
    settings: dict[str, Any]
    remote_name: str
    credentials_set: tuple[str, ...] = ()
    """The names of the credential fields that have a value."""
    orders: OrdersReadView | None
    """Null as long as its orders are not read: it is not connected yet, or its marketplace has none to read."""
    rev: int

    @classmethod
    def of(cls, account: Account, polled: PollState | None, credentials_set: tuple[str, ...] = ()) -> AccountView:
        orders = OrdersReadView.maybe(polled)
        return cls(**account.model_dump(exclude={"guard_rule"}), credentials_set=credentials_set, orders=orders)


class SwitchView(Shape):
    """Whether one of the two numbers is sent automatically when it changes."""

    on: bool
    """Whether it is; what is switched off is sent by an action alone."""
    level: Level
    """Whose switch decides: the nearest of item, sales list and account that has one."""
    own: bool | None
    """The item's own switch; null where it takes that of its sales list or account."""

    @classmethod
    def of(cls, row: Listing, field: LedgerField) -> SwitchView:
        return cls(on=field in row.auto, level=row.levels.get(field, Level.ACCOUNT), own=row.switches.get(field))


class QuantityView(Shape):
    """A quantity on its way; null is unknown."""

    computed: int | None
    """The units that the rules give; null is unknown."""
    sent: int | None
    """The units that were sent last; null is unknown."""
    accepted: int | None
    """The units that the marketplace accepted last; null is unknown."""
    seen: int | None
    """The units that the marketplace showed when it was last looked at; null is unknown."""
    auto: SwitchView
    """Whether it is sent automatically, and who says so."""


class PriceView(Shape):
    """A price on its way; null is unknown."""

    computed: MoneyView | None
    """The price that the rules give; null is unknown."""
    sent: MoneyView | None
    """The price that was sent last; null is unknown."""
    accepted: MoneyView | None
    """The price that the marketplace accepted last; null is unknown."""
    seen: MoneyView | None
    """The price that the marketplace showed when it was last looked at; null is unknown."""
    auto: SwitchView
    """Whether it is sent automatically, and who says so."""


class TimesView(Shape):
    """When the ledger's entries were made; null is never, or no longer known."""

    computed: datetime | None
    """When quantity and price were computed, UTC; null is never."""
    sent: datetime | None
    """When something was sent last, UTC; null is never, or no longer known."""
    accepted: datetime | None
    """When the marketplace accepted something last, UTC; null is never, or no longer known."""
    seen: datetime | None
    """When the marketplace's own values were looked at last, UTC; null is never."""
    due_since: datetime | None
    """Since when something waits to be sent, UTC; null when nothing does."""
    not_before: datetime | None
    """The earliest time of the next try, UTC; null when there is nothing to wait for."""


class ListingView(Shape):
    """One listing: where it stands, its two numbers, and the one reason why it is not updated now."""

    id: str
    """The listing's id, opaque."""
    item: str
    """The id of its variant in the sales list."""
    account: str
    site: str
    sku: str
    sales_list: str
    """The id of the sales list that the listing belongs to."""
    shop: str
    """The id of the shop that has the variant."""
    product: str
    variant: str
    title: str
    status: Status
    """Where the listing stands on the marketplace, in the seller's words."""
    quantity: QuantityView
    """The quantity, from the rules to what the marketplace shows."""
    price: PriceView
    """The price, from the rules to what the marketplace shows."""
    times: TimesView
    """When each step happened."""
    due: bool
    """Whether something waits to be sent."""
    reason: ProblemView | None
    """The one reason why the listing is not updated now; null when it is."""
    auto_update: str
    """One line: on, or off and why."""
    remote: str | None
    """The marketplace's id of the live listing, which variants may share; null when there is none."""
    offer: str | None
    """The marketplace's id of the offer, where it has one besides the listing; null when there is none."""
    detached: datetime | None
    """Since when its item has been in none of its list's collections, UTC: quantity and price go on by the list's rules, and
    nothing else is sent; null for every other listing."""
    catalogue_id: str | None
    """The product of the marketplace's own catalogue that was chosen for it by hand; null when none was."""

    @classmethod
    def of(cls, row: Listing, account: Account, shop: Shop) -> ListingView:
        reason = the_reason(row, account, shop)
        computed, sent, accepted, seen = row.computed, row.sent, row.accepted, row.seen
        return cls(
            id=listing_id(row.key),
            item=item_id(row.variant),
            account=row.key.account,
            site=row.key.site,
            sku=row.key.sku,
            sales_list=row.sales_list,
            shop=row.variant.shop,
            product=row.variant.product,
            variant=row.variant.variant,
            title=row.title,
            status=row.status,
            quantity=QuantityView(
                computed=computed.quantity,
                sent=sent.quantity,
                accepted=accepted.quantity,
                seen=seen.quantity,
                auto=SwitchView.of(row, LedgerField.QUANTITY),
            ),
            price=PriceView(
                computed=MoneyView.of(computed.price),
                sent=MoneyView.of(sent.price),
                accepted=MoneyView.of(accepted.price),
                seen=MoneyView.of(seen.price),
                auto=SwitchView.of(row, LedgerField.PRICE),
            ),
            times=TimesView(
                computed=computed.at,
                sent=sent.at,
                accepted=accepted.at,
                seen=seen.at,
                due_since=row.due_since,
                not_before=row.not_before,
            ),
            due=row.due_band is not None,
            reason=ProblemView.maybe(reason),
            auto_update="on" if reason is None else f"off: {messages.text(reason)}",
            remote=row.remote,
            offer=row.offer,
            detached=row.detached.since if row.detached is not None else None,
            catalogue_id=row.catalogue_id or None,
        )


class ConsentPage(Shape):
    """Where the owner's browser must go. The address works once, for a quarter of an hour."""

    url: str
    """The address to open in the owner's browser, or to enter at the platform."""


class ItemView(Shape):
    """One variant in a sales list: with its listing, or with the reason why it has none."""

    id: str
    """The item's id, opaque."""
    product: str
    variant: str
    sku: str
    title: str
    listing: ListingView | None
    """The item's listing; null when it has none, and `problem` says why."""
    problem: ProblemView | None
    """Why the item has no listing; null when it has one."""

    @classmethod
    def of(cls, item: Item, listing: ListingView | None) -> ItemView:
        return cls(
            id=item_id(item.variant),
            product=item.variant.product,
            variant=item.variant.variant,
            sku=item.sku,
            title=item.title,
            listing=listing,
            problem=ProblemView.maybe(item.problem),
        )


class TraceView(Shape):
    """One step of a rule: what it did, with which number, and what came out."""

    step: str
    """The code of the step."""
    value: str
    """The number that the step worked with; empty when it has none."""
    result: str
    """What came out of the step."""
    text: str
    """The step in words, for people."""

    @classmethod
    def of(cls, line: TraceLine) -> TraceView:
        return cls(step=line.step, value=line.value, result=line.result, text=messages.trace_text(line))
