"""Rules of template.yaml that no linter knows."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from listbridge.domain.work import Lane
from localrun import interpreters, release, variables
from localrun.template import resources
from tests.packaging.conftest import ROOT

Properties = dict[str, Any]


def _sqs_sources(functions: dict[str, Properties]) -> dict[str, Properties]:
    """Logical id of a function -> properties of its queue event."""
    return {
        name: event["Properties"]
        for name, properties in functions.items()
        for event in properties.get("Events", {}).values()
        if event["Type"] == "SQS"
    }


def _timeout(template: dict[str, Any], properties: Properties) -> int:
    return int(properties.get("Timeout", template["Globals"]["Function"]["Timeout"]))


def _camel(snake: str) -> str:
    return "".join(part.capitalize() for part in snake.split("_"))


def _lanes(template: dict[str, Any]) -> dict[str, Properties]:
    queues = resources(template, "AWS::SQS::Queue")
    return {name: body["Properties"] for name, body in queues.items() if not name.endswith("DeadLetters")}


def test_every_lane_has_dead_letters_after_ten_receives(template: dict[str, Any]) -> None:
    redrives = {name: lane["RedrivePolicy"] for name, lane in _lanes(template).items()}
    lanes = [f"{_camel(lane.value)}Queue" for lane in Lane]
    assert sorted(redrives) == sorted([*lanes, "MarketplaceEventsQueue"])
    assert redrives == {
        name: {
            "deadLetterTargetArn": {"Fn::GetAtt": [name.removesuffix("Queue") + "DeadLetters", "Arn"]},
            "maxReceiveCount": 10,
        }
        for name in redrives
    }


def test_every_queue_is_standard_and_encrypted(template: dict[str, Any]) -> None:
    for name, queue in resources(template, "AWS::SQS::Queue").items():
        assert "FifoQueue" not in queue["Properties"], name
        assert queue["Properties"]["SqsManagedSseEnabled"] is True, name


def test_every_queue_event_reports_partial_failures(functions: dict[str, Properties]) -> None:
    sources = _sqs_sources(functions)
    assert len(sources) == len(Lane) + 1
    assert all(source["FunctionResponseTypes"] == ["ReportBatchItemFailures"] for source in sources.values())


def test_no_message_becomes_visible_while_its_function_may_still_run(
    template: dict[str, Any], functions: dict[str, Properties]
) -> None:
    factors = {}
    for name, source in _sqs_sources(functions).items():
        queue = template["Resources"][source["Queue"]["Fn::GetAtt"][0]]["Properties"]
        factors[name] = queue["VisibilityTimeout"] / _timeout(template, functions[name])
    # A nudge is only a hint and a lease keeps a second drainer out, so the fast lane may be exactly as long.
    assert factors.pop("ReviseInventoryFunction") == 1
    assert all(factor >= 6 for factor in factors.values()), factors


def test_a_nudge_that_died_with_its_drainer_is_back_within_half_a_minute(template: dict[str, Any]) -> None:
    assert template["Resources"]["ReviseQueue"]["Properties"]["VisibilityTimeout"] == 30


_QUOTA = 50
"""Concurrent executions that docs/how-to/deploy.md tells to ask AWS for (ADR 53); a new account may have 10."""


def _timers(functions: dict[str, Properties]) -> int:
    """Schedules. Those of one deployment begin together, so that at times all of them do."""
    events = [event for properties in functions.values() for event in properties.get("Events", {}).values()]
    return sum(event["Type"] == "Schedule" for event in events)


def _throttles(template: dict[str, Any]) -> dict[tuple[str, str], tuple[Any, Any]]:
    """(method, path) -> (requests a second, burst), of the API's stage."""
    return {
        (setting["HttpMethod"], setting["ResourcePath"].replace("~1", "/").replace("//", "/")): (
            setting["ThrottlingRateLimit"],
            setting["ThrottlingBurstLimit"],
        )
        for setting in template["Resources"]["Api"]["Properties"]["MethodSettings"]
    }


def test_lanes_timers_and_all_that_the_door_lets_in_at_once_stay_below_the_quota(
    template: dict[str, Any], functions: dict[str, Properties]
) -> None:
    maxima = [source["ScalingConfig"]["MaximumConcurrency"] for source in _sqs_sources(functions).values()]
    assert len(maxima) == len(Lane) + 1  # and the queue to which marketplaces send
    assert min(maxima) >= 2  # AWS accepts no less
    bursts = dict(_throttles(template))
    assert bursts.pop(("POST", "/webhooks/{shop_id}")) == ({"Ref": "WebhooksPerSecond"}, {"Ref": "WebhookBurst"})
    let_in = template["Parameters"]["WebhookBurst"]["Default"] + sum(burst for _, burst in bursts.values())
    assert sum(maxima) + _timers(functions) + let_in < _QUOTA
    assert _QUOTA == release.QUOTA


