"""What the command lines of simulators have in common."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Iterator, Mapping


def announce_and_wait(first_words: str) -> None:
    """Print what callers read to find the simulator, then wait for SIGTERM or Ctrl-C. To be called on the main thread."""
    stopped = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopped.set())
    sys.stdout.write(f"{first_words}\n")
    sys.stdout.flush()
    stopped.wait()


def marketplace_parser(slug: str, label: str, app: Mapping[str, str]) -> argparse.ArgumentParser:
    """The arguments that every marketplace takes; one adds its own. `app` are the keys of the app that it knows, by their names
    there, as `client_id`."""
    parser = argparse.ArgumentParser(
        prog=f"python -m simulators.{slug}", description=f"A stateful {label} on 127.0.0.1."
    )
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    for name, value in app.items():
        parser.add_argument(f"--{name.replace('_', '-')}", default=value)
    parser.add_argument(
        "--seller", action="append", default=[], metavar="NAME[=REFRESH_TOKEN]", help="a seller to begin with"
    )
    parser.add_argument("--latency", type=float, default=0.3, help="median seconds per call, simulated ones")
    parser.add_argument("--time-scale", type=float, default=1.0, help="real seconds per simulated second")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=64)
    return parser


def sellers_in(options: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """The sellers to begin with: name, and refresh token or nothing."""
    for seller in options.seller:
        name, _, token = seller.partition("=")
        yield name, token
