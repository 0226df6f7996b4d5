"""The static sandbox: each request of the models' own examples is answered with the example's own answer."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
import requests

from simulators.amazon import AmazonSimulator
from simulators.amazon.app import OPERATIONS
from simulators.amazon.sandbox import Pair, in_query, pairs_of
from simulators.clock import VirtualClock
from tests.contract.simulators.amazon_seller import AmazonSeller

SERVED = {(operation.id, operation.path): operation for operation in OPERATIONS}
PATH_FILLER = "anything"
UNTELLABLE = {("getAccount", 400), ("cancelReport", 400)}
"""Examples that ask for nothing at all beside another one that asks for nothing: no request tells them apart."""
UNREACHABLE = {("getCatalogItem", 400)}
"""Its path parameter is empty: no address of the operation has an empty segment."""
PAIRS = [
    pair
    for pair in pairs_of()
    if (pair.operation, pair.path) in SERVED and (pair.operation, pair.status) not in UNTELLABLE | UNREACHABLE
]


def request_of(pair: Pair) -> tuple[str, dict[str, str], Any]:
    """Path, query and body of an example, as a client sends them."""
    path, query = pair.path, {}
    for name, value in pair.wanted.items():
        if name == "body":
            continue
        if f"{{{name}}}" in path:
            path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
        else:
            query[name] = in_query(value)
    while "{" in path:
        before, _, rest = path.partition("{")
        path = before + PATH_FILLER + rest.partition("}")[2]
    return path, query, pair.wanted.get("body")


def asked(seller: AmazonSeller, pair: Pair) -> requests.Response:
    path, query, body = request_of(pair)
    grantless = bool(SERVED[pair.operation, pair.path].scope)
    return seller.call(pair.method, path, body, grantless=grantless, check=False, **query)


@pytest.fixture(scope="module")
def seller() -> AmazonSeller:
    return AmazonSeller(AmazonSimulator(clock=VirtualClock(), sandbox=True), sites=["ATVPDKIKX0DER"])


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.operation}-{pair.status}")
def test_an_example_of_the_models_is_answered_as_the_models_say(seller: AmazonSeller, pair: Pair) -> None:
    answer = asked(seller, pair)
    assert answer.status_code == pair.status, answer.text
    if pair.status == 204 or pair.response is None:
        assert answer.content == b""
    else:
        assert json.loads(answer.content) == pair.response


def test_a_request_that_no_example_has_is_refused(seller: AmazonSeller) -> None:
    answer = seller.call("GET", "/orders/2026-01-01/orders/111-0000000-0000000", check=False)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"] == "Could not match input arguments"


def test_every_example_that_is_left_out_is_one_that_the_models_have() -> None:
    known = {(pair.operation, pair.status) for pair in pairs_of()}
    assert known >= UNTELLABLE | UNREACHABLE
