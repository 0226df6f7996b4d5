"""The timers on the running system, where a function may do what its role allows and no more."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from localrun import template
from tests.e2e.merchant import Merchant

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("local-system")]


def test_every_timer_runs_within_its_role(merchant: Merchant) -> None:
    its = merchant
    its.sell("CLOCK")
    system = its.street.system
    function = system.outputs["ReconcileFunctionName"]
    reconcile = template.load(ROOT / "template.yaml")["Resources"]["ReconcileFunction"]["Properties"]
    asked = [schedule["Properties"]["Input"] for schedule in reconcile["Events"].values()]
    answers = {}
    for told in asked:
        answer = system.emulator.client("lambda").invoke(FunctionName=function, Payload=told.encode())
        answers[told] = (answer.get("FunctionError"), json.loads(answer["Payload"].read()).get("timer"))
    assert len(answers) == 7
    assert answers == {told: (None, json.loads(told)["timer"]) for told in asked}
