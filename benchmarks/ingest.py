"""`ingest.cpu`: what a webhook costs the door in processor time, to a handler that only puts a row and sends a message."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3

from benchmarks import outside, stage
from benchmarks.figures import Figure
from functions.webhook_ingest import app
from listbridge import bootstrap
from listbridge.infra import settings

ROUNDS, CALLS = 41, 30
Handler = Callable[[dict[str, Any]], dict[str, Any]]


class _Context:
    """What Lambda hands the door beside the event."""

    aws_request_id = "bench"

    def get_remaining_time_in_millis(self) -> int:
        return 10_000


def measure() -> list[Figure]:
    """User and system time of the process per delivery, ours and the bare handler's in turns, call by call.

    The figure is the round whose ratio is the median: a processor's pace drifts from second to second, and both sides of a
    round had the same.
    """
    with stage.local_aws("ingest") as deps, Path(os.devnull).open("w") as nowhere:
        stage.connect(deps, [], shop_credentials=outside.OF_SHOP.CREDENTIALS)
        os.environ["LOG_LEVEL"] = "INFO"  # as the template has it: our log line is part of the cost
        settings.forget()
        bootstrap.use(None)
        with contextlib.redirect_stdout(nowhere):
            sides = (_ours, _bare_handler())
            _round(sides, 0)
            rounds = sorted((_round(sides, number) for number in range(1, ROUNDS + 1)), key=_ratio)
        _all_stored(deps)
    value, floor = (side * 1000 for side in rounds[ROUNDS // 2])
    settings_ = {
        "rounds": ROUNDS,
        "ratio_of_each_quarter": [round(_ratio(rounds[at]), 3) for at in (ROUNDS // 4, 3 * ROUNDS // 4)],
        "calls_per_round": CALLS,
        "topic": outside.OF_SHOP.TOPIC,
        "body_bytes": len(outside.OF_SHOP.BODY),
        "ours": "verify, put, send, update, a log line that counts",
        "floor": "boto3 put_item and send_message",
    }
    return [Figure("ingest.cpu", value, "ms/delivery", "<=1.6", floor=floor, settings=settings_)]


def _ratio(both: tuple[float, float]) -> float:
    return both[0] / both[1]


def _round(sides: tuple[Handler, Handler], number: int) -> tuple[float, float]:
    """Seconds of processor time per call, of each side. Every delivery is a new one."""
    spent = [0.0, 0.0]
    for call in range(CALLS):
        for at, handler in enumerate(sides):
            event = outside.OF_SHOP.delivery(f"{handler.__name__}-{number}-{call}", stage.SHOP)
            began = time.process_time()
            answer = handler(event)
            spent[at] += time.process_time() - began
            if answer["statusCode"] != 200:
                raise AssertionError("a genuine delivery was refused")
    return spent[0] / CALLS, spent[1] / CALLS


def _ours(event: dict[str, Any]) -> dict[str, Any]:
    return app.handler(event, _Context())


def _bare_handler() -> Handler:
    dynamodb, sqs = boto3.client("dynamodb"), boto3.client("sqs")
    table, queue = os.environ["INBOX_TABLE"], os.environ["REVISE_QUEUE_URL"]

    def bare(event: dict[str, Any]) -> dict[str, Any]:
        id = event["headers"][outside.OF_SHOP.ID_HEADER]
        row = {
            "shop": {"S": "bare"},
            "delivery": {"S": id},
            "topic": {"S": outside.OF_SHOP.TOPIC},
            "body": {"S": event["body"]},
            "stored_at": {"N": str(int(time.time() * 1000))},
        }
        dynamodb.put_item(TableName=table, Item=row)
        sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"shop": "bare", "delivery": id}))
        return {"statusCode": 200, "body": "{}"}

    return bare


def _all_stored(deps: Any) -> None:
    """The figure counts only if every delivery of ours was stored and queued."""
    queue = boto3.client("sqs").get_queue_attributes(
        QueueUrl=os.environ["SHOP_EVENTS_QUEUE_URL"], AttributeNames=["ApproximateNumberOfMessages"]
    )
    waiting = int(queue["Attributes"]["ApproximateNumberOfMessages"])
    if waiting != (ROUNDS + 1) * CALLS:
        raise AssertionError(f"{waiting} messages are queued, not {(ROUNDS + 1) * CALLS}")
