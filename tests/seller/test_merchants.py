"""The same words mean the same on every marketplace."""

from __future__ import annotations

from decimal import Decimal

from tests.seller.merchant import Merchant, Offered, only


def test_what_is_sent_is_offered_and_follows_the_shop(merchant: Merchant) -> None:
    merchant.on_sale("MUG")
    assert merchant.offers() == {"MUG": Offered(7, Decimal("12.50"))}
    assert merchant.writes_of(lambda: merchant.restock("MUG", 3)) != []
    merchant.reprice("MUG", "13.50")
    assert merchant.offers() == {"MUG": Offered(3, Decimal("13.50"))}
    assert merchant.reason("MUG") is None


def test_what_is_only_in_the_list_is_offered_to_nobody(merchant: Merchant) -> None:
    assert merchant.writes_of(lambda: merchant.in_list("MUG")) == []
    assert merchant.offers() == {}


@only("ebay")
def test_a_test_may_keep_to_one_marketplace(merchant: Merchant) -> None:
    assert merchant.slug == "ebay"
