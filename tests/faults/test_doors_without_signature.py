"""A platform pings unsigned, signs with a secret of ours, or signs nothing: the address is secret, and a ping does nothing
(promises.md#p8)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from listbridge import bootstrap, registry
from listbridge.domain.configuration import Deployment, Shop
from listbridge.domain.manifest import ShopManifest
from listbridge.domain.ports import HookReport, ShopTraits, WebhookScheme
from listbridge.domain.work import Lane
from listbridge.services.configuration.check_connections import check_shop_connection
from listbridge.services.configuration.connect_shop import connect_shop, disconnect_shop, replace_shop_credentials
from listbridge.services.configuration.hook_keys import hook_keys
from listbridge.services.configuration.public_address import register_hooks
from listbridge.webhook_doors import CachedDoors
from tests.fakes.machine import Context
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.signing_platforms import Chosen, Unsigned, signed

BASE = "https://listbridge.example"
BODY = json.dumps([{"kind": "product", "id": "S0"}])
PING = "webhook_id=15"


class Doors:
    """A world whose one shop is of a platform without a signature of its own, behind the real doors."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, scheme: WebhookScheme) -> None:
        self.s: Scripted = scripted_world(connect=False)
        self.told: list[tuple[str, str]] = []
        s, stores = self.s, self.s.world.stores
        traits = ShopTraits(0, 10, hook_keys=True)
        # Whether a platform signs its calls may differ from shop to shop.
        card = ShopManifest(
            "posting", "Posting", "1", "", frozenset(), ShopTraits(0, 10), traits_of=lambda _, shop: traits
        )
        for name, stand_in in {
            "shop": lambda slug: card,
            "slugs": lambda room: ("posting",),
            "webhook_scheme": lambda slug: scheme,
            "signing_secrets": lambda slug, secret: (),
        }.items():
            monkeypatch.setattr(registry, name, stand_in)
        monkeypatch.setattr(s.shop, "traits", lambda shop: traits)
        monkeypatch.setattr(s.shop, "ensure_webhooks", self._ensure)
        monkeypatch.setattr(s.shop, "remove_webhooks", lambda url: ())
        stores.configuration.save(Deployment(id="this", public_base_url=BASE))
        draft = Shop(id="shop_9", name="P", platform="posting", currency="XXX")
        self.shop = connect_shop(s.world.deps, draft, {"key": "k"}, "kim").shop
        doors = CachedDoors(stores.configuration, stores.secrets, stores.clock)
        ingest = bootstrap.WebhookIngest(doors, stores.inbox, stores.queues, stores.clock, 65_536)
        bootstrap.use(s.world.deps, ingest)
        self.keys = hook_keys(s.world.deps, self.shop.id)

    def _ensure(self, url: str, secret: str) -> HookReport:
        self.told.append((url, secret))
        return HookReport()

    def post(self, body: str, headers: dict[str, str] | None = None, token: str | None = None) -> int:
        """A delivery to the shop's address; the status."""
        end = f".{self.keys.token}" if token is None else token
        return self.s.world.webhook(body, headers or {}, shop=f"{self.shop.id}{end}")

    @property
    def came_in(self) -> tuple[int, int]:
        """Rows in the inbox, and messages in the lane of the shop."""
        stores = self.s.world.stores
        return len(stores.inbox.rows), stores.queues.depth(Lane.SHOP_EVENTS)


@pytest.fixture
def unsigned(monkeypatch: pytest.MonkeyPatch) -> Doors:
    return Doors(monkeypatch, Unsigned())


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> Doors:
    return Doors(monkeypatch, Chosen())


def test_the_shop_is_told_a_secret_and_an_address_that_nobody_else_knows(chosen: Doors) -> None:
    assert chosen.told == [(f"{BASE}/webhooks/shop_9.{chosen.keys.token}", chosen.keys.secrets[0])]
    assert (len(chosen.keys.token), len(chosen.keys.secrets[0])) == (43, 64)


def test_an_unsigned_delivery_by_the_secret_address_comes_in(unsigned: Doors) -> None:
    assert unsigned.post(BODY) == 200
    assert unsigned.came_in == (1, 1)


