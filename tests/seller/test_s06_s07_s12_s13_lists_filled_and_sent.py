"""S6, S7, S12 and S13: how items come into a list, and how they come to be sent."""

from __future__ import annotations

from typing import Any

import pytest

from tests.seller.merchant import Merchant
from tests.unit.functions.mirroring import enter, limit, mirror
from tests.unit.remedies.walks import heard


def added(merchant: Merchant, choice: dict[str, Any]) -> Any:
    job = merchant.its.post(f"/sales-lists/{merchant.list}/items", choice, expect=202)["job"]
    merchant.its.run()
    return merchant.its.get(f"/jobs/{job['id']}")


def test_s06_items_of_a_product_list_are_those_that_were_added_by_hand(merchant: Merchant) -> None:
    mug, cup, bowl = (merchant.its.add_product(sku, title=f"Blue {sku}") for sku in ("MUG", "CUP", "BOWL"))
    edit, deeds = merchant.its.shopify.deeds.edit_product, merchant.its.shopify.deeds
    edit(mug, vendor="Acme", tags=["gift"])
    edit(cup, vendor="Other", tags=["sale"])
    edit(bowl, vendor="Other", tags=["sale"])
    shelf = str(deeds.add_collection(title="Winter", product_ids=[int(bowl)])["collection_id"])
    merchant.its.run()
    assert merchant.statuses() == {}, "nothing comes into it unasked"
    for choice, skus in (
        ({"products": [mug]}, {"MUG"}),
        ({"tag": "sale"}, {"MUG", "CUP", "BOWL"}),
        ({"collection": shelf}, {"MUG", "CUP", "BOWL"}),
        ({"vendor": "Acme"}, {"MUG", "CUP", "BOWL"}),
        ({"search": "blue"}, {"MUG", "CUP", "BOWL"}),
        ({"catalogue": True}, {"MUG", "CUP", "BOWL"}),
    ):
        assert added(merchant, choice)["state"] == "done"
        assert set(merchant.statuses()) == skus
    later = merchant.its.add_product("LATER", title="Blue LATER")
    edit(later, vendor="Acme", tags=["sale"])
    heard(merchant, later)
    assert "LATER" not in merchant.statuses(), "a choice is made once"
    assert merchant.offers() == {}


def test_s07_selected_items_are_published_by_send_to_marketplace(merchant: Merchant) -> None:
    merchant.in_list("A")
    merchant.in_list("B")
    merchant.act("send", [merchant.row("A")["id"]])
    assert set(merchant.offers()) == {"A"}
    assert merchant.statuses() == {"A": "active", "B": "not_active"}


def test_s12_auto_export_is_off_until_the_seller_enables_it(merchant: Merchant) -> None:
    told = merchant.its.get(f"/sales-lists/{merchant.list}")
    assert (told["auto_export"], told["auto_export_since"]) == (False, None)
    mirror(merchant, auto_export=False)
    enter(merchant, merchant.its.add_product("NEW"), new=False)
    merchant.timer("sweep")
    assert (merchant.offers(), merchant.statuses()) == ({}, {"NEW": "not_active"})


def test_s13_with_auto_export_on_every_new_product_is_published_and_no_old_one(merchant: Merchant) -> None:
    mirror(merchant)
    enter(merchant, merchant.its.add_product("OLD"), new=False)
    enter(merchant, merchant.its.add_product("NEW"), merchant.its.add_product("ALSO"))
    assert set(merchant.offers()) == {"NEW", "ALSO"}
    merchant.timer("sweep")
    assert set(merchant.offers()) == {"NEW", "ALSO"}
    assert merchant.its.get(f"/sales-lists/{merchant.list}/exports")["sent_today"] == 2


@pytest.mark.parametrize("hinders", ["draft", "sold out"])
def test_s13_what_cannot_be_published_yet_is_published_as_soon_as_it_can(merchant: Merchant, hinders: str) -> None:
    mirror(merchant)
    product = merchant.its.add_product("NEW", stock=0 if hinders == "sold out" else 7)
    if hinders == "draft":
        merchant.its.shopify.deeds.set_status(product, "DRAFT")
    enter(merchant, product)
    (waiting,) = merchant.its.get(f"/sales-lists/{merchant.list}/members", state="waiting")["members"]
    reasons = {"draft": "not_visible_yet", "sold out": "waits_for_stock"}
    assert (merchant.offers(), waiting["reason"]["code"]) == ({}, reasons[hinders])
    if hinders == "draft":
        merchant.its.shopify.deeds.set_status(product, "ACTIVE")
    else:
        merchant.its.shopify.deeds.set_stock(sku="NEW", available=3)
    heard(merchant, product)
    assert set(merchant.offers()) == {"NEW"}


def test_s13_publishing_stops_at_the_accounts_limit_and_asks(merchant: Merchant) -> None:
    default = {"amazon": 200, "ebay": 200, "etsy": 20}[merchant.slug]
    assert merchant.its.get(f"/sales-lists/{merchant.list}/exports")["limit"] == default
    mirror(merchant)
    limit(merchant, 1)
    enter(merchant, *(merchant.its.add_product(sku) for sku in ("A", "B", "C")))
    assert len(merchant.offers()) == 1
    told = merchant.its.get(f"/sales-lists/{merchant.list}/exports")
    job = merchant.its.get(f"/jobs/{told['question']}")
    fees = {"fees": "0.40 USD"} if merchant.slug == "etsy" else {}
    assert (job["affected"], job["reason"]["params"]) == (2, {"products": "2", "limit": "1", **fees})
    merchant.its.post(f"/jobs/{told['question']}/approve", expect=200)
    merchant.its.run()
    assert set(merchant.offers()) == {"A", "B", "C"}
