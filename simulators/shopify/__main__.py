"""The simulated shop on a port of 127.0.0.1: `python -m simulators.shopify --port 8801`. Stops on SIGTERM or Ctrl-C.

Prints one line of JSON once it listens: {"url": ..., "shop_domain": ..., "limits": ...}.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from pathlib import Path
from typing import Any

from simulators.door import HttpDoor
from simulators.kit.command import announce_and_wait
from simulators.kit.deeds import do
from simulators.kit.posting import poster
from simulators.shopify.app import ShopifySimulator


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulators.shopify", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--shop-domain", default="demo.myshopify.com")
    parser.add_argument("--client-id", default="demo-client-id")
    parser.add_argument("--client-secret", default="demo-client-secret")
    parser.add_argument("--currency", default="EUR", help="ISO 4217")
    parser.add_argument("--seed", type=Path, help='JSON: a list of deeds, [{"deed": "add_product", ...}, ...]')
    parser.add_argument("--limits", type=Path, help="JSON with what differs from limits.json")
    parser.add_argument("--latency", type=float, default=0.0, help="median answering time in simulated seconds")
    parser.add_argument("--time-scale", type=float, default=1.0, help="real seconds per simulated second")
    parser.add_argument("--webhook-allow-http", action="store_true", help="webhooks to http:// addresses too")
    parser.add_argument("--webhook-workers", type=int, default=8)
    parser.add_argument("--verbose", action="store_true", help="log each failed delivery")
    return parser.parse_args()


def main() -> int:
    told = arguments()
    logging.basicConfig(level=logging.INFO if told.verbose else logging.WARNING, stream=sys.stderr)
    simulator = ShopifySimulator(
        shop_domain=told.shop_domain,
        client_id=told.client_id,
        client_secret=told.client_secret,
        currency=told.currency,
        limits=told.limits,
        latency_s=told.latency,
        time_scale=told.time_scale,
        allow_http=told.webhook_allow_http,
    )
    queue = simulator.deliveries
    queue.deliver_with(poster(simulator.world.limits.webhook_timeout_s))
    seed: list[dict[str, Any]] = json.loads(told.seed.read_text()) if told.seed else []
    for one in seed:
        do(simulator.deeds, one.pop("deed"), one)
    with HttpDoor(simulator, port=told.port) as door:
        simulator.world.public_url = door.url
        queue.start(told.webhook_workers)
        line = {"url": door.url, "shop_domain": told.shop_domain, "limits": simulator.world.limits.as_dict()}
        announce_and_wait(json.dumps(line))
        queue.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
