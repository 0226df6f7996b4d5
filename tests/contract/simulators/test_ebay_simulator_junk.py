"""Whatever a caller sends, eBay answers, and what it stores stays sound."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest

from simulators.ebay import Limits
from simulators.ebay.app import OPERATIONS
from simulators.ebay.shapes import SHAPES
from tests.contract.simulators.ebay_seller import API, EbaySeller, virtual_simulator

JUNK: list[Any] = [None, True, 0, -1, 1.5, "", "x", [], {}, [None], ["x"], [1], [{}], {"a": 1}, "A", "B", 10**13]
WORDS = ["A", "B", "x", "EBAY_US", "FIXED_PRICE", "NEW", "1.00", "USD", "main", "45220", "GTC"]
UNHURRIED = {"rate": 1e9, "burst": 1e9}


def body_like(shape: Any, dice: random.Random) -> Any:
    """A body of roughly that shape, with something foreign here and there."""
    if dice.random() < 0.1:
        return dice.choice(JUNK)
    if isinstance(shape, list):
        return [body_like(shape[0], dice) for _ in range(dice.randrange(0, 3))]
    if isinstance(shape, dict):
        return {name: body_like(inner, dice) for name, inner in shape.items() if dice.random() < 0.8}
    samples: dict[Any, list[Any]] = {
        str: WORDS,
        int: [0, 1, 5, -1],
        bool: [True],
        (int, float): [7.7, 19, -1, 100],
        dict: [{}, {"Brand": ["x"]}, {"a": 1}],
    }
    return dice.choice(samples[shape])


@pytest.mark.parametrize("seed", range(4))
def test_no_body_brings_it_down_and_no_quantity_falls_below_zero(seed: int) -> None:
    dice = random.Random(seed)
    simulator, _ = virtual_simulator(limits=Limits.load().raised(per_second=UNHURRIED), seed=seed)
    anna = EbaySeller(simulator, spec=None)
    known = ["A", "B", "x", "0", "EBAY_US", anna.on_sale("A")[0], anna.staged("B")]
    for _ in range(1500):
        operation = dice.choice(OPERATIONS)
        url = API + re.sub(r"\{[^}]+\}", lambda _: dice.choice(known), operation.path)
        if operation.method == "GET":
            url += "?" + dice.choice(
                ["sku=A", "q=hat", "marketplace_id=EBAY_US", "category_id=1", "limit=x", "filter=a:b"]
            )
        body = body_like(SHAPES[operation.id], dice) if operation.id in SHAPES else None
        answer = anna.call(operation.method, url, body)
        assert answer.status_code in {200, 201, 204, 207, 400, 404, 409}, (operation.id, body, answer.text)
    state = anna.state()
    assert all(offer["quantity"] >= 0 and offer["itemQuantity"] >= 0 for offer in state["offers"])
    assert anna.session.get(f"{API}/").status_code == 200
    listings = anna.session.get(f"{API}/_sim/listings", params={"live": "1"}).json()["listings"]
    assert all(row["listingId"] == listing["listingId"] for listing in listings for row in listing["variations"])
