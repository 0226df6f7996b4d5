"""The seller at the console: everything they do goes through the admin API, as in production."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import requests

from localrun.scoreboard import NotTrue

_TIMEOUT_S = 30.0


class NotAllowed(NotTrue):
    """The API refused; `text` is what it says to the seller."""

    def __init__(self, call: str, answer: requests.Response) -> None:
        super().__init__(f"{call} answered {answer.status_code}: {answer.text[:300]}")
        try:
            told = answer.json()
            fields = [f"{one['field']}: {one['text']}" for one in told.get("fields", ())]
            self.text = "; ".join(fields) or str(told["problem"]["text"])
        except (ValueError, LookupError, TypeError):
            self.text = answer.text[:100]


class Seller:
    """A signed-in person. Every method is one call of the API; an answer that is no success raises NotTrue."""

    def __init__(self, api_url: str, token: Callable[[], str]) -> None:
        self._url = f"{api_url}/v1"
        self._token = token
        self._session = requests.Session()

    def get(self, path: str) -> Any:
        return self._call("GET", path)

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        return self._call("POST", path, body or {})

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        return self._call("PATCH", path, body)

    def act(self, sales_list: str, action: str, items: Sequence[str] | str = "all") -> dict[str, Any]:
        """Run an action of the sales list and wait until its job is over."""
        chosen = items if isinstance(items, str) else list(items)
        return self.finished(self.post(f"/sales-lists/{sales_list}/actions", {"action": action, "items": chosen}))

    def finished(self, job: dict[str, Any], *, within_s: float = 40.0) -> dict[str, Any]:
        """Wait for a job, given as such or as the answer that began it; its record when it is over."""
        job = job.get("job", job)
        ends = time.monotonic() + within_s
        while job["state"] == "running":
            if time.monotonic() > ends:
                raise NotTrue(f"job {job['id']} ({job['kind']}) is still running: {job['done']} of {job['total']}")
            time.sleep(0.1)
            job = self.get(f"/jobs/{job['id']}")
        return job

    def listings(self, sales_list: str) -> dict[str, dict[str, Any]]:
        """The sales list's items by SKU, each with its listing."""
        return {row["sku"]: row for row in self.get(f"/sales-lists/{sales_list}/items")["items"]}

    def collections_read(self, since: str) -> bool:
        """Whether all collections that lists follow were read to their end since then: what comes later is new."""
        jobs = [one for one in self.get("/jobs?limit=50")["jobs"] if one["kind"] == "mirror"]
        return {one["state"] for one in jobs} == {"done"} and any(one["finished_at"] >= since for one in jobs)

    def explain(self, listing: str) -> dict[str, Any]:
        """Why a listing shows what it shows."""
        answer: dict[str, Any] = self.get(f"/listings/{listing}/explain")
        return answer

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = self._session.request(
            method, f"{self._url}{path}", json=body, headers={"Authorization": self._token()}, timeout=_TIMEOUT_S
        )
        if not answer.ok:
            raise NotAllowed(f"{method} {path}", answer)
        return answer.json() if answer.content else None
