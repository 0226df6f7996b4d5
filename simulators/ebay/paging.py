"""Lists as the REST APIs tell them: the links of a page, and the words in which the Inventory API refuses what is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from simulators.ebay.errors import EbayError
from simulators.kit.pages import Page, Paging, Window


def inventory_paging(default: int, most: int, *, first_page: int | None = 0) -> Paging:
    """A list of the Inventory API: `offset` counts pages from 0, or rows where `first_page` is None. Refuses with 25706."""
    refused = f"limit is 1 to {most}, offset 0 or more."
    return Paging(default, most, lambda _, __: EbayError(25706, refused), first_page)


def page_links(address: str, query: Mapping[str, str], page: Page[Any]) -> dict[str, Any]:
    """href, limit, total, and next and prev where there are such pages. They keep the call's other parameters."""
    extra = "".join(f"&{name}={quote(value)}" for name, value in query.items() if name not in ("limit", "offset"))

    def link(window: Window) -> str:
        return f"{address}?limit={window.size}&offset={window.place}{extra}"

    around = {"next": page.next, "prev": page.previous}
    return {
        "href": link(page.window),
        "limit": page.window.size,
        "total": page.total,
        **{name: link(window) for name, window in around.items() if window is not None},
    }
