"""What callers are answered: rows in the seller's words, every reason with its text, never a credential."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from listbridge.admin.row_ids import item_id, listing_id
from listbridge.admin.shape import Shape
from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account, ConnectionState, GuardLimits, Rules, Shop
from listbridge.domain.ids import ListingKey
from listbridge.domain.jobs import Job, JobEntry, JobKind, JobState, Outcome, Reason
from listbridge.domain.listing import Listing, Status, TraceLine
from listbridge.domain.money import Money
from listbridge.domain.polling import PollState
from listbridge.domain.problem import Problem
from listbridge.domain.sales_list_items import Item
from listbridge.services import messages
from listbridge.services.explain_listing import the_reason


class ProblemView(Shape):
    """One reason: a code for programs, a text for people, and what would help."""

    code: str
    params: dict[str, str] = Field(default_factory=dict)
    fix: str = ""
    text: str
    fix_text: str = ""

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

    @classmethod
    def of_reason(cls, reason: Reason | None) -> ProblemView | None:
        return cls.of(Problem(reason.code, reason.params, reason.fix)) if reason is not None else None


class FieldView(Shape):
    """One field that was refused, by its place in what was sent (`settings.domain`)."""

    field: str
    text: str


class Refusal(Shape):
    """Every answer from 400 on."""

    problem: ProblemView
    fields: tuple[FieldView, ...] = ()


class MoneyView(Shape):
    """An amount in major units as a decimal text, and its ISO 4217 currency."""

    amount: str
    currency: str

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
    last: datetime | None
    next: datetime
    complete_until: datetime | None
    failures: int
    """How many readings in a row have failed."""

    @classmethod
    def maybe(cls, state: PollState | None) -> OrdersReadView | None:
        if state is None:
            return None
        return cls(
            since=state.since, last=state.last_poll_at, next=state.next_poll_at, complete_until=state.watermark,
            failures=state.failures,
        )  # fmt: skip


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
    import_orders: bool
    relay_fulfillments: bool
    observe: bool
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
    def of(
        cls, account: Account, polled: PollState | None, credentials_set: tuple[str, ...] = ()
    ) -> AccountView:
        orders = OrdersReadView.maybe(polled)
        return cls(
            **account.model_dump(exclude={"guard_rule"}), credentials_set=credentials_set, orders=orders
        )


class QuantityView(Shape):
    """A quantity on its way; null is unknown."""

    computed: int | None
    sent: int | None
    accepted: int | None
    seen: int | None


class PriceView(Shape):
    """A price on its way; null is unknown."""

    computed: MoneyView | None
    sent: MoneyView | None
    accepted: MoneyView | None
    seen: MoneyView | None


class TimesView(Shape):
    """When the ledger's entries were made; null is never, or no longer known."""

    computed: datetime | None
    sent: datetime | None
    accepted: datetime | None
    seen: datetime | None
    due_since: datetime | None
    not_before: datetime | None


class ListingView(Shape):
    """One listing: where it stands, its two numbers, and the one reason why it is not updated now."""

    id: str
    item: str
    """The id of its variant in the sales list."""
    account: str
    site: str
    sku: str
    sales_list: str
    shop: str
    product: str
    variant: str
    title: str
    status: Status
    quantity: QuantityView
    price: PriceView
    times: TimesView
    due: bool
    reason: ProblemView | None
    auto_update: str
    """One line: on, or off and why."""
    remote: str | None
    offer: str | None

    @classmethod
    def of(cls, row: Listing, account: Account) -> ListingView:
        reason = the_reason(row, account)
        computed, sent, accepted, seen = row.computed, row.sent, row.accepted, row.seen
        return cls(
            id=listing_id(row.key), item=item_id(row.variant), account=row.key.account, site=row.key.site, sku=row.key.sku,
            sales_list=row.sales_list, shop=row.variant.shop, product=row.variant.product,
            variant=row.variant.variant, title=row.title, status=row.status,
            quantity=QuantityView(
                computed=computed.quantity, sent=sent.quantity, accepted=accepted.quantity, seen=seen.quantity
            ),
            price=PriceView(
                computed=MoneyView.of(computed.price), sent=MoneyView.of(sent.price),
                accepted=MoneyView.of(accepted.price), seen=MoneyView.of(seen.price),
            ),
            times=TimesView(
                computed=computed.at, sent=sent.at, accepted=accepted.at, seen=seen.at, due_since=row.due_since,
                not_before=row.not_before,
            ),
            due=row.due_band is not None,
            reason=ProblemView.maybe(reason),
            auto_update="on" if reason is None else f"off: {messages.text(reason)}",
            remote=row.remote, offer=row.offer,
        )  # fmt: skip


