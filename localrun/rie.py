"""Every built function, run once per sample event as Lambda would run it: `python -m localrun.rie`.

AWS's runtime interface emulator, which SAM CLI brings along, starts the real runtime client (`awslambdaric`) on the
artefacts that `sam build` made, with its layers beside them. Tables and queues are the emulator's. One call at a time:
two at once kill it.
"""

from __future__ import annotations

import json
import os
import platform
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from localrun import deploy, environments
from localrun import template as template_file
from localrun.emulator import ACCESS_KEY, REGION, SECRET_KEY, Emulator
from localrun.folders import private_folder
from localrun.processes import Children, ProcessDied, await_port, free_port
from localrun.progress import Progress
from localrun.variables import of_functions

ROOT = Path(__file__).resolve().parent.parent
GOES_BACK = frozenset({"marketplace_event"})
"""Sample events that must go back to their queue: no marketplace that there is sends this one."""
_INVOKE = "/2015-03-31/functions/function/invocations"


@dataclass(frozen=True)
class Outcome:
    """What one function answered to one sample event. `problem` is None if it ended without an error."""

    function: str
    event: str
    answer: Any
    problem: str | None


def run_all(root: Path, progress: Progress) -> list[Outcome]:
    """Build for this machine, then feed every sample event to its function. Order: as in the template."""
    made = environments.ensure(root, progress)
    target = deploy.Target.of_this_machine(made.runtime)
    with progress.step(f"sam build for {target.runtime} on {target.architecture}"):
        built = deploy.build(root, made, target).parent
    template = template_file.load(root / "template.yaml")
    with template_file.emulator_alone(root, name="rie") as emulator:
        template_file.create_tables(emulator.client("dynamodb"), template, stage="local")
        template_file.create_queues(emulator.client("sqs"), template, stage="local")
        return [
            outcome
            for name, function in template_file.resources(template, "AWS::Serverless::Function").items()
            for outcome in _run(root, made, built, emulator, template, name, function["Properties"])
        ]


def _run(
    root: Path,
    made: environments.Environments,
    built: Path,
    emulator: Emulator,
    template: dict[str, Any],
    name: str,
    properties: dict[str, Any],
) -> Iterator[Outcome]:
    folder = Path(properties["CodeUri"]).name
    timeout = properties.get("Timeout", template["Globals"]["Function"]["Timeout"])
    variables = of_functions(template, endpoint_url=emulator.url)[name]
    layers = [built / layer / "python" for layer in template_file.layers_of(template, properties)]
    with _function(root, made, built / name, layers, variables, timeout) as url:
        for path in sorted((root / "events" / folder).glob("*.json")):
            response = requests.post(f"{url}{_INVOKE}", data=path.read_bytes(), timeout=timeout + 10)
            answer = _read(response)
            yield Outcome(folder, path.stem, answer, _problem(path.stem, response, answer))


@contextmanager
def _function(
    root: Path,
    made: environments.Environments,
    task: Path,
    layers: Sequence[Path],
    variables: dict[str, str],
    timeout: int,
) -> Iterator[str]:
    """One built function behind its own runtime interface emulator; gives the address to invoke."""
    folder = root / ".local" / "run" / "rie" / "function"
    private_folder(folder)
    children = Children(folder)
    port, runtime_port = free_port(), free_port()
    settings = {
        "PATH": f"{made.emulator.bin}:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join(str(folder) for folder in [task, *layers]),
        "AWS_LAMBDA_FUNCTION_NAME": task.name,
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(timeout),
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        **variables,
    }
    command = [str(_emulator_binary(made)), "--runtime-interface-emulator-address", f"127.0.0.1:{port}"]
    command += ["--runtime-api-address", f"127.0.0.1:{runtime_port}"]
    command += [str(made.emulator.python), "-m", "awslambdaric", "app.handler"]
    try:
        child = children.start(f"rie-{task.name}", command, env=settings, cwd=task)
        await_port(child, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        children.stop_all()


def _emulator_binary(made: environments.Environments) -> Path:
    machine = "arm64" if platform.machine().lower() in ("arm64", "aarch64") else "x86_64"
    found = sorted(made.sam.folder.glob(f"lib/python*/site-packages/samcli/local/rapid/aws-lambda-rie-{machine}"))
    if not found:
        raise ProcessDied(f"SAM CLI brings no aws-lambda-rie for {machine}")
    return found[0]


def _read(response: requests.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return response.text


def _problem(event: str, response: requests.Response, answer: Any) -> str | None:
    if response.status_code != 200:
        return f"{response.status_code} {response.text[:500]}"
    if isinstance(answer, dict) and "errorType" in answer:
        return f"{answer['errorType']}: {answer.get('errorMessage', '')}"[:2000]
    if isinstance(answer, str) and re.match(r"Task timed out", answer):
        return answer
    went_back = isinstance(answer, dict) and bool(answer.get("batchItemFailures"))
    if went_back != (event in GOES_BACK):
        return f"{'gave the message back' if went_back else 'kept the message'}: {json.dumps(answer)}"
    if isinstance(answer, dict) and int(answer.get("statusCode", 200)) >= 500:
        return json.dumps(answer)[:2000]
    return None


def main() -> int:
    """Print a line per sample event; the exit code says whether all of them went well."""
    progress = Progress()
    outcomes = run_all(ROOT, progress)
    for outcome in outcomes:
        short = json.dumps(outcome.answer, ensure_ascii=False)[:100]
        print(f"  {outcome.function:<20} {outcome.event:<24} {outcome.problem or 'ok  ' + short}")
    failed = [outcome for outcome in outcomes if outcome.problem]
    print(f"{len(outcomes) - len(failed)} of {len(outcomes)} sample events ended without an error")
    return 1 if failed or not outcomes else 0


if __name__ == "__main__":
    sys.exit(main())
