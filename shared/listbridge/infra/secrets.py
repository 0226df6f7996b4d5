"""Credentials in Secrets Manager: one JSON object per shop or account, under this deployment's prefix.

Nothing here logs, and no error repeats a value: AWS's own error texts name secrets, never their contents.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping

from botocore.exceptions import ClientError

from listbridge.domain.ports import Missing
from listbridge.infra import aws, observability, settings


class SecretUnreadable(Exception):
    """A secret of ours holds something other than a JSON object of texts. The error does not say what."""


class SecretsManagerStore:
    """`SecretStore` over Secrets Manager.

    A value is kept in the process for the revision it was read for; AWS bills every read.
    """

    def __init__(self) -> None:
        self._kept: dict[str, tuple[int, dict[str, str]]] = {}
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return "SecretsManagerStore()"

    def get(self, name: str, *, revision: int | None = None) -> dict[str, str]:
        """Raises Missing, and SecretUnreadable."""
        kept = self._kept.get(name)
        if kept is not None and kept[0] == revision:
            return dict(kept[1])
        try:
            answer = aws.client("secretsmanager").get_secret_value(SecretId=_full(name))
        except ClientError as error:
            # A secret that is being deleted answers InvalidRequestException.
            if _code(error) in ("ResourceNotFoundException", "InvalidRequestException"):
                raise Missing("secret", name) from None
            raise
        value = _parsed(name, answer["SecretString"])
        self._keep(name, value, revision)
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
            self._kept.pop(name, None)

    def _keep(self, name: str, value: dict[str, str], revision: int | None = None) -> None:
        """Under this revision, or without one under the revision that has been asked for."""
        observability.protect(*value.values())
        with self._lock:
            if revision is None and name in self._kept:
                revision = self._kept[name][0]
            if revision is not None:
                self._kept[name] = (revision, value)


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
