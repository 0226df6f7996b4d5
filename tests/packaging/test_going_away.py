"""docs/how-to/deploy.md names everything that outlives the stack, with the command that takes it away."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from localrun import template

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "deploy.md").read_text(encoding="utf-8")
GOING_AWAY = PAGE[PAGE.index("\n## Going away\n") :]
RESOURCES: dict[str, Any] = template.load(ROOT / "template.yaml")["Resources"]
RETAINED = [name for name, one in RESOURCES.items() if "Retain" in json.dumps(one.get("DeletionPolicy", ""))]
TABLES = [name for name, one in RESOURCES.items() if one["Type"] == "AWS::DynamoDB::Table"]
COMMANDS = {
    "AWS::Cognito::UserPool": "aws cognito-idp delete-user-pool --user-pool-id",
    "AWS::IAM::Role": "aws iam delete-role --role-name",
    "AWS::ApiGateway::Account": "aws apigateway update-account",
}


def test_something_outlives_the_stack_in_prod() -> None:
    assert set(TABLES) < set(RETAINED)
    assert "UserPool" in RETAINED


@pytest.mark.parametrize("name", RETAINED)
def test_what_outlives_the_stack_is_named_with_its_command(name: str) -> None:
    rows = [row for row in GOING_AWAY.splitlines() if row.startswith("|") and f"`{name}`" in row]
    assert len(rows) == 1, name
    resource = RESOURCES[name]
    if resource["Type"] == "AWS::DynamoDB::Table":
        table = resource["Properties"]["TableName"]["Fn::Sub"].replace("${Stage}", "prod")
        assert f"aws dynamodb delete-table --table-name {table}`" in rows[0]
    else:
        assert COMMANDS[resource["Type"]] in rows[0]


def test_no_table_is_named_that_is_not_there() -> None:
    named = set(re.findall(r"^\| `(\w+Table)` \|", GOING_AWAY, re.MULTILINE))
    assert named == set(TABLES)


def test_secrets_which_no_stack_deletes_are_on_the_page() -> None:
    assert "aws secretsmanager delete-secret" in GOING_AWAY


def test_the_page_says_of_the_backup_what_the_template_does() -> None:
    backed = [
        name
        for name in TABLES
        if RESOURCES[name]["Properties"]["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
    ]
    assert backed == TABLES
    assert len(TABLES) == 11
    assert "All eleven tables are backed up continuously" in PAGE


def test_every_link_of_the_page_leads_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]*)(?:#[^)]*)?\)", PAGE):
        if target and not target.startswith("http"):
            assert (ROOT / "docs" / "how-to" / target).resolve().exists(), target
    anchors = {
        re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= anchors
