"""What is unsigned, forged or oversized does not get in, and no secret gets out (promises.md#p8)."""

from __future__ import annotations

import json
import logging

import pytest

from listbridge.bootstrap import FunctionFailed
from listbridge.domain.configuration import Account
from listbridge.domain.ids import Sku
from listbridge.domain.ports import HookKeys
from listbridge.domain.work import Lane
from listbridge.services.inbox.ingest_webhook import WebhookDoor
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.scripted_shop import ScriptedScheme
from tests.fakes.world import SECRET, SHOP
from tests.faults.pair import pair
from tests.faults.seeded import seed

BODY = json.dumps([{"kind": "product", "id": "S0"}])
GENUINE = {"Signature": SECRET, "Id": "d1"}


@pytest.fixture
def s() -> Scripted:
    return scripted_world()


def nothing_came_in(s: Scripted) -> None:
    assert s.world.stores.inbox.rows == []
    assert s.world.stores.queues.depth(Lane.SHOP_EVENTS) == 0


@pytest.mark.parametrize("headers", [{}, {"Signature": ""}, {"Signature": "forged", "Id": "d1"}])
def test_a_forged_delivery_is_refused_and_nothing_is_stored(s: Scripted, headers: dict[str, str]) -> None:
    assert s.world.webhook(BODY, headers) == 401
    nothing_came_in(s)


@pytest.mark.parametrize("secrets", [(), ("",)])
def test_a_shop_without_a_secret_lets_nobody_in(s: Scripted, secrets: tuple[str, ...]) -> None:
    s.world.doors[SHOP] = WebhookDoor(ScriptedScheme(), HookKeys(secrets))
    assert s.world.webhook(BODY, {"Signature": "", "Id": "d1"}) == 401
    nothing_came_in(s)


def test_an_unknown_shop_is_answered_as_a_wrong_signature_is(s: Scripted) -> None:
    assert s.world.webhook(BODY, GENUINE, shop="nobody") == 401
    nothing_came_in(s)


@pytest.mark.parametrize(
    "shop",
    [
        "",
        " ",
        "shop/1",
        "shop%2f1",
        "../shop",
        "x" * 65,
        "x" * 5000,
        "ü" * 600,
        "\x00",
        "\ud800",
        "shop 1",
        "shop\n",
        "🦊",
    ],
    ids=lambda shop: repr(shop[:8]),
)
def test_what_cannot_be_a_shop_is_answered_as_an_unknown_one_without_a_read(s: Scripted, shop: str) -> None:
    asked: list[str] = []

    def of(self: object, one: str) -> None:
        asked.append(one)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.fakes.world.World.of", of)
        assert s.world.webhook(BODY, GENUINE, shop="nobody") == 401
        assert s.world.webhook(BODY, GENUINE, shop=shop) == 401
    assert asked == ["nobody"]
    nothing_came_in(s)


def test_an_oversized_delivery_is_refused_before_it_is_looked_at(s: Scripted) -> None:
    assert s.world.webhook(b"x" * (s.world.max_body + 1), {"Signature": "forged"}) == 413
    assert s.world.webhook(" " * (s.world.max_body - len(BODY)) + BODY, GENUINE) == 200


def test_a_genuine_delivery_that_nobody_understands_is_refused_and_nothing_is_stored(s: Scripted) -> None:
    assert s.world.webhook("{", GENUINE) == 400
    nothing_came_in(s)


def test_an_unknown_topic_is_taken_politely_and_does_nothing(s: Scripted) -> None:
    assert s.world.webhook(BODY, {**GENUINE, "Topic": "weather"}) == 200
    nothing_came_in(s)


def test_a_replayed_delivery_has_no_second_effect(s: Scripted) -> None:
    key = seed(s, 1)[0]
    s.shop.set("S0", stock=3)
    assert [s.world.webhook(BODY, GENUINE) for _ in range(3)] == [200] * 3
    s.world.settle()
    assert [sent.values.quantity for sent in s.market.sent] == [3]
    assert s.world.webhook(BODY, GENUINE) == 200  # an old but genuine one is a hint to look, and finds nothing new
    s.world.settle()
    assert (len(s.market.sent), s.market.shown(key)) == (1, (3, "10.00"))


def test_a_body_in_base64_is_the_bytes_that_were_signed(s: Scripted) -> None:
    assert s.world.webhook(BODY.encode(), GENUINE, encoded=True) == 200
    assert s.world.stores.queues.depth(Lane.SHOP_EVENTS) == 1


def test_a_queue_that_fails_leaves_the_delivery_to_the_shops_retry(s: Scripted) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError("no route")

    send = s.world.stores.queues.send
    s.world.stores.queues.send = broken  # type: ignore[method-assign]
    with pytest.raises(FunctionFailed, match="OSError"):
        s.world.webhook(BODY, GENUINE)  # which the gateway answers with a 5xx
    s.world.stores.queues.send = send  # type: ignore[method-assign]
    assert s.world.webhook(BODY, GENUINE) == 200
    assert s.world.stores.queues.depth(Lane.SHOP_EVENTS) == 1


def test_no_secret_and_no_body_reaches_a_log(
    s: Scripted, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    seed(s, 1)
    body = json.dumps([{"kind": "product", "id": "S0", "email": "buyer@example.com"}])
    s.world.webhook(body, GENUINE)
    s.world.webhook(body, {"Signature": "stolen-" + SECRET, "Id": "d2"})
    s.world.webhook("buyer@example.com", GENUINE)
    s.market.poisoned[s.world.key("S0").sku] = ValueError("a bug of ours")
    s.shop.set("S0", stock=1)
    s.world.run(300)
    written = (
        caplog.text
        + capsys.readouterr().out  # a line that counts goes there automatically
        + repr(s.world.stores.activity.entries)
        + "".join(repr(record.__dict__) for record in caplog.records)
    )
    assert "forged" in written
    assert "stumbled" in written
    assert SECRET not in written
    assert "buyer@example.com" not in written


def test_no_credential_of_the_real_pair_reaches_a_log_or_the_story(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    p = pair()
    product = p.add_product("A")
    p.world.sell(product)
    for disaster in (
        p.ebay.deeds.expire_tokens,
        p.shopify.deeds.revoke_tokens,
        lambda: p.ebay.deeds.revoke_token("anna"),
    ):
        disaster()
        p.set("A", stock=p.truth[Sku("A")][0] - 1)
        p.pump()
        p.world.run(120)
    secrets = [
        value for name in ("shops/shop_1", "accounts/acc_1") for value in p.world.stores.secrets.get(name).values()
    ]
    stores = p.world.stores
    written = caplog.text + "".join(repr(record.__dict__) for record in caplog.records)
    kept = repr([stores.activity.entries, stores.jobs.recent(99)[0], p.world.rows(), stores.configuration.all(Account)])
    assert "remote_call" in written
    assert len(secrets) == 5
    for secret in secrets:
        if not secret.endswith("-id") and secret != p.ebay.client_id:  # who we are is no secret
            assert secret not in written
            assert secret not in kept
    assert "Bearer" not in written
