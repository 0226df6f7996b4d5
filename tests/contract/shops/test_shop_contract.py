"""What services rely on, proven for every shop platform before its simulator."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from listbridge import registry
from listbridge.domain.catalog import VariantFacts, Visibility
from listbridge.domain.ids import ProductId
from listbridge.domain.ports import ShopAdapter
from listbridge.domain.verdicts import RateLimited, Rejected, RetryLater, Unauthorized
from listbridge.domain.work import Hint, HintKind
from tests.contract.shops.staging import HOOK_URL, StagedShop, staged_shop, wait_out

PAYLOADS = Path(__file__).resolve().parents[2] / "data"
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
RECORDED = sorted(file for slug in registry.slugs("shops") for file in (PAYLOADS / slug).glob("*.json"))


def only(shop: StagedShop, product: ProductId, sku: str, adapter: ShopAdapter | None = None) -> VariantFacts:
    """The one variant with this SKU, as read now."""
    (facts,) = (adapter or shop.open()).read_products([product]).products
    (variant,) = [one for one in facts.variants if one.sku == sku]
    return variant


# Who it is


def test_a_shop_says_who_it_is_and_where_its_stock_lies(shop: StagedShop):
    second = shop.add_location("Second")
    identity = shop.open().identify()
    assert identity.currency == "EUR"
    assert identity.name
    assert identity.domain
    assert identity.locations[second] == "Second"
    assert len(identity.locations) == 2


def test_the_manifest_says_what_the_folder_is(slug: str):
    manifest = registry.shop(slug)
    assert manifest.slug == slug
    assert manifest.docs.startswith("https://")
    assert manifest.traits.read_batch >= 1
    assert manifest.traits.read_lag_s >= 0


def test_every_budget_of_the_manifest_is_a_real_one(slug: str):
    specs = registry.shop(slug).budgets
    assert len({spec.name for spec in specs}) == len(specs)
    assert [spec.name for spec in specs if spec.rate <= 0 or spec.burst < 1 or not spec.operations] == []


# Reading


def test_what_was_written_is_read(shop: StagedShop):
    made = shop.add_product("MUG", stock=5, price="10.00")
    adapter = shop.open()
    before = only(shop, made.product, "MUG", adapter)
    assert (sum(before.stock.values()), str(before.price), before.tracked) == (5, "10.00 EUR", True)
    shop.set_stock("MUG", 4)
    shop.set_price("MUG", "12.50")
    after = only(shop, made.product, "MUG", adapter)
    assert (sum(after.stock.values()), str(after.price)) == (4, "12.50 EUR")
    assert after.price is not None
    assert isinstance(after.price.amount, Decimal)


def test_a_product_is_read_whole(shop: StagedShop):
    made = shop.add_product("S", "M", "L", title="Shirt")
    (facts,) = shop.open().read_products([made.product]).products
    assert (facts.product, facts.title, facts.visibility) == (made.product, "Shirt", Visibility.VISIBLE)
    assert tuple(one.variant for one in facts.variants) == made.variants
    assert [one.sku for one in facts.variants] == ["S", "M", "L"]
    assert facts.options == ("Size",)
    assert [dict(one.options) for one in facts.variants] == [{"Size": "S1"}, {"Size": "S2"}, {"Size": "S3"}]


def test_a_product_without_options_shows_none(shop: StagedShop):
    made = shop.add_product("MUG")
    (facts,) = shop.open().read_products([made.product]).products
    assert (facts.has_options, len(facts.variants), facts.variants[0].title) == (False, 1, "")


def test_stock_is_told_by_location_and_may_be_negative(shop: StagedShop):
    made = shop.add_product("MUG", stock=5)
    (first,) = shop.open().identify().locations
    second, third = shop.add_location("Second"), shop.add_location("Third")
    shop.set_stock("MUG", -2, second)
    shop.set_stock("MUG", 0, third)
    assert dict(only(shop, made.product, "MUG").stock) == {first: 5, second: -2, third: 0}


def test_a_variant_whose_stock_the_shop_does_not_count_says_so(shop: StagedShop):
    made = shop.add_product("MUG", stock=5)
    shop.set_stock("MUG", None)
    assert only(shop, made.product, "MUG").tracked is False


@pytest.mark.parametrize("visibility", [Visibility.DRAFT, Visibility.ARCHIVED, Visibility.VISIBLE])
def test_visibility_is_told(shop: StagedShop, visibility: Visibility):
    made = shop.add_product("MUG")
    shop.set_visibility(made.product, visibility)
    (facts,) = shop.open().read_products([made.product]).products
    assert facts.visibility is visibility


def test_a_missing_product_is_a_positive_answer_and_hides_no_other(shop: StagedShop):
    gone, there = shop.add_product("GONE"), shop.add_product("THERE")
    shop.delete_product(gone.product)
    read = shop.open().read_products([gone.product, there.product])
    assert read.missing == (gone.product,)
    assert [one.product for one in read.products] == [there.product]


def test_a_deleted_variant_is_no_longer_among_its_products_variants(shop: StagedShop):
    made = shop.add_product("S", "M")
    shop.delete_variant("S")
    (facts,) = shop.open().read_products([made.product]).products
    assert [one.sku for one in facts.variants] == ["M"]


def test_reading_nothing_asks_nothing(shop: StagedShop):
    adapter = shop.open()
    assert (adapter.read_products([]).products, adapter.products_of([])) == ((), ())
    assert shop.calls() == 0


def test_a_batch_as_large_as_the_manifest_allows_takes_one_request(shop: StagedShop, slug: str):
    batch = registry.shop(slug).traits.read_batch
    products = [shop.add_product(f"SKU-{number}").product for number in range(batch)]
    read = shop.open().read_products([*products, products[0]])
    assert [one.product for one in read.products] == products
    assert shop.calls() == 1


def test_hints_lead_to_the_products_they_touch_each_once(shop: StagedShop):
    made, other = shop.add_product("S", "M"), shop.add_product("MUG")
    variants = shop.open().read_products([made.product]).products[0].variants
    hints = [
        Hint(kind=HintKind.INVENTORY_ITEM, id=variants[0].inventory_item),
        Hint(kind=HintKind.INVENTORY_ITEM, id=variants[1].inventory_item),
        Hint(kind=HintKind.VARIANT, id=made.variants[0]),
        Hint(kind=HintKind.VARIANT, id=other.variants[0]),
        Hint(kind=HintKind.PRODUCT, id=other.product),
        Hint(kind=HintKind.SHOP_GONE),
    ]
    assert set(shop.open().products_of(hints)) == {made.product, other.product}
    assert len(shop.open().products_of(hints)) == 2


@pytest.mark.parametrize("id", ["1", "", "nonsense", "9" * 30, "1'"])
def test_a_hint_at_something_unknown_is_left_out(shop: StagedShop, id: str):
    made = shop.add_product("MUG")
    hints = [
        Hint(kind=HintKind.INVENTORY_ITEM, id=id),
        Hint(kind=HintKind.VARIANT, id=id),
        Hint(kind=HintKind.VARIANT, id=made.variants[0]),
    ]
    assert shop.open().products_of(hints) == (made.product,)


# Sweeping and searching


def sweep(shop: StagedShop) -> tuple[list[Any], list[int | None]]:
    """All pages, waiting where the shop says so."""
    adapter = shop.open()
    products: list[Any] = []
    totals: list[int | None] = []
    cursor: str | None = None
    while True:
        try:
            page = adapter.sweep(cursor)
        except RateLimited as limited:
            wait_out(shop, limited)
            continue
        products += page.products
        totals.append(page.total)
        cursor = page.cursor
        if cursor is None:
            return products, totals


def test_a_sweep_finds_everything_once_and_counts_it(shop: StagedShop):
    shop.fill(products=83, variants=3)
    products, totals = sweep(shop)
    assert len({one.product for one in products}) == len(products) == 83
    skus = [variant.sku for one in products for variant in one.variants]
    assert len(set(skus)) == len(skus) == 83 * 3
    assert set(totals) == {83}


def test_a_sweep_of_an_empty_shop_is_one_empty_page_that_counts_nothing(shop: StagedShop):
    page = shop.open().sweep(None)
    assert (page.products, page.cursor, page.total) == ((), None, 0)


def test_a_sweep_shows_products_that_buyers_cannot_see(shop: StagedShop):
    made = shop.add_product("MUG")
    shop.set_visibility(made.product, Visibility.DRAFT)
    products, _ = sweep(shop)
    assert [(one.product, one.visibility) for one in products] == [(made.product, Visibility.DRAFT)]


def test_a_sweep_and_a_read_say_the_same_of_a_product(shop: StagedShop):
    made = shop.add_product("S", "M")
    shop.set_stock("S", 9, shop.add_location("Second"))
    products, _ = sweep(shop)
    assert shop.open().read_products([made.product]).products == tuple(products)


def test_pages_of_a_sweep_may_be_read_by_different_workers(shop: StagedShop):
    shop.fill(products=60, variants=2)
    seen: list[Any] = []
    cursor: str | None = None
    for _ in range(100):
        page = shop.open().sweep(cursor)
        seen += [one.product for one in page.products]
        cursor = page.cursor
        if cursor is None:
            break
    assert len(set(seen)) == len(seen) == 60


def test_a_page_that_cannot_be_read_is_an_error_and_not_the_end(shop: StagedShop):
    shop.fill(products=60, variants=2)
    adapter = shop.open()
    first = adapter.sweep(None)
    shop.fail(502)
    with pytest.raises(RetryLater):
        adapter.sweep(first.cursor)
    shop.recover()
    again = adapter.sweep(first.cursor)
    assert not {one.product for one in again.products} & {one.product for one in first.products}


@pytest.mark.parametrize("variants", [2, 4, 6])
def test_a_sweep_takes_at_most_one_request_for_twenty_skus(shop: StagedShop, variants: int):
    shop.fill(products=200, variants=variants)
    sweep(shop)
    assert shop.calls() / (200 * variants) <= 0.05


def test_a_search_finds_by_title_and_by_sku_and_keeps_to_its_limit(shop: StagedShop):
    mug = shop.add_product("MUG-1", title="Blue mug")
    shop.add_product("CUP-1", title="Blue cup")
    adapter = shop.open()
    assert [one.product for one in adapter.search("mug", 10)] == [mug.product]
    assert [one.product for one in adapter.search("MUG-1", 10)] == [mug.product]
    assert len(adapter.search("Blue", 10)) == 2
    assert len(adapter.search("Blue", 1)) == 1
    assert len(adapter.search("", 10)) == 2
    assert adapter.search("spoon", 10) == ()


@pytest.mark.parametrize(
    "text",
    [
        '"',
        "\\",
        "(",
        "a:b",
        "status:draft OR title:x",
        "' OR 1=1",
        "💥",
        "x" * 5000,
        "\x00",
        "*",
        "-",
        "%",
        "{}",
    ],
)
def test_no_text_breaks_the_search(shop: StagedShop, text: str):
    shop.add_product("MUG-1")
    assert isinstance(shop.open().search(text, 5), tuple)


# Tokens and troubles


def test_a_refused_token_is_replaced_by_a_fresh_one(shop: StagedShop):
    made = shop.add_product("MUG")
    adapter = shop.open()
    adapter.identify()
    granted = shop.grants()
    shop.expire_tokens()
    assert only(shop, made.product, "MUG", adapter).sku == "MUG"
    assert shop.grants() == granted + 1


def test_refused_credentials_are_said_to_be_dead_after_one_fresh_try(shop: StagedShop):
    adapter = shop.open()
    adapter.identify()
    granted = shop.grants()
    shop.refuse_credentials()
    with pytest.raises(Unauthorized) as refused:
        adapter.identify()
    assert refused.value.problem.fix
    assert shop.grants() == granted + 1


def test_an_uninstalled_app_is_unauthorized(shop: StagedShop):
    adapter = shop.open()
    adapter.identify()
    shop.uninstall()
    with pytest.raises(Unauthorized):
        adapter.identify()


READS: dict[str, Callable[[ShopAdapter], Any]] = {
    "identify": lambda adapter: adapter.identify(),
    "read_products": lambda adapter: adapter.read_products([ProductId("1")]),
    "products_of": lambda adapter: adapter.products_of([Hint(kind=HintKind.VARIANT, id="1")]),
    "sweep": lambda adapter: adapter.sweep(None),
    "search": lambda adapter: adapter.search("mug", 5),
    "ensure_webhooks": lambda adapter: adapter.ensure_webhooks(HOOK_URL),
}
TROUBLES: dict[str, Callable[[StagedShop], None]] = {
    "no answer": lambda shop: shop.time_out(),
    "a page with 200": lambda shop: shop.answer_html(200),
    "a page with 503": lambda shop: shop.answer_html(503),
    "500": lambda shop: shop.fail(500),
    "502": lambda shop: shop.fail(502),
    "a body of the wrong kind": lambda shop: shop.answer_nonsense(),
    "429": lambda shop: shop.fail(429),
}


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_trouble_that_passes_is_said_to_pass_and_does(shop: StagedShop, read: str, trouble: str):
    adapter = shop.open()
    adapter.identify()
    TROUBLES[trouble](shop)
    with pytest.raises(RetryLater) as waiting:
        READS[read](adapter)
    assert waiting.value.after_s > 0
    shop.recover()
    READS[read](adapter)


@pytest.mark.parametrize("read", READS)
def test_a_spent_limit_says_when_it_comes_back(shop: StagedShop, read: str):
    adapter = shop.open()
    adapter.identify()
    shop.throttle()
    with pytest.raises(RateLimited) as limited:
        READS[read](adapter)
    assert 0 < limited.value.after_s <= 60
    shop.recover()
    READS[read](adapter)


def test_every_problem_a_shop_can_name_has_a_text(slug: str):
    texts = registry.messages("shops", slug)
    folder = Path(registry.__file__).parent / "shops" / slug
    code = "".join(file.read_text() for file in folder.glob("*.py"))
    assert [name for name in texts["problems"] if f'"{name}"' not in code] == []
    assert [name for name in texts["fixes"] if f'"{name}"' not in code] == []


# Webhooks


def test_hooks_are_made_once_for_every_topic(shop: StagedShop):
    adapter = shop.open()
    first = adapter.ensure_webhooks(HOOK_URL)
    assert (first.healthy, first.removed) == ((), ())
    assert shop.hooks() == {topic: [HOOK_URL] for topic in first.created}
    second = adapter.ensure_webhooks(HOOK_URL)
    assert (set(second.healthy), second.created, second.removed) == (set(first.created), (), ())
    assert shop.hooks() == {topic: [HOOK_URL] for topic in first.created}


def test_a_hook_that_the_shop_removed_is_made_again_and_no_other(shop: StagedShop):
    adapter = shop.open()
    topics = adapter.ensure_webhooks(HOOK_URL).created
    shop.drop_hook(topics[0])
    healed = adapter.ensure_webhooks(HOOK_URL)
    assert (healed.created, healed.removed) == ((topics[0],), ())
    assert shop.hooks() == {topic: [HOOK_URL] for topic in topics}


def test_a_new_address_takes_the_place_of_the_old_one(shop: StagedShop):
    adapter = shop.open()
    topics = adapter.ensure_webhooks("https://old.example/webhooks/shop_1").created
    moved = adapter.ensure_webhooks(HOOK_URL)
    assert (set(moved.created), set(moved.removed)) == (set(topics), set(topics))
    assert shop.hooks() == {topic: [HOOK_URL] for topic in topics}


def test_the_address_of_another_shop_of_ours_is_left_alone(shop: StagedShop):
    adapter = shop.open()
    other = "https://listbridge.example/webhooks/shop_2"
    topics = adapter.ensure_webhooks(other).created
    assert adapter.ensure_webhooks(HOOK_URL).removed == ()
    assert {topic: set(uris) for topic, uris in shop.hooks().items()} == {
        topic: {other, HOOK_URL} for topic in topics
    }


@pytest.mark.parametrize("applied", [True, False])
def test_a_hook_care_cut_off_at_any_call_is_finished_by_the_next(slug: str, applied: bool):
    calls = 0
    while True:
        shop: StagedShop = staged_shop(slug)()
        adapter = shop.open()
        topics = adapter.ensure_webhooks("https://old.example/webhooks/shop_1").created
        shop.cut(calls, applied=applied)
        try:
            adapter.ensure_webhooks(HOOK_URL)
        except RetryLater:
            shop.recover()
            adapter.ensure_webhooks(HOOK_URL)
            assert shop.hooks() == {topic: [HOOK_URL] for topic in topics}
            calls += 1
        else:
            break  # fewer calls than that: every one of them has been cut
    assert calls > 2 * len(topics)


def test_an_address_that_the_shop_refuses_is_said_to_be_refused(shop: StagedShop):
    with pytest.raises(Rejected) as refused:
        shop.open().ensure_webhooks("ftp://listbridge.example/webhooks/shop_1")
    assert refused.value.problem.fix
    assert shop.hooks() == {}


def test_what_the_shop_sends_is_genuine_and_leads_to_the_product_that_changed(shop: StagedShop):
    adapter, scheme = shop.open(), shop.scheme()
    made = shop.add_product("MUG", stock=5)
    adapter.ensure_webhooks(HOOK_URL)
    shop.set_stock("MUG", 3)
    shop.set_price("MUG", "11.00")
    shop.place_order("MUG", 2)
    posted = shop.posted()
    assert len(posted) >= 3
    for body, headers in posted:
        assert scheme.verify(body, headers, shop.secrets, NOW) is True
        delivery = scheme.parse(body, headers)
        assert delivery.known is True
        assert adapter.products_of(delivery.hints) == (made.product,)


def test_the_shops_retry_has_the_id_of_the_first_try_and_another_event_has_not(shop: StagedShop):
    shop.add_product("MUG", stock=5)
    shop.open().ensure_webhooks(HOOK_URL)
    shop.set_stock("MUG", 3)
    shop.set_stock("MUG", 5)
    scheme = shop.scheme()
    posted = shop.posted()
    ids = [scheme.parse(body, headers).id for body, headers in posted]
    assert len(set(ids)) == len(ids) >= 2
    assert [scheme.parse(body, headers).id for body, headers in posted] == ids


def test_a_deleted_product_and_an_uninstalled_app_are_told(shop: StagedShop):
    made = shop.add_product("MUG")
    shop.open().ensure_webhooks(HOOK_URL)
    shop.delete_product(made.product)
    told = [hint for body, headers in shop.posted() for hint in shop.scheme().parse(body, headers).hints]
    assert Hint(kind=HintKind.PRODUCT, id=made.product) in told
    shop.uninstall()
    told = [hint for body, headers in shop.posted() for hint in shop.scheme().parse(body, headers).hints]
    assert told == [Hint(kind=HintKind.SHOP_GONE)]


def _without(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if "hmac" not in name and "signature" not in name}


def _with_signature(headers: dict[str, str], change: Callable[[str], str]) -> dict[str, str]:
    return {
        name: change(value) if "hmac" in name or "signature" in name else value
        for name, value in headers.items()
    }


FORGERIES: dict[str, Callable[[bytes, dict[str, str]], tuple[bytes, dict[str, str]]]] = {
    "no signature": lambda body, headers: (body, _without(headers)),
    "no headers": lambda body, headers: (body, {}),
    "an empty signature": lambda body, headers: (body, _with_signature(headers, lambda _: "")),
    "a blank signature": lambda body, headers: (body, _with_signature(headers, lambda _: "  ")),
    "a longer signature": lambda body, headers: (body, _with_signature(headers, lambda text: text + text)),
    "a shorter signature": lambda body, headers: (body, _with_signature(headers, lambda text: text[:-2])),
    "a reversed signature": lambda body, headers: (body, _with_signature(headers, lambda text: text[::-1])),
    "a signature beyond ascii": lambda body, headers: (
        body,
        _with_signature(headers, lambda text: "é" + text[1:]),
    ),
    "a byte more": lambda body, headers: (body + b" ", headers),
    "a byte less": lambda body, headers: (body[:-1], headers),
    "an empty body": lambda body, headers: (b"", headers),
    "the same JSON written otherwise": lambda body, headers: (
        json.dumps(json.loads(body), indent=1).encode(),
        headers,
    ),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_delivery_is_not_genuine(shop: StagedShop, forgery: str):
    body = b'{"id":1,"inventory_item_id":1}'
    headers = shop.signed(body, "products/update")
    assert shop.scheme().verify(body, headers, shop.secrets, NOW) is True
    forged_body, forged_headers = FORGERIES[forgery](body, headers)
    assert shop.scheme().verify(forged_body, forged_headers, shop.secrets, NOW) is False


@pytest.mark.parametrize("secrets", [[], [""], [" "], ["", "\t"], ["another"]])
def test_without_the_right_secret_nothing_is_genuine(shop: StagedShop, secrets: list[str]):
    body = b'{"id":1}'
    assert shop.scheme().verify(body, shop.signed(body, "products/update"), secrets, NOW) is False


def test_while_a_rotation_lasts_either_secret_is_good(shop: StagedShop):
    body = b'{"id":1}'
    headers = shop.signed(body, "products/update")
    assert shop.scheme().verify(body, headers, ["new", *shop.secrets], NOW) is True


def test_an_old_delivery_is_as_genuine_as_a_new_one(shop: StagedShop):
    body = b'{"id":1}'
    headers = shop.signed(body, "products/update")
    assert shop.scheme().verify(body, headers, shop.secrets, NOW + timedelta(days=30)) is True


@pytest.mark.parametrize(
    "body", [b"", b"{", b"not json", b"[]", b"null", b"1", b"\xff\xfe", b"{}", b"[" * 50_000]
)
def test_a_genuine_body_that_says_nothing_is_refused(shop: StagedShop, body: bytes):
    headers = shop.signed(body, "products/update")
    assert shop.scheme().verify(body, headers, shop.secrets, NOW) is True
    with pytest.raises(ValueError):  # noqa: PT011  # the port promises the class, not the text
        shop.scheme().parse(body, headers)


def test_a_topic_nobody_asked_for_is_unknown_and_no_error(shop: StagedShop):
    body = b'{"id":1}'
    delivery = shop.scheme().parse(body, shop.signed(body, "no_such/topic"))
    assert (delivery.known, delivery.hints) == (False, ())


def test_there_are_recorded_payloads_for_every_shop(slug: str):
    assert [file.name for file in RECORDED if file.parent.name == slug]


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_every_recorded_payload_is_understood(file: Path):
    shop: StagedShop = staged_shop(file.parent.name)()
    topic = shop.topic_of(file.name)
    body = file.read_bytes()
    headers = shop.signed(body, topic or "no_such/topic")
    assert shop.scheme().verify(body, headers, shop.secrets, NOW) is True
    delivery = shop.scheme().parse(body, headers)
    assert delivery.known is (topic != "")
    assert bool(delivery.hints) is (topic not in ("", "orders/edited"))
