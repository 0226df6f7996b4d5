"""A session that notes what left it: what was written to shops and marketplaces, answered or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests

from listbridge.domain.verdicts import ObserveMode, RateLimited
from listbridge.infra.calls.http import HttpSession, Purpose


@dataclass(frozen=True)
class Write:
    """A call that may have changed something remote."""

    host: str
    operation: str


class NotingSession(HttpSession):
    """Notes every write that was not kept back by ourselves. Writes are whole requests: none is streamed."""

    def __init__(self, writes: list[Write], **how: Any) -> None:
        super().__init__(**how)
        self._writes = writes

    def request(self, method: str, url: str, *, purpose: Purpose, operation: str, **what: Any) -> requests.Response:
        kept_back = False
        try:
            return super().request(method, url, purpose=purpose, operation=operation, **what)
        except (ObserveMode, RateLimited):
            kept_back = True
            raise
        finally:
            if purpose is Purpose.WRITE and not kept_back:
                self._writes.append(Write(urlsplit(url).hostname or "", operation))
