"""Deeds around feeds, reports, documents and notifications: how long Amazon takes, how it ends, and what is lost on the way."""

from __future__ import annotations

from typing import Literal

from simulators.amazon.documents import Compression
from simulators.amazon.feeds import Applies, Plan
from simulators.amazon.processing import Ending
from simulators.amazon.seller_deeds import SellerDeeds
from simulators.kit.deeds import Count, DeedRefused, Seconds, Told, deed


class FeedDeeds(SellerDeeds):
    """Each marked method is one deed. All hold the lock."""

    @deed
    def set_feed_time(self, work_s: Seconds, *, queue_s: Seconds = 0.0, applies: Applies = "end") -> Told:
        """How long feeds wait in the queue from now on, and how long they are worked on; when their messages land meanwhile."""
        with self._world.lock:
            pace = self._world.feeds.pace
            pace.queue_s, pace.work_s, pace.applies = queue_s, work_s, applies
            return {"queue_s": queue_s, "work_s": work_s, "applies": applies}

    @deed
    def end_next_feed(self, ending: Ending, *, applied: Count = 0, report: bool = False, times: Count = 1) -> Told:
        """The next feeds end so: FATAL after `applied` of their messages, with a report on those or without; or CANCELLED."""
        with self._world.lock:
            self._world.feeds.plans.extend([Plan(ending, applied, report)] * times)
            return {"planned": len(self._world.feeds.plans)}

    @deed
    def set_report_time(self, work_s: Seconds, *, queue_s: Seconds = 0.0) -> Told:
        """How long reports wait in the queue from now on, and how long they are worked on."""
        with self._world.lock:
            self._world.reports.queue_s, self._world.reports.work_s = queue_s, work_s
            return {"queue_s": queue_s, "work_s": work_s}

    @deed
    def end_next_report(self, ending: Ending) -> Told:
        """The next report ends FATAL or CANCELLED."""
        with self._world.lock:
            self._world.reports.endings.append(ending)
            return {"planned": len(self._world.reports.endings)}

    @deed
    def set_report_charset(self, charset: Literal["UTF-8", "ISO-8859-1", "Cp1252", "Shift_JIS"]) -> Told:
        """In which characters reports are written from now on; their Content-Type says so."""
        with self._world.lock:
            self._world.reports.charset = charset
            return {"charset": charset}

    @deed
    def compress_documents(self, how: Compression) -> Told:
        """Which results are stored as GZIP from now on: never, always, or large ones alone."""
        with self._world.lock:
            self._world.documents.compression = how
            return {"how": how}

    @deed
    def clear_inbox(self) -> Told:
        """Forget the notifications that have come in."""
        with self._world.lock:
            self._world.notifications.inbox.clear()
            return {}

    @deed
    def lose_subscription(self, subscription_id: str) -> Told:
        """A subscription is gone, without anybody having deleted it."""
        with self._world.lock:
            if self._world.notifications.subscriptions.pop(subscription_id, None) is None:
                raise DeedRefused(f"no subscription {subscription_id}")
            return {"subscriptionId": subscription_id}
