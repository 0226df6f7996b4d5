"""Tokens that die, limits that are spent and answers that do not come: the same for every shop platform."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from listbridge import registry
from listbridge.domain.catalog import VariantFacts
from listbridge.domain.ids import ProductId
from listbridge.domain.ports import ShopAdapter
from listbridge.domain.verdicts import RateLimited, RetryLater, Unauthorized
from listbridge.domain.work import Hint, HintKind
from tests.contract.shops.staging import HOOK_URL, TROUBLES, StagedShop


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


READS: dict[str, Callable[[ShopAdapter], Any]] = {
    "identify": lambda adapter: adapter.identify(),
    "read_products": lambda adapter: adapter.read_products([ProductId("1")]),
    "products_of": lambda adapter: adapter.products_of([Hint(kind=HintKind.VARIANT, id="1")]),
    "sweep": lambda adapter: adapter.sweep(None),
    "search": lambda adapter: adapter.search("mug", 5),
    "ensure_webhooks": lambda adapter: adapter.ensure_webhooks(HOOK_URL),
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
    folder = Path(str(importlib.import_module(f"listbridge.shops.{slug}").__file__)).parent
    code = "".join(file.read_text() for file in folder.rglob("*.py"))
    assert [name for name in texts["problems"] if f'"{name}"' not in code] == []
    assert [name for name in texts["fixes"] if f'"{name}"' not in code] == []
