"""The loops of template.yaml make what stood there before, and SAM is told to read them."""

from __future__ import annotations

import json
import subprocess
import tomllib
from typing import Any

import pytest

from localrun.environments import Environments
from localrun.template import resources
from tests.packaging.conftest import ROOT

HOLDS_STATE = (
    "AWS::DynamoDB::Table",
    "AWS::SQS::Queue",
    "AWS::Logs::LogGroup",
    "AWS::Cognito::UserPool",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolGroup",
    "AWS::Serverless::Api",
)
"""A resource of these whose logical id or name changes is created again, and what the old one held is lost."""

LANES = {
    "ShopEvents": "shop-events",
    "MarketplaceEvents": "marketplace-events",
    "Recompute": "recompute",
    "Revise": "revise",
    "Publish": "publish",
    "Orders": "orders",
    "Fulfillments": "fulfillments",
}
TABLES = [
    "Config",
    "Variants",
    "Listings",
    "Items",
    "Orders",
    "Buyers",
    "Publications",
    "Coordination",
    "Inbox",
    "Jobs",
    "Activity",
]
FUNCTIONS = {
    "WebhookIngest": "webhook_ingest",
    "MarketplaceNotices": "marketplace_notices",
    "SyncCatalog": "sync_catalog",
    "RecomputeListings": "recompute_listings",
    "ReviseInventory": "revise_inventory",
    "PublishListing": "publish_listing",
    "ImportOrders": "import_orders",
    "RelayFulfillment": "relay_fulfillment",
    "Reconcile": "reconcile",
    "AdminApi": "admin_api",
}
DEPLOYED = {
    **{f"{table}Table": f"listbridge-${{Stage}}-{table.lower()}" for table in TABLES},
    **{f"{lane}Queue": f"listbridge-${{Stage}}-{name}" for lane, name in LANES.items()},
    **{f"{lane}DeadLetters": f"listbridge-${{Stage}}-{name}-dead" for lane, name in LANES.items()},
    **{f"{function}LogGroup": f"/listbridge/${{Stage}}/{folder}" for function, folder in FUNCTIONS.items()},
    "AccessLogGroup": "/listbridge/${Stage}/access",
    "UserPool": "listbridge-${Stage}",
    "UserPoolClient": "listbridge",
    "ViewerGroup": "viewer",
    "OperatorGroup": "operator",
    "AdminGroup": "admin",
    "Api": "listbridge-${Stage}",
}
"""Logical id -> name, of all that a deployed stack must not lose."""


def _name(properties: dict[str, Any]) -> str:
    named = ("TableName", "QueueName", "LogGroupName", "UserPoolName", "ClientName", "GroupName", "Name")
    name = next(properties[key] for key in named if key in properties)
    return str(name["Fn::Sub"] if isinstance(name, dict) else name)


def test_whatever_holds_state_keeps_its_logical_id_and_its_name(template: dict[str, Any]) -> None:
    found = {
        name: _name(body["Properties"]) for kind in HOLDS_STATE for name, body in resources(template, kind).items()
    }
    assert found == DEPLOYED


def test_the_outputs_that_loops_make_are_those_that_people_and_scripts_read(template: dict[str, Any]) -> None:
    expected = {f"{table}TableName": {"Ref": f"{table}Table"} for table in TABLES}
    expected |= {f"{function}FunctionName": {"Ref": f"{function}Function"} for function in FUNCTIONS}
    for lane in set(LANES) - {"MarketplaceEvents"}:
        expected[f"{lane}QueueUrl"] = {"Ref": f"{lane}Queue"}
        expected[f"{lane}DeadLettersUrl"] = {"Ref": f"{lane}DeadLetters"}
    by_hand = {"ApiUrl", "ApiId", "UserPoolId", "UserPoolClientId", "MarketplaceEventsQueueArn"}
    made = {name: body["Value"] for name, body in template["Outputs"].items() if name not in by_hand}
    assert made == expected


def test_sam_writes_the_same_resources_out_as_the_local_run(template: dict[str, Any]) -> None:
    sam = Environments.of(ROOT).sam.bin / "python"
    if not sam.exists():
        pytest.skip("SAM is not installed (.local/sam): `make up` or `make test` installs it")
    code = (
        "import json, sys\n"
        "from samcli.lib.cfn_language_extensions.sam_integration import expand_language_extensions as expand\n"
        "from samcli.yamlhelper import yaml_parse\n"
        "made = expand(yaml_parse(sys.stdin.read()), parameter_values={}, enabled=True).expanded_template\n"
        "print(json.dumps([[[name, body['Type']] for name, body in made['Resources'].items()], list(made['Outputs'])]))"
    )
    said = subprocess.run(
        [str(sam), "-c", code],
        input=(ROOT / "template.yaml").read_text(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert json.loads(said.stdout) == [
        [[name, body["Type"]] for name, body in template["Resources"].items()],
        list(template["Outputs"]),
    ]


def test_sam_is_told_to_read_the_loops_in_every_environment_of_its_file() -> None:
    """Without it `sam build` takes a loop for a resource and fails."""
    told = tomllib.loads((ROOT / "samconfig.toml").read_text())
    environments = {name: body for name, body in told.items() if isinstance(body, dict)}
    assert sorted(environments) == ["default", "dev", "local", "prod"]
    assert {
        name: body["global"]["parameters"].get("language_extensions") for name, body in environments.items()
    } == dict.fromkeys(environments, True)
