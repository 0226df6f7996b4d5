"""Where deliveries arrive: an inbox in this process, or a real queue."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from typing import Any

import boto3

from simulators.kit.deliveries import Deliver

_KEPT = 200_000


class Inbox:
    """Keeps what comes, in the order it came. `put` is how a delivery queue delivers."""

    def __init__(self) -> None:
        self._kept: deque[tuple[str, dict[str, Any]]] = deque(maxlen=_KEPT)

    def put(self, arn: str, headers: dict[str, str], body: bytes) -> int:
        self._kept.append((arn, json.loads(body)))
        return 200

    def bodies(self) -> list[dict[str, Any]]:
        return [body for _, body in self._kept]

    def clear(self) -> None:
        self._kept.clear()


def into_sqs(endpoint_url: str, *, others: Deliver, client: Callable[..., Any] = boto3.client) -> Deliver:
    """Deliver into the SQS queues behind this endpoint, each found by the name and the region in its ARN; to `others` what goes
    to no queue."""
    found: dict[str, tuple[Any, str]] = {}

    def deliver(arn: str, headers: dict[str, str], body: bytes) -> int:
        if not arn.startswith("arn:aws:sqs:"):
            return others(arn, headers, body)
        if arn not in found:
            region, name = arn.split(":")[3], arn.split(":")[5]
            sqs = client(
                "sqs",
                endpoint_url=endpoint_url,
                region_name=region,
                aws_access_key_id="test",
                aws_secret_access_key="test",  # noqa: S106  # an emulator asks for some key and checks none
            )
            found[arn] = (sqs, sqs.get_queue_url(QueueName=name)["QueueUrl"])
        sqs, url = found[arn]
        answer = sqs.send_message(QueueUrl=url, MessageBody=body.decode())
        return int(answer["ResponseMetadata"]["HTTPStatusCode"])

    return deliver
