"""Pages for people: `/` lists what is on sale, `/listing/{id}` is one listing as buyers see it.

Any `….jpg` is a picture: in a run where this address stands for all hosts, it stands for those of the shop's pictures too.
"""

from __future__ import annotations

import base64
import html
from typing import Any

from simulators.etsy.offers.live import listings_shown
from simulators.etsy.wire import Call
from simulators.etsy.world import World
from simulators.kit.html_pages import cell, page, quantity_cell
from simulators.kit.wire import Reply

_LABEL = "Etsy"

_MOST_ROWS = 200
_PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4mCIHAAO9AXSEC13nAAAAAElFTkSuQmCC"
)
"""One orange dot, as PNG."""


def answer(world: World, call: Call) -> Reply | None:
    """A page, or None for a path that is not one of ours. Callers hold the world's lock."""
    if call.method != "GET":
        return None
    if call.path == "/":
        return page(_LABEL, "On sale", _table(_live(world)[:_MOST_ROWS]))
    if call.path.startswith("/listing/"):
        return _listing(world, call.path.removeprefix("/listing/").partition("/")[0])
    if call.path.endswith(".jpg"):
        return Reply(200, _PICTURE, content_type="image/png")
    return None


def _live(world: World) -> list[dict[str, Any]]:
    return [row for seller in world.sellers.values() for row in listings_shown(world, seller) if row["live"]]


def _listing(world: World, listing_id: str) -> Reply:
    rows = [row for row in _live(world) if row["listingId"] == listing_id]
    if not rows:
        return page(_LABEL, "Sorry", "<p>There is no such listing on sale.</p>", 404)
    return page(_LABEL, rows[0]["title"], _table(rows) + '<p><a href="/">Everything on sale</a></p>')


def _table(rows: list[dict[str, Any]]) -> str:
    """A line for each variation that is offered."""
    lines = [
        f'<tr><td><a href="/listing/{row["listingId"]}">{html.escape(row["title"])}</a></td>{cell(row["seller"])}'
        f"{cell(one['sku'])}{cell(_differs(one))}{cell(_price(one), 'number')}{quantity_cell(one['quantity'])}</tr>"
        for row in rows
        for one in row["variations"]
        if one["offered"]
    ]
    head = "<tr><th>Listing<th>Seller<th>SKU<th>Variation<th>Price<th>Available</tr>"
    return f"<table>{head}{''.join(lines)}</table>" if lines else "<p>Nothing is on sale.</p>"


def _price(variation: dict[str, Any]) -> str:
    return f"{variation['price']} {variation['currency']}"


def _differs(variation: dict[str, Any]) -> str:
    return ", ".join(f"{name}: {values[0]}" for name, values in variation["aspects"].items())
