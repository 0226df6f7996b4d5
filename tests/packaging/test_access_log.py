"""What the API's stage logs of each request, and the alarm on chains of messages."""

from __future__ import annotations

import json
import re
from typing import Any

_IN_THE_ACCESS_LOG = {
    "requestId",
    "requestTime",
    "httpMethod",
    "resourcePath",
    "status",
    "error.responseType",
    "responseLatency",
    "responseLength",
}
"""None of them says who called, from where or with what: a path holds ids, an address is a personal datum."""


def test_the_access_log_has_a_line_a_request_without_personal_data(template: dict[str, Any]) -> None:
    condition, setting, otherwise = template["Resources"]["Api"]["Properties"]["AccessLogSetting"]["Fn::If"]
    assert (condition, otherwise) == ("IsAws", {"Ref": "AWS::NoValue"})
    shown = set(re.findall(r"\$context\.([A-Za-z.]+)", setting["Format"]))
    assert shown == _IN_THE_ACCESS_LOG
    line = re.sub(r"\$context\.[A-Za-z.]+", "x", setting["Format"])
    assert json.loads(line)["request_id"] == "x"
    group = template["Resources"][setting["DestinationArn"]["Fn::GetAtt"][0]]
    assert group["DependsOn"] == "ApiGatewayLogs"  # without the account's role the stage could not be made
    assert group["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def test_a_chain_that_gets_nowhere_raises_an_alarm(template: dict[str, Any]) -> None:
    alarm = template["Resources"]["ChainStoppedAlarm"]["Properties"]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("Listbridge", "ChainStopped")
    assert alarm["Dimensions"] == [{"Name": "service", "Value": "listbridge"}]
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (0, "GreaterThanThreshold")
