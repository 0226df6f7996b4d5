"""Texts inside of a delivery's body, which a stranger may have sent."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from listbridge.infra.hook_body import text_at


def test_a_text_is_found_at_its_place() -> None:
    assert text_at({"a": {"b": "Zoë"}}, "a", "b") == "Zoë"


@pytest.mark.parametrize(
    "told",
    [None, [], "a", {}, {"a": None}, {"a": "b"}, {"a": {"b": ""}}, {"a": {"b": 5}}, {"a": {"b": ["x"]}}],
)
def test_where_there_is_no_text_the_place_is_named(told: Any) -> None:
    with pytest.raises(ValueError, match=r"^no b$"):
        text_at(told, "a", "b")


def test_a_text_that_is_too_long_for_a_key_becomes_a_fingerprint() -> None:
    assert text_at({"a": "x" * 200}, "a") == "x" * 200
    assert text_at({"a": "x" * 201}, "a") == hashlib.sha256(b"x" * 201).hexdigest()
    lone = "\ud800" * 201
    assert text_at({"a": lone}, "a") == hashlib.sha256(b"?" * 201).hexdigest()
