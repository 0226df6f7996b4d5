"""What an action asks of the publish lane: a task for each product, and a set for those that share calls there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from listbridge.domain.configuration import Account, SalesList
from listbridge.domain.ids import ProductId, SalesListId, new_id
from listbridge.domain.jobs import Job
from listbridge.domain.listings.listing import Listing
from listbridge.domain.ports import Missing
from listbridge.domain.work import Lane, Message, PublishKind, PublishTask, PublishTogether
from listbridge.services.deps import AccountDeps

_TOGETHER = frozenset({PublishKind.SEND, PublishKind.RELIST})
"""What a marketplace may do to several products at once."""


def publish_products(
    deps: AccountDeps, kind: PublishKind, job: Job, rows: Sequence[Listing], *, remove: bool = False
) -> None:
    """Queue the products of these rows, each once in its list."""
    # To link writes nothing there, so an account that only observes is linked; a dry run does not even do that.
    rehearse = job.dry_run or (job.rehearsal and kind is not PublishKind.LINK)
    listings = Counter((row.sales_list, row.variant.product) for row in rows)
    grouped = {(row.sales_list, row.variant.product) for row in rows if row.group is not None}
    messages: list[Message] = []
    for sales_list in dict.fromkeys(row.sales_list for row in rows):
        products = [product for its_list, product in listings if its_list == sales_list]
        single = [p for p in products if listings[sales_list, p] == 1 and (sales_list, p) not in grouped]
        sets = [] if rehearse or kind not in _TOGETHER else _sets(deps, kind, job, sales_list, single)
        in_sets = {product for one in sets for product in one.products}
        messages += sets
        messages += [
            PublishTask(
                action=kind,
                sales_list=sales_list,
                product=product,
                job=job.id,
                remove=remove,
                rehearse=rehearse,
                dry_run=job.dry_run,
            )
            for product in products
            if product not in in_sets
        ]
    if messages:
        deps.queues.send(Lane.PUBLISH, *messages)


def _sets(
    deps: AccountDeps, kind: PublishKind, job: Job, sales_list: SalesListId, single: Sequence[ProductId]
) -> list[PublishTogether]:
    """As many of these products, with one listing each, as the marketplace puts on sale by the same calls. A set of one is none."""
    try:
        account = deps.configuration.get(Account, deps.configuration.get(SalesList, sales_list).account)
    except Missing:
        return []  # the list was deleted meanwhile: its tasks have nothing to do
    most = deps.marketplaces.traits(account).publish_together
    parts = [tuple(single[start : start + most]) for start in range(0, len(single), most)]
    return [
        PublishTogether(action=kind, sales_list=sales_list, products=part, id=new_id("set"), job=job.id)
        for part in parts
        if len(part) > 1
    ]
