"""`python -m localrun up | demo | tour | down | logs | build | deploy`: what the Makefile's verbs of the same names call."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import shlex
import signal
import sys
import threading
import time
from collections.abc import Iterator
from types import FrameType

from localrun import banner, environments, interpreters, release
from localrun.deploy import SamFailed, Target, build_for_production
from localrun.emulator import aws_client
from localrun.environments import EnvironmentFailed
from localrun.interpreters import NoInterpreter
from localrun.processes import ProcessDied
from localrun.progress import Progress
from localrun.simulators import Pair, UnknownPlatform
from localrun.system import ROOT, AlreadyRunning, LocalSystem, free_name, is_up

RUNS = ROOT / ".local" / "run"
_EXPECTED = (AlreadyRunning, EnvironmentFailed, NoInterpreter, ProcessDied, SamFailed, release.NotDeployable)


class _Interrupted(Exception):
    """Somebody asked us to stop."""


def main(arguments: list[str] | None = None) -> int:
    """Run one verb; the exit code says whether it came true. Ctrl-C and SIGTERM end it in order."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)
    try:
        return int(options.verb(options))
    except _Interrupted:
        print("stopped")
        return 130
    except UnknownPlatform as problem:
        print(problem, file=sys.stderr)
        return 2
    except _EXPECTED as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1


def up(options: argparse.Namespace) -> int:
    """Bring the system up and keep it up until Ctrl-C, SIGTERM or `down`."""
    progress = Progress()
    system = LocalSystem(
        name=options.name or free_name("up"),
        public_url=options.public_url or None,
        keep_state=options.keep,
        bind=options.bind,
        emulator_port=options.port,
        pair=Pair.of(options.shop, options.marketplace),
        progress=progress,
    )
    if options.bind != "127.0.0.1":
        print(f"WARNING: emulator and API listen on {options.bind}; whoever reaches them can run code here.")
    with _orderly(system):
        progress.say("up")
        print(banner.describe(system), flush=True)
        try:
            _wait(system)
        finally:
            banner.forget_environment(system)  # it holds a password and a token
    return 0


def demo(options: argparse.Namespace) -> int:
    """Play a seller's story on a system of its own."""
    scenario = importlib.import_module("localrun.demo")
    pair = Pair.of(options.shop, options.marketplace)
    return int(scenario.run(name=options.name or free_name("demo"), check=options.check, pair=pair))


def tour(options: argparse.Namespace) -> int:
    """Play every statement about sales lists on a system of its own, one line each with its evidence."""
    statements = importlib.import_module("localrun.tour")
    pair = Pair.of(options.shop, options.marketplace)
    return int(statements.run(name=options.name or free_name("tour"), pair=pair))


def down(options: argparse.Namespace) -> int:
    """Stop the system of this name, or without a name every one of this checkout; return when they are gone."""
    names = [options.name] if options.name else sorted(path.parent.name for path in RUNS.glob("*/lock"))
    names = [name for name in names if is_up(name)]
    if not names:
        print("nothing is up")
    for name in names:
        os.kill(int((RUNS / name / "lock").read_text()), signal.SIGTERM)
    deadline = time.monotonic() + 300  # the emulator leaves tens of thousands of unpacked files behind
    for name in names:
        while is_up(name):
            if time.monotonic() > deadline:
                print(f"{name} does not stop", file=sys.stderr)
                return 1
            time.sleep(0.1)
        print(f"{name} is down")
    return 0


def build(options: argparse.Namespace) -> int:
    """`sam build` for AWS, into .aws-sam/build."""
    progress = Progress()
    made = environments.ensure(ROOT, progress)
    python_bin = environments.for_runtime(ROOT, options.runtime, progress)
    target = Target(runtime=options.runtime, architecture=options.architecture)
    with progress.step(f"sam build for {target.runtime} on {target.architecture}"):
        build_for_production(ROOT, made, target, python_bin=python_bin)
    return 0


def deploy(options: argparse.Namespace) -> int:
    """Look at the account and the stack, then build and `sam deploy` what they need."""
    asked = dict(pair.partition("=")[::2] for pair in shlex.split(options.set))
    for name in ("runtime", "architecture"):
        if getattr(options, name):
            asked[name.capitalize()] = getattr(options, name)
    wishes = release.Wishes(stage=options.stage, parameters=asked, anyway=options.anyway)
    return release.deploy(ROOT, wishes, Progress())


def logs(options: argparse.Namespace) -> int:
    """Print what a function of a running system has logged."""
    ports = LocalSystem(name=options.name or "up").remembered_ports()
    client = aws_client("logs", endpoint_url=f"http://127.0.0.1:{ports['emulator']}")
    pages = client.get_paginator("filter_log_events").paginate(logGroupName=f"/listbridge/local/{options.function}")
    for page in pages:
        for event in page["events"]:
            print(event["message"].rstrip())
    return 0


@contextlib.contextmanager
def _orderly(system: LocalSystem) -> Iterator[None]:
    """Start, and stop whatever happens; a second Ctrl-C does not cut the stopping short."""
    try:
        system.start()
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        system.stop()


def _wait(system: LocalSystem) -> None:
    while True:
        threading.Event().wait(1.0)
        problem = system.died()
        if problem:
            raise ProcessDied(problem)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise _Interrupted


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m localrun", description=__doc__)
    verbs = parser.add_subparsers(required=True)
    for verb in (up, demo, tour, down, logs, build, deploy):
        sub = verbs.add_parser(verb.__name__, help=verb.__doc__)
        sub.set_defaults(verb=verb)
        sub.add_argument("--name", default="", help="which of several systems beside each other")
        if verb in (up, demo, tour):
            sub.add_argument("--shop", default="", help="which shop has a stand-in (default: the first)")
            sub.add_argument("--marketplace", default="", help="which marketplace has one")
        if verb is up:
            sub.add_argument("--public-url", default="", help="address of the tunnel that leads here")
            sub.add_argument("--bind", default="127.0.0.1", help="0.0.0.0 serves containers")
            sub.add_argument("--port", type=int, default=None, help="port of the emulator (default: a free one)")
            sub.add_argument(
                "--keep",
                action="store_true",
                help="go on with the tables of the last run; simulators always begin again",
            )
        if verb is demo:
            sub.add_argument("--check", action="store_true", help="run unattended; fail unless every step came true")
        if verb is build:
            runtimes = [f"python{minor}" for minor in interpreters.SUPPORTED_MINORS]
            sub.add_argument("--runtime", default="python3.13", choices=runtimes)
            sub.add_argument("--architecture", default="arm64", choices=["arm64", "x86_64"])
        if verb is deploy:
            sub.add_argument("--stage", default="dev", help="which sections of samconfig.toml")
            sub.add_argument("--runtime", default="", help="instead of the stack's own, python3.13 for instance")
            sub.add_argument("--architecture", default="", choices=["", "arm64", "x86_64"])
            sub.add_argument("--set", default="", help="parameters of the template: 'Name=value Other=value'")
            sub.add_argument("--anyway", action="store_true", help="with less concurrency than is needed")
        if verb is logs:
            sub.add_argument("function", help="a folder below functions/")
    return parser


if __name__ == "__main__":
    sys.exit(main())
