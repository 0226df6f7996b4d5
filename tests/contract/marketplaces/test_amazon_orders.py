"""Amazon's orders: pending ones, amounts, data that are refused, stores and warehouses, and parcels that are told twice."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from listbridge import registry
from listbridge.domain.ids import ParcelId, RemoteOrderId, Site
from listbridge.domain.orders.orders import Cancellation, Payment, RemoteOrder, Shipment
from listbridge.domain.orders.shop_orders import Parcel
from listbridge.domain.ports import MarketplaceAdapter
from listbridge.domain.verdicts import RetryLater
from tests.contract.marketplaces.orders import MUG, PLATE, parcel, poll, seen
from tests.contract.marketplaces.staged_amazon import AmazonStage


@pytest.fixture
def stage() -> AmazonStage:
    made = AmazonStage()
    made.put_on_sale(MUG, PLATE)
    return made


def bought(stage: AmazonStage, *lines: dict[str, object], **more: object) -> RemoteOrderId:
    return RemoteOrderId(stage.simulator.deeds.checkout(list(lines), seller="anna", **more)["orderId"])


def read(stage: AmazonStage, order: RemoteOrderId) -> RemoteOrder:
    return stage.open().read_order(order).order


def figures(order: RemoteOrder) -> dict[str, str]:
    [line] = order.lines
    told = {"line": line.amount, "shipping": order.shipping.amount, "total": order.total, "rest": order.adjustment}
    return {name: str(money.amount) for name, money in told.items()}


def parts(order: RemoteOrder) -> Decimal:
    """What the order's own equation says that it comes to."""
    whole = [line.amount.amount for line in order.lines] + [order.shipping.amount.amount, order.adjustment.amount]
    taxes = [tax.amount.amount for line in order.lines for tax in line.taxes if not tax.remitted]
    return sum(whole, Decimal(0)) + (Decimal(0) if order.tax_included else sum(taxes, Decimal(0)))


# ---- pending ----


def test_a_pending_order_holds_its_units_and_tells_no_price(stage: AmazonStage) -> None:
    order = stage.buy((MUG, 2), paid=False)
    pending = read(stage, order)
    assert (pending.priced, pending.payment, pending.committed) == (False, Payment.PENDING, True)
    assert [(line.sku, line.quantity) for line in pending.lines] == [(MUG, 2)]
    assert (pending.total.amount, pending.total.currency) == (0, "USD")
    stage.pay(order)
    paid = stage.open().read_order(order)
    assert (paid.order.priced, paid.order.payment, str(paid.order.total.amount)) == (True, Payment.PAID, "20.10")
    assert paid.buyer is not None
    assert [line.id for line in paid.order.lines] == [line.id for line in pending.lines]


def test_a_pending_order_that_is_cancelled_is_over(stage: AmazonStage) -> None:
    order = stage.buy((MUG, 1), paid=False)
    stage.cancel(order)
    gone = read(stage, order)
    assert (gone.cancellation, gone.committed) == (Cancellation.CANCELLED, False)


def test_a_buyer_who_asks_to_cancel_is_heard_before_anybody_cancels(stage: AmazonStage) -> None:
    order = stage.buy((MUG, 1))
    stage.simulator.deeds.request_cancel(order)
    asked = read(stage, order)
    assert (asked.cancellation, asked.committed) == (Cancellation.REQUESTED, True)


# ---- amounts ----


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, {"line": "20.00", "shipping": "0.00", "total": "20.00", "rest": "0.00"}),
        ({"shipping": "4.90"}, {"line": "20.00", "shipping": "4.90", "total": "24.90", "rest": "0.00"}),
        ({"discount": "3.00"}, {"line": "17.00", "shipping": "0.00", "total": "17.00", "rest": "0.00"}),
        ({"gift_wrap": "2.50"}, {"line": "22.50", "shipping": "0.00", "total": "22.50", "rest": "0.00"}),
        (
            {"shipping": "4.90", "discount": "22.00"},
            {"line": "0.00", "shipping": "2.90", "total": "2.90", "rest": "0.00"},
        ),
    ],
)
def test_the_parts_of_a_line_come_to_what_the_buyer_pays(
    stage: AmazonStage, more: dict[str, str], wanted: dict[str, str]
) -> None:
    order = read(stage, bought(stage, {"sku": MUG, "quantity": 2, "price": "10.00", **more}))
    assert figures(order) == wanted
    assert parts(order) == order.total.amount


def test_a_tip_is_in_the_total_and_in_no_line(stage: AmazonStage) -> None:
    order = read(stage, bought(stage, {"sku": MUG, "quantity": 1, "price": "10.00"}, tip="2.00"))
    assert figures(order) == {"line": "10.00", "shipping": "0.00", "total": "12.00", "rest": "2.00"}


