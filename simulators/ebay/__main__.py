"""`python -m simulators.ebay --port 0 --seller anna`: eBay on 127.0.0.1 until SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import sys

from simulators.door import HttpDoor
from simulators.ebay import EbaySimulator, Limits, describe_limits
from simulators.ebay.stand_in import APP
from simulators.kit.command import announce_and_wait, marketplace_parser, sellers_in
from simulators.kit.posting import asker, poster

_ANSWER_WITHIN_S = 10.0
_WORKERS = 2


def main(arguments: list[str] | None = None) -> int:
    """Serve, and print the address as the first line, the limits after it."""
    options = _parser().parse_args(arguments)
    limits = Limits.load()
    if options.rate:
        limits = limits.raised(per_second={"rate": options.rate, "burst": options.rate})
    simulator = EbaySimulator(
        client_id=options.client_id,
        client_secret=options.client_secret,
        time_scale=options.time_scale,
        latency_s=options.latency,
        limits=limits,
        seed=options.seed,
        ru_names=dict(pair.split("=", 1) for pair in options.ru_name),
    )
    for name, token in sellers_in(options):
        simulator.deeds.add_seller(name, refresh_token=token, marketplaces=options.marketplaces.split(","))
    notices = simulator.world.notices
    notices.queue.deliver_with(poster(_ANSWER_WITHIN_S))
    notices.ask = asker(_ANSWER_WITHIN_S)
    notices.queue.start(_WORKERS)
    try:
        with HttpDoor(simulator, port=options.port, threads=options.threads) as door:
            announce_and_wait(f"{door.url}\n{describe_limits(limits)}")
    finally:
        notices.queue.stop()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = marketplace_parser("ebay", "eBay", APP)
    add = parser.add_argument
    add("--marketplaces", default="EBAY_US", help="sites of those sellers, parted by commas")
    add("--ru-name", action="append", default=[], metavar="RUNAME=URL", help="where consent sends the seller back to")
    add("--rate", type=float, default=0.0, help="calls per second, instead of the limits file's")
    return parser


if __name__ == "__main__":
    sys.exit(main())
