"""The AWS emulator for tests: started once, with the tables and queues of template.yaml."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from localrun import template
from localrun.emulator import ACCESS_KEY, REGION, SECRET_KEY

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class EmulatedAws:
    """A running emulator. `variables` is the environment with which our code finds it and everything in it."""

    url: str
    variables: dict[str, str]


@pytest.fixture(scope="session")
def emulator() -> Iterator[EmulatedAws]:
    """An emulator of this session's own, on 127.0.0.1, in whose environment the session then runs.

    Where its packages are not installed (`make up` installs them) the tests that need it are skipped; under CI they fail.
    """
    if not (ROOT / ".local" / "emulator" / "bin" / "python").exists():
        absent = "the AWS emulator is not installed (.local/emulator): `make up` or `make test` installs it"
        if os.environ.get("CI"):
            pytest.fail(absent, pytrace=False)
        pytest.skip(absent)
    declared = template.load(ROOT / "template.yaml")
    name = f"tests-{os.getpid()}"
    with _removed_after(ROOT / ".local" / "run" / name), template.emulator_alone(ROOT, name=name) as running:
        variables = {
            "AWS_ENDPOINT_URL": running.url,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_EC2_METADATA_DISABLED": "true",
            "SECRETS_PREFIX": "listbridge/tests",
            **template.create_tables(running.client("dynamodb"), declared, stage="tests"),
            **_create_queues(running.client("sqs"), declared),
        }
        before = {name: os.environ.get(name) for name in variables}
        os.environ.update(variables)
        _forget_clients()
        try:
            yield EmulatedAws(running.url, variables)
        finally:
            _forget_clients()
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value


@contextmanager
def _removed_after(folder: Path) -> Iterator[None]:
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _create_queues(sqs: Any, declared: dict[str, Any]) -> dict[str, str]:
    """The lanes' queues, without their dead letters: variable → address."""
    urls: dict[str, str] = {}
    functions = template.resources(declared, "AWS::Serverless::Function").values()
    told = [function["Properties"]["Environment"]["Variables"] for function in functions]
    for variable, value in [one for variables in told for one in variables.items()]:
        if variable.endswith("_QUEUE_URL") and variable not in urls:
            name = str(declared["Resources"][value["Ref"]]["Properties"]["QueueName"]["Fn::Sub"])
            urls[variable] = sqs.create_queue(QueueName=name.replace("${Stage}", "tests"))["QueueUrl"]
    return urls


def _forget_clients() -> None:
    from listbridge.infra import aws, settings

    aws.forget_clients()
    settings.forget()
