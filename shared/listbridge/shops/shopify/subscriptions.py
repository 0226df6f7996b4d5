"""Keeping the store's webhook subscriptions as we need them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from listbridge.domain.ports import HookReport
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Rejected
from listbridge.infra.http import Purpose
from listbridge.shops.shopify import wire
from listbridge.shops.shopify.client import AdminApi
from listbridge.shops.shopify.queries import SUBSCRIBE, SUBSCRIPTIONS, UNSUBSCRIBE
from listbridge.shops.shopify.webhooks import WANTED

_OPERATION = "webhooks"


def enum_of(topic: str) -> str:
    """`inventory_levels/update`, as a header names the topic, is INVENTORY_LEVELS_UPDATE in GraphQL."""
    return topic.replace("/", "_").upper()


_TOPIC_OF = {enum_of(topic): topic for topic in WANTED}


def ensure(api: AdminApi, url: str) -> HookReport:
    """Make the store call `url` for every wanted topic, and no longer any other address of this shop's; idempotent.

    One topic that Shopify refuses does not keep the others from being subscribed to.

    Raises:
        Rejected: topics were refused (an app may not hear of orders before Shopify has approved it).
    """
    existing = list(_existing(api))
    healthy = {one.topic for one in existing if one.uri == url and one.topic in _TOPIC_OF and _whole(one)}
    # Shopify refuses a topic twice at one address, so a crippled one goes before its successor comes. What leads elsewhere
    # goes last: whoever dies in between leaves a delivery too many, and not one too few.
    crippled = [one for one in existing if one.uri == url and one.topic in _TOPIC_OF and not _whole(one)]
    elsewhere = [one for one in existing if one.uri != url and _same_shop(one.uri, url)]
    _unsubscribe(api, crippled)
    wanted = [topic for topic in WANTED if enum_of(topic) not in healthy]
    refused = {topic: reason for topic in wanted if (reason := _subscribe(api, topic, url))}
    _unsubscribe(api, elsewhere)
    if refused:
        # Another worker may have subscribed meanwhile, which Shopify refuses to do twice: what counts is what is there.
        there = {one.topic for one in _existing(api) if one.uri == url}
        refused = {topic: reason for topic, reason in refused.items() if enum_of(topic) not in there}
    if refused:
        topic, reason = next(iter(refused.items()))
        params = {"topics": ", ".join(refused), "reason": reason[:200]}
        raise Rejected(Problem("shopify_webhook_refused", params, "approve_app"), detail=topic)
    return HookReport(
        healthy=tuple(topic for topic in WANTED if enum_of(topic) in healthy),
        created=tuple(wanted),
        removed=tuple(_TOPIC_OF.get(one.topic, one.topic) for one in (*crippled, *elsewhere)),
    )


def _existing(api: AdminApi) -> Iterator[wire.Subscription]:
    """All subscriptions that our app made on this store by the API."""
    after: str | None = None
    while True:
        page = api.ask(SUBSCRIPTIONS, {"after": after}, operation=_OPERATION).webhook_subscriptions
        yield from page.nodes
        after = page.page_info.end_cursor
        if not page.page_info.has_next_page or after is None:
            return


def _subscribe(api: AdminApi, topic: str, url: str) -> str:
    """Subscribe; the reason when Shopify refuses, else an empty text."""
    variables = {"topic": enum_of(topic), "uri": url}
    answer = api.ask(SUBSCRIBE, variables, operation=_OPERATION, purpose=Purpose.HOOK)
    errors = answer.webhook_subscription_create.user_errors
    return "; ".join(error.message for error in errors) if errors else ""


def _unsubscribe(api: AdminApi, subscriptions: Iterable[wire.Subscription]) -> None:
    for one in subscriptions:
        api.ask(UNSUBSCRIBE, {"id": one.id}, operation=_OPERATION, purpose=Purpose.HOOK)


def _whole(subscription: wire.Subscription) -> bool:
    """Whether it tells of every event of its topic, and enough of each for us to read."""
    return subscription.format == "JSON" and not subscription.filter and not subscription.include_fields


def _same_shop(uri: str, url: str) -> bool:
    """Whether an address is another one of this very shop's: it ends in the same shop id.

    The same app may serve another installation of ours on another host, whose shop ids differ: that one is left alone.
    """
    theirs, ours = (urlsplit(one).path.rstrip("/").rsplit("/", 1)[-1] for one in (uri, url))
    return bool(ours) and theirs == ours
