"""Which problem codes are walked, on which platform: into the problem, by the fix that it names, and out.

A walk is a test under `@walks(…)`. It brings a real listing, order or connection into the problem, reads the fix that is
named, does exactly that, and asserts that it was allowed and that the problem is gone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from listbridge.domain.ids import ProductId, ShopId
from listbridge.domain.work import Hint, HintKind, Lane, ShopEvent
from listbridge.services.desk import messages
from tests.unit.functions.installation import Installation
from tests.unit.functions.seller import Seller

T = TypeVar("T", bound=Callable[..., Any])

SHOPIFY, EBAY, AMAZON, ETSY, OURS = "shopify", "ebay", "amazon", "etsy", "listbridge"
WALKED: dict[str, set[str]] = defaultdict(set)
"""Code → who says it: one of the platforms, or Listbridge itself, whatever the platform."""


def walks(*codes: str, on: str = OURS) -> Callable[[T], T]:
    """Marks the test that walks these codes."""

    def mark(test: T) -> T:
        for code in codes:
            WALKED[code].add(on)
        return test

    return mark


def named(problem: dict[str, Any] | None, code: str, fix: str) -> dict[str, Any]:
    """The problem as the API tells it: it is this one, it names this fix, and both have words."""
    assert problem is not None, f"no problem is told, {code} was expected"
    assert (problem["code"], problem["fix"]) == (code, fix), problem
    assert problem["text"] not in ("", code)
    assert "?" not in problem["text"].replace("?)", ""), problem["text"]
    assert problem["fix_text"] == messages.catalogue()["fixes"].get(fix, "") or problem["fix_text"], problem
    assert bool(problem["fix_text"]) == bool(fix), problem
    return problem


def reason(seller: Seller, sku: str) -> dict[str, Any] | None:
    """Why the listing is not updated now; None when it follows the shop."""
    told: dict[str, Any] | None = seller.row(sku)["listing"]["reason"]
    return told


def refusal(
    installation: Installation, method: str, path: str, body: Any = None, *, status: int = 409, **more: Any
) -> Any:
    """The problem that the API answers a call with; nothing else may come."""
    answer = installation.call(method, f"/v1{path}", body, **more)
    assert answer.status == status, answer.text
    return answer.body["problem"]


def entry(seller: Seller, job: dict[str, Any], sku: str) -> dict[str, Any]:
    """What became of one listing in a job."""
    entries = seller.its.get(f"/jobs/{job['id']}/entries")["entries"]
    (found,) = [one for one in entries if one["item"].split("#")[-1] == sku]
    return dict(found)


def heard(seller: Seller, *products: str) -> None:
    """The shop's events about these products arrive together, and everything that follows from them happens."""
    hints = tuple(Hint(kind=HintKind.PRODUCT, id=ProductId(product)) for product in products)
    seller.its.stores.queues.send(Lane.SHOP_EVENTS, ShopEvent(shop=ShopId(seller.shop), hints=hints))
    seller.its.run()
