"""What every adapter does with an answer before it knows what the answer says."""

from __future__ import annotations

import pytest
import requests
from pydantic import BaseModel, ValidationError

from listbridge.infra.calls.answers import json_object, located, part_at, places, readable, with_living_token


def answer(status: int = 200, body: bytes = b"") -> requests.Response:
    made = requests.Response()
    made.status_code, made._content = status, body
    return made


class Sender:
    """Answers as it is told, one after the other, and counts."""

    def __init__(self, *statuses: int) -> None:
        self.statuses, self.renewed = list(statuses), 0

    def send(self) -> requests.Response:
        return answer(self.statuses.pop(0))

    def renew(self) -> bool:
        self.renewed += 1
        return True


@pytest.mark.parametrize(
    ("statuses", "last", "renewed"),
    [((200,), 200, 0), ((401, 200), 200, 1), ((401, 401), 401, 1), ((403,), 403, 0), ((500,), 500, 0)],
)
def test_a_call_is_repeated_once_and_only_when_its_token_was_refused(
    statuses: tuple[int, ...], last: int, renewed: int
) -> None:
    sender = Sender(*statuses)
    assert with_living_token(sender.send, sender.renew).status_code == last
    assert (sender.statuses, sender.renewed) == ([], renewed)


def test_a_platform_may_refuse_a_token_in_a_way_of_its_own() -> None:
    sender = Sender(403, 200)
    assert with_living_token(sender.send, sender.renew, lambda told: told.status_code == 403).status_code == 200
    assert (sender.statuses, sender.renewed) == ([], 1)


def test_it_is_not_repeated_where_there_is_no_way_to_another_token() -> None:
    sender = Sender(401, 200)
    assert with_living_token(sender.send, lambda: False).status_code == 401
    assert sender.statuses == [200]


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b"null", b'"text"', b"[" * 100_000])
def test_only_an_object_is_an_answer(body: bytes) -> None:
    assert json_object(answer(body=body)) is None


def test_an_object_is_read() -> None:
    assert json_object(answer(body=b'{"a": [1]}')) == {"a": [1]}


def test_the_places_name_no_value() -> None:
    class Line(BaseModel):
        price: int

    class Order(BaseModel):
        lines: list[Line]
        total: int

    with pytest.raises(ValidationError) as wrong:
        Order.model_validate({"lines": [{"price": "a buyer's word"}], "total": None})
    assert places(wrong.value) == "lines.0.price, total"


class Sized(BaseModel):
    size: int


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([{"size": 1}, {"size": "big"}, None, "x", {"size": 2}], [1, 2]),
        ([], []),
        (None, []),
        ({"size": 1}, []),
        ("ab", []),
    ],
)
def test_the_rows_of_a_list_that_can_be_read_are_and_the_others_cost_none(rows: object, found: list[int]) -> None:
    assert [one.size for one in readable(rows, Sized)] == found


@pytest.mark.parametrize(
    ("location", "made"),
    [
        ("https://far.example/things/12-3", "12-3"),
        ("/things/a%2Fb?x=1", "a/b"),
        ("https://far.example/things/", ""),
        (None, ""),
    ],
)
def test_what_was_made_is_the_last_part_of_where_it_is(location: str | None, made: str) -> None:
    response = answer(201)
    if location is not None:
        response.headers["location"] = location
    assert located(response) == made


def test_a_part_is_found_at_its_path_and_the_whole_where_there_is_none() -> None:
    told = {"a": {"b": [1]}}
    assert part_at(told, ("a", "b")) == [1]
    assert part_at(told, ()) == told


@pytest.mark.parametrize("told", [None, [], "x", {}, {"a": None}, {"a": []}, {"a": {}}, {"a": {"b": None}}, {"b": 1}])
def test_where_there_is_no_such_place_there_is_no_part(told: object) -> None:
    assert part_at(told, ("a", "b")) is None
