"""Feeds at the simulated Amazon: documents behind addresses that expire, time in the queue, limits, endings, and reports."""

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

FEEDS = "/feeds/2021-06-30/feeds"
DOCUMENTS = "/feeds/2021-06-30/documents"
QUEUE = "arn:aws:sqs:us-east-1:444455556666:feeds"
REPORT_SCHEMA = OFFICIAL / "schemas" / "feeds" / "listings-feed-processing-report-schema-v2.json"
FEED_SCHEMA = OFFICIAL / "schemas" / "notifications" / "FeedProcessingFinishedNotification.json"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def anna(clock: VirtualClock) -> AmazonSeller:
    seller = AmazonSeller(AmazonSimulator(clock=clock), sites=[US])
    seller.simulator.deeds.set_feed_time(60, queue_s=20)
    return seller


def quantity(message_id: int, sku: str, count: int) -> dict[str, Any]:
    """A message that sets a quantity."""
    value = [{"fulfillment_channel_code": "DEFAULT", "quantity": count}]
    patch = {"op": "merge", "path": "/attributes/fulfillment_availability", "value": value}
    return {"messageId": message_id, "sku": sku, "operationType": "PATCH", "productType": "PRODUCT", "patches": [patch]}


def report_of(seller: AmazonSeller, feed_id: str) -> dict[str, Any]:
    """The processing report of a feed that has ended, held against Amazon's schema."""
    told = seller.call("GET", f"{DOCUMENTS}/{seller.look(feed_id)['resultFeedDocumentId']}").json()
    content = seller.session.get(told["url"]).content
    if told.get("compressionAlgorithm") == "GZIP":
        content = gzip.decompress(content)
    report: dict[str, Any] = json.loads(content)
    jsonschema_rs.validate(json.loads(REPORT_SCHEMA.read_text()), report)
    return report


def test_a_feed_waits_is_worked_on_and_is_done(anna: AmazonSeller, clock: VirtualClock) -> None:
    feed_id = anna.feed(quantity(1, "A", 3))
    assert anna.look(feed_id)["processingStatus"] == "IN_QUEUE"
    clock.advance(20)
    started = anna.look(feed_id)
    assert (started["processingStatus"], started["processingStartTime"]) == ("IN_PROGRESS", "2026-11-01T12:00:20.000Z")
    assert "resultFeedDocumentId" not in started
    clock.advance(60)
    done = anna.look(feed_id)
    assert (done["processingStatus"], done["processingEndTime"]) == ("DONE", "2026-11-01T12:01:20.000Z")


def test_a_message_about_an_unknown_sku_has_its_issue_by_message_id(anna: AmazonSeller, clock: VirtualClock) -> None:
    feed_id = anna.feed(quantity(7, "NOBODY", 3))
    clock.advance(81)
    report = report_of(anna, feed_id)
    assert [(one["messageId"], one["sku"], one["severity"]) for one in report["issues"]] == [(7, "NOBODY", "ERROR")]
    assert report["summary"] == {
        "errors": 1,
        "warnings": 0,
        "messagesProcessed": 1,
        "messagesAccepted": 0,
        "messagesInvalid": 1,
    }
    assert report["header"] == {"sellerId": anna.seller_id, "version": "2.0", "feedId": feed_id}


def test_a_misshapen_message_and_a_repeated_id_are_refused_alone(anna: AmazonSeller, clock: VirtualClock) -> None:
    wrong = {**quantity(1, "A", 3), "operationType": "PATCH", "attributes": {"brand": []}}
    feed_id = anna.feed(wrong, quantity(2, "A", 3), quantity(2, "B", 3))
    clock.advance(81)
    report = report_of(anna, feed_id)
    assert [(one["messageId"], one["code"]) for one in report["issues"] if one["code"].startswith("400")] == [
        (1, "4000002"),
        (2, "4000003"),
    ]
    assert report["summary"]["messagesProcessed"] == 3


def test_a_document_can_only_be_stored_with_the_content_type_that_was_declared(anna: AmazonSeller) -> None:
    made = anna.call("POST", DOCUMENTS, {"contentType": "application/json"}).json()
    refused = anna.session.put(made["url"], data=b"{}", headers={"Content-Type": "text/plain"})
    assert refused.status_code == 403
    assert "SignatureDoesNotMatch" in refused.text
    assert anna.submit(made["feedDocumentId"], check=False).status_code == 400
    assert anna.session.put(made["url"], data=b"{}", headers={"Content-Type": "application/json"}).status_code == 200
    assert anna.submit(made["feedDocumentId"]).status_code == 202


