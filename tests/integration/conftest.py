"""The emulator, for the tests of this folder, and an installation per test on its empty tables and queues."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from listbridge import bootstrap
from listbridge.infra import aws, settings
from tests.emulator import EmulatedAws, emulator

__all__ = ["emulator"]

MakeInstallation = Callable[..., Any]


@pytest.fixture
def make_installation(emulator: EmulatedAws, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeInstallation]:
    """Makes the test's installation: `make_installation(twice=True)` runs each function twice."""
    from tests.integration.installation import Installation

    monkeypatch.delenv("PUBLIC_BASE_URL", raising=False)
    settings.forget()
    _empty(emulator)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def make(**how: Any) -> Installation:
        installation = Installation(**how)
        installation.lanes.purge()
        root.handlers[:] = handlers  # bootstrap points the log at Lambda's output, which is pytest's here
        return installation

    try:
        yield make
    finally:
        bootstrap.use(None)
        settings.forget()
        root.handlers[:] = handlers
        root.setLevel(level)


@pytest.fixture
def installation(make_installation: MakeInstallation) -> Any:
    """An installation with nothing in it."""
    return make_installation()


@pytest.fixture(params=[False, True], ids=["each function once", "each function twice"])
def connected(request: pytest.FixtureRequest, make_installation: MakeInstallation) -> Any:
    """A connected installation; the histories on it must end alike however often a function runs."""
    made = make_installation(twice=request.param)
    made.connect()
    return made


def _empty(emulated: EmulatedAws) -> None:
    """Take every row out of every table."""
    dynamodb = aws.client("dynamodb")
    for variable, name in emulated.variables.items():
        if not variable.endswith("_TABLE"):
            continue
        keys = [key["AttributeName"] for key in dynamodb.describe_table(TableName=name)["Table"]["KeySchema"]]
        pages = dynamodb.get_paginator("scan").paginate(TableName=name, ConsistentRead=True)
        rows = [row for page in pages for row in page["Items"]]
        for start in range(0, len(rows), 25):
            deletions = [
                {"DeleteRequest": {"Key": {key: row[key] for key in keys}}} for row in rows[start : start + 25]
            ]
            dynamodb.batch_write_item(RequestItems={name: deletions})
