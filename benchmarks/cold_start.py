"""`cold.<function>`: a fresh process, the built function and its first invocation, to boto3 and pydantic alone."""

from __future__ import annotations

import compileall
import json
import os
import statistics
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import stage
from benchmarks.figures import Figure
from localrun import deploy, environments, template
from localrun.emulator import ACCESS_KEY, REGION, SECRET_KEY
from localrun.progress import Progress
from localrun.variables import of_functions

RUNS = 5
_FOLDER = stage.ROOT / "build" / "bench" / "bare"
_BARE = """
import boto3
import pydantic
import os


class Row(pydantic.BaseModel):
    key: str


def handler(event, context):
    row = Row.model_validate({"key": "bare"})
    boto3.client("dynamodb").put_item(TableName=os.environ["COORDINATION_TABLE"], Item={"key": {"S": row.key}})
    return {}
"""


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """One cold start to be measured: the function's folder as built, its variables, and the event."""

    name: str
    task: Path
    event: Path
    variables: Mapping[str, str]


def measure() -> list[Figure]:
    """Medians of interleaved runs; a function with several sample events counts with its slowest."""
    made = environments.ensure(stage.ROOT, Progress(quiet=True))
    built = deploy.build(stage.ROOT, made, deploy.Target.of_this_machine(made.runtime)).parent
    declared = template.load(stage.ROOT / "template.yaml")
    with template.emulator_alone(stage.ROOT, name="bench-cold") as emulator:
        template.create_tables(emulator.client("dynamodb"), declared, stage="local")
        template.create_queues(emulator.client("sqs"), declared, stage="local")
        starts = [_bare(declared, emulator.url), *_starts(declared, built, emulator.url)]
        layer = built / "ListbridgeLayer" / "python"
        took: dict[Start, list[float]] = defaultdict(list)
        for _ in range(RUNS):
            for start in starts:
                took[start].append(_cold(start, made.emulator.python, layer))
    floor = statistics.median(took.pop(starts[0]))
    return _figures(took, floor, made.runtime)


def _figures(took: Mapping[Start, list[float]], floor: float, runtime: str) -> list[Figure]:
    by_function: dict[str, dict[str, float]] = defaultdict(dict)
    for start, seconds in took.items():
        by_function[start.name][start.event.stem] = statistics.median(seconds)
    return [
        Figure(
            f"cold.{name}", max(events.values()), "s", "<=2.0", floor=floor,
            settings={
                "runs": RUNS, "runtime": runtime, "floor": "boto3, pydantic and one put_item",
                "events": {event: round(seconds, 3) for event, seconds in events.items()},
            },
        )
        for name, events in by_function.items()
    ]  # fmt: skip


def _starts(declared: dict[str, Any], built: Path, endpoint_url: str) -> Iterator[Start]:
    variables = of_functions(declared, endpoint_url=endpoint_url)
    for logical_id, function in template.resources(declared, "AWS::Serverless::Function").items():
        name = Path(function["Properties"]["CodeUri"]).name
        for event in sorted((stage.ROOT / "events" / name).glob("*.json")):
            yield Start(name, built / logical_id, event, variables[logical_id])


def _bare(declared: dict[str, Any], endpoint_url: str) -> Start:
    _FOLDER.mkdir(parents=True, exist_ok=True)
    (_FOLDER / "app.py").write_text(_BARE)
    event = _FOLDER / "event.json"
    event.write_text("{}")
    compileall.compile_dir(str(_FOLDER), quiet=1)
    variables = next(iter(of_functions(declared, endpoint_url=endpoint_url).values()))
    return Start("bare", _FOLDER, event, variables)


def _cold(start: Start, python: Path, layer: Path) -> float:
    """Wall time of the process. Nothing is written beside the code, as under Lambda."""
    settings = {
        "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join([str(start.task), str(layer)]),
        "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION, "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY, **start.variables,
    }  # fmt: skip
    script = Path(__file__).with_name("one_invocation.py")
    began = time.monotonic()
    done = subprocess.run(
        [str(python), str(script), str(start.event)], env=settings, cwd=start.task, capture_output=True,
        text=True, check=False, timeout=60,
    )  # fmt: skip
    seconds = time.monotonic() - began
    if done.returncode != 0:
        raise AssertionError(f"{start.name} with {start.event.name} failed:\n{done.stdout}{done.stderr}")
    answer = json.loads(done.stdout.rstrip().rsplit("\n", 1)[-1])
    if isinstance(answer, dict) and (
        answer.get("batchItemFailures") or int(answer.get("statusCode", 200)) >= 500
    ):
        raise AssertionError(f"{start.name} with {start.event.name} answered {answer}")
    return seconds
