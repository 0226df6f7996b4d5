"""Pages for people: `/` lists what is on sale, `/dp/{ASIN}` is one product in every store as buyers see it."""

from __future__ import annotations

import html
from typing import Any

from simulators.amazon.offers.live import live_listings
from simulators.amazon.sites import SITES
from simulators.amazon.wire import Call
from simulators.amazon.world import World
from simulators.kit.html_pages import cell, page, quantity_cell
from simulators.kit.wire import Reply

_LABEL = "Amazon"

_MOST_ROWS = 200


def answer(world: World, call: Call) -> Reply | None:
    """A page, or None for a path that is not one of ours. Callers hold the world's lock."""
    if call.method != "GET":
        return None
    if call.path == "/":
        return page(_LABEL, "On sale", _table(_live(world)[:_MOST_ROWS]))
    if call.path.startswith("/dp/"):
        return _product(world, call.path.removeprefix("/dp/"))
    return None


def _live(world: World) -> list[dict[str, Any]]:
    return [row for seller in world.sellers.values() for row in live_listings(world, seller, "") if row["live"]]


def _product(world: World, asin: str) -> Reply:
    rows = [row for row in _live(world) if asin in (row["asin"], *(one["asin"] for one in row["variations"]))]
    if not rows:
        return page(_LABEL, "Sorry", "<p>There is no such product on sale.</p>", 404)
    return page(_LABEL, rows[0]["title"], _table(rows) + '<p><a href="/">Everything on sale</a></p>')


def _table(rows: list[dict[str, Any]]) -> str:
    """A line for each variation that is offered."""
    lines = [
        f'<tr><td><a href="{html.escape(row["url"])}">{html.escape(row["title"])}</a></td>{cell(row["seller"])}'
        f"{cell(SITES[row['marketplaceId']].name)}{cell(one['sku'])}{cell(_differs(one))}"
        f"{cell(_price(one), 'number')}{quantity_cell(one['quantity'] or 0)}</tr>"
        for row in rows
        for one in row["variations"]
        if one["offered"]
    ]
    head = "<tr><th>Product<th>Seller<th>Store<th>SKU<th>Variation<th>Price<th>Available</tr>"
    return f"<table>{head}{''.join(lines)}</table>" if lines else "<p>Nothing is on sale.</p>"


def _price(variation: dict[str, Any]) -> str:
    return f"{variation['price']} {variation['currency']}"


def _differs(variation: dict[str, Any]) -> str:
    return ", ".join(f"{name}: {values[0]}" for name, values in variation["aspects"].items())
