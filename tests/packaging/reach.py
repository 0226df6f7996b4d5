"""What a function's code can reach, read from the source, name by name: the services it uses, and what those ask of their ports.

A class is reached whole, and so is a module of the admin API, whose routes register themselves as it is imported.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from listbridge.admin.api import ROOMS
from tests.packaging.conftest import ROOT
from tests.packaging.slices import Module, Touch, file_of, module_named, touches

FUNCTIONS = (
    "webhook_ingest",
    "marketplace_notices",
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
    "members": "ItemsTable",
    "orders": "OrdersTable",
    "polls": "CoordinationTable",
    "publications": "PublicationsTable",
    "sku_mappings": "ConfigTable",
    "leases": "CoordinationTable",
    "counters": "CoordinationTable",
    "inbox": "InboxTable",
    "notice_keys": "CoordinationTable",
    "forgotten": "CoordinationTable",
    "jobs": "JobsTable",
    "activity": "ActivityTable",
}
_READS = re.compile(
    r"get|until|get_many|find|known|revs|all|of_\w+|page|due|current|pending|entries|recent|unfinished|count_live|unsent|waiting_for_skus|reservations|shop_skus|marketplace_skus"
)
_BUYERS = re.compile(r"buyers|with_buyers|of_user|put_buyer|erase_buyer")
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
# Likewise in bootstrap.notice_ingest: keys and counters, both in coordination, and no secret at all.
_NOTICE_DOOR = {
    ("read", "ConfigTable"),
    ("write", "CoordinationTable"),
    ("write", "InboxTable"),
    ("send", "OrdersQueue"),
}
_SECRETS_OF_PORT = {"shops": "shops", "marketplaces": "accounts"}
_DONE = {"get": {"read"}, "put": {"write", "make"}, "delete": {"make"}}
_KEYS = "listbridge.services.configuration.hook_keys"


@dataclass(frozen=True)
class _Reached:
    """A name of a module that a function can reach; without a name, all of the module."""

    module: str
    name: str = ""


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
def _reached(function: str) -> frozenset[_Reached]:
    app = Module.of((ROOT / "functions" / function / "app.py").read_text())
    return frozenset(_reached_from(_names_in(app, app.tree)))


def _reached_from(start: set[_Reached]) -> set[_Reached]:
    found: set[_Reached] = set()
    waiting = set(start)
    while waiting:
        one = waiting.pop()
        module = module_named(one.module)
        if module is None or one in found:
            continue
        found.add(one)
        for part in _parts(module, one):
            waiting |= _names_in(module, part)
        if one.module == "listbridge.admin.api":  # which imports its rooms by name, when they are asked for
            waiting |= {_Reached(f"listbridge.admin.routes.{name}") for names in ROOMS.values() for name in names}
    return found


def _parts(module: Module, reached: _Reached) -> list[ast.AST]:
    if not reached.name or module.name.startswith("listbridge.admin"):
        return list(module.tree.body)
    made_here = module.own.get(reached.name)
    # Where another module makes it, this one only hands the name on.
    return [made_here if made_here is not None else ast.Name(reached.name)]


def _names_in(module: Module, part: ast.AST) -> set[_Reached]:
    named: set[_Reached] = set()
    of_modules: set[ast.expr] = set()
    for node in ast.walk(part):  # an attribute comes before the name that it is an attribute of
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            whole = ".".join(module.origins.get(node.value.id, ()))
            if whole and file_of(whole) is not None:
                named.add(_Reached(whole, node.attr))
                of_modules.add(node.value)
        elif isinstance(node, ast.Name) and node not in of_modules:
            if node.id in module.own:
                named.add(_Reached(module.name, node.id))
            elif node.id in module.origins:
                named.add(_imported(*module.origins[node.id]))
    return named


def _imported(module: str, name: str) -> _Reached:
    return _Reached(f"{module}.{name}") if file_of(f"{module}.{name}") is not None else _Reached(module, name)


@cache
def _touches_of(reached: _Reached) -> frozenset[Touch]:
    module = module_named(reached.module)
    return frozenset(touches(module, _parts(module, reached))) if module is not None else frozenset()


def touched(function: str) -> set[Touch]:
    """Every reach for a port in what a function can reach."""
    return {touch for reached in _reached(function) for touch in _touches_of(reached)}


@cache
def ports_reached(module: str, name: str) -> frozenset[str]:
    """The ports that one service, or part of one, and all that it uses reach for."""
    reached = _reached_from({_Reached(module, name)})
    return frozenset(touch.port for one in reached for touch in _touches_of(one) if touch.slice)


def tables_of(ports: Iterable[str]) -> set[str]:
    """The tables behind these ports."""
    tables = {_TABLE_OF_PORT[port] for port in ports if port in _TABLE_OF_PORT}
    return tables | {"BuyersTable"} if "OrdersTable" in tables else tables


def needs(function: str) -> set[tuple[str, str]]:
    """What the services that a function can reach ask of their ports; too much rather than too little."""
    if function == "webhook_ingest":
        return _DOOR
    if function == "marketplace_notices":
        return _NOTICE_DOOR
    needed = {("send", _QUEUE_OF_LANE[lane]) for lane in _lanes_of(function)}
    for reached in _reached(function):
        of_keys = reached.module == _KEYS
        for touch in _touches_of(reached):
            if touch.of_port:
                needed |= _key_needs(touch) if of_keys else _needs_of(touch.port, touch.of_port)
    return needed


def _lanes_of(function: str) -> set[str]:
    return {
        node.attr
        for reached in _reached(function)
        if (module := module_named(reached.module)) is not None
        for part in _parts(module, reached)
        for node in ast.walk(part)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Lane"
    }


def _key_needs(touch: Touch) -> set[tuple[str, str]]:
    """Of the keys that we make ourselves; its module keeps them with the secrets, and they are no platform's."""
    return {(f"{act} secrets", "hooks") for act in _DONE[touch.of_port]} if touch.port == "secrets" else set()


