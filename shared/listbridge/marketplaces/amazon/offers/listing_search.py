"""All that the account has on a site: page by page, or by a report where a search does not show all of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from listbridge.domain.ids import AccountId, ListingKey, RemoteId, Site, Sku
from listbridge.domain.listings.listing import RemoteState
from listbridge.domain.ports import ExistingPage, RemoteListing
from listbridge.infra.calls.api_client import path_of
from listbridge.infra.calls.wire_models import CamelTold
from listbridge.marketplaces.amazon.client import AmazonHttp, Request, csv
from listbridge.marketplaces.amazon.offers import reports
from listbridge.marketplaces.amazon.offers.reading import MOST_SKUS, SHOWN, kept_by_amazon, values_of
from listbridge.marketplaces.amazon.offers.wire import ListingItem
from listbridge.marketplaces.amazon.sites import NationalSite, site_of

_PAGE = 20
_CODES = "externally_assigned_product_identifier"
"""The attribute of product types that holds an EAN, UPC or GTIN with its type."""
_MOST = 1_000
"""ItemSearchResults.numberOfResults: "The maximum number of items (SKUs) that can be returned and paged through is 1000"."""


class _Pagination(CamelTold):
    """`Pagination`."""

    next_token: str | None = None


class _WithCodes(CamelTold):
    """`Item` with its attributes alone, as the seller sent them."""

    sku: str
    attributes: Mapping[str, Any] = {}

    def codes(self, marketplace: str) -> tuple[str, ...]:
        """The product codes that were given for this store, or for no store in particular."""
        told = self.attributes.get(_CODES)
        rows = [row for row in told if isinstance(row, Mapping)] if isinstance(told, Sequence) else []
        here = [row for row in rows if row.get("marketplace_id", marketplace) == marketplace]
        return tuple(dict.fromkeys(str(row["value"]) for row in here if row.get("value")))


class _Coded(CamelTold):
    """`ItemSearchResults`."""

    items: tuple[_WithCodes, ...] = ()


class _Results(CamelTold):
    """`ItemSearchResults`."""

    number_of_results: int
    items: tuple[ListingItem, ...] = ()
    pagination: _Pagination = _Pagination()


def existing(http: AmazonHttp, site: Site, cursor: str | None) -> ExistingPage:
    """See `MarketplaceAdapter.existing`. The oldest first: what is listed meanwhile stands at the end."""
    store = site_of(site)
    if cursor is not None and cursor.startswith(reports.CURSOR):
        return reports.page(http, store, cursor)
    params = {
        "marketplaceIds": store.marketplace_id,
        "includedData": csv(*SHOWN),
        "issueLocale": store.language_tag,
        "sortBy": "createdDate",
        "sortOrder": "ASC",
        "pageSize": _PAGE,
        **({"pageToken": cursor} if cursor else {}),
    }
    path = f"/listings/2021-08-01/items/{path_of(http.seller)}"
    results = http.read(Request("GET", path, "searchListingsItems", params=params), _Results)
    if results.number_of_results > _MOST:
        return ExistingPage((), reports.asked_for(http, store))
    listings = tuple(_listed(http, store, item) for item in results.items)
    return ExistingPage(listings, results.pagination.next_token)


def barcodes(http: AmazonHttp, site: Site, skus: Sequence[Sku]) -> dict[Sku, tuple[str, ...]]:
    """See `MarketplaceAdapter.barcodes`: 20 SKUs a search. A comma would be two SKUs in a list: such a SKU is not asked for."""
    store = site_of(site)
    wanted = [sku for sku in dict.fromkeys(skus) if "," not in sku]
    found: dict[Sku, tuple[str, ...]] = {}
    for at in range(0, len(wanted), MOST_SKUS):
        params = {
            "marketplaceIds": store.marketplace_id,
            "includedData": "attributes",
            "identifiers": csv(*wanted[at : at + MOST_SKUS]),
            "identifiersType": "SKU",
            "pageSize": MOST_SKUS,
        }
        path = f"/listings/2021-08-01/items/{path_of(http.seller)}"
        told = http.read(Request("GET", path, "searchListingsItems", params=params), _Coded)
        found |= {Sku(item.sku): codes for item in told.items if (codes := item.codes(store.marketplace_id))}
    return found


def _listed(http: AmazonHttp, site: NationalSite, item: ListingItem) -> RemoteListing:
    """As a search shows it; each linked one is read alone."""
    asin, offer = item.asin(site.marketplace_id), item.offer(site.marketplace_id)
    summary = item.summary(site.marketplace_id)
    there = offer is not None or item.buyable(site.marketplace_id)
    return RemoteListing(
        key=ListingKey(AccountId(http.connection.id), site.id, Sku(item.sku)),
        state=RemoteState.LIVE if there else RemoteState.GONE,
        offer=RemoteId(item.sku),
        remote=RemoteId(asin or item.sku),
        values=values_of(item, site),
        url=http.page_of(site, asin),
        fulfilled_by_marketplace=kept_by_amazon(item),
        title=summary.item_name if summary is not None else "",
    )
