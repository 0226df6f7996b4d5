"""searchListingsItems: a seller's items page by page, at the most 1,000 of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from simulators.amazon.errors import invalid
from simulators.amazon.offers.catalog_state import barcodes_in, plain
from simulators.amazon.offers.items import BASE, own_seller
from simulators.amazon.offers.items_state import Item, SiteListing
from simulators.amazon.offers.result_pages import page_of
from simulators.amazon.offers.showing import INCLUDED, shown_item
from simulators.amazon.wire import Call, Operation
from simulators.amazon.world import World
from simulators.kit.pages import number_in
from simulators.kit.wire import Reply

_IDENTIFIERS = ("ASIN", "EAN", "FNSKU", "GTIN", "ISBN", "JAN", "MINSAN", "SKU", "UPC")
_STATUSES = ("BUYABLE", "DISCOVERABLE")
_SORTS = ("sku", "createdDate", "lastUpdatedDate")
Row = tuple[Item, SiteListing]


def search(world: World, call: Call) -> Reply:
    """The items that all conditions fit in the first store that the call names; what is above 1,000 is not told."""
    own_seller(call)
    sites = world.listings.told_of(call.marketplaces())
    included = call.some_of("includedData", INCLUDED, ("summaries",))
    size = number_in(
        call.query, "pageSize", 10, 1, 20, lambda name, value: invalid(f"Invalid '{name}' provided.", value)
    )
    rows = _sorted(call, _found(world, call, sites))
    within = rows[: world.limits.number("search_most_items")]
    page, pagination = page_of(call, len(within), size)
    items = []
    for item, _ in within[page]:
        there = [site for site in sites if site in item.sites]
        items.append(shown_item(world, call.seller, item, there, included))
    told: dict[str, Any] = {"numberOfResults": len(rows), "items": items}
    return Reply(200, {**told, "pagination": pagination} if pagination else told)


def _found(world: World, call: Call, sites: list[str]) -> list[Row]:
    rows = []
    wanted = _identified(call)
    parent = call.query.get("variationParentSku")
    statuses, without = call.some_of("withStatus", _STATUSES), call.some_of("withoutStatus", _STATUSES)
    severities = call.some_of("withIssueSeverity", ("WARNING", "ERROR"))
    if sum([wanted is not None, parent is not None, "packageHierarchySku" in call.query]) > 1:
        raise invalid("identifiers, variationParentSku and packageHierarchySku exclude each other.")
    bounds = {
        name: _moment(call, name) for name in ("createdAfter", "createdBefore", "lastUpdatedAfter", "lastUpdatedBefore")
    }
    for item in world.listings.items(call.seller).values():
        site = next((item.sites[one] for one in sites if one in item.sites), None)
        if site is None or "packageHierarchySku" in call.query:
            continue
        if wanted is not None and not _is_one_of(item, site, *wanted):
            continue
        status = world.listings.status(call.seller, item, site) if statuses or without else []
        fits = (
            (parent is None or site.parent_sku == parent)
            and set(statuses) <= set(status)
            and not set(without) & set(status)
            and (not severities or any(one["severity"] in severities for one in item.issues_of(site, world.now())))
            and _within(site.created_at, bounds["createdAfter"], bounds["createdBefore"])
            and _within(site.updated_at, bounds["lastUpdatedAfter"], bounds["lastUpdatedBefore"])
        )
        if fits:
            rows.append((item, site))
    return rows


def _identified(call: Call) -> tuple[str, list[str]] | None:
    values = call.csv("identifiers")
    if not values and "identifiersType" not in call.query:
        return None
    if not values or "identifiersType" not in call.query:
        raise invalid("identifiers and identifiersType are required together.")
    if len(values) > 20:
        raise invalid("identifiers takes at the most 20 values.")
    return call.one_of("identifiersType", _IDENTIFIERS), values


def _is_one_of(item: Item, site: SiteListing, kind: str, values: list[str]) -> bool:
    if kind == "SKU":
        return item.sku in values
    if kind == "ASIN":
        return item.asin in values
    return any(plain(code) in map(plain, values) for _, code in barcodes_in(site.attributes))


def _sorted(call: Call, rows: list[Row]) -> list[Row]:
    by = call.one_of("sortBy", _SORTS, "lastUpdatedDate")
    down = call.one_of("sortOrder", ("ASC", "DESC"), "DESC") == "DESC"
    rows = sorted(rows, key=lambda row: row[0].sku)
    if by == "sku":
        return rows[::-1] if down else rows
    return sorted(rows, key=lambda row: row[1].created_at if by == "createdDate" else row[1].updated_at, reverse=down)


def _moment(call: Call, name: str) -> datetime | None:
    given = call.query.get(name)
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        raise invalid(f"Invalid '{name}' provided.", given) from None
    if moment.tzinfo is None:
        raise invalid(f"Invalid '{name}' provided.", given)
    return moment


def _within(moment: datetime, after: datetime | None, before: datetime | None) -> bool:
    return (after is None or moment >= after) and (before is None or moment <= before)


OPERATIONS = (Operation("searchListingsItems", "GET", BASE, search),)
