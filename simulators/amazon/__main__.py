"""`python -m simulators.amazon --port 0 --seller anna`: Amazon on 127.0.0.1 until SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import sys

from simulators.amazon import AmazonSimulator, Limits, describe_limits
from simulators.amazon.stand_in import APP
from simulators.door import HttpDoor
from simulators.kit.command import announce_and_wait, marketplace_parser, sellers_in


def main(arguments: list[str] | None = None) -> int:
    """Serve, and print the address as the first line, the limits after it."""
    options = _parser().parse_args(arguments)
    limits = Limits.load().faster(options.faster)
    simulator = AmazonSimulator(
        client_id=options.client_id,
        client_secret=options.client_secret,
        application_id=options.application_id,
        redirects=options.redirect,
        time_scale=options.time_scale,
        latency_s=options.latency,
        limits=limits,
        decide_after_s=options.decide_after,
        sandbox=options.sandbox,
        seed=options.seed,
    )
    for name, token in sellers_in(options):
        simulator.deeds.add_seller(name, refresh_token=token, sites=options.sites.split(","))
    if options.feed_time is not None:
        simulator.deeds.set_feed_time(options.feed_time)
    simulator.world.notifications.start(options.sqs_endpoint)
    try:
        with HttpDoor(simulator, port=options.port, threads=options.threads) as door:
            announce_and_wait(f"{door.url}\n{describe_limits(limits)}")
    finally:
        simulator.world.notifications.stop()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = marketplace_parser("amazon", "Amazon", APP)
    add = parser.add_argument
    add("--application-id", default="amzn1.sp.solution.sim")
    add("--redirect", action="append", default=[], metavar="URL", help="where consent may send the seller back to")
    add("--sites", default="ATVPDKIKX0DER", help="marketplace ids of those sellers, parted by commas")
    add("--faster", type=float, default=1.0, help="so many times the rates and bursts of the limits file")
    add("--decide-after", type=float, default=None, help="seconds until a submission is decided")
    add("--feed-time", type=float, default=None, help="seconds that a feed is worked on")
    add("--sqs-endpoint", default="", help="deliver notifications into the queues that are served there")
    add("--sandbox", action="store_true", help="answer the official models' examples alone")
    return parser


if __name__ == "__main__":
    sys.exit(main())
