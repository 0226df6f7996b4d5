from __future__ import annotations

import pytest

from listbridge.domain.ports import Missing
from tests.contract.repositories.conftest import OurPorts


def test_a_secret_is_put_read_replaced_and_deleted(store: OurPorts, name: str) -> None:
    with pytest.raises(Missing):
        store.secrets.get(f"shops/{name}")
    store.secrets.put(f"shops/{name}", {"token": "first-value"})
    assert store.secrets.get(f"shops/{name}") == {"token": "first-value"}
    store.secrets.put(f"shops/{name}", {"token": "second-value", "secret": "x"})
    assert store.secrets.get(f"shops/{name}") == {"token": "second-value", "secret": "x"}
    for _ in range(2):
        store.secrets.delete(f"shops/{name}")
    with pytest.raises(Missing):
        store.secrets.get(f"shops/{name}")


def test_a_deleted_secret_can_be_put_again(store: OurPorts, name: str) -> None:
    store.secrets.put(name, {"a": "1"})
    store.secrets.delete(name)
    store.secrets.put(name, {"a": "2"})
    assert store.secrets.get(name) == {"a": "2"}


def test_what_a_caller_does_to_its_copy_stays_with_the_caller(store: OurPorts, name: str) -> None:
    store.secrets.put(name, {"a": "1"})
    store.secrets.get(name)["a"] = "changed"
    assert store.secrets.get(name) == {"a": "1"}
