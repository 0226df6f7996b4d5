"""Etsy's writes carry a whole listing: what became of one that was lost is asked of all its variants, not only of those that it was for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from listbridge.domain.configuration import Account
from listbridge.domain.ids import ProductId
from listbridge.domain.work import Lane
from simulators.faults import Fault
from tests.fakes.world import ACCOUNT
from tests.faults.any_pair import PICTURE, AnyPair, any_pair

SMALL, LARGE = "JUMPER-S", "JUMPER-L"
TEN = Decimal("10.00")


@pytest.fixture
def p() -> AnyPair:
    made = any_pair("shopify", "etsy")
    made.sell(SMALL, LARGE)
    return made


def deeds(p: AnyPair) -> Any:
    stage: Any = p.market
    return stage.simulator.deeds


def quantities(p: AnyPair) -> dict[str, int]:
    """Of the one listing, if buyers can see it."""
    stage: Any = p.market
    [listing] = stage.simulator.world.listings.values()
    return {one.sku: one.quantity for one in listing.products} if listing.state == "active" else {}


def test_a_lost_write_that_lands_over_its_siblings_zero_does_not_stay(p: AnyPair) -> None:
    p.market.add_faults(Fault("updateListingInventory", "vendor", name="late", seconds=20.0))
    p.shop.set_price(SMALL, "12.00")
    p.run(5)
    p.shop.set_stock(LARGE, 0)
    p.run(10)
    assert p.world.row(p.key(LARGE)).accepted.quantity == 0
    assert quantities(p) == {SMALL: 5, LARGE: 0}
    p.run(10)  # what was lost is applied, with the five that it had read
    p.run(120)
    assert quantities(p) == {SMALL: 5, LARGE: 0}
    assert p.shown(SMALL) == (5, Decimal("12.00"))


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "status"])
def test_a_renewal_that_is_cut_leaves_no_piece_on_sale_of_what_is_at_zero(p: AnyPair, fault: Any) -> None:
    """Etsy gives a piece to everything that sold out with the listing; the write that takes it back is lost."""
    stores = p.world.stores
    account = stores.configuration.get(Account, ACCOUNT)
    stores.configuration.save(account.model_copy(update={"settings": {"renew_sold_out": True}}))
    p.buy(SMALL, 5)
    p.buy(LARGE, 5)
    p.run(15 * 60)
    assert quantities(p) == {}
    p.market.add_faults(Fault("updateListingInventory", fault, status=500))
    p.shop.set_stock(SMALL, 3)
    p.run(180)
    assert quantities(p)[LARGE] == 0
    p.run(15 * 60)  # one piece instead of three looks like a sale, until the orders are known
    assert quantities(p) == {SMALL: 3, LARGE: 0}


def test_a_renewal_whose_worker_dies_leaves_no_piece_on_sale_of_what_is_at_zero(p: AnyPair) -> None:
    stores = p.world.stores
    account = stores.configuration.get(Account, ACCOUNT)
    stores.configuration.save(account.model_copy(update={"settings": {"renew_sold_out": True}}))
    p.buy(SMALL, 5)
    p.buy(LARGE, 5)
    p.run(15 * 60)

    def die(request: Any, response: Any) -> None:
        if request.method == "PATCH":
            p.wire.on_answer.clear()
            p.fate.die_in(1)

    p.wire.on_answer.append(die)
    p.shop.set_stock(SMALL, 3)
    p.run(180)
    assert p.world.deaths == 1
    assert quantities(p)[LARGE] == 0
    p.run(15 * 60)
    assert quantities(p) == {SMALL: 3, LARGE: 0}


@pytest.mark.parametrize("sizes", [1, 15])
def test_a_change_of_all_variants_takes_two_calls_however_many_they_are(sizes: int) -> None:
    """150 are named by two nudges, which come one after the other."""
    p = any_pair("shopify", "etsy")
    skus = [f"J-{size}-{colour}" for size in range(sizes) for colour in range(10)]
    product = of_two_options(p, skus)
    p.world.sell(product)
    p.run(60)
    stage: Any = p.market
    journal, before = stage.simulator.world.journal, len(stage.simulator.world.journal)
    p.deaf = True
    for sku in skus:
        p.shop.set_stock(sku, 4)
    p.pump()
    p.deaf = False

    p.world.hint(product)
    while p.world.deliver(Lane.SHOP_EVENTS):
        pass
    assert p.world.stores.queues.depth(Lane.REVISE) == (len(skus) + 99) // 100
    while p.world.deliver(Lane.REVISE, 1):
        pass

    assert [call.operation for call in list(journal)[before:]] == ["getListingInventory", "updateListingInventory"]
    assert quantities(p) == dict.fromkeys(skus, 4)


def of_two_options(p: AnyPair, skus: list[str]) -> ProductId:
    shop: Any = p.shop
    variants = []
    for sku in skus:
        _, size, colour = sku.split("-")
        options = {"Size": f"S{size}", "Color": f"C{colour}"}
        variants.append({"sku": sku, "stock": 5, "price": "10.00", "options": options})
    made = shop.deeds.add_product(title="Jumper", variants=variants, images=[PICTURE])
    p.products |= dict.fromkeys(skus, ProductId(str(made["product_id"])))
    return p.products[skus[0]]
