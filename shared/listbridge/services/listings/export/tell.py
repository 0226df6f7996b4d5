"""What a person is told about a list that sends new items automatically."""

from __future__ import annotations

from dataclasses import dataclass

from listbridge.domain.configuration import SalesList
from listbridge.domain.ids import JobId
from listbridge.domain.money import Money
from listbridge.domain.problem import Problem
from listbridge.services.deps import PublishDeps
from listbridge.services.listings.export.export_members import limit_of, open_question
from listbridge.services.listings.export.look import Exporter
from listbridge.services.listings.export.send import sent_today


@dataclass(frozen=True, slots=True)
class Exports:
    """How a list sends new items automatically now."""

    sales_list: SalesList
    limit: int
    sent_today: int
    fee: Money | None
    reason: Problem | None
    question: JobId | None


def exports_of(deps: PublishDeps, sales_list: SalesList) -> Exports:
    """Raises Missing when its account or shop is gone."""
    exporter = Exporter(deps, sales_list)
    asked = open_question(exporter)
    return Exports(
        sales_list=sales_list,
        limit=limit_of(exporter),
        sent_today=sent_today(deps, exporter.account.id, deps.clock.now()),
        fee=deps.marketplaces.traits(exporter.account).listing_fee,
        reason=exporter.hold() or exporter.blocked(),
        question=asked.id if asked is not None else None,
    )
