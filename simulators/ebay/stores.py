"""The seller's own store: its categories.

There is no OpenAPI document of the Stores API at hand: path, scopes and answer are those of public code (YosefHayim/ebay-mcp, read
2026-11-28). That a seller without a store gets an empty list is our choice.
"""

from __future__ import annotations

from typing import Any

from simulators.ebay.wire import Call, Operation
from simulators.ebay.world import World
from simulators.kit.wire import Reply

_SCOPE = "https://api.ebay.com/oauth/api_scope/sell.stores"


def get_store_categories(world: World, call: Call) -> Reply:
    """The whole tree; categories are numbered in the order of their paths."""
    root: dict[str, Any] = {}
    numbers = {path: str(number) for number, path in enumerate(sorted(call.seller.store_categories), 1)}
    for path in call.seller.store_categories:
        node = root
        for name in path.strip("/").split("/"):
            node = node.setdefault(name, {})
    return Reply(200, {"storeCategories": _told(root, "", 1, numbers)})


def _told(nodes: dict[str, Any], above: str, level: int, numbers: dict[str, str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for order, (name, below) in enumerate(nodes.items()):
        path = f"{above}/{name}"
        row: dict[str, Any] = {
            "categoryId": numbers.get(path, "0"),
            "categoryName": name,
            "level": level,
            "order": order,
        }
        if below:
            row["childrenCategories"] = _told(below, path, level + 1, numbers)
        rows.append(row)
    return rows


OPERATIONS = (
    Operation(
        "getStoreCategories",
        "GET",
        "/sell/stores/v1/store/categories",
        get_store_categories,
        "sell.stores",
        (_SCOPE, f"{_SCOPE}.readonly"),
    ),
)
