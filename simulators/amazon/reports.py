"""Reports: asked for, made in Amazon's own time, fetched as a document.

Sources: official model reports_2021-06-30; for the columns of GET_MERCHANT_LISTINGS_ALL_DATA reports seen in public code (2025), for the
model names none. A report without rows ends CANCELLED (the model: "an automatic cancellation if there is no data to
return"). Only this type is made here; others are refused, as the model's own example refuses an unknown one.
"""

from __future__ import annotations

import codecs
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from simulators.amazon.errors import invalid
from simulators.amazon.processing import Ending, Processing, Task, document_told, marketplaces_in
from simulators.amazon.times import instant
from simulators.amazon.wire import Call, Operation
from simulators.kit.wire import Reply

if TYPE_CHECKING:
    from simulators.amazon.state import Seller
    from simulators.amazon.world import World

ALL_LISTINGS = "GET_MERCHANT_LISTINGS_ALL_DATA"
_ALL_DATA_COLUMNS = (
    "item-name",
    "item-description",
    "listing-id",
    "seller-sku",
    "price",
    "quantity",
    "open-date",
    "image-url",
    "item-is-marketplace",
    "product-id-type",
    "zshop-shipping-fee",
    "item-note",
    "item-condition",
    "zshop-category1",
    "zshop-browse-path",
    "zshop-storefront-feature",
    "asin1",
    "asin2",
    "asin3",
    "will-ship-internationally",
    "expedited-shipping",
    "zshop-boldface",
    "product-id",
    "bid-for-featured-placement",
    "add-delete",
    "pending-quantity",
    "fulfillment-channel",
    "merchant-shipping-group",
    "status",
    "Minimum order quantity",
    "Sell remainder",
)
_NEW = "11"
_ASIN = "1"
_AMAZON_CHANNELS = {"na": "AMAZON_NA", "eu": "AMAZON_EU", "fe": "AMAZON_JP"}


@dataclass(slots=True)
class Report(Task):
    """One report, from being asked for to its document."""

    NAME = "report"
    RESULT = "reportDocumentId"

    ending: Ending = "DONE"


class Reports(Processing[Report]):
    """Every seller's reports. `endings` are those of the next ones, in order; without one a report ends DONE."""

    def __init__(self, world: World) -> None:
        super().__init__(world, Report, 54_517_018_501)
        self.endings: deque[Ending] = deque()
        self.queue_s = 10.0
        self.work_s = 20.0
        self.charset = "UTF-8"

    def ask(self, seller: Seller, report_type: str, marketplace_ids: list[str]) -> Report:
        ending = self.endings.popleft() if self.endings else "DONE"
        report = Report(self._new_id(), seller, report_type, marketplace_ids, self._world.now(), ending=ending)
        return self._queue(report, self.queue_s, self.work_s)

    def _start(self, report: Report, at: datetime) -> None:
        if report.status == "IN_QUEUE":
            report.status, report.started_at = "IN_PROGRESS", at

    def _finish(self, report: Report, at: datetime) -> None:
        if report.status != "IN_PROGRESS":
            return
        rows = list(_rows(self._world, report)) if report.ending == "DONE" else []
        if not rows:
            report.end(self._world, "CANCELLED" if report.ending == "DONE" else report.ending, at)
            return
        lines = ["\t".join(_ALL_DATA_COLUMNS), *("\t".join(row) for row in rows)]
        content = "\r\n".join(lines).encode(codecs.lookup(self.charset).name, errors="replace")
        kind = f"text/plain;charset={self.charset}"
        report.result = self._world.documents.add(report.seller.seller_id, kind, content)
        report.end(self._world, "DONE", at)


def _rows(world: World, report: Report) -> Iterator[list[str]]:
    """One row for each SKU in one store, as it stands now: of several stores only one is in a report, whichever Amazon takes
    (amzn/selling-partner-api-models issue 1998). A quantity is told where the seller fulfils."""
    for offer in world.listings.shown(report.seller):
        if offer.marketplace_id != report.marketplace_ids[0]:
            continue
        by_amazon = offer.fulfilled_by == "AMAZON"
        told = {
            "item-name": _cell(offer.title),
            "seller-sku": offer.sku,
            "price": "" if offer.price is None else str(offer.price),
            "quantity": "" if by_amazon or offer.quantity is None else str(offer.quantity),
            "open-date": offer.created_at.strftime("%Y-%m-%d %H:%M:%S UTC"),
            "item-is-marketplace": "y",
            "product-id-type": _ASIN,
            "item-condition": _NEW,
            "asin1": offer.asin or "",
            "product-id": offer.asin or "",
            "pending-quantity": "" if by_amazon else "0",
            "fulfillment-channel": _AMAZON_CHANNELS[report.seller.region] if by_amazon else "DEFAULT",
            "merchant-shipping-group": "Migrated Template",
            "status": "Active" if offer.buyable else "Inactive",
        }
        yield [told.get(column, "") for column in _ALL_DATA_COLUMNS]


def _cell(text: str) -> str:
    """A text without what parts cells and rows."""
    return " ".join(text.split())


# Operations


def create_report(world: World, call: Call) -> Reply:
    body = call.json()
    report_type = body.get("reportType")
    if report_type != ALL_LISTINGS:
        raise invalid("Invalid input", f"reportType {report_type}")
    marketplaces = marketplaces_in(call)
    for name in ("dataStartTime", "dataEndTime"):
        if name in body:
            instant(str(body[name]), name)
    return Reply(202, {"reportId": world.reports.ask(call.seller, report_type, marketplaces).id})


def get_report(world: World, call: Call) -> Reply:
    return Reply(200, world.reports.of(call.seller, call.parameters["reportId"]).told())


def get_reports(world: World, call: Call) -> Reply:
    return world.reports.history(call)


def cancel_report(world: World, call: Call) -> Reply:
    world.reports.cancel(world.reports.of(call.seller, call.parameters["reportId"]))
    return Reply(200)


def get_report_document(world: World, call: Call) -> Reply:
    return document_told(world, call, Report)


_ROOT = "/reports/2021-06-30"
OPERATIONS: tuple[Operation, ...] = (
    Operation("createReport", "POST", f"{_ROOT}/reports", create_report),
    Operation("getReports", "GET", f"{_ROOT}/reports", get_reports),
    Operation("getReport", "GET", f"{_ROOT}/reports/{{reportId}}", get_report),
    Operation("cancelReport", "DELETE", f"{_ROOT}/reports/{{reportId}}", cancel_report),
    Operation("getReportDocument", "GET", f"{_ROOT}/documents/{{reportDocumentId}}", get_report_document),
)
