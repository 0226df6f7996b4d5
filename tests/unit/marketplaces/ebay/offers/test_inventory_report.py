"""Rows of the inventory report as they arrive: one in memory at a time, and nothing that declares entities."""

from __future__ import annotations

import tracemalloc

import pytest

from listbridge.infra.calls.streamed_body import BodyUnusable
from listbridge.marketplaces.ebay.offers.inventory_report import _Reader

HEAD = (
    b'<?xml version="1.0"?><n:BulkDataExchangeResponses xmlns:n="urn:x"><n:ActiveInventoryReport><n:Ack>Success</n:Ack>'
)
TAIL = b"</n:ActiveInventoryReport></n:BulkDataExchangeResponses>"


def row(number: int) -> bytes:
    return b'<n:SKUDetails><n:SKU>S%d</n:SKU><n:Price currencyID="USD">1.00</n:Price><n:ItemID>%d</n:ItemID></n:SKUDetails>' % (
        number,
        number,
    )  # fmt: skip


def test_a_row_that_comes_in_many_pieces_is_one_row() -> None:
    reader = _Reader()
    whole = HEAD + row(1) + row(2) + TAIL
    found = [one for at in range(0, len(whole), 5) for one in reader.feed(whole[at : at + 5])]
    assert [(one.texts["ItemID"], one.texts["SKU"], one.currency) for one in found] == [
        ("1", "S1", "USD"),
        ("2", "S2", "USD"),
    ]


def test_a_variation_has_its_own_values_and_not_its_listing_s() -> None:
    details = b"<n:SKUDetails><n:ItemID>7</n:ItemID><n:Variations><n:Variation><n:SKU>A &amp; B</n:SKU><n:Quantity>2</n:Quantity></n:Variation></n:Variations></n:SKUDetails>"
    (one,) = _Reader().feed(HEAD + details)
    assert (one.texts, [part.texts for part in one.variations]) == (
        {"ItemID": "7", "Variations": ""},
        [{"SKU": "A & B", "Quantity": "2"}],
    )


def test_no_more_than_a_row_is_in_memory() -> None:
    reader = _Reader()
    reader.feed(HEAD)
    tracemalloc.start()
    try:
        seen = sum(len(reader.feed(row(number))) for number in range(3_000))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (seen, peak < 100_000) == (3_000, True)


@pytest.mark.parametrize(
    "document",
    [b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b"<a><SKUDetails><SKU>" + b"x" * 5_000 + b"</SKU></SKUDetails></a>"],
    ids=["entities", "a text without end"],
)
def test_what_could_grow_without_end_is_refused(document: bytes) -> None:
    with pytest.raises(BodyUnusable):
        _Reader().feed(document)
