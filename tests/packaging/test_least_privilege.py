"""Each role allows what its function's code uses. The local run enforces the roles; this finds the paths it never takes."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from listbridge.admin.api import ROOMS
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
_KEYS = "listbridge.services.hook_keys"


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
        for path in [*infra.glob("*.py"), *(infra / "repositories").glob("*.py")]
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(inner, ast.Call) and _called(inner) == call for inner in ast.walk(node))
    }
    known = {(port, method) for port, method in found if port in _TABLE_OF_PORT}
    assert all(not method.startswith("_") for _, method in known), "only public methods are recognised here"
    return frozenset(known)


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


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
        if module == "listbridge.admin.api":  # which imports its rooms by name, when they are asked for
            waiting |= {f"listbridge.admin.{name}" for names in ROOMS.values() for name in names}
    text = "\n".join(path.read_text() for module in modules if (path := _file(module)) and module != _KEYS)
    needs = {("send", _QUEUE_OF_LANE[lane]) for lane in re.findall(r"\bLane\.([A-Z_]+)", text)}
    if _KEYS in modules:
        needs |= _key_needs(text)
    for port, method in re.findall(r"\b_?deps\.(\w+)\.(\w+)", text):
        buyers = port == "orders" and _BUYERS.fullmatch(method) is not None
        table = "BuyersTable" if buyers else _TABLE_OF_PORT.get(port, "")
        if (port, method) in _methods_that("delete"):
            needs.add(("delete", table))
        if (port, method) in _methods_that("batch_write"):
            needs.add(("write in batches", table))
        if buyers:
            needs.add(("read" if method.endswith("buyers") else "write", table))
            continue
        if port == "orders" and method == "reserve":
            # The order is only proven; lines that hold nothing any more are deleted.
            needs |= {("write", "VariantsTable"), ("delete", "VariantsTable"), ("read", "OrdersTable")}
            continue
        if port in _TABLE_OF_PORT:
            needs.add(("read" if _READS.fullmatch(method) else "write", table))
        elif port in _SECRETS_OF_PORT and method == "open":
            needs |= {
                ("read secrets", _SECRETS_OF_PORT[port]),
                ("write secrets", _SECRETS_OF_PORT[port]),  # a token that was renewed
                ("write", "CoordinationTable"),  # the budget of the calls, and who renews
            }
        elif port == "hand_overs":
            needs |= {("read secrets", kind) for kind in _SECRETS_OF_PORT.values()}
        elif port == "secrets":
            needs |= {(f"{act} secrets", kind) for act in _DONE[method] for kind in _SECRETS_OF_PORT.values()}
    return needs


def _key_needs(text: str) -> set[tuple[str, str]]:
    """Of the keys that we make ourselves, by which of their functions are called."""
    calls = {"hook_keys": "get", "make_hook_keys": "put", "forget_hook_keys": "delete"}
    used = [method for name, method in calls.items() if re.search(rf"\b{name}\(deps", text)]
    return {(f"{act} secrets", "hooks") for method in used for act in _DONE[method]}


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
        if "dynamodb:DeleteItem" in actions:
            grants |= {("delete", target) for target in targets}
        if "dynamodb:BatchWriteItem" in actions:
            grants |= {("write in batches", target) for target in targets}
        secrets = {_secrets_of(resource) for resource in statement["Resource"] if "Fn::Sub" in resource}
        if "secretsmanager:GetSecretValue" in actions:
            grants |= {("read secrets", kind) for kind in secrets}
        if "secretsmanager:PutSecretValue" in actions:
            grants |= {("write secrets", kind) for kind in secrets}
        if actions & {"secretsmanager:CreateSecret", "secretsmanager:DeleteSecret"}:
            grants |= {("make secrets", kind) for kind in secrets}
    return grants


def _secrets_of(resource: dict[str, str]) -> str:
    """Which part of this deployment's secrets an ARN ends in: `shops`, `accounts`, or everything."""
    return resource["Fn::Sub"].partition(":secret:listbridge/${Stage}/")[2].removesuffix("/*")


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
def test_a_role_allows_no_writing_deleting_or_secret_that_its_function_never_asks_for(
    template: dict[str, Any], function: str
) -> None:
    role = "".join(part.capitalize() for part in function.split("_")) + "Role"
    granted = {grant for grant in _grants(template, role) if grant[0] != "read"}
    assert granted - _needs(function) == set()


def test_only_the_admin_api_may_make_or_delete_credentials(template: dict[str, Any]) -> None:
    roles = [name for name in template["Resources"] if name.endswith("Role")]
    making = [role for role in roles if {act for act, _ in _grants(template, role)} & {"make secrets"}]
    assert making == ["AdminApiRole"]


def test_who_may_save_a_renewed_token_may_read_it_and_nobody_else_may(template: dict[str, Any]) -> None:
    roles = [name for name in template["Resources"] if name.endswith("Role")]
    for role in set(roles) - {"WebhookIngestRole"}:
        grants = _grants(template, role)
        kinds = {
            act: {kind for done, kind in grants if done == act} - {"hooks"}
            for act in ("read secrets", "write secrets")
        }
        assert kinds["write secrets"] == kinds["read secrets"], role


def test_the_internet_facing_door_reads_the_shops_secrets_and_the_keys_we_made_and_no_accounts(
    template: dict[str, Any],
) -> None:
    grants = _grants(template, "WebhookIngestRole")
    assert {grant for grant in grants if "secrets" in grant[0]} == {
        ("read secrets", "shops"),
        ("read secrets", "hooks"),
    }


def test_the_internet_facing_door_deletes_nothing(template: dict[str, Any]) -> None:
    assert {action for action, _ in _grants(template, "WebhookIngestRole")} == {
        "read",
        "write",
        "send",
        "read secrets",
    }


def test_rows_are_deleted_from_no_table_but_those_whose_code_deletes(template: dict[str, Any]) -> None:
    roles = [name for name in template["Resources"] if name.endswith("Role")]
    deleted = {target for role in roles for action, target in _grants(template, role) if action == "delete"}
    assert deleted == {"ConfigTable", "VariantsTable", "ListingsTable", "ItemsTable", "BuyersTable"}


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


def _queue_of(properties: dict[str, Any]) -> str | None:
    """The queue whose messages run this function."""
    events = [event for event in properties.get("Events", {}).values() if event["Type"] == "SQS"]
    return events[0]["Properties"]["Queue"]["Fn::GetAtt"][0] if events else None


def test_every_function_whose_messages_can_come_back_to_it_may_be_invoked_again_and_again(
    template: dict[str, Any], functions: dict[str, dict[str, Any]]
) -> None:
    """Lambda ends a chain after about 16 invocations of one function (Lambda guide, recursive loop detection).

    A chain can come back by the function's own lane, or over others. What a function sends is read from its code, and
    from its role.
    """
    fed_by = {_queue_of(properties): name for name, properties in functions.items()}
    sends_to = {
        name: {
            fed_by[queue]
            for wanted, queue in _needs(Path(properties["CodeUri"]).name)
            | _grants(template, properties["Role"]["Fn::GetAtt"][0])
            if wanted == "send"
        }
        for name, properties in functions.items()
    }

    def reached(start: str) -> set[str]:
        waiting, seen = set(sends_to[start]), set()
        while waiting:
            name = waiting.pop()
            seen.add(name)
            waiting |= sends_to[name] - seen
        return seen

    looping = {name for name in functions if name in reached(name)}
    assert "ImportOrdersFunction" in looping
    declared = {name: properties.get("RecursiveLoop") for name, properties in functions.items()}
    assert declared == {name: "Allow" if name in looping else None for name in functions}
