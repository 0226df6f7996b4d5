"""Whatever a seller's program sends of an item, it is taken or refused, never failed over, and junk is never on sale."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulators.amazon import AmazonSimulator, Limits
from simulators.clock import VirtualClock
from tests.contract.simulators.amazon_goods import AFTER, candle, child, path, put, shown
from tests.contract.simulators.amazon_seller import US, AmazonSeller

JUNK: tuple[Any, ...] = (
    None,
    "x",
    "",
    -1,
    2.5,
    True,
    [],
    {},
    [1],
    [None],
    [[]],
    [{}],
    [{"value": None}],
    [{"value": []}],
    [{"value": {"value": 1}}],
    [{"value": "x", "marketplace_id": 7}],
    [{"our_price": 1, "currency": "USD"}],
    [{"our_price": [{"schedule": [{}]}], "currency": "USD"}],
    [{"our_price": [{"schedule": [{"value_with_tax": "x"}]}], "currency": "USD"}],
    [{"discounted_price": [{"schedule": [{"value_with_tax": 1}]}], "currency": "USD"}],
    [{"fulfillment_channel_code": "DEFAULT", "quantity": "x"}],
    [{"fulfillment_channel_code": None}],
    10**30,
    [{"end_at": {"value": "soon"}, "currency": "USD", "our_price": [{"schedule": [{"value_with_tax": 1}]}]}],
)
_NAMES = sorted(
    {*candle(), *child("S"), "externally_assigned_product_identifier", "merchant_suggested_asin", "no_such"}
)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def anna(clock: VirtualClock) -> AmazonSeller:
    seller = AmazonSeller(AmazonSimulator(clock=clock, limits=Limits.load().faster(10_000)), sites=[US])
    put(seller)
    clock.advance(AFTER)
    return seller


@pytest.mark.parametrize("junk", JUNK, ids=json.dumps)
def test_junk_in_any_attribute_is_answered(anna: AmazonSeller, clock: VirtualClock, junk: Any) -> None:
    before = shown(anna)
    for name in _NAMES:
        for kind, given in (("CANDLE", candle()), ("SWEATER", child("S"))):
            body = {"productType": kind, "attributes": {**given, name: junk}}
            for mode in ({"mode": "VALIDATION_PREVIEW"}, {}):
                answer = anna.call("PUT", path(anna, "JUNK"), body, marketplaceIds=US, check=False, **mode)
                assert answer.status_code in (200, 400)
        for op in ("add", "replace", "merge", "delete"):
            one = {"op": op, "path": f"/attributes/{name}", "value": junk}
            body = {"productType": "PRODUCT", "patches": [one]}
            preview = {"marketplaceIds": US, "mode": "VALIDATION_PREVIEW"}
            assert anna.call("PATCH", path(anna, "CANDLE"), body, check=False, **preview).status_code in (200, 400)
    clock.advance(AFTER)
    assert shown(anna) == before
    anna.call("GET", path(anna, "JUNK"), marketplaceIds=US, includedData="summaries,issues,offers", check=False)
    anna.session.get(f"{anna.host}/_sim/listings").raise_for_status()


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("junk", JUNK, ids=json.dumps)
def test_junk_as_a_body_or_a_field_of_it_is_refused(anna: AmazonSeller, method: str, junk: Any) -> None:
    whole = {
        "productType": "CANDLE",
        "attributes": candle(),
        "patches": [{"op": "delete", "path": "/attributes/brand"}],
    }
    for body in (junk, *({**whole, name: junk} for name in whole)):
        answer = anna.call(
            method, path(anna, "CANDLE"), body, marketplaceIds=US, check=False, mode="VALIDATION_PREVIEW"
        )
        assert answer.status_code in (200, 400, 415)


def test_a_body_of_another_type_is_415(anna: AmazonSeller) -> None:
    answer = anna.session.put(
        f"{anna.host}{path(anna, 'CANDLE')}",
        params={"marketplaceIds": US},
        data="x=1",
        headers={"x-amz-access-token": anna.token, "Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 415
