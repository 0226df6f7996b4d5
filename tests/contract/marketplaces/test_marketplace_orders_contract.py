"""What every marketplace's orders promise: one order as it is, and who hears about its buyer."""

from __future__ import annotations

import logging
from decimal import Decimal
from typing import Any

import pytest

from listbridge import registry
from listbridge.domain.ids import RemoteOrderId, Site
from listbridge.domain.money import Money
from listbridge.domain.orders.orders import Cancellation, Payment, Shipment
from listbridge.domain.verdicts import NotFound, OutcomeUnknown, RateLimited, RetryLater, Unauthorized
from simulators.faults import Fault
from tests.contract.marketplaces.orders import MUG, PLATE, parcel, poll, seen
from tests.contract.marketplaces.stages import Stage


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """With goods on sale."""
    stage.put_on_sale(MUG, PLATE)
    return stage


def money(stage: Stage, amount: str) -> Money:
    return Money(Decimal(amount), registry.marketplace(stage.slug).sites[stage.sites[0]].currency)


def test_an_order_comes_with_its_lines_its_amounts_and_its_buyer(stage: Stage) -> None:
    order = stage.buy((MUG, 2), (PLATE, 1))
    stage.tell_prices()
    read = seen(poll(stage, stage.open()))[order]
    lines = {line.sku: (line.quantity, line.amount) for line in read.order.lines}
    assert lines == {MUG: (2, money(stage, "20.10")), PLATE: (1, money(stage, "10.05"))}
    assert (read.order.site, read.order.payment, read.order.shipment) == (
        stage.sites[0],
        Payment.PAID,
        Shipment.NOTHING,
    )
    parts = sum(
        (line.amount.amount for line in read.order.lines),
        read.order.shipping.amount.amount + read.order.adjustment.amount,
    )
    assert (read.order.total.amount, read.order.priced, read.order.committed) == (parts, True, True)
    assert read.buyer is not None
    assert read.buyer.shipping is not None
    assert read.buyer.shipping.name in stage.buyers_words()
    assert len(read.buyer.shipping.country) == 2


def test_the_single_order_says_what_the_list_says(stage: Stage) -> None:
    order, adapter = stage.buy((MUG, 2)), stage.open()
    stage.tell_prices()
    assert adapter.read_order(order).order == seen(poll(stage, adapter))[order].order


def test_an_order_without_prices_says_so_and_has_them_later(stage: Stage) -> None:
    if not stage.prices_after_s:
        pytest.skip("orders come with their prices")
    order, adapter = stage.buy((MUG, 2)), stage.open()
    first = adapter.read_order(order).order
    assert (first.priced, first.total, [line.quantity for line in first.lines]) == (False, money(stage, "0"), [2])
    began = stage.clock.now()
    stage.tell_prices()
    later = seen(poll(stage, adapter, back=stage.clock.now() - began))[order].order
    assert (later.priced, later.lines[0].amount) == (True, money(stage, "20.10"))
    assert [line.id for line in later.lines] == [line.id for line in first.lines]


def test_lines_of_one_sku_are_told_apart_and_stay_the_same(stage: Stage) -> None:
    order, adapter = stage.buy((MUG, 1), (MUG, 2)), stage.open()
    lines = adapter.read_order(order).order.lines
    assert sum(line.quantity for line in lines) == 3
    assert len({line.id for line in lines}) == len(lines)
    stage.tell_prices()
    stage.ship_from_outside(order, "HAND1")
    assert [line.id for line in adapter.read_order(order).order.lines] == [line.id for line in lines]


def test_payment_and_cancellation_are_followed(stage: Stage) -> None:
    adapter, order = stage.open(), stage.buy((MUG, 1), paid=False)
    assert adapter.read_order(order).order.payment is Payment.PENDING
    stage.pay(order)
    paid = adapter.read_order(order).order
    assert (paid.payment, paid.cancellation, paid.committed) == (Payment.PAID, Cancellation.NONE, True)
    stage.cancel(order)
    gone = adapter.read_order(order).order
    assert (gone.cancellation, gone.committed) == (Cancellation.CANCELLED, False)


