"""A product leaves a sales list in collection mode: its items go, and live listings follow the list's setting.

It asks nobody: what leaves was counted before, and approved where that is needed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import Account, OnLeave, SalesList
from listbridge.domain.ids import ProductId
from listbridge.domain.listings import lifecycle
from listbridge.domain.listings.listing import Cause, Listing, Status
from listbridge.domain.listings.sales_list_items import Item
from listbridge.domain.work import Lane, PublishKind, PublishTask
from listbridge.services.catalog.nudge import nudge_due
from listbridge.services.catalog.recompute import Recompute
from listbridge.services.deps import LedgerDeps, PublishDeps
from listbridge.services.listings.items.remove_items import remove_items

_BY = "listbridge"


@dataclass(frozen=True, slots=True)
class Departure:
    """How far a product has left."""

    begins: bool
    """Nobody took it out before."""
    ends: bool = False
    """A listing of it is to be ended yet."""


@dataclass(frozen=True, slots=True)
class _Leaving:
    """A product on its way out, with what of it stays and what goes altogether."""

    product: ProductId
    going: list[Item]
    staying: list[Listing]
    gone: bool
    """The shop no longer has it."""


def take_out(
    deps: PublishDeps, sales_list: SalesList, account: Account, products: Iterable[ProductId]
) -> dict[ProductId, Departure]:
    """Take the items of these products out of the list; safe to run again.

    What is not live goes altogether, that of all products at once: who waits for one of their SKUs is found by a look through
    whole lists. What is live is detached, and stays as it is, shows 0 or is ended, as the list says. A product that the shop no
    longer has is zeroed and then ended by its absence, whatever the list says.
    """
    leaving = [_leaving(deps, sales_list, account, product) for product in products]
    remove_items(deps, sales_list, [item for one in leaving for item in one.going], _BY)
    return {one.product: _detach(deps, sales_list, account, one) for one in leaving}


def _leaving(deps: PublishDeps, sales_list: SalesList, account: Account, product: ProductId) -> _Leaving:
    variants = deps.variants.of_product(account.shop, product)
    items = [item for row in variants if (item := deps.items.find(sales_list.id, row.key)) is not None]
    rows = deps.listings.get_many([item.listing for item in items if item.listing is not None])
    staying = [row for row in rows.values() if row.sales_list == sales_list.id and _stays(row)]
    kept = {row.key for row in staying}
    going = [item for item in items if item.listing not in kept]
    return _Leaving(product, going, staying, gone=all(row.absent for row in variants))


def _detach(deps: LedgerDeps, sales_list: SalesList, account: Account, leaving: _Leaving) -> Departure:
    staying = leaving.staying
    how = OnLeave.KEEP if leaving.gone else sales_list.on_leave
    now = deps.clock.now()
    detach = partial(lifecycle.detached, zero=how is OnLeave.ZERO, now=now)
    for row in staying:
        deps.listings.change(row.key, detach)
    new = [row for row in staying if row.detached is None]
    params = {"list": sales_list.name, "setting": how.value}
    deps.activity.note(*(ActivityEntry(str(row.key), "detached", now, params, account.id) for row in new))
    if how is OnLeave.ZERO:
        # Counted as a set before: sending asks nobody again.
        moved = Recompute(deps, Cause.CONFIGURATION, guard_passed=True).listings(sorted(row.key for row in staying))
        nudge_due(deps, moved)
    elif how is OnLeave.END and staying:
        task = PublishTask(
            action=PublishKind.STOP,
            sales_list=sales_list.id,
            product=leaving.product,
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
