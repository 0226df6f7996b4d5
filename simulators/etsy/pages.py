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
from simulators.kit.wire import HTML, Reply

_STYLE = (
    "body{font:15px system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;width:100%}td,th{padding:.4rem .6rem;border-bottom:1px solid #ddd;text-align:left}"
    ".number{text-align:right}.zero{color:#b00}h1 small{color:#777;font-weight:normal}"
)
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
        return _page("On sale", _table(_live(world)[:_MOST_ROWS]))
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
        return _page("Sorry", "<p>There is no such listing on sale.</p>", 404)
    return _page(rows[0]["title"], _table(rows) + '<p><a href="/">Everything on sale</a></p>')


def _table(rows: list[dict[str, Any]]) -> str:
    """A line for each variation that is offered."""
    lines = [
        f'<tr><td><a href="/listing/{row["listingId"]}">{html.escape(row["title"])}</a></td>{_cell(row["seller"])}'
        f"{_cell(one['sku'])}{_cell(_differs(one))}{_cell(_price(one), 'number')}{_quantity(one['quantity'])}</tr>"
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


def _quantity(quantity: int) -> str:
    return _cell(quantity, "number zero" if quantity == 0 else "number")


def _cell(value: object, kind: str = "") -> str:
    return f'<td class="{kind}">{html.escape(str(value))}</td>' if kind else f"<td>{html.escape(str(value))}</td>"


def _page(title: str, inner: str, status: int = 200) -> Reply:
    text = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="2">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style>"
        f"<h1>{html.escape(title)} <small>Etsy simulator</small></h1>{inner}</html>"
    )
    return Reply(status, text, content_type=HTML)
