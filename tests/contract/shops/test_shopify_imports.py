"""What only Shopify has when an order comes in: an index that lags, a mark to define, points to pay, a limit on trial stores."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from listbridge.domain.ids import RemoteOrderId, ShopOrderId, VariantId
from listbridge.domain.orders.shop_orders import OrderMark
from listbridge.domain.problem import Problem
from listbridge.domain.raw_request import RawRequest
from listbridge.domain.verdicts import NotFound, OutcomeUnknown, RateLimited, Rejected, Unsupported
from listbridge.domain.work import Hint, HintKind
from simulators.faults import Fault
from simulators.shopify.orders.metafields import Metafields
from tests.contract.shops.staged_shopify import Staged
from tests.contract.shops.staging import wait_out
from tests.contract.specs import require_specs
from tests.fakes.order_drafts import BUYER, MARK, draft, line, refs

DEFINITION = ("ORDER", "listbridge", "marketplace_order")


@pytest.fixture
def shop() -> Staged:
    return Staged()


def mug(shop: Staged) -> VariantId:
    return shop.add_product("MUG", stock=50).variants[0]


def numbered(number: int) -> OrderMark:
    return OrderMark("ebay", RemoteOrderId(f"12-34567-{number:05}"))


def calls(shop: Staged, *operations: str) -> list[Any]:
    return [call for call in shop.simulator.calls if call.operation in operations]


# The index lags


def test_ours_is_found_while_the_search_knows_nothing_yet(shop: Staged):
    adapter = shop.open()
    ours = adapter.create_order(draft(line(variant=mug(shop)))).id
    theirs = shop.order_by_another_tool(MARK)
    assert [one.id for one in adapter.look_for_order(MARK)] == [ours]
    shop.clock.advance(shop.simulator.world.limits.order_search_lag_s + 1)
    assert [one.id for one in adapter.look_for_order(MARK)] == [ours, theirs]


def test_a_look_is_one_request_whatever_it_finds(shop: Staged):
    adapter = shop.open()
    adapter.create_order(draft(line(variant=mug(shop))))
    shop.order_by_another_tool(MARK)
    shop.clock.advance(60)
    before = shop.calls()
    assert len(adapter.look_for_order(MARK)) == 2
    assert adapter.look_for_order(numbered(1)) == ()
    assert shop.calls() == before + 2


@pytest.mark.parametrize("where", ["source_identifier", "tag", "name", "note"])
def test_another_tools_order_is_found_wherever_it_wrote_the_id(shop: Staged, where: str):
    theirs = shop.order_by_another_tool(MARK, where)
    shop.order_by_another_tool(OrderMark("ebay", RemoteOrderId(f"{MARK.remote}-1")), where)
    shop.order_by_another_tool(OrderMark("ebay", RemoteOrderId(f"9-{MARK.remote}")), where)
    shop.clock.advance(60)
    (found,) = shop.open().look_for_order(MARK)
    assert (found.id, found.ours) == (theirs, False)


# The mark


def test_the_mark_is_defined_once_in_a_store_and_by_no_look(shop: Staged):
    variant = mug(shop)
    shop.open().look_for_order(MARK)
    assert calls(shop, "metafieldDefinitionCreate") == []
    for number in range(3):
        adapter = shop.open()
        of = replace(draft(line(variant=variant)), mark=numbered(number))
        assert adapter.look_for_order(of.mark) == ()
        adapter.create_order(of)
    assert len(calls(shop, "metafieldDefinitionCreate")) == 1
    assert shop.simulator.world.metafields.definitions[DEFINITION]["type"] == "id"
    assert shop.stock_of("MUG") == 47


def test_a_definition_of_another_type_keeps_every_order_out(shop: Staged):
    variant = mug(shop)
    shop.simulator.world.metafields.definitions[DEFINITION] = {
        "namespace": "listbridge",
        "key": "marketplace_order",
        "type": "single_line_text_field",
    }
    with pytest.raises(Rejected) as refused:
        shop.open().create_order(draft(line(variant=variant)))
    assert (refused.value.problem.code, refused.value.problem.fix) == ("shopify_mark_refused", "free_mark")
    assert (len(shop.orders()), shop.stock_of("MUG")) == (0, 50)


def test_ours_is_known_by_the_search_where_a_merchant_deleted_the_mark(shop: Staged):
    adapter = shop.open()
    ours = adapter.create_order(draft(line(variant=mug(shop)))).id
    shop.simulator.world.metafields = Metafields()
    shop.clock.advance(60)
    (found,) = shop.open().look_for_order(MARK)
    assert (found.id, found.ours) == (ours, True)
    assert shop.open().create_order(draft(line(variant=mug(shop)))).id == ours
    assert len(shop.orders()) == 1


# Cost and limits


def test_a_look_and_a_create_cost_few_points(shop: Staged):
    adapter = shop.open()
    adapter.create_order(draft(line(variant=mug(shop))))
    before = len(shop.simulator.calls)
    of = replace(draft(line(variant=mug(shop))), mark=numbered(1))
    adapter.look_for_order(of.mark)
    made = adapter.create_order(of).id
    adapter.read_orders(refs(made))
    look, create, read = shop.simulator.calls[before:]
    assert (look.requested_cost, look.actual_cost) == (15, 3)
    assert (create.requested_cost, create.actual_cost) == (10, 10)
    assert read.actual_cost <= 10


@pytest.mark.parametrize("sizing", ["logarithmic", "linear"])
def test_every_call_about_orders_fits_under_either_cost_rule(sizing: str):
    shop = Staged(connection_sizing=sizing, maximum_available=100_000)
    made = shop.add_product(*(f"S{number}" for number in range(100)), stock=50)
    lines = [line("1.01", id=str(one), variant=str(made.variants[one % 100]), quantity=3) for one in range(120)]
    adapter = shop.open()
    orders = [adapter.create_order(replace(draft(*lines), mark=numbered(number))).id for number in range(3)]
    for order in orders:
        shop.ship(order)
        assert adapter.look_for_order(numbered(9)) == ()
    read = shop.open().read_orders(refs(*orders))
    assert [len(read[order].lines) for order in orders] == [120] * 3
    assert [sum(read[order].parcels[0].lines.values()) for order in orders] == [360] * 3
    adapter.products_with_skus([line().sku])
    outcomes = {call.outcome for call in shop.simulator.calls}
    assert outcomes <= {"ok", "max_cost_exceeded", "refused"}


def test_an_order_of_many_parcels_is_read_whole(shop: Staged):
    adapter = shop.open()
    order = adapter.create_order(draft(line("24.00", variant=mug(shop), quantity=24))).id
    parcels = [shop.ship(order, {line().line: 1}, tracking=f"T{number}") for number in range(24)]
    read = adapter.read_orders(refs(order))[order]
    assert [one.id for one in read.parcels] == parcels
    assert [one.tracking for one in read.parcels] == [f"T{number}" for number in range(24)]


def test_a_trial_stores_limit_makes_nothing_and_passes(shop: Staged):
    shop = Staged(orders_per_minute=2)
    variant, adapter = mug(shop), shop.open()
    drafts = [replace(draft(line(variant=variant)), mark=numbered(number)) for number in range(3)]
    for of in drafts[:2]:
        adapter.create_order(of)
    with pytest.raises(RateLimited) as limited:
        adapter.create_order(drafts[2])
    assert (len(shop.orders()), shop.stock_of("MUG")) == (2, 48)
    wait_out(shop, limited.value)
    adapter.create_order(drafts[2])
    assert (len(shop.orders()), shop.stock_of("MUG")) == (3, 47)


def test_an_email_that_shopify_refuses_is_left_out_and_the_order_made_once(shop: Staged):
    of = draft(line(variant=mug(shop)), buyer=replace(BUYER, email="no mail"))
    made = shop.open().create_order(of).id
    assert [one.id for one in shop.orders()] == [made]
    assert shop.deeds.order(made).email is None
    assert shop.deeds.order(made).shipping_address["city"] == "Leeds"
    assert shop.stock_of("MUG") == 49


# Time


def test_a_create_that_lands_after_we_stopped_waiting_is_found_by_a_later_look(shop: Staged):
    variant, adapter = mug(shop), shop.open()
    adapter.create_order(replace(draft(line(variant=variant)), mark=numbered(1)))
    assert adapter.look_for_order(MARK) == ()
    shop.simulator.faults.add(Fault(operation="orderCreate", kind="vendor", name="late", seconds=20))
    with pytest.raises(OutcomeUnknown):
        adapter.create_order(draft(line(variant=variant)))
    assert adapter.look_for_order(MARK) == ()
    shop.clock.advance(21)
    (found,) = adapter.look_for_order(MARK)
    assert found.ours is True
    assert shop.stock_of("MUG") == 48


@pytest.mark.parametrize("kind", ["drop_after", "internal_error", "html"])
def test_a_create_answered_by_an_error_may_have_been_done(shop: Staged, kind: str):
    variant, adapter = mug(shop), shop.open()
    adapter.look_for_order(MARK)
    adapter.create_order(replace(draft(line(variant=variant)), mark=numbered(1)))
    fault = {"kind": "vendor", "name": kind} if kind == "internal_error" else {"kind": kind, "status": 502}
    shop.simulator.faults.add(Fault(operation="orderCreate", **fault))  # type: ignore[arg-type]
    with pytest.raises(OutcomeUnknown):
        adapter.create_order(draft(line(variant=variant)))
    assert len(calls(shop, "orderCreate")) == 2
    assert len(adapter.look_for_order(MARK)) == len(shop.orders()) - 1


def test_a_cancellation_that_is_still_under_way_may_be_asked_for_again():
    shop = Staged(order_cancel_job_s=5.0)
    adapter = shop.open()
    order = adapter.create_order(draft(line(variant=mug(shop), quantity=2))).id
    adapter.cancel_order(order)
    assert (adapter.read_orders(refs(order))[order].cancelled_at, shop.stock_of("MUG")) == (None, 48)
    adapter.cancel_order(order)
    shop.clock.advance(6)
    assert adapter.read_orders(refs(order))[order].cancelled_at is not None
    assert adapter.read_orders(refs(order))[order].refunded is None
    assert shop.stock_of("MUG") == 50
    adapter.cancel_order(order)
    assert shop.stock_of("MUG") == 50


# Parcels


def test_of_several_tracking_numbers_the_first_is_told_and_a_later_correction_is_read(shop: Staged):
    adapter = shop.open()
    order = adapter.create_order(draft(line(variant=mug(shop)))).id
    pieces = [{"company": "DHL", "number": "JJD1"}, {"company": "DHL", "number": "JJD2"}]
    made = shop.deeds.fulfill(order, tracking=pieces)["fulfillment_id"]
    (parcel,) = adapter.read_orders(refs(order))[order].parcels
    assert (parcel.carrier, parcel.tracking) == ("DHL", "JJD1")
    shop.deeds.update_tracking(made, company="GLS", tracking_number="ZX9")
    (parcel,) = adapter.read_orders(refs(order))[order].parcels
    assert (parcel.id, parcel.carrier, parcel.tracking) == (str(made), "GLS", "ZX9")


def test_a_line_that_the_merchant_added_is_not_the_marketplaces(shop: Staged):
    shop.add_product("OWN")
    sold = shop.deeds.sell(sku="OWN")["order_id"]
    shop.ship(str(sold))  # type: ignore[arg-type]
    (read,) = shop.open().read_orders(refs(str(sold))).values()
    assert (read.lines, read.parcels, read.fulfilled) == ({}, (), True)


# Webhooks


@pytest.mark.specs
@pytest.mark.parametrize(
    ("exemplar", "topic"),
    [
        ("2025-04/fulfillments/1", "fulfillments/create"),
        ("2024-01/fulfillments/2", "fulfillments/update"),
        ("2025-04/refunds/1", "refunds/create"),
        ("2025-04/refunds/2", "refunds/create"),
    ],
)
def test_shopifys_own_examples_point_at_their_order(shop: Staged, exemplar: str, topic: str):
    body = require_specs("shopify", "webhooks", "exemplars", f"{exemplar}.json").read_bytes()
    delivery = shop.scheme().parse(RawRequest("POST", "", body=body, headers=shop.signed(body, topic)))
    assert delivery.hints == (Hint(kind=HintKind.ORDER, id="123"),)


# Old orders


def old_order(shop: Staged) -> Any:
    order = shop.open().create_order(draft(line(variant=mug(shop)))).id
    shop.clock.advance(61 * 86_400)
    return order


def test_an_order_of_more_than_sixty_days_is_read_with_the_permission_for_it(shop: Staged):
    order = old_order(shop)
    assert list(shop.open().read_orders(refs(order))) == [order]


def test_an_order_that_the_app_may_no_longer_see_is_not_taken_for_gone(shop: Staged):
    order = old_order(shop)
    shop.withdraw("read_all_orders")
    with pytest.raises(Unsupported) as refused:
        shop.open().read_orders(refs(order))
    assert refused.value.problem == Problem("shopify_order_not_shown", {"scopes": "read_all_orders"}, "grant_scopes")


def test_an_order_that_is_gone_is_gone_to_who_may_see_them_all(shop: Staged):
    assert shop.open().read_orders(refs(ShopOrderId("1"))) == {}


def test_an_old_order_is_cancelled_only_by_who_may_see_it(shop: Staged):
    order = old_order(shop)
    shop.withdraw("read_all_orders")
    with pytest.raises(NotFound):
        shop.open().cancel_order(order)
    assert not shop.orders()[0].cancelled
