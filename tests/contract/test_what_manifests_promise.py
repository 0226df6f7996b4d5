"""What a platform's card promises is there: who hands over has a hand-over, who tells has a scheme, and nobody else has either."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from listbridge import registry
from listbridge.domain.ports import Missing
from listbridge.registry import Room

ROOMS: tuple[Room, ...] = ("shops", "marketplaces")
PLATFORMS = [(room, slug) for room in ROOMS for slug in registry.slugs(room)]


def _promises(room: Room, slug: str, capability: str) -> bool:
    manifest = registry.shop(slug) if room == "shops" else registry.marketplace(slug)
    return capability in manifest.capabilities


def _there(find: Callable[[], Any], *methods: str) -> bool:
    try:
        found = find()
    except Missing:
        return False
    return all(callable(getattr(found, method)) for method in methods)


@pytest.mark.parametrize(("room", "slug"), PLATFORMS)
def test_who_hands_over_what_opens_it_can_begin_and_receive(room: Room, slug: str) -> None:
    there = _there(lambda: registry.hand_over(room, slug), "begin", "receive")
    assert there is _promises(room, slug, registry.CONSENT)


@pytest.mark.parametrize("slug", registry.slugs("marketplaces"))
def test_who_tells_of_changes_can_be_judged_and_understood(slug: str) -> None:
    by_http = _there(lambda: registry.event_scheme(slug), "judge", "parse")
    assert by_http is _promises("marketplaces", slug, registry.EVENTS)
    signed = _there(lambda: registry.signed_event_scheme(slug), "judge", "parse", "is_secret")
    assert signed is _promises("marketplaces", slug, registry.SIGNED_EVENTS)
    noticed = _there(lambda: registry.notice_scheme(slug), "challenged", "signed", "parse")
    assert noticed is _promises("marketplaces", slug, registry.NOTICES)
    by_queue = _there(lambda: registry.queue_scheme(slug), "addressee", "parse")
    assert by_queue is _promises("marketplaces", slug, registry.QUEUE_EVENTS)


@pytest.mark.parametrize("slug", registry.slugs("shops"))
def test_every_shops_deliveries_can_be_judged_and_understood(slug: str) -> None:
    assert _there(lambda: registry.webhook_scheme(slug), "judge", "parse")
