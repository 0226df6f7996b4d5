"""Keeping the store's webhook subscriptions as we need them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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


_ADDRESS_FIELDS = frozenset({"callbackUrl", "uri"})
"""Recorded answers of 2026-05 name the older field, whichever was sent."""
_TOPIC_OF = {enum_of(topic): topic for topic in WANTED}


def ensure(api: AdminApi, url: str) -> HookReport:
    """Make the store call `url` for every wanted topic, and no longer any other address of this shop's; idempotent.

    One topic that Shopify refuses does not keep the others from being subscribed to.

    Raises:
        Rejected: topics were refused (an app may not hear of orders before Shopify has approved it), or the address was.
    """
    existing = list(_existing(api))
    healthy = {one.topic for one in existing if one.uri == url and one.topic in _TOPIC_OF and _whole(one)}
    # Shopify refuses a topic twice at one address, so a crippled one goes before its successor comes. What leads elsewhere
    # goes last: whoever dies in between leaves a delivery too many, and not one too few.
    crippled = [one for one in existing if one.uri == url and one.topic in _TOPIC_OF and not _whole(one)]
    elsewhere = [one for one in existing if one.uri != url and _same_shop(one.uri, url)]
    _unsubscribe(api, crippled)
    wanted = [topic for topic in WANTED if enum_of(topic) not in healthy]
    refused = {}
    for topic in wanted:
        errors = _subscribe(api, topic, url)
        if any(_about_the_address(error) for error in errors):
            # The next topic would be refused as well. What leads elsewhere may still be heard, so it stays.
            raise _address_refused(url, errors)
        if errors:
            refused[topic] = "; ".join(error.message for error in errors)
    elsewhere = [one for one in elsewhere if _TOPIC_OF.get(one.topic) not in refused]
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


def remove(api: AdminApi, url: str) -> tuple[str, ...]:
    """Take off every subscription of our app that leads to this shop's address, or to an older one of it; the topics."""
    ours = [one for one in _existing(api) if one.uri == url or _same_shop(one.uri, url)]
    _unsubscribe(api, ours)
    return tuple(_TOPIC_OF.get(one.topic, one.topic) for one in ours)


def _existing(api: AdminApi) -> Iterator[wire.Subscription]:
    """All subscriptions that our app made on this store by the API."""
    after: str | None = None
    while True:
        page = api.query(SUBSCRIPTIONS, {"after": after}, operation=_OPERATION).webhook_subscriptions
        yield from page.nodes
        after = page.page_info.end_cursor
        if not page.page_info.has_next_page or after is None:
            return


def _subscribe(api: AdminApi, topic: str, url: str) -> Sequence[wire.UserError]:
    """Subscribe; why Shopify refuses, nothing when it does not."""
    variables = {"topic": enum_of(topic), "uri": url}
    answer = api.query(SUBSCRIBE, variables, operation=_OPERATION, purpose=Purpose.HOOK)
    return answer.webhook_subscription_create.user_errors


def _about_the_address(error: wire.UserError) -> bool:
    """Whether no topic can be subscribed to at this address. That one is, already, is told of the same field."""
    return bool(_ADDRESS_FIELDS & set(error.field or ())) and "taken" not in error.message


def _address_refused(url: str, errors: Sequence[wire.UserError]) -> Rejected:
    host = urlsplit(url).hostname or url
    reason = "; ".join(error.message for error in errors)[:200]
    params = {"address": host[:100], "words": reason}
    return Rejected(
        Problem("shopify_address_refused", params, "set_reachable_address"), detail="webhooks: address"
    )


def _unsubscribe(api: AdminApi, subscriptions: Iterable[wire.Subscription]) -> None:
    for one in subscriptions:
        api.query(UNSUBSCRIBE, {"id": one.id}, operation=_OPERATION, purpose=Purpose.HOOK)


def _whole(subscription: wire.Subscription) -> bool:
    """Whether it tells of every event of its topic, and enough of each for us to read."""
    return subscription.format == "JSON" and not subscription.filter and not subscription.include_fields


def _same_shop(uri: str, url: str) -> bool:
    """Whether an address is another one of this very shop's: it ends in the same shop id.

    The same app may serve another installation of ours on another host, whose shop ids differ: that one is left alone.
    """
    theirs, ours = (urlsplit(one).path.rstrip("/").rsplit("/", 1)[-1] for one in (uri, url))
    return bool(ours) and theirs == ours
