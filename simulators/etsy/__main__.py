"""`python -m simulators.etsy --port 0 --seller anna`: Etsy on 127.0.0.1 until SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import sys

import requests

from simulators.door import HttpDoor
from simulators.etsy import EtsySimulator, Limits, describe_limits
from simulators.etsy.stand_in import APP
from simulators.kit.command import announce_and_wait, marketplace_parser, sellers_in

_TIMEOUT_S = 15.0


def main(arguments: list[str] | None = None) -> int:
    """Serve, and print the address as the first line, the limits after it."""
    options = _parser().parse_args(arguments)
    limits = Limits.load()
    for name in ("per_second", "per_day"):
        if getattr(options, name) is not None:
            limits = limits.raised(**{name: getattr(options, name)})
    simulator = EtsySimulator(
        keystring=options.keystring,
        shared_secret=options.shared_secret,
        redirects=options.redirect,
        time_scale=options.time_scale,
        latency_s=options.latency,
        limits=limits,
        deliver=post,
        seed=options.seed,
    )
    for name, token in sellers_in(options):
        simulator.deeds.add_seller(name, refresh_token=token, currency=options.currency, country=options.country)
    simulator.world.webhooks.start()
    try:
        with HttpDoor(simulator, port=options.port, threads=options.threads) as door:
            announce_and_wait(f"{door.url}\n{describe_limits(limits)}")
    finally:
        simulator.world.webhooks.stop()
    return 0


def post(url: str, headers: dict[str, str], body: bytes) -> int:
    """Post a webhook, without following redirects."""
    answer = requests.post(url, data=body, headers=headers, timeout=_TIMEOUT_S, allow_redirects=False)
    return answer.status_code


def _parser() -> argparse.ArgumentParser:
    parser = marketplace_parser("etsy", "Etsy", APP)
    add = parser.add_argument
    add("--redirect", action="append", default=[], metavar="URL", help="where consent may send the seller back to")
    add("--currency", default="USD", help="of those sellers' shops")
    add("--country", default="US", help="of those sellers' shops")
    add("--per-second", type=int, default=None, help="calls a second, instead of the limits file's")
    add("--per-day", type=int, default=None, help="calls in 24 hours, instead of the limits file's")
    return parser


if __name__ == "__main__":
    sys.exit(main())
