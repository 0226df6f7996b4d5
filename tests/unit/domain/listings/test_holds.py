"""Why nothing is written for an account, and for one of its listings: the widest reason counts."""

from __future__ import annotations

import pytest

from listbridge.domain.configuration import Account, ConnectionState
from listbridge.domain.ids import (
    AccountId,
    ListingKey,
    ProductId,
    SalesListId,
    ShopId,
    Site,
    Sku,
    VariantId,
    VariantKey,
)
from listbridge.domain.listings.holds import account_hold, hold_of
from listbridge.domain.listings.listing import Listing, Status
from listbridge.domain.problem import Problem

EXPIRED = Problem("account_expired", {"account": "Anna"}, "reconnect_account")
OBSERVED = Problem("observe_mode", {"account": "Anna"}, "leave_observe_mode")
OWN = Problem("not_aligned", fix="align")


def an_account(state: ConnectionState = ConnectionState.ACTIVE, *, observe: bool = False) -> Account:
    return Account(
        id=AccountId("acc_1"),
        name="Anna",
        marketplace="bazaar",
        shop=ShopId("shp_1"),
        state=state,
        observe=observe,
        identity="anna",
    )


LISTING = Listing(
    ListingKey(AccountId("acc_1"), Site("SITE"), Sku("MUG")),
    VariantKey(ShopId("shp_1"), ProductId("p1"), VariantId("v1")),
    SalesListId("lst_1"),
    status=Status.NOT_ACTIVE,
    hold=OWN,
)


@pytest.mark.parametrize(
    ("state", "observe", "account", "listing"),
    [
        (ConnectionState.ACTIVE, False, None, OWN),
        (ConnectionState.ACTIVE, True, OBSERVED, OBSERVED),
        (ConnectionState.EXPIRED, False, EXPIRED, EXPIRED),
        (ConnectionState.EXPIRED, True, EXPIRED, EXPIRED),
    ],
    ids=["open", "only observes", "expired", "expired while it observes"],
)
def test_what_holds_the_account_holds_each_of_its_listings(
    state: ConnectionState, observe: bool, account: Problem | None, listing: Problem
) -> None:
    asked = an_account(state, observe=observe)
    assert account_hold(asked) == account
    assert hold_of(LISTING, asked) == listing
