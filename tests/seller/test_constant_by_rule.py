"""What does not move with the shop because a rule makes it constant, or because only a person sends it: each says so, names what
helps, and a zero still goes."""

from __future__ import annotations

from decimal import Decimal

from tests.seller.merchant import Merchant, Offered, only


def test_a05_always_one_is_constant_by_rule_and_still_goes_to_zero(merchant: Merchant) -> None:
    merchant.edit(f"/sales-lists/{merchant.list}", rules={"quantity": {"mode": "fixed", "value": 1}})
    merchant.on_sale("MUG", stock=7)
    assert merchant.writes_of(lambda: merchant.restock("MUG", 3)) == []
    told = merchant.reason("MUG")
    assert (told["code"], told["fix"], told["params"]) == ("quantity_constant", "change_quantity_rule", {"value": "1"})
    assert merchant.offers() == {"MUG": Offered(1, Decimal("12.50"))}
    merchant.restock("MUG", 0)
    assert merchant.sold_out("MUG")


def test_a06_a_custom_number_is_constant_by_rule_and_still_goes_to_zero(merchant: Merchant) -> None:
    merchant.on_sale("MUG", stock=7)
    merchant.edit(f"/accounts/{merchant.account}", rules={"quantity": {"mode": "fixed", "value": 4}})
    assert merchant.offers()["MUG"].quantity == 4
    assert merchant.writes_of(lambda: merchant.restock("MUG", 6)) == []
    assert merchant.reason("MUG")["code"] == "quantity_constant"
    merchant.restock("MUG", 0)
    assert merchant.sold_out("MUG")
    merchant.edit(f"/accounts/{merchant.account}", rules={"quantity": None})
    merchant.restock("MUG", 5)
    assert (merchant.offers()["MUG"].quantity, merchant.reason("MUG")) == (5, None)


def test_a07_a_fixed_price_is_constant_by_rule_while_the_quantity_follows(merchant: Merchant) -> None:
    merchant.edit(f"/sales-lists/{merchant.list}", rules={"price": {"mode": "fixed", "value": "9.99"}})
    merchant.on_sale("MUG", stock=7, price="12.50")
    assert merchant.writes_of(lambda: merchant.reprice("MUG", "20.00")) == []
    told = merchant.reason("MUG")
    assert (told["code"], told["fix"], told["params"]) == ("price_constant", "change_price_rule", {"value": "9.99"})
    merchant.restock("MUG", 2)
    assert merchant.offers() == {"MUG": Offered(2, Decimal("9.99"))}
    merchant.restock("MUG", 0)
    assert merchant.sold_out("MUG")


def test_a12_titles_are_sent_by_hand_only(merchant: Merchant) -> None:
    product = merchant.on_sale("MUG")
    merchant.its.shopify.deeds.set_title(product, "A better mug")
    assert merchant.writes_of(lambda: merchant.tell("MUG")) == []
    story = merchant.explain("MUG")
    assert (story["content"]["code"], story["content"]["fix"]) == ("content_by_hand", "full_revise")
    assert (story["content_changed"], story["reason"]) == (True, None)
    assert merchant.act("full_revise")["state"] == "done"
    assert merchant.explain("MUG")["content_changed"] is False


def test_a15_what_the_shop_does_not_count_shows_a_set_number(merchant: Merchant) -> None:
    merchant.on_sale("MUG", stock=7)
    merchant.its.shopify.deeds.set_tracked(False, sku="MUG")
    merchant.tell("MUG")
    told = merchant.reason("MUG")
    assert (told["code"], told["fix"], told["params"]) == ("stock_not_tracked", "track_stock_in_shop", {"value": "10"})
    assert merchant.offers()["MUG"].quantity == 10
    merchant.its.shopify.deeds.set_tracked(True, sku="MUG")
    merchant.restock("MUG", 3)
    assert (merchant.offers()["MUG"].quantity, merchant.reason("MUG")) == (3, None)


def test_a16_what_the_shop_hides_shows_zero_and_comes_back(merchant: Merchant) -> None:
    product = merchant.on_sale("MUG", stock=7)
    merchant.its.shopify.deeds.set_status(product, "DRAFT")
    merchant.tell("MUG")
    told = merchant.reason("MUG")
    assert (told["code"], told["fix"]) == ("hidden_in_shop", "show_in_shop")
    assert merchant.sold_out("MUG")
    merchant.its.shopify.deeds.set_status(product, "ACTIVE")
    merchant.tell("MUG")
    assert (merchant.offers()["MUG"].quantity, merchant.reason("MUG")) == (7, None)


@only("amazon")
def test_a11_what_amazon_ships_keeps_amazons_quantity_and_takes_our_price(merchant: Merchant) -> None:
    merchant.in_list("MUG", stock=7)
    deeds = merchant.hers().deeds
    deeds.seed_listings("anna", ["MUG"], site="A1PA6795UKMFR9", quantity=50, fba=True)
    merchant.act("link")
    merchant.act("align")
    story = merchant.explain("MUG")
    assert (story["quantity"]["reason"]["code"], story["quantity"]["reason"]["fix"]) == (
        "stock_kept_by_marketplace",
        "ship_it_yourself",
    )
    assert story["price"]["reason"] is None
    merchant.restock("MUG", 1)
    merchant.reprice("MUG", "15.00")
    assert merchant.offers() == {"MUG": Offered(50, Decimal("15.00"))}
