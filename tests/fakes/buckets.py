"""Budget buckets in memory."""

from __future__ import annotations

import threading
from dataclasses import replace

from listbridge.infra.coordination.buckets import Bucket
from listbridge.infra.coordination.budgets import BucketChanged


class FakeBuckets:
    """`BucketRows` in memory: with it, real budgets work without a table."""

    def __init__(self) -> None:
        self._rows: dict[str, Bucket] = {}
        self._lock = threading.Lock()

    def find(self, key: str) -> Bucket | None:
        with self._lock:
            return self._rows.get(key)

    def save(self, key: str, bucket: Bucket) -> Bucket:
        with self._lock:
            stored = self._rows.get(key)
            if (stored.rev if stored else 0) != bucket.rev:
                raise BucketChanged(stored)
            self._rows[key] = replace(bucket, rev=bucket.rev + 1)
            return self._rows[key]
