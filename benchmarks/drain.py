"""`drain.…`, by the marketplace's name: how near the fast lane comes to the calls per second that the marketplace allows."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import boto3

from benchmarks import outside, stage, submissions
from benchmarks.figures import Figure
from listbridge import bootstrap
from listbridge.domain.ids import ListingKey
from listbridge.domain.work import Nudge
from listbridge.infra import settings
from listbridge.services.catalog.nudge import nudge
from listbridge.services.deps import Deps
from listbridge.services.listings.revise.revise_inventory import revise_inventory

LISTINGS = getattr(outside.OF_MARKETPLACE, "LISTINGS", 600)
ACCOUNT, SELLER = "acc_bench", "anna"
_PRICE, _STOCK = "19.90", 10
_WORKERS = 2  # the lane's maximum concurrency in template.yaml
_FUNCTION_S = 30.0  # its time limit there
_ENOUGH_S = 120.0


def measure() -> list[Figure]:
    """Both values of every listing of one account, from the first call to the last as the marketplace counts them."""
    if outside.OF_MARKETPLACE.SUBMITS:
        return submissions.measure()
    arguments = getattr(outside.OF_MARKETPLACE, "ARGUMENTS", outside.ARGUMENTS)
    with stage.local_aws("drain"), outside.marketplace("drain", arguments) as market:
        os.environ["PLATFORM_URLS"] = json.dumps({outside.MARKETPLACE: market.url})
        settings.forget()
        bootstrap.use(None)
        deps = bootstrap.deps()
        stage.connect(deps, [ACCOUNT], sellers={ACCOUNT: market.door.add_seller(SELLER)})
        skus = [f"D{number:05d}" for number in range(LISTINGS)]
        offers = outside.put_on_sale(market.door, SELLER, skus, quantity=_STOCK, price=_PRICE)
        keys = stage.seed_ledger(deps, ACCOUNT, skus, offers=offers, stock=_STOCK - 1, shown=_STOCK, price=_PRICE)
        stage.compute(deps, keys)
        nudge(deps, keys[0].account)
        _drain(deps, keys)
        return [_figure(market)]


def _figure(market: outside.Market) -> Figure:
    calls = market.door.get("calls", limit=LISTINGS * 4)["calls"]
    revisions = [call for call in calls if call["operation"] == outside.OF_MARKETPLACE.REVISE]
    if any(row["quantity"] != _STOCK - 1 for row in market.door.on_sale().values()):
        raise AssertionError("a listing shows another quantity than the ledger's")
    times = sorted(datetime.fromisoformat(call["at"]) for call in revisions)
    seconds = (times[-1] - times[0]).total_seconds()
    rate, burst = outside.OF_MARKETPLACE.rate(market.limits())
    print(market.door.get("limits")["text"])
    settings_ = {
        "listings": LISTINGS,
        "seconds": round(seconds, 2),
        "requests_per_change": round(len(calls) / LISTINGS, 4),
        "refused": sum(call["status"] >= 400 for call in calls),
        "latency_s": outside.LATENCY_S,
        "time_scale": 1,
        "limits": market.limits()["version"],
        "per_second": {"burst": burst, "rate": rate},
        "floor": "what the limits allow in these seconds",
    }
    allowed = (burst + rate * seconds) / seconds
    return Figure(
        f"drain.{outside.MARKETPLACE}", LISTINGS / seconds, "listings/s", ">=0.9", floor=allowed, settings=settings_
    )


def _drain(deps: Deps, keys: Sequence[ListingKey]) -> None:
    """As the event source does it: as many workers as the lane may have, each with one message at a time."""
    over = threading.Event()
    with ThreadPoolExecutor(_WORKERS) as pool:
        workers = [pool.submit(work, deps, over) for _ in range(_WORKERS)]
        ends = time.monotonic() + _ENOUGH_S
        try:
            while any(row.due_band is not None for row in deps.listings.get_many(keys).values()):
                if time.monotonic() > ends:
                    raise AssertionError(f"not drained within {_ENOUGH_S:.0f} s")
                time.sleep(1.0)
        finally:
            over.set()
        for worker in workers:
            worker.result()


def work(deps: Deps, over: threading.Event) -> None:
    """One worker of the lane, until it is over."""
    sqs: Any = boto3.client("sqs")
    url = os.environ["REVISE_QUEUE_URL"]
    while not over.is_set():
        for message in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", ()):
            revise_inventory(deps, Nudge.model_validate_json(message["Body"]), remaining_s=_FUNCTION_S)
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
