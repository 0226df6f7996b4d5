"""What a failed conditional write of PynamoDB means to the services."""

from __future__ import annotations

from pynamodb.exceptions import PynamoDBException

from listbridge.domain.ports import Conflict

_REFUSED = "ConditionalCheckFailedException"


def lost(error: PynamoDBException, id: str) -> Exception:
    """Conflict when the row was not as expected, or is part of a transaction right now; any other failure as it is."""
    return Conflict(id) if error.cause_response_code in (_REFUSED, "TransactionConflictException") else error


def refused(error: PynamoDBException) -> bool:
    """Whether the condition failed, rather than the call."""
    return error.cause_response_code == _REFUSED
