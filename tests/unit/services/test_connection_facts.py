"""What an account or a shop says of itself is saved with it, and changes what is true of its platform in general."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from listbridge import registry
from listbridge.domain.configuration import Account, Shop
from listbridge.domain.ids import AccountId, ShopId, Site
from listbridge.domain.manifest import MarketplaceManifest, ShopManifest
from listbridge.domain.ports import AccountIdentity, MarketplaceTraits, Missing, ShopIdentity, ShopTraits
from listbridge.domain.rules.bounds import Bounds
from listbridge.infra.calls.http import HttpSession
from listbridge.infra.calls.tokens import TokenCache
from listbridge.platforms import OpenedMarketplaces, OpenedShops, Opener
from listbridge.services.configuration.check_connections import check_account_connection
from listbridge.services.configuration.connect_account import check_account, replace_account_credentials
from listbridge.services.configuration.connect_shop import check_shop, replace_shop_credentials
from tests.fakes.budget import FakeBudget
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.scripted_adapter import ScriptedAdapter
from tests.fakes.stores import Stores
from tests.fakes.world import ACCOUNT, SHOP

MARKET = MarketplaceManifest(
    slug="market",
    label="Market",
    api_version="1",
    docs="",
    capabilities=frozenset(),
    traits=MarketplaceTraits(settle_s=10, revise_batch=1, revise_rate=5, max_sku_length=50),
    sites={Site("ALL"): Bounds("USD", min_price=Decimal("0.20"))},
    traits_of=lambda traits, account: replace(traits, revise_rate=float(account.facts.get("rate", 1))),
    bounds_of=lambda bounds, account: replace(bounds, currency=account.facts.get("currency", "USD")),
)
STORES = ShopManifest(
    slug="stores",
    label="Stores",
    api_version="1",
    docs="",
    capabilities=frozenset(),
    traits=ShopTraits(0, 10),
    traits_of=lambda traits, shop: replace(traits, strict_look=shop.facts.get("index") == "on"),
)


@pytest.fixture
def s() -> Scripted:
    return scripted_world()


@pytest.fixture
def opener(monkeypatch: pytest.MonkeyPatch) -> Opener:
    monkeypatch.setattr(registry, "marketplace", {"market": MARKET}.__getitem__)
    monkeypatch.setattr(registry, "shop", {"stores": STORES}.__getitem__)
    stores = Stores()
    return Opener(
        stores.configuration,
        stores.secrets,
        stores.leases,
        stores.counters,
        stores.clock,
        TokenCache(),
        lambda *_: HttpSession(),
        lambda *_: FakeBudget(stores.clock),
    )


def _account(**facts: str) -> Account:
    return Account(id=AccountId("acc_1"), name="A", marketplace="market", shop=ShopId("shop_1"), facts=facts)


def test_bounds_and_traits_are_those_of_the_account(opener: Opener) -> None:
    marketplaces = OpenedMarketplaces(opener)
    plain, told = _account(), _account(currency="GBP", rate="7")
    assert marketplaces.bounds(plain, Site("ALL")) == Bounds("USD", min_price=Decimal("0.20"))
    assert marketplaces.bounds(told, Site("ALL")) == Bounds("GBP", min_price=Decimal("0.20"))
    assert [marketplaces.traits(one).revise_rate for one in (plain, told)] == [1, 7]
    assert marketplaces.currency("market", Site("ALL")) == "USD"


def test_what_an_account_and_a_shop_said_of_themselves_is_handed_to_their_adapters(
    opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "open_marketplace", lambda _, connection: connection)
    monkeypatch.setattr(registry, "open_shop", lambda _, connection: connection)
    opener.secrets.put("accounts/acc_1", {})
    opener.secrets.put("shops/shop_1", {})
    shop = Shop(id=ShopId("shop_1"), name="S", platform="stores", currency="EUR", facts={"index": "on"})
    account: Any = OpenedMarketplaces(opener).open(_account(region="eu"))
    connection: Any = OpenedShops(opener).open(shop)
    assert (account.facts, connection.facts) == ({"region": "eu"}, {"index": "on"})


def test_a_site_that_the_marketplace_does_not_have_is_missing_for_every_account(opener: Opener) -> None:
    with pytest.raises(Missing):
        OpenedMarketplaces(opener).bounds(_account(currency="GBP"), Site("MOON"))


def test_one_shop_may_look_strictly_where_another_of_its_platform_may_not(opener: Opener) -> None:
    shops = OpenedShops(opener)
    shop = Shop(id=ShopId("shop_1"), name="S", platform="stores", currency="EUR")
    assert shops.traits(shop).strict_look is False
    assert shops.traits(shop.model_copy(update={"facts": {"index": "on"}})).strict_look is True


def _says(s: Scripted, monkeypatch: pytest.MonkeyPatch, **facts: str) -> None:
    said = AccountIdentity("seller", (Site("X_DE"),), facts)
    monkeypatch.setattr(ScriptedAdapter, "identify", lambda self: said)
    account = s.world.stores.configuration.get(Account, ACCOUNT)
    s.world.stores.configuration.save(account.model_copy(update={"remote_name": "seller"}))


def _stored(s: Scripted) -> Account:
    return s.world.stores.configuration.get(Account, ACCOUNT)


def test_what_a_seller_says_of_himself_is_saved_when_he_is_connected_anew(
    s: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    _says(s, monkeypatch, shop_number="12")
    replace_account_credentials(s.world.deps, _stored(s), {"key": "new"}, "kim")
    assert _stored(s).facts == {"shop_number": "12"}


def test_an_account_from_before_is_asked_at_the_next_check_and_then_left_alone(
    s: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    _says(s, monkeypatch, region="eu")
    check_account_connection(s.world.deps, _stored(s))
    saved = _stored(s)
    assert saved.facts == {"region": "eu"}
    check_account_connection(s.world.deps, saved)
    check_account(s.world.deps, saved, "kim")
    assert _stored(s).rev == saved.rev


def test_what_a_shop_says_of_itself_is_saved_with_it(s: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    said = ShopIdentity("Shop", "shop.example", "EUR", {}, facts={"index": "on"})
    monkeypatch.setattr(s.shop, "identify", lambda: said)
    check_shop(s.world.deps, s.world.stores.configuration.get(Shop, SHOP), "kim")
    assert s.world.stores.configuration.get(Shop, SHOP).facts == {"index": "on"}
    monkeypatch.setattr(s.shop, "identify", lambda: replace(said, facts={}))
    shop = s.world.stores.configuration.get(Shop, SHOP)
    replace_shop_credentials(s.world.deps, shop, {"key": "new"}, "kim")
    assert s.world.stores.configuration.get(Shop, SHOP).facts == {}


def test_a_document_from_before_there_were_facts_is_read_without_any() -> None:
    stored = '{"id": "acc_1", "name": "A", "marketplace": "market", "shop": "shop_1"}'
    assert Account.model_validate_json(stored).facts == {}
