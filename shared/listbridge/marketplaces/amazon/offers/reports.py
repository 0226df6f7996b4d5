"""All listings of a site by the report GET_MERCHANT_LISTINGS_ALL_DATA (reports_2021-06-30), read as it arrives.

The report's columns are in no model: their names are those of reports in public code, and are the same in every language there
(not verified).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from listbridge.domain.ids import AccountId, ListingKey, RemoteId, Sku
from listbridge.domain.listings.listing import RemoteState, Values
from listbridge.domain.money import Money
from listbridge.domain.ports import ExistingPage, RemoteListing
from listbridge.infra.calls.api_client import path_of
from listbridge.infra.calls.streamed_body import StreamLimits
from listbridge.infra.calls.wire_models import CamelTold
from listbridge.marketplaces.amazon.client import AmazonHttp, Request
from listbridge.marketplaces.amazon.errors import REPORT_BEING_MADE, REPORT_FAILED, UNREADABLE
from listbridge.marketplaces.amazon.offers.patches import SELLER_SHIPS
from listbridge.marketplaces.amazon.sites import NationalSite

CURSOR = "report:"
_ALL_LISTINGS = "GET_MERCHANT_LISTINGS_ALL_DATA"
_REPORTS = "/reports/2021-06-30"
_LIMITS = StreamLimits(total_s=20.0, line_bytes=1_000_000)
_ROWS = 5_000
_COLUMNS = ("seller-sku", "asin1", "price", "quantity", "fulfillment-channel")


class _Created(CamelTold):
    """`CreateReportResponse`."""

    report_id: str


class _Report(CamelTold):
    """`Report`."""

    processing_status: str
    report_document_id: str = ""


class _Document(CamelTold):
    """`ReportDocument`."""

    url: str
    compression_algorithm: str = ""


def asked_for(http: AmazonHttp, site: NationalSite) -> str:
    """Ask for the report; the cursor of its first page."""
    body = {"reportType": _ALL_LISTINGS, "marketplaceIds": [site.marketplace_id]}
    call = Request("POST", f"{_REPORTS}/reports", "createReport", body=body)
    return f"{CURSOR}{http.read(call, _Created).report_id}:0"


def page(http: AmazonHttp, site: NationalSite, cursor: str) -> ExistingPage:
    """So many rows of it from the cursor on. Raises RateLimited while it is being made, and RetryLater when it failed."""
    id, _, start = cursor.removeprefix(CURSOR).partition(":")
    report = http.read(Request("GET", f"{_REPORTS}/reports/{path_of(id)}", "getReport"), _Report)
    if report.processing_status in ("IN_QUEUE", "IN_PROGRESS"):
        raise REPORT_BEING_MADE.error()
    if report.processing_status == "CANCELLED":  # "an automatic cancellation if there is no data to return"
        return ExistingPage(())
    if report.processing_status != "DONE" or not report.report_document_id:
        raise REPORT_FAILED.error(detail=report.processing_status)
    call = Request("GET", f"{_REPORTS}/documents/{path_of(report.report_document_id)}", "getReportDocument")
    document = http.read(call, _Document)
    first = int(start or 0)
    listings: list[RemoteListing] = []
    for number, row in enumerate(_rows(http, document)):
        if number >= first + _ROWS:
            return ExistingPage(tuple(listings), f"{CURSOR}{id}:{number}")
        if number >= first:
            listings.append(_listed(http, site, row))
    return ExistingPage(tuple(listings))


def _rows(http: AmazonHttp, document: _Document) -> Iterator[dict[str, str]]:
    download = Request("GET", "", "downloadDocument", url=document.url)
    with http.stream(download, _LIMITS, zipped=document.compression_algorithm == "GZIP") as body:
        charset = charset_of(body.response.headers.get("Content-Type", ""))
        names: list[str] = []
        for line in body.lines():
            cells = line.decode(charset, errors="replace").split("\t")
            if not names:
                names = [cell.strip() for cell in cells]
                if not set(_COLUMNS) <= set(names):
                    raise UNREADABLE.error(detail="downloadDocument: other columns")
                continue
            yield dict(zip(names, cells, strict=False))


def charset_of(content_type: str) -> str:
    """The characters of a document, as its type tells them."""
    name = content_type.partition("charset=")[2].split(";")[0].strip().strip('"') or "UTF-8"
    try:
        "".encode(name)
    except LookupError:
        raise UNREADABLE.error(detail="downloadDocument: unknown characters") from None
    return name


def _listed(http: AmazonHttp, site: NationalSite, row: dict[str, str]) -> RemoteListing:
    sku, asin, channel = row["seller-sku"], row.get("asin1", ""), row.get("fulfillment-channel", "")
    mine = channel in ("", SELLER_SHIPS)
    quantity = int(row["quantity"]) if mine and row.get("quantity", "").isdigit() else None
    return RemoteListing(
        key=ListingKey(AccountId(http.connection.id), site.id, Sku(sku)),
        state=RemoteState.LIVE,
        offer=RemoteId(sku),
        remote=RemoteId(asin or sku),
        values=Values(quantity, _price(row.get("price", ""), site)),
        url=http.page_of(site, asin),
        fulfilled_by_marketplace=not mine,
        title=row.get("item-name", ""),
    )


def _price(text: str, site: NationalSite) -> Money | None:
    try:
        return Money(Decimal(text), site.currency)
    except InvalidOperation:
        return None