def test_the_seller_s_own_tax_is_added_to_the_price(stage: AmazonStage) -> None:
    order = read(stage, bought(stage, {"sku": MUG, "quantity": 1, "price": "10.00", "tax": "1.90"}))
    [tax] = order.lines[0].taxes
    assert (str(tax.amount.amount), tax.remitted, order.tax_included, str(order.total.amount)) == (
        "1.90",
        False,
        False,
        "11.90",
    )


def test_a_tax_that_amazon_remits_is_in_no_amount_of_the_seller_s_and_keeps_its_number(stage: AmazonStage) -> None:
    line = {"sku": MUG, "quantity": 1, "price": "10.00", "tax": "1.90", "facilitated": True, "ioss_number": "IM123"}
    order = read(stage, bought(stage, line))
    [tax] = order.lines[0].taxes
    assert (tax.remitted, tax.scheme, tax.reference) == (True, "IOSS", "IM123")
    assert (str(order.total.amount), str(order.adjustment.amount)) == ("10.00", "0.00")


# ---- stores and warehouses ----


def test_an_order_of_another_store_is_of_that_site_and_in_its_currency(stage: AmazonStage) -> None:
    store = stage.seller["sites"][1]
    order = read(stage, bought(stage, {"sku": "HAND", "quantity": 1, "by_hand": True}, site=store))
    assert (order.site, order.total.currency, order.lines[0].site) == (Site("AMAZON_CA"), "CAD", Site("AMAZON_CA"))


def test_orders_that_amazon_ships_are_searched_for_only_where_the_seller_wants_them(stage: AmazonStage) -> None:
    order = bought(stage, {"sku": "FBA", "quantity": 1, "by_hand": True}, fulfilled_by="AMAZON")
    assert seen(poll(stage, stage.open())) == {}
    found = seen(poll(stage, stage.open(fba_orders=True)))
    assert [one.order.fulfilled_by_marketplace for one in found.values()] == [True]
    assert read(stage, order).fulfilled_by_marketplace is True


# ---- what is refused ----


def test_without_the_role_the_sale_is_seen_and_the_buyer_is_not(stage: AmazonStage) -> None:
    stage.simulator.deeds.grant_pii("anna", on=False)
    order = stage.buy((MUG, 1))
    told = stage.open().read_order(order)
    assert (told.buyer, str(told.order.total.amount)) == (None, "10.05")


def test_personal_data_that_are_refused_are_dropped_one_at_a_time_and_asked_for_again_an_hour_later(
    stage: AmazonStage,
) -> None:
    stage.simulator.deeds.grant_pii("anna", on=False)
    stage.simulator.deeds.refuse_personal_data()
    order, adapter = stage.buy((MUG, 1)), stage.open()
    assert adapter.read_order(order).buyer is None
    assert stage.budget.spent["getOrder"] == 3  # without one, then without the other
    assert set(seen(poll(stage, adapter))) == {order}
    assert stage.budget.spent["searchOrders"] == 1  # known by now
    stage.simulator.deeds.grant_pii("anna", on=True)
    stage.clock.advance(3600)
    assert adapter.read_order(order).buyer is not None


def _in_every_state(stage: AmazonStage) -> dict[str, RemoteOrderId]:
    found = {name: stage.buy((MUG, 2)) for name in ("open", "partly", "shipped", "cancelled")}
    found["pending"] = stage.buy((MUG, 1), paid=False)
    adapter = stage.open()
    for name, units in (("partly", 1), ("shipped", 2)):
        [line] = adapter.read_order(found[name]).order.lines
        adapter.ship(found[name], Parcel(ParcelId("p"), stage.clock.now(), {line.id: units}, "A1", "UPS"), 1)
    stage.cancel(found["cancelled"])
    return found


def _states(adapter: MarketplaceAdapter, orders: dict[str, RemoteOrderId]) -> dict[str, tuple[object, ...]]:
    reads = {name: adapter.read_order(id).order for name, id in orders.items()}
    return {name: (one.shipment, one.cancellation, one.payment, one.priced) for name, one in reads.items()}


def test_a_region_that_refuses_fulfilment_hides_no_state(stage: AmazonStage) -> None:
    """As the Far East did for two days."""
    orders = _in_every_state(stage)
    before = _states(stage.open(), orders)
    assert before["partly"][0] is Shipment.PARTLY
    stage.simulator.deeds.refuse_data(stage.seller["region"], ["FULFILLMENT"])
    assert _states(stage.open(), orders) == before


