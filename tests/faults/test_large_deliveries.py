"""A genuine delivery that points at more than a row, a message or a worker's time can hold is taken in whole."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from listbridge.domain.configuration import Shop
from listbridge.domain.ids import ProductId
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RetryLater
from listbridge.domain.work import MOST_HINTS, Check, CheckKind, Hint, HintKind, Lane, ShopEvent
from listbridge.services.catalog.products_to_read import AT_ONCE, IN_BULK
from listbridge.services.catalog.read_changed_products import read_changed_products
from tests.fakes.limits import LARGEST_ROW
from tests.fakes.scripted import Scripted, scripted_world
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


def test_what_points_at_many_products_is_read_in_parts_by_the_lane_of_big_jobs() -> None:
    s = scripted_world()
    count = 2 * IN_BULK + AT_ONCE + 7
    products, queues = changed(s, count), s.world.stores.queues
    queues.send(Lane.SHOP_EVENTS, event_of(products))
    s.world.deliver(Lane.SHOP_EVENTS)
    waiting = [len(event.hints) for event in queues.messages(Lane.RECOMPUTE) if isinstance(event, ShopEvent)]
    assert (sorted(waiting), queues.messages(Lane.SHOP_EVENTS)) == ([7, IN_BULK, IN_BULK], [])
    s.world.settle()
    unread = [product for product in products if not _counted(s, product, 2)]
    assert (unread, s.world.dead_letters()) == ([], [])


def test_a_sale_is_read_before_the_bulk_edit_that_came_in_the_same_batch() -> None:
    s = scripted_world()
    *many, sold = changed(s, 2 * AT_ONCE + 1)
    queues = s.world.stores.queues
    queues.send(Lane.SHOP_EVENTS, event_of(many), event_of([sold]))
    s.world.deliver(Lane.SHOP_EVENTS)
    assert [_counted(s, sold, 2), *(_counted(s, product, 2) for product in many)].count(True) == AT_ONCE
    assert _counted(s, sold, 2)


def test_a_look_at_what_changed_leaves_the_lane_of_events_to_sales() -> None:
    s = scripted_world()
    s.shop.changes_every_s, s.shop.changes_a_page = 300.0, 3
    products = changed(s, AT_ONCE + 1)
    shop = s.world.stores.configuration.get(Shop, SHOP)
    found = read_changed_products(s.world.deps, shop, Check(what=CheckKind.SHOP_PRODUCTS, subject=SHOP))
    queues = s.world.stores.queues
    assert (found, queues.messages(Lane.SHOP_EVENTS)) == (len(products), [])
    s.world.settle()
    assert all(_counted(s, product, 2) for product in products)


def test_a_shop_that_cannot_answer_is_asked_again_by_the_lane_of_big_jobs() -> None:
    s = scripted_world()
    products = changed(s, AT_ONCE + 1)
    queues = s.world.stores.queues

    def refuse() -> None:
        raise RetryLater(Problem("shop_busy"), after_s=30)

    s.fate.meanwhile("shop.read_products", refuse)
    queues.send(Lane.RECOMPUTE, event_of(products))
    s.world.deliver(Lane.RECOMPUTE)
    assert (len(queues.messages(Lane.RECOMPUTE)), queues.messages(Lane.SHOP_EVENTS)) == (1, [])
    s.world.settle()
    assert all(_counted(s, product, 2) for product in products)


def changed(s: Scripted, count: int) -> list[ProductId]:
    """So many products that had 5 when they were read, and have 2 now."""
    seed(s, count)
    s.world.run(10)
    for number in range(count):
        s.shop.set(f"S{number}", stock=2)
    return [ProductId(product) for product in s.shop.products]


def event_of(products: Sequence[ProductId]) -> ShopEvent:
    return ShopEvent(shop=SHOP, hints=tuple(Hint(kind=HintKind.PRODUCT, id=product) for product in products))


def _counted(s: Any, product: ProductId, stock: int) -> bool:
    rows = s.world.stores.variants.of_product(SHOP, product)
    return bool(rows) and all(sum(row.facts.stock.values()) == stock for row in rows)