class ItemView(Shape):
    """One variant in a sales list: with its listing, or with the reason why it has none."""

    id: str
    product: str
    variant: str
    sku: str
    title: str
    listing: ListingView | None
    problem: ProblemView | None

    @classmethod
    def of(cls, item: Item, listing: ListingView | None) -> ItemView:
        return cls(
            id=item_id(item.variant), product=item.variant.product, variant=item.variant.variant, sku=item.sku,
            title=item.title, listing=listing, problem=ProblemView.maybe(item.problem),
        )  # fmt: skip


class EditedFieldView(Shape):
    """One field of a document by its dotted place (`rules.price.ratio`), as it was and as it shall be."""

    field: str
    before: Any
    after: Any


class EditView(Shape):
    """What a configuration job edits."""

    kind: str
    id: str
    name: str
    fields: list[EditedFieldView]

    @classmethod
    def of(cls, job: Job) -> EditView | None:
        """Null for other jobs, and for those of before edits were written down."""
        if "edit" not in job.params:
            return None
        fields = [EditedFieldView(**one) for one in job.params["edit"]]
        return cls(kind=job.params["kind"], id=job.params["id"], name=job.params["name"], fields=fields)


class JobView(Shape):
    """A job and how far it is. `affected` of `live` listings would change: what an approval is about.

    When it is over, `done`, `skipped` and `failed` add up to `total`.
    """

    id: str
    kind: JobKind
    state: JobState
    account: str | None
    total: int
    done: int
    skipped: int
    failed: int
    affected: int
    live: int
    phase: str
    created_by: str
    created_at: datetime
    finished_at: datetime | None
    reason: ProblemView | None
    edit: EditView | None

    @classmethod
    def of(cls, job: Job) -> JobView:
        return cls(
            id=job.id, kind=job.kind, state=job.state, account=job.account, total=job.total, done=job.done,
            skipped=job.skipped + (job.waiting if job.over else 0), failed=job.failed, affected=job.affected, live=job.live, phase=job.phase, created_by=job.created_by,
            created_at=job.created_at, finished_at=job.finished_at, reason=ProblemView.of_reason(job.reason),
            edit=EditView.of(job),
        )  # fmt: skip


class JobStarted(Shape):
    """The answer to what takes a while: look at the job. With a `cursor` there is more to ask for."""

    job: JobView
    cursor: str | None = None


_LEFT_OUT = {JobState.CANCELLED: Problem("job_cancelled"), JobState.REFUSED: Problem("job_refused")}
"""Why an item has no outcome although its job is over."""


class JobEntryView(Shape):
    """What became of one item of a job: a listing (then with its id), a product, or an item without listing."""

    item: str
    listing: str | None
    sku: str | None
    outcome: Outcome
    reason: ProblemView | None
    at: datetime | None

    @classmethod
    def of(cls, job: Job, entry: JobEntry) -> JobEntryView:
        key = _listing_in(job, entry.item)
        left_out = job.over and entry.outcome is Outcome.WAITING
        reason = ProblemView.of(_LEFT_OUT.get(job.state, Problem("job_ended"))) if left_out else None
        return cls(
            item=entry.item, listing=listing_id(key) if key else None, sku=key.sku if key else None,
            outcome=Outcome.SKIPPED if left_out else entry.outcome,
            reason=reason or ProblemView.of_reason(entry.reason), at=entry.at,
        )  # fmt: skip


class ActivityView(Shape):
    """One line of what happened."""

    at: datetime
    subject: str
    event: str
    params: dict[str, str]
    actor: str
    account: str | None
    listing: str | None
    """The listing's id, when it is about one."""
    sku: str | None
    text: str

    @classmethod
    def of(cls, entry: ActivityEntry) -> ActivityView:
        key = _listing_of(entry)
        return cls(
            listing=listing_id(key) if key else None, sku=key.sku if key else None,
            at=entry.at, subject=entry.subject, event=entry.event, params=dict(entry.params), actor=entry.actor,
            account=entry.account, text=messages.event_text(entry),
        )  # fmt: skip


class TraceView(Shape):
    """One step of a rule: what it did, with which number, and what came out."""

    step: str
    value: str
    result: str
    text: str

    @classmethod
    def of(cls, line: TraceLine) -> TraceView:
        return cls(step=line.step, value=line.value, result=line.result, text=messages.trace_text(line))


def _listing_in(job: Job, item: str) -> ListingKey | None:
    """The listing that an entry names; entries of items without a listing begin with a shop, not with the account."""
    if job.account is None or not item.startswith(f"{job.account}#"):
        return None
    return ListingKey.parse(item)


def _listing_of(entry: ActivityEntry) -> ListingKey | None:
    """The listing that an act is about; orders' subjects begin with the account too, but have two parts."""
    parts = entry.subject.split("#", 2)
    if entry.account is None or parts[0] != entry.account or len(parts) < 3:
        return None
    return ListingKey.parse(entry.subject)
