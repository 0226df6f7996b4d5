"""S28 and S29: what is neither quantity nor price is sent by hand alone, by a full revise."""

from __future__ import annotations

from tests.seller.merchant import Merchant


def title_there(merchant: Merchant) -> str:
    """What stands on the marketplace as the title of MUG."""
    world = merchant.hers().world
    if merchant.slug == "ebay":
        return str(world.sellers["anna"].items["MUG"].data["product"]["title"])
    merchant.offers()  # what was taken in is decided
    if merchant.slug == "etsy":
        (listing,) = world.listings.values()
        return str(listing.title)
    item = world.listings.items(world.seller("anna"))["MUG"]
    (site,) = item.sites.values()
    return str(site.first("item_name"))


def renamed(merchant: Merchant) -> list[str]:
    """MUG gets another title in the shop, and the shop tells; what was written to the marketplace."""
    product = merchant.row("MUG")["product"]
    merchant.its.shopify.deeds.edit_product(product, title="A better mug")
    return merchant.writes_of(lambda: merchant.tell("MUG"))


def test_s28_a_new_title_is_not_sent_automatically_and_the_listing_says_that_it_changed(merchant: Merchant) -> None:
    merchant.on_sale("MUG")
    assert renamed(merchant) == []
    assert title_there(merchant) == "Mug"
    assert merchant.explain("MUG")["content_changed"] is True


def test_s28_an_update_of_quantity_and_price_carries_no_content(merchant: Merchant) -> None:
    merchant.on_sale("MUG")
    renamed(merchant)
    merchant.restock("MUG", 3)
    merchant.act("revise")
    assert (merchant.offers()["MUG"].quantity, title_there(merchant)) == (3, "Mug")


def test_s29_a_full_revise_sends_it(merchant: Merchant) -> None:
    merchant.on_sale("MUG")
    renamed(merchant)
    merchant.act("full_revise")
    assert title_there(merchant) == "A better mug"
    assert merchant.explain("MUG")["content_changed"] is False


def test_s29_each_marketplace_has_a_word_for_it(merchant: Merchant) -> None:
    (platform,) = [one for one in merchant.its.get("/platforms")["platforms"] if one["slug"] == merchant.slug]
    words = {"ebay": "Full revise", "amazon": "Update everything", "etsy": "Update"}
    assert platform["actions"]["full_revise"] == words[merchant.slug]
    apart = {"revise_quantity", "revise_price"} & platform["actions"].keys()
    assert apart == (set() if merchant.slug == "etsy" else {"revise_quantity", "revise_price"})
