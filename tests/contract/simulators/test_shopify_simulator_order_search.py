"""Finding orders in the simulated shop: strictly, and by a search that lags and likes what is alike."""

from __future__ import annotations

import time

import pytest

from simulators.kit.deeds import DeedRefused
from tests.contract.simulators.shopify_simulator_client import Shop
from tests.contract.simulators.shopify_simulator_orders import SEARCH, STRICT, create, define_mark, found, line, marked

REMOTE = "12-34567-89012"


def test_the_search_lags_and_the_identifier_does_not() -> None:
    shop = Shop()
    define_mark(shop)
    made = create(shop, line("1.00"), sourceIdentifier=REMOTE, metafields=marked(REMOTE))
    assert shop.data(STRICT, value=REMOTE)["orderByIdentifier"] == {"id": made}
    assert found(shop, f'source_identifier:"{REMOTE}"') == []
    shop.clock.advance(5)
    assert found(shop, f'source_identifier:"{REMOTE}"') == [made]


def test_the_identifier_knows_only_defined_fields_and_values_that_exist() -> None:
    shop = Shop()
    undefined = shop.ask(STRICT, value=REMOTE)
    assert undefined["data"] == {"orderByIdentifier": None}
    assert undefined["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert define_mark(shop) == []
    assert define_mark(shop) == ["TAKEN"]
    assert shop.data(STRICT, value=REMOTE) == {"orderByIdentifier": None}


def test_a_deleted_mark_is_found_no_more_and_may_be_given_again() -> None:
    shop = Shop()
    define_mark(shop)
    made = create(shop, line("1.00"), metafields=marked(REMOTE))
    shop.deeds.delete_order_metafield(made, "sync", "ref")
    assert shop.data(STRICT, value=REMOTE) == {"orderByIdentifier": None}
    create(shop, line("1.00"), metafields=marked(REMOTE))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        (f'source_identifier:"{REMOTE}"', ["#1001"]),
        (f'tag:"{REMOTE}"', ["#1002"]),
        (f'name:"{REMOTE}"', ["eBay-12-34567-89012"]),
        (f'"{REMOTE}"', ["#1002", "eBay-12-34567-89012", "#1004"]),
        (
            f'source_identifier:"{REMOTE}" OR tag:"{REMOTE}" OR name:"{REMOTE}" OR "{REMOTE}"',
            ["#1001", "#1002", "eBay-12-34567-89012", "#1004"],
        ),
        ("tag:ebay", ["#1002"]),
        ("name:1001", ["#1001"]),
        ('"34567-89012"', ["#1002", "eBay-12-34567-89012", "#1004"]),
        ("source_name:other-tool -tag:eBay", ["#1001", "eBay-12-34567-89012", "#1004"]),
        ("note:nothing source_name:nobody", []),
    ],
)
def test_a_search_finds_the_id_where_other_tools_write_it(query: str, names: list[str]) -> None:
    shop = Shop()
    shop.shirt()
    for mark in ("source_identifier", "tag", "name", "note"):
        shop.deeds.import_order_by_other_tool(REMOTE, [{"sku": "SHIRT-S"}], mark=mark)
    shop.clock.advance(5)
    assert [one["name"] for one in shop.data(SEARCH, q=query)["orders"]["nodes"]] == names


def test_orders_are_searched_by_when_they_were_made_and_changed() -> None:
    shop = Shop()
    old, new = (create(shop, line("1.00")) for _ in range(2))
    shop.clock.advance(60)
    since = shop.clock.now().isoformat()
    shop.deeds.fulfill(old)
    late = create(shop, line("1.00"))
    shop.clock.advance(5)
    assert found(shop, f'created_at:>="{since}"') == [late]
    assert found(shop, f'updated_at:>="{since}"') == [old, late]
    assert found(shop, f'updated_at:<"{since}"') == [new]


def test_another_tools_order_takes_stock_like_any_other_unless_told_not_to() -> None:
    shop = Shop()
    shop.subscribe("ORDERS_CREATE", "INVENTORY_LEVELS_UPDATE")
    shop.shirt()
    shop.deeds.import_order_by_other_tool(REMOTE, [{"sku": "SHIRT-S", "quantity": 2}], mark=["tag", "note"])
    level, order = shop.pump()
    assert level.payload["available"] == 3
    assert order.payload["tags"] == f"eBay, {REMOTE}"
    assert order.payload["note"] == f"eBay order {REMOTE}, paid on the marketplace"
    shop.deeds.import_order_by_other_tool("x", [{"sku": "SHIRT-S", "quantity": 9}], take_stock=False)
    assert [one.topic for one in shop.pump()] == ["orders/create"]


def test_a_mark_that_no_tool_writes_is_refused() -> None:
    shop = Shop()
    shop.shirt()
    with pytest.raises(DeedRefused, match="no such mark: barcode"):
        shop.deeds.import_order_by_other_tool(REMOTE, [{"sku": "SHIRT-S"}], mark="barcode")
    assert not shop.simulator.world.live.orders


def test_creating_and_finding_stay_fast_among_five_thousand_orders() -> None:
    shop = Shop(limits={"restore_rate": 10**6, "maximum_available": 10**7})
    define_mark(shop)
    shop.shirt()
    for number in range(5_000):
        shop.deeds.import_order_by_other_tool(f"old-{number}", [{"sku": "SHIRT-S"}], take_stock=False)
    shop.clock.advance(60)
    started = time.process_time()
    for number in range(50):
        create(shop, line("1.00"), sourceIdentifier=f"new-{number}", metafields=marked(f"new-{number}"))
        assert shop.data(STRICT, value=f"new-{number}")["orderByIdentifier"] is not None
        assert len(found(shop, f'source_identifier:"old-{number}" OR tag:"old-{number}"')) == 1
    assert time.process_time() - started < 5.0
