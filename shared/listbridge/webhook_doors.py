"""How each shop's webhooks are checked: the shop's document and secret, from a cache that is at most a minute old."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from listbridge import registry
from listbridge.domain.configuration import Shop
from listbridge.domain.ids import ShopId
from listbridge.domain.ports import Clock, ConfigurationStore, Missing, SecretStore
from listbridge.services.connection_state import secret_name
from listbridge.services.ingest_webhook import WebhookDoor

_FRESH = timedelta(seconds=60)
_REMEMBERED = 1000


@dataclass(slots=True)
class CachedDoors:
    """How each shop's webhooks are checked, from a cache that is at most a minute old.

    Unknown shops are remembered too, a bounded number of them, so that guessing costs us no reads.
    """

    configuration: ConfigurationStore
    secrets: SecretStore
    clock: Clock
    _known: dict[ShopId, tuple[datetime, WebhookDoor | None]] = field(default_factory=dict)

    def of(self, shop: ShopId) -> WebhookDoor | None:
        now = self.clock.now()
        known = self._known.get(shop)
        if known is not None and now - known[0] < _FRESH:
            return known[1]
        if len(self._known) > _REMEMBERED:
            self._known.clear()
        door = self._find(shop)
        self._known[shop] = (now, door)
        return door

    def any(self) -> WebhookDoor | None:
        for slug in registry.slugs("shops"):
            return WebhookDoor(registry.webhook_scheme(slug), ())
        return None

    def _find(self, shop: ShopId) -> WebhookDoor | None:
        if not shop:
            return None
        try:
            document = self.configuration.get(Shop, shop)
            secret = self.secrets.get(secret_name("shops", shop))
        except Missing:
            return None
        keys = registry.signing_secrets(document.platform, secret)
        return WebhookDoor(registry.webhook_scheme(document.platform), keys)
