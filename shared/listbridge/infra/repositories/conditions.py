"""What a failed conditional write of PynamoDB means to the services."""

from __future__ import annotations

from pynamodb.exceptions import PynamoDBException

from listbridge.domain.ports import Conflict


def lost(error: PynamoDBException, id: str) -> Exception:
    """Conflict when the row was not as expected; any other failure as it is."""
    return Conflict(id) if refused(error) else error


def refused(error: PynamoDBException) -> bool:
    """Whether the condition failed, rather than the call."""
    return error.cause_response_code == "ConditionalCheckFailedException"
