"""The way to a simulator, on which a call can be broken off, and something happen before one arrives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import requests

from simulators.door import Transport


class CutTransport(Transport):
    """Counts the calls of an API from 0. `cut` is the number of the call to break off, before it arrives or after it was
    `applied`; `meanwhile` is called before each with its number. `counts` says which requests are such calls, for those for
    tokens are none."""

    def __init__(self, app: Any, counts: Callable[[requests.PreparedRequest], bool]) -> None:
        super().__init__(app)
        self._counts = counts
        self.calls = 0
        self.meanwhile: Callable[[int], object] = lambda _: None
        self.cut: int | None = None
        self.applied = False

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        if not self._counts(request):
            return super().send(request, **options)
        number, self.calls = self.calls, self.calls + 1
        self.meanwhile(number)
        if number == self.cut and not self.applied:
            raise requests.ReadTimeout("cut off before it arrived")
        response = self.answered(request, **options)
        if number == self.cut:
            raise requests.ReadTimeout("cut off after it was carried out")
        return response

    def answered(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """The simulator's answer to a call, as the adapter is to see it."""
        return super().send(request, **options)
