"""The keys that notices are signed with, as the door knows them: it reads no secret and calls nobody, so it asks the lane of orders
to ask the marketplace."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from listbridge.domain.ports import Clock, Counters, NoticeKey, NoticeKeys, Queues
from listbridge.domain.work import Lane, LearnNoticeKey

FRESH = timedelta(hours=1)
"""How long a key is used before it is asked for again (as marketplaces recommend), and how long the marketplace's answer that there is none holds."""
KEPT = timedelta(hours=24)
"""How long it is used while it cannot be asked for."""
MOST_ASKED = 60
"""Unknown keys that are asked for in an hour: somebody who invents ids makes us ask no more. A marketplace has a handful of keys."""
_HOUR_S, _MINUTE_S = 3_600, 60
_LOOKS, _LOOK_EVERY_S = 8, 0.25
_REMEMBERED = 200


@dataclass(slots=True)
class SigningKeys:
    """Keys from memory, from the table, or asked for."""

    stored: NoticeKeys
    counters: Counters
    queues: Queues
    clock: Clock
    _known: dict[tuple[str, str], NoticeKey] = field(default_factory=dict)

    def of(self, marketplace: str, id: str) -> NoticeKey | None:
        """The key, with an empty `pem` where the marketplace knows none; None where it is not known yet.

        One that nobody has asked for in the last minute is asked for, and waited for two seconds.
        """
        known = self._found(marketplace, id)
        if known is not None:
            if self._age(known) >= FRESH and self._is_first("again", known.marketplace, id, _HOUR_S):
                self._ask_for(marketplace, id)
            return known
        if not self._may_ask_for(marketplace, id):
            return None
        self._ask_for(marketplace, id)
        for _ in range(_LOOKS):
            self.clock.sleep(_LOOK_EVERY_S)
            known = self._found(marketplace, id)
            if known is not None:
                return known
        return None

    def _found(self, marketplace: str, id: str) -> NoticeKey | None:
        """What memory holds that is fresh, else what the table holds that may be used."""
        known = self._known.get((marketplace, id))
        if known is not None and self._age(known) < FRESH:
            return known
        stored = self.stored.find(marketplace, id)
        if stored is None or self._age(stored) >= (KEPT if stored.pem else FRESH):
            return None
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[marketplace, id] = stored
        return stored

    def _may_ask_for(self, marketplace: str, id: str) -> bool:
        name, now = f"notice_keys#{marketplace}", self.clock.now()
        if self.counters.current(name, window_s=_HOUR_S, now=now) >= MOST_ASKED:
            return False  # before anything is written: inventing ids costs us one read each from now on
        if not self._is_first("new", marketplace, id, _MINUTE_S):
            return False
        return self.counters.add(name, 1, window_s=_HOUR_S, now=now) <= MOST_ASKED

    def _is_first(self, why: str, marketplace: str, id: str, window_s: int) -> bool:
        name = f"notice_key#{why}#{marketplace}#{id}"
        return self.counters.add(name, 1, window_s=window_s, now=self.clock.now()) == 1

    def _ask_for(self, marketplace: str, id: str) -> None:
        self.queues.send(Lane.ORDERS, LearnNoticeKey(marketplace=marketplace, key=id))

    def _age(self, key: NoticeKey) -> timedelta:
        return self.clock.now() - key.learned_at
