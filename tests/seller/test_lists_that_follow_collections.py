"""A list in collection mode has what the collections of the shop have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.seller.collections_of import Shelves
from tests.seller.merchant import Merchant, Offered, only


@pytest.fixture
def shelves(merchant: Merchant) -> Shelves:
    return Shelves(merchant)


def test_s08_items_come_from_one_or_more_collections_without_being_added(merchant: Merchant, shelves: Shelves) -> None:
    mug, cup, bowl = (merchant.its.add_product(sku, title=sku) for sku in ("MUG", "CUP", "BOWL"))
    mugs, sale = shelves.collection(mug, cup), shelves.collection(cup, bowl, title="Sale", by_rules=True)
    following = shelves.follow(mugs, sale)
    assert shelves.skus(following) == ["BOWL", "CUP", "MUG"]
    assert merchant.offers() == {}, "nothing is sent unasked"
    answer = merchant.its.call("POST", f"/v1/sales-lists/{following}/items", {"products": [mug]})
    assert (answer.status, [one["field"] for one in answer.body["fields"]]) == (422, ["products"])


@only("ebay")
def test_s09_the_collections_are_those_of_the_shop_with_name_kind_and_size(
    merchant: Merchant, shelves: Shelves
) -> None:
    mug, cup = merchant.its.add_product("MUG"), merchant.its.add_product("CUP")
    mugs, sale = shelves.collection(mug), shelves.collection(mug, cup, title="Sale", by_rules=True)
    following = shelves.follow(mugs)
    told = merchant.its.get(f"/shops/{merchant.shop}/collections")
    assert told["collections"] == [
        {"id": mugs, "name": "Mugs", "rule_based": False, "members": 1, "sales_lists": [following]},
        {"id": sale, "name": "Sale", "rule_based": True, "members": 2, "sales_lists": []},
    ]
    assert told["cursor"] is None


def test_s10_what_is_put_into_a_collection_appears_in_the_list(merchant: Merchant, shelves: Shelves) -> None:
    mug, cup = merchant.its.add_product("MUG"), merchant.its.add_product("CUP", title="Cup")
    mugs = shelves.collection(mug)
    following = shelves.follow(mugs)
    shelves.holds(mugs, mug, cup)
    assert shelves.skus(following) == ["CUP", "MUG"]


def test_s10_what_a_rule_puts_into_a_collection_appears_although_the_shop_tells_nothing(
    merchant: Merchant, shelves: Shelves
) -> None:
    mug, cup = merchant.its.add_product("MUG"), merchant.its.add_product("CUP", title="Cup")
    mugs = shelves.collection(mug, by_rules=True)
    following = shelves.follow(mugs)
    shelves.holds(mugs, mug, cup)
    assert shelves.skus(following) == ["MUG"]
    shelves.hours(2)
    assert shelves.skus(following) == ["CUP", "MUG"]


def _keeps(merchant: Merchant) -> None:
    assert merchant.offers() == {"MUG": Offered(3, merchant.offers()["MUG"].price)}


def _shows_nothing(merchant: Merchant) -> None:
    assert merchant.sold_out("MUG")
    assert merchant.its.get("/listings")["listings"] != []


def _is_ended(merchant: Merchant) -> None:
    assert merchant.offers() == {}
    assert merchant.its.get("/listings")["listings"] == []


@pytest.mark.parametrize(("on_leave", "then"), [("keep", _keeps), ("zero", _shows_nothing), ("end", _is_ended)])
def test_s11_what_is_taken_out_of_the_collection_leaves_the_list_and_its_listing_does_as_the_list_says(
    merchant: Merchant, shelves: Shelves, on_leave: str, then: Callable[[Merchant], Any]
) -> None:
    mug = merchant.its.add_product("MUG", title="Mug", stock=7)
    mugs = shelves.collection(mug)
    following = shelves.follow(mugs, on_leave=on_leave)
    merchant.act("send", to=following)
    assert merchant.offers()["MUG"].quantity == 7
    shelves.holds(mugs)
    approve_all(merchant)
    assert shelves.skus(following) == []
    merchant.its.shopify.deeds.set_stock(3, sku="MUG")
    shelves.touched(mug)
    then(merchant)


def test_s11_the_listing_of_what_left_is_shown_apart_and_takes_no_content(merchant: Merchant, shelves: Shelves) -> None:
    mug = merchant.its.add_product("MUG", title="Mug", stock=7)
    mugs = shelves.collection(mug)
    following = shelves.follow(mugs)
    merchant.act("send", to=following)
    item = merchant.row("MUG", following)["id"]
    shelves.holds(mugs)
    approve_all(merchant)
    (row,) = merchant.its.get("/listings", detached="true")["listings"]
    assert (row["sku"], row["status"], bool(row["detached"])) == ("MUG", "active", True)
    assert merchant.its.get("/listings", detached="false")["listings"] == []
    (counted,) = merchant.its.get("/counters")["counters"]
    assert (counted["live"], counted["detached"]) == (1, 1)
    job = merchant.act("full_revise", [item], to=following)
    (told,) = merchant.its.get(f"/jobs/{job['id']}/entries")["entries"]
    assert (told["outcome"], told["reason"]["code"]) == ("skipped", "detached")


def test_s11_what_left_is_not_among_all_of_the_list_and_is_forgotten_once_it_is_unlinked(
    merchant: Merchant, shelves: Shelves
) -> None:
    mug, cup = merchant.its.add_product("MUG", title="Mug", stock=7), merchant.its.add_product("CUP", title="Cup")
    mugs = shelves.collection(mug, cup)
    following = shelves.follow(mugs)
    merchant.act("send", to=following)
    item = merchant.row("MUG", following)["id"]
    shelves.holds(mugs, cup)
    approve_all(merchant)
    merchant.act("stop", to=following)
    assert merchant.offers().keys() == {"MUG"}
    merchant.act("unlink", [item], to=following)
    assert [row["sku"] for row in merchant.its.get("/listings")["listings"]] == ["CUP"]
    assert merchant.offers().keys() == {"MUG"}, "the marketplace keeps it"


def test_s11_a_collection_that_was_deleted_in_the_shop_empties_no_list_unasked(
    merchant: Merchant, shelves: Shelves
) -> None:
    mug = merchant.its.add_product("MUG", title="Mug", stock=7)
    mugs = shelves.collection(mug)
    following = shelves.follow(mugs, on_leave="end")
    merchant.act("send", to=following)
    merchant.its.shopify.deeds.delete_collection(mugs)
    assert merchant.writes_of(lambda: shelves.hours(3)) == []
    assert shelves.skus(following) == ["MUG"]
    (job,) = [one for one in merchant.its.get("/jobs")["jobs"] if one["state"] == "awaiting_approval"]
    assert (job["kind"], job["affected"]) == ("mirror", 1)
    (change,) = merchant.its.get(f"/jobs/{job['id']}/changes")["changes"]
    assert change["after"] is None
    approve_all(merchant)
    assert (shelves.skus(following), merchant.offers()) == ([], {})


@pytest.mark.parametrize("on_leave", ["keep", "zero", "end"])
def test_s11_the_listing_of_a_product_that_the_shop_deleted_is_ended_whatever_the_list_says(
    merchant: Merchant, shelves: Shelves, on_leave: str
) -> None:
    mug, cup = merchant.its.add_product("MUG", title="Mug"), merchant.its.add_product("CUP", title="Cup")
    following = shelves.follow(shelves.collection(mug, cup), on_leave=on_leave)
    merchant.act("send", to=following)
    assert merchant.offers().keys() == {"MUG", "CUP"}
    merchant.its.shopify.deeds.delete_product(mug)
    shelves.touched(mug)
    assert (merchant.offers().keys(), shelves.skus(following)) == ({"CUP"}, ["CUP"])
    gone = next(row for row in merchant.its.get("/listings")["listings"] if row["sku"] == "MUG")
    assert (gone["status"], gone["reason"]["code"]) == ("stopped", "gone_from_shop")


@pytest.mark.parametrize("closed", ["stopped", "expired"])
def test_s11_what_left_while_nothing_could_be_written_is_ended_as_soon_as_it_can(
    merchant: Merchant, shelves: Shelves, closed: str
) -> None:
    mug, cup = merchant.its.add_product("MUG", title="Mug"), merchant.its.add_product("CUP", title="Cup")
    mugs = shelves.collection(mug, cup)
    following = shelves.follow(mugs, on_leave="end")
    merchant.act("send", to=following)
    path = f"/accounts/{merchant.account}"
    if closed == "stopped":
        merchant.its.post(f"{path}/stop", expect=200)
    else:
        merchant.locked_out()
    shelves.holds(mugs, cup)
    approve_all(merchant)
    assert (shelves.skus(following), merchant.offers().keys()) == (["CUP"], {"MUG", "CUP"})
    if closed == "stopped":
        merchant.its.post(f"{path}/resume", expect=200)
    else:
        merchant.let_in_again()
    shelves.hours(2)
    assert merchant.offers().keys() == {"CUP"}


def test_the_same_item_by_two_collections_and_by_hand_is_sold_once_and_leaves_with_the_list_that_sells_it(
    merchant: Merchant, shelves: Shelves
) -> None:
    mug = merchant.on_sale("MUG")
    mugs, sale = shelves.collection(mug), shelves.collection(mug, title="Sale")
    following = shelves.follow(mugs, sale, on_leave="end")
    (item,) = merchant.its.items(following)
    assert (item["listing"], item["problem"]["code"]) == (None, "sold_by_other_list")
    assert item["problem"]["params"] == {"sku": "MUG", "list": "Everything"}
    assert merchant.writes_of(lambda: merchant.act("send", to=following)) == []
    shelves.holds(mugs)
    assert shelves.skus(following) == ["MUG"], "it is in the other one still"
    shelves.holds(sale)
    assert shelves.skus(following) == []
    assert (merchant.offers().keys(), merchant.row("MUG")["listing"]["status"]) == ({"MUG"}, "active")


def approve_all(merchant: Merchant) -> None:
    """anna approves whatever waits: of an account with one listing every change does."""
    for job in merchant.its.get("/jobs")["jobs"]:
        if job["state"] == "awaiting_approval":
            merchant.its.post(f"/jobs/{job['id']}/approve", expect=200)
    merchant.its.run()


@only("ebay")
@pytest.mark.parametrize("called", ["POST", "PATCH"])
def test_collections_that_the_shop_does_not_have_are_refused_by_their_place(
    merchant: Merchant, shelves: Shelves, called: str
) -> None:
    mugs, gone = shelves.collection(), shelves.collection(title="Gone")
    merchant.its.shopify.deeds.delete_collection(gone)
    named = [mugs, gone, "5 and no number"]
    if called == "POST":
        answer = merchant.its.call("POST", "/v1/sales-lists", shelves.draft(collections=named))
    else:
        following = shelves.follow(mugs)
        answer = merchant.its.call("PATCH", f"/v1/sales-lists/{following}", {"collections": named})
    assert answer.status == 422
    assert [one["field"] for one in answer.body["fields"]] == ["collections.1", "collections.2"]
    lists = merchant.its.get("/sales-lists")["sales_lists"]
    assert [one["collections"] for one in lists if one["mode"] == "collection"] == (
        [[mugs]] if called == "PATCH" else []
    )


@only("ebay")
@pytest.mark.parametrize("called", ["POST", "PATCH"])
def test_a_collection_with_a_hundred_thousand_products_is_refused_before_anything_is_read(
    merchant: Merchant, shelves: Shelves, called: str
) -> None:
    many, mugs = shelves.collection(), shelves.collection(title="Mugs")
    following = shelves.follow(mugs)
    before, jobs = merchant.its.get("/sales-lists")["sales_lists"], len(merchant.its.get("/jobs")["jobs"])
    members = dict.fromkeys(range(100_000))
    world = merchant.its.shopify.world
    world.catalog.change_collection(int(many), world.now(), members=members)
    if called == "POST":
        answer = merchant.its.call("POST", "/v1/sales-lists", shelves.draft(collections=[mugs, many]))
    else:
        answer = merchant.its.call("PATCH", f"/v1/sales-lists/{following}", {"collections": [mugs, many]})
    assert (answer.status, [one["field"] for one in answer.body["fields"]]) == (422, ["collections.1"])
    assert "100000 products" in answer.body["fields"][0]["text"]
    assert merchant.its.get("/sales-lists")["sales_lists"] == before
    assert len(merchant.its.get("/jobs")["jobs"]) == jobs


@only("ebay")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"collections": []}, "collections"),
        ({"mode": "product", "collections": ["1"]}, "collections"),
        ({"mode": "product", "auto_export": True}, "auto_export"),
        ({"on_leave": "burn"}, "on_leave"),
        ({"collections": [str(number) for number in range(51)]}, "collections"),
    ],
)
def test_what_does_not_fit_a_list_is_refused_by_its_field(
    merchant: Merchant, shelves: Shelves, changes: dict[str, Any], field: str
) -> None:
    answer = merchant.its.call("POST", "/v1/sales-lists", shelves.draft(**changes))
    assert (answer.status, [one["field"] for one in answer.body["fields"]]) == (422, [field])
    assert len(merchant.its.get("/sales-lists")["sales_lists"]) == 1


@only("ebay")
def test_a_list_for_a_site_that_the_account_lacks_is_refused(merchant: Merchant, shelves: Shelves) -> None:
    mugs = shelves.collection()
    answer = merchant.its.call("POST", "/v1/sales-lists", shelves.draft(collections=[mugs], site="EBAY_GB"))
    assert (answer.status, answer.body["problem"]["code"]) == (422, "site_unavailable")
    assert [one["field"] for one in answer.body["fields"]] == ["site"]
    assert len(merchant.its.get("/sales-lists")["sales_lists"]) == 1