def test_an_address_works_for_five_minutes_and_one_verb(anna: AmazonSeller, clock: VirtualClock) -> None:
    made = anna.call("POST", DOCUMENTS, {"contentType": "application/json"}).json()
    assert anna.session.get(made["url"]).status_code == 403
    clock.advance(300)
    late = anna.session.put(made["url"], data=b"{}", headers={"Content-Type": "application/json"})
    assert (late.status_code, "Request has expired" in late.text) == (403, True)
    assert anna.submit(made["feedDocumentId"], check=False).status_code == 400


def test_a_large_result_is_compressed_and_may_say_so_to_http(anna: AmazonSeller, clock: VirtualClock) -> None:
    feed_id = anna.feed(*(quantity(number, f"SKU-{number}", 1) for number in range(1, 40)))
    clock.advance(81)
    document_id = anna.look(feed_id)["resultFeedDocumentId"]
    plain = anna.call("GET", f"{DOCUMENTS}/{document_id}").json()
    assert plain["compressionAlgorithm"] == "GZIP"
    stored = anna.session.get(plain["url"])
    assert "Content-Encoding" not in stored.headers
    assert len(json.loads(gzip.decompress(stored.content))["issues"]) == 39
    told = anna.call("GET", f"{DOCUMENTS}/{document_id}", enableContentEncodingUrlHeader="true").json()
    assert anna.session.get(told["url"]).headers["Content-Encoding"] == "gzip"


def test_the_sixth_listings_feed_within_five_minutes_is_refused(anna: AmazonSeller, clock: VirtualClock) -> None:
    document = anna.upload(b"{}")
    assert [anna.submit(document).status_code for _ in range(5)] == [202] * 5
    clock.advance(299)
    refused = anna.submit(document)
    assert (refused.status_code, codes(refused)) == (429, ["QuotaExceeded"])
    clock.advance(2)
    assert anna.submit(document).status_code == 202


@pytest.mark.parametrize(
    "document",
    [
        b"no JSON",
        b'{"messages": []}',
        b'{"header": {"sellerId": "SOMEBODY", "version": "2.0"}, "messages": [{}]}',
        b" " * (10 * 1024 * 1024),
    ],
    ids=["no JSON", "no header", "another seller", "10 MiB"],
)
def test_a_document_that_is_no_feed_is_fatal(anna: AmazonSeller, clock: VirtualClock, document: bytes) -> None:
    feed_id = anna.submit(anna.upload(document)).json()["feedId"]
    clock.advance(20)
    anna.look(feed_id)
    clock.advance(60)
    assert anna.look(feed_id)["processingStatus"] == "FATAL"
    report = report_of(anna, feed_id)
    assert report["summary"]["messagesProcessed"] == 0
    assert "messageId" not in report["issues"][0]


def test_more_messages_than_25_000_are_fatal(anna: AmazonSeller, clock: VirtualClock) -> None:
    header = {"sellerId": anna.seller_id, "version": "2.0"}
    document = json.dumps({"header": header, "messages": [{}] * 25_001}).encode()
    feed_id = anna.submit(anna.upload(document)).json()["feedId"]
    clock.advance(20)
    anna.look(feed_id)
    clock.advance(60)
    assert anna.look(feed_id)["processingStatus"] == "FATAL"


def test_a_feed_ends_fatal_on_demand_and_leaves_no_report(anna: AmazonSeller, clock: VirtualClock) -> None:
    anna.simulator.deeds.end_next_feed("FATAL")
    feed_id = anna.feed(quantity(1, "A", 3))
    after = anna.feed(quantity(1, "A", 3))
    clock.advance(81)
    ended = anna.look(feed_id)
    assert ended["processingStatus"] == "FATAL"
    assert "resultFeedDocumentId" not in ended
    assert anna.look(after)["processingStatus"] == "DONE"


def test_a_feed_is_cancelled_by_amazon_on_demand(anna: AmazonSeller, clock: VirtualClock) -> None:
    anna.simulator.deeds.end_next_feed("CANCELLED")
    feed_id = anna.feed(quantity(1, "A", 3))
    clock.advance(20)
    assert anna.look(feed_id)["processingStatus"] == "CANCELLED"