def _needs_of(port: str, method: str) -> set[tuple[str, str]]:
    buyers = port == "orders" and _BUYERS.fullmatch(method) is not None
    table = "BuyersTable" if buyers else _TABLE_OF_PORT.get(port, "")
    needed: set[tuple[str, str]] = set()
    if (port, method) in _methods_that("delete"):
        needed.add(("delete", table))
    if (port, method) in _methods_that("batch_write"):
        needed.add(("write in batches", table))
    if (port, method) in _methods_that("scan"):
        needed.add(("scan", table))
    if buyers:
        return needed | {("read" if method.endswith("buyers") or method == "of_user" else "write", table)}
    if port == "orders" and method == "reserve":
        # The order is only proven, by a right that comes with writing; lines that hold nothing any more are deleted.
        return needed | {("write", "VariantsTable"), ("delete", "VariantsTable"), ("write", "OrdersTable")}
    if port in _TABLE_OF_PORT:
        return needed | {("read" if _READS.fullmatch(method) else "write", table)}
    if port in _SECRETS_OF_PORT and method in {"open", "budget"}:
        kind = _SECRETS_OF_PORT[port]
        # A token that was renewed is saved; the budget of the calls, and who renews, are in coordination.
        return {("read secrets", kind), ("write secrets", kind), ("write", "CoordinationTable")}
    if port == "hand_overs":
        return {("read secrets", kind) for kind in _SECRETS_OF_PORT.values()}
    if port == "secrets":
        return {(f"{act} secrets", kind) for act in _DONE[method] for kind in _SECRETS_OF_PORT.values()}
    return needed


def queue_of(properties: dict[str, Any]) -> str | None:
    """The queue whose messages run this function."""
    events = [event for event in properties.get("Events", {}).values() if event["Type"] == "SQS"]
    return events[0]["Properties"]["Queue"]["Fn::GetAtt"][0] if events else None
