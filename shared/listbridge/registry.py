"""Finds adapters by folder and imports one only when it is asked for: adding a platform is adding a folder."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import ModuleType
from typing import Any, Literal

from listbridge import marketplaces as _marketplaces
from listbridge import shops as _shops
from listbridge.domain.manifest import MarketplaceManifest, ShopManifest
from listbridge.domain.ports import (
    MarketplaceAdapter,
    Missing,
    NoticeScheme,
    QueueScheme,
    ShopAdapter,
    SignedScheme,
    WebhookScheme,
)
from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.hand_over import HandOver

Room = Literal["marketplaces", "shops"]
CONSENT = "consent"
"""The capability of a platform that hands over, in the browser or unasked, what opens a shop or an account."""
EVENTS = "events"
"""The capability of a marketplace that tells an address of ours what changed."""
SIGNED_EVENTS = "signed_events"
"""The capability of a marketplace that tells an address of ours what changed, signed by a secret that it makes itself."""
NOTICES = "notices"
"""The capability of a marketplace that tells all of its applications what it signs with a key of its own."""
QUEUE_EVENTS = "queue_events"
"""The capability of a marketplace that sends to a queue of ours."""
SOLD_OUT_SWITCH = "sold_out_switch"
"""The capability of a marketplace whose sellers choose whether listings stay at 0, and that can be asked to switch that on."""
_ROOMS: dict[Room, ModuleType] = {"marketplaces": _marketplaces, "shops": _shops}


@cache
def slugs(room: Room) -> tuple[str, ...]:
    """The platforms of a room, by their folder names."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(_ROOMS[room].__path__) if module.ispkg))


def marketplace(slug: str) -> MarketplaceManifest:
    """A marketplace's card. Raises Missing."""
    manifest: MarketplaceManifest = _module("marketplaces", slug, "manifest").MANIFEST
    return manifest


def shop(slug: str) -> ShopManifest:
    """A shop platform's card. Raises Missing."""
    manifest: ShopManifest = _module("shops", slug, "manifest").MANIFEST
    return manifest


def open_marketplace(slug: str, connection: Connection) -> MarketplaceAdapter:
    """The marketplace's adapter for one account. Raises Missing."""
    adapter: MarketplaceAdapter = _module("marketplaces", slug, "adapter").open_adapter(connection)
    return adapter


def open_shop(slug: str, connection: Connection) -> ShopAdapter:
    """The shop platform's adapter for one shop. Raises Missing."""
    adapter: ShopAdapter = _module("shops", slug, "adapter").open_adapter(connection)
    return adapter


def webhook_scheme(slug: str) -> WebhookScheme:
    """How the shop platform signs its deliveries. Raises Missing."""
    scheme: WebhookScheme = _module("shops", slug, "webhooks").SCHEME
    return scheme


def event_scheme(slug: str) -> WebhookScheme:
    """How the marketplace shapes what it tells us unasked. Raises Missing where it tells nothing."""
    if EVENTS not in marketplace(slug).capabilities:
        raise Missing("events", slug)
    scheme: WebhookScheme = _module("marketplaces", slug, "events").SCHEME
    return scheme


def signed_event_scheme(slug: str) -> SignedScheme:
    """How the marketplace signs what it tells us unasked. Raises Missing where it makes no secret of its own."""
    if SIGNED_EVENTS not in marketplace(slug).capabilities:
        raise Missing("signed events", slug)
    scheme: SignedScheme = _module("marketplaces", slug, "events").SCHEME
    return scheme


def notice_scheme(slug: str) -> NoticeScheme:
    """How the marketplace signs and shapes what it tells all of its applications. Raises Missing where it tells nothing."""
    if NOTICES not in marketplace(slug).capabilities:
        raise Missing("notices", slug)
    scheme: NoticeScheme = _module("marketplaces", slug, "notices").SCHEME
    return scheme


def refuse_without_sold_out_switch(slug: str) -> None:
    """Raises Missing for a marketplace that has no switch for what sells out."""
    if SOLD_OUT_SWITCH not in marketplace(slug).capabilities:
        raise Missing("sold-out switch", slug)


def queue_scheme(slug: str) -> QueueScheme:
    """How the marketplace shapes what it sends to our queue. Raises Missing where it sends nothing."""
    if QUEUE_EVENTS not in marketplace(slug).capabilities:
        raise Missing("queue events", slug)
    scheme: QueueScheme = _module("marketplaces", slug, "events").QUEUE
    return scheme


def signing_secrets(slug: str, secret: Mapping[str, str]) -> tuple[str, ...]:
    """From a shop's stored credentials, the secrets that may have signed a delivery. Raises Missing, ValueError."""
    secrets: tuple[str, ...] = _module("shops", slug, "webhooks").signing_secrets(secret)
    return secrets


def settings(room: Room, slug: str) -> ModuleType:
    """The platform's `settings` module: `Settings`, `Credentials` and, for a marketplace, `CreationSettings`."""
    return _module(room, slug, "settings")


def hand_over(room: Room, slug: str) -> HandOver:
    """How the platform hands over what opens a shop or an account. Raises Missing where it does not."""
    manifest = shop(slug) if room == "shops" else marketplace(slug)
    if CONSENT not in manifest.capabilities:
        raise Missing("hand-over", slug)
    found: HandOver = _module(room, slug, "hand_over").HAND_OVER
    return found


def messages(room: Room, slug: str) -> dict[str, Any]:
    """The platform's own texts, empty when it has none."""
    if slug not in slugs(room):
        raise Missing(room, slug)
    file = resources.files(f"{_ROOMS[room].__name__}.{slug}").joinpath("messages.json")
    loaded: dict[str, Any] = json.loads(file.read_text()) if file.is_file() else {}
    return loaded


def _module(room: Room, slug: str, name: str) -> ModuleType:
    if slug not in slugs(room):  # never import a path that a request named
        raise Missing(room, slug)
    return importlib.import_module(f"{_ROOMS[room].__name__}.{slug}.{name}")
