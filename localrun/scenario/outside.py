"""The world outside, through the simulators' control doors: what happens in the shop, what a buyer sees."""

from __future__ import annotations

from typing import Any

import requests

_TIMEOUT_S = 10.0


class ControlDoor:
    """The `/_sim/` door of one simulator."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/_sim"
        self._session = requests.Session()

    def do(self, deed: str, **told: Any) -> dict[str, Any]:
        """Let something happen out there."""
        answer = self.post("deeds", {"deed": deed, **told})
        result: dict[str, Any] = answer.get("result", answer)
        return result

    def post(self, what: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self._session.post(f"{self._url}/{what}", json=body, timeout=_TIMEOUT_S)
        if not answer.ok:
            raise requests.HTTPError(f"{what} {body.get('deed', '')}: {answer.text[:300]}", response=answer)
        told: dict[str, Any] = answer.json()
        return told

    def get(self, what: str, **query: Any) -> dict[str, Any]:
        answer = self._session.get(f"{self._url}/{what}", params=query, timeout=_TIMEOUT_S)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told

    def delete(self, what: str) -> None:
        """Clear the faults, or forget the calls."""
        self._session.delete(f"{self._url}/{what}", timeout=_TIMEOUT_S).raise_for_status()


class Shop(ControlDoor):
    """The simulated shop."""

    def deliveries(self, play: str, **told: Any) -> None:
        """Hold, duplicate, reorder or release the webhooks on their way."""
        self.post("deliveries", {"play": play, **told})


class Marketplace(ControlDoor):
    """The simulated marketplace, as a buyer and as its operator see it."""

    def on_sale(self) -> dict[str, dict[str, Any]]:
        """Every live variation by SKU: quantity, price, title of its listing."""
        rows = self.get("listings", live=1)["listings"]
        return {
            variation["sku"]: {**variation, "title": row["title"], "url": row["url"]}
            for row in rows
            for variation in row["variations"]
        }

    def quantity(self, sku: str) -> int | None:
        shown = self.on_sale().get(sku)
        return None if shown is None else int(shown["quantity"])

    def price(self, sku: str) -> str | None:
        shown = self.on_sale().get(sku)
        return None if shown is None else str(shown["price"])

    def slow_down(self, operation: str, *, seconds: float, times: int) -> None:
        """Let the next calls of one operation take that much longer."""
        self.post("faults", {"operation": operation, "kind": "delay", "seconds": seconds, "times": times})

    def calls(self, operation: str) -> list[dict[str, Any]]:
        """The journal of one operation, oldest first."""
        return list(self.get("calls", operation=operation)["calls"])
