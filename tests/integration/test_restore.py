"""docs/how-to/deploy.md, "Backup and restore": rows that are written back as they were are read as before, and selling goes on."""

from __future__ import annotations

from typing import Any

import pytest

from listbridge.infra import aws
from tests.emulator import EmulatedAws
from tests.integration.installation import Installation

pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("integration")]


def _tables(emulated: EmulatedAws) -> list[str]:
    return [name for variable, name in emulated.variables.items() if variable.endswith("_TABLE")]


def _rows(table: str) -> list[dict[str, Any]]:
    pages = aws.client("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return [row for page in pages for row in page["Items"]]


def _write(table: str, requests: list[dict[str, Any]]) -> None:
    for start in range(0, len(requests), 25):
        answer = aws.client("dynamodb").batch_write_item(RequestItems={table: requests[start : start + 25]})
        assert not answer.get("UnprocessedItems")


def _delete(table: str, rows: list[dict[str, Any]]) -> None:
    schema = aws.client("dynamodb").describe_table(TableName=table)["Table"]["KeySchema"]
    keys = [one["AttributeName"] for one in schema]
    _write(table, [{"DeleteRequest": {"Key": {key: row[key] for key in keys}}} for row in rows])


def test_rows_written_back_from_a_backup_are_read_as_before_and_selling_goes_on(
    emulator: EmulatedAws, installation: Installation
) -> None:
    its = installation
    its.connect()
    its.sell("MUG")
    its.lanes.run(wait_s=3)
    backup = {table: _rows(table) for table in _tables(emulator)}
    before = (its.ask("GET", "/shops"), its.ask("GET", "/listings"), its.ask("GET", "/counters"))

    for table, rows in backup.items():
        _delete(table, rows)
    assert its.ask("GET", "/listings")["listings"] == []
    assert its.ask("GET", "/shops")["shops"] == []

    for table, rows in backup.items():
        _write(table, [{"PutRequest": {"Item": row}} for row in rows])
    assert (its.ask("GET", "/shops"), its.ask("GET", "/listings"), its.ask("GET", "/counters")) == before

    its.shopify.deeds.set_stock(sku="MUG", available=2)
    its.deliver()
    its.lanes.run(wait_s=3)
    assert its.on_sale() == {"MUG": (2, "12.50")}


def test_a_shop_that_moved_on_since_the_backup_is_caught_up_by_a_sweep(
    emulator: EmulatedAws, installation: Installation
) -> None:
    its = installation
    its.connect()
    its.sell("MUG")
    its.lanes.run(wait_s=3)
    backup = {table: _rows(table) for table in _tables(emulator)}
    its.shopify.deeds.set_stock(sku="MUG", available=4)
    its.deliver()
    its.lanes.run(wait_s=3)

    for table, rows in backup.items():
        _delete(table, _rows(table))
        _write(table, [{"PutRequest": {"Item": row}} for row in rows])
    assert its.explain("MUG")["quantity"]["accepted"] == 7
    its.ask("POST", f"/shops/{its.shop}/sweep", expect=202)
    its.lanes.run(wait_s=3)
    assert its.explain("MUG")["quantity"]["accepted"] == 4
    assert its.on_sale() == {"MUG": (4, "12.50")}
