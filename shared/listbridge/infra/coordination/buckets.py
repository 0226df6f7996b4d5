"""The arithmetic of one budget bucket (protocol.md#budgets): who may still call, and when again. Pure.

**Rate.** A bucket holds at most `burst` tokens and gains `rate` a second. They lie in three parts: 20 % for zeros, 20 %
for orders, the rest for everybody. Ordinary calls take from the common part only; a zero takes from the common part
first and then from its own, an order likewise. One common pot with two thresholds would not do: a caller that came
first below the ordinary threshold would spend what is kept for the other. New tokens go to the parts by the same
shares, and what a full part does not need flows over to zeros, then orders, then everybody. So while no zero and no
order calls, ordinary calls reach the full rate, and under any load each kind keeps at least its fifth of it.

A share is never so large that somebody could not make a single call: below a burst of five it shrinks, at a burst of one
nothing is kept.

**Day.** Of a day's quota the same two fifths are kept, each until its own kind has used it up. The day begins at
midnight of the platform's zone, unless the platform itself told when its count begins again. A sliding day has no
beginning: calls are counted by the hour in which they were made, and each hour counts until it lies 24 hours back as a
whole, so up to an hour longer than the platform counts it. Where the platform's own count is another, because somebody else calls with
the same keys, nobody knows when the difference was used: it counts for an hour or two, and the next answers say whether it still is.

Where less is left than the two fifths, zeros and orders bear half of what is lacking each.

**Learned.** A platform that says its rate, or its quota of a day, is believed, up and down; the burst stays what was declared, and the
kept fifths are those of the quota that was learned.

**Block.** What the platform blocks is blocked for all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from listbridge.domain.manifest import SLIDING, BudgetSpec
from listbridge.domain.ports import Share
from listbridge.infra.clock import next_midnight

KEPT = 0.2
"""The part of every budget that is kept for zeros, and again as much for orders."""
_SAME_END = timedelta(minutes=1)
_SAME_RATE = 0.01
_SOON_FORGOTTEN = timedelta(hours=23)
_WHOLE = 1e-6  # a token that is short by rounding only is a token


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket as stored. `tokens` and `used` (of the running day) are by share; `at` is the last refill.

    `resets_at` is set while the platform's own word on the end of the day is in force.
    """

    tokens: Mapping[Share, float]
    at: datetime
    day: str
    used: Mapping[Share, int] = field(default_factory=dict)
    resets_at: datetime | None = None
    blocked_until: datetime | None = None
    hours: Mapping[int, Mapping[Share, int]] = field(default_factory=dict)
    """Of a sliding day: what was used in each hour, by its number since the epoch. `used` is their sum."""
    rate: float | None = None
    """What the platform said its rate is."""
    quota: int | None = None
    """What it said its quota of a day is."""
    rev: int = 0


@dataclass(frozen=True, slots=True)
class Spent:
    """Why nothing could be drawn: `rate`, `day` or `blocked`; with `until`, nothing changes before that instant."""

    reason: str
    after_s: float
    until: datetime | None = None


def full(spec: BudgetSpec, now: datetime) -> Bucket:
    """A bucket that nobody has drawn from."""
    return Bucket(tokens=_capacity(spec), at=now, day=_day(spec, now))


def refreshed(spec: BudgetSpec, bucket: Bucket, now: datetime) -> Bucket:
    """The bucket as it is at `now`: tokens gained since the last look, a new day begun."""
    if spec.day_zone == SLIDING:
        bucket = _slid(bucket, now)
    # Never back to an earlier day: clocks of workers differ around midnight.
    elif _day(spec, now) > bucket.day if bucket.resets_at is None else now >= bucket.resets_at:
        bucket = replace(bucket, day=_day(spec, now), used={}, resets_at=None)
    if bucket.blocked_until is not None and now >= bucket.blocked_until:
        bucket = replace(bucket, blocked_until=None)
    gained = (now - bucket.at).total_seconds() * rate_of(spec, bucket)
    if gained <= 0:
        return bucket
    return replace(bucket, tokens=_filled(_capacity(spec), bucket.tokens, gained), at=now)


