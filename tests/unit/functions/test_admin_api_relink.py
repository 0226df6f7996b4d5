"""A product that was created again in the shop is offered for re-linking, and one call does it."""

from __future__ import annotations

import pytest

from listbridge.domain.work import Hint, HintKind, Lane, ShopEvent
from tests.unit.functions.installation import Installation
from tests.unit.functions.seller import Seller


@pytest.fixture
def seller() -> Seller:
    return Seller(Installation())


def deleted(seller: Seller, *skus: str) -> None:
    """Sold, and then deleted in the shop."""
    product = seller.its.add_product(*skus)
    seller.its.add_items(seller.list, product)
    seller.its.act(seller.list, "send")
    assert set(seller.live_offers()) == set(skus)
    seller.its.shopify.deeds.delete_product(product)
    hint = Hint(kind=HintKind.PRODUCT, id=product)
    seller.its.stores.queues.send(Lane.SHOP_EVENTS, ShopEvent(shop=seller.shop, hints=(hint,)))  # type: ignore[arg-type]
    seller.its.run()
    assert seller.live_offers() == {}


@pytest.mark.parametrize("skus", [("MUG",), ("MUG-S", "MUG-M", "MUG-L")])
def test_a_new_product_with_the_old_skus_is_offered_for_relinking_and_then_sells(
    seller: Seller, skus: tuple[str, ...]
) -> None:
    deleted(seller, *skus)
    old = seller.row(skus[0])
    assert (old["listing"]["reason"]["code"], old["listing"]["reason"]["fix"]) == ("gone_from_shop", "relink")
    again = seller.its.add_product(*skus, title="Mug again", stock=3)
    seller.its.add_items(seller.list, again)
    offered = [row["problem"] for row in seller.its.items(seller.list) if row["problem"] is not None]
    assert {(problem["code"], problem["fix"]) for problem in offered} == {("made_anew", "relink")}
    assert again in offered[0]["text"]
    answer = seller.its.post(f"/shops/{seller.shop}/relink", {"product": again}, expect=200)
    assert sorted(row["sku"] for row in answer["listings"]) == sorted(skus)
    assert {row["problem"] for row in answer["listings"]} == {None}
    seller.its.run()
    assert seller.live_offers() == dict.fromkeys(skus, 3)
    rows = seller.its.items(seller.list)
    assert {row["listing"]["product"] for row in rows} == {again}
    assert len(rows) == len(skus)


def test_a_product_that_has_nothing_to_relink_is_refused_with_a_reason(seller: Seller) -> None:
    product = seller.its.add_product("MUG")
    seller.its.add_items(seller.list, product)
    answer = seller.its.call("POST", f"/v1/shops/{seller.shop}/relink", {"product": product})
    assert (answer.status, answer.body["problem"]["code"]) == (409, "nothing_to_relink")
    assert seller.row("MUG")["listing"]["product"] == product


def test_a_viewer_may_not_relink(seller: Seller) -> None:
    answer = seller.its.call("POST", f"/v1/shops/{seller.shop}/relink", {"product": "1"}, groups="viewer")
    assert answer.status == 403
