"""The inventory of an account by the API: read, shown a state at a time, and linked; bad input is named and changes nothing."""

from __future__ import annotations

import pytest

from listbridge.domain.configuration import SalesList, SalesListMode
from listbridge.domain.ids import CollectionId
from tests.unit.functions.adoptions import in_hub
from tests.unit.functions.installation import SITE
from tests.unit.functions.seller import Seller
from tests.unit.remedies.test_inventories_walked import lines, linked, read, sold_there


def test_each_state_is_a_list_of_its_own(seller: Seller) -> None:
    seller.its.add_product("MUG")
    seller.its.add_product("TWIN")
    seller.its.add_product("TWIN")
    sold_there(seller, "MUG", "TWIN", "STRAY")
    in_hub(seller, "HAND")
    states = read(seller)
    assert states == {"MUG": "matched", "TWIN": "ambiguous", "STRAY": "unmatched", "HAND": "foreign"}
    (mug,) = lines(seller, "matched")
    assert (mug["matched_by"], mug["quantity"], mug["price"]) == ("sku", 5, {"amount": "10.00", "currency": "EUR"})
    assert str(mug["url"]).startswith("https://www.ebay.de/itm/")
    assert [len(lines(seller, state)[0]["items"]) for state in ("matched", "ambiguous", "unmatched")] == [1, 2, 0]  # type: ignore[arg-type]
    page = seller.its.get(f"/accounts/{seller.account}/inventory", site=SITE)
    assert page["counts"] == {"matched": 1, "ambiguous": 1, "unmatched": 1, "duplicate": 0, "foreign": 1}


def test_pages_of_a_state_follow_each_other(seller: Seller) -> None:
    sold_there(seller, "A", "B", "C")
    read(seller)
    path = f"/accounts/{seller.account}/inventory"
    first = seller.its.get(path, site=SITE, state="unmatched", limit="2")
    rest = seller.its.get(path, site=SITE, state="unmatched", limit="2", cursor=first["cursor"])
    assert [line["sku"] for line in first["lines"] + rest["lines"]] == ["A", "B", "C"]
    assert rest["cursor"] is None
    answer = seller.its.call("GET", f"/v1{path}", query={"site": SITE, "state": "matched", "cursor": first["cursor"]})
    assert answer.status == 422


def test_an_inventory_stays_as_it_was_read_until_it_is_read_again(seller: Seller) -> None:
    sold_there(seller, "A")
    read(seller)
    sold_there(seller, "B")
    assert [line["sku"] for line in lines(seller, "unmatched")] == ["A"]
    assert read(seller) == {"A": "unmatched", "B": "unmatched"}


def test_chosen_lines_alone_are_linked(seller: Seller) -> None:
    for sku in ("A", "B"):
        seller.its.add_product(sku)
    sold_there(seller, "A", "B")
    read(seller)
    assert linked(seller, lines(seller, "matched")[1]["id"])["done"] == 1
    assert [(line["sku"], line["linked"]) for line in lines(seller, "matched")] == [("A", False), ("B", True)]
    assert seller.statuses() == {"B": "active"}


def test_an_inventory_that_was_never_read_is_not_found(seller: Seller) -> None:
    path = f"/v1/accounts/{seller.account}/inventory"
    assert seller.its.call("GET", path, query={"site": SITE}).status == 404
    assert seller.its.call("POST", f"{path}/links", {"site": SITE, "lines": "all"}).status == 404
    assert seller.its.get("/jobs")["jobs"] == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"site": "EBAY_XX"}, "site"),
        ({"site": "EBAY_GB"}, "site"),
        ({"lines": []}, "lines"),
        ({"lines": ["?"]}, "lines.0"),
        ({"lines": "some"}, "lines"),
        ({"lines": ["x"] * 501}, "lines"),
        ({"sales_list": ""}, "sales_list"),
    ],
)
def test_bad_input_is_named_and_nothing_is_begun(seller: Seller, changes: dict[str, object], field: str) -> None:
    seller.its.add_product("MUG")
    sold_there(seller, "MUG")
    read(seller)
    before = seller.its.get("/jobs")["jobs"]
    body = {"site": SITE, "lines": "all", "sales_list": seller.list, **changes}
    answer = seller.its.call("POST", f"/v1/accounts/{seller.account}/inventory/links", body)
    assert (answer.status, field in str(answer.body["fields"])) == (422, True), answer.text
    assert (seller.its.get("/jobs")["jobs"], seller.its.items(seller.list)) == (before, [])


def test_a_list_of_another_account_is_refused_by_its_field(seller: Seller) -> None:
    sold_there(seller, "MUG")
    read(seller)
    store = seller.its.stores.configuration
    mine = store.get(SalesList, seller.list)
    store.save(mine.model_copy(update={"id": "lst_other", "account": "acc_other", "rev": 0}))
    body = {"site": SITE, "lines": "all", "sales_list": "lst_other"}
    answer = seller.its.call("POST", f"/v1/accounts/{seller.account}/inventory/links", body)
    assert (answer.status, answer.body["fields"][0]["field"]) == (422, "sales_list")


def test_a_list_that_follows_collections_takes_nothing_by_hand(seller: Seller) -> None:
    sold_there(seller, "MUG")
    read(seller)
    store = seller.its.stores.configuration
    mine = store.get(SalesList, seller.list)
    collections = {"mode": SalesListMode.COLLECTION, "collections": (CollectionId("c"),)}
    store.save(mine.model_copy(update={"id": "lst_other", "rev": 0, **collections}))
    body = {"site": SITE, "lines": "all", "sales_list": "lst_other"}
    answer = seller.its.call("POST", f"/v1/accounts/{seller.account}/inventory/links", body)
    assert (answer.status, answer.body["fields"][0]["field"]) == (422, "sales_list")


def test_a_site_that_the_account_lacks_is_not_read(seller: Seller) -> None:
    answer = seller.its.call("POST", f"/v1/accounts/{seller.account}/inventory", {"site": "EBAY_GB"})
    assert (answer.status, answer.body["fields"][0]["field"]) == (422, "site")
    assert seller.its.get("/jobs")["jobs"] == []


def test_a_viewer_sees_an_inventory_and_begins_nothing(seller: Seller) -> None:
    sold_there(seller, "MUG")
    read(seller)
    path = f"/v1/accounts/{seller.account}/inventory"
    assert seller.its.call("GET", path, query={"site": SITE}, groups="viewer").status == 200
    assert seller.its.call("POST", path, {"site": SITE}, groups="viewer").status == 403
    body = {"site": SITE, "lines": "all", "sales_list": seller.list}
    assert seller.its.call("POST", f"{path}/links", body, groups="viewer").status == 403
    assert seller.its.items(seller.list) == []


def test_observe_mode_reads_and_links_for_nothing_is_written(seller: Seller) -> None:
    seller.its.patch(f"/accounts/{seller.account}", {"observe": True})
    seller.its.run()
    seller.its.add_product("MUG")
    sold_there(seller, "MUG")
    assert (read(seller), linked(seller)["done"]) == ({"MUG": "matched"}, 1)
    assert seller.statuses() == {"MUG": "active"}


def test_a_job_that_read_an_inventory_has_no_entries_of_its_own(seller: Seller) -> None:
    sold_there(seller, "MUG")
    job = seller.its.post(f"/accounts/{seller.account}/inventory", {"site": SITE}, expect=202)["job"]
    seller.its.run()
    assert seller.its.get(f"/jobs/{job['id']}/entries") == {"entries": [], "cursor": None}