def drawn(spec: BudgetSpec, bucket: Bucket, share: Share, wanted: int, now: datetime) -> tuple[Bucket, int] | Spent:
    """Take up to `wanted` calls (at least one, else Spent) for a share from a refreshed bucket."""
    if bucket.blocked_until is not None:
        return Spent("blocked", (bucket.blocked_until - now).total_seconds(), bucket.blocked_until)
    left_today = left_of_day(spec, bucket, share)
    if left_today < 1:
        resets_at = bucket.resets_at or _oldest_leaves(bucket) or next_day(spec, now)
        return Spent("day", (resets_at - now).total_seconds(), resets_at)
    tokens = dict(bucket.tokens)
    available = sum(tokens[part] for part in {Share.ORDINARY, share})
    granted = min(wanted, math.floor(available + _WHOLE), left_today)
    if granted < 1:
        return Spent("rate", (1 - available) / rate_of(spec, bucket))
    common = min(float(granted), tokens[Share.ORDINARY])
    tokens[Share.ORDINARY] -= common
    tokens[share] = max(0.0, tokens[share] - (granted - common))
    bucket = replace(bucket, tokens=tokens)
    return (bucket if spec.day_quota is None else _counted(spec, bucket, share, granted, now)), granted


def after_s(spec: BudgetSpec, bucket: Bucket, share: Share, calls: float, now: datetime) -> float:
    """In how many seconds a refreshed bucket will have given so many calls to a share that asks alone."""
    blocked_s = (bucket.blocked_until - now).total_seconds() if bucket.blocked_until is not None else 0.0
    if left_of_day(spec, bucket, share) < calls:
        ends_at = bucket.resets_at or _oldest_leaves(bucket) or next_day(spec, now)
        return max(blocked_s, (ends_at - now).total_seconds())
    available = sum(bucket.tokens[part] for part in {Share.ORDINARY, share})
    return max(blocked_s, (calls - available) / rate_of(spec, bucket), 0.0)


