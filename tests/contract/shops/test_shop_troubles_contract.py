"""Tokens that die, limits that are spent and answers that do not come: the same for every shop platform."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from listbridge.domain.catalog import VariantFacts
from listbridge.domain.ids import ProductId
from listbridge.domain.ports import ShopAdapter
from listbridge.domain.verdicts import RateLimited, RetryLater, Unauthorized
from listbridge.domain.work import Hint, HintKind
from tests.contract.adapter_texts import untold, unused_texts
from tests.contract.shops.staging import HOOK_URL, TROUBLES, StagedProduct, StagedShop


def only(shop: StagedShop, product: ProductId, sku: str, adapter: ShopAdapter | None = None) -> VariantFacts:
    """The one variant with this SKU, as read now."""
    (facts,) = (adapter or shop.open()).read_products([product]).products
    (variant,) = [one for one in facts.variants if one.sku == sku]
    return variant


def test_a_refused_token_is_replaced_by_a_fresh_one(shop: StagedShop):
    if not shop.renews_tokens:
        pytest.skip("the credentials themselves are what opens it")
    made = shop.add_product("MUG")
    adapter = shop.open()
    adapter.identify()
    granted = shop.grants()
    shop.expire_tokens()
    assert only(shop, made.product, "MUG", adapter).sku == "MUG"
    assert shop.grants() == granted + 1


def test_a_token_whose_answer_is_lost_comes_at_the_next_try_or_the_shop_is_connected_again(shop: StagedShop):
    if not shop.renews_tokens:
        pytest.skip("the credentials themselves are what opens it")
    adapter = shop.open()
    adapter.identify()
    shop.expire_tokens()
    shop.lose_a_token()
    with pytest.raises(RetryLater):
        adapter.identify()
    shop.recover()
    if shop.gives_token_again:
        assert adapter.identify().currency == "EUR"
        return
    with pytest.raises(Unauthorized) as dead:
        adapter.identify()
    assert dead.value.problem.fix


def test_refused_credentials_are_said_to_be_dead_after_one_fresh_try(shop: StagedShop):
    adapter = shop.open()
    adapter.identify()
    granted = shop.grants()
    shop.refuse_credentials()
    with pytest.raises(Unauthorized) as refused:
        adapter.identify()
    assert refused.value.problem.fix
    assert shop.grants() == granted + shop.renews_tokens


def test_an_uninstalled_app_is_unauthorized(shop: StagedShop):
    adapter = shop.open()
    adapter.identify()
    shop.uninstall()
    with pytest.raises(Unauthorized):
        adapter.identify()


READS: dict[str, Callable[[ShopAdapter, StagedProduct], Any]] = {
    "identify": lambda adapter, _: adapter.identify(),
    "read_products": lambda adapter, made: adapter.read_products([made.product]),
    "products_of": lambda adapter, made: adapter.products_of([Hint(kind=HintKind.VARIANT, id=made.variants[0])]),
    "sweep": lambda adapter, _: adapter.sweep(None),
    "search": lambda adapter, _: adapter.search("mug", 5),
    "ensure_webhooks": lambda adapter, _: adapter.ensure_webhooks(HOOK_URL),
}
"""Of a product that is there, for an adapter may know that an id cannot be one, and ask for nothing."""


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_trouble_that_passes_is_said_to_pass_and_does(shop: StagedShop, read: str, trouble: str):
    made, adapter = shop.add_product("MUG"), shop.open()
    adapter.identify()
    TROUBLES[trouble](shop)
    with pytest.raises(RetryLater) as waiting:
        READS[read](adapter, made)
    assert waiting.value.after_s > 0
    shop.recover()
    READS[read](adapter, made)


@pytest.mark.parametrize("read", READS)
def test_a_spent_limit_says_when_it_comes_back(shop: StagedShop, read: str):
    made, adapter = shop.add_product("MUG"), shop.open()
    adapter.identify()
    told = shop.throttle()
    with pytest.raises(RateLimited) as limited:
        READS[read](adapter, made)
    assert 0 < limited.value.after_s <= 60
    assert told is None or limited.value.after_s == told
    shop.recover()
    READS[read](adapter, made)


def test_every_problem_a_shop_can_name_has_a_text(slug: str):
    assert untold("shops", slug) == set()


def test_every_text_of_a_shop_is_of_a_problem_that_it_can_name(slug: str):
    assert unused_texts("shops", slug) == set()
