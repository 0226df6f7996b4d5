"""Who is told about what: every queue, function and table has its alarms, and each alarm watches something that
exists."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from listbridge import bootstrap
from listbridge.infra import observability, settings
from localrun.template import resources
from tests.packaging.conftest import ROOT

Properties = dict[str, Any]
Watched = tuple[str, str]
"""A metric (and the index that it is about), and the logical id of the function, queue or table."""


def _alarms(template: dict[str, Any]) -> dict[str, Properties]:
    return {name: body["Properties"] for name, body in resources(template, "AWS::CloudWatch::Alarm").items()}


def _watched(template: dict[str, Any], namespace: str) -> set[Watched]:
    found: set[Watched] = set()
    for alarm in _alarms(template).values():
        if alarm["Namespace"] == namespace:
            of, *index = (dimension["Value"] for dimension in alarm["Dimensions"])
            about = of["Ref"] if "Ref" in of else of["Fn::GetAtt"][0]
            found.add((" ".join([alarm["MetricName"], *index]), about))
    return found


def test_every_lane_has_an_alarm_for_its_dead_letters_and_one_for_its_age(template: dict[str, Any]) -> None:
    lanes = {name for name in resources(template, "AWS::SQS::Queue") if not name.endswith("DeadLetters")}
    dead = {("ApproximateNumberOfMessagesVisible", name.removesuffix("Queue") + "DeadLetters") for name in lanes}
    assert _watched(template, "AWS/SQS") == dead | {("ApproximateAgeOfOldestMessage", name) for name in lanes}


def test_every_function_has_alarms_for_its_errors_and_its_throttles(
    template: dict[str, Any], functions: dict[str, Properties]
) -> None:
    watched = _watched(template, "AWS/Lambda")
    assert {about for metric, about in watched if metric == "Errors"} == set(functions)
    assert {about for metric, about in watched if metric == "Throttles"} == set(functions)


def test_a_function_on_a_schedule_has_alarms_for_silence_and_for_dropped_ticks(
    template: dict[str, Any], functions: dict[str, Properties]
) -> None:
    ticking = {
        name
        for name, properties in functions.items()
        if any(event["Type"] == "Schedule" for event in properties.get("Events", {}).values())
    }
    assert ticking == {"ImportOrdersFunction", "ReconcileFunction"}
    watched = _watched(template, "AWS/Lambda")
    assert {about for metric, about in watched if metric == "Invocations"} == ticking
    assert {about for metric, about in watched if metric == "AsyncEventsDropped"} == ticking


def test_nothing_counted_is_what_raises_the_alarm_for_silence(template: dict[str, Any]) -> None:
    silence = [alarm for alarm in _alarms(template).values() if alarm.get("MetricName") == "Invocations"]
    assert len(silence) == 2
    for alarm in silence:
        assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)
        assert alarm["TreatMissingData"] == "breaching"
        # Both have a schedule of one minute, so that a quarter of an hour holds many ticks.
        assert alarm["Period"] * alarm["EvaluationPeriods"] == 900


def test_every_table_has_an_alarm_for_its_throttles_and_the_index_of_due_rows_is_part_of_it(
    template: dict[str, Any],
) -> None:
    tables = resources(template, "AWS::DynamoDB::Table")
    expected = {(metric, name) for name in tables for metric in ("ReadThrottleEvents", "WriteThrottleEvents")}
    for name, table in tables.items():
        indexes = {index["IndexName"] for index in table["Properties"].get("GlobalSecondaryIndexes", ())}
        expected |= {("WriteThrottleEvents due", name)} if "due" in indexes else set()
    assert _watched(template, "AWS/DynamoDB") == expected


@pytest.mark.parametrize(
    ("alarm", "door"),
    [
        ("ForgedDeliveriesAlarm", "WebhookIngest"),
        ("ForgedNoticesAlarm", "MarketplaceNotices"),
        ("ChainStoppedAlarm", "WebhookIngest"),
    ],
)
def test_an_alarm_on_a_count_of_our_own_watches_what_the_code_writes(
    template: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], alarm: str, door: str
) -> None:
    with monkeypatch.context() as environment:
        environment.setenv("POWERTOOLS_SERVICE_NAME", _service_of(template, door))
        settings.forget()
        bootstrap.observe_webhook("shop_1", "forged")
        bootstrap.observe_notice("ebay", "forged")
        observability.alarm("ChainStopped", lane="orders")
    settings.forget()
    watches = _alarms(template)[alarm]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    (written,) = [
        line
        for line in lines
        if watches["MetricName"]
        in {metric["Name"] for one in line["_aws"]["CloudWatchMetrics"] for metric in one["Metrics"]}
    ]
    (directive,) = written["_aws"]["CloudWatchMetrics"]
    assert watches["Namespace"] == directive["Namespace"]
    assert sorted(dimension["Name"] for dimension in watches["Dimensions"]) in [
        sorted(names) for names in directive["Dimensions"]
    ]
    assert {dimension["Name"]: dimension["Value"] for dimension in watches["Dimensions"]} == {
        dimension["Name"]: written[dimension["Name"]] for dimension in watches["Dimensions"]
    }


def test_every_count_that_calls_for_a_person_has_an_alarm(template: dict[str, Any]) -> None:
    raised = {
        name
        for path in (ROOT / "shared" / "listbridge").rglob("*.py")
        for name in re.findall(r"""observability\.alarm\(\s*"(\w+)\"""", path.read_text())
    }
    assert "ChainStopped" in raised
    ours = {alarm["MetricName"] for alarm in _alarms(template).values() if alarm["Namespace"] == "Listbridge"}
    assert raised <= ours


def _service_of(template: dict[str, Any], function: str) -> str:
    properties = template["Resources"][f"{function}Function"]["Properties"]
    return str(properties["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"])


def test_every_alarm_tells_somebody(template: dict[str, Any]) -> None:
    alarms = _alarms(template)
    assert len(alarms) > 40
    for name, alarm in alarms.items():
        assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}], name


def test_the_deploy_guide_tells_what_the_alarms_cost(template: dict[str, Any]) -> None:
    """CloudWatch bills each metric that an alarm watches, 0.10 USD a month; these watch one each."""
    alarms = _alarms(template).values()
    assert all("Metrics" not in alarm for alarm in alarms)
    guide = " ".join((ROOT / "docs" / "how-to" / "deploy.md").read_text().split())
    assert f"They are {len(alarms)}. CloudWatch bills 0.10 USD a month for each: {len(alarms) / 10:.2f} USD" in guide
