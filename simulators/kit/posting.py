"""Posting over HTTP to those who have subscribed, and asking them, as a platform does from its own machines."""

from __future__ import annotations

import threading
from collections.abc import Callable

import requests

_CONNECT_S = 1.0

Ask = Callable[[str, dict[str, str]], tuple[int, bytes]]
"""Address, query → status and body of a GET."""


def poster(timeout_s: float) -> Callable[[str, dict[str, str], bytes], int]:
    """Posts: 1 s to connect, `timeout_s` in all, no redirects followed."""
    local = threading.local()

    def deliver(url: str, headers: dict[str, str], body: bytes) -> int:
        answer = _session(local).post(
            url, data=body, headers=headers, timeout=(_CONNECT_S, timeout_s), allow_redirects=False
        )
        return answer.status_code

    return deliver


def asker(timeout_s: float) -> Ask:
    """Asks likewise."""
    local = threading.local()

    def ask(url: str, query: dict[str, str]) -> tuple[int, bytes]:
        answer = _session(local).get(url, params=query, timeout=(_CONNECT_S, timeout_s), allow_redirects=False)
        return answer.status_code, answer.content

    return ask


def _session(local: threading.local) -> requests.Session:
    session: requests.Session | None = getattr(local, "session", None)
    if session is None:
        session = local.session = requests.Session()
        session.trust_env = False
    return session
