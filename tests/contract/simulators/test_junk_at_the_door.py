"""Whatever is asked of a control door, it is done or refused: a 500 would be a fault in the simulator."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import Client

from simulators.ebay import EbaySimulator
from simulators.kit.deeds import names_of
from simulators.shopify import ShopifySimulator

JUNK: tuple[Any, ...] = (
    "x", "", -1, 2.5, None, True, [], {}, [1], ["x"], {"a": 1}, [{}], [{"sku": "MUG"}],
)  # fmt: skip


def a_shop() -> ShopifySimulator:
    made = ShopifySimulator()
    made.deeds.add_product(title="Mug", variants=[{"sku": "MUG", "stock": 4}])
    return made


def a_market() -> EbaySimulator:
    made = EbaySimulator()
    made.deeds.add_seller("MUG")
    return made


def wishes(deeds: object) -> Iterator[dict[str, Any]]:
    """Every deed with each of its arguments spoiled in each way, the others as plausible as a SKU can be."""
    for name in names_of(deeds):
        taken = [
            one for one in inspect.signature(getattr(deeds, name)).parameters.values()
            if one.kind is not one.VAR_KEYWORD
        ]  # fmt: skip
        needed = {"deed": name} | {one.name: "MUG" for one in taken if one.default is one.empty}
        for spoiled in taken:
            yield from ({**needed, spoiled.name: junk} for junk in JUNK)
        yield {**needed, "worm": 1}


@pytest.mark.parametrize("made", [a_shop, a_market], ids=["shopify", "ebay"])
def test_no_deed_stumbles_over_what_it_is_given(made: Any) -> None:
    simulator = made()
    client = Client(simulator)
    answers = [
        (wish, answer.status_code)
        for wish in wishes(simulator.deeds)
        for answer in [client.post("/_sim/deeds", data=json.dumps(wish))]
    ]
    assert len(answers) > 300
    assert [wish for wish, status in answers if status not in (200, 400, 404)] == []
