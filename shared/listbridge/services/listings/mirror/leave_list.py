"""A product leaves a sales list in collection mode: its items go, and live listings follow the list's setting.

It asks nobody: what leaves was counted before, and approved where that is needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account, OnLeave, SalesList
from listbridge.domain.ids import ProductId
from listbridge.domain.listings import lifecycle
from listbridge.domain.listings.listing import Cause, Listing, Status
from listbridge.domain.work import Lane, PublishKind, PublishTask
from listbridge.services.catalog.nudge import nudge_due
from listbridge.services.catalog.recompute import Recompute
from listbridge.services.deps import PublishDeps
from listbridge.services.listings.items.remove_items import remove_items

_BY = "listbridge"


@dataclass(frozen=True, slots=True)
class Departure:
    """How far a product has left."""

    begins: bool
    """Nobody took it out before."""
    ends: bool = False
    """A listing of it is to be ended yet."""


def take_out(deps: PublishDeps, sales_list: SalesList, account: Account, product: ProductId) -> Departure:
    """Take a product's items out of the list; safe to run again.

    What is not live goes altogether. What is live is detached, and stays as it is, shows 0 or is ended, as the list says. A
    product that the shop no longer has is zeroed and then ended by its absence, whatever the list says.
    """
    variants = deps.variants.of_product(account.shop, product)
    items = [item for row in variants if (item := deps.items.find(sales_list.id, row.key)) is not None]
    rows = deps.listings.get_many([item.listing for item in items if item.listing is not None])
    staying = [row for row in rows.values() if row.sales_list == sales_list.id and _stays(row)]
    kept = {row.key for row in staying}
    remove_items(deps, sales_list, [item for item in items if item.listing not in kept], _BY)
    gone = all(row.absent for row in variants)
    how = OnLeave.KEEP if gone else sales_list.on_leave
    now = deps.clock.now()
    detach = partial(lifecycle.detached, zero=how is OnLeave.ZERO, now=now)
    for row in staying:
        deps.listings.change(row.key, detach)
    new = [row for row in staying if row.detached is None]
    params = {"list": sales_list.name, "setting": how.value}
    deps.activity.note(*(ActivityEntry(str(row.key), "detached", now, params, account.id) for row in new))
    if how is OnLeave.ZERO:
        # Counted as a set before: sending asks nobody again.
        moved = Recompute(deps, Cause.CONFIGURATION, guard_passed=True).listings(sorted(kept))
        nudge_due(deps, moved)
    elif how is OnLeave.END and staying:
        task = PublishTask(
            action=PublishKind.STOP,
            sales_list=sales_list.id,
            product=product,
            remove=not account.observe,
            only_if_detached=True,
            rehearse=account.observe,
        )
        deps.queues.send(Lane.PUBLISH, task)
    # An end that is refused now, because writes are stopped or the account is not connected, is asked for again.
    ends = how is OnLeave.END and bool(staying) and not account.observe
    return Departure(begins=bool(new) or not staying, ends=ends)


def _stays(row: Listing) -> bool:
    """Buyers see it, or a call that is under way may make them see it."""
    return row.remote is not None or row.status in (Status.ACTIVE, Status.PENDING)
