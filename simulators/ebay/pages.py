"""Pages for people: `/` lists what is on sale, `/itm/{listingId}` is one listing as a buyer sees it."""

from __future__ import annotations

import html
from decimal import Decimal
from typing import Any

from simulators.ebay.control import listing_state
from simulators.ebay.wire import Call
from simulators.ebay.world import World
from simulators.kit.wire import HTML, Reply

_STYLE = (
    "body{font:15px system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;width:100%}td,th{padding:.4rem .6rem;border-bottom:1px solid #ddd;text-align:left}"
    ".number{text-align:right}.zero{color:#b00}h1 small{color:#777;font-weight:normal}"
)


def answer(world: World, call: Call) -> Reply | None:
    """A page, or None for a path that is not one of ours. Callers hold the world's lock."""
    if call.method != "GET":
        return None
    if call.path == "/":
        return _page("On sale", _table(world))
    if call.path.startswith("/itm/"):
        return _listing_page(world, call.path.removeprefix("/itm/"))
    return None


def _page(title: str, inner: str, status: int = 200) -> Reply:
    text = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="2">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style>"
        f"<h1>{html.escape(title)} <small>eBay simulator</small></h1>{inner}</html>"
    )
    return Reply(status, text, content_type=HTML)


def _cell(value: object, kind: str = "") -> str:
    return f'<td class="{kind}">{html.escape(str(value))}</td>' if kind else f"<td>{html.escape(str(value))}</td>"


def _quantity(quantity: int) -> str:
    return _cell(quantity, "number zero" if quantity == 0 else "number")


def _table(world: World) -> str:
    rows: list[str] = []
    for seller in world.sellers.values():
        for listing in seller.live_listings():
            state = listing_state(seller, listing, "")
            link = f'<td><a href="/itm/{listing.listing_id}">{html.escape(state["title"])}</a></td>'
            rows.append(
                f"<tr>{link}{_cell(seller.username)}{_cell(state['marketplaceId'])}{_cell(_prices(state))}"
                f"{_quantity(sum(row['quantity'] for row in state['variations']))}{_cell(state['status'])}</tr>"
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
        return _page("We looked everywhere", "<p>There is no such listing.</p>", 404)
    state = listing_state(seller, listing, "")
    rows = "".join(
        f"<tr>{_cell(row['sku'])}{_cell(', '.join(f'{name}: {values[0]}' for name, values in row['aspects'].items() if values))}"
        f"{_cell(row['price'], 'number')}{_cell(row['currency'])}{_quantity(row['quantity'])}{_cell(row['sold'], 'number')}</tr>"
        for row in state["variations"]
    )
    facts = f"<p>{html.escape(state['status'])} on {state['marketplaceId']}, sold by {html.escape(seller.username)}, listing {listing_id}</p>"
    head = "<tr><th>SKU<th>Variation<th>Price<th><th>Available<th>Sold</tr>"
    return _page(state["title"], f'{facts}<table>{head}{rows}</table><p><a href="/">All listings</a></p>')
