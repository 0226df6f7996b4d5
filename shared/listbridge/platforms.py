"""Opens shops and marketplaces for the services: document and secret in, adapter out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from listbridge import registry
from listbridge.domain.configuration import Account, ConnectionState, Shop
from listbridge.domain.ids import ShopId, Site
from listbridge.domain.listings.holds import WRITES_STOPPED, write_hold
from listbridge.domain.manifest import BudgetSpec, MarketplaceManifest, ShopManifest
from listbridge.domain.ports import (
    Arrival,
    Begun,
    Budget,
    Clock,
    ConfigurationStore,
    Counters,
    Handed,
    Leases,
    MarketplaceAdapter,
    MarketplaceTraits,
    Missing,
    SecretStore,
    Share,
    ShopAdapter,
    ShopTraits,
    Way,
    WebhookScheme,
)
from listbridge.domain.problem import Problem
from listbridge.domain.rules.bounds import Bounds
from listbridge.domain.verdicts import Unauthorized
from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.grants import SecretGrants
from listbridge.infra.calls.hand_over import HandOver
from listbridge.infra.calls.http import HttpSession
from listbridge.infra.calls.tokens import TokenCache
from listbridge.services.connection_state import secret_name

_LOOK_AGAIN = timedelta(seconds=2)
_WRITE_S = 4.0
"""What a write of ours may take."""
A = TypeVar("A", ShopAdapter, MarketplaceAdapter)
MakeBudget = Callable[[tuple[BudgetSpec, ...], Mapping[str, str], Share], Budget]
"""Limits, who shares them by scope, who calls → the budget that all callers draw from."""
MakeSession = Callable[[bool, Budget | None, float], HttpSession]
"""Observe mode?, budget, the platform's longest call in seconds (0: the deployment's own limit) → the HTTP session."""


@dataclass(frozen=True, slots=True)
class _Opened(Generic[A]):
    """An adapter, the revision of the document that it was opened for, and the connection that it holds."""

    rev: int
    adapter: A
    connection: Connection

    def still_good(self, document: Shop | Account) -> bool:
        """The document is as it was, credentials included, and the platform has not refused these.

        A connection that has ended is opened again each time, for somebody may have fixed its credentials by hand.
        """
        return self.rev == document.rev and not _refused(self, document)


@dataclass(slots=True)
class Opener:
    """What opening needs, whichever side is opened."""

    configuration: ConfigurationStore
    secrets: SecretStore
    leases: Leases
    counters: Counters
    clock: Clock
    tokens: TokenCache
    make_session: MakeSession
    make_budget: MakeBudget
    base_urls: Mapping[str, str] = field(default_factory=dict)
    grant_lease_s: float = 8.0 + _WRITE_S
    """Outlives the longest call and a write of ours."""

    def connection(
        self,
        kind: str,
        manifest: ShopManifest | MarketplaceManifest,
        document: Shop | Account,
        *,
        observe: bool,
        share: Share,
        read_anew: bool,
    ) -> Connection:
        """A connection with the secret of the document's revision; `read_anew` after a refusal. Raises Unauthorized."""
        try:
            revision = None if read_anew else document.rev
            name = secret_name(kind, document.id)
            secret = self.secrets.get(name, revision=revision)
        except Missing as error:
            fix = "reconnect_shop" if kind == "shops" else "reconnect_account"
            raise Unauthorized(Problem("credentials_missing", {"name": document.name}, fix)) from error
        app = secret.get(manifest.app_key, document.id)
        scopes = {"app": f"{manifest.slug}#{app}", "account": document.id}
        budget = self.make_budget(manifest.budgets, scopes, share)
        longest_call_s = manifest.traits.longest_call_s
        return Connection(
            id=document.id,
            settings=document.settings,
            secret=secret,
            base_url=self.base_urls.get(manifest.slug),
            session=self.make_session(observe, budget, longest_call_s),
            budget=budget,
            tokens=self.tokens,
            clock=self.clock,
            grants=SecretGrants(
                name,
                secret,
                secrets=self.secrets,
                leases=self.leases,
                clock=self.clock,
                lease_s=max(self.grant_lease_s, longest_call_s + _WRITE_S),
            ),
            counters=self.counters,
            facts=document.facts,
        )


@dataclass(slots=True)
class StopWatch:
    """Whether somebody has stopped the writes of one account, asked before each of them. What was read less than
    `_LOOK_AGAIN` ago is believed, so a run that takes longer stops in its middle."""

    configuration: ConfigurationStore
    clock: Clock
    _account: Account
    _looked_at: datetime
    _looking: threading.Lock = field(default_factory=threading.Lock)

    def seen(self, account: Account) -> None:
        """The document was read a moment ago."""
        self._account, self._looked_at = account, self.clock.now()

    def reason(self) -> Problem | None:
        """Why nothing may be written now, or none."""
        if self.clock.now() - self._looked_at >= _LOOK_AGAIN and self._looking.acquire(blocking=False):
            try:  # of many threads one looks, the others believe what was read before
                self.seen(self.configuration.get(Account, self._account.id))
            except Missing:
                self._looked_at = self.clock.now()
            finally:
                self._looking.release()
        held = write_hold(self._account)
        return held if held is not None and held.code == WRITES_STOPPED else None


