"""What only Shopify has: a cost limit that sizes pages, connections within connections, versions that fall forward."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse

from listbridge.domain.ids import ProductId
from listbridge.domain.verdicts import RateLimited, RetryLater, Unauthorized
from listbridge.domain.work import Hint, HintKind
from listbridge.shops.shopify.catalog.catalog import SHAPES
from listbridge.shops.shopify.catalog.queries import Query
from listbridge.shops.shopify.manifest import MANIFEST
from simulators.faults import Fault
from tests.contract.shops.official_graphql import OfficialSchema
from tests.contract.shops.shopify_documents import QUERIES
from tests.contract.shops.staged_shopify import Staged, official_schema
from tests.contract.shops.staging import HOOK_URL, wait_out
from tests.contract.specs import require_specs

LINEAR = {"connection_sizing": "linear"}


@pytest.fixture
def shop() -> Staged:
    return Staged()


@pytest.fixture
def official() -> OfficialSchema:
    require_specs("shopify", "admin-graphql", "admin_2026-04.json.gz")
    schema = official_schema()
    assert schema is not None
    return schema


def name_of(query: Query[Any]) -> str:
    (operation,) = [one for one in parse(query.text).definitions if isinstance(one, OperationDefinitionNode)]
    assert operation.name is not None
    return operation.name.value


def added(shop: Staged, **spec: Any) -> ProductId:
    return ProductId(str(shop.deeds.add_product(**{"title": "Mug"} | spec)["product_id"]))


# Documents


@pytest.mark.specs
@pytest.mark.parametrize("query", QUERIES, ids=name_of)
def test_every_document_is_valid_and_uses_nothing_deprecated(official: OfficialSchema, query: Query[Any]):
    official._document(query.text)


@pytest.mark.specs
@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ("{ shop { nme } }", "Cannot query field 'nme'"),
        ("{ shop { name }", "Syntax Error"),
        ("{ products(first: 1) { nodes { images(first: 1) { nodes { id } } } } }", "deprecated"),
    ],
)
def test_the_check_finds_a_document_that_shopify_would_not_take(official: OfficialSchema, document: str, problem: str):
    with pytest.raises(AssertionError, match=problem):
        official.check_request(document, {})


@pytest.mark.specs
@pytest.mark.parametrize(
    "answer",
    [
        {"shop": {"name": None, "currencyCode": "EUR"}},
        {"shop": {"name": "x", "currencyCode": "eur"}},
        {"shop": {"name": "x"}},
        {"shop": {"name": "x", "currencyCode": "EUR", "more": 1}},
        {"shop": {"name": 5, "currencyCode": "EUR"}},
        {"shop": []},
        {},
    ],
)
def test_the_check_finds_an_answer_that_shopify_would_not_give(official: OfficialSchema, answer: Any):
    official.check_answer("{ shop { name currencyCode } }", {"shop": {"name": "x", "currencyCode": "EUR"}})
    with pytest.raises(AssertionError):
        official.check_answer("{ shop { name currencyCode } }", answer)


def test_each_document_has_one_named_operation_of_its_own():
    assert len({name_of(query) for query in QUERIES}) == len(QUERIES) == 34


# Cost


def sweep(shop: Staged) -> list[Any]:
    """All products, every page read by another worker."""
    found: list[Any] = []
    cursor: str | None = None
    while True:
        try:
            page = shop.open().sweep(cursor)
        except RateLimited as limited:
            wait_out(shop, limited)
            continue
        found += page.products
        cursor = page.cursor
        if cursor is None:
            return found


@pytest.mark.parametrize(("limits", "cost"), [({}, 877), (LINEAR, 877)])
def test_a_page_of_a_sweep_costs_what_the_shape_says_and_less_than_the_limit(limits: dict[str, Any], cost: int):
    shop = Staged(**limits)
    shop.fill(30, 4)
    sweep(shop)
    asked = [call for call in shop.simulator.calls if call.operation == "shop" and call.outcome == "ok"]
    assert {call.requested_cost for call in asked} == {cost}
    assert cost < shop.simulator.world.limits.max_query_cost


def test_where_shopify_finds_the_wide_shape_too_dear_a_sweep_learns_it_once_and_stays_cheap():
    shop = Staged(**LINEAR)
    shop.fill(100, 4)
    products = sweep(shop)
    assert len({one.product for one in products}) == len(products) == 100
    assert all(len(one.variants) == 4 for one in products)
    outcomes = [call.outcome for call in shop.simulator.calls if call.operation != "token"]
    assert outcomes.count("max_cost_exceeded") == 1
    assert len(outcomes) / 400 <= 0.05


@pytest.mark.parametrize("limits", [{}, LINEAR], ids=["measured rule", "published rule"])
def test_every_call_fits_under_either_cost_rule(limits: dict[str, Any]):
    shop = Staged(**limits, maximum_available=100_000)
    for number in range(12):
        shop.add_location(f"Place {number}")
    places = list(shop.simulator.world.live.locations)
    variants = [
        {"sku": f"S-{n}", "stock": dict.fromkeys(map(str, places), 1), "options": {"N": str(n)}} for n in range(70)
    ]
    big = added(shop, variants=variants)
    others = [shop.add_product(f"O-{number}").product for number in range(30)]
    adapter = shop.open()
    read = adapter.read_products([big, *others])
    assert len(read.products) == 31
    assert [sum(one.stock.values()) for one in read.products[0].variants] == [13] * 70
    items = [one.inventory_item for facts in read.products for one in facts.variants]
    hints = [Hint(kind=HintKind.INVENTORY_ITEM, id=item) for item in items]
    assert set(adapter.products_of(hints)) == {big, *others}
    assert len(adapter.search("Mug", 40)[0]) == 31
    assert len(adapter.ensure_webhooks(HOOK_URL).created) == 16
    assert [call.outcome for call in shop.simulator.calls if call.outcome not in ("ok", "max_cost_exceeded")] == []


@pytest.mark.parametrize("sizes", [[1] * 100, [2] * 100, [30] * 30, [31] * 30, [100] * 12, [131] * 8])
def test_whatever_the_catalogue_looks_like_a_sweep_takes_one_request_for_twenty_skus(sizes: list[int]):
    shop = Staged(maximum_available=1_000_000)
    for number, size in enumerate(sizes):
        shop.deeds.seed_products(1, size, sku_prefix=f"P{number}")
    assert sum(len(one.variants) for one in sweep(shop)) == sum(sizes)
    assert shop.calls() / sum(sizes) <= 0.05


def test_waiting_as_long_as_a_throttled_call_says_is_enough(shop: Staged):
    shop.fill(5, 2)
    adapter = shop.open()
    adapter.identify()
    shop.deeds.drain_budget(10)
    with pytest.raises(RateLimited) as limited:
        adapter.sweep(None)
    assert limited.value.after_s == pytest.approx((877 - 10) / 100, abs=0.01)
    shop.clock.advance(limited.value.after_s)
    assert len(adapter.sweep(None).products) == 5


def test_throttled_on_demand_with_points_left_still_waits_a_moment(shop: Staged):
    shop.simulator.faults.add(Fault("nodes", "vendor", name="throttled"), Fault("shop", "vendor", name="throttled"))
    with pytest.raises(RateLimited) as limited:
        shop.open().read_products([ProductId("1")])
    assert limited.value.after_s == 0.5


def test_a_bucket_that_runs_low_holds_the_next_call_back_before_it_leaves(shop: Staged):
    shop.fill(5, 2)
    adapter = shop.open()
    shop.deeds.drain_budget(920)
    adapter.sweep(None)
    calls = shop.calls()
    with pytest.raises(RateLimited) as limited:
        adapter.sweep(None)
    assert shop.calls() == calls
    wait_out(shop, limited.value)
    adapter.sweep(None)
    assert [call.outcome for call in shop.simulator.calls] == ["ok"] * (calls + 2)


# Connections within connections


def test_a_product_with_more_variants_than_a_page_is_read_whole(shop: Staged):
    variants = [{"sku": f"SKU-{n}", "stock": n, "options": {"N": str(n)}} for n in range(250)]
    product = added(shop, variants=variants)
    (facts,) = shop.open().read_products([product]).products
    assert [(one.sku, sum(one.stock.values())) for one in facts.variants] == [(f"SKU-{n}", n) for n in range(250)]
    assert shop.calls() == 1 + 3


def test_stock_at_more_locations_than_a_page_is_read_whole_in_one_more_request(shop: Staged):
    for number in range(29):
        shop.add_location(f"Place {number}")
    places = list(shop.simulator.world.live.locations)
    stock = {str(place): number for number, place in enumerate(places)}
    product = added(shop, variants=[{"sku": f"SKU-{n}", "stock": stock, "options": {"N": str(n)}} for n in range(20)])
    (facts,) = shop.open().read_products([product]).products
    assert [dict(one.stock) for one in facts.variants] == [stock] * 20
    assert shop.calls() == 2


def test_stock_at_more_locations_than_any_page_holds_is_read_whole(shop: Staged):
    for number in range(299):
        shop.add_location(f"Place {number}")
    places = list(shop.simulator.world.live.locations)
    product = added(shop, variants=[{"sku": "SKU", "stock": {str(place): 2 for place in places}}])
    adapter = shop.open()
    (facts,) = adapter.read_products([product]).products
    assert (len(facts.variants[0].stock), sum(facts.variants[0].stock.values())) == (300, 600)
    assert len(adapter.identify().locations) == 300


def test_an_inventory_item_that_many_products_share_leads_to_all_of_them(shop: Staged):
    first = shop.deeds.add_product(title="Mug", variants=[{"sku": "SHARED", "stock": 3}])
    item = first["inventory_item_ids"][0]
    products = {ProductId(str(first["product_id"]))}
    products |= {added(shop, variants=[{"sku": "SHARED", "inventory_item_id": item}]) for _ in range(59)}
    assert set(shop.open().products_of([Hint(kind=HintKind.INVENTORY_ITEM, id=str(item))])) == products


def test_a_variant_deleted_between_two_pages_neither_hides_nor_doubles_another(shop: Staged):
    variants = [{"sku": f"SKU-{n}", "options": {"N": str(n)}} for n in range(60)]
    product = added(shop, variants=variants)
    shop.transport.meanwhile = lambda number: shop.delete_variant("SKU-0") if number == 1 else None
    (facts,) = shop.open().read_products([product]).products
    assert [one.sku for one in facts.variants][-30:] == [f"SKU-{n}" for n in range(30, 60)]
    assert len({one.variant for one in facts.variants}) == len(facts.variants)


@pytest.mark.parametrize("many", ["variants", "locations"])
def test_a_product_deleted_between_two_pages_is_read_again_and_not_taken_for_anything(shop: Staged, many: str):
    if many == "locations":
        for number in range(20):
            shop.add_location(f"Place {number}")
    stock = {str(place): 1 for place in shop.simulator.world.live.locations}
    size = 60 if many == "variants" else 1
    variants = [{"sku": f"SKU-{n}", "stock": stock, "options": {"N": str(n)}} for n in range(size)]
    product = added(shop, variants=variants)
    shop.transport.meanwhile = lambda number: shop.delete_product(product) if number == 1 else None
    adapter = shop.open()
    with pytest.raises(RetryLater) as changed:
        adapter.read_products([product])
    assert changed.value.problem.code == "shopify_changed_while_reading"
    assert adapter.read_products([product]).missing == (product,)


# Versions, scopes, subscriptions


def test_an_expired_version_that_falls_forward_is_noticed(shop: Staged, caplog: pytest.LogCaptureFixture):
    shop.settings["api_version"] = "2025-01"
    with caplog.at_level(logging.WARNING, "listbridge.shops.shopify"):
        assert shop.open().identify().currency == "EUR"
    assert [record.fields for record in caplog.records] == [{"asked": "2025-01", "served": "2026-01"}]  # type: ignore[attr-defined]


def test_a_version_that_never_was_says_that_nothing_is_there_and_not_that_products_are_gone(shop: Staged):
    shop.settings["api_version"] = "2031-01"
    with pytest.raises(RetryLater) as refused:
        shop.open().read_products([ProductId("1")])
    assert refused.value.problem.code == "shopify_store_not_found"


def test_a_scope_that_the_seller_took_away_asks_for_it_back(shop: Staged):
    adapter = shop.open()
    shop.deeds.set_scopes(["read_products"])
    shop.simulator.world.tokens.scopes = ["read_orders"]
    with pytest.raises(Unauthorized) as refused:
        adapter.sweep(None)
    assert (refused.value.problem.code, refused.value.problem.fix) == ("shopify_scope_missing", "grant_scopes")


def test_an_app_of_another_organisation_is_told_why(shop: Staged):
    shop.deeds.permit(False)
    with pytest.raises(Unauthorized) as refused:
        shop.open().identify()
    assert dict(refused.value.problem.params) == {"reason": "shop_not_permitted"}


@pytest.mark.parametrize("crippled", [{"includeFields": ["title"]}, {"filter": "id:1"}, {"format": "XML"}])
def test_a_subscription_that_tells_too_little_is_replaced(shop: Staged, crippled: dict[str, Any]):
    wanted = {"uri": HOOK_URL, **crippled}
    shop.simulator.world.subscriptions.create("PRODUCTS_UPDATE", wanted, shop.clock.now())
    report = shop.open().ensure_webhooks(HOOK_URL)
    assert (report.healthy, report.removed) == ((), ("products/update",))
    assert {topic: list(uris) for topic, uris in shop.hooks().items()} == {
        topic: [HOOK_URL] for topic in report.created
    }


def test_subscriptions_beyond_a_page_are_seen(shop: Staged):
    for number in range(120):
        elsewhere = {"uri": f"https://elsewhere.example/webhooks/shop_{number + 2}"}
        shop.simulator.world.subscriptions.create("PRODUCTS_UPDATE", elsewhere, shop.clock.now())
    adapter = shop.open()
    created = adapter.ensure_webhooks(HOOK_URL).created
    assert (len(created), adapter.ensure_webhooks(HOOK_URL).created) == (16, ())
    assert len(shop.hooks()["products/update"]) == 121


def test_the_shapes_run_from_wide_to_narrow():
    assert [shape.products for shape in SHAPES] == sorted((shape.products for shape in SHAPES), reverse=True)
    assert SHAPES[0].products == 25


def test_a_catalogue_of_more_than_ten_thousand_products_is_still_counted(shop: Staged):
    shop.fill(10_001, 1)
    assert shop.open().sweep(None).total == 10_001


def test_a_variant_that_the_seller_moves_between_two_pages_is_not_lost(shop: Staged):
    made = shop.deeds.add_product(
        title="Mug", variants=[{"sku": f"SKU-{n}", "options": {"N": str(n)}} for n in range(60)]
    )
    catalog, now = shop.simulator.world.catalog, shop.clock.now()
    last, first = made["variant_ids"][-1], made["variant_ids"][0]

    def swap(number: int) -> None:
        if number == 1:
            catalog.change_variant(last, now, position=1)
            catalog.change_variant(first, now, position=60)

    shop.transport.meanwhile = swap
    (facts,) = shop.open().read_products([ProductId(str(made["product_id"]))]).products
    assert {one.sku for one in facts.variants} == {f"SKU-{n}" for n in range(60)}
    assert len(facts.variants) == 60


def test_the_version_asked_for_is_the_one_that_answers(shop: Staged, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.WARNING, "listbridge.shops.shopify"):
        shop.open().identify()
    assert [call.version for call in shop.simulator.calls if call.operation != "token"] == [MANIFEST.api_version]
    assert MANIFEST.api_version == "2026-07"
    assert caplog.records == []
