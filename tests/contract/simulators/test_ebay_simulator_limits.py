"""Limits, overlaps and faults: what a hurried or unlucky caller meets."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from simulators.clock import VirtualClock
from simulators.ebay import EbaySimulator, Limits, describe_limits
from simulators.faults import Fault
from tests.contract.simulators.ebay_seller import API, INVENTORY, EbaySeller, error_ids, virtual_simulator


class HeldClock(VirtualClock):
    """A clock whose sleepers wait until the test releases them: two calls can be made to overlap for certain."""

    def __init__(self) -> None:
        super().__init__()
        self.held = False
        self.asleep = threading.Semaphore(0)
        self.wake = threading.Event()

    def sleep(self, seconds: float) -> None:
        if self.held:
            self.asleep.release()
            assert self.wake.wait(10)


def test_a_second_write_to_the_same_item_while_the_first_is_under_way_is_refused() -> None:
    clock = HeldClock()
    anna = EbaySeller(EbaySimulator(clock=clock, latency_s=0.3), spec=None)
    anna.put_item("HB-RED")
    clock.held = True
    first: list[requests.Response] = []
    worker = threading.Thread(target=lambda: first.append(anna.put_item("HB-RED", quantity=3)))
    worker.start()
    assert clock.asleep.acquire(timeout=10)
    second = anna.put_item("HB-RED", quantity=9)
    clock.wake.set()
    worker.join(10)
    assert (second.status_code, error_ids(second)) == (500, [25025])
    assert first[0].status_code == 204
    assert anna.state()["items"]["HB-RED"]["quantity"] == 3


def test_two_members_of_one_group_cannot_be_written_at_the_same_time_but_two_strangers_can() -> None:
    clock = HeldClock()
    anna = EbaySeller(EbaySimulator(clock=clock, latency_s=0.3), spec=None)
    for sku in ("RED", "BLUE", "ALONE"):
        anna.put_item(sku)
    anna.call("PUT", "/inventory_item_group/HB", {"variantSKUs": ["RED", "BLUE"]})
    clock.held = True
    answers: dict[str, requests.Response] = {}

    def write(sku: str) -> None:
        answers[sku] = anna.put_item(sku, quantity=1)

    workers = [threading.Thread(target=write, args=(sku,)) for sku in ("RED", "ALONE")]
    for worker in workers:
        worker.start()
    assert clock.asleep.acquire(timeout=10)
    assert clock.asleep.acquire(timeout=10)
    write("BLUE")
    clock.wake.set()
    for worker in workers:
        worker.join(10)
    assert (answers["BLUE"].status_code, error_ids(answers["BLUE"])) == (500, [25025])
    assert {answers["RED"].status_code, answers["ALONE"].status_code} == {204}
    quantities = {sku: item["quantity"] for sku, item in anna.state()["items"].items()}
    assert quantities == {"RED": 1, "BLUE": 7, "ALONE": 1}


def test_the_twenty_sixth_call_of_a_second_is_refused_without_retry_after() -> None:
    simulator, clock = virtual_simulator()
    anna = EbaySeller(simulator, spec=None)
    statuses = [anna.put_item(f"S{n}").status_code for n in range(25)]
    refused = anna.put_item("S25")
    assert set(statuses) == {204}
    assert (refused.status_code, error_ids(refused)) == (429, [2001])
    assert "Retry-After" not in refused.headers
    assert "S25" not in anna.state()["items"]
    clock.advance(0.04)
    assert anna.put_item("S25").status_code == 204


def test_the_rate_is_the_applications_so_one_seller_can_spend_anothers() -> None:
    simulator, _ = virtual_simulator()
    anna, berta = EbaySeller(simulator, spec=None), EbaySeller(simulator, "berta", spec=None)
    for number in range(25):
        anna.put_item(f"S{number}")
    assert berta.put_item("HB").status_code == 429


def test_the_day_quota_comes_back_at_midnight_pacific() -> None:
    clock = VirtualClock(datetime(2026, 11, 24, 7, 0, tzinfo=UTC))  # 23:00 on the 23rd in Los Angeles
    day = {**Limits.load().values["per_day"], "sell.inventory": 2}
    anna = EbaySeller(EbaySimulator(clock=clock, limits=Limits.load().raised(per_day=day)), spec=None)
    assert [anna.put_item("HB").status_code for _ in range(3)] == [204, 204, 429]
    clock.advance(3599)
    assert anna.put_item("HB").status_code == 429
    clock.advance(1)
    assert anna.put_item("HB").status_code == 204


def test_a_listing_takes_250_revisions_a_day_and_no_more() -> None:
    limits = Limits.load().raised(per_second={"rate": 1000, "burst": 1000})
    simulator, clock = virtual_simulator(limits=limits)
    anna = EbaySeller(simulator, spec=None)
    offer_id, _ = anna.on_sale("HB-RED")
    for number in range(250):
        assert anna.revise("HB-RED", offer_id, number % 5 + 1).status_code == 200
    refused = anna.revise("HB-RED", offer_id, 9)
    assert (refused.status_code, error_ids(refused)) == (400, [25019])
    row = anna.on_show("HB-RED")
    assert row is not None
    assert row["quantity"] == 5
    clock.advance(86400)
    anna.sign_in()
    assert anna.revise("HB-RED", offer_id, 9).status_code == 200


def test_latency_is_spent_on_the_clock_on_the_declared_time_scale() -> None:
    spent = []
    for scale in (1.0, 0.1):
        simulator, clock = virtual_simulator(latency_s=0.3, time_scale=scale)
        anna = EbaySeller(simulator, spec=None)
        begin = clock.now()
        for number in range(50):
            anna.put_item(f"S{number}")
        spent.append((clock.now() - begin).total_seconds())
    assert 12 < spent[0] < 20  # 50 calls around a median of 0.3 s
    assert spent[1] == pytest.approx(spent[0] / 10, abs=0.001)


def test_the_limits_are_printed_with_their_version() -> None:
    text = describe_limits()
    assert text.splitlines()[0] == "eBay limits, version 2026-11-23"
    assert '  per_second: {"rate": 25, "burst": 25}' in text


@pytest.fixture
def anna() -> EbaySeller:
    return EbaySeller(virtual_simulator()[0], spec=None)


def arm(anna: EbaySeller, **fault: Any) -> None:
    anna.simulator.faults.add(Fault(**fault))


def test_an_armed_status_is_answered_once_and_changes_nothing(anna: EbaySeller) -> None:
    offer_id, _ = anna.on_sale("HB-RED")
    arm(anna, operation="bulkUpdatePriceQuantity", kind="status", status=429)
    refused = anna.revise("HB-RED", offer_id, 1)
    assert (refused.status_code, error_ids(refused)) == (429, [2001])
    row = anna.on_show("HB-RED")
    assert row is not None
    assert row["quantity"] == 7
    assert anna.revise("HB-RED", offer_id, 1).status_code == 200


def test_a_page_of_html_can_stand_where_json_was_due(anna: EbaySeller) -> None:
    arm(anna, operation="createOffer", kind="html", status=503)
    anna.put_item("HB-RED")
    answer = anna.call("POST", "/offer", anna.offer("HB-RED"))
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "text/html; charset=utf-8")
    assert anna.state()["offers"] == []


def test_a_call_dropped_before_leaves_no_trace_and_one_dropped_after_has_happened(anna: EbaySeller) -> None:
    offer_id, _ = anna.on_sale("HB-RED")
    arm(anna, operation="bulkUpdatePriceQuantity", kind="drop_before")
    with pytest.raises(requests.ReadTimeout):
        anna.revise("HB-RED", offer_id, 1)
    before = anna.on_show("HB-RED")
    arm(anna, operation="bulkUpdatePriceQuantity", kind="drop_after")
    with pytest.raises(requests.ReadTimeout):
        anna.revise("HB-RED", offer_id, 2)
    after = anna.on_show("HB-RED")
    assert before is not None
    assert after is not None
    assert (before["quantity"], after["quantity"]) == (7, 2)


def test_a_late_call_times_out_now_and_lands_later_over_what_came_between() -> None:
    simulator, clock = virtual_simulator()
    anna = EbaySeller(simulator, spec=None)
    offer_id, _ = anna.on_sale("HB-RED")
    arm(anna, operation="bulkUpdatePriceQuantity", kind="vendor", name="late", seconds=5)
    with pytest.raises(requests.ReadTimeout):
        anna.revise("HB-RED", offer_id, 4)
    assert anna.revise("HB-RED", offer_id, 0).status_code == 200
    clock.advance(4.9)
    early = anna.on_show("HB-RED")
    clock.advance(0.2)
    late = anna.on_show("HB-RED")
    assert early is not None
    assert late is not None
    assert (early["quantity"], late["quantity"]) == (0, 4)
    calls = anna.session.get(f"{API}/_sim/calls", params={"operation": "bulkUpdatePriceQuantity"}).json()["calls"]
    assert [(call["fault"], call["status"], call["sent"][1]["quantity"]) for call in calls] == [
        ("late", 0, 4),
        ("", 200, 0),
        ("landed", 200, 4),
    ]


def test_a_token_call_that_never_arrived_stands_in_the_journal_with_status_0(anna: EbaySeller) -> None:
    arm(anna, operation="oauth2Token", kind="drop_before")
    with pytest.raises(requests.ReadTimeout):
        anna.sign_in()
    anna.sign_in()
    calls = anna.session.get(f"{API}/_sim/calls", params={"operation": "oauth2Token"}).json()["calls"]
    assert [(call["status"], call["fault"]) for call in calls[-2:]] == [(0, "drop_before"), (200, "")]


def test_an_address_without_an_operation_is_not_found_and_stands_in_the_journal(anna: EbaySeller) -> None:
    answer = anna.session.get(f"{API}/sell/inventory/v1/nothing")
    assert (answer.status_code, error_ids(answer)) == (404, [2002])
    calls = anna.session.get(f"{API}/_sim/calls", params={"operation": "unknown"}).json()["calls"]
    assert [(call["status"], call["error_ids"]) for call in calls] == [(404, [2002])]


def test_a_status_that_no_list_names_can_be_played(anna: EbaySeller) -> None:
    arm(anna, operation="getInventoryItem", kind="status", status=599)
    assert anna.session.get(f"{API}/sell/inventory/v1/inventory_item/HB", headers=anna.headers).status_code == 599


def test_an_overlap_can_be_ordered_by_name(anna: EbaySeller) -> None:
    anna.put_item("HB-RED")
    arm(anna, operation="createOrReplaceInventoryItem", kind="vendor", name="concurrent")
    refused = anna.put_item("HB-RED", quantity=1)
    assert (refused.status_code, error_ids(refused)) == (500, [25025])
    assert anna.state()["items"]["HB-RED"]["quantity"] == 7


def test_a_delay_takes_its_time_and_then_answers(anna: EbaySeller) -> None:
    arm(anna, operation="createOrReplaceInventoryItem", kind="delay", seconds=12)
    clock = anna.simulator.world.clock
    begin = clock.now()
    assert anna.put_item("HB-RED").status_code == 204
    assert (clock.now() - begin).total_seconds() == 12


def test_the_token_service_can_fail_too(anna: EbaySeller) -> None:
    arm(anna, operation="oauth2Token", kind="status", status=503)
    form = {"grant_type": "refresh_token", "refresh_token": anna.refresh_token}
    assert [anna.token_call(**form).status_code for _ in range(2)] == [503, 200]


def test_a_fault_waits_for_the_call_it_is_meant_for(anna: EbaySeller) -> None:
    arm(anna, operation="createOrReplaceInventoryItem", kind="status", status=500, skip=1)
    assert anna.session.get(f"{INVENTORY}/inventory_item", headers=anna.headers).status_code == 200
    assert [anna.put_item("HB").status_code for _ in range(3)] == [204, 500, 204]
