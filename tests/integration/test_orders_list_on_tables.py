"""The list of orders over real tables: an index with orders of the same moment, on several pages and accounts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from listbridge.domain.configuration import Account
from listbridge.domain.ids import AccountId, OrderKey, RemoteOrderId
from tests.contract.repositories.rows import buyer, placed
from tests.fakes.clock import START
from tests.integration.installation import Installation

pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("integration")]


def _keep(its: Installation, account: str, number: int, after_s: float) -> None:
    key = OrderKey(AccountId(account), RemoteOrderId(f"12-{number:02d}"))
    its.deps.orders.save(placed(key, after_s))
    its.deps.orders.put_buyer(key, buyer())


def _pages(its: Installation, limit: int, **query: str) -> list[list[Any]]:
    pages, cursor = [], None
    while True:
        page = its.ask("GET", "/orders", limit=str(limit), **query, **({"cursor": cursor} if cursor else {}))
        pages.append(page["orders"])
        cursor = page["cursor"]
        if cursor is None:
            return pages


@pytest.mark.parametrize("limit", [1, 3, 50])
def test_every_order_of_every_account_is_on_one_page_newest_first(installation: Installation, limit: int) -> None:
    its = installation
    its.connect()
    second = its.deps.configuration.get(Account, its.account).model_copy(
        update={"id": AccountId("acc_second"), "rev": 0}
    )
    its.deps.configuration.save(second)
    for number in range(12):
        _keep(its, (its.account, "acc_second")[number % 2], number, after_s=number // 4)
    rows = [row for page in _pages(its, limit) for row in page]
    assert sorted(row["order"] for row in rows) == [f"12-{number:02d}" for number in range(12)]
    times = [row["placed_at"] for row in rows]
    assert times == sorted(times, reverse=True)
    assert times[0] == (START + timedelta(seconds=2)).isoformat().replace("+00:00", "Z")
    assert {row["buyer_name"] for row in rows} == {"Jörg Müller"}


def test_orders_that_come_in_while_pages_are_turned_are_on_none_of_them(installation: Installation) -> None:
    its = installation
    its.connect()
    for number in range(4):
        _keep(its, its.account, number, after_s=number)
    first = its.ask("GET", "/orders", limit="2")
    for number in range(4, 9):
        _keep(its, its.account, number, after_s=number)
    second = its.ask("GET", "/orders", limit="2", cursor=first["cursor"])
    shown = [row["order"] for row in first["orders"] + second["orders"]]
    assert shown == ["12-03", "12-02", "12-01", "12-00"]


def test_a_viewer_is_told_no_buyer(installation: Installation) -> None:
    its = installation
    its.connect()
    _keep(its, its.account, 1, after_s=0)
    for group, name in (("viewer", None), ("operator", "Jörg Müller")):
        (row,) = its.call("GET", "/orders", group=group).body["orders"]
        assert row["buyer_name"] == name