def test_every_open_route_has_a_rate_and_a_burst_of_its_own(
    template: dict[str, Any], functions: dict[str, Properties]
) -> None:
    """Those behind the authorizer share what is set for all: a caller that gets through is known."""
    limits = _throttles(template)
    assert set(limits) == _open_paths(functions) | {("*", "/*")}
    assert all(limit is not None for pair in limits.values() for limit in pair)


def test_the_deploy_guide_asks_for_the_quota_that_the_lanes_are_counted_with() -> None:
    guide = (ROOT / "docs" / "how-to" / "deploy.md").read_text()
    assert f"--desired-value {_QUOTA}\n" in guide


def test_nothing_is_erased_from_the_orders_by_time_alone(template: dict[str, Any]) -> None:
    for table in ("OrdersTable", "BuyersTable"):
        assert "TimeToLiveSpecification" not in template["Resources"][table]["Properties"], table


def test_no_function_reserves_concurrency(functions: dict[str, Properties], template: dict[str, Any]) -> None:
    everywhere = [template["Globals"]["Function"], *functions.values()]
    assert all("ReservedConcurrentExecutions" not in properties for properties in everywhere)


def test_every_function_logs_into_a_group_that_forgets(
    template: dict[str, Any], functions: dict[str, Properties]
) -> None:
    for name, properties in functions.items():
        group = template["Resources"][properties["LoggingConfig"]["LogGroup"]["Ref"]]
        assert group["Type"] == "AWS::Logs::LogGroup", name
        assert group["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}, name


def _statements(template: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, role in resources(template, "AWS::IAM::Role").items():
        for policy in role["Properties"].get("Policies", ()):
            for statement in policy["PolicyDocument"]["Statement"]:
                yield name, statement


def test_no_role_may_touch_everything(template: dict[str, Any]) -> None:
    statements = list(_statements(template))
    assert len(statements) > 20
    for role, statement in statements:
        for resource in statement["Resource"]:
            text = resource.get("Fn::Sub") if isinstance(resource, dict) and "Fn::Sub" in resource else ""
            assert resource != "*", role
            assert not text or re.search(
                r"/index/\*$|:secret:listbridge/\$\{Stage\}/(shops|accounts|hooks)/\*$", text
            ), (role, text)
        assert all("*" not in action for action in statement["Action"]), role
        assert len(set(statement["Action"])) == len(statement["Action"]), role


def test_every_function_has_a_role_of_its_own_without_managed_policies(
    template: dict[str, Any], functions: dict[str, Properties]
) -> None:
    roles = [properties["Role"]["Fn::GetAtt"][0] for properties in functions.values()]
    assert len(set(roles)) == len(functions)
    assert all("Policies" not in properties for properties in functions.values())
    assert all("ManagedPolicyArns" not in template["Resources"][role]["Properties"] for role in roles)


def _open_paths(functions: dict[str, Properties]) -> set[tuple[str, str]]:
    return {
        (event["Properties"]["Method"], event["Properties"]["Path"])
        for properties in functions.values()
        for event in properties.get("Events", {}).values()
        if event["Type"] == "Api" and event["Properties"].get("Auth", {}).get("Authorizer") == "NONE"
    }


def test_only_signed_paths_go_without_the_authorizer(
    template: dict[str, Any], functions: dict[str, Properties]
) -> None:
    assert template["Resources"]["Api"]["Properties"]["Auth"]["DefaultAuthorizer"] == "Staff"
    assert _open_paths(functions) == {
        ("POST", "/webhooks/{shop_id}"),
        ("GET", "/webhooks/{shop_id}"),
        ("POST", "/notices/{slug}"),
        ("GET", "/notices/{slug}"),
        ("GET", "/callbacks/{slug}"),
        ("POST", "/callbacks/{slug}"),
    }


def test_every_open_route_has_its_handler(functions: dict[str, Properties]) -> None:
    from listbridge.admin.openapi import openapi

    answered = {(method.upper(), path) for path, operations in openapi()["paths"].items() for method in operations}
    routed = {
        (event["Properties"]["Method"], event["Properties"]["Path"])
        for event in functions["AdminApiFunction"]["Events"].values()
    }
    assert {route for route in routed if "{proxy+}" not in route[1]} == {
        route for route in answered if not route[1].startswith("/v1/")
    }


def test_a_person_cannot_write_their_own_address(template: dict[str, Any]) -> None:
    pool = template["Resources"]["UserPool"]["Properties"]
    client = template["Resources"]["UserPoolClient"]["Properties"]
    assert client["WriteAttributes"] == ["locale"]  # an empty list would be all of them
    assert pool["UserAttributeUpdateSettings"] == {"AttributesRequireVerificationBeforeUpdate": ["email"]}
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}


def test_the_layer_with_the_arithmetic_of_public_keys_is_the_notice_doors_alone(
    template: dict[str, Any], functions: dict[str, Properties]
) -> None:
    assert template["Globals"]["Function"]["Layers"] == [{"Ref": "ListbridgeLayer"}]
    more = {name: properties["Layers"] for name, properties in functions.items() if "Layers" in properties}
    assert more == {"MarketplaceNoticesFunction": [{"Ref": "SignaturesLayer"}]}


def test_both_layers_are_built_for_the_runtime_and_the_processor_of_the_functions(template: dict[str, Any]) -> None:
    first, second = template["Resources"]["ListbridgeLayer"], template["Resources"]["SignaturesLayer"]
    assert first["Metadata"] == second["Metadata"]
    del first["Properties"]["Description"], second["Properties"]["Description"]
    assert first["Properties"] == second["Properties"]


def test_there_is_one_rest_api_and_no_http_api(template: dict[str, Any]) -> None:
    assert list(resources(template, "AWS::Serverless::Api")) == ["Api"]
    assert resources(template, "AWS::Serverless::HttpApi") == {}


def test_every_table_can_be_restored_and_outlives_the_production_stack(template: dict[str, Any]) -> None:
    tables = resources(template, "AWS::DynamoDB::Table")
    assert len(tables) == 11
    for name, table in tables.items():
        assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}, name
        assert table["Properties"]["BillingMode"] == "PAY_PER_REQUEST", name
        assert table["UpdateReplacePolicy"] == {"Fn::If": ["IsProduction", "Retain", "Delete"]}, name


