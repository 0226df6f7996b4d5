"""Pages for people, beside the API: what is on sale, as buyers see it. They look again every two seconds."""

from __future__ import annotations

import html

from simulators.kit.wire import HTML, Reply

_STYLE = (
    "body{font:15px system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;width:100%}td,th{padding:.4rem .6rem;border-bottom:1px solid #ddd;text-align:left}"
    ".number{text-align:right}.zero{color:#b00}h1 small{color:#777;font-weight:normal}"
)


def page(platform: str, title: str, inner: str, status: int = 200) -> Reply:
    """A whole page of a simulated platform around `inner`, which is HTML; the title is text."""
    text = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="2">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style>"
        f"<h1>{html.escape(title)} <small>{html.escape(platform)} simulator</small></h1>{inner}</html>"
    )
    return Reply(status, text, content_type=HTML)


def cell(value: object, kind: str = "") -> str:
    """A cell of a table; `kind` is `number` or nothing."""
    return f'<td class="{kind}">{html.escape(str(value))}</td>' if kind else f"<td>{html.escape(str(value))}</td>"


def quantity_cell(quantity: int) -> str:
    """How many there are, so that none is seen at once."""
    return cell(quantity, "number zero" if quantity == 0 else "number")
