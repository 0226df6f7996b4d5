"""What writing many rows in one transaction does when AWS answers badly."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from listbridge.domain.listings.listing import Listing
from listbridge.domain.ports import Lease
from listbridge.infra.coordination.leases import DynamoLeases
from listbridge.infra.repositories.listings import DynamoListings
from tests.contract.repositories.rows import listing, listing_key
from tests.fakes.clock import START, VirtualClock
from tests.unit.infra.told_client import cancelled, refused, told, transactions

__all__ = ["told"]


def many_rows(count: int, doc: str = "") -> list[Listing]:
    return [listing(listing_key("1", f"S{n}"), title=doc) for n in range(count)]


def skus(call: dict[str, Any]) -> list[str]:
    return [write["Put"]["Item"]["sku"]["S"] for write in call["TransactItems"]]


def test_rows_saved_with_many_go_again_without_those_that_cannot_go(told: Any) -> None:
    """The moved one is done with; the one in another transaction is for its caller to save alone."""
    left = [cancelled("None", "ConditionalCheckFailed", "TransactionConflict", "None")]

    def answer(operation: str, arguments: dict[str, Any]) -> Any:
        if left:
            raise left.pop()
        return {}

    client = told(answer)
    saved = DynamoListings().save_many(many_rows(4))
    assert [row.key.sku for row in saved.values()] == ["S0", "S3"]
    assert [skus(call) for call in transactions(client)] == [["S0", "S1", "S2", "S3"], ["S0", "S3"]]


@pytest.mark.parametrize(
    ("error", "calls"),
    [
        (refused("ValidationException"), 1),
        (refused("AccessDeniedException"), 1),
        (refused("ThrottlingException"), 4),
        (refused("TransactionInProgressException"), 4),
    ],
)
def test_rows_whose_transaction_is_refused_as_a_whole_are_left(told: Any, error: ClientError, calls: int) -> None:
    def answer(operation: str, arguments: dict[str, Any]) -> Any:
        raise error

    client = told(answer)
    assert DynamoListings().save_many(many_rows(2)) == {}
    assert len(transactions(client)) == calls


def test_rows_saved_with_many_meet_their_own_after_a_lost_answer(told: Any) -> None:
    """The client repeats the call: a row that bears the writer's mark of this very call is written over with the same."""
    client = told(lambda operation, arguments: {})
    DynamoListings().save_many(many_rows(1))
    [[write]] = [call["TransactItems"] for call in transactions(client)]
    values = write["Put"]["ExpressionAttributeValues"]
    assert write["Put"]["ConditionExpression"] == "#rev = :rev OR #writer = :writer"
    assert (values[":rev"], values[":writer"]) == ({"N": "0"}, write["Put"]["Item"]["writer"])


def test_a_transaction_bears_a_hundred_rows_and_no_more_than_four_megabytes(told: Any) -> None:
    client = told(lambda operation, arguments: {})
    assert len(DynamoListings().save_many(many_rows(201))) == 201
    assert [len(skus(call)) for call in transactions(client)] == [100, 100, 1]
    client.calls.clear()
    DynamoListings().save_many(many_rows(8, "x" * 300_000))
    assert [len(skus(call)) for call in transactions(client)] == [3, 3, 2]


def test_a_lease_that_cannot_be_taken_with_many_is_taken_alone(told: Any) -> None:
    left = [cancelled("None", "TransactionConflict", "ConditionalCheckFailed")]

    def answer(operation: str, arguments: dict[str, Any]) -> Any:
        if operation == "transact_write_items":
            if left:
                raise left.pop()
            return {}
        if operation == "update_item":
            return {"Attributes": {"epoch": {"N": "9"}}}
        [(table, asked)] = arguments["RequestItems"].items()
        mark = transactions(client)[0]["TransactItems"][0]["Update"]["ExpressionAttributeValues"][":writer"]
        others = {"lease#c": {"S": "another"}}
        return {
            "Responses": {
                table: [
                    {**key, "epoch": {"N": "7"}, "writer": others.get(key["key"]["S"], mark)} for key in asked["Keys"]
                ]
            }
        }

    client = told(answer)
    taken = DynamoLeases(VirtualClock()).acquire_many(["a", "b", "c"], "us", seconds=5)
    assert {key: lease.epoch for key, lease in taken.items()} == {"a": 7, "b": 9}
    assert [len(call["TransactItems"]) for call in transactions(client)] == [3, 1]


def test_a_lease_that_cannot_be_released_with_many_is_released_alone(told: Any) -> None:
    def answer(operation: str, arguments: dict[str, Any]) -> Any:
        if operation == "transact_write_items" and len(arguments["TransactItems"]) == 2:
            raise cancelled("TransactionConflict", "None")
        return {}

    client = told(answer)
    held = [Lease(key, "us", 3, START) for key in ("a", "b")]
    DynamoLeases(VirtualClock()).release_many(held)
    assert [operation for operation, _ in client.calls] == ["transact_write_items"] * 2 + ["update_item"]
    assert client.calls[-1][1]["Key"] == {"key": {"S": "lease#a"}}
