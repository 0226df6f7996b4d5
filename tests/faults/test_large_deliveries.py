"""A genuine delivery that points at more than a row, a message or a worker's time can hold is taken in whole."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from decimal import Decimal
from typing import Any

import pytest

from listbridge.domain.ids import ProductId
from listbridge.domain.work import MOST_HINTS, Hint, HintKind, Lane, ShopEvent
from listbridge.services.inbox.sync_catalog import MOST_PRODUCTS
from tests.fakes.limits import LARGEST_ROW
from tests.fakes.scripted import scripted_world
from tests.fakes.world import SHOP
from tests.faults.pair import CLIENT, Pair, pair
from tests.faults.seeded import seed


@pytest.fixture
def p() -> Pair:
    """A pair with two products on sale, whose own webhooks are all lost."""
    p = pair()
    for sku in ("MUG", "CUP"):
        p.world.sell(p.add_product(sku))
    p.world.on_tick.clear()
    return p


def deliver(p: Pair, topic: str, payload: Any, *, id: str = "d-1") -> int:
    body = json.dumps(payload).encode()
    digest = hmac.new(CLIENT["client_secret"].encode(), body, hashlib.sha256).digest()
    signed = base64.b64encode(digest).decode()
    headers = {"X-Shopify-Hmac-Sha256": signed, "X-Shopify-Topic": topic, "X-Shopify-Webhook-Id": id}
    return p.world.webhook(body, headers)


def order_of(lines: int, id: int) -> dict[str, Any]:
    return {"id": id, "line_items": [{"id": n, "product_id": 10**12 + n, "quantity": 1} for n in range(1, lines + 1)]}


@pytest.mark.parametrize("topic", ["orders/create", "orders/cancelled"])
def test_an_order_of_20000_lines_is_taken_in_and_its_products_are_read(p: Pair, topic: str) -> None:
    sold = p.shopify.deeds.sell_many([{"sku": "MUG", "quantity": 2}, {"sku": "CUP", "quantity": 1}])
    p.world.deliver_all()
    assert (p.shown("MUG"), p.shown("CUP")) == ((5, Decimal("10.00")), (5, Decimal("10.00")))

    assert deliver(p, topic, order_of(20_000, int(sold["order_id"]))) == 200
    row = p.world.stores.inbox.row(SHOP, "d-1")
    assert row is not None
    whole = Hint(kind=HintKind.ORDER_PRODUCTS, id=str(sold["order_id"]))
    itself = Hint(kind=HintKind.ORDER, id=str(sold["order_id"]))
    assert row.hints == ((itself, whole) if topic == "orders/cancelled" else (whole,))
    p.world.run(30)  # before the shop is asked what changed
    assert (p.shown("MUG"), p.shown("CUP")) == ((3, Decimal("10.00")), (4, Decimal("10.00")))
    assert p.world.dead_letters() == []


def test_an_order_of_500_products_names_them_and_one_more_does_not(p: Pair) -> None:
    assert deliver(p, "orders/create", order_of(MOST_HINTS, 7), id="names") == 200
    assert deliver(p, "orders/create", order_of(MOST_HINTS + 1, 7), id="points") == 200
    names, points = p.world.stores.inbox.row(SHOP, "names"), p.world.stores.inbox.row(SHOP, "points")
    assert names is not None
    assert points is not None
    assert [one.id for one in names.hints] == [str(10**12 + n) for n in range(1, MOST_HINTS + 1)]
    assert points.hints == (Hint(kind=HintKind.ORDER_PRODUCTS, id="7"),)
    assert sum(len(one.model_dump_json()) for one in names.hints) < LARGEST_ROW / 10


def test_a_whole_order_that_the_shop_no_longer_has_is_done(p: Pair) -> None:
    assert deliver(p, "orders/create", order_of(20_000, 999)) == 200
    p.world.settle(hours=1)
    assert (p.shown("MUG"), p.world.dead_letters()) == ((5, Decimal("10.00")), [])


def test_one_call_reads_so_many_products_and_leaves_the_rest_to_the_next() -> None:
    s = scripted_world()
    count = 2 * MOST_PRODUCTS + 7
    seed(s, count)
    for number in range(count):
        s.shop.set(f"S{number}", stock=2)
    hints = tuple(Hint(kind=HintKind.PRODUCT, id=product) for product in s.shop.products)
    queues = s.world.stores.queues
    queues.send(Lane.SHOP_EVENTS, ShopEvent(shop=SHOP, hints=hints))
    s.world.deliver(Lane.SHOP_EVENTS)
    waiting = [len(event.hints) for event in queues.messages(Lane.SHOP_EVENTS) if isinstance(event, ShopEvent)]
    assert sorted(waiting) == [7, MOST_PRODUCTS]
    s.world.settle()
    unread = [product for product in s.shop.products if not _counted(s, ProductId(product), 2)]
    assert (unread, s.world.dead_letters()) == ([], [])


def _counted(s: Any, product: ProductId, stock: int) -> bool:
    rows = s.world.stores.variants.of_product(SHOP, product)
    return bool(rows) and all(sum(row.facts.stock.values()) == stock for row in rows)
