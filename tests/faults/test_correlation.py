"""One id from the entrance to the last call that comes of it: in every message, and in every line that is logged."""

from __future__ import annotations

from typing import Any

import pytest

from listbridge.domain.work import Lane
from tests.fakes.scripted import scripted_world
from tests.fakes.world import ACCOUNT, SHOP
from tests.faults.log_lines import LogLines, log_lines
from tests.faults.pair import US, pair
from tests.faults.pair_sales import sales
from tests.faults.seeded import seed


def calls(log: LogLines, operation: str) -> list[dict[str, Any]]:
    return [line for line in log.named("remote_call") if line["operation"] == operation]


def test_from_the_webhook_to_the_marketplace_call_every_line_has_the_gateways_id() -> None:
    p = pair()
    p.world.sell(p.add_product("A"))
    p.set("A", stock=2)
    deliver = p.world.webhook
    p.shopify.deliveries.deliver_with(
        lambda url, headers, body: deliver(body, headers, shop=url.rsplit("/", 1)[-1], request="gw-77")
    )
    with log_lines() as log:
        p.pump()
        p.world.deliver_all()
    assert p.shown("A") is not None
    assert {line.get("correlation_id") for line in log.all()} == {"gw-77"}
    assert {line.get("function_request_id", "") for line in log.all()} == {"invocation"}
    (revise,) = [line for line in log.named("remote_call") if line.get("listing")]
    assert {name: revise[name] for name in ("shop", "account", "listing")} == {
        "shop": SHOP,
        "account": ACCOUNT,
        "listing": f"{ACCOUNT}#{US}#A",
    }
    assert log.named("webhook.queued")[0]["shop"] == SHOP


def test_from_the_poll_to_the_shops_order_every_line_has_the_ticks_id() -> None:
    s = sales()
    s.buy("A")
    s.p.world.stores.polls.make_due(ACCOUNT, s.p.world.now)
    with log_lines() as log:
        s.p.world.tick_orders()
        s.p.world.deliver_all()
    assert len(s.made(s.bought[0])) == 1
    ids = {line.get("correlation_id") for line in log.all()}
    assert ids == {"invocation"}
    creating = [line for line in log.named("remote_call") if line.get("order") == s.bought[0]]
    assert creating
    assert {(line["account"], line["shop"]) for line in creating} == {(ACCOUNT, SHOP)}


def test_a_message_from_before_there_were_traces_is_worked_on_and_begins_one() -> None:
    s = scripted_world()
    key = seed(s, 1)[0]
    s.shop.set(key.sku, stock=3)
    s.world.hint("S0")  # type: ignore[arg-type]
    stored = next(iter(s.world.stores.queues._stored[Lane.SHOP_EVENTS].values()))
    assert '"trace":null' in stored.body
    stored.body = stored.body.replace(',"trace":null', "")
    s.world.deliver(Lane.SHOP_EVENTS)
    (nudge, *_) = s.world.stores.queues.messages(Lane.REVISE)
    assert nudge.trace is not None
    assert (nudge.trace.reason, nudge.trace.hops) == ("untraced", 1)
    s.world.settle()
    assert s.market.shown(key) == (3, "10.00")


@pytest.mark.parametrize("count", [2, 5])
def test_deliveries_that_are_read_together_are_all_named_in_the_lines_of_their_read(count: int) -> None:
    s = scripted_world()
    keys = seed(s, count)
    body = '[{"kind": "product", "id": "%s"}]'
    for number, key in enumerate(keys):
        s.shop.set(key.sku, stock=3)
        headers = {"Signature": "open sesame", "Id": f"d{number}"}
        assert s.world.webhook(body % key.sku, headers, request=f"gw-{number}") == 200
    s.world.deliver(Lane.SHOP_EVENTS)
    traces = {nudge.trace.id for nudge in s.world.stores.queues.messages(Lane.REVISE) if nudge.trace}
    assert traces == {"gw-0"}
    first = s.world.stores.queues.messages(Lane.REVISE)[0].trace
    assert first is not None
    assert first.hops == 2
