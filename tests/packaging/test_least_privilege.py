"""Each role allows what its function's code uses. The local run enforces the roles; this finds the paths it never takes."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.packaging.conftest import ROOT

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
    r"get|get_many|find|revs|all|of_\w+|page|due|current|pending|entries|recent|unfinished|count_live|unsent|waiting_for_skus"
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
_DOOR = {("read", "ConfigTable"), ("write", "InboxTable"), ("send", "ShopEventsQueue"), ("secret", "read")}


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


def _needs(function: str) -> set[tuple[str, str]]:
    """What the services that a function can reach ask of their ports; too much rather than too little."""
    if function == "webhook_ingest":
        return _DOOR
    waiting, modules = set(_imports(ROOT / "functions" / function / "app.py")), set()
    while waiting:
        module = waiting.pop()
        path = _file(module)
        if path is not None and module not in modules:
            modules.add(module)
            waiting |= _imports(path)
    text = "\n".join(path.read_text() for module in modules if (path := _file(module)))
    needs = {("send", _QUEUE_OF_LANE[lane]) for lane in re.findall(r"\bLane\.([A-Z_]+)", text)}
    for port, method in re.findall(r"\b_?deps\.(\w+)\.(\w+)", text):
        if port == "orders" and _BUYERS.fullmatch(method):
            needs.add(("read" if method.endswith("buyers") else "write", "BuyersTable"))
            continue
        if port == "orders" and method == "reserve":
            needs |= {("write", "VariantsTable"), ("read", "OrdersTable")}  # the order is only proven
            continue
        if port in _TABLE_OF_PORT:
            needs.add(("read" if _READS.fullmatch(method) else "write", _TABLE_OF_PORT[port]))
        elif port in ("shops", "marketplaces") and method == "open":
            needs |= {
                ("secret", "read"),
                ("write", "CoordinationTable"),
            }  # credentials, and the budget of the calls
        elif port == "secrets":
            needs.add(("secret", "read" if method == "get" else "write"))
    return needs


def _grants(template: dict[str, Any], role: str) -> set[tuple[str, str]]:
    grants: set[tuple[str, str]] = set()
    for statement in template["Resources"][role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]:
        targets = {
            resource["Fn::GetAtt"][0] for resource in statement["Resource"] if "Fn::GetAtt" in resource
        }
        actions = set(statement["Action"])
        if "sqs:SendMessage" in actions:
            grants |= {("send", target) for target in targets}
        if "dynamodb:Query" in actions:
            grants |= {("read", target) for target in targets}
        if "dynamodb:PutItem" in actions:
            grants |= {("write", target) for target in targets}
        if "secretsmanager:GetSecretValue" in actions:
            grants.add(("secret", "read"))
        if "secretsmanager:PutSecretValue" in actions:
            grants.add(("secret", "write"))
    return grants


_FUNCTIONS = (
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


@pytest.mark.parametrize("function", _FUNCTIONS)
def test_a_role_allows_everything_its_function_does(template: dict[str, Any], function: str) -> None:
    role = "".join(part.capitalize() for part in function.split("_")) + "Role"
    needs = _needs(function)
    assert len(needs) >= 4
    assert needs - _grants(template, role) == set()


@pytest.mark.parametrize("function", _FUNCTIONS)
def test_a_role_allows_no_writing_that_its_function_never_does(
    template: dict[str, Any], function: str
) -> None:
    role = "".join(part.capitalize() for part in function.split("_")) + "Role"
    granted = {grant for grant in _grants(template, role) if grant[0] in ("write", "send")}
    assert granted - _needs(function) == set()


def test_only_the_admin_api_may_change_credentials(template: dict[str, Any]) -> None:
    roles = [name for name in template["Resources"] if name.endswith("Role")]
    assert [role for role in roles if ("secret", "write") in _grants(template, role)] == ["AdminApiRole"]


def test_only_those_who_create_show_or_erase_may_touch_buyers_data(template: dict[str, Any]) -> None:
    roles = [name for name in template["Resources"] if name.endswith("Role")]
    touching = {role for role in roles if "BuyersTable" in {target for _, target in _grants(template, role)}}
    assert touching == {"ImportOrdersRole", "AdminApiRole", "ReconcileRole"}


def test_only_a_sweep_may_scan_and_only_what_it_sweeps(template: dict[str, Any]) -> None:
    scans = {
        role: [resource["Fn::GetAtt"][0] for resource in statement["Resource"]]
        for role in template["Resources"]
        if role.endswith("Role")
        for statement in template["Resources"][role]["Properties"]["Policies"][0]["PolicyDocument"][
            "Statement"
        ]
        if "dynamodb:Scan" in statement["Action"]
    }
    assert scans == {"RecomputeListingsRole": ["VariantsTable"], "ReconcileRole": ["BuyersTable"]}


def test_the_functions_checked_here_are_all_there_are(functions: dict[str, dict[str, Any]]) -> None:
    assert {Path(properties["CodeUri"]).name for properties in functions.values()} == set(_FUNCTIONS)
