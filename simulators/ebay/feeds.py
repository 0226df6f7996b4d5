"""The Feed API, as far as the active inventory report goes: a task, its status, its file.

Source: sell_feed 1.3.1. The file's form is in no document: public code (2026) reads a ZIP archive with one XML file, whose rows
are `SKUDetails`. FeedStatusEnum is only named in the document; its values are those of public clients.
"""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from simulators.ebay.errors import EbayError
from simulators.ebay.offers.items import SCOPE
from simulators.ebay.sites import SITES
from simulators.ebay.state import FeedTask, HubListing, Listing, Seller
from simulators.ebay.wire import Call, Operation
from simulators.ebay.world import World
from simulators.kit.times import iso
from simulators.kit.wire import Reply

BASE = "/sell/feed/v1"
FEED_TYPE = "LMS_ACTIVE_INVENTORY_REPORT"
_FORMATS = ("AUCTION", "FIXED_PRICE")
_DAY = timedelta(days=1)


def create_task(world: World, call: Call) -> Reply:
    """A task for the seller, whose file tells what is on sale now."""
    body, site = call.json(), call.headers.get("x-ebay-c-marketplace-id", "")
    if body.get("feedType") != FEED_TYPE:
        raise EbayError(160017)
    if not body.get("schemaVersion"):
        raise EbayError(160018)
    criteria = body.get("filterCriteria") or {}
    form = criteria.get("listingFormat", "")
    if form and form not in _FORMATS:
        raise EbayError(160019)
    if site and site not in SITES:
        raise EbayError(160027)
    now = world.now()
    lately = sum(task.created_at > now - _DAY for task in call.seller.tasks.values())
    if lately >= world.limits.number("feed_tasks_per_day"):
        raise EbayError(160025, status=409)
    ready_at = now + timedelta(seconds=world.report_s)
    rows = list(_rows(call.seller, site, form))
    task = FeedTask(world.new_task_id(), now, ready_at, world.report_ends_as, dict(criteria), rows)
    call.seller.tasks[task.task_id] = task
    return Reply(202, headers={"Location": f"https://api.ebay.com{BASE}/inventory_task/{task.task_id}"})


def get_task(world: World, call: Call) -> Reply:
    task = _task(call)
    told: dict[str, Any] = {
        "taskId": task.task_id,
        "status": _status(world, task),
        "feedType": FEED_TYPE,
        "creationDate": iso(task.created_at),
        "schemaVersion": "1.0",
        "detailHref": f"https://api.ebay.com{BASE}/inventory_task/{task.task_id}",
        "filterCriteria": task.criteria,
    }
    if told["status"].startswith("COMPLETED"):
        told["completionDate"] = iso(task.ready_at)
    return Reply(200, told)


def get_file(world: World, call: Call) -> Reply:
    task = _task(call)
    made = bool(task.rows) or world.report_file_of_nothing
    if not made or not _status(world, task).startswith("COMPLETED"):
        raise EbayError(160014, status=404)
    xml, end = _xml(task.rows).encode(), {"zip": "zip", "gzip": "xml.gz", "plain": "xml"}[world.report_packed]
    file = f"{task.task_id}.{end}"
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    return Reply(200, _packed(xml, world.report_packed), headers, content_type="application/octet-stream")


def _task(call: Call) -> FeedTask:
    task = call.seller.tasks.get(call.parameters["task_id"])
    if task is None:
        raise EbayError(160003, status=404)
    return task


def _status(world: World, task: FeedTask) -> str:
    if world.now() >= task.ready_at:
        return task.ends_as
    halfway = task.created_at + (task.ready_at - task.created_at) / 2
    return "IN_PROCESS" if world.now() >= halfway else "QUEUED"


def _rows(seller: Seller, site: str, form: str) -> Iterator[dict[str, Any]]:
    for row in seller.hub.values():
        wanted = row.marketplace_id == (site or row.marketplace_id) and form in ("", row.format)
        if row.live and not row.migrated and wanted:
            yield _hub_row(row)
    for listing in seller.live_listings():
        if form != "AUCTION" and listing.marketplace_id == (site or listing.marketplace_id):
            yield _api_row(seller, listing)


def _hub_row(row: HubListing) -> dict[str, Any]:
    parts = [{"SKU": one.sku, "Price": one.price, "Quantity": one.quantity} for one in row.variations]
    return {"ItemID": row.listing_id, "currency": SITES[row.marketplace_id].currency, "parts": parts}


def _api_row(seller: Seller, listing: Listing) -> dict[str, Any]:
    offers = [seller.offers[offer_id] for offer_id in listing.offer_ids if offer_id in seller.offers]
    parts = [
        {"SKU": offer.sku, "Price": (offer.price or {}).get("value", ""), "Quantity": seller.shown_quantity(offer)}
        for offer in offers
    ]
    return {"ItemID": listing.listing_id, "currency": SITES[listing.marketplace_id].currency, "parts": parts}


def _xml(rows: list[dict[str, Any]]) -> str:
    listed = "".join(map(_details, rows))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<BulkDataExchangeResponses xmlns="urn:ebay:apis:eBLBaseComponents">'
        f"<ActiveInventoryReport><Ack>Success</Ack>{listed}</ActiveInventoryReport></BulkDataExchangeResponses>\n"
    )


def _details(row: dict[str, Any]) -> str:
    """A listing with variations has them below the row; its own price and quantity are not told."""
    parts, currency = row["parts"], row["currency"]
    item = f"<ItemID>{row['ItemID']}</ItemID>"
    if len(parts) == 1:
        return f"<SKUDetails>{_values(parts[0], currency)}{item}</SKUDetails>\n"
    variations = "".join(f"<Variation>{_values(part, currency)}</Variation>" for part in parts)
    return f"<SKUDetails>{item}<Variations>{variations}</Variations></SKUDetails>\n"


def _values(part: dict[str, Any], currency: str) -> str:
    sku = f"<SKU>{escape(part['SKU'])}</SKU>" if part["SKU"] else ""
    price = f"<Price currencyID={quoteattr(currency)}>{part['Price']}</Price>"
    return f"{sku}{price}<Quantity>{part['Quantity']}</Quantity>"


def _packed(xml: bytes, how: str) -> bytes:
    if how == "plain":
        return xml
    if how == "gzip":
        return gzip.compress(xml, mtime=0)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("report.xml", xml)
    return packed.getvalue()


def _feed(name: str, method: str, path: str, handle: Any) -> Operation:
    return Operation(name, method, f"{BASE}{path}", handle, "sell.feed", (SCOPE,))


OPERATIONS = (
    _feed("createInventoryTask", "POST", "/inventory_task", create_task),
    _feed("getInventoryTask", "GET", "/inventory_task/{task_id}", get_task),
    _feed("getResultFile", "GET", "/task/{task_id}/download_result_file", get_file),
)
