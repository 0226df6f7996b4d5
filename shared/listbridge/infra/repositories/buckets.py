"""Budget buckets in the coordination table: one row each, written only over the revision that was read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from listbridge.domain.ports import Share
from listbridge.infra import settings
from listbridge.infra.coordination.buckets import Bucket
from listbridge.infra.coordination.budgets import BucketChanged
from listbridge.infra.storage import dynamo
from listbridge.infra.storage.documents import VERSION
from listbridge.infra.storage.dynamo import Item, number, text

_KEPT = timedelta(days=3)  # by then every part is full and every day over, which is what an absent row means
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class DynamoBuckets:
    """`BucketRows` over the coordination table."""

    def find(self, key: str) -> Bucket | None:
        """Strongly consistent."""
        item = dynamo.find(settings.table("coordination"), {"key": text(key)})
        return _bucket(item) if item else None

    def save(self, key: str, bucket: Bucket) -> Bucket:
        """Save over `bucket.rev` (0: must not exist yet); return it with the next rev. Raises BucketChanged."""
        saved = replace(bucket, rev=bucket.rev + 1)
        condition = "#rev = :rev" if bucket.rev else "attribute_not_exists(#key)"
        values = {":rev": number(bucket.rev)} if bucket.rev else None
        try:
            dynamo.put(settings.table("coordination"), _item(key, saved), condition=condition, values=values)
        except dynamo.ConditionFailed as error:
            raise BucketChanged(_bucket(error.row) if error.row else None) from error
        return saved


def _item(key: str, bucket: Bucket) -> Item:
    last = max(at for at in (bucket.at, bucket.resets_at, bucket.blocked_until) if at is not None)
    item: Item = {
        "key": text(key),
        "at": number(_micros(bucket.at)),
        "day": text(bucket.day),
        "rev": number(bucket.rev),
        "v": number(VERSION),
        "expires_at": number(int((last + _KEPT).timestamp())),
    }
    for share in Share:
        item[f"{share.value}_tokens"] = number(round(bucket.tokens[share], 6))
        item[f"{share.value}_used"] = number(bucket.used.get(share, 0))
    if bucket.resets_at is not None:
        item["resets_at"] = number(_micros(bucket.resets_at))
    if bucket.blocked_until is not None:
        item["blocked_until"] = number(_micros(bucket.blocked_until))
    if bucket.hours:
        by_hour = ((hour, [calls.get(share, 0) for share in Share]) for hour, calls in bucket.hours.items())
        item["hours"] = {"M": {str(hour): {"L": [number(n) for n in calls]} for hour, calls in by_hour}}
    if bucket.rate is not None:
        item["rate"] = number(round(bucket.rate, 6))
    if bucket.quota is not None:
        item["quota"] = number(bucket.quota)
    return item


def _bucket(item: Item) -> Bucket:
    return Bucket(
        tokens={share: float(item[f"{share.value}_tokens"]["N"]) for share in Share},
        at=_instant(item["at"]),
        day=item["day"]["S"],
        used={share: int(item[f"{share.value}_used"]["N"]) for share in Share},
        resets_at=_instant(item["resets_at"]) if "resets_at" in item else None,
        blocked_until=_instant(item["blocked_until"]) if "blocked_until" in item else None,
        hours={
            int(hour): {share: int(n["N"]) for share, n in zip(Share, calls["L"], strict=False)}
            for hour, calls in item.get("hours", {"M": {}})["M"].items()
        },
        rate=float(item["rate"]["N"]) if "rate" in item else None,
        quota=int(item["quota"]["N"]) if "quota" in item else None,
        rev=int(item["rev"]["N"]),
    )


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _instant(value: Item) -> datetime:
    return _EPOCH + int(value["N"]) * timedelta(microseconds=1)