def test_while_packages_are_refused_nobody_is_told_that_there_are_none(stage: AmazonStage) -> None:
    order, adapter = stage.buy((MUG, 1)), stage.open()
    adapter.ship(order, parcel(adapter, stage, order), 1)
    stage.simulator.deeds.refuse_data(stage.seller["region"], ["PACKAGES"])
    with pytest.raises(RetryLater):
        adapter.shipments(order)
    assert adapter.read_order(order).order.shipment is Shipment.SHIPPED


def test_all_that_a_region_refuses_together_is_dropped_value_by_value(stage: AmazonStage) -> None:
    order = stage.buy((MUG, 1))
    stage.simulator.deeds.refuse_data(stage.seller["region"], ["TAX", "PROCEEDS", "CANCELLATION"])
    told = read(stage, order)
    assert (told.payment, told.priced, str(told.lines[0].amount.amount)) == (Payment.PAID, False, "10.05")
    assert stage.budget.spent["getOrder"] == 4


# ---- parcels ----


def test_a_parcel_that_is_told_twice_is_one(stage: AmazonStage) -> None:
    order, adapter = stage.buy((MUG, 2)), stage.open()
    told = parcel(adapter, stage, order, tracking="A1")
    first = adapter.ship(order, told, 1)
    assert adapter.ship(order, parcel(adapter, stage, order, tracking="A2"), 1) == first
    assert [(one.id, one.tracking) for one in adapter.shipments(order)] == [(first, "A2")]


def test_our_numbers_edit_no_parcel_of_another_tool_s(stage: AmazonStage) -> None:
    order, adapter = stage.buy((MUG, 2)), stage.open()
    [line] = adapter.read_order(order).order.lines
    item = {"orderItemId": line.id, "quantity": 1}
    stage.simulator.deeds.ship_order(order, lines=[item], tracking="HAND", reference="1")
    adapter.ship(order, Parcel(ParcelId("p"), stage.clock.now(), {line.id: 1}, "OURS", "UPS"), 1)
    assert [one.tracking for one in adapter.shipments(order)] == ["HAND", "OURS"]


@pytest.mark.parametrize(
    ("carrier", "code", "name"),
    [
        ("UPS", "UPS", None),
        ("royal mail", "Royal Mail", None),
        ("Bob's Vans", "Other", "Bob's Vans"),
        ("", "Other", "Other"),
    ],
)
def test_a_carrier_that_amazon_does_not_list_is_told_by_its_name(
    stage: AmazonStage, carrier: str, code: str, name: str | None
) -> None:
    order, adapter = stage.buy((MUG, 1)), stage.open()
    adapter.ship(order, parcel(adapter, stage, order, carrier=carrier), 1)
    [package] = stage.simulator.world.orders.by_id[order].packages
    assert package.carrier == (name or code)


def test_a_parcel_is_told_with_the_store_of_its_order_though_nobody_read_it_before(stage: AmazonStage) -> None:
    order = stage.buy((MUG, 1))
    told = parcel(stage.open(), stage, order)
    adapter = stage.open()
    adapter.ship(order, told, 1)
    assert (stage.budget.spent["getOrder"], stage.budget.spent["confirmShipment"]) == (1, 1)


def test_orders_come_by_whole_pages_with_the_same_filters(stage: AmazonStage) -> None:
    orders = {stage.buy((MUG, 1)) for _ in range(230)}
    pages = poll(stage, stage.open(), back=timedelta(hours=2))
    assert [len(page.orders) for page in pages] == [100, 100, 30]
    assert set(seen(pages)) == orders


def test_a_list_says_how_far_it_reaches(stage: AmazonStage) -> None:
    stage.simulator.deeds.set_order_lag(120)
    [page] = poll(stage, stage.open())
    assert page.known_until == stage.clock.now() - timedelta(seconds=120)


def test_the_seller_s_page_is_that_of_the_region() -> None:
    stage = AmazonStage(sites=(Site("AMAZON_DE"),))
    url = registry.open_marketplace("amazon", stage.connection()).order_url(RemoteOrderId("123-1234567-1234567"))
    assert url == "https://sellercentral-europe.amazon.com/orders-v3/order/123-1234567-1234567"


def test_a_page_whose_token_amazon_no_longer_knows_begins_the_poll_again(stage: AmazonStage) -> None:
    stage.simulator.deeds.seed_orders(["MUG"] * 101, seller="anna")
    adapter, since = stage.open(), stage.clock.now() - timedelta(hours=1)
    first = adapter.orders_changed(since, None)
    assert (len(first.orders), first.cursor is not None) == (100, True)
    stage.clock.advance(25 * 3600)
    with pytest.raises(RetryLater) as torn:
        adapter.orders_changed(since, first.cursor)
    assert torn.value.problem.code == "orders_incomplete"
    assert len(adapter.orders_changed(since, None).orders) == 100
