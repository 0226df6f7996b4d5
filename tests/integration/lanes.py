"""Messages from the emulated queues to the real handlers, as SQS event sources bring them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from functions.import_orders.app import handler as import_orders
from functions.publish_listing.app import handler as publish_listing
from functions.recompute_listings.app import handler as recompute_listings
from functions.relay_fulfillment.app import handler as relay_fulfillment
from functions.revise_inventory.app import handler as revise_inventory
from functions.sync_catalog.app import handler as sync_catalog
from listbridge.domain.work import Lane
from listbridge.infra import aws, settings

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
_LANES: dict[Lane, tuple[Handler, int]] = {
    Lane.SHOP_EVENTS: (sync_catalog, 10),
    Lane.RECOMPUTE: (recompute_listings, 10),
    Lane.REVISE: (revise_inventory, 10),
    Lane.PUBLISH: (publish_listing, 1),
    Lane.ORDERS: (import_orders, 10),
    Lane.FULFILLMENTS: (relay_fulfillment, 10),
}
"""The function behind each lane, and its batch size in the template."""
_DEPTHS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed", "ApproximateNumberOfMessagesNotVisible")
_MOST_BATCHES = 200


class Invocation:
    """What we ask of Lambda's context."""

    function_name = "tests"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-central-1:000000000000:function:tests"
    aws_request_id = "req-1"

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


class Lanes:
    """The queues and their functions. Each batch is handled `times` times before what succeeded is deleted."""

    def __init__(self, *, times: int = 1) -> None:
        self._times = times
        self.invocations = 0
        """How often a function was called with a batch."""
        self.bodies: list[str] = []
        """Every message that came out of a queue."""

    def send(self, lane: Lane, *bodies: str) -> None:
        """Put raw messages into a queue."""
        for body in bodies:
            aws.client("sqs").send_message(QueueUrl=settings.queue_url(lane), MessageBody=body)

    def step(self, lane: Lane, *, wait_s: int = 0) -> list[str] | None:
        """Handle the next batch of a lane; the bodies that must come back, or None when nothing was there in time."""
        handler, size = _LANES[lane]
        queue = settings.queue_url(lane)
        received = aws.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=size, WaitTimeSeconds=wait_s)
        messages = received.get("Messages", [])
        if not messages:
            return None
        self.bodies += [message["Body"] for message in messages]
        event = {"Records": [_record(message) for message in messages]}
        answers = [handler(event, Invocation()) for _ in range(self._times)]
        self.invocations += self._times
        failed = {failure["itemIdentifier"] for failure in answers[0]["batchItemFailures"]}
        for message in messages:
            if message["MessageId"] not in failed:
                aws.client("sqs").delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return [message["Body"] for message in messages if message["MessageId"] in failed]

    def drain(self, lane: Lane) -> list[str]:
        """Let one lane work until nothing is visible in it; what must come back."""
        failed: list[str] = []
        while (outcome := self.step(lane)) is not None:
            failed += outcome
        return failed

    def run(self, *, wait_s: int = 0) -> list[str]:
        """Let the lanes work until nothing is visible, or has become visible within `wait_s`; what must come back."""
        failed: list[str] = []
        for _ in range(_MOST_BATCHES):
            outcomes = [self.step(lane) for lane in _LANES]
            if all(outcome is None for outcome in outcomes):
                late = [self.step(lane, wait_s=wait_s) for lane in _LANES if wait_s and self.depth(lane)]
                if all(outcome is None for outcome in late):
                    return failed
                outcomes += late
            failed += [body for outcome in outcomes if outcome for body in outcome]
        raise AssertionError(f"the lanes never ran dry: { ({lane.value: self.depth(lane) for lane in Lane}) }")

    def depth(self, lane: Lane) -> int:
        """Messages of a lane: waiting, delayed and in flight."""
        told = aws.client("sqs").get_queue_attributes(QueueUrl=settings.queue_url(lane), AttributeNames=list(_DEPTHS))
        return sum(int(told["Attributes"].get(name, 0)) for name in _DEPTHS)

    def purge(self) -> None:
        """Throw away whatever the queues hold."""
        for lane in Lane:
            aws.client("sqs").purge_queue(QueueUrl=settings.queue_url(lane))

    def inbox_rows(self) -> list[tuple[str, str, str]]:
        """Shop, delivery and state of every row of the inbox."""
        rows = aws.client("dynamodb").scan(TableName=settings.table("inbox"), ConsistentRead=True)["Items"]
        return [(row["shop"]["S"], row["delivery"]["S"], row["state"]["S"]) for row in rows]


def _record(message: dict[str, Any]) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": {},
        "messageAttributes": {},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-central-1:000000000000:lane",
        "awsRegion": "eu-central-1",
    }
