"""Each role allows what its function's code uses. The local run enforces the roles; this finds the paths it never takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.packaging.reach import FUNCTIONS, needs, queue_of, tables_of, touched
from tests.packaging.slices import SLICES


def _grants(template: dict[str, Any], role: str) -> set[tuple[str, str]]:
    grants: set[tuple[str, str]] = set()
    for statement in template["Resources"][role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]:
        targets = {resource["Fn::GetAtt"][0] for resource in statement["Resource"] if "Fn::GetAtt" in resource}
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
        if "dynamodb:Scan" in actions:
            grants |= {("scan", target) for target in targets}
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


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_allows_everything_its_function_does(template: dict[str, Any], function: str) -> None:
    role = "".join(part.capitalize() for part in function.split("_")) + "Role"
    needed = needs(function)
    assert len(needed) >= 4
    assert needed - _grants(template, role) == set()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_allows_no_writing_deleting_or_secret_that_its_function_never_asks_for(
    template: dict[str, Any], function: str
) -> None:
    role = "".join(part.capitalize() for part in function.split("_")) + "Role"
    granted = {grant for grant in _grants(template, role) if grant[0] != "read"}
    assert granted - needs(function) == set()


@pytest.mark.parametrize("function", sorted(set(FUNCTIONS) - {"webhook_ingest", "marketplace_notices"}))
def test_a_role_names_no_table_that_the_slices_of_its_functions_services_do_not(
    template: dict[str, Any], function: str
) -> None:
    role = "".join(part.capitalize() for part in function.split("_")) + "Role"
    slices = {touch.slice for touch in touched(function)} - {""}
    ports = {port for slice_ in slices for port in SLICES[slice_]}
    named = {target for _, target in _grants(template, role) if target.endswith("Table")}
    assert {"ConfigTable", "ActivityTable"} <= named
    assert named - tables_of(ports) == set()


def test_the_drain_takes_no_slice_that_knows_a_variant_an_order_or_a_shop() -> None:
    assert {touch.slice for touch in touched("revise_inventory")} == {"CoreDeps", "AccountDeps"}


def test_only_the_functions_that_connect_or_check_take_a_slice_with_secrets() -> None:
    holding = {name for name, ports in SLICES.items() if "secrets" in ports}
    taking = {name for name in FUNCTIONS if {touch.slice for touch in touched(name)} & holding}
    assert taking == {"recompute_listings", "admin_api"}


def test_the_timers_only_ask_so_they_read_no_secret_and_change_no_listing(template: dict[str, Any]) -> None:
    grants = _grants(template, "ReconcileRole")
    assert {grant for grant in grants if "secrets" in grant[0]} == set()
    changed = {target for action, target in grants if action == "write"}
    assert changed == {"OrdersTable", "BuyersTable", "CoordinationTable", "InboxTable", "JobsTable", "ActivityTable"}


def test_buyers_are_written_where_orders_come_in_and_where_they_are_erased(template: dict[str, Any]) -> None:
    roles = [name for name in template["Resources"] if name.endswith("Role")]
    writing = {role for role in roles if ("write", "BuyersTable") in _grants(template, role)}
    assert writing == {"ImportOrdersRole", "ReconcileRole"}


def test_only_the_admin_api_may_make_or_delete_credentials(template: dict[str, Any]) -> None:
    roles = [name for name in template["Resources"] if name.endswith("Role")]
    making = [role for role in roles if {act for act, _ in _grants(template, role)} & {"make secrets"}]
    assert making == ["AdminApiRole"]


def test_who_may_save_a_renewed_token_may_read_it_and_nobody_else_may(template: dict[str, Any]) -> None:
    roles = [name for name in template["Resources"] if name.endswith("Role")]
    for role in set(roles) - {"WebhookIngestRole"}:
        grants = _grants(template, role)
        kinds = {
            act: {kind for done, kind in grants if done == act} - {"hooks"} for act in ("read secrets", "write secrets")
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


def test_the_door_of_notices_reads_no_secret_and_no_buyer_and_reaches_no_platform(template: dict[str, Any]) -> None:
    assert _grants(template, "MarketplaceNoticesRole") == {
        ("read", "ConfigTable"),
        ("read", "CoordinationTable"),
        ("read", "InboxTable"),
        ("write", "CoordinationTable"),
        ("write", "InboxTable"),
        ("send", "OrdersQueue"),
    }
    actions = {
        action
        for policy in template["Resources"]["MarketplaceNoticesRole"]["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        for action in statement["Action"]
    }
    assert not [action for action in actions if action.startswith(("secretsmanager:", "lambda:", "execute-api:"))]


def test_the_internet_facing_door_deletes_nothing(template: dict[str, Any]) -> None:
    assert {action for action, _ in _grants(template, "WebhookIngestRole")} == {"read", "write", "send", "read secrets"}


def test_rows_are_deleted_from_no_table_but_those_whose_code_deletes(template: dict[str, Any]) -> None:
    roles = [name for name in template["Resources"] if name.endswith("Role")]
    deleted = {target for role in roles for action, target in _grants(template, role) if action == "delete"}
    assert deleted == {"ConfigTable", "VariantsTable", "ListingsTable", "ItemsTable", "BuyersTable"}


def test_only_those_who_create_show_or_erase_may_touch_buyers_data(template: dict[str, Any]) -> None:
    roles = [name for name in template["Resources"] if name.endswith("Role")]
    touching = {role for role in roles if "BuyersTable" in {target for _, target in _grants(template, role)}}
    assert touching == {"ImportOrdersRole", "AdminApiRole", "ReconcileRole"}


def test_only_a_sweep_and_who_shows_what_it_misses_may_scan(template: dict[str, Any]) -> None:
    scans = {
        role: [resource["Fn::GetAtt"][0] for resource in statement["Resource"]]
        for role in template["Resources"]
        if role.endswith("Role")
        for statement in template["Resources"][role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
        if "dynamodb:Scan" in statement["Action"]
    }
    assert scans == {
        "RecomputeListingsRole": ["VariantsTable"],
        "AdminApiRole": ["VariantsTable"],
        "ReconcileRole": ["BuyersTable"],
    }


def test_the_functions_checked_here_are_all_there_are(functions: dict[str, dict[str, Any]]) -> None:
    assert {Path(properties["CodeUri"]).name for properties in functions.values()} == set(FUNCTIONS)


def test_every_function_whose_messages_can_come_back_to_it_may_be_invoked_again_and_again(
    template: dict[str, Any], functions: dict[str, dict[str, Any]]
) -> None:
    """Lambda ends a chain after about 16 invocations of one function (Lambda guide, recursive loop detection).

    A chain can come back by the function's own lane, or over others. What a function sends is read from its code, and
    from its role.
    """
    fed_by = {queue_of(properties): name for name, properties in functions.items()}
    sends_to = {
        name: {
            fed_by[queue]
            for wanted, queue in needs(Path(properties["CodeUri"]).name)
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
