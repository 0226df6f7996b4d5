from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from listbridge.domain.ports import NoticeKey
from tests.contract.repositories.conftest import Emulated, OurPorts
from tests.contract.repositories.test_row_versions import raw
from tests.emulator import EmulatedAws
from tests.fakes.clock import START

PEM = "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n"


def test_a_key_is_found_as_it_was_told_last(store: OurPorts, name: str) -> None:
    assert store.notice_keys.find("ebay", name) is None
    told = NoticeKey("ebay", name, PEM, START)
    store.notice_keys.put(replace(told, pem=""))
    assert store.notice_keys.find("ebay", name) == replace(told, pem="")
    store.notice_keys.put(told)
    assert store.notice_keys.find("ebay", name) == told
    store.notice_keys.put(replace(told, learned_at=START + timedelta(hours=2)))
    assert store.notice_keys.find("ebay", name) == replace(told, learned_at=START + timedelta(hours=2))


def test_a_key_of_another_marketplace_is_another_key(store: OurPorts, name: str) -> None:
    store.notice_keys.put(NoticeKey("ebay", name, PEM, START))
    assert store.notice_keys.find("etsy", name) is None


@pytest.mark.emulator
@pytest.mark.parametrize(("pem", "kept_s"), [(PEM, 86_400), ("", 3_600)])
def test_a_key_goes_after_a_day_and_the_want_of_one_after_an_hour(
    emulator: EmulatedAws, name: str, pem: str, kept_s: int
) -> None:
    Emulated().notice_keys.put(NoticeKey("ebay", name, pem, START))
    row = raw("coordination", key=f"notice_key#ebay#{name}")
    assert int(row["expires_at"]["N"]) == int(START.timestamp()) + kept_s
