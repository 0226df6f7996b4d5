"""The static sandbox: answers out of the official models alone, without state.

Each response of a model may hold request and response pairs (`x-amzn-api-sandbox`, `static`). A call is answered with the pair
whose parameters all equal those of the call; of several, the one that names most of them, and among equals the first.
A call that no pair fits is refused, as the public sandbox refuses it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulators.kit.wire import Call, Reply

MODELS = Path(__file__).with_name("official") / "models"
_METHODS = ("get", "put", "post", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Pair:
    """One request and its answer. `wanted` holds the parameters that the request must have, `body` among them."""

    operation: str
    method: str
    path: str
    status: int
    wanted: Mapping[str, Any]
    response: Any

    def fits(self, parameters: Mapping[str, str], query: Mapping[str, str], body: Any) -> bool:
        """Whether a call has all that this pair asks for. Lists stand in a query as comma-separated values."""
        given: dict[str, Any] = {**query, **parameters}
        for name, value in self.wanted.items():
            if name == "body":
                if body != value:
                    return False
            elif given.get(name) != in_query(value):
                return False
        return True


def in_query(value: Any) -> str:
    """A parameter as it stands in an address: lists as comma-separated values, truth in lower case."""
    if isinstance(value, list):
        return ",".join(in_query(one) for one in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def pairs_of(models: Path = MODELS) -> list[Pair]:
    """All pairs of all models, in their order."""
    return [pair for path in sorted(models.glob("*.json")) for pair in _pairs_in(json.loads(path.read_text()))]


def _pairs_in(model: Mapping[str, Any]) -> Iterator[Pair]:
    for path, operations in model["paths"].items():
        for method, operation in operations.items():
            if method not in _METHODS:
                continue
            for status, response in operation["responses"].items():
                for static in (response.get("x-amzn-api-sandbox") or {}).get("static", ()):
                    named = static.get("request", {}).get("parameters", {})
                    wanted = {name: told["value"] for name, told in named.items() if "value" in told}
                    identity = (operation["operationId"], method.upper(), path, int(status))
                    yield Pair(*identity, wanted, static.get("response"))


class Sandbox:
    """Answers calls by the pairs of their address: two versions of an API may have operations of one name."""

    def __init__(self, pairs: list[Pair] | None = None) -> None:
        self._pairs: dict[tuple[str, str], list[Pair]] = {}
        for pair in pairs_of() if pairs is None else pairs:
            self._pairs.setdefault((pair.method, pair.path), []).append(pair)

    def answer(self, call: Call) -> Reply:
        """The answer of the pair that fits best; 400 where none fits or the operation has none."""
        fitting = [
            pair
            for pair in self._pairs.get((call.method, call.route.path), ())
            if pair.fits(call.parameters, call.query, _json_or_none(call))
        ]
        if not fitting:
            error = {"code": "InvalidInput", "message": "Could not match input arguments", "details": ""}
            return Reply(400, {"errors": [error]})
        best = max(fitting, key=lambda pair: len(pair.wanted))
        return Reply(best.status, None if best.status == 204 else best.response)


def _json_or_none(call: Call) -> Any:
    try:
        return Call.json(call) if call.body else None
    except ValueError:
        return None
