"""Credentials in Secrets Manager: one JSON object per shop or account, under this deployment's prefix.

Nothing here logs, and no error repeats a value: AWS's own error texts name secrets, never their contents.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping

from botocore.exceptions import ClientError

from listbridge.domain.ports import Missing
from listbridge.infra import aws, observability, settings

CACHED_S = 60.0


class SecretUnreadable(Exception):
    """A secret of ours holds something other than a JSON object of texts. The error does not say what."""


class SecretsManagerStore:
    """`SecretStore` over Secrets Manager.

    A value read is kept in the process for a minute. So a changed credential is in force everywhere within that
    minute; whoever changes it here sees the change at once.
    """

    def __init__(self) -> None:
        self._cache: dict[str, tuple[float, dict[str, str]]] = {}
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return "SecretsManagerStore()"

    def get(self, name: str, *, fresh: bool = False) -> dict[str, str]:
        """Raises Missing, and SecretUnreadable."""
        kept = None if fresh else self._cache.get(name)
        if kept is not None and time.time() < kept[0]:
            return dict(kept[1])
        try:
            answer = aws.client("secretsmanager").get_secret_value(SecretId=_full(name))
        except ClientError as error:
            if _code(error) in (
                "ResourceNotFoundException",
                "InvalidRequestException",
            ):  # the latter: being deleted
                raise Missing("secret", name) from None
            raise
        value = _parsed(name, answer["SecretString"])
        self._keep(name, value)
        return dict(value)

    def put(self, name: str, value: Mapping[str, str]) -> None:
        """Create the secret or replace its value."""
        text = json.dumps(dict(value))
        client = aws.client("secretsmanager")
        try:
            client.put_secret_value(SecretId=_full(name), SecretString=text)
        except ClientError as error:
            if _code(error) == "InvalidRequestException":  # deleted a moment ago: take that back first
                client.restore_secret(SecretId=_full(name))
                client.put_secret_value(SecretId=_full(name), SecretString=text)
            elif _code(error) == "ResourceNotFoundException":
                client.create_secret(Name=_full(name), SecretString=text)
            else:
                raise
        self._keep(name, dict(value))

    def delete(self, name: str) -> None:
        """Delete for good, without a time to recover; what is not there is deleted already."""
        try:
            aws.client("secretsmanager").delete_secret(SecretId=_full(name), ForceDeleteWithoutRecovery=True)
        except ClientError as error:
            if _code(error) != "ResourceNotFoundException":
                raise
        with self._lock:
            self._cache.pop(name, None)

    def _keep(self, name: str, value: dict[str, str]) -> None:
        observability.protect(*value.values())
        with self._lock:
            self._cache[name] = (time.time() + CACHED_S, value)


def _full(name: str) -> str:
    return f"{settings.secrets_prefix()}/{name}"


def _code(error: ClientError) -> str:
    return error.response["Error"]["Code"]


def _parsed(name: str, text: str) -> dict[str, str]:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict) or not all(isinstance(part, str) for part in value.values()):
        raise SecretUnreadable(name) from None
    return value