def test_only_a_feed_in_the_queue_can_be_cancelled(anna: AmazonSeller, clock: VirtualClock) -> None:
    first, second = anna.feed(quantity(1, "A", 3)), anna.feed(quantity(1, "A", 3))
    assert anna.call("DELETE", f"{FEEDS}/{first}").status_code == 200
    clock.advance(21)
    assert anna.look(first)["processingStatus"] == "CANCELLED"
    assert codes(anna.call("DELETE", f"{FEEDS}/{second}", check=False)) == ["InvalidInput"]
    clock.advance(60)
    assert anna.look(second)["processingStatus"] == "DONE"


def test_feeds_are_listed_by_type_page_by_page(anna: AmazonSeller, clock: VirtualClock) -> None:
    made = [anna.feed(quantity(1, "A", 3)) for _ in range(3)]
    first = anna.call("GET", FEEDS, feedTypes="JSON_LISTINGS_FEED", pageSize="2").json()
    assert [one["feedId"] for one in first["feeds"]] == [made[2], made[1]]
    second = anna.call("GET", FEEDS, nextToken=first["nextToken"]).json()
    assert [one["feedId"] for one in second["feeds"]] == [made[0]]
    assert "nextToken" not in second
    both = anna.call("GET", FEEDS, nextToken=first["nextToken"], pageSize="2", check=False)
    assert both.status_code == 400
    assert anna.call("GET", FEEDS, feedTypes="JSON_LISTINGS_FEED", processingStatuses="DONE").json()["feeds"] == []


def test_a_feed_is_its_sellers_own(anna: AmazonSeller) -> None:
    berta = AmazonSeller(anna.simulator, "berta", sites=[US])
    feed_id = anna.feed(quantity(1, "A", 3))
    assert codes(berta.call("GET", f"{FEEDS}/{feed_id}")) == ["NotFound"]
    assert berta.submit(anna.upload(b"{}"), check=False).status_code == 400


def test_a_feed_for_a_store_where_the_seller_does_not_sell_is_denied(anna: AmazonSeller) -> None:
    assert anna.submit(anna.upload(b"{}"), sites=(DE, UK)).status_code == 403


def test_the_end_of_a_feed_is_told_to_who_subscribed(anna: AmazonSeller, clock: VirtualClock) -> None:
    anna.subscribe("FEED_PROCESSING_FINISHED", "2020-09-04", QUEUE)
    feed_id = anna.feed(quantity(1, "A", 3))
    clock.advance(81)
    anna.look(feed_id)
    told = anna.simulator.world.notifications.received()
    jsonschema_rs.validate(json.loads(FEED_SCHEMA.read_text()), told[0])
    finished = told[0]["payload"]["feedProcessingFinishedNotification"]
    assert (finished["feedId"], finished["processingStatus"]) == (feed_id, "DONE")
    assert finished["resultFeedDocumentId"] == anna.look(feed_id)["resultFeedDocumentId"]
    assert len(told) == 1


def on_sale(seller: AmazonSeller, *skus: str, count: int = 5) -> None:
    seller.simulator.deeds.seed_listings(seller.name, list(skus), quantity=count)


def count_of(seller: AmazonSeller, sku: str, site: str = US) -> int | None:
    owner = seller.simulator.world.seller(seller.name)
    shown = seller.simulator.world.listings.offer(owner, sku, site)
    return shown.quantity if shown else None


def test_quantities_land_when_the_feed_has_been_worked_on(anna: AmazonSeller, clock: VirtualClock) -> None:
    on_sale(anna, "A", "B")
    feed_id = anna.feed(quantity(1, "A", 3), quantity(2, "NOBODY", 1), quantity(3, "B", 0))
    clock.advance(79)
    anna.look(feed_id)
    assert (count_of(anna, "A"), count_of(anna, "B")) == (5, 5)
    clock.advance(1)
    anna.look(feed_id)
    assert (count_of(anna, "A"), count_of(anna, "B")) == (3, 0)
    report = report_of(anna, feed_id)
    assert [one["messageId"] for one in report["issues"]] == [2]
    assert report["summary"]["messagesAccepted"] == 2


def test_a_fatal_feed_has_applied_as_many_messages_as_was_planned(anna: AmazonSeller, clock: VirtualClock) -> None:
    on_sale(anna, "A", "B")
    anna.simulator.deeds.end_next_feed("FATAL", applied=1)
    feed_id = anna.feed(quantity(1, "A", 3), quantity(2, "B", 3))
    clock.advance(81)
    assert anna.look(feed_id)["processingStatus"] == "FATAL"
    assert (count_of(anna, "A"), count_of(anna, "B")) == (3, 5)


