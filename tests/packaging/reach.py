"""What a function's code can reach, read from the source: the services that it imports, and what they ask of their ports."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import Any

from listbridge.admin.api import ROOMS
from tests.packaging.conftest import ROOT

FUNCTIONS = (
    "webhook_ingest",
    "sync_catalog",
    "recompute_listings",
    "revise_inventory",
    "publish_listing",
    "import_orders",
    "relay_fulfillment",
    "reconcile",
    "admin_api",
)

_TABLE_OF_PORT = {
    "configuration": "ConfigTable",
    "variants": "VariantsTable",
    "listings": "ListingsTable",
    "items": "ItemsTable",
    "orders": "OrdersTable",
    "polls": "CoordinationTable",
    "publications": "PublicationsTable",
    "leases": "CoordinationTable",
    "counters": "CoordinationTable",
    "inbox": "InboxTable",
    "jobs": "JobsTable",
    "activity": "ActivityTable",
}
_READS = re.compile(
    r"get|get_many|find|revs|all|of_\w+|page|due|current|pending|entries|recent|unfinished|count_live|unsent|waiting_for_skus|reservations"
)
_BUYERS = re.compile(r"buyers|with_buyers|put_buyer|erase_buyer")
_QUEUE_OF_LANE = {
    "SHOP_EVENTS": "ShopEventsQueue",
    "RECOMPUTE": "RecomputeQueue",
    "REVISE": "ReviseQueue",
    "PUBLISH": "PublishQueue",
    "ORDERS": "OrdersQueue",
    "FULFILLMENTS": "FulfillmentsQueue",
}
# What the door works with is built by hand in bootstrap.webhook_ingest, not taken from `deps`.
_DOOR = {
    ("read", "ConfigTable"),
    ("write", "InboxTable"),
    ("send", "ShopEventsQueue"),
    ("send", "OrdersQueue"),
    ("read secrets", "shops"),
    ("read secrets", "hooks"),
}
_SECRETS_OF_PORT = {"shops": "shops", "marketplaces": "accounts"}
_DONE = {"get": ("read",), "put": ("write", "make"), "delete": ("make",)}
_KEYS = "listbridge.services.configuration.hook_keys"


def _file(module: str) -> Path | None:
    path = ROOT / "shared" / module.replace(".", "/")
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


@cache
def _imports(path: Path) -> frozenset[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(name for name in found if name.startswith(("listbridge.services", "listbridge.admin")))


@cache
def _methods_that(call: str) -> frozenset[tuple[str, str]]:
    """(port, method) of the stores whose code makes such a call. Each store stands in the file named like its port."""
    infra = ROOT / "shared" / "listbridge" / "infra"
    found = {
        (path.stem, node.name)
        for path in infra.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(inner, ast.Call) and _called(inner) == call for inner in ast.walk(node))
    }
    known = {(port, method) for port, method in found if port in _TABLE_OF_PORT}
    assert all(not method.startswith("_") for _, method in known), "only public methods are recognised here"
    return frozenset(known)


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


@cache
def _reached(function: str) -> frozenset[str]:
    """Every module of services and admin that a function imports, or its imports do."""
    waiting, modules = set(_imports(ROOT / "functions" / function / "app.py")), set()
    while waiting:
        module = waiting.pop()
        path = _file(module)
        if path is not None and module not in modules:
            modules.add(module)
            waiting |= _imports(path)
        if module == "listbridge.admin.api":  # which imports its rooms by name, when they are asked for
            waiting |= {f"listbridge.admin.routes.{name}" for names in ROOMS.values() for name in names}
    return frozenset(modules)


def text_reached(function: str, *, without: str = "") -> str:
    """The source of every service that a function can reach, but for one module."""
    return "\n".join(
        path.read_text() for name in sorted(_reached(function)) if (path := _file(name)) and name != without
    )


def needs(function: str) -> set[tuple[str, str]]:
    """What the services that a function can reach ask of their ports; too much rather than too little."""
    if function == "webhook_ingest":
        return _DOOR
    modules = _reached(function)
    text = text_reached(function, without=_KEYS)
    needed = {("send", _QUEUE_OF_LANE[lane]) for lane in re.findall(r"\bLane\.([A-Z_]+)", text)}
    if _KEYS in modules:
        needed |= _key_needs(text)
    for port, method in re.findall(r"\b_?deps\.(\w+)\.(\w+)", text):
        buyers = port == "orders" and _BUYERS.fullmatch(method) is not None
        table = "BuyersTable" if buyers else _TABLE_OF_PORT.get(port, "")
        if (port, method) in _methods_that("delete"):
            needed.add(("delete", table))
        if (port, method) in _methods_that("batch_write"):
            needed.add(("write in batches", table))
        if buyers:
            needed.add(("read" if method.endswith("buyers") else "write", table))
            continue
        if port == "orders" and method == "reserve":
            # The order is only proven; lines that hold nothing any more are deleted.
            needed |= {("write", "VariantsTable"), ("delete", "VariantsTable"), ("read", "OrdersTable")}
            continue
        if port in _TABLE_OF_PORT:
            needed.add(("read" if _READS.fullmatch(method) else "write", table))
        elif port in _SECRETS_OF_PORT and method == "open":
            needed |= {
                ("read secrets", _SECRETS_OF_PORT[port]),
                ("write secrets", _SECRETS_OF_PORT[port]),  # a token that was renewed
                ("write", "CoordinationTable"),  # the budget of the calls, and who renews
            }
        elif port == "hand_overs":
            needed |= {("read secrets", kind) for kind in _SECRETS_OF_PORT.values()}
        elif port == "secrets":
            needed |= {(f"{act} secrets", kind) for act in _DONE[method] for kind in _SECRETS_OF_PORT.values()}
    return needed


def _key_needs(text: str) -> set[tuple[str, str]]:
    """Of the keys that we make ourselves, by which of their functions are called."""
    calls = {"hook_keys": "get", "make_hook_keys": "put", "forget_hook_keys": "delete"}
    used = [method for name, method in calls.items() if re.search(rf"\b{name}\(deps", text)]
    return {(f"{act} secrets", "hooks") for method in used for act in _DONE[method]}


def queue_of(properties: dict[str, Any]) -> str | None:
    """The queue whose messages run this function."""
    events = [event for event in properties.get("Events", {}).values() if event["Type"] == "SQS"]
    return events[0]["Properties"]["Queue"]["Fn::GetAtt"][0] if events else None
