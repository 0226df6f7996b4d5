"""Credentials as an adapter gets them from its connection."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, Field, SecretStr

from listbridge.domain.verdicts import Unauthorized
from listbridge.infra.calls.connection import Connection, credentials_of
from listbridge.infra.calls.error_row import Row

REFUSED = Row(Unauthorized, "keys_missing", "enter_keys")


class Keys(BaseModel):
    name: str = Field(min_length=1)
    key: SecretStr = Field(min_length=1)


def connected(base_url: str | None = None, /, **secret: str) -> Connection:
    unused: Any = None
    return Connection("a", {}, secret, base_url, unused, unused, unused, unused, unused, unused)


def test_credentials_come_in_the_shape_of_the_platform() -> None:
    keys = credentials_of(connected(name="n", key="k", more="m"), Keys, REFUSED)
    assert (keys.name, keys.key.get_secret_value()) == ("n", "k")


def test_what_the_secret_lacks_is_told_by_name_and_what_it_holds_is_not() -> None:
    with pytest.raises(Unauthorized) as refused:
        credentials_of(connected(key="hidden-word"), Keys, REFUSED)
    assert (refused.value.problem.code, refused.value.problem.fix) == ("keys_missing", "enter_keys")
    assert refused.value.detail == "the secret lacks name"
    assert refused.value.__cause__ is None
    assert "hidden-word" not in str(refused.value)


def test_the_platform_s_own_host_is_called_where_nothing_replaces_it() -> None:
    assert (connected().host("https://api.far.example/"), connected().replaced) == ("https://api.far.example", False)


def test_what_replaces_the_platform_answers_for_all_of_its_hosts() -> None:
    connection = connected("http://127.0.0.1:8101/")
    assert connection.replaced
    assert [connection.host(f"https://{name}.far.example") for name in ("api", "pages")] == [
        "http://127.0.0.1:8101",
        "http://127.0.0.1:8101",
    ]
