"""Opens shops and marketplaces for the services: document and secret in, adapter out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from listbridge import registry
from listbridge.domain.configuration import Account, Shop
from listbridge.domain.ids import ShopId, Site
from listbridge.domain.manifest import BudgetSpec
from listbridge.domain.ports import (
    Budget,
    Clock,
    ConfigurationStore,
    MarketplaceAdapter,
    MarketplaceTraits,
    Missing,
    SecretStore,
    Share,
    ShopAdapter,
    ShopTraits,
    WebhookScheme,
)
from listbridge.domain.problem import Problem
from listbridge.domain.rules import Bounds
from listbridge.domain.verdicts import Unauthorized
from listbridge.infra.connection import Connection
from listbridge.infra.http import HttpSession
from listbridge.infra.tokens import TokenCache
from listbridge.services.connection_state import secret_name

MakeBudget = Callable[[tuple[BudgetSpec, ...], Mapping[str, str], Share], Budget]
"""Limits, who shares them by scope, who calls → the budget that all callers draw from."""
MakeSession = Callable[[bool, Budget | None], HttpSession]
"""Observe mode?, budget → the HTTP session."""
_FRESH = timedelta(seconds=60)


@dataclass(slots=True)
class Opener:
    """What opening needs, whichever side is opened."""

    configuration: ConfigurationStore
    secrets: SecretStore
    clock: Clock
    tokens: TokenCache
    make_session: MakeSession
    make_budget: MakeBudget
    base_urls: Mapping[str, str] = field(default_factory=dict)

    def connection(self, kind: str, platform: str, document: Shop | Account, *, observe: bool, specs: tuple[BudgetSpec, ...],
                   share: Share) -> Connection:  # fmt: skip
        try:
            # Opened anew because the document changed, perhaps with its credentials: the old ones would end it again.
            secret = self.secrets.get(secret_name(kind, document.id), fresh=True)
        except Missing as error:
            raise Unauthorized(
                Problem("credentials_missing", {"name": document.name}, "reconnect_account")
            ) from error
        app = secret.get("client_id", document.id)
        scopes = {"app": f"{platform}#{app}", "account": document.id, "region": f"{document.id}#{platform}"}
        budget = self.make_budget(specs, scopes, share)
        return Connection(
            id=document.id,
            settings=document.settings,
            secret=secret,
            base_url=self.base_urls.get(platform),
            session=self.make_session(observe, budget),
            budget=budget,
            tokens=self.tokens,
            clock=self.clock,
        )


@dataclass(slots=True)
class OpenedShops:
    """The shops' port. An adapter is kept per shop and share as long as the shop's document is unchanged."""

    opener: Opener
    _open: dict[tuple[ShopId, Share], tuple[int, datetime, ShopAdapter]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self, shop: Shop, share: Share = Share.ORDINARY) -> ShopAdapter:
        now = self.opener.clock.now()
        with self._lock:
            known = self._open.get((shop.id, share))
            if known is not None and known[0] == shop.rev and now - known[1] < _FRESH:
                return known[2]
            manifest = registry.shop(shop.platform)
            connection = self.opener.connection(
                "shops", shop.platform, shop, observe=False, specs=manifest.budgets, share=share
            )
            adapter = registry.open_shop(shop.platform, connection)
            self._open[shop.id, share] = (shop.rev, now, adapter)
            return adapter

    def traits(self, platform: str) -> ShopTraits:
        return registry.shop(platform).traits

    def scheme(self, platform: str) -> WebhookScheme:
        return registry.webhook_scheme(platform)


@dataclass(slots=True)
class OpenedMarketplaces:
    """The marketplaces' port. An adapter is kept per account and share as long as the account's document is unchanged."""

    opener: Opener
    _open: dict[tuple[str, Share], tuple[int, datetime, MarketplaceAdapter, Budget]] = field(
        default_factory=dict
    )
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self, account: Account, share: Share = Share.ORDINARY) -> tuple[MarketplaceAdapter, Budget]:
        now = self.opener.clock.now()
        with self._lock:
            known = self._open.get((account.id, share))
            if known is not None and known[0] == account.rev and now - known[1] < _FRESH:
                return known[2], known[3]
            connection = self._connection(account, share)
            adapter = registry.open_marketplace(account.marketplace, connection)
            self._open[account.id, share] = (account.rev, now, adapter, connection.budget)
            return adapter, connection.budget

    def consent_url(self, account: Account, state: str) -> str:
        auth = registry.auth("marketplaces", account.marketplace)
        url: str = auth.authorize_url(self._connection(account), state)
        return url

    def exchange_consent(self, account: Account, code: str) -> Mapping[str, str]:
        auth = registry.auth("marketplaces", account.marketplace)
        granted: Mapping[str, str] = auth.exchange(self._connection(account), code)
        return granted

    def traits(self, marketplace: str) -> MarketplaceTraits:
        return registry.marketplace(marketplace).traits

    def label(self, marketplace: str) -> str:
        return registry.marketplace(marketplace).label

    def bounds(self, marketplace: str, site: Site) -> Bounds:
        sites = registry.marketplace(marketplace).sites
        if site not in sites:
            raise Missing("site", site)
        return sites[site]

    def _connection(self, account: Account, share: Share = Share.ORDINARY) -> Connection:
        return self.opener.connection(
            "accounts", account.marketplace, account, observe=account.observe,
            specs=registry.marketplace(account.marketplace).budgets, share=share,
        )  # fmt: skip
