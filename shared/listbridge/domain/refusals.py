"""Many pieces of work, some of which are refused: a refused one does not stop the others. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from listbridge.domain.verdicts import Rejected, RemoteError

K = TypeVar("K")
R = TypeVar("R")


def apart(keys: Iterable[K], act: Callable[[K], R]) -> tuple[dict[K, R], dict[K, RemoteError]]:
    """What came of each, and why each of the others was refused. Any other RemoteError ends it."""
    done: dict[K, R] = {}
    refused: dict[K, RemoteError] = {}
    for key in keys:
        try:
            done[key] = act(key)
        except Rejected as error:
            refused[key] = error
    return done, refused
