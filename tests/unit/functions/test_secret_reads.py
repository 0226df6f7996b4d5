"""How often credentials are read: once for a revision of their document, and again after a refusal. Each read is billed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest

from functions.webhook_ingest import app as webhook_ingest
from listbridge import bootstrap
from listbridge.domain.configuration import Account, Shop
from listbridge.domain.ids import AccountId, ShopId
from listbridge.domain.ports import Share
from listbridge.domain.verdicts import Unauthorized
from listbridge.webhook_doors import CachedDoors
from tests.unit.functions.installation import SHOP_CREDENTIALS, Installation


class Connected:
    """A connected shop and account, and what reading their secrets costs."""

    def __init__(self, installation: Installation) -> None:
        self.its = installation
        self.shop_id = ShopId(installation.connect_shop())
        self.account_id = AccountId(installation.connect_account(self.shop_id))

    @property
    def account(self) -> Account:
        return self.its.stores.configuration.get(Account, self.account_id)

    @property
    def shop(self) -> Shop:
        return self.its.stores.configuration.get(Shop, self.shop_id)

    @property
    def reads(self) -> list[str]:
        return self.its.stores.secrets.reads

    def who(self) -> str:
        """Open the account as any worker does, and ask who it is."""
        return self.its.deps.marketplaces.open(self.account).identify().remote_name

    def grant_anew(self) -> None:
        """The seller's grant ends, and another one is given."""
        self.its.ebay.deeds.revoke_token("anna")
        self.its.deps.marketplaces.opener.tokens._tokens.clear()  # type: ignore[attr-defined]
        self.its.ebay.world.sellers["anna"].refresh_token = "v^1.1#r#renewed"
        self.its.ebay.deeds.restore_token("anna")


@pytest.fixture
def connected(installation: Installation) -> Connected:
    return Connected(installation)


def test_an_account_in_use_for_a_day_is_read_once(connected: Connected) -> None:
    account, shop = connected.account, connected.shop
    connected.reads.clear()
    for _ in range(24 * 60):
        for share in Share:
            connected.its.deps.marketplaces.open(account, share)
            connected.its.deps.shops.open(shop, share)
        connected.its.stores.clock.advance(60)
    assert len([name for name in connected.reads if name == f"accounts/{account.id}"]) <= 1
    assert len([name for name in connected.reads if name == f"shops/{shop.id}"]) <= 1


def test_a_list_of_accounts_that_is_asked_for_all_day_reads_no_secret_again(connected: Connected) -> None:
    connected.its.get("/accounts")
    connected.reads.clear()
    for _ in range(100):
        connected.its.get("/accounts")
        connected.its.stores.clock.advance(60)
    assert connected.reads == []


def test_what_an_accounts_calls_draw_from_is_told_without_opening_it_again(connected: Connected) -> None:
    marketplaces, account = connected.its.deps.marketplaces, connected.account
    adapter = marketplaces.open(account)
    connected.grant_anew()
    with pytest.raises(Unauthorized):
        adapter.identify()
    connected.reads.clear()
    assert marketplaces.budget(account) is marketplaces.budget(account)
    assert connected.reads == []


def test_an_account_is_opened_to_tell_what_its_calls_draw_from(connected: Connected) -> None:
    marketplaces, account = connected.its.deps.marketplaces, connected.account
    budget = marketplaces.budget(account, Share.ORDER)
    marketplaces.open(account, Share.ORDER)
    assert marketplaces.budget(account, Share.ORDER) is budget
    assert marketplaces.budget(account) is not budget


def test_new_credentials_are_read_once_by_whoever_opens_the_account_next(connected: Connected) -> None:
    connected.who()
    connected.grant_anew()
    connected.reads.clear()
    body = {"credentials": {**connected.its.ebay_credentials(), "refresh_token": "v^1.1#r#renewed"}}
    path = f"/v1/accounts/{connected.account_id}/credentials"
    assert connected.its.call("PUT", path, body).status == 200
    assert connected.who()
    assert connected.who()
    assert connected.reads.count(f"accounts/{connected.account_id}") == 1


def test_after_a_refusal_the_secret_is_read_anew_though_the_document_has_not_changed(connected: Connected) -> None:
    connected.who()
    connected.grant_anew()
    with pytest.raises(Unauthorized):
        connected.who()
    name = f"accounts/{connected.account_id}"
    mended = {**connected.its.stores.secrets.get(name), "refresh_token": "v^1.1#r#renewed"}
    connected.its.stores.secrets.put(name, mended)  # by hand: no revision tells about it
    connected.reads.clear()
    assert connected.who()
    assert connected.who()
    assert connected.reads == [name]


class Door:
    """The webhook door of a connected shop."""

    def __init__(self, connected: Connected) -> None:
        self.connected = connected
        stores = connected.its.stores
        doors = CachedDoors(stores.configuration, stores.secrets, stores.clock)
        ingest = bootstrap.WebhookIngest(doors, stores.inbox, stores.queues, stores.clock, 2_097_152)
        bootstrap.use(connected.its.deps, ingest)
        self._number = 0
        connected.reads.clear()

    def deliver(self, secret: str) -> int:
        """A delivery signed with this secret; the status."""
        self._number += 1
        body = json.dumps({"id": self._number, "admin_graphql_api_id": f"gid://shopify/Product/{self._number}"})
        signature = hmac.new(secret.encode(), body.encode(), hashlib.sha256).digest()
        headers = {
            "X-Shopify-Hmac-Sha256": base64.b64encode(signature).decode(),
            "X-Shopify-Topic": "products/update",
            "X-Shopify-Webhook-Id": f"delivery-{self._number}",
            "X-Shopify-Event-Id": f"event-{self._number}",
            "X-Shopify-Shop-Domain": "demo.myshopify.com",
            "X-Shopify-Triggered-At": self.connected.its.stores.clock.now().isoformat(),
        }
        event = {"body": body, "headers": headers, "pathParameters": {"shop_id": self.connected.shop_id}}
        return int(webhook_ingest.handler(event, object())["statusCode"])


@pytest.fixture
def door(connected: Connected) -> Door:
    return Door(connected)


def test_a_door_that_takes_deliveries_in_for_hours_reads_the_shop_s_secret_once(door: Door) -> None:
    for _ in range(200):
        assert door.deliver(SHOP_CREDENTIALS["client_secret"]) == 200
        door.connected.its.stores.clock.advance(60)
    assert len(door.connected.reads) <= 1


def test_forged_deliveries_cost_one_read_a_minute_however_many_there_are(door: Door) -> None:
    assert door.deliver(SHOP_CREDENTIALS["client_secret"]) == 200
    door.connected.reads.clear()
    assert {door.deliver("guessed") for _ in range(500)} == {401}
    assert len(door.connected.reads) == 1
    door.connected.its.stores.clock.advance(60)
    assert {door.deliver("guessed") for _ in range(500)} == {401}
    assert len(door.connected.reads) == 2


def test_a_secret_that_was_changed_opens_the_door_to_the_first_delivery_signed_with_it(door: Door) -> None:
    assert door.deliver(SHOP_CREDENTIALS["client_secret"]) == 200
    name = f"shops/{door.connected.shop_id}"
    stored = door.connected.its.stores.secrets.get(name)
    door.connected.its.stores.secrets.put(name, {**stored, "client_secret": "changed-by-hand"})
    assert door.deliver("changed-by-hand") == 200
    assert door.deliver("guessed") == 401
