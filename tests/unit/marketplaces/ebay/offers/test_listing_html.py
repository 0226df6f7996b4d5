"""What eBay reads of a shop's HTML: links within its own sites, and its marks for small screens."""

from __future__ import annotations

import pytest

from listbridge.marketplaces.ebay.offers.mapping import HTML
from listbridge.marketplaces.ebay.sites import SITES


@pytest.mark.parametrize(
    "address",
    [
        "https://www.ebay.de/itm/1",
        "https://ebay.com/str/x",
        "https://stores.ebay.co.uk/x?a=1",
        "https://WWW.EBAY.com.au/",
    ],
)
def test_a_link_to_ebay_stays(address: str):
    assert HTML.clean(f'<a href="{address}">more</a>') == (
        f'<a href="{address}" target="_blank" rel="noopener">more</a>'
    )


@pytest.mark.parametrize("site", sorted(SITES))
def test_every_site_is_home(site: str):
    told = f"Our store: {SITES[site].web}/str/wool"
    assert HTML.clean(told) == told


@pytest.mark.parametrize(
    "address",
    [
        "http://www.ebay.de/itm/1",
        "https://ebay.de.evil.example/",
        "https://ebay.de@evil.example/",
        "https://myebay.de/",
    ],
)
def test_a_link_that_only_looks_like_ebays_loses_its_address(address: str):
    assert HTML.clean(f'<a href="{address}">more</a>') == "more"


def test_what_ebay_shows_on_small_screens_keeps_its_marks():
    markup = '<div vocab="https://schema.org/" typeof="Product"><span property="description">short</span></div>'
    assert HTML.clean(markup) == markup
