"""template.yaml as plain data, and its tables created without a deployment, for tests that need nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from localrun.emulator import Emulator
from localrun.environments import Environments, ensure
from localrun.folders import private_folder
from localrun.language_extensions import expand
from localrun.processes import Children, free_port
from localrun.progress import Progress

_Safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's takes a tenth of the time


class _Loader(_Safe):  # type: ignore[misc]
    """YAML with CloudFormation's short tags."""


def _short_tag(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    """`!Ref X` becomes {"Ref": "X"}, `!GetAtt A.B` {"Fn::GetAtt": ["A", "B"]}, `!Sub ...` {"Fn::Sub": ...}."""
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    else:
        raise TypeError(f"YAML has no node like {node!r}")
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_tag)


def load(path: Path) -> dict[str, Any]:
    """The template with its functions in their long form and its loops written out.

    What the mappings know is looked up; parameters and what only a stack can tell are left.
    """
    loaded = yaml.load(path.read_text(), Loader=_Loader)  # noqa: S506 - a SafeLoader with the tags above
    if not isinstance(loaded, dict):
        raise ValueError(f"{path} is not a template")
    return expand(loaded)


def resources(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """Logical id -> resource, of all resources of one type such as `AWS::SQS::Queue`."""
    return {name: body for name, body in template["Resources"].items() if body["Type"] == kind}


def layers_of(template: dict[str, Any], properties: dict[str, Any]) -> list[str]:
    """Logical ids of the layers that a function gets: those of every function, and its own after them."""
    named = [*template["Globals"]["Function"]["Layers"], *properties.get("Layers", ())]
    return [layer["Ref"] for layer in named]


def create_tables(dynamodb: Any, template: dict[str, Any], *, stage: str) -> dict[str, str]:
    """Create every table of the template; returns the environment variable that names it -> its name.

    `dynamodb` is a boto3 client. Keys, indexes and the expiry attribute are those of the template.
    """
    names: dict[str, str] = {}
    for logical_id, table in resources(template, "AWS::DynamoDB::Table").items():
        properties = table["Properties"]
        name = _stage_name(properties["TableName"], stage)
        taken = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
        dynamodb.create_table(TableName=name, **{key: properties[key] for key in taken if key in properties})
        if "TimeToLiveSpecification" in properties:
            dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=properties["TimeToLiveSpecification"])
        names[_variable(logical_id)] = name
    return names


def create_queues(sqs: Any, template: dict[str, Any], *, stage: str) -> dict[str, str]:
    """Create every lane of the template with its dead letters; returns environment variable -> queue URL.

    `sqs` is a boto3 client. The dead-letter queues have no variable; their names end in `-dead`.
    """
    queues = resources(template, "AWS::SQS::Queue")
    urls = {
        name: str(sqs.create_queue(QueueName=_stage_name(body["Properties"]["QueueName"], stage))["QueueUrl"])
        for name, body in queues.items()
    }
    for name, body in queues.items():
        attributes = {"VisibilityTimeout": str(body["Properties"].get("VisibilityTimeout", 30))}
        redrive = body["Properties"].get("RedrivePolicy")
        if redrive:
            dead = urls[redrive["deadLetterTargetArn"]["Fn::GetAtt"][0]]
            arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
            policy = {"deadLetterTargetArn": arn, "maxReceiveCount": redrive["maxReceiveCount"]}
            attributes["RedrivePolicy"] = json.dumps(policy)
        sqs.set_queue_attributes(QueueUrl=urls[name], Attributes=attributes)
    return {f"{_variable(name)}_URL": url for name, url in urls.items() if name.endswith("Queue")}


@contextmanager
def emulator_alone(root: Path, *, name: str) -> Iterator[Emulator]:
    """An empty emulator on a free port, without any deployment; gone at the end. `name` keeps two apart."""
    root = root.resolve()
    folder = root / ".local" / "run" / name
    private_folder(folder)
    children = Children(folder)
    children.end_leftovers(Progress(quiet=True))
    made: Environments = ensure(root, Progress(quiet=True))
    emulator = Emulator(made.emulator, folder=folder, port=free_port(), children=children)
    try:
        emulator.start()
        yield emulator
    finally:
        emulator.stop()
        children.stop_all()


def _stage_name(value: dict[str, str], stage: str) -> str:
    return value["Fn::Sub"].replace("${Stage}", stage)


def _variable(logical_id: str) -> str:
    """ShopEventsQueue -> SHOP_EVENTS_QUEUE, as the template names its variables."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", logical_id).upper()
