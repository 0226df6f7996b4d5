"""What follows from a drainer's outcomes beside the ledger: listings are ended, and people are told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.ids import AccountId
from listbridge.domain.listings.listing import Listing
from listbridge.domain.work import Lane, PublishKind, PublishTask
from listbridge.services.deps import CoreDeps
from listbridge.services.listings.revise.unit_outcomes import RowOutcome


def end_listings(deps: CoreDeps, rows: Iterable[Listing], action: PublishKind) -> None:
    """Queue this action for the products of these rows."""
    tasks = {
        PublishTask(
            action=action,
            sales_list=row.sales_list,
            product=row.variant.product,
            only_if_gone=action is PublishKind.STOP,
            fix=row.hold.fix if action is PublishKind.ZEROED and row.hold is not None else "",
        )
        for row in rows
    }
    if tasks:
        deps.queues.send(Lane.PUBLISH, *tasks)


def tell(deps: CoreDeps, account: AccountId, outcomes: Sequence[RowOutcome]) -> None:
    """Note outcomes in the activity, all that landed together in one go: a submission of thousands would keep the drainer for as long
    as it took to send."""
    now = deps.clock.now()
    deps.activity.note(
        *(
            ActivityEntry(
                subject=str(one.row.key),
                event=f"revise_{one.result.value}",
                at=now,
                account=account,
                params={**one.shown(), **(one.reason.as_reason() if one.reason else {})},
            )
            for one in outcomes
        )
    )
