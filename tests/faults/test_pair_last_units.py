"""The last units between the simulators of the first pair: who is told that too much is sold, and what an order costs the
other listings, whatever order the create, the confirming read and the absorption come in."""

from __future__ import annotations

from itertools import count

import pytest

from listbridge.domain.ids import AccountId, SalesListId
from listbridge.domain.work import Lane
from listbridge.services.connection_state import secret_name
from simulators.faults import Fault
from tests.fakes.world import ACCOUNT
from tests.faults.pair import US, creation
from tests.faults.pair_sales import Sales, sales

pytestmark = pytest.mark.timeout(900)
OTHER, BOB = AccountId("acc_2"), "bob"


def two_sellers(stock: int) -> Sales:
    """The pair, whose one variant A sells on a second account as well; both show what the shop has."""
    s = sales(stock=stock)
    p = s.p
    seller = p.ebay.deeds.add_seller(BOB, marketplaces=[US])
    app = {"client_id": p.ebay.client_id, "client_secret": p.ebay.client_secret}
    p.world.stores.secrets.put(secret_name("accounts", OTHER), {**app, "refresh_token": seller["refreshToken"]})
    p.world.connect(
        platform="shopify",
        marketplace="ebay",
        currency="USD",
        site=US,
        name="2",
        creation=creation(seller["policies"][US]),
    )
    p.world.tick_orders()
    p.world.deliver_all()
    product = p.world.row(p.key("A")).variant.product
    p.world.sell(product, sales_list=SalesListId("list_2"))
    p.ebay.world.journal.clear()
    return s


def quantities(s: Sales, seller: str) -> list[int]:
    """The quantity of A in every call that carried one for this seller."""
    calls = [
        [row["quantity"] for row in entry.sent if (row.get("sku") or entry.sku) == "A" and "quantity" in row]
        for entry in s.p.ebay.world.journal
        if entry.seller == seller
    ]
    assert all(len(set(sent)) == 1 for sent in calls if sent)
    return [int(sent[0]) for sent in calls if sent]


def accused(s: Sales, remote: str) -> bool:
    return any(notice.code == "oversold" for notice in s.row(remote).notices)


def watched(s: Sales, seconds: int) -> list[list[bool]]:
    """Who is told that too much was sold, second by second."""
    seen = []
    for _ in range(seconds):
        s.run(1)
        rows = s.p.world.stores.orders.recent(ACCOUNT, None, 100)[0]
        seen.append([any(one.code == "oversold" for one in row.notices) for row in rows])
    return seen


def sold_in_shop_too(s: Sales) -> None:
    """Once our order stands in the shop, one of its own buyers takes a unit as well."""
    if s.made(s.bought[0]):
        s.sell_in_shop("A")
    else:
        s.p.fate.meanwhile("shop.POST.graphql.json.answered", lambda: sold_in_shop_too(s), nth=1)


def the_end(s: Sales) -> None:
    """Each order once in the shop, its stock taken once, and both listings show what is left."""
    s.rest()
    assert s.p.world.dead_letters() == []
    assert [len(s.made(remote)) for remote in s.bought] == [1] * len(s.bought)
    assert s.stock("A") == s.own["A"] - len(s.bought)
    shown = [row["A"][0] for _, row in s.p.live() if "A" in row]
    assert shown == [max(0, s.stock("A"))] * 2


def test_one_buyer_of_the_last_unit_is_never_told_that_too_much_is_sold() -> None:
    s = two_sellers(1)
    remote = s.buy("A", seller="anna")
    assert not any(flag for row in watched(s, 90) for flag in row)
    the_end(s)
    assert not accused(s, remote)
    assert quantities(s, BOB) == [0]


def test_a_plain_order_costs_each_other_listing_one_revision() -> None:
    s = two_sellers(5)
    s.buy("A", seller="anna")
    watched(s, 90)
    the_end(s)
    assert quantities(s, BOB) == [4]


def test_a_sale_in_the_shop_at_the_same_moment_costs_one_revision_more() -> None:
    """Two are gone, of which the order took one: the read counts at once, and the order's unit twice until the absorption."""
    s = two_sellers(5)
    s.buy("A", seller="anna")
    s.p.fate.meanwhile("shop.POST.graphql.json.answered", lambda: sold_in_shop_too(s), nth=1)
    s.poll()
    s.run(90)
    assert quantities(s, BOB) == [4, 2, 3]
    assert s.stock("A") == 3


@pytest.mark.parametrize("step", [3, pytest.param(1, marks=pytest.mark.full)])
@pytest.mark.parametrize(("stock", "lane"), [(1, Lane.ORDERS), (3, Lane.SHOP_EVENTS)])
def test_in_whatever_order_create_confirming_read_and_absorption_come(stock: int, lane: Lane, step: int) -> None:
    for cut in count(1, step):
        s = two_sellers(stock)
        came: list[int] = []

        def come(s: Sales = s, came: list[int] = came) -> None:
            queues = s.p.world.stores.queues
            s.p.pump()
            queues.send(lane, *queues.messages(lane))
            came.append(s.p.world.deliver(lane))

        s.p.fate.meanwhile("*", come, nth=cut)
        s.buy("A", seller="anna")
        s.poll()
        seen = watched(s, 10)
        assert not any(flag for row in seen for flag in row), cut
        assert quantities(s, BOB) == [stock - 1], (cut, s.p.fate.calls[cut - 2 : cut + 1])
        if not came:
            break
        the_end(s)
    assert cut > 60


def test_a_create_whose_answer_is_lost_accuses_nobody() -> None:
    s = two_sellers(1)
    s.p.shopify.faults.add(Fault("orderCreate", "drop_after"))
    s.buy("A", seller="anna")
    assert not any(flag for row in watched(s, 90) for flag in row)
    the_end(s)
