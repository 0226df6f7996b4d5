"""Reports at the simulated Amazon: asked for, waited for, and read as tab-separated text."""

from __future__ import annotations

import gzip
import json
from typing import Any

import jsonschema_rs
import pytest

from simulators.amazon import AmazonSimulator
from simulators.clock import VirtualClock
from tests.contract.marketplaces.amazon_documents import OFFICIAL
from tests.contract.simulators.amazon_seller import DE, UK, US, AmazonSeller, codes

REPORTS = "/reports/2021-06-30/reports"
DOCUMENTS = "/reports/2021-06-30/documents"
ALL_LISTINGS = "GET_MERCHANT_LISTINGS_ALL_DATA"
QUEUE = "arn:aws:sqs:us-east-1:444455556666:reports"
SCHEMA = OFFICIAL / "schemas" / "notifications" / "ReportProcessingFinishedNotification.json"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def anna(clock: VirtualClock) -> AmazonSeller:
    seller = AmazonSeller(AmazonSimulator(clock=clock), sites=[DE, UK])
    seller.simulator.deeds.set_report_time(30, queue_s=10)
    return seller


def ask(seller: AmazonSeller, *sites: str, **more: Any) -> str:
    body = {"reportType": ALL_LISTINGS, "marketplaceIds": list(sites), **more}
    answer = seller.call("POST", REPORTS, body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["reportId"])


def look(seller: AmazonSeller, report_id: str) -> dict[str, Any]:
    told: dict[str, Any] = seller.call("GET", f"{REPORTS}/{report_id}").json()
    return told


def rows_of(seller: AmazonSeller, report_id: str) -> list[dict[str, str]]:
    told = seller.call("GET", f"{DOCUMENTS}/{look(seller, report_id)['reportDocumentId']}").json()
    stored = seller.session.get(told["url"])
    content = gzip.decompress(stored.content) if told.get("compressionAlgorithm") == "GZIP" else stored.content
    charset = stored.headers["Content-Type"].rpartition("charset=")[2]
    head, *rows = content.decode(charset).split("\r\n")
    return [dict(zip(head.split("\t"), row.split("\t"), strict=True)) for row in rows]


def test_a_report_waits_is_made_and_is_done(anna: AmazonSeller, clock: VirtualClock) -> None:
    anna.simulator.deeds.seed_listings("anna", ["A"], site=DE)
    report_id = ask(anna, DE)
    assert look(anna, report_id)["processingStatus"] == "IN_QUEUE"
    clock.advance(10)
    assert look(anna, report_id)["processingStatus"] == "IN_PROGRESS"
    clock.advance(30)
    done = look(anna, report_id)
    assert (done["processingStatus"], done["processingEndTime"]) == ("DONE", "2026-11-01T12:00:40.000Z")


def test_all_listings_of_the_first_store_that_was_named_are_in_it(anna: AmazonSeller, clock: VirtualClock) -> None:
    deeds = anna.simulator.deeds
    deeds.seed_listings("anna", ["A", "Ä/%"], site=DE, quantity=4, price="12.50")
    deeds.seed_listings("anna", ["B"], site=UK)
    deeds.seed_listings("anna", ["F"], site=DE, quantity=9, fba=True)
    report_id = ask(anna, DE, UK)
    clock.advance(40)
    rows = {row["seller-sku"]: row for row in rows_of(anna, report_id)}
    assert set(rows) == {"A", "Ä/%", "F"}
    assert (rows["A"]["price"], rows["A"]["quantity"], rows["A"]["fulfillment-channel"]) == ("12.5", "4", "DEFAULT")
    assert (rows["F"]["quantity"], rows["F"]["fulfillment-channel"]) == ("", "AMAZON_EU")
    assert (rows["A"]["status"], rows["A"]["asin1"][:1]) == ("Active", "B")


def test_a_report_without_rows_is_cancelled(anna: AmazonSeller, clock: VirtualClock) -> None:
    report_id = ask(anna, DE)
    clock.advance(40)
    assert look(anna, report_id)["processingStatus"] == "CANCELLED"
    assert "reportDocumentId" not in look(anna, report_id)


def test_a_report_fails_on_demand(anna: AmazonSeller, clock: VirtualClock) -> None:
    anna.simulator.deeds.seed_listings("anna", ["A"], site=DE)
    anna.simulator.deeds.end_next_report("FATAL")
    report_id, after = ask(anna, DE), ask(anna, DE)
    clock.advance(40)
    assert look(anna, report_id)["processingStatus"] == "FATAL"
    assert look(anna, after)["processingStatus"] == "DONE"


def test_a_report_says_in_which_characters_it_is_written(anna: AmazonSeller, clock: VirtualClock) -> None:
    anna.simulator.deeds.seed_listings("anna", ["Ä-1"], site=DE)
    anna.simulator.deeds.set_report_charset("Cp1252")
    report_id = ask(anna, DE)
    clock.advance(40)
    assert [row["seller-sku"] for row in rows_of(anna, report_id)] == ["Ä-1"]


def test_only_a_report_in_the_queue_can_be_cancelled(anna: AmazonSeller, clock: VirtualClock) -> None:
    first, second = ask(anna, DE), ask(anna, DE)
    assert anna.call("DELETE", f"{REPORTS}/{first}").status_code == 200
    clock.advance(10)
    assert look(anna, first)["processingStatus"] == "CANCELLED"
    assert codes(anna.call("DELETE", f"{REPORTS}/{second}")) == ["InvalidInput"]


def test_an_unknown_type_and_a_foreign_store_are_refused(anna: AmazonSeller) -> None:
    unknown = {"reportType": "GET_EVERYTHING", "marketplaceIds": [DE]}
    assert anna.call("POST", REPORTS, unknown).status_code == 400
    foreign = {"reportType": ALL_LISTINGS, "marketplaceIds": [US]}
    assert anna.call("POST", REPORTS, foreign).status_code == 403
    assert anna.simulator.world.reports.by_id == {}


def test_the_end_of_a_report_is_told_to_who_subscribed(anna: AmazonSeller, clock: VirtualClock) -> None:
    anna.subscribe("REPORT_PROCESSING_FINISHED", "2020-09-04", QUEUE)
    report_id = ask(anna, DE)
    clock.advance(40)
    told = anna.simulator.world.notifications.received()
    jsonschema_rs.validate(json.loads(SCHEMA.read_text()), told[0])
    assert told[0]["payload"]["reportProcessingFinishedNotification"]["reportId"] == report_id
    assert told[0]["payload"]["reportProcessingFinishedNotification"]["processingStatus"] == "CANCELLED"