def test_a_cancelled_feed_changes_nothing(anna: AmazonSeller, clock: VirtualClock) -> None:
    on_sale(anna, "A")
    feed_id = anna.feed(quantity(1, "A", 3))
    anna.call("DELETE", f"{FEEDS}/{feed_id}")
    clock.advance(81)
    assert anna.look(feed_id)["processingStatus"] == "CANCELLED"
    assert count_of(anna, "A") == 5


def test_a_fatal_feed_has_landed_no_more_than_was_planned_from_its_start(
    anna: AmazonSeller, clock: VirtualClock
) -> None:
    on_sale(anna, "A", "B")
    anna.simulator.deeds.set_feed_time(60, queue_s=20, applies="start")
    anna.simulator.deeds.end_next_feed("FATAL", applied=1, report=True)
    feed_id = anna.feed(quantity(1, "A", 3), quantity(2, "B", 3))
    clock.advance(81)
    assert anna.look(feed_id)["processingStatus"] == "FATAL"
    assert (count_of(anna, "A"), count_of(anna, "B")) == (3, 5)
    assert report_of(anna, feed_id)["summary"]["messagesProcessed"] == 1


def test_messages_land_at_the_start_on_demand(anna: AmazonSeller, clock: VirtualClock) -> None:
    on_sale(anna, "A")
    anna.simulator.deeds.set_feed_time(60, queue_s=20, applies="start")
    feed_id = anna.feed(quantity(1, "A", 3))
    clock.advance(20)
    assert anna.look(feed_id)["processingStatus"] == "IN_PROGRESS"
    assert count_of(anna, "A") == 3


def test_messages_land_one_after_the_other_on_demand(anna: AmazonSeller, clock: VirtualClock) -> None:
    skus = [f"S{number}" for number in range(80)]
    on_sale(anna, *skus)
    anna.simulator.deeds.set_feed_time(40, queue_s=20, applies="spread")
    feed_id = anna.feed(*(quantity(number + 1, sku, 1) for number, sku in enumerate(skus)))
    for second in range(41):
        clock.advance(20 if second == 0 else 1)
        anna.look(feed_id)
        landed = sum(count_of(anna, sku) == 1 for sku in skus)
        assert landed == second * 2
    assert report_of(anna, feed_id)["summary"]["messagesAccepted"] == 80


def test_a_feed_deletes_and_replaces_attributes(anna: AmazonSeller, clock: VirtualClock) -> None:
    on_sale(anna, "A", "B")
    offer = [{"currency": "USD", "audience": "ALL", "our_price": [{"schedule": [{"value_with_tax": 12.5}]}]}]
    partial = {
        "messageId": 1,
        "sku": "A",
        "operationType": "PARTIAL_UPDATE",
        "productType": "CANDLE",
        "attributes": {"purchasable_offer": [{**offer[0], "marketplace_id": US}]},
    }
    feed_id = anna.feed(partial, {"messageId": 2, "sku": "B", "operationType": "DELETE"})
    clock.advance(81)
    assert report_of(anna, feed_id)["issues"] == []
    shown = anna.simulator.world.listings.offer(anna.simulator.world.seller("anna"), "A", US)
    assert shown is not None
    assert str(shown.price) == "12.5"
    assert count_of(anna, "B") is None


def test_what_was_planned_for_submissions_strikes_messages_too(anna: AmazonSeller, clock: VirtualClock) -> None:
    on_sale(anna, "A", "B", "C")
    deeds = anna.simulator.deeds
    deeds.plan_issue("A", "submission", code="99022", attribute="fulfillment_availability")
    deeds.plan_issue("B", "lost")
    deeds.plan_issue("C", "decision")
    feed_id = anna.feed(*(quantity(number, sku, 3) for number, sku in enumerate("ABC", start=1)))
    clock.advance(81)
    report = report_of(anna, feed_id)
    assert [(one["messageId"], one["code"], one["attributeName"]) for one in report["issues"]] == [
        (1, "99022", "fulfillment_availability")
    ]
    assert report["summary"]["messagesAccepted"] == 2
    assert [count_of(anna, sku) for sku in "ABC"] == [5, 5, 5]
