"""Who gets in at the webhook door of the deployed system, over HTTP (promises.md#p8)."""

from __future__ import annotations

import http.client
import json
import uuid
from urllib.parse import urlsplit

import pytest

from localrun.scoreboard import stays, until
from simulators.shopify.deliveries import sign
from tests.e2e.merchant import CLIENT_SECRET, Merchant, Street, until_let_in

pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("local-system")]

BODY = b'{"id": 4711, "title": "M\xc3\xbctze \xf0\x9f\xa7\xa2"}'
LIMIT = 2_097_152


@pytest.fixture
def delivery() -> str:
    return uuid.uuid4().hex


@pytest.mark.parametrize(
    ("signature", "body"),
    [
        pytest.param(sign(BODY, "guessed"), BODY, id="another secret"),
        pytest.param(sign(BODY, ""), BODY, id="the empty secret"),
        pytest.param(sign(BODY, CLIENT_SECRET), BODY + b" ", id="an altered body"),
        pytest.param("", BODY, id="no signature"),
        pytest.param("\xe4\xf6".encode("latin-1").decode("latin-1"), BODY, id="no text"),
        pytest.param(sign(BODY, CLIENT_SECRET), bytes(range(256)), id="binary"),
    ],
)
def test_what_is_not_genuine_is_refused_and_nothing_is_stored(
    street: Street, delivery: str, signature: str, body: bytes
) -> None:
    answer = street.deliver(body, delivery=delivery, signature=signature)
    assert (answer.status_code, answer.json()) == (401, {"message": "unauthorized"})
    assert street.inbox_state(delivery) is None


def test_a_genuine_delivery_is_taken_in_and_worked_off(street: Street, delivery: str) -> None:
    assert street.deliver(BODY, delivery=delivery).status_code == 200
    until(lambda: street.inbox_state(delivery) == "taken", "the delivery taken by its lane", within_s=20)


def test_who_works_off_a_delivery_keeps_it_hidden_while_they_live(street: Street, delivery: str) -> None:
    before = street.logs().count("batch.not_hidden")  # the samples that warm the functions up are in no queue
    assert street.deliver(BODY, delivery=delivery).status_code == 200
    until(lambda: street.inbox_state(delivery) == "taken", "the delivery taken by its lane", within_s=20)
    stays(lambda: street.logs().count("batch.not_hidden") == before, "messages could not be hidden", for_s=3)


def test_an_oversized_delivery_is_refused_however_genuine(street: Street, delivery: str) -> None:
    body = b'{"id": 4711, "pad": "' + b"x" * (LIMIT - 22) + b'"}'
    assert len(body) == LIMIT + 1
    assert street.deliver(body, delivery=delivery).status_code == 413
    assert street.inbox_state(delivery) is None
    assert street.deliver(body.replace(b"xx", b"x", 1), delivery=delivery).status_code == 200


@pytest.mark.parametrize("body", [b"{", b"", b"[1]", b'{"id": "no number"}', b"[" * 100_000])
def test_a_genuine_delivery_that_nobody_understands_is_refused_and_nothing_is_stored(
    street: Street, delivery: str, body: bytes
) -> None:
    answer = street.deliver(body, delivery=delivery)
    assert (answer.status_code, answer.json()) == (400, {"message": "unparsable body"})
    assert street.inbox_state(delivery) is None


def test_an_unknown_topic_is_answered_politely_counted_and_not_stored(street: Street, delivery: str) -> None:
    assert street.deliver(b"anything", delivery=delivery, topic="weather/change").status_code == 200
    assert street.inbox_state(delivery) is None
    until(lambda: '"outcome": "unknown_topic"' in street.logs(), "the count of the unknown topic")


def test_an_unknown_shop_is_answered_byte_for_byte_like_a_wrong_signature(street: Street, delivery: str) -> None:
    def ask(shop: str, signature: str) -> tuple[int, str, list[tuple[str, str]], bytes]:
        url = urlsplit(street.system.api_url)
        connection = http.client.HTTPConnection(url.netloc, timeout=30)
        headers = {
            "X-Shopify-Hmac-SHA256": signature,
            "X-Shopify-Topic": "products/update",
            "X-Shopify-Webhook-Id": delivery,
            "Content-Type": "application/json",
        }
        connection.request("POST", f"/webhooks/{shop}", body=BODY, headers=headers)
        told = connection.getresponse()
        body = told.read()
        connection.close()
        of_its_own = ("date", "x-amz", "x-amzn")  # new with every answer
        kept = [(k, v) for k, v in told.getheaders() if not k.lower().startswith(of_its_own)]
        return told.status, told.reason, kept, body

    def answer(shop: str, signature: str) -> tuple[int, str, list[tuple[str, str]], bytes]:
        return until_let_in(lambda: ask(shop, signature), lambda told: told[0])

    wrong = answer(street.shop_id, sign(BODY, "guessed"))
    assert wrong[0] == 401
    assert answer("shop_000000000000", sign(BODY, CLIENT_SECRET)) == wrong
    assert answer("x" * 300, "") == wrong
    assert street.inbox_state(delivery, shop="shop_000000000000") is None


def test_a_replayed_delivery_is_taken_and_has_no_second_effect(merchant: Merchant) -> None:
    sku = merchant.sell("replayed")
    merchant.shop.do("set_stock", sku=sku, available=5)
    merchant.shown(sku, 5)
    until(lambda: merchant.explain(sku)["quantity"]["accepted"] == 5, "5 accepted")
    before = len(merchant.revisions(sku))
    for _ in range(3):
        merchant.shop.deliveries("again", topic="inventory_levels/update")
    stays(
        lambda: (merchant.quantity(sku), len(merchant.revisions(sku))) == (5, before),
        "the replay was sent to the marketplace",
        for_s=4,
    )
    assert before == 1


def test_an_old_but_genuine_delivery_is_a_hint_to_look_and_its_number_is_not_believed(
    merchant: Merchant, delivery: str
) -> None:
    sku = merchant.sell("old")
    told = merchant.shop.do("set_stock", sku=sku, available=4)
    merchant.shown(sku, 4)
    body = json.dumps(
        {
            "inventory_item_id": told["inventory_item_id"],
            "location_id": told["location_id"],
            "available": 99,
            "updated_at": "2024-01-01T00:00:00Z",
        }
    ).encode()
    answer = merchant.street.deliver(
        body, topic="inventory_levels/update", delivery=delivery, X_Shopify_Triggered_At="2024-01-01T00:00:00Z"
    )
    assert answer.status_code == 200
    until(lambda: merchant.street.inbox_state(delivery) == "taken", "the old delivery taken", within_s=20)
    stays(lambda: merchant.quantity(sku) == 4, "the old delivery's 99 was believed", for_s=3)
