"""docs/tutorial.md is run as it stands, on a system that its own first command brought up."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.traces import Traces, children
from tests.e2e.tutorial import Step, is_as_claimed, run_in_one_shell, steps_of

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
SOURCED = ". .local/run/up/env"
STARTED_S, PLAYED_S, STOPPED_S = 400, 240, 15

pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("local-system")]


@dataclass(frozen=True)
class Up:
    """`make up` in a terminal of its own."""

    name: str
    process: subprocess.Popen[str]
    printed: str
    temporary: Path

    @property
    def folder(self) -> Path:
        return ROOT / ".local" / "run" / self.name


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    temporary = tmp_path_factory.mktemp("tmp")
    name = f"tutorial-{os.getpid()}"
    folder = ROOT / ".local" / "run" / name
    output = ROOT / ".local" / f"{name}.out"
    output.parent.mkdir(exist_ok=True)
    with output.open("w") as told:
        command = [sys.executable, "-m", "localrun", "up", "--name", name]
        env = {**os.environ, "TMPDIR": str(temporary)}
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=told, stderr=subprocess.STDOUT, text=True)
    try:
        ends = time.monotonic() + STARTED_S
        while "Ctrl-C stops it." not in output.read_text():
            assert process.poll() is None, output.read_text()
            assert time.monotonic() < ends, output.read_text()
            time.sleep(0.2)
        yield Up(name, process, output.read_text(), temporary)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)
        output.unlink()
        shutil.rmtree(folder, ignore_errors=True)


def test_what_make_up_prints_is_all_that_the_page_uses(up: Up) -> None:
    for needed in (
        "viewer@",
        "operator@",
        "admin@",
        "client id",
        "demo.myshopify.com",
        "demo-client-id",
        "demo-client-secret",
        "sim-client",
        "sim-secret",
        "add_product",
        "add_seller",
        '"buy"',
        "Authorization: $TOKEN",
        "Content-Type: application/json",
        "localrun logs",
        f". .local/run/{up.name}/env",
        "docs/tutorial.md",
    ):
        assert needed in up.printed, needed
    variables = (up.folder / "env").read_text()
    used = set(re.findall(r"\$(API|AWS|SHOPIFY|EBAY|CLIENT_ID|EMAIL|PASSWORD)\b", PAGE))
    assert used == set(re.findall(r"^export (\w+)=", variables, re.MULTILINE)) - {"TOKEN"}


def test_every_command_of_the_page_answers_what_the_page_says(up: Up) -> None:
    assert SOURCED in PAGE
    steps = steps_of(PAGE)
    assert len(steps) >= 15
    answers = run_in_one_shell(steps, before=SOURCED.replace("/up/", f"/{up.name}/"), folder=ROOT, timeout_s=PLAYED_S)
    for step, answer in zip(steps, answers, strict=False):
        assert is_as_claimed(answer, step.claimed or ""), f"{step.commands}\nanswered\n{answer}"
    assert len(answers) == len(steps), f"it got no further than\n{steps[len(answers) - 1].commands}"


def test_ctrl_c_stops_it_within_seconds_and_leaves_no_process_no_port_and_no_temporary_file(up: Up) -> None:
    traces = Traces.of(up.folder, outside=up.temporary)
    assert {"emulator", "simulator-shopify"} <= children(up.folder).keys()
    began = time.monotonic()
    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(timeout=120) == 130
    assert time.monotonic() - began < STOPPED_S
    assert traces.left() == []
    assert not (up.folder / "env").exists()


def test_a_step_that_answers_otherwise_is_found_out() -> None:
    page = "```sh\necho 7\n```\n\n```text\n8\n```\n\n```sh\nfalse_command\n```\n"
    steps = steps_of(page)
    assert steps == [Step("echo 7\n", "8\n"), Step("false_command\n", None)]
    answers = run_in_one_shell(steps, before="", folder=ROOT, timeout_s=10)
    assert [is_as_claimed(answer, step.claimed or "") for step, answer in zip(steps, answers, strict=True)] == [
        False,
        False,
    ]
    assert is_as_claimed('{"live":0,"more":3}', '{"live":0…}')
    assert not is_as_claimed("one\ntwo", "one…")
