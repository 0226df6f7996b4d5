"""A product that the marketplace does not take as a whole is refused before the marketplace is asked."""

from __future__ import annotations

from listbridge.domain.configuration import SalesList
from listbridge.domain.listings.listing import Status
from listbridge.domain.work import PublishKind
from listbridge.services.listings.items.remove_items import remove_items
from tests.fakes.world import LIST, SHOP
from tests.faults.pair import pair


def test_a_product_with_too_many_values_is_refused_with_both_numbers_and_without_a_single_call() -> None:
    p = pair()
    skus = [f"SIZE-{n}" for n in range(61)]
    product = p.add_product(*skus, title="Jumper")
    p.ebay.world.journal.clear()
    p.world.add(product)
    p.world.action(PublishKind.SEND, product)
    p.world.settle()
    rows = [p.world.row(p.key(sku)) for sku in skus]
    assert {row.status for row in rows} == {Status.ERROR}
    assert {row.hold.code for row in rows if row.hold} == {"ebay_too_many_values"}
    assert rows[0].hold is not None
    assert dict(rows[0].hold.params) == {"option": "Size", "count": "61", "max": "60"}
    assert rows[0].hold.fix == "split_product"
    assert [entry.operation for entry in p.ebay.world.journal] == []


def test_the_same_product_sells_when_its_list_holds_as_many_as_fit() -> None:
    p = pair()
    skus = [f"SIZE-{n}" for n in range(61)]
    product = p.add_product(*skus, title="Jumper")
    p.world.add(product)
    last = next(i for i in p.world.deps.items.of_product(SHOP, product) if i.sku == "SIZE-60")
    remove_items(p.world.deps, p.world.deps.configuration.get(SalesList, LIST), [last], "seller")
    p.world.action(PublishKind.SEND, product)
    p.world.settle()
    assert [len(variations) for _, variations in p.live()] == [60]
