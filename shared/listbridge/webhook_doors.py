"""How each shop's webhooks are checked: by the shop's document, which is read once a minute, and by its secret, which is
read when the document has changed or a signature does not fit."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from listbridge import registry
from listbridge.domain.configuration import FormerShop, Shop
from listbridge.domain.ids import ShopId
from listbridge.domain.ports import Clock, ConfigurationStore, Missing, SecretStore
from listbridge.services.connection_state import secret_name
from listbridge.services.ingest_webhook import WebhookDoor

_FRESH = timedelta(seconds=60)
_REMEMBERED = 1000


@dataclass(slots=True)
class CachedDoors:
    """How each shop's webhooks are checked, from a cache that is at most a minute old.

    Unknown shops are remembered too, a bounded number of them, so that guessing costs us no reads. Wrong signatures make
    us read a shop anew once a minute, however many there are.
    """

    configuration: ConfigurationStore
    secrets: SecretStore
    clock: Clock
    _known: dict[ShopId, tuple[datetime, WebhookDoor | None]] = field(default_factory=dict)
    _read_anew_at: dict[ShopId, datetime] = field(default_factory=dict)
    _departed: set[ShopId] = field(default_factory=set)

    def of(self, shop: ShopId) -> WebhookDoor | None:
        now = self.clock.now()
        known = self._known.get(shop)
        if known is not None and now - known[0] < _FRESH:
            return known[1]
        if len(self._known) > _REMEMBERED:
            self._known.clear()
            self._read_anew_at.clear()
            self._departed.clear()
        door = self._find(shop)
        self._known[shop] = (now, door)
        return door

    def read_anew(self, shop: ShopId) -> WebhookDoor | None:
        now = self.clock.now()
        last = self._read_anew_at.get(shop)
        if last is not None and now - last < _FRESH:
            return None
        self._read_anew_at[shop] = now
        door = self._find(shop, read_anew=True)
        self._known[shop] = (now, door)
        return door

    def departed(self, shop: ShopId) -> bool:
        return shop in self._departed

    def any(self) -> WebhookDoor | None:
        for slug in registry.slugs("shops"):
            return WebhookDoor(registry.webhook_scheme(slug), ())
        return None

    def _find(self, shop: ShopId, *, read_anew: bool = False) -> WebhookDoor | None:
        if not shop:
            return None
        try:
            document = self.configuration.get(Shop, shop)
            revision = None if read_anew else document.rev
            secret = self.secrets.get(secret_name("shops", shop), revision=revision)
        except Missing:
            self._note_whether_it_departed(shop)
            return None
        keys = registry.signing_secrets(document.platform, secret)
        return WebhookDoor(registry.webhook_scheme(document.platform), keys)

    def _note_whether_it_departed(self, shop: ShopId) -> None:
        try:
            self.configuration.get(FormerShop, shop)
        except Missing:
            return
        self._departed.add(shop)
