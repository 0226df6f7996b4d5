"""All that the shop has, page by page, no matter who made it."""

from __future__ import annotations

from listbridge.domain.ports import ExistingPage
from listbridge.infra.calls.offset_pages import following
from listbridge.marketplaces.etsy.offers.reading import Reader
from listbridge.marketplaces.etsy.offers.wire import ACTIVE, INACTIVE, SOLD_OUT

_PASSES = (ACTIVE, INACTIVE, SOLD_OUT, ACTIVE)
"""What goes on sale while the others are read is found by the second pass, what leaves it by the first. Where two listings have
one SKU, that on sale comes last and counts."""
_OVERLAP = 5
"""So many listings may leave a state between two pages without another being passed over."""


def existing(reader: Reader, cursor: str | None) -> ExistingPage:
    """By state, then by page: a call for the page, and one for its inventories. Raises RemoteError."""
    number, _, at = (cursor or "0:0").partition(":")
    place, offset = int(number), int(at)
    page = reader.page(_PASSES[place], offset)
    ids = [str(one.listing_id) for one in page.results]
    shown = tuple(one for told in reader.with_inventories(ids) for one in reader.shown(told, bare=True))
    behind = following(offset, len(ids), page.count, overlap=_OVERLAP)
    if behind is not None:
        return ExistingPage(shown, f"{place}:{behind}")
    return ExistingPage(shown, f"{place + 1}:0" if place + 1 < len(_PASSES) else None)
