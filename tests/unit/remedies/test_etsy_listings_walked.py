"""What Etsy keeps a listing's values back for: the deed that is named is done, and the listing follows the shop again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from listbridge import bootstrap
from listbridge.infra import settings
from tests.unit.remedies.etsy_installation import EtsyInstallation, EtsySeller, in_list, shown
from tests.unit.remedies.walks import ETSY, entry, heard, named, reason, walks


@pytest.fixture
def seller(monkeypatch: pytest.MonkeyPatch) -> Iterator[EtsySeller]:
    monkeypatch.delenv("PUBLIC_BASE_URL", raising=False)
    settings.forget()
    yield EtsySeller(EtsyInstallation())
    bootstrap.use(None)
    settings.forget()


def on_sale(seller: EtsySeller, *skus: str) -> str:
    product = in_list(seller, *skus)
    seller.its.act(seller.list, "send")
    assert shown(seller.its) == dict.fromkeys(skus or ("MUG",), 7)
    return product


def listing_of(seller: EtsySeller) -> int:
    [id] = seller.its.etsy.world.listings
    return int(id)


def changed(seller: EtsySeller, product: str, *, stock: int | None = None, price: str = "") -> None:
    if stock is not None:
        seller.its.shopify.deeds.set_stock(stock, None, sku="MUG")
    if price:
        seller.its.shopify.deeds.set_price(price, sku="MUG")
    heard(seller, product)


def agree(seller: EtsySeller) -> None:
    seller.its.patch(f"/accounts/{seller.account}", {"settings": {"renew_sold_out": True}})
    seller.its.run()


def kept_back(seller: EtsySeller, code: str, fix: str) -> None:
    told = named(reason(seller, "MUG"), "update_failed", fix)
    assert told["params"]["reason"] == code


@walks("etsy_renewal_costs_fee", on=ETSY)
@pytest.mark.parametrize("agrees", [False, True])
def test_what_sold_out_is_renewed_by_hand_or_by_a_seller_who_agreed_to_the_fee(
    seller: EtsySeller, agrees: bool
) -> None:
    product = on_sale(seller)
    seller.its.etsy.deeds.change_quantity("MUG", 0)
    changed(seller, product, stock=9)
    kept_back(seller, "etsy_renewal_costs_fee", "renew_listing")
    assert shown(seller.its) == {}
    if agrees:
        agree(seller)
        changed(seller, product, stock=8)
    else:
        assert entry(seller, seller.its.act(seller.list, "full_revise"), "MUG")["outcome"] == "done"
    assert (reason(seller, "MUG"), shown(seller.its)) == (None, {"MUG": 8 if agrees else 9})


@walks("etsy_change_without_effect", on=ETSY)
def test_a_listing_that_may_be_edited_again_is_updated(seller: EtsySeller) -> None:
    product = on_sale(seller)
    seller.its.etsy.deeds.freeze_listing(listing_of(seller), "silent")
    changed(seller, product, stock=3)
    kept_back(seller, "etsy_change_without_effect", "check_listing_on_etsy")
    seller.its.etsy.deeds.freeze_listing(listing_of(seller), "")
    assert entry(seller, seller.its.act(seller.list, "full_revise"), "MUG")["outcome"] == "done"
    assert (reason(seller, "MUG"), shown(seller.its)) == (None, {"MUG": 3})


@walks("etsy_sku_twice", on=ETSY)
def test_variations_get_skus_of_their_own_on_etsy(seller: EtsySeller) -> None:
    product = on_sale(seller, "MUG", "PLATE")
    seller.its.etsy.deeds.change_sku("PLATE", "MUG")
    changed(seller, product, stock=3)
    kept_back(seller, "etsy_sku_twice", "tell_skus_apart_on_etsy")
    listing = seller.its.etsy.world.listings[listing_of(seller)]
    listing.products[1].sku = "PLATE"
    assert entry(seller, seller.its.act(seller.list, "full_revise"), "MUG")["outcome"] == "done"
    assert (reason(seller, "MUG"), shown(seller.its)) == (None, {"MUG": 3, "PLATE": 7})
