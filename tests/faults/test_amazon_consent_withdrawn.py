"""The seller withdraws their consent, or the app loses its secret or a role, in the middle of anything: the account says so and
stands still, and what was due goes out once it is connected again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from listbridge.domain.configuration import Account, ConnectionState
from listbridge.domain.listings.listing import Status
from listbridge.domain.orders.orders import ImportState
from listbridge.domain.work import PublishKind
from listbridge.services.configuration.connect_account import replace_account_credentials
from tests.fakes.world import ACCOUNT
from tests.faults.amazon_region import TEN, Region, region

pytestmark = pytest.mark.timeout(900)
HOUR = 3600.0
SIX = ("XS", "S", "M", "L", "XL", "XXL")


@pytest.fixture
def r() -> Region:
    return region()


def account(r: Region) -> Account:
    return r.p.world.stores.configuration.get(Account, ACCOUNT)


def after(r: Region, calls: int, happens: Callable[[], Any]) -> None:
    """Let it happen once Amazon has answered so many calls more."""
    seen = [0]

    def answered(request: Any, response: Any) -> None:
        seen[0] += "market.example" in str(request.url)
        if seen[0] == calls:
            seen[0] += 1
            happens()

    r.p.wire.on_answer.append(answered)


def connected_again(r: Region) -> None:
    r.amazon.deeds.restore_token("anna")
    [seller] = r.amazon.world.sellers.values()
    secret = {**r.p.market.secret(), "refresh_token": seller.refresh_token}
    replace_account_credentials(r.p.world.deps, account(r), secret, "kim")
    assert account(r).state is ConnectionState.ACTIVE


def told_once(r: Region) -> None:
    assert account(r).state is ConnectionState.EXPIRED
    assert [one for one in r.p.world.events() if one == "account_expired"] == ["account_expired"]


def test_a_zero_while_the_consent_is_withdrawn_is_due_and_goes_first_once_it_is_given_again(r: Region) -> None:
    r.p.sell("MUG")
    r.amazon.deeds.revoke_token("anna")
    r.p.shop.set_stock("MUG", 0)
    r.p.run(3 * HOUR)
    told_once(r)
    assert (r.stock("MUG"), r.quantities("MUG")[1:]) == (5, [])
    tokens = r.calls()["lwaToken"]
    r.p.run(3 * HOUR)
    assert r.calls()["lwaToken"] - tokens <= 3
    connected_again(r)
    r.p.run(60)
    assert r.stock("MUG") == 0
    r.rest()
    r.in_step()


@pytest.mark.parametrize("calls", [1, 4, 7, 10, 13])
def test_a_consent_that_is_withdrawn_in_the_middle_of_a_publishing_leaves_one_family_in_the_end(
    r: Region, calls: int
) -> None:
    after(r, calls, lambda: r.amazon.deeds.revoke_token("anna"))
    keys = r.send(r.p.add_product(*SIX))
    r.p.run(HOUR)
    told_once(r)
    said = [r.p.world.row(key).hold for key in keys if r.p.world.row(key).status is Status.ERROR]
    assert {(one.code, one.fix) for one in said if one} <= {("amazon_token_refused", "reconnect_account")}
    connected_again(r)
    r.p.run(600)
    if {r.p.world.row(key).status for key in keys} != {Status.ACTIVE}:
        r.p.world.action(PublishKind.SEND, r.p.products["M"])
    r.rest()
    assert {r.p.world.row(key).status for key in keys} == {Status.ACTIVE}
    [family] = r.p.market.live()
    assert {sku: (one.quantity, one.price) for sku, one in family.variations.items()} == dict.fromkeys(SIX, (5, TEN))
    r.in_step()


@pytest.mark.parametrize("calls", [1, 2, 3, 4])
def test_a_consent_that_is_withdrawn_in_the_middle_of_a_feed_leaves_every_row_due(r: Region, calls: int) -> None:
    keys = r.seed(70)
    after(r, calls, lambda: r.amazon.deeds.revoke_token("anna"))
    for key in keys:
        r.p.shop.set_stock(key.sku, 15)
    r.p.run(HOUR)
    told_once(r)
    assert {r.p.world.row(key).accepted.quantity for key in keys} <= {None, 20}
    connected_again(r)
    r.p.run(2 * HOUR)
    r.rest()
    assert {r.stock(key.sku) for key in keys} == {15}
    assert {r.p.world.row(key).accepted.quantity for key in keys} == {15}
    r.in_step()


def test_an_order_of_the_time_without_consent_is_created_once_it_is_given_again(r: Region) -> None:
    r.p.sell("MUG")
    r.listen()
    r.amazon.deeds.revoke_token("anna")
    remote = r.amazon.deeds.buy("MUG", quantity=2)["orderId"]
    r.p.run(3 * HOUR)
    told_once(r)
    assert r.p.shop.orders() == []
    connected_again(r)
    r.p.run(HOUR)
    assert {row.key.remote: row.state for row in r.p.world.stores.orders.recent(ACCOUNT, None, 10)[0]} == {
        remote: ImportState.CREATED
    }
    assert (len(r.p.shop.orders()), r.p.shop.stock_of("MUG"), r.stock("MUG")) == (1, 3, 3)
    assert (r.broken, r.p.world.silent_rows()) == ([], [])


def test_personal_data_that_are_refused_from_one_moment_on_delay_no_order(r: Region) -> None:
    r.p.sell("MUG")
    r.listen()
    first = r.amazon.deeds.buy("MUG", quantity=1)["orderId"]
    r.p.run(300)
    r.amazon.deeds.grant_pii("anna", on=False)
    r.amazon.deeds.refuse_personal_data()
    second = r.amazon.deeds.buy("MUG", quantity=1)["orderId"]
    r.p.run(HOUR)
    orders = {row.key.remote: row for row in r.p.world.stores.orders.recent(ACCOUNT, None, 10)[0]}
    assert {remote: row.state for remote, row in orders.items()} == dict.fromkeys((first, second), ImportState.CREATED)
    assert account(r).state is ConnectionState.ACTIVE
    assert (len(r.p.shop.orders()), r.stock("MUG")) == (2, 3)
    r.in_step()
