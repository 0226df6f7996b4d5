"""`python -m simulators.amazon --port 0 --seller anna`: Amazon on 127.0.0.1 until SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import sys

from simulators.amazon import AmazonSimulator, Limits, describe_limits
from simulators.door import HttpDoor
from simulators.kit.command import announce_and_wait


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
    for seller in options.seller:
        name, _, token = seller.partition("=")
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
    parser = argparse.ArgumentParser(prog="python -m simulators.amazon", description="A stateful Amazon on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--client-id", default="amzn1.application-oa2-client.sim")
    parser.add_argument("--client-secret", default="sim-secret")
    parser.add_argument("--application-id", default="amzn1.sp.solution.sim")
    parser.add_argument(
        "--redirect", action="append", default=[], metavar="URL", help="where consent may send the seller back to"
    )
    parser.add_argument(
        "--seller", action="append", default=[], metavar="NAME[=REFRESH_TOKEN]", help="a seller to begin with"
    )
    parser.add_argument("--sites", default="ATVPDKIKX0DER", help="marketplace ids of those sellers, parted by commas")
    parser.add_argument("--latency", type=float, default=0.3, help="median seconds per call, simulated ones")
    parser.add_argument("--time-scale", type=float, default=1.0, help="real seconds per simulated second")
    parser.add_argument(
        "--faster", type=float, default=1.0, help="so many times the rates and bursts of the limits file"
    )
    parser.add_argument("--decide-after", type=float, default=None, help="seconds until a submission is decided")
    parser.add_argument("--feed-time", type=float, default=None, help="seconds that a feed is worked on")
    parser.add_argument(
        "--sqs-endpoint", default="", help="deliver notifications into the queues that are served there"
    )
    parser.add_argument("--sandbox", action="store_true", help="answer the official models' examples alone")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=64)
    return parser


if __name__ == "__main__":
    sys.exit(main())
