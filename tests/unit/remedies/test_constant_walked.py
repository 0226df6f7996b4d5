"""What does not move with the shop although nothing holds it back: the fix that is named is done, and it follows."""

from __future__ import annotations

from tests.unit.functions.seller import Seller
from tests.unit.remedies.listing_words import did, follows, on_sale
from tests.unit.remedies.walks import heard, named, reason, walks


@walks("hidden_in_shop")
def test_a_hidden_product_is_shown_again(seller: Seller) -> None:
    product = on_sale(seller)
    seller.its.shopify.deeds.set_status(product, "DRAFT")
    heard(seller, product)
    named(reason(seller, "MUG"), "hidden_in_shop", "show_in_shop")
    seller.its.shopify.deeds.set_status(product, "ACTIVE")
    heard(seller, product)
    assert (follows(seller), seller.live_offers()) == (True, {"MUG": 7})


@walks("stock_not_tracked")
def test_an_item_without_stock_is_counted(seller: Seller) -> None:
    product = on_sale(seller)
    seller.its.shopify.deeds.set_tracked(False, sku="MUG")
    heard(seller, product)
    named(reason(seller, "MUG"), "stock_not_tracked", "track_stock_in_shop")
    seller.its.shopify.deeds.set_tracked(True, sku="MUG")
    heard(seller, product)
    assert (follows(seller), seller.live_offers()) == (True, {"MUG": 7})


@walks("quantity_constant", "price_constant")
def test_a_constant_rule_is_changed(seller: Seller) -> None:
    on_sale(seller)
    path = f"/sales-lists/{seller.list}"
    for name, code, value in [("quantity", "quantity_constant", 3), ("price", "price_constant", "9.99")]:
        seller.its.patch(path, {"rules": {name: {"mode": "fixed", "value": value}}})
        seller.its.run()
        named(reason(seller, "MUG"), code, f"change_{name}_rule")
        seller.its.patch(path, {"rules": {name: None}})
        seller.its.run()
        assert follows(seller)


@walks("content_by_hand")
def test_a_new_title_is_sent_by_full_revise(seller: Seller) -> None:
    product = on_sale(seller)
    seller.its.shopify.deeds.set_title(product, "A better mug")
    heard(seller, product)
    path = f"/listings/{seller.row('MUG')['listing']['id']}/explain"
    story = seller.its.get(path)
    named(story["content"], "content_by_hand", "full_revise")
    assert story["content_changed"]
    assert did(seller, "full_revise") == "done"
    assert not seller.its.get(path)["content_changed"]
