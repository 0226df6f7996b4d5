"""The control door that every simulator has: deeds by name, faults, the journal, and what a platform adds."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from simulators.faults import Fault, FaultPlan
from simulators.kit.control import ControlDoor, count_in, flag_in
from simulators.kit.deeds import DeedRefused, deed, do
from simulators.kit.journal import Entry, Journal

NOON = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Entry):
    seller: str = ""


def call(operation: str, seller: str = "") -> Call:
    return Call(at=NOON, operation=operation, status=200, seller=seller)


class NoSuchTree(LookupError):
    """Of this orchard."""


class Orchard:
    """A platform that sells apples."""

    def __init__(self) -> None:
        self.apples = 3

    @deed
    def pick(self, count: int, *, tree: str = "old") -> dict[str, Any]:
        if tree != "old":
            raise NoSuchTree(f"no tree {tree}")
        if count > self.apples:
            raise DeedRefused(f"{self.apples} apples left")
        self.apples -= count
        return {"left": self.apples}

    @deed
    def stumble(self) -> dict[str, Any]:
        return {"left": {}["apples"]}

    def burn(self) -> dict[str, Any]:
        """Public, and no deed."""
        self.apples = 0
        return {}


@dataclass
class Outside:
    orchard: Orchard = field(default_factory=Orchard)
    faults: FaultPlan = field(default_factory=FaultPlan)
    journal: Journal[Call] = field(default_factory=Journal)
    watered: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.door = ControlDoor(
            self.orchard,
            faults=self.faults,
            journal=self.journal,
            looks={"state": lambda wish: {"apples": self.orchard.apples, "seen_at": wish["origin"]}},
            plays={"water": lambda wish: self.watered.append(wish) or {"wet": True}},  # type: ignore[func-returns-value]
            clears={"water": self.watered.clear},
            missing=(NoSuchTree,),
        )

    def ask(self, method: str, what: str, body: Any = None, **query: str) -> tuple[int, Any]:
        sent = b"" if body is None else json.dumps(body).encode()
        return self.door.answer(method, what, query, sent, "http://here")


@pytest.fixture
def outside() -> Outside:
    return Outside()


def test_a_deed_is_done_by_its_name_and_tells_what_came_of_it(outside: Outside) -> None:
    assert outside.ask("POST", "deeds", {"deed": "pick", "count": 2}) == (200, {"left": 1})
    assert outside.orchard.apples == 1


def test_deeds_are_named(outside: Outside) -> None:
    assert outside.ask("GET", "deeds") == (200, {"deeds": ["pick", "stumble"]})


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"deed": "burn"}, 404, "no deed 'burn'; there are: pick, stumble"),
        ({"deed": "__init__"}, 404, "no deed '__init__'; there are: pick, stumble"),
        ({"deed": "pick"}, 400, "pick: missing a required argument: 'count'"),
        ({"deed": "pick", "count": 1, "worm": 1}, 400, "pick: got an unexpected keyword argument 'worm'"),
        (
            {"deed": "pick", "count": "few"},
            400,
            "pick: count: Input should be a valid integer, unable to parse string as an integer",
        ),
        ({"deed": "pick", "count": 1, "tree": ["old"]}, 400, "pick: tree: Input should be a valid string"),
        ({"deed": "pick", "count": 4}, 400, "3 apples left"),
        ({"deed": "pick", "count": 1, "tree": "new"}, 404, "no tree new"),
        ([1], 400, "the body must be a JSON object"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused_with_its_reason_and_nothing_happens(
    outside: Outside, body: Any, status: int, error: str
) -> None:
    assert outside.ask("POST", "deeds", body) == (status, {"error": error})
    assert outside.orchard.apples == 3


def test_a_fault_in_the_simulator_is_told_as_its_own(outside: Outside) -> None:
    told = outside.ask("POST", "deeds", {"deed": "stumble"})
    assert told == (500, {"error": "the simulator failed: KeyError: 'apples'"})


def test_faults_are_planned_one_or_many_counted_and_cleared(outside: Outside) -> None:
    one = {"operation": "pick", "kind": "status", "times": 2}
    assert outside.ask("POST", "faults", one) == (200, {"waiting": 2})
    assert outside.ask("POST", "faults", {"faults": [one, one]}) == (200, {"waiting": 6})
    assert outside.ask("GET", "faults") == (200, {"waiting": 6})
    assert outside.ask("DELETE", "faults") == (204, None)
    assert outside.faults.waiting() == 0


def test_a_fault_that_is_none_is_refused_and_none_of_its_list_is_planned(outside: Outside) -> None:
    good = {"operation": "pick", "kind": "status"}
    told = outside.ask("POST", "faults", {"faults": [good, {**good, "colour": 1}]})
    assert told == (400, {"error": "a fault has no colour"})
    assert outside.faults.waiting() == 0


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"kind": "bogus"}, "no kind of fault 'bogus'"),
        ({"times": "2"}, "times is a whole number from 1 on, not '2'"),
        ({"times": 0}, "times is a whole number from 1 on, not 0"),
        ({"skip": -1}, "skip is a whole number from 0 on, not -1"),
        ({"status": 42}, "status is a whole number from 200 on, not 42"),
        ({"status": 100}, "status is a whole number from 200 on, not 100"),
        ({"operation": 5}, "operation and name are texts, not 5 and ''"),
        ({"name": {}}, "operation and name are texts, not 'pick' and {}"),
        ({"seconds": 1e300}, "seconds are a number from 0 to a century, not 1e+300"),
        *(
            ({"headers": headers}, "these are no headers that an answer could have beside its own: ")
            for headers in (
                None,
                [["a", "b"]],
                {"a": 1},
                {"a": "b\r\nc"},
                {"a b": "c"},
                {"a": "\u20ac"},
                {"Connection": "close"},
                {"content-length": "5"},
            )
        ),
        ({"seconds": -0.5}, "seconds are a number from 0 to a century, not -0.5"),
        ({"seconds": "long"}, "seconds are a number from 0 to a century, not 'long'"),
    ],
)
def test_a_fault_that_nobody_could_play_is_refused_when_it_is_planned(
    outside: Outside, wrong: dict[str, Any], reason: str
) -> None:
    status, told = outside.ask("POST", "faults", {"operation": "pick", "kind": "status"} | wrong)
    assert (status, told["error"][: len(reason)]) == (400, reason)
    assert (outside.faults.waiting(), outside.faults.strike("pick")) == (0, None)


def test_the_journal_is_narrowed_by_what_its_entries_say(outside: Outside) -> None:
    for seller in ("anna", "berta", "anna"):
        outside.journal.append(call("pick", seller))
    told = outside.ask("GET", "calls", seller="anna", limit="1")
    shown = {"at": NOON.isoformat(), "operation": "pick", "status": 200, "fault": "", "seller": "anna"}
    assert told == (200, {"total": 2, "by_operation": {"pick": 2}, "calls": [shown], "last": 3})


def test_a_mark_of_the_journal_holds_after_it_was_cleared(outside: Outside) -> None:
    outside.journal.append(call("pick"))
    mark = outside.ask("GET", "calls", brief="1")[1]["last"]
    assert outside.ask("DELETE", "calls") == (204, None)
    outside.journal.append(call("water"))
    told = outside.ask("GET", "calls", since=str(mark), brief="1")
    assert told == (200, {"total": 1, "by_operation": {"water": 1}, "calls": [], "last": 2})


def test_a_deed_is_done_to_the_one_that_is_asked_also_after_another_of_its_kind() -> None:
    first, second = Orchard(), Orchard()
    assert (do(first, "pick", {"count": 1}), do(second, "pick", {"count": "2"})) == ({"left": 2}, {"left": 1})
    assert (first.apples, second.apples) == (2, 1)


def test_a_full_journal_forgets_its_oldest_and_its_marks_stay_true() -> None:
    journal = Journal[Call](longest=2)
    for operation in ("pick", "water", "prune"):
        journal.append(call(operation))
    assert [entry.operation for entry in journal.since(0)] == ["water", "prune"]
    assert [entry.operation for entry in journal.since(2)] == ["prune"]
    assert (journal.since(3), journal.since(9), journal.last) == ([], [], 3)


@pytest.mark.parametrize("limit", ["-1", "many", ""])
def test_a_number_that_is_none_is_refused_by_its_name(outside: Outside, limit: str) -> None:
    told = outside.ask("GET", "calls", limit=limit)
    assert told == (400, {"error": f"limit is a number of 0 or more, not {limit!r}"})


def test_what_a_platform_shows_plays_and_clears_is_its_own(outside: Outside) -> None:
    assert outside.ask("GET", "state") == (200, {"apples": 3, "seen_at": "http://here"})
    assert outside.ask("POST", "water", {"litres": 2}) == (200, {"wet": True})
    assert outside.watered == [{"litres": 2}]
    assert outside.ask("DELETE", "water") == (204, None)
    assert outside.watered == []


def test_there_is_nothing_elsewhere(outside: Outside) -> None:
    assert outside.ask("PUT", "state") == (404, {"error": "nothing at PUT /_sim/state"})


def test_counts_and_flags_have_defaults() -> None:
    assert (count_in({}, "limit", 7), count_in({"limit": "3"}, "limit", 7)) == (7, 3)
    assert [flag_in({"live": given}, "live") for given in ("1", "true", "0", "false", "")] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_a_vendor_fault_that_nobody_plays_is_refused_and_none_of_its_list_is_planned() -> None:
    plan = FaultPlan({"late"})
    with pytest.raises(ValueError, match="no vendor fault 'lat'; there are: late"):
        plan.add(Fault("*", "vendor", name="late"), Fault("*", "vendor", name="lat"))
    assert plan.waiting() == 0