def left_of_day(spec: BudgetSpec, bucket: Bucket, share: Share) -> int:
    """How many calls of the running day a share may still make; without a quota, more than anybody asks for."""
    quota = quota_of(spec, bucket)
    if quota is None:
        return 2**31
    kept = int(KEPT * quota)
    left = quota - sum(bucket.used.values())
    parts = {part: max(0, kept - bucket.used.get(part, 0)) for part in (Share.ZERO, Share.ORDER)}
    mine = parts.pop(share, 0)
    others = sum(parts.values())
    lacking = mine + others - left
    if mine and lacking > 0:
        return mine - lacking + min(others, lacking // 2)
    return left - others


def rate_of(spec: BudgetSpec, bucket: Bucket | None) -> float:
    """Calls per second: what the platform said, else what was declared."""
    return spec.rate if bucket is None or bucket.rate is None else bucket.rate


def quota_of(spec: BudgetSpec, bucket: Bucket) -> int | None:
    """Calls per day: what the platform said, else what was declared; None where no day is counted."""
    return spec.day_quota if spec.day_quota is None or bucket.quota is None else bucket.quota


def told(
    spec: BudgetSpec,
    bucket: Bucket,
    *,
    remaining: int | None,
    resets_at: datetime | None,
    blocked_until: datetime | None,
    now: datetime,
    rate: float | None = None,
    quota: int | None = None,
) -> Bucket:
    """The bucket after the platform said how many calls remain. Returns the same object when that is no news.

    Fewer than we thought is believed at once. More is believed only for a count with its own end, and only when the
    gap is larger than what may be under way: otherwise answers that overtake each other would hand calls out twice.
    """
    new = bucket
    if blocked_until is not None and blocked_until > (bucket.blocked_until or now):
        new = replace(new, blocked_until=blocked_until)
    if rate is not None and rate > 0 and abs(rate - rate_of(spec, bucket)) > _SAME_RATE * rate:
        new = replace(new, rate=rate)
    if quota is not None and quota > 0 and spec.day_quota is not None and quota != quota_of(spec, bucket):
        new = replace(new, quota=quota)
    if remaining is not None and remaining <= 0 and resets_at is not None and resets_at > now:
        new = replace(new, blocked_until=max(resets_at, new.blocked_until or now))
    if remaining is None:
        return new
    day = quota_of(spec, new)
    if day is None:
        gap = sum(new.tokens.values()) - remaining
        return _lowered(new, gap) if gap > max(1.0, 0.1 * spec.burst) or (remaining <= 0 < gap) else new
    gap_today = day - sum(bucket.used.values()) - remaining
    under_way = max(32.0, 10 * rate_of(spec, bucket))
    believed = gap_today > max(0, day // 100) or (remaining <= 0 < gap_today)
    counted = resets_at is not None or spec.day_zone == SLIDING
    if believed or (counted and -gap_today > under_way):
        at = now - _SOON_FORGOTTEN if spec.day_zone == SLIDING else now
        new = _counted(spec, new, Share.ORDINARY, gap_today, at)
    if resets_at is not None and resets_at > now:
        known = bucket.resets_at or next_day(spec, now)
        if new is not bucket or abs(resets_at - known) > _SAME_END:
            new = replace(new, resets_at=resets_at)
    return new


def next_day(spec: BudgetSpec, now: datetime) -> datetime:
    """When the day's count begins again: the next midnight in the platform's zone, in UTC; a day from now where it
    slides."""
    if spec.day_zone == SLIDING:
        return now + timedelta(days=1)
    return next_midnight(spec.day_zone, now)


def largest_chunk(spec: BudgetSpec) -> int:
    """How many calls one process may set aside at once: a second's worth, and a sliver of a day's quota."""
    by_day = spec.day_quota // 500 if spec.day_quota is not None else 2**31
    return max(1, min(int(spec.rate), by_day))


def _capacity(spec: BudgetSpec) -> dict[Share, float]:
    kept = max(0.0, min(KEPT * spec.burst, (spec.burst - 1) / 2))
    return {Share.ZERO: kept, Share.ORDER: kept, Share.ORDINARY: spec.burst - 2 * kept}


def _filled(capacity: Mapping[Share, float], tokens: Mapping[Share, float], gained: float) -> dict[Share, float]:
    whole = sum(capacity.values())
    filled = {part: min(capacity[part], tokens[part] + gained * capacity[part] / whole) for part in capacity}
    left = gained - sum(filled[part] - tokens[part] for part in capacity)
    for part in (Share.ZERO, Share.ORDER, Share.ORDINARY):
        more = min(max(0.0, left), capacity[part] - filled[part])
        filled[part] += more
        left -= more
    return filled


def _lowered(bucket: Bucket, by: float) -> Bucket:
    tokens = dict(bucket.tokens)
    for part in (Share.ORDINARY, Share.ORDER, Share.ZERO):
        less = min(tokens[part], max(0.0, by))
        tokens[part] -= less
        by -= less
    return replace(bucket, tokens=tokens)


def _counted(spec: BudgetSpec, bucket: Bucket, share: Share, calls: int, now: datetime) -> Bucket:
    """The bucket with so many more calls used of its day."""
    used = {**bucket.used, share: bucket.used.get(share, 0) + calls}
    if spec.day_zone != SLIDING:
        return replace(bucket, used=used)
    hour = _hour(now)
    in_it = bucket.hours.get(hour, {})
    hours = {**bucket.hours, hour: {**in_it, share: in_it.get(share, 0) + calls}}
    return replace(bucket, used=used, hours=hours)


def _slid(bucket: Bucket, now: datetime) -> Bucket:
    """The bucket without the hours that lie 24 hours back as a whole."""
    kept = {hour: calls for hour, calls in bucket.hours.items() if hour + 24 >= _hour(now)}
    if len(kept) == len(bucket.hours):
        return bucket
    used = {share: sum(calls.get(share, 0) for calls in kept.values()) for share in Share}
    return replace(bucket, hours=kept, used=used)


def _oldest_leaves(bucket: Bucket) -> datetime | None:
    """When the first hour in which calls were made counts no longer."""
    if not bucket.hours:
        return None
    return datetime.fromtimestamp((min(bucket.hours) + 25) * 3600, UTC)


def _hour(now: datetime) -> int:
    return int(now.timestamp()) // 3600


def _day(spec: BudgetSpec, now: datetime) -> str:
    if spec.day_zone == SLIDING:
        return SLIDING
    return now.astimezone(ZoneInfo(spec.day_zone)).date().isoformat()
