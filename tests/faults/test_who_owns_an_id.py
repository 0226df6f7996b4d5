"""What a delivery names may be a variant that we know and the shop no longer has: our own table says whose it was."""

from __future__ import annotations

import pytest

from listbridge.domain.ids import ProductId
from listbridge.domain.work import Hint, HintKind, Lane, ShopEvent
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.world import SHOP
from tests.faults.seeded import seed


@pytest.fixture
def s() -> Scripted:
    return scripted_world()


def told(s: Scripted, *hints: tuple[HintKind, str]) -> None:
    event = ShopEvent(shop=SHOP, hints=tuple(Hint(kind=kind, id=id) for kind, id in hints))
    s.world.stores.queues.send(Lane.SHOP_EVENTS, event)
    s.world.run(60)


@pytest.mark.parametrize("kind", [HintKind.PRODUCT, HintKind.VARIANT])
def test_a_deleted_variant_that_is_named_by_its_own_id_sells_no_longer(s: Scripted, kind: HintKind) -> None:
    """WooCommerce tells the deletion of a variation as that of a product; to Shopware each variant is one."""
    keys = seed(s, 2, variants=2)
    gone = s.shop.variant("S0-1")
    s.shop.drop_variant("S0-1")
    told(s, (kind, gone))
    assert [s.world.row(key).computed.quantity for key in keys] == [5, 0, 5, 5]
    assert [sent.key for sent in s.market.sent] == [keys[1]]


@pytest.mark.parametrize("kind", [HintKind.PRODUCT, HintKind.VARIANT])
def test_a_changed_variant_that_is_named_by_its_own_id_has_its_product_read(s: Scripted, kind: HintKind) -> None:
    keys = seed(s, 2, variants=2)
    s.shop.set("S1-0", stock=3)
    told(s, (kind, s.shop.variant("S1-0")))
    assert [s.world.row(key).computed.quantity for key in keys] == [5, 5, 3, 5]


def test_a_product_whose_deletion_is_told_as_that_of_a_variant_sells_no_longer(s: Scripted) -> None:
    keys = seed(s, 2)
    s.shop.products.pop(ProductId("S0"))
    told(s, (HintKind.VARIANT, "S0"))
    assert [s.world.row(key).computed.quantity for key in keys] == [0, 5]


def test_whose_a_known_variant_is_the_shop_is_not_asked(s: Scripted) -> None:
    seed(s, 2, variants=2)
    told(s, (HintKind.VARIANT, s.shop.variant("S1-0")))
    assert "shop.products_of" not in s.fate.calls


def test_whose_a_new_variant_is_the_shop_is_asked(s: Scripted) -> None:
    seed(s, 1)
    s.shop.put("new", "NEW-0", "NEW-1")
    told(s, (HintKind.VARIANT, s.shop.variant("NEW-1")))
    assert s.fate.calls.count("shop.products_of") == 1
    assert {row.facts.sku for row in s.world.stores.variants.of_product(SHOP, ProductId("new"))} == {"NEW-0", "NEW-1"}


def test_what_nobody_knows_is_read_once_and_left(s: Scripted) -> None:
    keys = seed(s, 2)
    told(s, (HintKind.PRODUCT, "elsewhere"), (HintKind.VARIANT, "nobodys"))
    assert [s.world.row(key).computed.quantity for key in keys] == [5, 5]
    assert s.market.sent == []
    assert s.world.dead_letters() == []
