"""How the tests are spread over processes: what shares a running system shares a process.

xdist's own `--dist loadgroup` writes the group into the id of a test, which pytest 9.2 no longer takes; every process then started a
system of its own.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from _pytest.terminal import TerminalReporter
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from tests.contract.unverified import lines

ROOT = Path(__file__).parents[1]
_CONTRACT = ROOT / "tests" / "contract"
_GROUP = re.compile(r"""xdist_group\("([\w-]+)"\)""")


@cache
def group_of(file: str) -> str | None:
    """The group that a test file names, for all of its tests."""
    found = _GROUP.search((ROOT / file).read_text(encoding="utf-8"))
    return found[1] if found else None


class ByGroup(LoadScopeScheduling):
    """Tests of one group go to one process, all others wherever there is room. The largest groups come first.

    What a process has done is forgotten: xdist's own class keeps it and counts through all of it after each test, so that
    ten thousand units of one test took the square of their number.
    """

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid.partition("::")[0]) or nodeid

    def mark_test_complete(self, node: WorkerController, item_index: int, duration: float = 0) -> None:
        nodeid = self.registered_collections[node][item_index]
        scope = self._split_scope(nodeid)
        work = self.assigned_work[node]
        work[scope][nodeid] = True
        if all(work[scope].values()):
            del work[scope]
        self._reschedule(node)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByGroup:
    return ByGroup(config, log)


def pytest_terminal_summary(terminalreporter: TerminalReporter, config: pytest.Config) -> None:
    """Behind a run of all contract tests: which calls no official document was held against."""
    asked = [(ROOT / one.partition("::")[0]).resolve() for one in config.args]
    if any(_CONTRACT.is_relative_to(one) for one in asked):
        terminalreporter.section("unverified operations: held against no official document")
        for line in lines():
            terminalreporter.line(line)
