"""The timers on the running system, where a function may do what its role allows and no more."""

from __future__ import annotations

import json

import pytest

from listbridge.services.timers.reconcile import Timer
from tests.e2e.merchant import Merchant

pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("local-system")]


def test_every_timer_runs_within_its_role(merchant: Merchant) -> None:
    its = merchant
    its.sell("CLOCK")
    system = its.street.system
    function = system.outputs["ReconcileFunctionName"]
    answers = {}
    for timer in Timer:
        told = system.emulator.client("lambda").invoke(
            FunctionName=function, Payload=json.dumps({"timer": timer.value}).encode()
        )
        answers[timer] = (told.get("FunctionError"), json.loads(told["Payload"].read()).get("timer"))
    assert answers == {timer: (None, timer.value) for timer in Timer}
