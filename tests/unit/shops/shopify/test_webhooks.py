"""Shopify's deliveries: what is genuine, and what it points at."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listbridge.domain.ports import HookKeys
from listbridge.domain.ports.webhooks import FORGED, GENUINE
from listbridge.domain.raw_request import RawRequest
from listbridge.domain.work import Hint, HintKind
from listbridge.shops.shopify.settings import Credentials
from listbridge.shops.shopify.webhooks import SCHEME, WANTED, signing_secrets

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
SECRET = "s3cr3t&<ü>"
BODY = '{"id": 788032119674292922, "title": "Krug, weiß"}'.encode()


def sign(body: bytes, secret: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def headers(body: bytes = BODY, secret: str = SECRET, **more: str) -> dict[str, str]:
    return {
        "x-shopify-hmac-sha256": sign(body, secret),
        "x-shopify-topic": "products/update",
        "x-shopify-webhook-id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        **{name.replace("_", "-"): value for name, value in more.items()},
    }


def sent(body: bytes, given: dict[str, str]) -> RawRequest:
    return RawRequest("POST", "https://listbridge.example/webhooks/shop_1", headers=given, body=body)


def genuine(body: bytes, given: dict[str, str], secrets: Sequence[str], now: datetime) -> bool:
    judgement = SCHEME.judge(sent(body, given), HookKeys(tuple(secrets)), now)
    assert judgement in (GENUINE, FORGED)
    return judgement is GENUINE


def test_a_genuine_delivery_is_verified():
    assert genuine(BODY, headers(), [SECRET], NOW) is True


def test_the_signature_is_the_base64_of_the_hmac_of_the_raw_bytes():
    by_openssl = {"x-shopify-hmac-sha256": "VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY="}
    assert genuine(b'{"id":1}', by_openssl, ["hush"], NOW) is True


def test_a_delivery_signed_with_the_secret_before_the_rotation_is_verified():
    assert genuine(BODY, headers(secret="old"), ["new", "old"], NOW) is True


def test_an_old_but_genuine_delivery_is_verified():
    late = headers(x_shopify_triggered_at="2020-01-01T00:00:00Z")
    assert genuine(BODY, late, [SECRET], NOW + timedelta(days=400)) is True


@pytest.mark.parametrize(
    ("given", "secrets"),
    [
        pytest.param({}, [SECRET], id="no headers"),
        pytest.param({"x-shopify-hmac-sha256": ""}, [SECRET], id="an empty signature"),
        pytest.param({"x-shopify-hmac-sha256": " "}, [SECRET], id="a blank signature"),
        pytest.param({"x-shopify-hmac-sha256": "bm9wZQ=="}, [SECRET], id="another signature"),
        pytest.param({"x-shopify-hmac-sha256": "é\ud800 not ascii"}, [SECRET], id="a signature beyond ascii"),
        pytest.param({"x-shopify-hmac-sha256": sign(BODY, "other")}, [SECRET], id="signed with another secret"),
        pytest.param(
            {"x-shopify-hmac-sha256": sign(BODY + b" ", SECRET)}, [SECRET], id="the signature of another body"
        ),
        pytest.param({"x-shopify-hmac-sha256": sign(BODY, SECRET).lower()}, [SECRET], id="the signature in lower case"),
        pytest.param({"x-shopify-hmac-sha256": sign(BODY, SECRET).rstrip("=")}, [SECRET], id="the padding cut off"),
        pytest.param({"x-shopify-hmac-sha256": sign(BODY, SECRET) + ","}, [SECRET], id="something behind it"),
        pytest.param(
            {"x-shopify-hmac-sha256": hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest()},
            [SECRET],
            id="as hex",
        ),
        pytest.param(
            {"x-shopify-hmac-sha256": base64.b64encode(hashlib.sha256(BODY).digest()).decode()},
            [SECRET],
            id="a bare hash",
        ),
        pytest.param({"X-Shopify-Hmac-SHA256": sign(BODY, SECRET)}, [SECRET], id="the header by another name"),
        pytest.param({"x-shopify-hmac-sha256": sign(BODY, SECRET)}, [], id="no secret"),
        pytest.param({"x-shopify-hmac-sha256": sign(BODY, "")}, [""], id="an empty secret"),
        pytest.param({"x-shopify-hmac-sha256": sign(BODY, " ")}, [" "], id="a blank secret"),
        pytest.param({"x-shopify-hmac-sha256": sign(BODY, "")}, ["", SECRET], id="an empty secret among others"),
    ],
)
def test_a_forged_delivery_is_not_verified(given: dict[str, str], secrets: list[str]):
    assert genuine(BODY, given, secrets, NOW) is False


@pytest.mark.parametrize("place", range(len(BODY)))
def test_a_body_with_one_byte_altered_is_not_verified(place: int):
    altered = BODY[:place] + bytes([BODY[place] ^ 1]) + BODY[place + 1 :]
    assert genuine(altered, headers(), [SECRET], NOW) is False


def parse(topic: str, payload: Any, **more: str):
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return SCHEME.parse(sent(body, headers(body, x_shopify_topic=topic, **more)))


PRODUCT = Hint(kind=HintKind.PRODUCT, id="788032119674292922")
ORDER = Hint(kind=HintKind.ORDER, id="9007199254740993")
ITEM = Hint(kind=HintKind.INVENTORY_ITEM, id="271878346596884015")


@pytest.mark.parametrize(
    ("topic", "payload", "hints"),
    [
        ("products/create", {"id": 788032119674292922, "variants": []}, (PRODUCT,)),
        ("products/update", {"id": 788032119674292922, "variants": [{"id": 1}]}, (PRODUCT,)),
        ("products/delete", {"id": 788032119674292922}, (PRODUCT,)),
        (
            "inventory_levels/update",
            {"inventory_item_id": 271878346596884015, "location_id": 2, "available": None},
            (ITEM,),
        ),
        (
            "inventory_levels/connect",
            {"inventory_item_id": 271878346596884015, "location_id": 2, "available": -3},
            (ITEM,),
        ),
        ("inventory_levels/disconnect", {"inventory_item_id": 271878346596884015, "location_id": 2}, (ITEM,)),
        ("inventory_items/update", {"id": 271878346596884015, "sku": "MUG", "tracked": True}, (ITEM,)),
        ("collections/create", {"id": 5}, (Hint(kind=HintKind.COLLECTION, id="5"),)),
        ("collections/update", {"id": 5}, (Hint(kind=HintKind.COLLECTION, id="5"),)),
        ("collections/delete", {"id": 5}, (Hint(kind=HintKind.COLLECTION, id="5"),)),
        ("app/uninstalled", {"id": 548380009, "myshopify_domain": "x.myshopify.com"}, (Hint(kind=HintKind.SHOP_GONE),)),
        ("fulfillments/create", {"id": 4, "order_id": 9007199254740993, "line_items": []}, (ORDER,)),
        ("fulfillments/update", {"id": 4, "order_id": 9007199254740993, "status": "cancelled"}, (ORDER,)),
        ("refunds/create", {"id": 4, "order_id": 9007199254740993, "refund_line_items": []}, (ORDER,)),
        ("orders/edited", {"order_edit": {"id": 1, "order_id": 2, "line_items": {"additions": [{"id": 3}]}}}, ()),
    ],
)
def test_each_topic_points_at_what_changed(topic: str, payload: dict[str, Any], hints: tuple[Hint, ...]):
    delivery = parse(topic, payload)
    assert (delivery.topic, delivery.known, delivery.hints) == (topic, True, hints)


@pytest.mark.parametrize("topic", ["orders/create", "orders/updated", "orders/paid"])
def test_an_order_points_at_the_products_of_its_lines_each_once(topic: str):
    lines = [
        {"id": 1, "product_id": 632910392, "variant_id": 39072856, "quantity": 2},
        {"id": 2, "product_id": 632910392, "variant_id": 49148385, "quantity": 1},
        {"id": 3, "product_id": None, "variant_id": 808950810, "quantity": 1},
        {"id": 4, "product_id": None, "variant_id": None, "title": "Gift wrap", "quantity": 1},
        {"id": 5, "title": "Tip", "quantity": 1},
        {"id": 6, "product_id": 7, "quantity": 1},
    ]
    assert parse(topic, {"id": 820982911946154508, "line_items": lines}).hints == (
        Hint(kind=HintKind.PRODUCT, id="632910392"),
        Hint(kind=HintKind.VARIANT, id="808950810"),
        Hint(kind=HintKind.PRODUCT, id="7"),
    )


def test_a_cancelled_order_points_at_itself_and_at_the_products_whose_stock_came_back():
    payload = {"id": 9007199254740993, "line_items": [{"id": 1, "product_id": 7, "quantity": 1}]}
    assert parse("orders/cancelled", payload).hints == (ORDER, Hint(kind=HintKind.PRODUCT, id="7"))


def test_an_id_beyond_what_a_float_holds_keeps_its_last_digit():
    assert parse("products/update", b'{"id": 9007199254740993}').hints[0].id == "9007199254740993"


def test_a_topic_we_do_not_know_is_no_error_and_its_body_is_not_looked_at():
    delivery = parse("customers/redact", b"\xff not json")
    assert (delivery.topic, delivery.known, delivery.hints) == ("customers/redact", False, ())


@pytest.mark.parametrize(
    ("topic", "body"),
    [
        pytest.param("products/update", b"", id="empty"),
        pytest.param("products/update", b"not json", id="not json"),
        pytest.param("products/update", b'{"id": 1', id="cut off"),
        pytest.param("products/update", b"\xff\xfe\x00", id="not text"),
        pytest.param("products/update", b"[" * 100_000, id="nested without end"),
        pytest.param("products/update", b'{"id": ' + b"9" * 5000 + b"}", id="an endless number"),
        pytest.param("products/update", b"[1]", id="a list"),
        pytest.param("products/update", b"null", id="null"),
        pytest.param("products/update", b'"text"', id="a text"),
        pytest.param("products/update", b"{}", id="no id"),
        pytest.param("products/update", b'{"id": null}', id="a null id"),
        pytest.param("products/update", b'{"id": "1"}', id="an id that is a text"),
        pytest.param("products/update", b'{"id": 1.0}', id="an id with a fraction"),
        pytest.param("products/update", b'{"id": true}', id="an id that is a truth"),
        pytest.param("products/update", b'{"id": 9223372036854775808}', id="an id beyond 64 bits"),
        pytest.param("products/update", b'{"id": ' + b"9" * 4000 + b"}", id="an id of 4000 digits"),
        pytest.param("products/update", b'{"id": -1}', id="a negative id"),
        pytest.param("products/update", b'{"id": {"id": 1}}', id="an id that is an object"),
        pytest.param("inventory_levels/update", b'{"id": 1}', id="no inventory item"),
        pytest.param("orders/create", b'{"id": 1}', id="an order without lines"),
        pytest.param("orders/create", b'{"line_items": []}', id="an order without id"),
        pytest.param("orders/create", b'{"id": 1, "line_items": {}}', id="lines that are no list"),
        pytest.param("orders/create", b'{"id": 1, "line_items": [1]}', id="a line that is no object"),
        pytest.param(
            "orders/create", b'{"id": 1, "line_items": [{"product_id": "x"}]}', id="a line with a strange product"
        ),
        pytest.param("orders/edited", b'{"id": 1}', id="an edit without an edit"),
        pytest.param("fulfillments/create", b'{"id": 1}', id="a fulfilment of no order"),
        pytest.param("refunds/create", b'{"order_id": 1}', id="a refund without id"),
        pytest.param("app/uninstalled", b"{}", id="a shop without id"),
    ],
)
def test_a_genuine_body_that_cannot_be_understood_is_refused(topic: str, body: bytes):
    with pytest.raises(ValueError):  # noqa: PT011  # the port promises the class, not the text
        parse(topic, body)


def test_a_delivery_without_a_topic_is_refused():
    with pytest.raises(ValueError, match="no topic"):
        SCHEME.parse(sent(BODY, {"x-shopify-hmac-sha256": sign(BODY, SECRET)}))


def test_the_delivery_id_is_shopifys_own_and_stable_over_its_retries():
    first = parse("products/update", {"id": 1}, x_shopify_webhook_id="w-1", x_shopify_event_id="e-1")
    again = parse("products/update", {"id": 1}, x_shopify_webhook_id="w-1", x_shopify_event_id="e-1", x_again="1")
    assert first.id == again.id == "w-1"


def test_without_a_delivery_id_the_events_id_stands_in():
    assert parse("products/update", {"id": 1}, x_shopify_webhook_id="", x_shopify_event_id="e-1").id == "e-1"


def test_without_any_id_two_events_with_the_same_body_stay_two():
    def id_of(**more: str) -> str:
        return parse("products/update", {"id": 1}, x_shopify_webhook_id="", **more).id

    noon = id_of(x_shopify_triggered_at="2026-11-01T12:00:00Z")
    assert noon == id_of(x_shopify_triggered_at="2026-11-01T12:00:00Z")
    assert noon != id_of(x_shopify_triggered_at="2026-11-01T12:00:01Z")
    assert len(noon) == 64


def test_a_delivery_id_of_absurd_length_is_shortened_to_its_fingerprint():
    assert len(parse("products/update", {"id": 1}, x_shopify_webhook_id="w" * 5000).id) == 64


def test_every_topic_we_subscribe_to_is_one_we_understand():
    bodies = {"id": 1, "order_id": 2, "inventory_item_id": 1, "line_items": [], "order_edit": {"order_id": 1}}
    assert [parse(topic, bodies).known for topic in WANTED] == [True] * len(WANTED)


@pytest.mark.parametrize(
    ("stored", "signing"),
    [
        ({"client_id": "id", "client_secret": "new"}, ("new",)),
        ({"client_id": "id", "client_secret": "new", "previous_client_secret": "old"}, ("new", "old")),
        ({"client_id": "id", "client_secret": "new", "previous_client_secret": ""}, ("new",)),
        ({"client_id": "id", "client_secret": ""}, ()),
        ({}, ()),
    ],
)
def test_the_stored_credentials_that_sign(stored: dict[str, str], signing: tuple[str, ...]):
    assert signing_secrets(stored) == signing
    assert set(stored) <= set(Credentials.model_fields)
