"""Whatever is asked of a control door, it is done or refused: a 500 would be a fault in the simulator."""

from __future__ import annotations

import base64
import inspect
import json
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import Client

from simulators.amazon import AmazonSimulator
from simulators.ebay import EbaySimulator
from simulators.etsy import EtsySimulator
from simulators.kit.deeds import names_of
from simulators.shopify import ShopifySimulator
from tests.contract.simulators.shopify_simulator_client import Shop

JUNK: tuple[Any, ...] = (
    "x",
    "",
    -1,
    2.5,
    None,
    True,
    [],
    {},
    [1],
    ["x"],
    {"a": 1},
    [{}],
    [{"sku": "MUG"}],
    [None],
    "NaN",
    1e300,
    -1e300,
    10**30,
)


def a_shop() -> ShopifySimulator:
    made = ShopifySimulator()
    made.deeds.add_product(title="Mug", variants=[{"sku": "MUG", "stock": 4}])
    return made


def a_market() -> EbaySimulator:
    made = EbaySimulator()
    made.deeds.add_seller("MUG")
    made.deeds.seed_listings("MUG", ["MUG"], quantity=999)
    made.deeds.buy("MUG")
    return made


def a_large_market() -> AmazonSimulator:
    made = AmazonSimulator()
    made.deeds.add_seller("MUG")
    made.deeds.seed_listings("MUG", ["MUG"], quantity=999)
    made.deeds.buy("MUG")
    return made


def a_crafts_market() -> EtsySimulator:
    made = EtsySimulator()
    made.deeds.add_seller("MUG")
    made.deeds.seed_listings("MUG", ["MUG", "PLATE"], quantity=999)
    made.deeds.seed_group("MUG", {"RED": "Red", "BLUE": "Blue"})
    made.deeds.buy("MUG")
    return made


def plausible(simulator: Any, name: str) -> Any:
    """What an argument of this name could be in earnest."""
    if isinstance(simulator, AmazonSimulator) and name == "order_id":
        return next(iter(simulator.world.orders.by_id))
    if isinstance(simulator, EbaySimulator) and name in ("order_id", "listing_id"):
        seller = simulator.world.sellers["MUG"]
        return next(iter(seller.orders if name == "order_id" else seller.listings))
    if isinstance(simulator, EtsySimulator) and name in ("receipt_id", "listing_id", "shipping_profile_id"):
        world = simulator.world
        known = {"receipt_id": world.receipts, "listing_id": world.listings}
        return next(iter(known.get(name, world.sellers["MUG"].profiles)))
    return {"act": "buy", "skus": ["MUG"], "quantity": 1, "seconds": 0}.get(name, "MUG")


def wishes(simulator: Any) -> Iterator[dict[str, Any]]:
    """Every deed with each of its arguments spoiled in each way, the others plausible."""
    deeds = simulator.deeds
    for name in names_of(deeds):
        taken = [
            one
            for one in inspect.signature(getattr(deeds, name)).parameters.values()
            if one.kind is not one.VAR_KEYWORD
        ]
        needed = {"deed": name} | {
            one.name: plausible(simulator, one.name) for one in taken if one.default is one.empty
        }
        for spoiled in taken:
            yield from ({**needed, spoiled.name: junk} for junk in JUNK)
        yield from ({**needed, worm: 1} for worm in ("worm", "sku"))


@pytest.mark.parametrize(
    "made", [a_shop, a_market, a_large_market, a_crafts_market], ids=["shopify", "ebay", "amazon", "etsy"]
)
def test_no_deed_stumbles_over_what_it_is_given(made: Any) -> None:
    simulator = made()
    client = Client(simulator)
    answers = [
        (wish, answer.status_code)
        for wish in wishes(simulator)
        for answer in [client.post("/_sim/deeds", data=json.dumps(wish))]
    ]
    assert len(answers) > 300
    assert [wish for wish, status in answers if status not in (200, 400, 404)] == []
    assert [client.get(page).status_code for page in ("/_sim/state", "/")] in ([200, 200], [200, 404])


ORDER = {
    "lineItems": [{"title": "x", "quantity": 1, "priceSet": {"shopMoney": {"amount": "1", "currencyCode": "EUR"}}}]
}
CREATE = (
    "mutation C($o: OrderCreateOrderInput!) { orderCreate(order: $o) { order { id } userErrors { field message } } }"
)


@pytest.mark.parametrize("body", ["x", 5, [1], {"field": 5}, {"message": None}, {"code": 5}, {"colour": "red"}])
def test_a_user_error_that_shopify_could_not_tell_is_refused_when_it_is_planned(body: Any) -> None:
    shop = Shop()
    fault = {"operation": "*", "kind": "vendor", "name": "user_error", "body": body}
    told = Client(shop.simulator).post("/_sim/faults", json=fault)
    assert (told.status_code, shop.simulator.faults.waiting()) == (400, 0)
    assert shop.data(CREATE, o=ORDER)["orderCreate"]["userErrors"] == []


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("page_lost", {"lost": "x"}),
        ("page_lost", {"lost": None}),
        ("page_lost", [1]),
        ("total_moves", {"by": 1.5}),
        ("changed_after_list", {"order_id": []}),
        ("changed_after_list", {"lost": 1}),
    ],
)
def test_a_trap_that_no_page_of_orders_could_hold_is_refused_when_it_is_planned(name: str, body: Any) -> None:
    market = a_market()
    fault = {"operation": "getOrders", "kind": "vendor", "name": name, "body": body}
    told = Client(market).post("/_sim/faults", json=fault)
    assert (told.status_code, market.faults.waiting()) == (400, 0)
    assert told.json is not None
    assert told.json["error"].startswith(f"the body of {name} may have ")


@pytest.mark.parametrize("number", ["9" * 5000, "1" * 21, "\u0661"])
def test_an_id_with_a_number_beyond_64_bits_is_no_id(number: str) -> None:
    shop = Shop()
    told = shop.ask("query N($id: ID!) { node(id: $id) { id } }", id=f"gid://shopify/Product/{number}")
    assert told["errors"][0]["extensions"]["code"] == "INVALID_VARIABLE"


@pytest.mark.parametrize("root", ["products", "orders", "productVariants", "locations"])
def test_a_cursor_that_was_never_given_is_told_as_one(root: str) -> None:
    shop = Shop()
    shop.simulator.deeds.add_product(title="Mug", variants=[{"sku": "MUG", "stock": 4}])
    shop.simulator.deeds.sell(sku="MUG")
    shop.clock.advance(60)  # the index of orders knows of it
    cursors = [base64.b64encode(text).decode() for text in (b"[" * 50_000, b"[1]", b"\xff", b'{"last_id":NaN}')]
    document = "query P($a: String) { ROOT(first: 1, after: $a) { nodes { id } } }".replace("ROOT", root)
    told = [shop.ask(document, a=cursor)["errors"][0]["message"] for cursor in cursors]
    assert told == ["Invalid cursor for current pagination sort."] * 4
    assert [(call.operation, call.status) for call in shop.simulator.calls[-4:]] == [(root, 200)] * 4
