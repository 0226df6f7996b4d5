"""How a call goes through a simulator of the kit: a tea house with one shelf, as a platform with rules of its own."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from simulators.clock import VirtualClock
from simulators.door import HttpDoor, Transport
from simulators.faults import Fault, FaultPlan
from simulators.kit.control import ControlDoor
from simulators.kit.journal import Entry, Journal
from simulators.kit.pace import Pace
from simulators.kit.serving import Simulator, Stage
from simulators.kit.wire import Call, Reply, Route, Router, json_of
from simulators.kit.world import World

START = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
HOST = "http://tea.test"


class NoTea(Exception):
    """Of that name."""


class TeaHouse(Simulator[Call]):
    """It takes two seconds a call, and one key."""

    REFUSALS = (NoTea,)

    def __init__(self, *, struck_first: bool = True, scale: float = 1.0) -> None:
        self.clock = VirtualClock(START)
        world = World[Entry](Pace(self.clock, scale, latency_s=2.0, spread=0.0), FaultPlan({"late"}), Journal())
        self.shelf, self.struck_first = {"oolong/green": 3}, struck_first
        routes = (
            Route("getTea", "GET", "/teas/{name}", lambda call: Reply(200, {"left": self._left(call)})),
            Route("putTea", "PUT", "/teas/{name}", self._put),
            Route("listTeas", "GET", "/teas", lambda _: Reply(200, sorted(self.shelf))),
        )
        super().__init__(world, Call, routes, ControlDoor(self, faults=world.faults, journal=world.journal, looks={}))
        self.session = requests.Session()
        self.session.mount(HOST, Transport(self))

    def stages(self, call: Call) -> Sequence[Stage[Call]]:
        way: tuple[Stage[Call], ...] = (self.strike, self.suffer, self._admit)
        if not self.struck_first:
            way = (self._admit, self.strike, self.suffer)
        return (self.half_latency, *way, self.work, self.half_latency)

    def trouble(self, call: Call, status: int) -> Reply:
        return Reply(status, {"sorry": status}, {"Retry-After": "7"})

    def refusal(self, call: Call, refused: NoTea) -> Reply:
        return Reply(404, {"no": str(refused)})

    def beside(self, call: Call) -> Reply | None:
        return Reply(200, "<h1>Tea</h1>", content_type="text/html") if call.path == "/" else None

    def _admit(self, call: Call) -> Reply | None:
        call.always["X-Left-Today"] = "9"
        return Reply(401, {"key": "wrong"}) if call.headers.get("key") != "k" else None

    def _left(self, call: Call) -> int:
        if call.parameters["name"] not in self.shelf:
            raise NoTea(call.parameters["name"])
        return self.shelf[call.parameters["name"]]

    def _put(self, call: Call) -> Reply:
        self._left(call)
        self.shelf[call.parameters["name"]] = call.json()["left"]
        return Reply(204)

    def ask(self, method: str, path: str, *, key: str = "k", **more: Any) -> requests.Response:
        return self.session.request(method, f"{HOST}{path}", headers={"Key": key}, **more)

    def journalled(self) -> list[tuple[str, int, str]]:
        return [(one.operation, one.status, one.fault) for one in self.world.journal]


OOLONG = "/teas/oolong%2Fgreen"


def test_a_slash_in_a_name_is_no_slash_of_the_path() -> None:
    house = TeaHouse()
    assert house.ask("GET", OOLONG).json() == {"left": 3}
    assert house.ask("GET", "/teas/oolong/green").status_code == 404
    assert house.journalled() == [("getTea", 200, ""), ("unknown", 404, "")]


def test_literal_segments_win_over_parameters_and_a_parameter_is_never_empty() -> None:
    rows = [Route(id, "GET", path, lambda _: Reply(204)) for id, path in (("one", "/a/{b}"), ("count", "/a/count"))]
    router = Router(rows)
    found = [router.find("GET", path) for path in ("/a/count", "/a/7", "/a/", "/a")]
    assert [one and (one[0].id, one[1]) for one in found] == [("count", {}), ("one", {"b": "7"}), None, None]
    assert router.find("POST", "/a/7") is None


def test_a_refusal_of_a_stage_and_of_the_work_is_worded_by_the_platform_and_journalled() -> None:
    house = TeaHouse()
    assert house.ask("GET", OOLONG, key="x").json() == {"key": "wrong"}
    assert house.ask("GET", "/teas/mate").json() == {"no": "mate"}
    assert house.journalled() == [("getTea", 401, ""), ("getTea", 404, "")]


@pytest.mark.parametrize("bug", [KeyError, ValueError, TypeError, Exception])
def test_no_platform_refuses_by_an_exception_that_a_bug_raises(bug: type[Exception]) -> None:
    with pytest.raises(TypeError, match=f"refuses by {bug.__name__}"):
        type("Careless", (TeaHouse,), {"REFUSALS": (NoTea, bug)})


def test_the_platform_says_whether_a_fault_strikes_before_or_behind_the_token() -> None:
    for struck_first, status, waiting in ((True, 503, 0), (False, 401, 1)):
        house = TeaHouse(struck_first=struck_first)
        house.faults.add(Fault("*", "status", status=503))
        assert (house.ask("GET", "/teas", key="x").status_code, house.faults.waiting()) == (status, waiting)


@pytest.mark.parametrize("status", [429, 503, 599])
def test_a_planned_status_has_the_platforms_words_unless_the_plan_has_its_own(status: int) -> None:
    house = TeaHouse()
    house.faults.add(
        Fault("putTea", "status", status=status),
        Fault("putTea", "status", status=status, body=["else"], headers={"Retry-After": "9"}),
    )
    answers = [house.ask("PUT", OOLONG, json={"left": 1}) for _ in range(2)]
    assert [(one.status_code, one.json(), one.headers["Retry-After"]) for one in answers] == [
        (status, {"sorry": status}, "7"),
        (status, ["else"], "9"),
    ]
    assert house.shelf == {"oolong/green": 3}
    assert house.journalled() == [("putTea", status, "status")] * 2


def test_a_page_of_html_comes_in_place_of_the_work() -> None:
    house = TeaHouse()
    house.faults.add(Fault("putTea", "html", status=502))
    answer = house.ask("PUT", OOLONG, json={"left": 1})
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html; charset=utf-8")
    assert (house.shelf, house.journalled()) == ({"oolong/green": 3}, [("putTea", 502, "html")])


@pytest.mark.parametrize(("kind", "left", "status"), [("drop_before", 3, 0), ("drop_after", 1, 204)])
def test_a_dropped_call_is_journalled_once_with_its_status_only_if_it_was_done(
    kind: Any, left: int, status: int
) -> None:
    house = TeaHouse()
    house.faults.add(Fault("putTea", kind))
    with pytest.raises(requests.ReadTimeout):
        house.ask("PUT", OOLONG, json={"left": 1})
    assert (house.shelf["oolong/green"], house.journalled()) == (left, [("putTea", status, kind)])


def test_a_late_write_lands_over_what_came_between_and_is_journalled_again() -> None:
    house = TeaHouse()
    house.faults.add(Fault("putTea", "vendor", name="late", seconds=60))
    with pytest.raises(requests.ReadTimeout):
        house.ask("PUT", OOLONG, json={"left": 1})
    house.ask("PUT", OOLONG, json={"left": 8})
    house.clock.advance(50)
    assert house.ask("GET", OOLONG).json() == {"left": 8}
    house.clock.advance(10)
    assert house.ask("GET", OOLONG).json() == {"left": 1}
    writes = [one for one in house.journalled() if one[0] == "putTea"]
    assert writes == [("putTea", 0, "late"), ("putTea", 204, ""), ("putTea", 204, "landed")]


def test_a_late_write_that_is_refused_when_it_lands_stands_in_the_journal_alone() -> None:
    house = TeaHouse()
    house.faults.add(Fault("putTea", "vendor", name="late", seconds=60))
    with pytest.raises(requests.ReadTimeout):
        house.ask("PUT", OOLONG, json={"left": 1})
    house.shelf.clear()
    house.clock.advance(60)
    assert house.ask("GET", "/teas").json() == []
    assert house.journalled()[1] == ("putTea", 404, "landed")


def test_what_every_answer_carries_stands_on_refusals_too() -> None:
    house = TeaHouse()
    told = [house.ask("GET", path, key=key) for path, key in ((OOLONG, "k"), (OOLONG, "x"), ("/teas/mate", "k"))]
    assert [(one.status_code, one.headers["X-Left-Today"]) for one in told] == [(200, "9"), (401, "9"), (404, "9")]


def test_the_control_door_and_pages_take_no_time_no_fault_and_no_line_of_the_journal() -> None:
    house = TeaHouse()
    house.faults.add(Fault("*", "drop_before"))
    assert house.ask("GET", "/").text == "<h1>Tea</h1>"
    assert house.ask("GET", "/_sim/faults").json() == {"waiting": 1}
    assert (house.clock.now(), house.journalled()) == (START, [])


@pytest.mark.parametrize(("scale", "seconds"), [(1.0, 2.0), (0.5, 1.0)])
def test_a_call_takes_its_latency_on_the_declared_scale(scale: float, seconds: float) -> None:
    house = TeaHouse(scale=scale)
    house.ask("GET", "/teas")
    assert (house.clock.now() - START).total_seconds() == seconds


def test_a_refused_call_does_not_take_the_half_behind_its_work() -> None:
    house = TeaHouse()
    house.ask("GET", "/teas", key="x")
    assert (house.clock.now() - START).total_seconds() == 1.0


def test_an_entry_tells_when_the_call_arrived() -> None:
    house = TeaHouse()
    house.ask("GET", "/teas")
    assert [one.at for one in house.world.journal] == [START]


@pytest.mark.parametrize("path", ["/teas/http://tea.test/_sim/calls", "//_sim/calls", "/teas//"])
def test_an_address_within_an_address_leads_nowhere(path: str) -> None:
    house = TeaHouse()
    house.ask("GET", OOLONG)
    assert house.ask("DELETE", path).status_code == 404
    assert house.journalled() == [("getTea", 200, ""), ("unknown", 404, "")]


def test_a_call_that_the_simulator_itself_fails_is_journalled_all_the_same() -> None:
    house = TeaHouse()
    with pytest.raises(KeyError, match="left"):
        house.ask("PUT", OOLONG, json={"right": 1})
    assert (house.shelf, house.journalled()) == ({"oolong/green": 3}, [("putTea", 500, "")])


@pytest.mark.parametrize(("kind", "left", "status"), [("drop_before", 3, 0), ("drop_after", 1, 204)])
def test_on_a_port_a_dropped_call_ends_without_a_byte_of_an_answer(kind: Any, left: int, status: int) -> None:
    house = TeaHouse()
    house.faults.add(Fault("putTea", kind))
    with HttpDoor(house) as door, socket.create_connection(("127.0.0.1", door.port), timeout=10) as line:
        line.sendall(f"PUT {OOLONG} HTTP/1.1\r\nHost: tea\r\nKey: k\r\nContent-Length: 10\r\n\r\n".encode())
        line.sendall(b'{"left":1}')
        assert line.recv(100) == b""
    assert (house.shelf["oolong/green"], house.journalled()) == (left, [("putTea", status, kind)])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"NaN",
        b"[-Infinity]",
        b"1e999",
        b"\xff",
        b'"\xed\xa0\x80"',
        rb'"\ud800"',
        rb'{"\uDFFF": 1}',
        b"[" * 101 + b"]" * 101,
        b'{"a":' * 101 + b"1" + b"}" * 101,
        b"[" * 100_000,
    ],
)
def test_a_body_that_no_answer_could_repeat_is_no_json(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        json_of(body)


def test_what_json_can_say_is_read() -> None:
    assert json_of(rb'{"a": [1, -2.5, null, true, "\ud83d\ude00"]}') == {"a": [1, -2.5, None, True, "\U0001f600"]}
    deepest = json_of(b"[" * 100 + b"]" * 100)
    for _ in range(99):
        (deepest,) = deepest
    assert deepest == []
    assert json_of(b"[" + b",".join([b"{}"] * 500) + b"]") == [{}] * 500
