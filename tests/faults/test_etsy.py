"""Etsy, between a shop and its simulator: the buyer is mailed once, one worker renews a token, and a spent day keeps zeros and orders going."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from listbridge.domain.configuration import Account
from listbridge.domain.ids import RemoteOrderId
from listbridge.domain.listings.bands import Band
from listbridge.domain.listings.listing import Status
from listbridge.domain.orders.orders import ImportState
from listbridge.infra.calls.http import HttpSession
from listbridge.infra.calls.tokens import TokenCache
from listbridge.platforms import OpenedMarketplaces, Opener
from simulators.faults import Fault
from tests.fakes.budget import FakeBudget
from tests.fakes.world import ACCOUNT
from tests.faults.any_pair import AnyPair, any_pair

pytestmark = pytest.mark.timeout(600)
TEN = Decimal("10.00")


@pytest.fixture
def p() -> AnyPair:
    return any_pair("shopify", "etsy")


def deeds(p: AnyPair) -> Any:
    stage: Any = p.market
    return stage.simulator.deeds


def world(p: AnyPair) -> Any:
    stage: Any = p.market
    return stage.simulator.world


def mails(p: AnyPair, order: RemoteOrderId) -> list[str]:
    """The number in each mail that Etsy wrote to the buyer about a parcel."""
    return [one.tracking for one in world(p).receipts[int(order)].mails]


def sold_and_home(p: AnyPair) -> RemoteOrderId:
    p.sell("MUG")
    remote = p.buy("MUG")
    p.run(15 * 60)
    assert p.order(remote).state is ImportState.CREATED
    return remote


# ---- a parcel is told once ----


@pytest.mark.parametrize("tracking", ["JJD 0001", ""])
@pytest.mark.parametrize(
    "fault",
    [
        Fault("createReceiptShipment", "drop_after"),
        Fault("createReceiptShipment", "drop_before"),
        Fault("createReceiptShipment", "status", status=500),
        Fault("createReceiptShipment", "status", status=429),
        Fault("createReceiptShipment", "html", status=502),
    ],
    ids=lambda fault: f"{fault.kind}{fault.status or ''}",
)
def test_the_buyer_is_mailed_once_whatever_becomes_of_the_answer(p: AnyPair, fault: Fault, tracking: str) -> None:
    remote = sold_and_home(p)
    p.market.add_faults(fault)
    p.shop.ship(p.shop_order(remote), carrier="DHL", tracking=tracking)
    p.run(3600)
    assert mails(p, remote) == [tracking.replace(" ", "")]
    p.run(6 * 3600)
    assert mails(p, remote) == [tracking.replace(" ", "")]


def test_the_buyer_is_mailed_once_though_the_worker_dies_at_any_write_or_call(p: AnyPair) -> None:
    for cut in count(1, 3):
        p = any_pair("shopify", "etsy")
        remote = sold_and_home(p)
        p.shop.ship(p.shop_order(remote), carrier="DHL", tracking="JJD0001")
        p.fate.die_in(cut)
        p.run(120)
        died = p.world.deaths > 0
        p.fate.revive()
        p.run(3600)
        assert mails(p, remote) == ["JJD0001"], f"cut {cut}"
        if not died:
            break
    assert cut > 4


def test_a_carrier_that_etsy_does_not_know_costs_no_number(p: AnyPair) -> None:
    remote = sold_and_home(p)
    p.shop.ship(p.shop_order(remote), carrier="Kurier Krause", tracking="KK1")
    p.run(300)
    assert (mails(p, remote), p.tracking(remote)) == (["KK1"], ["KK1"])


def test_a_parcel_that_the_seller_told_on_etsy_is_not_told_again(p: AnyPair) -> None:
    remote = sold_and_home(p)
    p.market.ship_from_outside(remote, "JJD0001")
    p.shop.ship(p.shop_order(remote), carrier="DHL", tracking="JJD-0001")
    p.run(3600)
    assert mails(p, remote) == ["JJD0001"]


# ---- an address that Etsy keeps back ----


@pytest.mark.parametrize(
    ("told", "notices"),
    [
        ({"address": False}, [("buyer_untold", {})]),
        ({"buyer": {"zip": "", "city": ""}}, [("address_untold", {"parts": "city, postcode"})]),
        ({"buyer": {"first_line": ""}}, [("address_untold", {"parts": "street"})]),
        ({"buyer": {"country_iso": "HK", "zip": "", "city": "Kowloon"}}, []),
        ({}, []),
    ],
    ids=["all of it", "city and postcode", "the street", "nothing that Hong Kong has", "nothing"],
)
def test_an_order_says_which_part_of_the_address_etsy_does_not_tell(
    p: AnyPair, told: dict[str, Any], notices: list[tuple[str, dict[str, str]]]
) -> None:
    p.sell("MUG")
    bought = deeds(p).checkout(lines=[{"sku": "MUG", "quantity": 1}], **told)
    p.run(15 * 60)
    order = p.order(RemoteOrderId(str(bought["receiptId"])))
    assert (order.state, order.shop_order is not None) == (ImportState.CREATED, True)
    name = order.shop_order.name if order.shop_order else ""
    assert [(one.code, one.params) for one in order.notices] == [
        (code, {"shop_order": name, **params}) for code, params in notices
    ]
    assert p.shop.stock_of("MUG") == 4


# ---- one token ----


def worker(p: AnyPair) -> OpenedMarketplaces:
    """Another process: it shares our tables with the first, and nothing else."""
    stores = p.world.stores
    opener = Opener(
        configuration=stores.configuration,
        secrets=stores.secrets,
        leases=stores.leases,
        counters=stores.counters,
        clock=stores.clock,
        tokens=TokenCache(),
        make_session=lambda observe, budget, longest_call_s: HttpSession(
            transport=p.wire, observe=observe, budget=budget
        ),
        make_budget=lambda specs, scopes, share: FakeBudget(stores.clock),
        base_urls={"etsy": "https://market.example"},
    )
    return OpenedMarketplaces(opener)


def test_two_workers_whose_token_ends_at_once_renew_it_once_and_both_go_on(p: AnyPair) -> None:
    p.sell("MUG")
    account = p.world.stores.configuration.get(Account, ACCOUNT)
    adapters = [worker(p).open(account) for _ in range(2)]
    for adapter in adapters:
        adapter.identify()
    p.run(3600)
    deeds(p).expire_tokens()
    before = len(renewals(p))
    with ThreadPoolExecutor(2) as pool:
        names = {one.remote_name for one in pool.map(lambda adapter: adapter.identify(), adapters)}
    assert names == {str(world(p).sellers["anna"].shop_id)}
    assert len(renewals(p)) - before == 1
    assert [one for one in renewals(p) if one.status != 200] == []
    p.run(7200)
    assert adapters[0].identify().remote_name in names


def renewals(p: AnyPair) -> list[Any]:
    return [one for one in world(p).journal if one.operation == "oauthToken"]


# ---- the day is spent ----


def test_a_day_that_is_spent_in_the_middle_of_a_sweep_keeps_prices_and_not_zeros_nor_orders() -> None:
    p = any_pair("shopify", "etsy", budgets=True)
    skus = [f"MUG{number}" for number in range(30)]
    for sku in skus:
        p.add_product(sku)
    keys = p.world.sell(*(p.products[sku] for sku in skus))
    p.run(1800)
    assert [p.world.row(key).status for key in keys] == [Status.ACTIVE] * len(keys)
    deeds(p).set_limits(5, 5_000)
    deeds(p).drain_day(2_100)  # all but a hundred of the calls that are neither for zeros nor for orders
    p.run(600)
    for price in ("11.00", "12.00", "13.00", "14.00"):
        for sku in skus:
            p.shop.set_price(sku, price)
        p.run(900)
    waiting = [key for key in keys if p.world.row(key).due_band is not None]
    assert waiting
    assert {p.world.row(key).due_band for key in waiting} == {Band.PRICE}
    last = str(waiting[-1].sku)
    p.shop.set_stock(last, 0)
    p.run(120)
    assert p.shown(last) is None
    remote = p.buy(skus[0])
    p.run(30 * 60)
    assert p.order(remote).state is ImportState.CREATED
    assert [key for key in keys if p.world.row(key).due_band is not None]
    p.run(30 * 3600)
    assert [key for key in keys if p.world.row(key).due_band is not None] == []
    assert {p.shown(sku) for sku in skus[1:] if sku != last} == {(5, Decimal("14.00"))}


# ---- listings that end ----


def test_a_listing_whose_months_are_over_says_so_and_nothing_else(p: AnyPair) -> None:
    [mug] = p.sell("MUG")
    [listing] = world(p).listings
    deeds(p).set_listing_state(listing, "expired")
    p.shop.set_stock("MUG", 3)
    p.run(60)
    events = [(one.event, one.params) for one in p.world.stores.activity.of_subject(str(mug), 100)[0]]
    assert [name for name, _ in events if name in ("finished_on_marketplace", "revise_held")] == [
        "finished_on_marketplace"
    ]
    assert not p.world.row(mug).live


# ---- prices apart from quantities ----


def test_a_sale_while_a_price_is_written_is_kept_where_the_seller_keeps_the_quantity_on_etsy(p: AnyPair) -> None:
    p.sell("MUG")
    stores = p.world.stores
    account = stores.configuration.get(Account, ACCOUNT)
    stores.configuration.save(account.model_copy(update={"auto_quantity": False}))
    p.run(600)

    def sell(request: Any, response: Any) -> None:
        if request.method == "GET" and "/inventory" in request.url:
            p.wire.on_answer.clear()
            p.buy("MUG", 2)

    p.wire.on_answer.append(sell)
    p.shop.set_price("MUG", "12.00")
    p.run(120)
    assert p.shown("MUG") == (3, Decimal("12.00"))
