"""`/v1/health` and `/v1/counters`: the state of the installation at a glance."""

from __future__ import annotations

from datetime import datetime

from listbridge.admin.auth import Group, open_to
from listbridge.admin.call import deps_of, new_router
from listbridge.admin.row_ids import item_id, listing_id
from listbridge.admin.shape import Shape
from listbridge.admin.views.documents import OrdersReadView, ProblemView
from listbridge.admin.views.jobs import JobView
from listbridge.domain.configuration import ConnectionState
from listbridge.services.desk import overview

router = new_router()
_TAGS = ["health"]


class ConnectionHealth(Shape):
    """A shop or account, and whether it can be used."""

    id: str
    """The id of the shop or account."""
    name: str
    """Its name, for people."""
    platform: str
    state: ConnectionState
    """Whether it can be used."""


class DueHealth(Shape):
    """What an account has still to send, by band; a count of `most_counted` means that many or more."""

    account: str
    by_band: dict[str, int]
    """How many listings wait to be sent, by urgency: `zero`, `down`, `price`, `up`, `rest`."""
    oldest: datetime | None
    """Since when the longest waiting listing waits, UTC; null when none does."""
    most_counted: int
    """The number at which counting stops: a band that shows it may have more."""


class OrdersHealth(Shape):
    """How many of an account's newest orders need somebody; without `complete` it has more than the `counted` ones."""

    account: str
    failed: int
    """How many orders could not be created in the shop."""
    unclear: int
    """How many orders the shop may or may not have, so that a person has to look."""
    undecided: int
    """How many orders wait for the seller's decision."""
    noticed: int
    """How many orders have a notice."""
    counted: int
    """How many orders were looked at, the newest first."""
    complete: bool
    """Whether these are all of the account's orders."""
    read: OrdersReadView | None
    """When the orders were read last and are read next; null while they are not read at all."""


class Concern(Shape):
    """Something that needs somebody. Where it is about listings, one of them is named as an example."""

    subject: str
    """The id of the shop, the account or the job; `this` for the installation."""
    problem: ProblemView
    """What is wrong, and what would help."""
    listing: str | None
    """The `id` of one listing concerned, as an example; null when it is not about listings."""
    item: str | None
    """The `id` of that listing's item; null when it is not about listings."""
    sku: str | None
    """That listing's SKU; null when it is not about listings."""

    @classmethod
    def of(cls, concern: overview.Concern) -> Concern:
        row = concern.example
        return cls(
            subject=concern.subject,
            problem=ProblemView.of(concern.problem),
            listing=listing_id(row.key) if row else None,
            item=item_id(row.variant) if row else None,
            sku=row.key.sku if row else None,
        )


class HealthView(Shape):
    """How it goes. `ok` when nothing needs anybody."""

    ok: bool
    """Whether nothing needs anybody."""
    public_base_url: str
    """The address under which shops and marketplaces reach this installation; empty while unknown."""
    shops: list[ConnectionHealth]
    """Every connected shop."""
    accounts: list[ConnectionHealth]
    """Every connected account."""
    due: list[DueHealth]
    """What each account has still to send."""
    orders: list[OrdersHealth]
    """What each account's newest orders need."""
    awaiting_approval: list[JobView]
    """The jobs that wait until a person approves or refuses them."""
    concerns: list[Concern]
    """Everything that needs somebody."""


class Counters(Shape):
    """An account's listings in the seller's words; `holds` counts by reason why they are not updated."""

    account: str
    name: str
    """The account's name, for people."""
    live: int
    """How many listings are live and up to date, or will be without help."""
    error: int
    """How many listings could not be sent or updated."""
    pending: int
    """How many listings have an operation running."""
    not_active: int
    """How many listings were never sent."""
    ended: int
    """How many listings were ended, here or on the marketplace."""
    detached: int
    """Of all of these: listings whose item left the collections of its sales list."""
    no_status: int
    """How many visible items of the shop are in none of the account's lists."""
    no_status_complete: bool
    """Whether all of the shop's items were counted for that."""
    due: int
    """How many listings wait to be sent."""
    holds: dict[str, int]
    """How many listings are not updated now, by the code of the reason."""
    complete: bool
    """Whether all of the account's listings were counted."""


class CountersView(Shape):
    """The dashboard's numbers."""

    counters: list[Counters]
    """One row per account."""


@router.get("/health", summary="How it goes", tags=_TAGS, openapi_extensions=open_to(Group.VIEWER))
def get_health() -> HealthView:
    """Connections, what is due, orders that need somebody, jobs that wait for approval. Dead letters and stalled queues
    raise alarms of their own."""
    found = overview.health(deps_of(router))
    return HealthView(
        ok=not found.concerns,
        public_base_url=found.public_base_url,
        shops=[ConnectionHealth(id=s.id, name=s.name, platform=s.platform, state=s.state) for s in found.shops],
        accounts=[
            ConnectionHealth(id=a.id, name=a.name, platform=a.marketplace, state=a.state) for a in found.accounts
        ],
        due=[
            DueHealth(
                account=due.account.id,
                oldest=due.oldest,
                most_counted=due.most_counted,
                by_band={band.name.lower(): count for band, count in due.by_band.items()},
            )
            for due in found.due
        ],
        orders=[
            OrdersHealth(
                account=one.account.id,
                failed=one.failed,
                unclear=one.unclear,
                undecided=one.undecided,
                noticed=one.noticed,
                counted=one.counted,
                complete=one.complete,
                read=OrdersReadView.maybe(found.polls.get(one.account.id)),
            )
            for one in found.orders
        ],
        awaiting_approval=[JobView.of(job) for job in found.awaiting_approval],
        concerns=[Concern.of(one) for one in found.concerns],
    )


@router.get(
    "/counters",
    summary="Live, Error, Pending, Not Active, No status",
    tags=_TAGS,
    openapi_extensions=open_to(Group.VIEWER),
)
def get_counters() -> CountersView:
    """Counts the listings of each account, again with each call."""
    return CountersView(
        counters=[
            Counters(
                account=one.account.id,
                name=one.account.name,
                live=one.live,
                error=one.error,
                pending=one.pending,
                not_active=one.not_active,
                ended=one.ended,
                detached=one.detached,
                no_status=one.no_status,
                no_status_complete=one.all_items,
                due=one.due,
                holds=dict(one.holds),
                complete=one.complete,
            )
            for one in overview.count_listings(deps_of(router))
        ]
    )
