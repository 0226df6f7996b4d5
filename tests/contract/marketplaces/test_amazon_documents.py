"""The check of Amazon's exchanges itself: what it lets through, and that every single fault in a good exchange fails it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from tests.contract.marketplaces.amazon_documents import OFFICIAL, AmazonDocuments
from tests.contract.official_documents import ContractBroken

HOST = "https://sellingpartnerapi-na.amazon.com"
ITEM = f"{HOST}/listings/2021-08-01/items/A1SELLER/CANDLE"
TOKEN_CALL = "https://api.amazon.com/auth/o2/token"
UPLOAD = f"{HOST}/_documents/up-1"
REPORT = f"{HOST}/_documents/down-1"
JSON_FEED = "application/json; charset=UTF-8"


@dataclass(frozen=True)
class Exchange:
    """A call and its answer; `change` of one thing makes it wrong."""

    method: str
    url: str
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    status: int = 200
    answer: Any = None
    headers: dict[str, str] = field(
        default_factory=lambda: {
            "x-amz-access-token": "Atza|1",
            "User-Agent": "Listbridge/1",
            "Content-Type": "application/json",
        }
    )

    def shown_to(self, documents: AmazonDocuments) -> str:
        url = f"{self.url}?{urlencode(self.query)}" if self.query else self.url
        sent = json.dumps(self.body) if isinstance(self.body, dict) else self.body
        got = json.dumps(self.answer) if isinstance(self.answer, dict | list) else self.answer
        return documents.check_exchange(self.method, url, self.headers, sent, self.status, got)


ACCEPTED = {"sku": "CANDLE", "status": "ACCEPTED", "submissionId": "s-1", "issues": []}
QUANTITY = {
    "op": "merge",
    "path": "/attributes/fulfillment_availability",
    "value": [{"fulfillment_channel_code": "DEFAULT", "quantity": 7}],
}
PATCH = Exchange(
    "PATCH",
    ITEM,
    {"marketplaceIds": "ATVPDKIKX0DER", "includedData": "identifiers,issues", "mode": "VALIDATION_PREVIEW"},
    {"productType": "PRODUCT", "patches": [QUANTITY]},
    answer=ACCEPTED,
)
SEARCH = Exchange(
    "GET",
    f"{HOST}/listings/2021-08-01/items/A1SELLER",
    {
        "marketplaceIds": "ATVPDKIKX0DER,A2EUQ1WTGCTBG2",
        "pageSize": "20",
        "identifiers": "A,B",
        "identifiersType": "SKU",
    },
    answer={"numberOfResults": 0, "items": []},
)
ORDERS = Exchange(
    "GET",
    f"{HOST}/orders/2026-01-01/orders",
    {"lastUpdatedAfter": "2026-11-01T00:00:00Z", "maxResultsPerPage": "100", "fulfilledBy": "MERCHANT"},
    answer={"orders": []},
)
PACKAGE = {
    "packageReferenceId": "1",
    "carrierCode": "UPS",
    "trackingNumber": "1Z999",
    "shipDate": "2026-11-02T10:00:00Z",
    "orderItems": [{"orderItemId": "1234", "quantity": 1}],
}
SHIPMENT = Exchange(
    "POST",
    f"{HOST}/orders/v0/orders/902-1/shipmentConfirmation",
    body={"marketplaceId": "ATVPDKIKX0DER", "packageDetail": PACKAGE},
    status=204,
)
FEED_DOCUMENT = Exchange(
    "POST",
    f"{HOST}/feeds/2021-06-30/documents",
    body={"contentType": JSON_FEED},
    status=201,
    answer={"feedDocumentId": "d-1", "url": UPLOAD},
)
MESSAGE = {"messageId": 1, "sku": "CANDLE", "operationType": "PATCH", "productType": "PRODUCT", "patches": [QUANTITY]}
FEED = {"header": {"sellerId": "A1SELLER", "version": "2.0"}, "messages": [MESSAGE]}
LAID_UP = Exchange("PUT", UPLOAD, body=FEED, headers={"Content-Type": JSON_FEED})
REPORT_DOCUMENT = Exchange(
    "GET", f"{HOST}/feeds/2021-06-30/documents/d-2", answer={"feedDocumentId": "d-2", "url": REPORT}
)
FEED_REPORT: dict[str, Any] = json.loads(
    (OFFICIAL / "schemas/feeds/listings-feed-processing-report-schema-v2.example.json").read_text()
)
READ_REPORT = Exchange("GET", REPORT, headers={}, answer=FEED_REPORT)
RENEWAL = Exchange(
    "POST",
    TOKEN_CALL,
    body=urlencode({"grant_type": "refresh_token", "refresh_token": "r", "client_id": "c", "client_secret": "s"}),
    headers={"Content-Type": "application/x-www-form-urlencoded"},
    answer={"access_token": "Atza|1"},
)


@pytest.fixture
def documents() -> AmazonDocuments:
    return AmazonDocuments.load()


def without(mapping: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in mapping.items() if name not in names}


@pytest.mark.parametrize(
    ("exchange", "operation"),
    [
        (PATCH, "patchListingsItem"),
        (SEARCH, "searchListingsItems"),
        (ORDERS, "searchOrders"),
        (SHIPMENT, "confirmShipment"),
        (FEED_DOCUMENT, "createFeedDocument"),
        (RENEWAL, "lwaToken"),
    ],
)
def test_a_good_exchange_is_told_by_its_operation(
    documents: AmazonDocuments, exchange: Exchange, operation: str
) -> None:
    assert exchange.shown_to(documents) == operation


@pytest.mark.parametrize("sku", ["A/B", "50 % wool", "Ä&Ö?#"])
def test_a_sku_stands_encoded_in_its_path(documents: AmazonDocuments, sku: str) -> None:
    url = f"{HOST}/listings/2021-08-01/items/A1SELLER/{quote(sku, safe='')}"
    assert replace(PATCH, url=url).shown_to(documents) == "patchListingsItem"


def wrong_paths() -> Iterator[tuple[Exchange, str]]:
    yield replace(PATCH, url=f"{HOST}/listings/2021-08-01/item/A1SELLER/CANDLE"), "no operation PATCH"
    yield replace(PATCH, url=f"{HOST}/listings/2021-08-01/items/A1SELLER/A/B"), "no operation PATCH"
    yield replace(PATCH, url=f"{ITEM}/"), "no operation PATCH"
    yield replace(PATCH, url=f"{HOST}/listings/2021-08-01/items/A1SELLER/%20"), "empty {sku}"
    yield replace(PATCH, method="POST"), "no operation POST"
    yield replace(ORDERS, url=f"{HOST}/orders/v0/orders"), "no operation GET"


def wrong_queries() -> Iterator[tuple[Exchange, str]]:
    yield replace(PATCH, query=without(PATCH.query, "marketplaceIds")), "needs query"
    yield replace(PATCH, query={**PATCH.query, "marketplaceIds": ""}), "is empty"
    yield replace(PATCH, query={**PATCH.query, "mode": "PREVIEW"}), "mode knows no PREVIEW"
    yield replace(PATCH, query={**PATCH.query, "includedData": "issues,offers"}), "includedData knows no offers"
    yield replace(PATCH, query={**PATCH.query, "includedData": "issues;identifiers"}), "includedData knows no"
    yield replace(PATCH, query={**PATCH.query, "marketplaceId": "ATVPDKIKX0DER"}), "no query"
    yield replace(PATCH, url=f"{ITEM}?marketplaceIds=A&marketplaceIds=B", query={}), "each name once"
    put = {"productType": "CANDLE", "attributes": {}}
    two_sites = {"marketplaceIds": "ATVPDKIKX0DER,A2EUQ1WTGCTBG2"}
    yield replace(PATCH, method="PUT", query=two_sites, body=put), "at most 1 values, not 2"
    yield replace(SEARCH, query={**SEARCH.query, "pageSize": "21"}), "out of its range"
    yield replace(SEARCH, query={**SEARCH.query, "pageSize": "many"}), "whole number"
    many = ",".join(str(number) for number in range(21))
    yield replace(SEARCH, query={**SEARCH.query, "identifiers": many}), "at most 20 values, not 21"
    yield replace(ORDERS, query={**ORDERS.query, "lastUpdatedAfter": "2026-11-01T00:00:00"}), "a time with its zone"
    yield replace(ORDERS, query={**ORDERS.query, "fulfilledBy": "MFN"}), "fulfilledBy knows no MFN"
    yield replace(REPORT_DOCUMENT, query={"enableContentEncodingUrlHeader": "yes"}), "true or false"


def wrong_headers() -> Iterator[tuple[Exchange, str]]:
    yield replace(PATCH, headers=without(PATCH.headers, "x-amz-access-token")), "needs header x-amz-access-token"
    yield replace(PATCH, headers=without(PATCH.headers, "User-Agent")), "needs header user-agent"
    yield replace(PATCH, headers={**PATCH.headers, "Authorization": "Bearer t"}), "takes its token in"
    yield replace(PATCH, headers={**PATCH.headers, "Content-Type": "text/plain"}), "takes application/json"


def wrong_bodies() -> Iterator[tuple[Exchange, str]]:
    yield replace(PATCH, body=None), "needs a body"
    yield replace(PATCH, body="{"), "not JSON"
    yield replace(SEARCH, body={"a": 1}), "takes no body"
    yield replace(PATCH, body={"patches": [QUANTITY]}), "productType"
    yield replace(PATCH, body={**PATCH.body, "requirements": "LISTING"}), "requirements"
    yield replace(PATCH, body={**PATCH.body, "patches": []}), "patches"
    yield replace(PATCH, body={**PATCH.body, "patches": [{**QUANTITY, "op": "set"}]}), "patches/0/op"
    yield replace(PATCH, body={**PATCH.body, "patches": [{**QUANTITY, "values": []}]}), "values"
    yield replace(PATCH, body={**PATCH.body, "patches": [{**QUANTITY, "value": {"quantity": 7}}]}), "patches/0/value"
    package = {"packageReferenceId": 1}
    for change, where in (
        (package, "packageReferenceId"),
        ({"shipDate": "02/11/2026"}, "shipDate"),
        ({"orderItems": {"orderItemId": "1"}}, "orderItems"),
        ({"trackingnumber": "1"}, "trackingnumber"),
    ):
        body = {**SHIPMENT.body, "packageDetail": {**PACKAGE, **change}}
        yield replace(SHIPMENT, body=body), where


def wrong_answers() -> Iterator[tuple[Exchange, str]]:
    yield replace(PATCH, status=202), "never answers 202"
    yield replace(PATCH, answer={**ACCEPTED, "state": "ACCEPTED"}), "state"
    yield replace(PATCH, answer={**ACCEPTED, "status": "OK"}), "response at status"
    yield replace(PATCH, answer=without(ACCEPTED, "submissionId")), "submissionId"
    yield replace(PATCH, answer=None), "with a body"
    yield replace(PATCH, status=400, answer={"errors": [{"message": "no code"}]}), "code"
    yield replace(PATCH, status=403, answer="<html>"), "not JSON"
    yield replace(SHIPMENT, answer={"status": "ok"}), "without a body"


@pytest.mark.parametrize(
    ("exchange", "why"),
    [*wrong_paths(), *wrong_queries(), *wrong_headers(), *wrong_bodies(), *wrong_answers()],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_exchange_with_one_fault_is_refused(documents: AmazonDocuments, exchange: Exchange, why: str) -> None:
    with pytest.raises(ContractBroken) as refused:
        exchange.shown_to(documents)
    assert why in str(refused.value)


def test_a_page_of_some_edge_server_is_no_answer_of_amazons(documents: AmazonDocuments) -> None:
    assert replace(PATCH, status=503, answer="<html>").shown_to(documents) == "patchListingsItem"


@pytest.mark.parametrize(
    ("grant", "why"),
    [
        ({"grant_type": "refresh_token", "refresh_token": "r", "client_id": "c"}, "client_secret"),
        ({"grant_type": "password", "client_id": "c", "client_secret": "s"}, "knows no grant password"),
        ({"grant_type": "client_credentials", "client_id": "c", "client_secret": "s"}, "scope"),
        ({"grant_type": "refresh_token", "refresh_tokn": "r", "client_id": "c", "client_secret": "s"}, "refresh_tokn"),
    ],
)
def test_a_token_call_has_the_fields_of_its_grant_and_no_other(
    documents: AmazonDocuments, grant: dict[str, str], why: str
) -> None:
    with pytest.raises(ContractBroken, match=why):
        replace(RENEWAL, body=urlencode(grant)).shown_to(documents)


def test_a_token_is_asked_for_by_a_form(documents: AmazonDocuments) -> None:
    with pytest.raises(ContractBroken, match="takes a form"):
        replace(RENEWAL, headers={"Content-Type": "application/json"}).shown_to(documents)


def test_a_feed_is_laid_where_its_document_was_made_and_keeps_the_feeds_schema(documents: AmazonDocuments) -> None:
    FEED_DOCUMENT.shown_to(documents)
    assert LAID_UP.shown_to(documents) == "uploadDocument"


@pytest.mark.parametrize(
    ("upload", "why"),
    [
        (replace(LAID_UP, url=f"{HOST}/_documents/other"), "no createFeedDocument"),
        (replace(LAID_UP, headers={"Content-Type": "application/json"}), "declared as"),
        (replace(LAID_UP, headers={**LAID_UP.headers, "x-amz-access-token": "Atza|1"}), "nobody's to show a token"),
        (replace(LAID_UP, body={**FEED, "messages": [MESSAGE, MESSAGE]}), "unique within its feed"),
        (replace(LAID_UP, body={**FEED, "messages": [{**MESSAGE, "messageId": "1"}]}), "messageId"),
        (replace(LAID_UP, body={**FEED, "messages": [without(MESSAGE, "productType")]}), "messages/0"),
        (replace(LAID_UP, body={**FEED, "messages": [{**MESSAGE, "sellerSku": "A"}]}), "sellerSku"),
        (replace(LAID_UP, body={"messages": [MESSAGE]}), "header"),
        (replace(LAID_UP, method="POST"), "put, or got"),
    ],
)
def test_a_wrong_upload_is_refused(documents: AmazonDocuments, upload: Exchange, why: str) -> None:
    FEED_DOCUMENT.shown_to(documents)
    with pytest.raises(ContractBroken) as refused:
        upload.shown_to(documents)
    assert why in str(refused.value)


def test_a_feeds_report_keeps_its_schema_packed_or_not(documents: AmazonDocuments) -> None:
    REPORT_DOCUMENT.shown_to(documents)
    packed = gzip.compress(json.dumps(FEED_REPORT).encode())
    for answer in (FEED_REPORT, packed):
        assert replace(READ_REPORT, answer=answer).shown_to(documents) == "downloadDocument"
    with pytest.raises(ContractBroken, match="processing-report"):
        replace(READ_REPORT, answer={**FEED_REPORT, "summary": {"messagesProcessed": "3"}}).shown_to(documents)


NOTIFICATIONS = {
    "OrderChangeNotification": "ORDER_CHANGE",
    "FeedProcessingFinishedNotification": "FEED_PROCESSING_FINISHED",
    "ListingsItemIssuesChangeNotification_2023-12-13": "LISTINGS_ITEM_ISSUES_CHANGE",
    "ListingsItemMfnQuantityChange": "LISTINGS_ITEM_MFN_QUANTITY_CHANGE",
}


@pytest.mark.parametrize(("schema", "kind"), NOTIFICATIONS.items())
def test_a_notification_keeps_the_schema_of_its_type(documents: AmazonDocuments, schema: str, kind: str) -> None:
    told = json.loads((OFFICIAL / f"schemas/notifications/{schema}.json").read_text())["examples"][0]
    assert documents.check_notification(json.dumps(told)) == kind
    payload = next(name for name in told if name.lower() == "payload")
    for changed in (without(told, payload), {**told, payload: {"nothing": {}}}):
        with pytest.raises(ContractBroken):
            documents.check_notification(json.dumps(changed))


def test_a_notification_of_a_type_without_a_schema_is_refused(documents: AmazonDocuments) -> None:
    with pytest.raises(ContractBroken, match="no schema of PRICING_HEALTH"):
        documents.check_notification('{"NotificationType": "PRICING_HEALTH"}')


def test_addresses_of_one_stage_are_no_others(documents: AmazonDocuments) -> None:
    FEED_DOCUMENT.shown_to(documents)
    with pytest.raises(ContractBroken, match="no createFeedDocument"):
        LAID_UP.shown_to(AmazonDocuments.load())


def test_the_samples_of_feeds_keep_the_schemas_beside_them(documents: AmazonDocuments) -> None:
    sample = json.loads((OFFICIAL / "schemas/feeds/listings-feed-schema-v2.example.json").read_text())
    FEED_DOCUMENT.shown_to(documents)
    assert replace(LAID_UP, body=sample).shown_to(documents) == "uploadDocument"


def test_each_operation_has_one_place_in_the_models(documents: AmazonDocuments) -> None:
    assert {"getListingsItem", "createFeed", "searchOrders", "getReport", "createDestination"} <= (
        documents.operation_ids()
    )
    assert "getOrderBuyerInfo" not in documents.operation_ids()
