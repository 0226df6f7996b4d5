"""Threads that start together, and pages read to the end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def at_once(count: int, act: Callable[[int], T]) -> list[T | BaseException]:
    """Run `act(0)` … `act(count - 1)` in threads that start together; an exception is a result."""
    start = threading.Barrier(count)

    def together(number: int) -> T:
        start.wait()
        return act(number)

    with ThreadPoolExecutor(count) as threads:
        futures = [threads.submit(together, number) for number in range(count)]
        return [future.exception() or future.result() for future in futures]


def all_pages(read: Callable[[str | None], tuple[list[Any], str | None]]) -> list[Any]:
    """Everything, page by page."""
    rows, cursor = read(None)
    for _ in range(1000):
        if cursor is None:
            return rows
        page, cursor = read(cursor)
        rows = [*rows, *page]
    raise AssertionError("paging does not end")
