"""A dry run of every action: the exact change of each item and what it costs, and nothing written anywhere."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from listbridge.domain.configuration import Account
from tests.seller.merchant import Merchant, only

LIVE = ("revise", "align", "full_revise", "stop", "stop_and_remove", "unlink")
EUR = {"currency": "EUR"}


def dry(merchant: Merchant, action: str, items: Any = "all") -> Any:
    """The dry run's job, as it ended."""
    body = {"action": action, "items": items, "dry_run": True}
    job = merchant.its.post(f"/sales-lists/{merchant.list}/actions", body, expect=202)["job"]
    merchant.its.run()
    return merchant.its.get(f"/jobs/{job['id']}")


def entries(merchant: Merchant, job: Any) -> dict[str, Any]:
    told = merchant.its.get(f"/jobs/{job['id']}/entries")["entries"]
    return {one["item"].split("#")[-1]: one for one in told}


def rows(merchant: Merchant) -> Any:
    """All that we keep of the account's listings, the shop's variants and the sales list."""
    stores = merchant.its.stores
    listings = stores.listings.of_account(merchant.account, None, 100)[0]
    variants = stores.variants.get_many({row.variant for row in listings})
    items = stores.items.of_list(merchant.list, None, 100)[0]
    return listings, variants, items, stores.configuration.get(Account, merchant.account)


def ready(merchant: Merchant, action: str) -> None:
    """MUG as the action takes it, with another stock and price in the shop that nobody has told yet."""
    (merchant.on_sale if action in LIVE else merchant.in_list)("MUG")
    if action in ("link", "relist"):
        merchant.act("send")
        merchant.act("stop" if action == "relist" else "unlink")
    merchant.its.shopify.deeds.set_stock(sku="MUG", available=3)


@pytest.mark.parametrize("action", ["send", "link", "relist", "remove", *LIVE])
def test_nothing_is_written_anywhere(merchant: Merchant, action: str) -> None:
    ready(merchant, action)
    before, offers = rows(merchant), merchant.offers()
    listing = merchant.row("MUG")["listing"]["id"]
    activity = merchant.its.get(f"/listings/{listing}/activity")
    told: list[Any] = []
    assert merchant.writes_of(lambda: told.append(dry(merchant, action))) == []
    (job,) = told
    assert (job["dry_run"], job["state"], job["skipped"]) == (True, "done", 1)
    (entry,) = entries(merchant, job).values()
    assert entry["reason"]["code"].startswith("would_")
    assert entry["change"] is not None
    assert (rows(merchant), merchant.offers()) == (before, offers)
    assert merchant.its.get(f"/listings/{listing}/activity") == activity


def calls_told_and_made(merchant: Merchant, action: str) -> tuple[dict[str, int], dict[str, int]]:
    job = dry(merchant, action)
    told: Counter[str] = Counter()
    for entry in entries(merchant, job).values():
        told.update(entry["change"]["calls"])
    assert job["calls"] == sum(told.values())
    made = Counter(merchant.writes_of(lambda: merchant.act(action)))
    return {one: count for one, count in told.items() if one in WRITES}, dict(made)


@pytest.mark.parametrize("action", ["send", "relist", "full_revise", "stop", "revise"])
def test_the_calls_that_it_tells_are_those_that_the_action_makes(merchant: Merchant, action: str) -> None:
    (merchant.on_sale if action in LIVE else merchant.in_list)("MUG")
    if action == "relist":
        merchant.act("send")
        merchant.act("stop")
    if action == "revise":
        merchant.edit(f"/accounts/{merchant.account}", auto_quantity=False, auto_price=False)
        merchant.restock("MUG", 3)
    told, made = calls_told_and_made(merchant, action)
    # Every picture is taken for a new one: whether it stands there already only the marketplace knows.
    pictures = {"uploadListingImage"} - made.keys()
    assert {one: count for one, count in told.items() if one not in pictures} == made != {}


@only("ebay", "etsy")
def test_variations_go_together_in_the_calls_that_it_tells(merchant: Merchant) -> None:
    merchant.in_list("RED", "BLUE")
    told, made = calls_told_and_made(merchant, "send")
    assert told == made != {}


WRITES = frozenset(
    {
        "createOrReplaceInventoryItem",
        "bulkCreateOrReplaceInventoryItem",
        "createOffer",
        "bulkCreateOffer",
        "updateOffer",
        "publishOffer",
        "createOrReplaceInventoryItemGroup",
        "publishOfferByInventoryItemGroup",
        "withdrawOffer",
        "withdrawOfferByInventoryItemGroup",
        "deleteInventoryItemGroup",
        "bulkUpdatePriceQuantity",
        "putListingsItem",
        "patchListingsItem",
        "deleteListingsItem",
        "createDraftListing",
        "uploadListingImage",
        "updateListingInventory",
        "updateVariationImages",
        "updateListing",
    }
)
"""Operations of the marketplaces that change something; a revision also tells the reads that belong to it."""


def test_a_revision_tells_quantity_and_price_before_and_after(merchant: Merchant) -> None:
    merchant.on_sale("MUG")
    merchant.edit(f"/accounts/{merchant.account}", auto_quantity=False, auto_price=False)
    merchant.restock("MUG", 3)
    merchant.reprice("MUG", "13.50")
    change = entries(merchant, dry(merchant, "revise"))["MUG"]["change"]
    assert change["before"] == {"quantity": 7, "price": {"amount": "12.50", **EUR}, "title": None}
    assert change["after"] == {"quantity": 3, "price": {"amount": "13.50", **EUR}, "title": None}
    assert (change["content"], change["fee"]) == ("untouched", None)


def test_a_full_revise_tells_the_content_and_what_the_shop_shows_at_this_moment(merchant: Merchant) -> None:
    product = merchant.on_sale("MUG")
    same = entries(merchant, dry(merchant, "full_revise"))["MUG"]["change"]
    assert (same["content"], same["before"]["title"], same["after"]["title"]) == ("same", "Mug", "Mug")
    merchant.its.shopify.deeds.edit_product(product, title="Better mug")
    merchant.its.shopify.deeds.set_stock(sku="MUG", available=2)
    change = entries(merchant, dry(merchant, "full_revise"))["MUG"]["change"]
    assert (change["content"], change["after"]["title"]) == ("changed", "Better mug")
    assert (change["before"]["quantity"], change["after"]["quantity"]) == (7, 2)
    assert merchant.row("MUG")["listing"]["quantity"]["computed"] == 7


def test_ending_tells_that_nothing_is_left(merchant: Merchant) -> None:
    merchant.on_sale("MUG")
    change = entries(merchant, dry(merchant, "stop"))["MUG"]["change"]
    assert (change["before"]["quantity"], change["after"]) == (7, None)


@only("etsy")
def test_the_fee_is_told_once_for_a_listing_and_counted_in_the_job(merchant: Merchant) -> None:
    merchant.in_list("RED", "BLUE")
    merchant.in_list("MUG")
    job = dry(merchant, "send")
    fees = sorted(str(one["change"]["fee"]) for one in entries(merchant, job).values())
    assert fees == ["None", *[str({"amount": "0.20", "currency": "USD"})] * 2]
    assert job["fees"] == 2


def test_what_would_fail_says_why(merchant: Merchant) -> None:
    merchant.in_list("MUG", price="0.00")
    job = dry(merchant, "send")
    assert (job["state"], entries(merchant, job)["MUG"]["reason"]["code"]) == ("failed", "price_out_of_bounds")
    assert merchant.row("MUG")["listing"]["status"] == "not_active"
