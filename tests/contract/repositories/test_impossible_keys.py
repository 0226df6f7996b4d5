"""Keys that no row can have, and cursors that no page ended with: the same word from the fakes and from DynamoDB."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from listbridge.domain.configuration import Shop
from listbridge.domain.ids import (
    LONGEST_KEY,
    AccountId,
    JobId,
    ProductId,
    SalesListId,
    ShopId,
    Sku,
    VariantId,
    VariantKey,
    can_be_key,
)
from listbridge.domain.listings.sales_list_items import Item
from listbridge.domain.ports import Missing, NotACursor
from tests.contract.repositories.conftest import OurPorts

IMPOSSIBLE = ["", "x" * (LONGEST_KEY + 1), "ü" * (LONGEST_KEY // 2 + 1), "\ud800"]


@pytest.mark.parametrize("id", IMPOSSIBLE, ids=["empty", "too long", "too many bytes", "half a pair"])
def test_what_no_row_can_be_called_is_missing(store: OurPorts, id: str) -> None:
    with pytest.raises(Missing):
        store.configuration.get(Shop, id)
    with pytest.raises(Missing):
        store.jobs.get(JobId(id))
    key = VariantKey(ShopId("s"), ProductId("p"), VariantId("x" * LONGEST_KEY + id))
    assert store.items.find(SalesListId("list"), key) is None


def test_the_longest_key_is_one() -> None:
    assert can_be_key("x" * LONGEST_KEY)
    assert can_be_key("ü" * (LONGEST_KEY // 2))
    assert [one for one in IMPOSSIBLE if can_be_key(one)] == []


Page = Callable[[str], object]
LISTS: dict[str, Callable[[OurPorts, str], Page]] = {
    "items": lambda store, name: lambda cursor: store.items.of_list(SalesListId(f"lst_{name}"), cursor, 5),
    "job's entries": lambda store, name: lambda cursor: store.jobs.entries(JobId(f"job_{name}"), cursor, 5),
    "list's rows": lambda store, name: lambda cursor: store.listings.of_list(SalesListId(f"lst_{name}"), cursor, 5),
    "account's rows": lambda store, name: lambda cursor: store.listings.of_account(AccountId(f"acc_{name}"), cursor, 5),
    "orders": lambda store, name: lambda cursor: store.orders.recent(AccountId(f"acc_{name}"), cursor, 5),
}


def _packed(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize("what", LISTS)
def test_a_cursor_that_no_page_ended_with_is_refused(store: OurPorts, name: str, what: str) -> None:
    page = LISTS[what](store, name)
    mine, text = {"S": f"lst_{name}"}, {"S": "x"}
    forged = [
        "x",
        "===",
        "ä",
        "\x00",
        "x" * 4000,
        _packed("[" * 20_000),
        _packed("9" * 5000),
        _packed({}),
        _packed([]),
        _packed(None),
        _packed({"a": {"S": "x"}}),
        _packed({"a": 1}),
        _packed({"a": {}}),
        _packed({"a": {"S": ""}}),
        _packed({"sales_list": mine}),
        _packed({"sales_list": mine, "item": {"S": ""}}),
        _packed({"sales_list": mine, "item": {"S": "x" * 1025}}),
        _packed({"sales_list": mine, "item": {"N": "1"}}),
        _packed({"sales_list": {"S": "lst_other"}, "item": text}),
        _packed({"sales_list": mine, "item": text, "more": text}),
        _packed({"job": {"S": f"job_{name}"}, "entry": {"S": "job"}}),
        _packed({"job": {"S": "job_other"}, "entry": {"S": "item#x"}}),
        _packed({"sales_list": {"S": "lst_other"}, "sku": text, "unit": text, "site": text}),
        _packed({"account": {"S": "acc_other"}, "sku": text, "unit": text, "site": text}),
        _packed({"account": {"S": f"acc_{name}"}, "placed_at": {"N": "1e9"}, "order": text}),
        _packed({"account": {"S": f"acc_{name}"}, "placed_at": {"S": "1"}, "order": text}),
        _packed({"account": {"S": "acc_other"}, "placed_at": {"N": "1"}, "order": text}),
    ]
    for cursor in forged:
        with pytest.raises(NotACursor):
            page(cursor)


def test_a_cursor_of_one_list_is_none_of_another(store: OurPorts, name: str) -> None:
    first, second = SalesListId(f"lst_{name}_a"), SalesListId(f"lst_{name}_b")
    for number in range(3):
        key = VariantKey(ShopId("s"), ProductId("p"), VariantId(f"{name}{number}"))
        store.items.put(Item(first, key, Sku("X")))
        store.items.put(Item(second, key, Sku("X")))
    _, cursor = store.items.of_list(first, None, 2)
    assert cursor is not None
    assert len(store.items.of_list(first, cursor, 2)[0]) == 1
    with pytest.raises(NotACursor):
        store.items.of_list(second, cursor, 2)
