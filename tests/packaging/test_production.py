"""What the template promises a deployment that people depend on: what outlives it, who gets in, which keys, what is refused."""

from __future__ import annotations

from typing import Any

from localrun.template import resources
from tests.packaging.conftest import ROOT

Properties = dict[str, Any]


def _with_fixed_names_that_outlive_the_stack(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return resources(template, "AWS::DynamoDB::Table") | resources(template, "AWS::Cognito::UserPool")


def test_a_first_deployment_that_fails_leaves_nothing_that_stops_the_next(template: dict[str, Any]) -> None:
    for name, kept in _with_fixed_names_that_outlive_the_stack(template).items():
        assert kept["DeletionPolicy"] == {"Fn::If": ["IsProduction", "RetainExceptOnCreate", "Delete"]}, name
    # Protected from the start they could not be rolled back.
    assert template["Parameters"]["DeletionProtection"]["Default"] == "disabled"


def test_one_parameter_protects_all_that_outlives_the_stack(template: dict[str, Any]) -> None:
    assert template["Conditions"]["IsProtected"] == {"Fn::Equals": [{"Ref": "DeletionProtection"}, "enabled"]}
    protections = {
        name: kept["Properties"].get("DeletionProtectionEnabled", kept["Properties"].get("DeletionProtection"))
        for name, kept in _with_fixed_names_that_outlive_the_stack(template).items()
    }
    on_off = {"Fn::If": ["IsProtected", True, False]}
    assert protections == dict.fromkeys(resources(template, "AWS::DynamoDB::Table"), on_off) | {
        "UserPool": {"Fn::If": ["IsProtected", "ACTIVE", "INACTIVE"]}
    }


def test_a_key_that_costs_encrypts_personal_data_and_configuration_alone(template: dict[str, Any]) -> None:
    """The activity names the person who acted; of buyers' data the orders keep only that there are some."""
    keys = {
        name: table["Properties"]["SSESpecification"]
        for name, table in resources(template, "AWS::DynamoDB::Table").items()
    }
    managed = {"BuyersTable", "ConfigTable", "ActivityTable"}
    assert keys == {name: {"SSEEnabled": name in managed} for name in keys}


def test_production_demands_a_second_factor_of_everybody(template: dict[str, Any]) -> None:
    pool = template["Resources"]["UserPool"]["Properties"]
    assert pool["MfaConfiguration"] == {"Fn::If": ["IsProduction", "ON", "OPTIONAL"]}
    assert pool["EnabledMfas"] == ["SOFTWARE_TOKEN_MFA"]


def test_the_guide_tells_the_first_sign_in_challenge_by_challenge_and_every_later_one() -> None:
    guide = (ROOT / "docs" / "how-to" / "deploy.md").read_text()
    first = guide[guide.index("### The first sign-in") : guide.index("### Every later sign-in")]
    assert "initiate-auth" in first
    steps = ("NEW_PASSWORD_REQUIRED", "MFA_SETUP", "associate-software-token", "verify-software-token")
    assert sorted(steps, key=first.index) == list(steps)
    assert "--challenge-name SOFTWARE_TOKEN_MFA" in guide[guide.index("### Every later sign-in") :]


def _denied(template: dict[str, Any], rule: str) -> tuple[Any, Any]:
    """When a rule applies, and what it denies: both as (parameter, value)."""
    body = template["Rules"][rule]
    (assertion,) = body["Assertions"]
    condition = body["RuleCondition"]["Fn::Equals"]
    denied = assertion["Assert"]["Fn::Not"][0]["Fn::Equals"]
    return (condition[0]["Ref"], condition[1]), (denied[0]["Ref"], denied[1])


def test_production_cannot_be_deployed_without_an_address_for_its_alarms(template: dict[str, Any]) -> None:
    assert _denied(template, "ProductionTellsSomebody") == (("Stage", "prod"), ("AlarmEmail", ""))


def test_python_3_11_can_be_deployed_to_an_emulator_alone(template: dict[str, Any]) -> None:
    assert _denied(template, "RuntimeOfToday") == (("AwsEndpointUrl", ""), ("Runtime", "python3.11"))


def test_one_parameter_lets_the_api_and_every_function_be_traced(
    template: dict[str, Any], functions: dict[str, Properties]
) -> None:
    assert template["Globals"]["Function"]["Tracing"] == {"Ref": "Tracing"}
    assert all("Tracing" not in properties for properties in functions.values())
    assert template["Resources"]["Api"]["Properties"]["TracingEnabled"] == {"Fn::If": ["IsTraced", True, False]}
    policy = template["Resources"]["TracingPolicy"]
    assert policy["Condition"] == "IsTraced"
    assert policy["Properties"]["Roles"] == [
        {"Ref": properties["Role"]["Fn::GetAtt"][0]} for properties in functions.values()
    ]
    shipped = (ROOT / "shared" / "requirements.in").read_text()
    assert "xray" not in shipped
    assert "opentelemetry" not in shipped
