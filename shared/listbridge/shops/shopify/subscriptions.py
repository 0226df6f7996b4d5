"""Keeping the store's webhook subscriptions as we need them."""

from __future__ import annotations

from collections.abc import Iterator

from listbridge.domain.ports import HookReport
from listbridge.infra.calls.http import Purpose
from listbridge.infra.webhooks import hooks
from listbridge.infra.webhooks.hooks import Hook
from listbridge.shops.shopify.catalog import wire
from listbridge.shops.shopify.catalog.queries import SUBSCRIBE, SUBSCRIPTIONS, UNSUBSCRIBE
from listbridge.shops.shopify.client import AdminApi
from listbridge.shops.shopify.errors import ADDRESS_REFUSED, TOPICS_REFUSED
from listbridge.shops.shopify.webhooks import WANTED

_OPERATION = "webhooks"


def enum_of(topic: str) -> str:
    """`inventory_levels/update`, as a header names the topic, is INVENTORY_LEVELS_UPDATE in GraphQL."""
    return topic.replace("/", "_").upper()


_ADDRESS_FIELDS = frozenset({"callbackUrl", "uri"})
"""Recorded answers of 2026-05 name the older field, whichever was sent."""
_TOPIC_OF = {enum_of(topic): topic for topic in WANTED}


class Subscriptions:
    """The subscriptions of our app on one store."""

    def __init__(self, api: AdminApi) -> None:
        self._api = api

    def ensure(self, url: str) -> HookReport:
        """See `infra.webhooks.hooks.care`.

        Raises Rejected: topics were refused (an app may not hear about orders before Shopify has approved it), or the
        address was.
        """
        return hooks.care(
            self._existing, url, WANTED, lambda topic: self._subscribe(topic, url), self._unsubscribe, TOPICS_REFUSED
        )

    def remove(self, url: str) -> tuple[str, ...]:
        """See `infra.webhooks.hooks.remove`."""
        return hooks.remove(self._existing(), url, self._unsubscribe)

    def _existing(self) -> Iterator[Hook]:
        """All that our app made on this store by the API. One is whole that tells about every event of its topic, and
        enough of each for us to read."""
        for one in self._api.rows(SUBSCRIPTIONS, {}, operation=_OPERATION):
            whole = one.format == "JSON" and not one.filter and not one.include_fields
            yield Hook(one.id, _TOPIC_OF.get(one.topic, one.topic), one.uri, whole)

    def _subscribe(self, topic: str, url: str) -> str:
        variables = {"topic": enum_of(topic), "uri": url}
        answer = self._api.query(SUBSCRIBE, variables, operation=_OPERATION, purpose=Purpose.HOOK)
        errors = answer.user_errors
        words = "; ".join(error.message for error in errors)
        if any(_about_the_address(error) for error in errors):
            # The next topic would be refused as well.
            raise hooks.address_refused(ADDRESS_REFUSED, url, words)
        return words

    def _unsubscribe(self, hook: Hook) -> None:
        self._api.query(UNSUBSCRIBE, {"id": hook.id}, operation=_OPERATION, purpose=Purpose.HOOK)


def _about_the_address(error: wire.UserError) -> bool:
    """Whether no topic can be subscribed to at this address. That one is, already, is told about the same field."""
    return bool(_ADDRESS_FIELDS & set(error.field or ())) and "taken" not in error.message