@dataclass(slots=True)
class OpenedShops:
    """The shops' port. An adapter is kept per shop and share as long as the shop's document is unchanged, and no longer
    than its credentials are taken."""

    opener: Opener
    _open: dict[tuple[ShopId, Share], _Opened[ShopAdapter]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self, shop: Shop, share: Share = Share.ORDINARY) -> ShopAdapter:
        with self._lock:
            known = self._open.get((shop.id, share))
            if known is not None and known.still_good(shop):
                return known.adapter
            connection = self.opener.connection(
                "shops", registry.shop(shop.platform), shop, observe=False, share=share, read_anew=_refused(known, shop)
            )
            adapter = registry.open_shop(shop.platform, connection)
            self._open[shop.id, share] = _Opened(shop.rev, adapter, connection)
            return adapter

    def traits(self, shop: Shop) -> ShopTraits:
        manifest = registry.shop(shop.platform)
        return manifest.traits_of(manifest.traits, shop)

    def scheme(self, platform: str) -> WebhookScheme:
        return registry.webhook_scheme(platform)


@dataclass(slots=True)
class OpenedMarketplaces:
    """The marketplaces' port. An adapter is kept per account and share as long as the account's document is unchanged, and
    no longer than its credentials are taken; one that only looks is another than one that writes."""

    opener: Opener
    queue: str = ""
    """The ARN of the deployment's queue for marketplaces that tell us what changes."""
    _open: dict[tuple[str, Share, bool], _Opened[MarketplaceAdapter]] = field(default_factory=dict)
    _watches: dict[str, StopWatch] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self, account: Account, share: Share = Share.ORDINARY) -> MarketplaceAdapter:
        with self._lock:
            self._watch(account).seen(account)
            known = self._open.get((account.id, share, account.observe))
            return (known if known is not None and known.still_good(account) else self._anew(account, share)).adapter

    def budget(self, account: Account, share: Share = Share.ORDINARY) -> Budget:
        with self._lock:
            known = self._open.get((account.id, share, account.observe))
            # One whose credentials were refused is not opened again for this: an adapter in hand draws from its own.
            fits = known is not None and known.rev == account.rev
            return (known if known is not None and fits else self._anew(account, share)).connection.budget

    def _anew(self, account: Account, share: Share) -> _Opened[MarketplaceAdapter]:
        refused = _refused(self._open.get((account.id, share, account.observe)), account)
        connection = self._connection(account, share, read_anew=refused)
        adapter = registry.open_marketplace(account.marketplace, connection)
        opened = self._open[account.id, share, account.observe] = _Opened(account.rev, adapter, connection)
        return opened

    def traits(self, account: Account) -> MarketplaceTraits:
        manifest = registry.marketplace(account.marketplace)
        return manifest.traits_of(manifest.traits, account)

    def polls_are_shared(self, account: Account) -> bool:
        orders = self.traits(account).orders
        named = orders.budget if orders is not None else ""
        specs = registry.marketplace(account.marketplace).budgets
        # A budget that nobody describes counts as the app's: asked too seldom is better than refused.
        return not any(spec.name == named and spec.scope == "account" for spec in specs)

    def events_queue(self, account: Account) -> str:
        can = registry.QUEUE_EVENTS in registry.marketplace(account.marketplace).capabilities
        return self.queue if can else ""

    def label(self, marketplace: str) -> str:
        return registry.marketplace(marketplace).label

    def bounds(self, account: Account, site: Site) -> Bounds:
        manifest = registry.marketplace(account.marketplace)
        return manifest.bounds_of(_site(manifest, site), account)

    def currency(self, marketplace: str, site: Site) -> str:
        return _site(registry.marketplace(marketplace), site).currency

    def _watch(self, account: Account) -> StopWatch:
        known = self._watches.get(account.id)
        if known is None:
            opener = self.opener
            known = self._watches[account.id] = StopWatch(
                opener.configuration, opener.clock, account, opener.clock.now()
            )
        return known

    def _connection(self, account: Account, share: Share, *, read_anew: bool) -> Connection:
        connection = self.opener.connection(
            "accounts",
            registry.marketplace(account.marketplace),
            account,
            observe=account.observe,
            share=share,
            read_anew=read_anew,
        )
        connection.session.keep_writes_back(self._watch(account).reason)
        return connection


@dataclass(frozen=True, slots=True)
class OpenedHandOvers:
    """The port of hand-overs, for shops and accounts alike. Each step opens a connection of its own."""

    opener: Opener

    def begin(self, connection: Shop | Account, way: Way) -> Begun:
        flow, opened = self._opened(connection)
        return flow.begin(opened, way)

    def receive(self, connection: Shop | Account, arrival: Arrival) -> Handed:
        flow, opened = self._opened(connection)
        return flow.receive(opened, arrival)

    def _opened(self, document: Shop | Account) -> tuple[HandOver, Connection]:
        if isinstance(document, Shop):
            flow = registry.hand_over("shops", document.platform)
            manifest: ShopManifest | MarketplaceManifest = registry.shop(document.platform)
            kind = "shops"
        else:
            flow = registry.hand_over("marketplaces", document.marketplace)
            manifest, kind = registry.marketplace(document.marketplace), "accounts"
        connection = self.opener.connection(
            kind, manifest, document, observe=False, share=Share.ORDINARY, read_anew=True
        )
        return flow, connection


def _site(manifest: MarketplaceManifest, site: Site) -> Bounds:
    if site not in manifest.sites:
        raise Missing("site", site)
    return manifest.sites[site]


def _refused(known: _Opened[A] | None, document: Shop | Account) -> bool:
    """Whether what was read before may be what the platform refused."""
    return document.state is not ConnectionState.ACTIVE or (known is not None and known.connection.session.refused)
