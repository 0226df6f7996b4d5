"""`python -m simulators.etsy --port 0 --seller anna`: Etsy on 127.0.0.1 until SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import sys

import requests

from simulators.door import HttpDoor
from simulators.etsy import EtsySimulator, Limits, describe_limits
from simulators.kit.command import announce_and_wait

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
    for seller in options.seller:
        name, _, token = seller.partition("=")
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
    parser = argparse.ArgumentParser(prog="python -m simulators.etsy", description="A stateful Etsy on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--keystring", default="simkeystring0123456789ab")
    parser.add_argument("--shared-secret", default="simsecret0")
    parser.add_argument(
        "--redirect", action="append", default=[], metavar="URL", help="where consent may send the seller back to"
    )
    parser.add_argument(
        "--seller", action="append", default=[], metavar="NAME[=REFRESH_TOKEN]", help="a seller to begin with"
    )
    parser.add_argument("--currency", default="USD", help="of those sellers' shops")
    parser.add_argument("--country", default="US", help="of those sellers' shops")
    parser.add_argument("--latency", type=float, default=0.3, help="median seconds per call, simulated ones")
    parser.add_argument("--time-scale", type=float, default=1.0, help="real seconds per simulated second")
    parser.add_argument("--per-second", type=int, default=None, help="calls a second, instead of the limits file's")
    parser.add_argument("--per-day", type=int, default=None, help="calls in 24 hours, instead of the limits file's")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=64)
    return parser


if __name__ == "__main__":
    sys.exit(main())