def test_a_call_ends_before_the_lease_of_the_drainer_that_made_it(template: dict[str, Any]) -> None:
    defaults = {name: parameter.get("Default") for name, parameter in template["Parameters"].items()}
    assert defaults["HttpTimeoutSeconds"] < defaults["DrainLeaseSeconds"]
    revise = template["Resources"]["ReviseInventoryFunction"]["Properties"]
    assert defaults["DrainRunSeconds"] + defaults["HttpTimeoutSeconds"] < revise["Timeout"]


def test_runtime_linter_type_checker_and_layer_agree_on_the_python_versions(template: dict[str, Any]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    runtimes = template["Parameters"]["Runtime"]["AllowedValues"]
    architectures = template["Parameters"]["Architecture"]["AllowedValues"]
    minors = [runtime.removeprefix("python") for runtime in runtimes]
    assert template["Parameters"]["Runtime"]["Default"] == "python3.13"
    assert minors == ["3.11", "3.12", "3.13", "3.14"]
    assert sorted(minors) == sorted(interpreters.SUPPORTED_MINORS)
    assert sorted(release.RUNTIMES) == [f"python{minor}" for minor in minors if minor != "3.11"]
    assert project["project"]["requires-python"] == f">={minors[0]}"
    assert project["tool"]["ruff"]["target-version"] == "py" + minors[0].replace(".", "")
    assert project["tool"]["mypy"]["python_version"] == minors[0]
    targets = {path.name: (path / "target.mk").read_text() for path in (ROOT / "shared" / "targets").iterdir()}
    wheels = {"arm64": "aarch64-manylinux2014", "x86_64": "x86_64-manylinux2014"}
    assert targets == {
        f"python{minor}-{architecture}": f"PYTHON_VERSION := {minor}\nWHEEL_PLATFORM := {wheels[architecture]}\n"
        for minor in minors
        for architecture in architectures
    }


def test_every_declared_variable_stands_in_the_files_of_sam_local_and_no_other(template: dict[str, Any]) -> None:
    for name, endpoint_url in variables.FILES.items():
        written = json.loads((ROOT / name).read_text())
        assert written == variables.of_functions(template, endpoint_url=endpoint_url), (
            f"run python -m localrun.variables: {name}"
        )


@pytest.mark.parametrize("parameter", ["AwsEndpointUrl", "PublicBaseUrl"])
def test_an_empty_address_means_aws_itself(template: dict[str, Any], parameter: str) -> None:
    assert template["Parameters"][parameter]["Default"] == ""
