"""What a publishing that is decided later leaves on a row, and what a look at it tells."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listbridge.domain.listings import lifecycle
from listbridge.domain.listings.listing import NOTHING, Listing, RemoteState, Status, Zero
from listbridge.domain.ports import RemoteListing
from tests.unit.domain.a_listing import NOW, a_listing


@pytest.fixture
def row() -> Listing:
    made = replace(a_listing(), status=Status.ACTIVE, remote="r1")
    return replace(made, accepted=replace(NOTHING, quantity=5, price=made.computed.price, at=NOW))


def test_a_look_at_a_listing_that_is_being_processed_tells_nothing_of_it(row: Listing) -> None:
    shown = RemoteListing(row.key, RemoteState.PROCESSING)
    assert lifecycle.looked_at(row, shown, Zero.PAUSES, NOW) is row


def test_once_it_is_decided_nothing_counts_as_accepted_before_a_look(row: Listing) -> None:
    unread = lifecycle.decided_late(row, NOW)
    assert (unread.accepted.quantity, unread.accepted.price, unread.settle_at) == (None, None, NOW)
    seen = replace(NOTHING, quantity=5, price=row.computed.price)
    looked = lifecycle.looked_at(unread, RemoteListing(row.key, RemoteState.LIVE, values=seen), Zero.PAUSES, NOW)
    assert (looked.accepted.quantity, looked.settle_at, looked.due_band) == (5, None, None)


def test_of_what_is_nowhere_on_sale_nothing_is_to_be_read(row: Listing) -> None:
    nowhere = replace(row, remote=None)
    assert lifecycle.decided_late(nowhere, NOW) is nowhere
