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
    "x", "", -1, 2.5, None, True, [], {}, [1], ["x"], {"a": 1}, [{}], [{"sku": "MUG"}], [None], "NaN", 1e300, -1e300, 10**30,
)  # fmt: skip


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


def plausible(simulator: Any, name: str) -> Any:
    """What an argument of this name could be in earnest."""
    if isinstance(simulator, EbaySimulator) and name in ("order_id", "listing_id"):
        seller = simulator.world.sellers["MUG"]
        return next(iter(seller.orders if name == "order_id" else seller.listings))
    return {"act": "buy", "skus": ["MUG"], "quantity": 1, "seconds": 0}.get(name, "MUG")


def wishes(simulator: Any) -> Iterator[dict[str, Any]]:
    """Every deed with each of its arguments spoiled in each way, the others plausible."""
    deeds = simulator.deeds
    for name in names_of(deeds):
        taken = [
            one for one in inspect.signature(getattr(deeds, name)).parameters.values()
            if one.kind is not one.VAR_KEYWORD
        ]  # fmt: skip
        needed = {"deed": name} | {
            one.name: plausible(simulator, one.name) for one in taken if one.default is one.empty
        }
        for spoiled in taken:
            yield from ({**needed, spoiled.name: junk} for junk in JUNK)
        yield from ({**needed, worm: 1} for worm in ("worm", "sku"))


@pytest.mark.parametrize("made", [a_shop, a_market], ids=["shopify", "ebay"])
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
