"""What stands in a delivery's body, which a stranger may have sent, and what it is signed with."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from listbridge.infra.webhooks.body import id_within, number_in, text_at


def test_a_text_is_found_at_its_place() -> None:
    assert text_at({"a": {"b": "Zoë"}}, "a", "b") == "Zoë"


@pytest.mark.parametrize(
    "told", [None, [], "a", {}, {"a": None}, {"a": "b"}, {"a": {"b": ""}}, {"a": {"b": 5}}, {"a": {"b": ["x"]}}]
)
def test_where_there_is_no_text_the_place_is_named(told: Any) -> None:
    with pytest.raises(ValueError, match=r"^no b$"):
        text_at(told, "a", "b")


def test_a_text_that_is_too_long_for_a_key_becomes_a_fingerprint() -> None:
    assert text_at({"a": "x" * 200}, "a") == "x" * 200
    assert text_at({"a": "x" * 201}, "a") == hashlib.sha256(b"x" * 201).hexdigest()
    lone = "\ud800" * 201
    assert text_at({"a": lone}, "a") == hashlib.sha256(b"?" * 201).hexdigest()


@pytest.mark.parametrize("value", [1, 9007199254740993, 2**63 - 1])
def test_a_number_of_64_bits_is_an_id_to_its_last_digit(value: int) -> None:
    assert number_in({"a": value}, "a") == str(value)


@pytest.mark.parametrize("value", [None, True, 0, -1, 1.0, "1", [1], 2**63])
def test_what_is_no_such_number_is_no_id(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^no a$"):
        number_in({"a": value}, "a")


@pytest.mark.parametrize(("value", "id"), [("it_1", "it_1"), (7, "7")])
def test_an_id_may_stand_within_the_thing_that_a_topic_names(value: Any, id: str) -> None:
    assert id_within("id")({"item": {"id": value}}, "item") == id


@pytest.mark.parametrize("told", [{}, {"item": None}, {"item": "it_1"}, {"item": []}])
def test_a_thing_that_is_no_object_has_no_id_within(told: Any) -> None:
    with pytest.raises(ValueError, match=r"^no item$"):
        id_within("id")(told, "item")


@pytest.mark.parametrize("inner", [{}, {"id": None}, {"id": ""}, {"id": True}])
def test_a_thing_without_its_id_says_which_is_lacking(inner: Any) -> None:
    with pytest.raises(ValueError, match=r"^no id$"):
        id_within("id")({"item": inner}, "item")
