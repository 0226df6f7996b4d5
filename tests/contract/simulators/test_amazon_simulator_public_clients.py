"""What clients that others wrote send to the simulated Amazon, and what Amazon is known to answer them."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.amazon import AmazonSimulator
from simulators.clock import VirtualClock
from tests.contract.simulators.amazon_goods import AFTER, candle, path, put, shown
from tests.contract.simulators.amazon_seller import DE, UK, AmazonSeller, codes

TOKENS = "https://api.amazon.com/auth/o2/token"
ORDERS = "/orders/2026-01-01/orders"
FEEDS = "/feeds/2021-06-30/feeds"
REPORTS = "/reports/2021-06-30/reports"
CATALOG = "/catalog/2022-04-01/items"
LONG_AGO = "2026-10-01T00:00:00Z"
EVERYWHERE = {"MarketplaceId": DE, "MarketplaceIds": DE, "marketplace_ids": DE}
"""Goes along with every call of python-amazon-sp-api 2.1."""


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def anna(clock: VirtualClock) -> AmazonSeller:
    return AmazonSeller(AmazonSimulator(clock=clock), sites=[DE, UK])


def test_a_token_may_be_asked_for_in_json(anna: AmazonSeller) -> None:
    app = {"client_id": anna.simulator.client_id, "client_secret": anna.simulator.client_secret}
    token = anna.simulator.world.seller("anna").refresh_token
    told = anna.session.post(TOKENS, json={**app, "grant_type": "refresh_token", "refresh_token": token})
    assert (told.status_code, told.json()["token_type"]) == (200, "bearer")
    wrong = anna.session.post(TOKENS, json={**app, "grant_type": "refresh_token", "refresh_token": "wrong"})
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [("application/json", "["), ("application/json", "[]"), ("application/json", ""), ("text/plain", "{}")],
)
def test_a_token_call_in_another_form_is_an_invalid_request(anna: AmazonSeller, content_type: str, body: str) -> None:
    told = anna.session.post(TOKENS, data=body, headers={"Content-Type": content_type})
    assert (told.status_code, told.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("path", "query"), [(ORDERS, {"createdAfter": LONG_AGO}), (FEEDS, {"feedTypes": "JSON_LISTINGS_FEED"})]
)
def test_parameters_that_an_operation_does_not_know_do_no_harm(
    anna: AmazonSeller, path: str, query: dict[str, str]
) -> None:
    assert anna.call("GET", path, check=False, **query, **EVERYWHERE).status_code == 200


def test_of_a_repeated_parameter_the_first_value_counts(anna: AmazonSeller) -> None:
    ids = [
        anna.simulator.deeds.checkout([{"sku": "A", "quantity": 1, "by_hand": True}], site=site) for site in (DE, UK)
    ]
    both = f"{ORDERS}?marketplaceIds={DE}&marketplaceIds={UK}"
    found = anna.call("GET", both, check=False, createdAfter=LONG_AGO).json()["orders"]
    assert [one["orderId"] for one in found] == [ids[0]["orderId"]]


def test_of_several_stores_an_item_is_told_in_the_first(anna: AmazonSeller, clock: VirtualClock) -> None:
    for site in (DE, UK):
        put(anna, attributes=candle(site), site=site)
    clock.advance(AFTER)
    told = shown(anna, site=f"{UK},{DE}")
    assert [one["marketplaceId"] for one in told["summaries"]] == [UK]
    assert [one["marketplaceId"] for one in told["offers"]] == [UK]
    items = f"/listings/2021-08-01/items/{anna.seller_id}"
    [found] = anna.call("GET", items, marketplaceIds=f"{DE},{UK}").json()["items"]
    assert [one["marketplaceId"] for one in found["summaries"]] == [DE]
    anna.simulator.deeds.tell_all_stores()
    assert [one["marketplaceId"] for one in shown(anna, site=f"{UK},{DE}")["summaries"]] == [UK, DE]


def test_an_item_that_the_first_store_lacks_is_not_found(anna: AmazonSeller, clock: VirtualClock) -> None:
    put(anna, attributes=candle(UK), site=UK)
    clock.advance(AFTER)
    assert anna.call("GET", path(anna, "CANDLE"), marketplaceIds=f"{DE},{UK}").status_code == 404
    assert anna.call("GET", path(anna, "CANDLE"), marketplaceIds=UK).status_code == 200


def test_the_catalogue_is_searched_page_by_page(anna: AmazonSeller) -> None:
    made = [anna.simulator.deeds.add_catalog_product(f"Lamp {n}", "Lumen", region="eu")["asin"] for n in range(5)]
    query = {"keywords": "lamp", "marketplaceIds": DE, "pageSize": "2"}
    pages: list[dict[str, Any]] = [anna.call("GET", CATALOG, **query).json()]
    anna.simulator.world.clock.sleep(1)
    while token := pages[-1].get("pagination", {}).get("nextToken"):
        pages.append(anna.call("GET", CATALOG, **query, pageToken=token).json())
        anna.simulator.world.clock.sleep(1)
    assert [one["asin"] for page in pages for one in page["items"]] == made
    assert [page["numberOfResults"] for page in pages] == [5, 5, 5]
    assert set(pages[2]["pagination"]) == {"previousToken"}


def test_a_page_belongs_to_its_search(anna: AmazonSeller) -> None:
    for n in range(2):
        anna.simulator.deeds.add_catalog_product(f"Lamp {n}", "Lumen", region="eu")
    query = {"marketplaceIds": DE, "pageSize": "1"}
    token = anna.call("GET", CATALOG, **query, keywords="lamp").json()["pagination"]["nextToken"]
    for wrong in ({"keywords": "lumen", "pageToken": token}, {"keywords": "lamp", "pageToken": "cGFnZTotMQ=="}):
        anna.simulator.world.clock.sleep(1)
        answer = anna.call("GET", CATALOG, **query, **wrong)
        assert (answer.status_code, codes(answer)) == (400, ["InvalidInput"])


def test_reports_are_listed_by_type_page_by_page(anna: AmazonSeller) -> None:
    body = {"reportType": "GET_MERCHANT_LISTINGS_ALL_DATA", "marketplaceIds": [DE]}
    made = [anna.call("POST", REPORTS, body).json()["reportId"] for _ in range(3)]
    first = anna.call("GET", REPORTS, reportTypes=body["reportType"], pageSize="2").json()
    assert [one["reportId"] for one in first["reports"]] == [made[2], made[1]]
    second = anna.call("GET", REPORTS, nextToken=first["nextToken"]).json()
    assert [one["reportId"] for one in second["reports"]] == [made[0]]
    assert "nextToken" not in second
    assert anna.call("GET", REPORTS, check=False).status_code == 400


@pytest.mark.parametrize("version", ["1.0", "2020-09-04"])
def test_the_end_of_a_feed_is_subscribed_to_in_either_version(anna: AmazonSeller, version: str) -> None:
    assert anna.subscribe("FEED_PROCESSING_FINISHED", version, "arn:aws:sqs:eu-central-1:000000000000:queue")
