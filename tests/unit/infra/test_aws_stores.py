"""What our stores do when AWS answers badly: a client that was told what to say stands in for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from listbridge.domain.catalog import Reservation
from listbridge.domain.ids import (
    AccountId,
    LineId,
    ListingKey,
    ProductId,
    SalesListId,
    ShopId,
    Site,
    Sku,
    VariantId,
    VariantKey,
)
from listbridge.domain.listings.listing import Listing
from listbridge.domain.ports import Conflict, Missing
from listbridge.infra.coordination.leases import DynamoLeases
from listbridge.infra.repositories.listings import DynamoListings
from listbridge.infra.repositories.orders import DynamoOrders, UnreadableBuyer
from listbridge.infra.repositories.polls import DynamoPolls
from listbridge.infra.secrets import SecretsManagerStore, SecretUnreadable
from listbridge.infra.storage import dynamo
from tests.contract.repositories.rows import order, order_key
from tests.fakes.clock import START, VirtualClock
from tests.unit.infra.told_client import cancelled, refused, told, transactions

__all__ = ["told"]

ROW = Listing(
    ListingKey(AccountId("acc_1"), Site("SITE_A"), Sku("S1")),
    VariantKey(ShopId("shp_1"), ProductId("p1"), VariantId("v1")),
    SalesListId("lst_1"),
)


def test_a_save_whose_answer_was_lost_and_that_was_repeated_is_a_success(told: Any) -> None:
    """The client itself repeats the call; the row that then stands in the way is the one it wrote."""

    def answer(operation: str, arguments: dict[str, Any]) -> Any:
        raise refused("ConditionalCheckFailedException", Item=arguments["Item"])

    told(answer)
    assert DynamoListings().save(ROW).rev == 1


def test_a_save_that_another_writer_won_conflicts_even_with_the_same_content(told: Any) -> None:
    def answer(operation: str, arguments: dict[str, Any]) -> Any:
        raise refused("ConditionalCheckFailedException", Item={**arguments["Item"], "writer": {"S": "other"}})

    told(answer)
    with pytest.raises(Conflict):
        DynamoListings().save(ROW)


def test_a_lease_whose_answer_was_lost_is_ours(told: Any) -> None:
    def answer(operation: str, arguments: dict[str, Any]) -> Any:
        values = arguments["ExpressionAttributeValues"]
        raise refused("ConditionalCheckFailedException", Item={"writer": values[":writer"], "epoch": {"N": "7"}})

    told(answer)
    lease = DynamoLeases(VirtualClock()).acquire("k", "a", seconds=5)
    assert lease is not None
    assert lease.epoch == 7


def test_any_other_failure_of_a_conditional_write_comes_through(told: Any) -> None:
    def answer(operation: str, arguments: dict[str, Any]) -> Any:
        raise refused("ProvisionedThroughputExceededException")

    told(answer)
    with pytest.raises(ClientError):
        DynamoListings().save(ROW)
    with pytest.raises(ClientError):
        DynamoLeases(VirtualClock()).acquire("k", "a", seconds=5)


def test_keys_left_unprocessed_are_asked_for_again(told: Any) -> None:
    def answer(operation: str, arguments: dict[str, Any]) -> Any:
        ((table, asked),) = arguments["RequestItems"].items()
        keys = asked["Keys"]
        left = {table: {**asked, "Keys": keys[1:]}} if len(keys) > 1 else {}
        return {"Responses": {table: [keys[0]]}, "UnprocessedKeys": left}

    client = told(answer)
    keys = [{"k": {"S": str(number)}} for number in range(4)]
    assert list(dynamo.get_many("t", keys)) == keys
    assert [call["RequestItems"]["t"]["ConsistentRead"] for _, call in client.calls] == [True] * 4


def test_keys_left_unprocessed_for_ever_raise(told: Any) -> None:
    told(lambda operation, arguments: {"Responses": {}, "UnprocessedKeys": arguments["RequestItems"]})
    with pytest.raises(TimeoutError):
        list(dynamo.get_many("t", [{"k": {"S": "1"}}]))


@pytest.mark.parametrize("cursor", ["", "%%%", "bm90IGpzb24=", "WzFd", "eyJhIjogMX0="])
def test_a_cursor_that_is_not_ours_is_refused(cursor: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # the message is of the library that noticed
        dynamo.cursor_key(cursor)


def test_a_cursor_goes_there_and_back() -> None:
    key = {"unit": {"S": "acc_1#Ø/1"}, "due_at": {"N": "12"}}
    cursor = dynamo.cursor_text(key)
    assert cursor is not None
    assert dynamo.cursor_key(cursor) == key
    assert dynamo.cursor_text(None) is None


def test_every_name_in_an_expression_is_a_placeholder_of_itself() -> None:
    assert dynamo.names_in("#a = :b AND begins_with(#c_d, :e)", "SET #a.#f = :g") == {
        "#a": "a",
        "#c_d": "c_d",
        "#f": "f",
    }


def secret(value: Any) -> Any:
    return lambda operation, arguments: {"SecretString": value if isinstance(value, str) else json.dumps(value)}


def test_a_secret_is_read_once_for_a_revision_under_the_deployment_s_prefix(told: Any) -> None:
    client = told(secret({"token": "value-one"}))
    store = SecretsManagerStore()
    read = [store.get("shops/1", revision=3) for _ in range(100)]
    assert read == [{"token": "value-one"}] * 100
    assert [call["SecretId"] for _, call in client.calls] == ["listbridge/tests/shops/1"]
    store.get("shops/1", revision=4)
    assert len(client.calls) == 2


def test_without_a_revision_a_secret_is_read_anew_and_what_was_kept_is_replaced(told: Any) -> None:
    values = iter(["value-one", "value-two"])
    client = told(lambda operation, arguments: secret({"token": next(values)})(operation, arguments))
    store = SecretsManagerStore()
    assert store.get("shops/1", revision=3) == {"token": "value-one"}
    assert store.get("shops/1") == {"token": "value-two"}
    assert store.get("shops/1", revision=3) == {"token": "value-two"}
    assert len(client.calls) == 2


def test_what_is_put_is_what_this_process_keeps_for_the_revision(told: Any) -> None:
    client = told(secret({"token": "value-one"}))
    store = SecretsManagerStore()
    store.get("shops/1", revision=3)
    store.put("shops/1", {"token": "value-two"})
    assert store.get("shops/1", revision=3) == {"token": "value-two"}
    assert [operation for operation, _ in client.calls] == ["get_secret_value", "put_secret_value"]


@pytest.mark.parametrize("value", ["sk-live-123456", "[1]", '{"a": 1}', ""])
def test_a_secret_of_another_shape_is_refused_without_showing_it(told: Any, value: str) -> None:
    told(secret(value))
    with pytest.raises(SecretUnreadable) as refusal:
        SecretsManagerStore().get("shops/1")
    assert str(refusal.value) == "shops/1"
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "InvalidRequestException"])
def test_a_secret_that_is_absent_or_being_deleted_is_missing(told: Any, code: str) -> None:
    def answer(operation: str, arguments: dict[str, Any]) -> Any:
        raise refused(code)

    told(answer)
    with pytest.raises(Missing):
        SecretsManagerStore().get("shops/1")


def test_secrets_manager_s_refusal_is_not_taken_for_a_missing_secret(told: Any) -> None:
    def answer(operation: str, arguments: dict[str, Any]) -> Any:
        raise refused("AccessDeniedException")

    told(answer)
    with pytest.raises(ClientError):
        SecretsManagerStore().get("shops/1")


def test_a_store_of_secrets_shows_none_of_them(told: Any) -> None:
    told(secret({"token": "value-one"}))
    store = SecretsManagerStore()
    store.get("shops/1")
    assert "value-one" not in repr(store)


HELD = {ROW.variant: {LineId("l1"): Reservation(1)}}


def reads_or(write: Callable[[], Any]) -> Callable[[str, dict[str, Any]], Any]:
    """The variant stands at its second revision, nothing is reserved yet, and a transaction does what is said."""
    facts = {"variant": ROW.variant.variant, "sku": "S", "title": "Cup", "price": None}
    row = {
        "product": {"S": f"{ROW.variant.shop}#{ROW.variant.product}"},
        "variant": {"S": ROW.variant.variant},
        "doc": {"S": json.dumps({"facts": facts, "visibility": "visible"})},
        "obs_start": {"N": "1"},
        "obs_end": {"N": "2"},
        "rev": {"N": "2"},
    }

    def answer(operation: str, arguments: dict[str, Any]) -> Any:
        if operation == "transact_write_items":
            return write()
        [(table, asked)] = arguments["RequestItems"].items()
        known = asked["Keys"][0]["product"]["S"] == row["product"]["S"]
        return {"Responses": {table: [row] if known else []}}

    return answer


def test_a_reservation_that_met_another_transaction_is_tried_again(told: Any) -> None:
    left = [
        cancelled("None", "TransactionConflict"),
        cancelled("None", "ThrottlingError"),
        refused("TransactionInProgressException"),
    ]

    def answer() -> Any:
        if left:
            raise left.pop()
        return {}

    client = told(reads_or(answer))
    DynamoOrders().reserve(order(order_key("1")), HELD)
    assert len(transactions(client)) == 4
    kinds = [next(iter(write)) for write in transactions(client)[0]["TransactItems"]]
    assert kinds == ["ConditionCheck", "Update", "Put"]
    assert len({str(arguments) for arguments in transactions(client)}) == 1


def test_a_failed_proof_is_told_even_when_another_row_was_busy(told: Any) -> None:
    def answer() -> Any:
        raise cancelled("ConditionalCheckFailed", "TransactionConflict")

    client = told(reads_or(answer))
    with pytest.raises(Conflict):
        DynamoOrders().reserve(order(order_key("1")), HELD)
    assert len(transactions(client)) == 1


def test_a_reservation_that_keeps_meeting_others_says_so(told: Any) -> None:
    def answer() -> Any:
        raise cancelled("TransactionConflict", "None")

    client = told(reads_or(answer))
    with pytest.raises(TimeoutError):
        DynamoOrders().reserve(order(order_key("1")), HELD)
    assert len(transactions(client)) == 10


def test_a_transaction_that_is_refused_for_another_reason_is_not_repeated(told: Any) -> None:
    def answer() -> Any:
        raise cancelled("None", "ValidationError")

    client = told(reads_or(answer))
    with pytest.raises(ClientError):
        DynamoOrders().reserve(order(order_key("1")), HELD)
    assert len(transactions(client)) == 1


def test_a_row_inside_a_transaction_is_written_when_that_is_over(told: Any) -> None:
    left = [refused("TransactionConflictException")] * 2

    def answer(operation: str, arguments: dict[str, Any]) -> Any:
        if left:
            raise left.pop()
        return {}

    client = told(answer)
    assert DynamoListings().save(ROW).rev == 1
    assert len(client.calls) == 3


def test_a_row_that_stays_inside_transactions_fails_as_what_it_is(told: Any) -> None:
    def answer(operation: str, arguments: dict[str, Any]) -> Any:
        raise refused("TransactionConflictException")

    client = told(answer)
    with pytest.raises(ClientError):
        DynamoListings().save(ROW)
    assert len(client.calls) == 10


def test_an_order_s_save_whose_answer_was_lost_is_a_success(told: Any) -> None:
    def answer(operation: str, arguments: dict[str, Any]) -> Any:
        raise refused("ConditionalCheckFailedException", Item=arguments["Item"])

    told(answer)
    assert DynamoOrders().save(order(order_key("1"), rev=4)).rev == 5


def test_a_claim_whose_answer_was_lost_is_the_claimant_s(told: Any) -> None:
    def answer(operation: str, arguments: dict[str, Any]) -> Any:
        values = arguments["ExpressionAttributeValues"]
        state = {"account": "acc_1", "since": START.isoformat(), "next_poll_at": START.isoformat()}
        row = {
            "doc": {"S": json.dumps(state)},
            "claim": values[":claim"],
            "next_poll_at": values[":next"],
            "writer": values[":writer"],
            "rev": {"N": "2"},
        }
        raise refused("ConditionalCheckFailedException", Item=row)

    told(answer)
    state = DynamoPolls().claim(AccountId("acc_1"), "mine", now=START, until=START)
    assert state is not None
    assert (state.claim, state.rev) == ("mine", 2)


def test_a_buyer_s_row_that_cannot_be_read_is_reported_without_a_word_of_it(told: Any) -> None:
    key = order_key("1")

    def answer(operation: str, arguments: dict[str, Any]) -> Any:
        row = {"account": {"S": key.account}, "order": {"S": key.remote}, "doc": {"S": '{"name": ["Jane Doe"]}'}}
        return {"Responses": {"buyers_table": [row]}}

    told(answer)
    with pytest.raises(UnreadableBuyer) as raised:
        DynamoOrders().buyers([key])
    assert "Jane" not in f"{raised.value!r} {raised.value.__cause__!r}"
    assert raised.value.__suppress_context__


def test_a_reservation_on_a_variant_that_changed_meanwhile_is_computed_anew(told: Any) -> None:
    left = [cancelled("None", "ConditionalCheckFailed", "None")]

    def answer() -> Any:
        if left:
            raise left.pop()
        return {}

    client = told(reads_or(answer))
    DynamoOrders().reserve(order(order_key("1")), HELD)
    assert [name for name, _ in client.calls] == ["batch_get_item", "batch_get_item", "transact_write_items"] * 2
