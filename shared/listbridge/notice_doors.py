"""Where each marketplace tells us what it tells all of its applications: the address and its token, read once a minute."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from listbridge import registry
from listbridge.domain.configuration import Deployment, NoticeAddress
from listbridge.domain.ports import Clock, ConfigurationStore, Missing
from listbridge.services.configuration.notice_address import notice_address
from listbridge.services.inbox.ingest_notice import NoticeDoor

_FRESH = timedelta(seconds=60)


@dataclass(slots=True)
class CachedNoticeDoors:
    """The doors of the marketplaces that sign, from a cache that is at most a minute old. A name that is no marketplace costs no
    read."""

    configuration: ConfigurationStore
    clock: Clock
    _known: dict[str, tuple[datetime, NoticeDoor]] = field(default_factory=dict)

    def of(self, marketplace: str) -> NoticeDoor | None:
        if marketplace not in registry.slugs("marketplaces"):
            return None
        now = self.clock.now()
        known = self._known.get(marketplace)
        if known is not None and now - known[0] < _FRESH:
            return known[1]
        door = self._find(marketplace)
        if door is not None:  # else a seller who has just asked for the address would be refused for a minute
            self._known[marketplace] = (now, door)
        return door

    def _find(self, marketplace: str) -> NoticeDoor | None:
        try:
            scheme = registry.notice_scheme(marketplace)
            token = self.configuration.get(NoticeAddress, marketplace).token
            base = self.configuration.get(Deployment, "this").public_base_url
        except Missing:
            return None
        return NoticeDoor(scheme, token, notice_address(base, marketplace))
