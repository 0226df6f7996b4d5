"""What a delivery points at, whatever a shop calls its topics and its ids."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from listbridge.domain.ports import Delivery
from listbridge.domain.work import MOST_HINTS, Hint, HintKind
from listbridge.infra.webhooks.body import id_in
from listbridge.infra.webhooks.topics import Payload, Topics, points_at, products_of_lines, shop_gone

PRODUCTS = products_of_lines("rows", "item", "kind")
TOPICS = Topics(
    {
        "item.new": points_at(HintKind.PRODUCT, "item"),
        "parcel.new": points_at(HintKind.ORDER, "of", needs="parcel"),
        "sale.new": PRODUCTS,
        "sale.off": products_of_lines("rows", "item", "kind", itself=True),
        "bye": shop_gone("us"),
    }
)


def hints(topic: str, payload: Any) -> tuple[Hint, ...]:
    delivery = TOPICS.delivery("d-1", topic, json.dumps(payload).encode())
    assert (delivery.id, delivery.topic, delivery.known) == ("d-1", topic, True)
    return delivery.hints


def product(id: str) -> Hint:
    return Hint(kind=HintKind.PRODUCT, id=id)


def test_a_topic_points_at_the_one_thing_that_its_payload_names():
    assert hints("item.new", {"item": 9007199254740993}) == (product("9007199254740993"),)


def test_an_id_that_only_proves_what_the_payload_is_is_no_hint():
    assert hints("parcel.new", {"of": 7, "parcel": 8}) == (Hint(kind=HintKind.ORDER, id="7"),)
    with pytest.raises(ValueError, match=r"^no parcel$"):
        hints("parcel.new", {"of": 7})


def test_ids_that_are_texts_are_read_as_the_platform_writes_them():
    topics = Topics({"x": points_at(HintKind.PRODUCT, id_of=id_in)})
    assert topics.delivery("d", "x", b'{"id": "a-1"}').hints == (product("a-1"),)
    with pytest.raises(ValueError, match=r"^no item$"):
        hints("item.new", {"item": "a-1"})


def test_a_shop_that_takes_us_out_is_gone_and_named_by_no_id():
    assert hints("bye", {"us": 1}) == (Hint(kind=HintKind.SHOP_GONE),)
    with pytest.raises(ValueError, match=r"^no us$"):
        hints("bye", {"id": 1})


def test_lines_point_at_their_products_each_once_else_at_their_variants():
    rows = [{"item": 1, "kind": 2}, {"item": 1}, {"item": None, "kind": 3}, {"title": "Tip"}]
    assert hints("sale.new", {"id": 5, "rows": rows}) == (product("1"), Hint(kind=HintKind.VARIANT, id="3"))


def test_an_order_that_changed_itself_points_at_itself_first():
    assert hints("sale.off", {"id": 5, "rows": [{"item": 1}]}) == (Hint(kind=HintKind.ORDER, id="5"), product("1"))


@pytest.mark.parametrize(
    ("payload", "wrong"),
    [
        ({"rows": []}, "no id"),
        ({"id": 5}, "no rows"),
        ({"id": 5, "rows": {}}, "no rows"),
        ({"id": 5, "rows": [1]}, "a line that is no object"),
        ({"id": 5, "rows": [{"item": "x"}]}, "no item"),
    ],
)
def test_lines_that_cannot_be_understood_are_refused(payload: Any, wrong: str):
    with pytest.raises(ValueError, match=f"^{wrong}$"):
        hints("sale.new", payload)


def test_an_order_with_too_many_products_to_name_is_named_itself():
    most = [{"item": n + 1} for n in range(MOST_HINTS)]
    assert hints("sale.new", {"id": 5, "rows": most})[-1] == product(str(MOST_HINTS))
    more = [*most, {"item": MOST_HINTS + 1}]
    whole = Hint(kind=HintKind.ORDER_PRODUCTS, id="5")
    assert hints("sale.new", {"id": 5, "rows": more}) == (whole,)
    assert hints("sale.off", {"id": 5, "rows": more}) == (Hint(kind=HintKind.ORDER, id="5"), whole)


def test_a_topic_without_a_reader_is_no_error_and_its_body_is_not_looked_at():
    assert TOPICS.delivery("d", "y" * 300, b"\xff") == Delivery("d", "y" * 200, known=False, hints=())


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(body: bytes):
    with pytest.raises(ValueError):  # noqa: PT011  # the port promises the class, not the text
        TOPICS.delivery("d", "item.new", body)


def test_a_delivery_without_a_topic_is_refused():
    with pytest.raises(ValueError, match=r"^no topic$"):
        TOPICS.delivery("d", "", b"{}")


def test_a_topic_that_points_at_nothing_is_known():
    def nothing(payload: Payload) -> Iterator[Hint]:
        yield from ()

    assert Topics({"x": nothing}).delivery("d", "x", b"{}") == Delivery("d", "x", known=True, hints=())
