"""What a list is asked for is what it shows: filters, unknown parameters, and cursors that belong to their list."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from listbridge.domain.configuration import Account, CreationProfile, Document, Profile, SalesList, Shop
from listbridge.domain.ids import ShopOrderId
from listbridge.domain.money import Money
from listbridge.domain.orders.orders import Cancellation, ImportState, Payment, Refund, ShopOrderRef
from tests.fakes.remote_orders import NOW, euros, sold
from tests.unit.functions.calls import Operation, operations
from tests.unit.functions.installation import Installation
from tests.unit.functions.seller import Seller


def _skus(body: Any) -> list[str]:
    return [row["sku"] for row in body["listings"]]


@pytest.fixture
def stocked(seller: Seller) -> Seller:
    """Four items: two mugs on sale, one of them stopped again, and two cups that were never sent."""
    its = seller.its
    its.add_items(seller.list, its.add_product("MUG-1", title="Blue mug"), its.add_product("MUG-2", title="Red mug"))
    its.act(seller.list, "send")
    its.act(seller.list, "stop", [seller.row("MUG-2")["id"]])
    its.add_items(seller.list, its.add_product("CUP-1", title="Blue cup"), its.add_product("CUP-10", title="Green cup"))
    return seller


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"sku": "CUP-1"}, ["CUP-1"]),
        ({"sku": "CUP"}, []),
        ({"title": "blue"}, ["CUP-1", "MUG-1"]),
        ({"title": " MUG "}, ["MUG-1", "MUG-2"]),
        ({"status": "stopped"}, ["MUG-2"]),
        ({"title": "mug", "status": "active"}, ["MUG-1"]),
        ({"sku": "MUG-2", "status": "active"}, []),
        ({"hold": "auto_quantity_off"}, []),
    ],
)
def test_listings_are_found_by_sku_title_status_and_hold(
    stocked: Seller, filters: dict[str, str], found: list[str]
) -> None:
    body = stocked.its.get("/listings", **filters)
    assert (_skus(body), body["cursor"]) == (found, None)


def test_listings_that_observe_are_found_by_that_hold(stocked: Seller) -> None:
    stocked.its.patch(f"/accounts/{stocked.account}", {"observe": True})
    stocked.its.run()
    held = _skus(stocked.its.get("/listings", hold="observe_mode"))
    holds = stocked.its.get("/counters")["counters"][0]["holds"]
    assert len(held) == holds["observe_mode"] > 0


# ---- orders ----


def _orders(its: Installation, **filters: str) -> list[str]:
    return [row["order"] for row in its.get("/orders", **filters)["orders"]]


@pytest.fixture
def sales(seller: Seller) -> Seller:
    """Four orders, a minute apart: created, refunded, cancelled, and sent out by the marketplace."""
    its, made = seller.its, ShopOrderRef(ShopOrderId("7700"), "#1001")
    its.keep_order(
        seller.account,
        "12-1",
        facts={"placed_at": NOW, "lines": (sold("MUG-1"),)},
        state=ImportState.CREATED,
        shop_order=made,
    )
    refund = Refund("r1", Money(euros(5).amount, "EUR"))
    its.keep_order(seller.account, "12-2", facts={"placed_at": NOW + timedelta(minutes=1), "refunds": (refund,)})
    its.keep_order(
        seller.account,
        "12-3",
        facts={
            "placed_at": NOW + timedelta(minutes=2),
            "cancellation": Cancellation.CANCELLED,
            "payment": Payment.FAILED,
        },
    )
    its.keep_order(
        seller.account, "12-4", facts={"placed_at": NOW + timedelta(minutes=3), "fulfilled_by_marketplace": True}
    )
    return seller


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"shop_order": "#1001"}, ["12-1"]),
        ({"shop_order": "1001"}, ["12-1"]),
        ({"shop_order": "7700"}, ["12-1"]),
        ({"shop_order": "100"}, []),
        ({"sku": "MUG-1"}, ["12-1"]),
        ({"sku": "UG-1"}, []),
        ({"refunded": "true"}, ["12-2"]),
        ({"refunded": "false"}, ["12-4", "12-3", "12-1"]),
        ({"cancelled": "true"}, ["12-3"]),
        ({"fulfilled_by": "marketplace"}, ["12-4"]),
        ({"fulfilled_by": "seller"}, ["12-3", "12-2", "12-1"]),
        ({"state": "created"}, ["12-1"]),
        ({"buyer": "lovelace"}, ["12-4", "12-3", "12-2", "12-1"]),
        ({"buyer": "nobody"}, []),
    ],
)
def test_orders_are_found_by_what_the_seller_knows(sales: Seller, filters: dict[str, str], found: list[str]) -> None:
    assert _orders(sales.its, **filters) == found


def test_orders_are_found_by_when_they_were_placed(sales: Seller) -> None:
    first, third = NOW.isoformat(), (NOW + timedelta(minutes=2)).isoformat()
    assert _orders(sales.its, placed_from=first, placed_before=third) == ["12-2", "12-1"]
    assert _orders(sales.its, placed_from=third) == ["12-4", "12-3"]


@pytest.mark.parametrize(
    ("filters", "field"),
    [
        ({"placed_from": "2026-11-02T00:00:00Z", "placed_before": "2026-11-01T00:00:00Z"}, "placed_before"),
        ({"placed_from": "2026-11-02T00:00:00"}, "placed_from"),  # of which time zone?
        ({"placed_from": "yesterday"}, "placed_from"),
        ({"fulfilled_by": "me"}, "fulfilled_by"),
        ({"refunded": "perhaps"}, "refunded"),
        ({"sku": "x" * 201}, "sku"),
    ],
)
def test_a_filter_with_a_value_that_it_cannot_have_is_refused_by_name(
    sales: Seller, filters: dict[str, str], field: str
) -> None:
    answer = sales.its.call("GET", "/v1/orders", query=filters)
    assert (answer.status, [one["field"] for one in answer.body["fields"]]) == (422, [field])


def test_viewers_cannot_find_out_who_bought_by_looking_for_them(sales: Seller) -> None:
    answer = sales.its.call("GET", "/v1/orders", query={"buyer": "lovelace"}, groups="viewer")
    assert (answer.status, answer.body["fields"][0]["field"]) == (422, "buyer")
    assert "orders" not in answer.body


# ---- parameters and cursors of every route ----


@pytest.mark.parametrize("route", [one for one in operations() if not one.path.startswith("/callbacks")], ids=str)
def test_no_route_takes_a_parameter_that_it_does_not_know(installation: Installation, route: Operation) -> None:
    path = route.path
    for name in route.ids:
        path = path.replace(f"{{{name}}}", "x")
    answer = installation.call(route.method, path, {} if route.body is not None else None, query={"colour": "red"})
    assert (answer.status, [one["field"] for one in answer.body["fields"]]) == (422, ["colour"])


def test_a_parameter_given_twice_is_refused_by_name(installation: Installation) -> None:
    answer = installation.call("GET", "/v1/jobs", query={"state": ["done", "failed"]})
    assert (answer.status, [one["field"] for one in answer.body["fields"]]) == (422, ["state"])


def test_a_cursor_belongs_to_its_list_and_to_its_filters(stocked: Seller) -> None:
    its = stocked.its
    cursor = its.get("/listings", limit="1")["cursor"]
    assert its.get("/listings", limit="3", cursor=cursor)["listings"]
    for path, query in (
        ("/v1/listings", {"title": "mug"}),
        ("/v1/listings", {"account": stocked.account}),
        ("/v1/jobs", {}),
        ("/v1/activity", {}),
        (f"/v1/sales-lists/{stocked.list}/items", {}),
    ):
        answer = its.call("GET", path, query={**query, "cursor": cursor})
        assert (answer.status, [one["field"] for one in answer.body["fields"]]) == (422, ["cursor"]), path


@pytest.mark.parametrize("path", ["/jobs", "/activity"])
def test_jobs_and_activity_show_everything_once_page_by_page(stocked: Seller, path: str) -> None:
    name = path.removeprefix("/")
    whole = stocked.its.get(path, limit="200")[name]
    shown: list[Any] = []
    cursor: dict[str, str] = {}
    for _ in range(len(whole)):
        page = stocked.its.get(path, limit="2", **cursor)
        shown += page[name]
        if page["cursor"] is None:
            break
        cursor = {"cursor": page["cursor"]}
    assert shown == whole
    assert len(whole) >= 4


def test_the_picker_shows_the_shops_products_page_by_page(stocked: Seller) -> None:
    path, titles = f"/shops/{stocked.shop}/products", []
    cursor: dict[str, str] = {}
    for _ in range(4):
        page = stocked.its.get(path, limit="3", **cursor)
        titles += [one["title"] for one in page["products"]]
        if page["cursor"] is None:
            break
        cursor = {"cursor": page["cursor"]}
    assert sorted(titles) == ["Blue cup", "Blue mug", "Green cup", "Red mug"]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/shops", Shop),
        ("/accounts", Account),
        ("/sales-lists", SalesList),
        ("/profiles", Profile),
        ("/creation-profiles", CreationProfile),
    ],
)
def test_documents_are_shown_once_each_page_by_page(stocked: Seller, path: str, kind: type[Document]) -> None:
    stocked.its.post("/profiles", {"name": "Ten percent more", "rules": {"price": {"ratio": "1.10"}}}, expect=201)
    store, name = stocked.its.stores.configuration, path.strip("/").replace("-", "_")
    first = store.all(kind)[0]
    for more in ("zz_1", "zz_2", "zz_3"):
        store.save(first.model_copy(update={"id": more, "rev": 0}))
    whole = [one["id"] for one in stocked.its.get(path)[name]]
    pages = [stocked.its.get(path, limit="2")]
    while pages[-1]["cursor"] is not None:
        pages.append(stocked.its.get(path, limit="2", cursor=pages[-1]["cursor"]))
    assert [one["id"] for page in pages for one in page[name]] == whole
    assert {len(page[name]) for page in pages[:-1]} == {2}
    assert whole == sorted(one.id for one in store.all(kind))
    answer = stocked.its.call("GET", "/v1/jobs", query={"cursor": pages[0]["cursor"]})
    assert (answer.status, [one["field"] for one in answer.body["fields"]]) == (422, ["cursor"])


@pytest.mark.parametrize(
    ("path", "name"),
    [("listings", "sku"), ("listings", "title"), ("listings", "hold"), ("orders", "sku"), ("orders", "search")],
)
def test_an_empty_filter_is_a_mistake_and_shows_nothing(installation: Installation, path: str, name: str) -> None:
    """An empty variable of a shell: without a word it would show everything."""
    answer = installation.call("GET", f"/v1/{path}", query={name: ""})
    assert (answer.status, [one["field"] for one in answer.body["fields"]]) == (422, [name])
