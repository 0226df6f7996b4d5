"""events/<function>/*.json look like what AWS sends, one at least for each trigger."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from localrun.environments import Environments
from tests.packaging.conftest import ROOT

EVENTS = ROOT / "events"


def _folder(properties: dict[str, Any]) -> str:
    return Path(properties["CodeUri"]).name


def _load(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


def _samples(folder: str) -> dict[str, dict[str, Any]]:
    return {path.stem: _load(path) for path in sorted((EVENTS / folder).glob("*.json"))}


@pytest.fixture(scope="module")
def generated() -> dict[str, dict[str, Any]]:
    """What `sam local generate-event` gives for the two kinds of event that AWS shapes."""
    environments = Environments.of(ROOT)
    if not (environments.sam.bin / "sam").exists():
        pytest.skip("SAM CLI is not installed: python -m localrun.environments")

    def ask(*arguments: str) -> dict[str, Any]:
        answer = subprocess.run(
            [str(environments.sam.bin / "sam"), "local", "generate-event", *arguments],
            env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "SAM_CLI_TELEMETRY": "0"},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        loaded: dict[str, Any] = json.loads(answer.stdout)
        return loaded

    return {"Api": ask("apigateway", "aws-proxy"), "SQS": ask("sqs", "receive-message")}


def test_there_is_a_sample_for_every_trigger_of_every_function(functions: dict[str, dict[str, Any]]) -> None:
    missing = []
    for properties in functions.values():
        samples = _samples(_folder(properties)).values()
        for event in properties["Events"].values():
            wanted = event["Properties"]
            found = {
                # One sample stands for all methods below /v1: they are one route of one handler.
                "Api": any(sample.get("resource") == wanted.get("Path") for sample in samples),
                "SQS": any("Records" in sample for sample in samples),
                "Schedule": any(sample == json.loads(wanted.get("Input", "null")) for sample in samples),
            }[event["Type"]]
            if not found:
                missing.append((_folder(properties), event))
    assert missing == []


def test_no_sample_belongs_to_a_function_that_does_not_exist(functions: dict[str, dict[str, Any]]) -> None:
    assert {path.name for path in EVENTS.iterdir()} == {_folder(properties) for properties in functions.values()}


def _of_the_gateway() -> dict[str, dict[str, Any]]:
    samples = {**_samples("webhook_ingest"), **_samples("marketplace_notices"), **_samples("admin_api")}
    return {name: sample for name, sample in samples.items() if "Records" not in sample}


def test_api_samples_have_the_keys_that_sam_generates(generated: dict[str, dict[str, Any]]) -> None:
    reference = generated["Api"]
    samples = _of_the_gateway()
    assert len(samples) == 5
    for name, sample in samples.items():
        assert set(sample) == set(reference), name
        context = set(sample["requestContext"])
        assert context - {"authorizer"} == set(reference["requestContext"]), name
        assert set(sample["requestContext"]["identity"]) == set(reference["requestContext"]["identity"]), name


def test_only_the_sample_behind_the_authorizer_carries_claims() -> None:
    samples = _of_the_gateway()
    assert [name for name, sample in samples.items() if "authorizer" in sample["requestContext"]] == ["health"]


def test_queue_samples_have_the_keys_that_sam_generates(generated: dict[str, dict[str, Any]]) -> None:
    reference = generated["SQS"]["Records"][0]
    records = [
        record
        for folder in EVENTS.iterdir()
        for sample in _samples(folder.name).values()
        for record in sample.get("Records", [])
    ]
    assert len(records) >= 4
    for record in records:
        assert set(record) == set(reference)
        assert set(record["attributes"]) == set(reference["attributes"])
        assert record["md5OfBody"] == hashlib.md5(record["body"].encode(), usedforsecurity=False).hexdigest()


def test_queue_samples_are_messages_that_the_lanes_can_read() -> None:
    from pydantic import TypeAdapter

    from listbridge.domain.work import AnyMessage

    kinds = {
        folder.name: [
            TypeAdapter(AnyMessage).validate_json(record["body"], strict=False).kind
            for sample in _samples(folder.name).values()
            for record in sample.get("Records", [])
        ]
        for folder in EVENTS.iterdir()
        if folder.name != "webhook_ingest"  # whose queue carries what a marketplace sends
    }
    assert {name: found for name, found in kinds.items() if found} == {
        "sync_catalog": ["shop_event", "shop_event"],
        "recompute_listings": ["check", "recompute_chunk"],
        "revise_inventory": ["nudge"],
        "publish_listing": ["publish_task", "publish_together"],
        "import_orders": ["poll_account", "import_order", "marketplace_notice", "learn_notice_key"],
        "relay_fulfillment": ["relay_order"],
    }
