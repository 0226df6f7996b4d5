"""`cold.<function>`: a fresh process, the built function and its first invocation, to boto3 and pydantic alone.

`cold.share.<function>` is the same with Lambda's share of a processor for the first call, where the machine lets us make a
control group.
"""

from __future__ import annotations

import compileall
import json
import os
import statistics
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks import cpu_quota, stage
from benchmarks.figures import Figure
from localrun import deploy, environments, template
from localrun.emulator import ACCESS_KEY, REGION, SECRET_KEY
from localrun.progress import Progress
from localrun.rie import GOES_BACK
from localrun.variables import of_functions

RUNS = 5
SHARED_RUNS = 3
MEMORY_MIB = 512
"""What template.yaml gives a function: 29 % of a processor."""
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
    layers: tuple[str, ...] = ("ListbridgeLayer",)
    at_import: bool = True
    """Build everything while the function is imported, as under Lambda; or else in its first call."""


@dataclass(frozen=True, slots=True)
class Took:
    """One cold start in seconds: the whole process, its import, and its calls."""

    whole: float
    init: float
    calls: tuple[float, ...]
    peak_mib: float = 0.0


def measure() -> list[Figure]:
    """Medians of interleaved runs; a function with several sample events counts with its slowest."""
    made = environments.ensure(stage.ROOT, Progress(quiet=True))
    built = deploy.build(stage.ROOT, made, deploy.Target.of_this_machine(made.runtime)).parent
    declared = template.load(stage.ROOT / "template.yaml")
    with template.emulator_alone(stage.ROOT, name="bench-cold") as emulator:
        template.create_tables(emulator.client("dynamodb"), declared, stage="local")
        template.create_queues(emulator.client("sqs"), declared, stage="local")
        starts = [_bare(declared, emulator.url), *_starts(declared, built, emulator.url)]

        def cold(start: Start, *more: str) -> Took:
            return _cold(start, made.emulator.python, built, *more)

        took = _medians(starts, RUNS, cold)
        shared = _under_quota(starts, cold)
    floor = took.pop(starts[0])
    return _figures(took, floor, made.runtime) + shared


def _medians(starts: list[Start], runs: int, cold: Callable[[Start], Took]) -> dict[Start, float]:
    """Seconds of the whole process; all starts in turns, so that a slow moment of the machine meets each of them."""
    took: dict[Start, list[float]] = defaultdict(list)
    for _ in range(runs):
        for start in starts:
            took[start].append(cold(start).whole)
    return {start: statistics.median(seconds) for start, seconds in took.items()}


def _under_quota(starts: list[Start], cold: Callable[..., Took]) -> list[Figure]:
    """The first call with a share of a processor: the import has a whole one, as Lambda gives it."""
    firsts = {start.name: start for start in starts}
    took: dict[tuple[str, bool], list[Took]] = defaultdict(list)
    try:
        with cpu_quota.quota(MEMORY_MIB) as processes:
            for _ in range(SHARED_RUNS):
                for name, start in firsts.items():
                    for at_import in (True, False):
                        took[name, at_import].append(cold(replace(start, at_import=at_import), str(processes)))
    except cpu_quota.NoControlGroup as reason:
        print(f"cold.share.* is left out: {reason}")
        return []
    floor = _median_of(took["bare", False], lambda one: one.whole)
    return [_share_figure(name, took, floor) for name in firsts if name != "bare"]


def _share_figure(name: str, took: Mapping[tuple[str, bool], list[Took]], floor: float) -> Figure:
    mine, lazy = took[name, True], took[name, False]
    settings = {
        "memory_mib": MEMORY_MIB,
        "runs": SHARED_RUNS,
        "floor": "boto3, pydantic and one put_item, the call under the same quota",
        "init_s": round(_median_of(mine, lambda one: one.init), 3),
        "first_call_s": round(_median_of(mine, lambda one: one.calls[0]), 3),
        "second_call_s": round(_median_of(mine, lambda one: one.calls[1]), 3),
        "built_in_the_first_call_s": round(_median_of(lazy, lambda one: one.whole), 3),
        "peak_mib": round(_median_of(mine, lambda one: one.peak_mib)),
    }
    value = _median_of(mine, lambda one: one.whole)
    return Figure(f"cold.share.{name}", value, "s", "<=2.0", floor=floor, settings=settings)


def _median_of(took: list[Took], what: Callable[[Took], float]) -> float:
    return statistics.median(map(what, took))


def _figures(took: Mapping[Start, float], floor: float, runtime: str) -> list[Figure]:
    by_function: dict[str, dict[str, float]] = defaultdict(dict)
    for start, seconds in took.items():
        by_function[start.name][start.event.stem] = seconds
    return [
        Figure(
            f"cold.{name}",
            max(events.values()),
            "s",
            "<=2.0",
            floor=floor,
            settings={
                "runs": RUNS,
                "runtime": runtime,
                "floor": "boto3, pydantic and one put_item",
                "events": {event: round(seconds, 3) for event, seconds in events.items()},
            },
        )
        for name, events in by_function.items()
    ]


def _starts(declared: dict[str, Any], built: Path, endpoint_url: str) -> Iterator[Start]:
    variables = of_functions(declared, endpoint_url=endpoint_url)
    for logical_id, function in template.resources(declared, "AWS::Serverless::Function").items():
        name = Path(function["Properties"]["CodeUri"]).name
        for event in sorted((stage.ROOT / "events" / name).glob("*.json")):
            layers = tuple(template.layers_of(declared, function["Properties"]))
            yield Start(name, built / logical_id, event, variables[logical_id], layers)


def _bare(declared: dict[str, Any], endpoint_url: str) -> Start:
    _FOLDER.mkdir(parents=True, exist_ok=True)
    (_FOLDER / "app.py").write_text(_BARE)
    event = _FOLDER / "event.json"
    event.write_text("{}")
    compileall.compile_dir(str(_FOLDER), quiet=1)
    told = of_functions(declared, endpoint_url=endpoint_url).values()
    variables = next(variables for variables in told if "COORDINATION_TABLE" in variables)
    return Start("bare", _FOLDER, event, variables, at_import=False)


def _cold(start: Start, python: Path, built: Path, *processes: str) -> Took:
    """One process. Nothing is written beside the code, as under Lambda."""
    folders = [start.task, *(built / layer / "python" for layer in start.layers)]
    settings = {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join(str(folder) for folder in folders),
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        **start.variables,
    }
    if start.at_import:
        settings["AWS_LAMBDA_FUNCTION_NAME"] = start.name
    script = Path(__file__).with_name("one_invocation.py")
    began = time.monotonic()
    done = subprocess.run(
        [str(python), str(script), str(start.event), *processes],
        env=settings,
        cwd=start.task,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    seconds = time.monotonic() - began
    if done.returncode != 0:
        raise AssertionError(f"{start.name} with {start.event.name} failed:\n{done.stdout}{done.stderr}")
    told = json.loads(done.stdout.rstrip().rsplit("\n", 1)[-1])
    answer = told["answer"]
    if isinstance(answer, dict) and (
        (answer.get("batchItemFailures") and start.event.stem not in GOES_BACK)
        or int(answer.get("statusCode", 200)) >= 500
    ):
        raise AssertionError(f"{start.name} with {start.event.name} answered {answer}")
    if processes:  # it was given the event twice: the second call is not part of a cold start
        seconds -= sum(told["calls"][1:])
    return Took(seconds, told["init"], tuple(told["calls"]), told.get("peak_mib", 0.0))
