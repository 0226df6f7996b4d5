"""Keeping a shop's hooks as we need them: one for each topic at our address, and none at an older one of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from listbridge.domain.ports import HookReport
from listbridge.domain.verdicts import RemoteError
from listbridge.infra.calls.error_row import Row

_LONGEST_HOST, _LONGEST_REASON = 100, 200


@dataclass(frozen=True, slots=True)
class Hook:
    """One hook that our app made in the shop. `whole`: it is on, and tells about every event of its topic."""

    id: str
    topic: str
    url: str
    whole: bool = True


def care(
    existing: Callable[[], Iterable[Hook]],
    url: str,
    topics: Sequence[str],
    make: Callable[[str], str],
    drop: Callable[[Hook], None],
    refusal: Row,
) -> HookReport:
    """Make the shop call `url` for every topic, and no longer any other address of this shop's; idempotent.

    `make` tells why the shop refuses a topic, "" when it does not; one that is refused keeps no other from being made. It
    raises `address_refused` where no topic can be had at the address. Raises the verdict of `refusal`, with the refused `topics`
    and the first one's `reason`, once all the others are made.
    """
    there = list(existing())
    healthy = {one.topic for one in there if one.url == url and one.topic in topics and one.whole}
    # A shop may refuse a topic twice at one address, so a crippled one goes before its successor comes. What leads elsewhere
    # goes last: a worker that dies in between leaves a delivery too many, and not one too few.
    crippled = [one for one in there if one.url == url and one.topic in topics and not one.whole]
    elsewhere = [one for one in there if one.url != url and of_this_shop(one.url, url)]
    for one in crippled:
        drop(one)
    wanted = [topic for topic in topics if topic not in healthy]
    refused = {topic: reason for topic in wanted if (reason := make(topic))}
    elsewhere = [one for one in elsewhere if one.topic not in refused]
    for one in elsewhere:
        drop(one)
    if refused:
        # Another worker may have made it meanwhile, which a shop refuses to do twice: what counts is what is there.
        made = {one.topic for one in existing() if one.url == url}
        refused = {topic: reason for topic, reason in refused.items() if topic not in made}
    if refused:
        params = {"topics": ", ".join(refused), "reason": next(iter(refused.values()))[:_LONGEST_REASON]}
        raise refusal.error(params=params, detail=next(iter(refused)))
    return HookReport(
        healthy=tuple(topic for topic in topics if topic in healthy),
        created=tuple(wanted),
        removed=tuple(one.topic for one in (*crippled, *elsewhere)),
    )


def address_refused(refusal: Row, url: str, words: str) -> RemoteError:
    """The shop does not call this address, whatever the topic: the verdict of `refusal`, with the `address`'s host and the shop's
    `words`."""
    params = {"address": (urlsplit(url).hostname or url)[:_LONGEST_HOST], "words": words[:_LONGEST_REASON]}
    return refusal.error(params=params, detail="webhooks: address")


def remove(existing: Iterable[Hook], url: str, drop: Callable[[Hook], None]) -> tuple[str, ...]:
    """Remove every hook that leads to this shop's address, or to an older one of it; the topics."""
    ours = [one for one in existing if one.url == url or of_this_shop(one.url, url)]
    for one in ours:
        drop(one)
    return tuple(one.topic for one in ours)


def of_this_shop(theirs: str, url: str) -> bool:
    """Whether an address is another one of this very shop's: it ends in the same shop id.

    The same app may serve another installation of ours on another host, whose shop ids differ: that one is left alone.
    """
    last, ours = (_last_part(one) for one in (theirs, url))
    return bool(ours) and last == ours


def _last_part(url: str) -> str:
    """The shop's id, without the token of its secret address."""
    return urlsplit(url).path.rstrip("/").rsplit("/", 1)[-1].partition(".")[0]
