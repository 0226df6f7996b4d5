"""Products that Amazon has already: found by barcode, and whether this seller may offer them
(catalogItems_2022-04-01, listingsRestrictions_2021-08-01)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from listbridge.domain.ids import Sku
from listbridge.domain.listings.product_codes import as_ean, checked, is_upc
from listbridge.domain.verdicts import RemoteError
from listbridge.infra.calls.error_row import Row
from listbridge.marketplaces.amazon.client import AmazonHttp, Request, csv
from listbridge.marketplaces.amazon.errors import APPROVAL_NEEDED, ASIN_UNKNOWN, NOT_ELIGIBLE
from listbridge.marketplaces.amazon.offers.wire import CatalogItems, Restrictions
from listbridge.marketplaces.amazon.sites import NationalSite

_MOST_AT_ONCE = 20
"""`identifiers` of searchCatalogItems."""
_BY_REASON: Final[Mapping[str, Row]] = {
    "APPROVAL_REQUIRED": APPROVAL_NEEDED,
    "ASIN_NOT_FOUND": ASIN_UNKNOWN,
    "NOT_ELIGIBLE": NOT_ELIGIBLE,
}
"""`Reason.reasonCode`."""


def asins_of(http: AmazonHttp, site: NationalSite, barcodes: Mapping[Sku, str]) -> dict[Sku, str]:
    """The product that Amazon has for the barcode of each SKU; none where it has no product, or several. Raises RemoteError."""
    codes = {sku: checked(barcode) for sku, barcode in barcodes.items()}
    found: dict[str, set[str]] = {}
    for kind in ("UPC", "EAN"):
        wanted = sorted({code for code in codes.values() if code and is_upc(code) == (kind == "UPC")})
        for start in range(0, len(wanted), _MOST_AT_ONCE):
            _search(http, site, kind, wanted[start : start + _MOST_AT_ONCE], found)
    matched = {sku: found.get(as_ean(code), set()) for sku, code in codes.items() if code}
    return {sku: next(iter(asins)) for sku, asins in matched.items() if len(asins) == 1}


def _search(http: AmazonHttp, site: NationalSite, kind: str, codes: list[str], found: dict[str, set[str]]) -> None:
    params = {
        "identifiers": csv(*codes),
        "identifiersType": kind,
        "marketplaceIds": site.marketplace_id,
        "includedData": csv("identifiers", "summaries"),
        "pageSize": "20",
    }
    answer = http.read(Request("GET", "/catalog/2022-04-01/items", "searchCatalogItems", params=params), CatalogItems)
    wanted = {as_ean(code) for code in codes}
    for item in answer.items:
        told = {one.identifier for row in item.identifiers for one in row.identifiers}
        for code in {as_ean(checked(one) or one) for one in told} & wanted:
            found.setdefault(code, set()).add(item.asin)


def restriction(http: AmazonHttp, site: NationalSite, asin: str, condition: str) -> RemoteError | None:
    """Why the seller may not offer a product of the catalogue in this condition; None when they may. Raises RemoteError."""
    params = {
        "asin": asin,
        "conditionType": condition,
        "sellerId": http.seller,
        "marketplaceIds": site.marketplace_id,
        "reasonLocale": site.language_tag,
    }
    call = Request("GET", "/listings/2021-08-01/restrictions", "getListingsRestrictions", params=params)
    for one in http.read(call, Restrictions).restrictions:
        for reason in one.reasons:
            row = _BY_REASON.get(reason.reason_code, NOT_ELIGIBLE)
            return row.error(reason.message[:300], params={"asin": asin})
    return None
