"""Amazon in the region FE: a shop connects, sells, follows its stock and price, ships and leaves, in the money of each country."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from listbridge.domain.configuration import Account, ConnectionState, SalesList
from listbridge.domain.ids import Site
from listbridge.domain.listings.listing import Status
from listbridge.domain.money import Money
from listbridge.domain.orders.orders import ImportState
from listbridge.domain.ports import Missing
from listbridge.domain.work import Lane, PublishKind, PublishTask
from listbridge.services.configuration.connect_account import connect_account, disconnect_account
from listbridge.services.connection_state import secret_name
from tests.fakes.world import ACCOUNT, LIST
from tests.faults.amazon_region import QUEUE, Region
from tests.faults.any_pair import any_pair

pytestmark = pytest.mark.timeout(300)
STORES = [
    ("AMAZON_JP", "JPY", "1480", "1980"),
    ("AMAZON_AU", "AUD", "10.00", "12.50"),
    ("AMAZON_SG", "SGD", "10.00", "12.50"),
]


def connected(site: Site, currency: str) -> Region:
    """A shop in this currency, and a seller who is connected as a person would do it."""

    def in_its_money(shop: Any) -> None:
        world = shop.simulator.world
        world.shop = replace(world.shop, currency=currency)

    made = any_pair("shopify", "amazon", sites=(site,), prepare=in_its_money)
    made.market.unchecked = False
    r, stores = Region(made), made.world.stores
    made.world.marketplaces.queue = QUEUE  # type: ignore[attr-defined]
    draft = stores.configuration.get(Account, ACCOUNT)
    secret = stores.secrets.get(secret_name("accounts", ACCOUNT))
    stores.configuration.delete(draft)
    connect_account(made.world.deps, draft.model_copy(update={"sites": (), "rev": 0}), dict(secret), "kim")
    r.take_in_what_is_told()
    return r


@pytest.mark.parametrize(("store", "currency", "price", "later"), STORES)
def test_a_seller_in_the_far_east_connects_sells_ships_and_leaves(
    store: str, currency: str, price: str, later: str
) -> None:
    site = Site(store)
    r = connected(site, currency)
    account = r.p.world.stores.configuration.get(Account, ACCOUNT)
    assert (account.state, account.sites, account.facts["region"]) == (ConnectionState.ACTIVE, (site,), "fe")
    assert {one.kind for one in r.amazon.world.notifications.subscriptions.values()} == {
        "ORDER_CHANGE",
        "FEED_PROCESSING_FINISHED",
    }

    [key] = r.p.world.sell(r.p.add_product("MUG", stock=5, price=price))
    assert r.shown("MUG") == (5, Decimal(price))
    assert r.p.world.row(key).computed.price == Money(Decimal(price), currency)

    r.p.shop.set_stock("MUG", 7)
    r.p.shop.set_price("MUG", later)
    r.p.run(600)
    assert r.shown("MUG") == (7, Decimal(later))

    remote = r.p.buy("MUG", 2)
    r.p.run(300)
    order = r.p.order(remote)
    assert (order.state, len(r.p.shop.orders()), r.p.shop.stock_of("MUG"), r.stock("MUG")) == (
        ImportState.CREATED,
        1,
        5,
        5,
    )
    assert r.p.shop.orders()[0].total == Money(2 * Decimal(later), currency)

    r.p.shop.ship(r.p.shop_order(remote), carrier="DHL", tracking="JJD0001")
    r.p.run(900)
    assert (r.p.tracking(remote), r.calls()["confirmShipment"]) == (["JJD0001"], 1)
    r.rest()
    r.in_step()

    leave(r)
    with pytest.raises(Missing):
        r.p.world.stores.configuration.get(Account, ACCOUNT)
    told = r.amazon.world.notifications
    assert (told.subscriptions, told.destinations, r.broken) == ({}, {}, [])


def leave(r: Region) -> None:
    """The seller ends what is on sale, takes it out of the list, deletes that, and disconnects the account."""
    world = r.p.world
    task = PublishTask(action=PublishKind.STOP, sales_list=LIST, product=r.p.products["MUG"], remove=True)
    world.stores.queues.send(Lane.PUBLISH, task)
    world.settle(hours=8)
    assert r.p.market.live() == []
    store = world.stores.configuration
    store.delete(store.get(SalesList, LIST))
    disconnect_account(world.deps, store.get(Account, ACCOUNT), "kim")


def test_a_shop_in_another_currency_holds_its_price_and_says_so() -> None:
    r = connected(Site("AMAZON_JP"), "EUR")
    [key] = r.send(r.p.add_product("MUG"))
    row = r.p.world.row(key)
    assert row.status is not Status.ACTIVE
    assert row.hold is not None
    assert (row.hold.code, r.p.market.live()) == ("currency_differs", [])
