"""Adopting by the API: all is read and shown, a person approves, and what was listed by hand is written from then on."""

from __future__ import annotations

from tests.unit.functions.adoptions import adoption, approved, found, in_hub, looked, migrations
from tests.unit.functions.installation import SITE
from tests.unit.functions.seller import Seller


def test_what_was_listed_by_hand_is_shown_with_what_an_adoption_takes_away(seller: Seller) -> None:
    seller.its.add_items(seller.list, seller.its.add_product("RED", "BLUE"), seller.its.add_product("CUP"))
    mugs, stray = in_hub(seller, "RED", "BLUE"), in_hub(seller, "STRAY")
    job = looked(seller)
    shown = adoption(seller, job)
    assert (job["state"], job["kind"], job["total"], job["skipped"]) == ("awaiting_approval", "adopt", 2, 1)
    assert (shown["site"], shown["cursor"], len(shown["lost"]), len(shown["required"])) == (SITE, None, 3, 3)
    one = found(seller, job, mugs)
    assert (one["outcome"], one["unmet"], one["reason"]) == ("waiting", [], None)
    assert one["url"] == f"https://www.ebay.de/itm/{mugs}"
    assert [(part["sku"], part["quantity"], part["price"], part["offer"]) for part in one["parts"]] == [
        ("RED", 2, {"amount": "9.90", "currency": "EUR"}, None),
        ("BLUE", 2, {"amount": "9.90", "currency": "EUR"}, None),
    ]
    assert one["parts"][0]["listing"] == seller.row("RED")["listing"]["id"]
    other = found(seller, job, stray)
    assert (other["outcome"], [problem["code"] for problem in other["unmet"]]) == ("skipped", ["foreign_not_in_list"])
    assert other["reason"]["text"] == "No sales list of this account and site has a product with the SKU STRAY."
    assert migrations(seller) == 0


def test_what_is_adopted_is_linked_and_takes_the_shop_s_values_when_it_is_aligned(seller: Seller) -> None:
    seller.its.add_items(seller.list, seller.its.add_product("RED", "BLUE"))
    listing = in_hub(seller, "RED", "BLUE")
    job = approved(seller, looked(seller))
    assert (job["state"], job["done"]) == ("done", 1)
    parts = found(seller, job, listing)["parts"]
    assert [part["offer"] is not None for part in parts] == [True, True]
    assert seller.statuses() == {"RED": "active", "BLUE": "active"}
    assert seller.live_offers() == {"RED": 2, "BLUE": 2}
    seller.its.act(seller.list, "align")
    assert seller.live_offers() == {"RED": 7, "BLUE": 7}


def test_pages_of_what_was_found_follow_each_other(seller: Seller) -> None:
    listings = [in_hub(seller, f"S{number}") for number in range(3)]
    job = looked(seller)
    first = adoption(seller, job, limit="2")
    rest = adoption(seller, job, limit="2", cursor=first["cursor"])
    assert [one["remote"] for one in first["listings"] + rest["listings"]] == listings
    assert rest["cursor"] is None


def test_some_listings_can_be_tried_first(seller: Seller) -> None:
    seller.its.add_items(seller.list, *(seller.its.add_product(sku) for sku in ("A", "B")))
    first, _ = in_hub(seller, "A"), in_hub(seller, "B")
    job = looked(seller, first)
    assert [one["remote"] for one in adoption(seller, job)["listings"]] == [first]
    approved(seller, job)
    assert seller.statuses() == {"A": "active", "B": "not_active"}


def test_a_site_that_there_is_not_is_named(seller: Seller) -> None:
    answer = seller.its.call("POST", f"/v1/accounts/{seller.account}/adoptions", {"site": "EBAY_XX"})
    assert (answer.status, answer.body["fields"][0]["field"]) == (422, "site")
    assert seller.its.get("/jobs")["jobs"] == []


def test_what_is_no_adoption_of_the_account_is_not_found(seller: Seller) -> None:
    job = seller.its.add_items(seller.list, seller.its.add_product("A"))
    path = f"/v1/accounts/{seller.account}/adoptions/{job['id']}"
    assert seller.its.call("GET", path).status == 404


def test_a_viewer_sees_an_adoption_and_begins_and_approves_none(seller: Seller) -> None:
    seller.its.add_items(seller.list, seller.its.add_product("A"))
    in_hub(seller, "A")
    job = looked(seller)
    path = f"/v1/accounts/{seller.account}/adoptions"
    assert seller.its.call("GET", f"{path}/{job['id']}", groups="viewer").status == 200
    assert seller.its.call("POST", path, {"site": SITE}, groups="viewer").status == 403
    assert seller.its.call("POST", f"/v1/jobs/{job['id']}/approve", groups="viewer").status == 403
    assert (migrations(seller), seller.its.get(f"/jobs/{job['id']}")["state"]) == (0, "awaiting_approval")


def test_nothing_of_what_buyers_find_is_named_as_a_change(seller: Seller) -> None:
    seller.its.add_items(seller.list, seller.its.add_product("A"))
    in_hub(seller, "A")
    job = looked(seller)
    assert seller.its.get(f"/jobs/{job['id']}/changes") == {"changes": [], "cursor": None}
