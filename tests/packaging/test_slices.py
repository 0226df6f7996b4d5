"""Each service touches the ports that its slice names, and takes the smallest slice that it can do with."""

from __future__ import annotations

from functools import cache

import pytest

from tests.packaging.reach import ports_reached
from tests.packaging.slices import NARROWER, SLICES, Module, Touch, all_modules, touches


@cache
def _of_services() -> list[Module]:
    return [module for module in all_modules() if module.name.startswith("listbridge.services")]


@cache
def _taken() -> list[tuple[str, str, str]]:
    return [(module.name, *taken) for module in _of_services() for taken in module.slices_taken()]


def _outside(source: str) -> set[Touch]:
    of_slices = "from listbridge.services.deps import AccountDeps, CoreDeps, Deps\n"
    return {touch for touch in touches(Module.of(of_slices + source)) if not touch.allowed}


def test_no_service_touches_a_port_outside_its_slice() -> None:
    found = {(module.name, touch) for module in _of_services() for touch in touches(module)}
    assert len({touch for _, touch in found if touch.slice}) > 100
    assert {one for one in found if not one[1].allowed} == set()


@pytest.mark.parametrize(
    "source",
    [
        "def drain(deps: AccountDeps):\n    deps.orders.save(row)",
        "def drain(account, *, deps: AccountDeps | None = None):\n    deps.orders.save(row)",
        "def drain(deps: AccountDeps):\n    ours = deps\n    ours.orders.save(row)",
        "def drain(deps: AccountDeps):\n    ours, row = deps, None\n    ours.orders.save(row)",
        "def drain(deps: AccountDeps):\n    orders = deps.orders\n    orders.save(row)",
        "def drain(deps: AccountDeps):\n    pool.map(deps.orders.save, rows)",
        "def drain(deps: AccountDeps):\n    def one(row):\n        deps.orders.save(row)\n    one(row)",
        "def drain(deps: AccountDeps):\n    each(lambda row: deps.orders.save(row))",
        "class Drainer:\n    deps: AccountDeps\n    def run(self):\n        self.deps.orders.save(row)",
        "class Drainer:\n    def __init__(self, deps: AccountDeps):\n        self._deps = deps\n"
        "    def run(self):\n        self._deps.orders.save(row)",
        "class Base:\n    deps: AccountDeps\nclass Drainer(Base):\n    def run(self):\n        self.deps.orders.save(row)",
        "def found() -> AccountDeps: ...\ndef drain():\n    found().orders.save(row)",
    ],
)
def test_a_service_that_touches_a_port_outside_its_slice_is_found(source: str) -> None:
    assert _outside(source) == {Touch("AccountDeps", "orders"), Touch("AccountDeps", "orders", "save")}
    assert _outside(source.replace("orders", "listings")) == set()


def test_a_port_that_was_handed_over_alone_is_followed_under_its_new_name() -> None:
    source = "from listbridge.domain.ports import ListingRepository\ndef seen(ledger: ListingRepository):\n    ledger.get(key)"
    assert touches(Module.of(source)) == {Touch("", "listings", "get")}


def test_no_service_takes_all_the_ports() -> None:
    assert len({module for module, _, _ in _taken()}) > 60
    assert [one for one in _taken() if one[2] == "Deps"] == []


def test_every_slice_is_taken_and_the_whole_satisfies_each() -> None:
    assert {slice_ for _, _, slice_ in _taken()} == set(SLICES) - {"Deps"}
    assert all(ports <= SLICES["Deps"] for ports in SLICES.values())


def test_no_service_takes_a_slice_where_a_narrower_one_would_do() -> None:
    wide = [
        (module, name, slice_, narrower)
        for module, name, slice_ in _taken()
        for narrower in sorted(NARROWER[slice_])
        if ports_reached(module, name) <= SLICES[narrower]
    ]
    assert wide == []
