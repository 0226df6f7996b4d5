"""A client of AWS that was told what to say."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from listbridge.infra import aws, settings
from listbridge.infra.storage import dynamo


def refused(code: str, **more: Any) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "…"}, **more}, "Operation")


class Told:
    """A client whose every operation calls `answer(operation, arguments)`."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, operation: str) -> Any:
        def call(**arguments: Any) -> Any:
            self.calls.append((operation, arguments))
            return self._answer(operation, arguments)

        return call


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("LISTINGS_TABLE", "COORDINATION_TABLE", "ORDERS_TABLE", "BUYERS_TABLE", "VARIANTS_TABLE"):
        monkeypatch.setenv(name, name.lower())
    monkeypatch.setenv("SECRETS_PREFIX", "listbridge/tests")
    monkeypatch.setattr(dynamo, "pause", lambda attempt: None)
    settings.forget()

    def install(answer: Any) -> Told:
        client = Told(answer)
        monkeypatch.setattr(aws, "client", lambda service: client)
        return client

    yield install
    settings.forget()


def transactions(client: Any) -> list[dict[str, Any]]:
    return [arguments for operation, arguments in client.calls if operation == "transact_write_items"]


def cancelled(*reasons: str) -> ClientError:
    return refused("TransactionCanceledException", CancellationReasons=[{"Code": code} for code in reasons])
