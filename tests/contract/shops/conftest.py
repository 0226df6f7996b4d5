"""Every shop that the registry finds, and those that exist only in tests, each before its simulator."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from listbridge import registry
from listbridge.domain.ids import ShopOrderId
from listbridge.domain.ports import ShopAdapter
from listbridge.registry import slugs
from tests.contract.shops.created_orders import created
from tests.contract.shops.staging import StagedShop, staged_shop
from tests.fakes.order_drafts import draft, line
from tests.platforms_in_tests import SHOPS, installed


@pytest.fixture(params=[*slugs("shops"), *SHOPS])
def slug(request: pytest.FixtureRequest) -> Iterator[str]:
    with installed():
        yield str(request.param)


@pytest.fixture
def shop(slug: str) -> StagedShop:
    return staged_shop(slug)()


@pytest.fixture
def takes_orders(slug: str) -> None:
    if "orders" not in registry.shop(slug).capabilities:
        pytest.skip("takes no orders yet")


@pytest.fixture
def mug(shop: StagedShop) -> str:
    """A mug's variant, with 50 in stock."""
    return str(shop.add_product("MUG", stock=50).variants[0])


@pytest.fixture
def adapter(shop: StagedShop) -> ShopAdapter:
    return shop.open()


@pytest.fixture
def order(shop: StagedShop, adapter: ShopAdapter, mug: str) -> ShopOrderId:
    """Three mugs of one line, which became two lines of the shop's, and one of another."""
    of = draft(line("10.00", variant=mug, quantity=3), line("4.00", id="10002", variant=mug))
    return created(shop, adapter, of).id
