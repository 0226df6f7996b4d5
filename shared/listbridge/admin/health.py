"""`/v1/health` and `/v1/counters`: how it goes, at a glance."""

from __future__ import annotations

from datetime import datetime

from listbridge.admin.auth import Group, open_to
from listbridge.admin.call import deps_of, new_router
from listbridge.admin.job_views import JobView
from listbridge.admin.row_ids import item_id, listing_id
from listbridge.admin.shape import Shape
from listbridge.admin.views import OrdersReadView, ProblemView
from listbridge.domain.configuration import ConnectionState
from listbridge.services import overview

router = new_router()
_TAGS = ["health"]


class ConnectionHealth(Shape):
    """A shop or account, and whether it can be used."""

    id: str
    name: str
    platform: str
    state: ConnectionState


class DueHealth(Shape):
    """What an account has still to send, by band; a count of `most_counted` means that many or more."""

    account: str
    by_band: dict[str, int]
    oldest: datetime | None
    most_counted: int


class OrdersHealth(Shape):
    """How many of an account's newest orders need somebody; without `complete` it has more than the `counted` ones."""

    account: str
    failed: int
    unclear: int
    undecided: int
    noticed: int
    counted: int
    complete: bool
    read: OrdersReadView | None


class Concern(Shape):
    """Something that needs somebody. Where it is about listings, one of them is named as an example."""

    subject: str
    """The id of the shop, the account or the job; `this` for the installation."""
    problem: ProblemView
    listing: str | None
    item: str | None
    sku: str | None

    @classmethod
    def of(cls, concern: overview.Concern) -> Concern:
        row = concern.example
        return cls(
            subject=concern.subject, problem=ProblemView.of(concern.problem),
            listing=listing_id(row.key) if row else None, item=item_id(row.variant) if row else None,
            sku=row.key.sku if row else None,
        )  # fmt: skip


class HealthView(Shape):
    """How it goes. `ok` when nothing needs anybody."""

    ok: bool
    public_base_url: str
    shops: list[ConnectionHealth]
    accounts: list[ConnectionHealth]
    due: list[DueHealth]
    orders: list[OrdersHealth]
    awaiting_approval: list[JobView]
    concerns: list[Concern]


class Counters(Shape):
    """An account's listings in the seller's words; `holds` counts by reason why they are not updated."""

    account: str
    name: str
    live: int
    error: int
    pending: int
    not_active: int
    ended: int
    due: int
    holds: dict[str, int]
    complete: bool


class CountersView(Shape):
    """The dashboard's numbers."""

    counters: list[Counters]


@router.get("/health", summary="How it goes", tags=_TAGS, openapi_extensions=open_to(Group.VIEWER))
def get_health() -> HealthView:
    """Connections, what is due, orders that need somebody, what waits for a yes. Dead letters and stalled queues raise alarms of their own."""
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
                account=due.account.id, oldest=due.oldest, most_counted=due.most_counted,
                by_band={band.name.lower(): count for band, count in due.by_band.items()},
            )
            for due in found.due
        ],
        orders=[
            OrdersHealth(
                account=one.account.id, failed=one.failed, unclear=one.unclear, undecided=one.undecided,
                noticed=one.noticed, counted=one.counted, complete=one.complete,
                read=OrdersReadView.maybe(found.polls.get(one.account.id)),
            )
            for one in found.orders
        ],
        awaiting_approval=[JobView.of(job) for job in found.awaiting_approval],
        concerns=[Concern.of(one) for one in found.concerns],
    )  # fmt: skip


@router.get(
    "/counters",
    summary="Live, Error, Pending, Not Active",
    tags=_TAGS,
    openapi_extensions=open_to(Group.VIEWER),
)
def get_counters() -> CountersView:
    """Counted anew with each call."""
    return CountersView(
        counters=[
            Counters(
                account=one.account.id, name=one.account.name, live=one.live, error=one.error, pending=one.pending,
                not_active=one.not_active, ended=one.ended, due=one.due, holds=dict(one.holds), complete=one.complete,
            )
            for one in overview.count_listings(deps_of(router))
        ]
    )  # fmt: skip