@pytest.mark.parametrize("id", ["12-34567-89012", "1/2?a=b#c", "../orders", "ø"])
def test_an_order_that_is_not_there_is_not_found_whatever_its_id(stage: Stage, id: str) -> None:
    with pytest.raises(NotFound) as missing:
        stage.open().read_order(RemoteOrderId(id))
    assert missing.value.problem.code.startswith(f"{stage.slug}_")


def test_nothing_of_a_buyer_is_logged(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    order, adapter = stage.buy((MUG, 1)), stage.open()
    poll(stage, adapter)
    assert adapter.read_order(order).buyer is not None
    adapter.ship(order, parcel(adapter, stage, order), 1)
    assert caplog.records
    logged = "".join(f"{record.getMessage()}{vars(record)}" for record in caplog.records)
    assert [private for private in stage.buyers_words() if private in logged] == []


# ---- when the marketplace fails ----


@pytest.mark.parametrize(("status", "verdict"), [(500, OutcomeUnknown), (503, OutcomeUnknown), (429, RateLimited)])
def test_a_parcel_that_may_have_been_taken_is_told_apart_from_one_that_certainly_was_not(
    stage: Stage, status: int, verdict: type[Exception]
) -> None:
    order, adapter = stage.buy((MUG, 1)), stage.open()
    told = parcel(adapter, stage, order)
    stage.without_documents()
    stage.add_faults(Fault(stage.ship_operation, "status", status=status))
    with pytest.raises(verdict):
        adapter.ship(order, told, 1)
    stage.clock.advance(10)
    assert adapter.shipments(order) == ()


@pytest.mark.parametrize(
    ("kind", "status"), [("html", 404), ("html", 500), ("html", 200), ("status", 503), ("drop_after", 0)]
)
def test_a_list_or_an_order_that_cannot_be_shown_now_is_asked_for_later(stage: Stage, kind: Any, status: int) -> None:
    order, adapter = stage.buy((MUG, 1)), stage.open()
    adapter.identify()
    stage.without_documents()
    for ask in (lambda: poll(stage, adapter), lambda: adapter.read_order(order)):
        stage.add_faults(Fault("*", kind, status=status))
        with pytest.raises(RetryLater):
            ask()
    assert set(seen(poll(stage, adapter))) == {order}


def test_a_seller_who_took_the_consent_back_is_told(stage: Stage) -> None:
    stage.revoke()
    with pytest.raises(Unauthorized):
        poll(stage, stage.open())


def test_every_call_draws_on_a_budget_of_the_manifest(stage: Stage) -> None:
    adapter, order = stage.open(), stage.buy((MUG, 1))
    told = parcel(adapter, stage, order)
    before = dict(stage.budget.spent)
    poll(stage, adapter)
    adapter.read_order(order)
    adapter.shipments(order)
    adapter.ship(order, told, 1)
    spent = {
        name: count - before.get(name, 0) for name, count in stage.budget.spent.items() if count > before.get(name, 0)
    }
    assert tuple(sorted(spent.values())) == stage.order_calls
    named = [pattern for one in registry.marketplace(stage.slug).budgets for pattern in one.operations]
    assert "*" in named or set(spent) <= set(named)


def test_the_seller_s_page_of_an_order_is_an_address_or_unknown(stage: Stage) -> None:
    url = stage.open().order_url(RemoteOrderId("12-34567-89012"))
    assert url == "" or (url.startswith("https://") and "12-34567-89012" in url)


def test_an_order_of_the_other_site_is_of_that_site(stage: Stage) -> None:
    order = stage.buy((MUG, 1))
    assert stage.open().read_order(order).order.site in {Site(one) for one in stage.sites}
