"""Pages for people: `/` lists what is on sale, `/itm/{listingId}` is one listing as a buyer sees it."""

from __future__ import annotations

import html
from decimal import Decimal
from typing import Any

from simulators.ebay.control import listing_state
from simulators.ebay.wire import Call
from simulators.ebay.world import World
from simulators.kit.html_pages import cell, page, quantity_cell
from simulators.kit.wire import Reply

_LABEL = "eBay"


def answer(world: World, call: Call) -> Reply | None:
    """A page, or None for a path that is not one of ours. Callers hold the world's lock."""
    if call.method != "GET":
        return None
    if call.path == "/":
        return page(_LABEL, "On sale", _table(world))
    if call.path.startswith("/itm/"):
        return _listing_page(world, call.path.removeprefix("/itm/"))
    return None


def _table(world: World) -> str:
    rows: list[str] = []
    for seller in world.sellers.values():
        for listing in seller.live_listings():
            state = listing_state(seller, listing, "")
            link = f'<td><a href="/itm/{listing.listing_id}">{html.escape(state["title"])}</a></td>'
            rows.append(
                f"<tr>{link}{cell(seller.username)}{cell(state['marketplaceId'])}{cell(_prices(state))}"
                f"{quantity_cell(sum(row['quantity'] for row in state['variations']))}{cell(state['status'])}</tr>"
            )
    head = "<tr><th>Listing<th>Seller<th>Site<th>Price<th>Available<th>Status</tr>"
    return f"<table>{head}{''.join(rows)}</table>" if rows else "<p>Nothing is on sale.</p>"


def _prices(state: dict[str, Any]) -> str:
    prices = sorted({row["price"] for row in state["variations"]}, key=Decimal)
    currency = state["variations"][0]["currency"]
    return f"{prices[0]} {currency}" if len(prices) == 1 else f"{prices[0]} to {prices[-1]} {currency}"


def _listing_page(world: World, listing_id: str) -> Reply:
    try:
        seller, listing = world.listing(listing_id)
    except KeyError:
        return page(_LABEL, "We looked everywhere", "<p>There is no such listing.</p>", 404)
    state = listing_state(seller, listing, "")
    rows = "".join(
        f"<tr>{cell(row['sku'])}{cell(', '.join(f'{name}: {values[0]}' for name, values in row['aspects'].items() if values))}"
        f"{cell(row['price'], 'number')}{cell(row['currency'])}{quantity_cell(row['quantity'])}{cell(row['sold'], 'number')}</tr>"
        for row in state["variations"]
    )
    facts = f"<p>{html.escape(state['status'])} on {state['marketplaceId']}, sold by {html.escape(seller.username)}, listing {listing_id}</p>"
    head = "<tr><th>SKU<th>Variation<th>Price<th><th>Available<th>Sold</tr>"
    return page(_LABEL, state["title"], f'{facts}<table>{head}{rows}</table><p><a href="/">All listings</a></p>')