@pytest.mark.parametrize("end", ["", ".", ".guessed", ".{token}x", "{token}", ".{token}.{token}"])
def test_an_unsigned_delivery_by_any_other_address_is_refused_and_leaves_nothing(unsigned: Doors, end: str) -> None:
    assert unsigned.post(BODY, token=end.format(token=unsigned.keys.token)) == 401
    assert unsigned.came_in == (0, 0)


def test_a_ping_is_answered_200_and_does_nothing(chosen: Doors) -> None:
    assert chosen.post(PING) == 200
    assert chosen.came_in == (0, 0)


def test_a_delivery_is_known_by_the_secret_that_we_made(chosen: Doors) -> None:
    assert chosen.post(BODY, signed(BODY.encode(), chosen.keys.secrets[0])) == 200
    assert chosen.post(BODY, signed(BODY.encode(), "another")) == 401
    assert chosen.post(BODY) == 401
    assert chosen.came_in == (1, 1)


def test_a_ping_that_claims_to_be_a_delivery_is_none(chosen: Doors) -> None:
    assert chosen.post(PING, {"x-signature": ""}) == 401
    assert chosen.came_in == (0, 0)


def test_new_credentials_keep_the_address_and_the_secret(unsigned: Doors) -> None:
    deps = unsigned.s.world.deps
    replace_shop_credentials(deps, unsigned.shop, {"key": "new"}, "kim")
    assert hook_keys(deps, unsigned.shop.id) == unsigned.keys
    assert unsigned.post(BODY) == 200


def test_what_is_registered_again_is_the_same_address(unsigned: Doors) -> None:
    register_hooks(unsigned.s.world.deps, unsigned.shop)
    assert len(set(unsigned.told)) == 1


def test_the_address_of_a_shop_that_was_taken_off_is_worth_nothing(unsigned: Doors) -> None:
    deps = unsigned.s.world.deps
    disconnect_shop(deps, deps.configuration.get(Shop, unsigned.shop.id), "kim")
    assert unsigned.post(BODY) == 401
    assert [name for name in unsigned.s.world.stores.secrets.names() if name.startswith("hooks/")] == []
    assert unsigned.came_in == (0, 0)


def test_keys_that_were_lost_are_told_by_the_check_and_made_anew_by_connecting_again(unsigned: Doors) -> None:
    deps, stores = unsigned.s.world.deps, unsigned.s.world.stores
    stores.secrets.delete(f"hooks/{unsigned.shop.id}")
    check_shop_connection(deps, unsigned.shop)
    told = stores.activity.of_subject(unsigned.shop.id, 1)[0][0]
    assert (told.event, told.params["reason"]) == ("check_failed", "credentials_missing")
    replace_shop_credentials(deps, unsigned.shop, {"key": "new"}, "kim")
    assert hook_keys(deps, unsigned.shop.id) != unsigned.keys
    assert unsigned.told[-1] != unsigned.told[0]


def test_a_token_at_the_address_of_a_shop_that_has_none_is_refused() -> None:
    s = scripted_world()
    headers = {"Signature": "open sesame", "Id": "d1"}
    assert s.world.webhook(BODY, headers, shop="shop_1.token") == 401
    assert s.world.stores.inbox.rows == []
    assert s.world.webhook(BODY, headers) == 200


def test_a_question_by_get_is_no_delivery(unsigned: Doors) -> None:
    """A person who opens the address of a shop in a browser reads nothing there."""
    event: dict[str, Any] = {
        "pathParameters": {"shop_id": "shop_1"},
        "headers": {},
        "httpMethod": "GET",
        "body": None,
        "queryStringParameters": {"challenge_code": "x"},
    }
    from functions.webhook_ingest.app import handler

    assert handler(event, Context(10_000))["statusCode"] == 401


def test_keys_are_not_shown_where_they_are_printed(unsigned: Doors) -> None:
    shown = repr(replace(unsigned.keys))
    assert unsigned.keys.token not in shown
    assert unsigned.keys.secrets[0] not in shown
