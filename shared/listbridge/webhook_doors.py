"""How each shop's webhooks are checked: by the shop's document, which is read once a minute, and by its secret, which is
read when the document has changed or a signature does not fit."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from listbridge import registry
from listbridge.domain.configuration import Account, Deployment, FormerShop, Shop
from listbridge.domain.ids import AccountId
from listbridge.domain.ports import Clock, ConfigurationStore, HookKeys, Missing, QueueScheme, SecretStore
from listbridge.services.configuration.hook_keys import HOOKS, hook_address, keys_in
from listbridge.services.connection_state import secret_name
from listbridge.services.inbox.ingest_webhook import WebhookDoor

_FRESH = timedelta(seconds=60)
_REMEMBERED = 1000


@dataclass(slots=True)
class CachedDoors:
    """How each shop's webhooks are checked, from a cache that is at most a minute old.

    Unknown shops are remembered too, a bounded number of them, so that guessing costs us no reads. Wrong signatures make
    us read a shop again once a minute, however many there are.
    """

    configuration: ConfigurationStore
    secrets: SecretStore
    clock: Clock
    _known: dict[str, tuple[datetime, WebhookDoor | None]] = field(default_factory=dict)
    _read_anew_at: dict[str, datetime] = field(default_factory=dict)
    _departed: set[str] = field(default_factory=set)
    _known_sellers: dict[tuple[str, str], AccountId] = field(default_factory=dict)
    _sellers_at: datetime | None = None

    def of(self, id: str) -> WebhookDoor | None:
        now = self.clock.now()
        known = self._known.get(id)
        if known is not None and now - known[0] < _FRESH:
            return known[1]
        if len(self._known) > _REMEMBERED:
            self._known.clear()
            self._read_anew_at.clear()
            self._departed.clear()
        door = self._find(id)
        self._known[id] = (now, door)
        return door

    def read_anew(self, id: str) -> WebhookDoor | None:
        now = self.clock.now()
        last = self._read_anew_at.get(id)
        if last is not None and now - last < _FRESH:
            return None
        self._read_anew_at[id] = now
        door = self._find(id, read_anew=True)
        self._known[id] = (now, door)
        return door

    def departed(self, id: str) -> bool:
        return id in self._departed

    def addressed(self, body: bytes) -> tuple[AccountId | None, QueueScheme]:
        for slug in registry.slugs("marketplaces"):
            try:
                scheme = registry.queue_scheme(slug)
            except Missing:
                continue
            seller = scheme.addressee(body)
            if seller:
                return self._sellers().get((slug, seller)), scheme
        raise ValueError("no marketplace sends this")

    def _sellers(self) -> dict[tuple[str, str], AccountId]:
        """Accounts by marketplace and by the name that identifies their seller there."""
        now = self.clock.now()
        if self._sellers_at is None or now - self._sellers_at >= _FRESH:
            accounts = self.configuration.all(Account)
            self._known_sellers = {(one.marketplace, one.remote_name): one.id for one in accounts}
            self._sellers_at = now
        return self._known_sellers

    def any(self) -> WebhookDoor | None:
        for slug in registry.slugs("shops"):
            return WebhookDoor(registry.webhook_scheme(slug), HookKeys())
        return None

    def _find(self, id: str, *, read_anew: bool = False) -> WebhookDoor | None:
        if not id:
            return None
        for door_of in (self._of_shop, self._of_account):
            with suppress(Missing):
                return door_of(id, read_anew)
        self._note_whether_it_departed(id)
        return None

    def _of_shop(self, id: str, read_anew: bool) -> WebhookDoor:
        shop = self.configuration.get(Shop, id)
        secret = self.secrets.get(secret_name("shops", id), revision=None if read_anew else shop.rev)
        signing = registry.signing_secrets(shop.platform, secret)
        scheme = registry.webhook_scheme(shop.platform)
        manifest = registry.shop(shop.platform)
        if not manifest.traits_of(manifest.traits, shop).hook_keys:
            return WebhookDoor(scheme, HookKeys(signing))
        made = self._keys(id, shop.rev, read_anew)
        return WebhookDoor(scheme, HookKeys((*signing, *made.secrets), made.token))

    def _of_account(self, id: str, read_anew: bool) -> WebhookDoor:
        account = self.configuration.get(Account, id)
        scheme = registry.event_scheme(account.marketplace)
        keys = self._keys(id, account.rev, read_anew)
        base = self.configuration.get(Deployment, "this").public_base_url
        return WebhookDoor(scheme, keys, hook_address(base, id, keys), of_account=True)

    def _keys(self, id: str, revision: int, read_anew: bool) -> HookKeys:
        return keys_in(self.secrets.get(secret_name(HOOKS, id), revision=None if read_anew else revision))

    def _note_whether_it_departed(self, id: str) -> None:
        try:
            self.configuration.get(FormerShop, id)
        except Missing:
            return
        self._departed.add(id)
