"""What keeps a listing of an inventory from being linked: the deed that is named is done, and it is linked."""

from __future__ import annotations

from tests.unit.functions.installation import SITE
from tests.unit.functions.seller import Seller
from tests.unit.remedies.listing_words import in_list
from tests.unit.remedies.walks import entry, named, refusal, walks


def sold_there(seller: Seller, *skus: str) -> None:
    """Another tool listed these."""
    seller.its.ebay.deeds.seed_listings("anna", list(skus), marketplace=SITE)


def read(seller: Seller) -> dict[str, str]:
    """The inventory is read: the state of each SKU."""
    seller.its.post(f"/accounts/{seller.account}/inventory", {"site": SITE}, expect=202)
    seller.its.run()
    return {
        line["sku"]: state
        for state in ("matched", "ambiguous", "unmatched", "duplicate", "foreign")
        for line in lines(seller, state)
    }


def lines(seller: Seller, state: str) -> list[dict[str, object]]:
    page = seller.its.get(f"/accounts/{seller.account}/inventory", site=SITE, state=state)
    found: list[dict[str, object]] = page["lines"]
    return found


def linked(seller: Seller, *chosen: object) -> dict[str, object]:
    """The lines were linked, into the list where they are in none: the job as it ended."""
    body = {"site": SITE, "lines": list(chosen) or "all", "sales_list": seller.list}
    job = seller.its.post(f"/accounts/{seller.account}/inventory/links", body, expect=202)["job"]
    seller.its.run()
    ended: dict[str, object] = seller.its.get(f"/jobs/{job['id']}")
    return ended


@walks("not_in_shop")
def test_a_listing_without_a_variant_is_linked_once_the_shop_has_its_sku(seller: Seller) -> None:
    sold_there(seller, "MUG")
    assert read(seller) == {"MUG": "unmatched"}
    (line,) = lines(seller, "unmatched")
    named(line["reason"], "not_in_shop", "give_sku_in_shop")  # type: ignore[arg-type]
    seller.its.add_product("MUG")
    assert (read(seller), linked(seller)["done"], seller.statuses()) == ({"MUG": "matched"}, 1, {"MUG": "active"})


@walks("inventory_under_way")
def test_a_second_reading_begins_when_the_first_is_over(seller: Seller) -> None:
    path = f"/accounts/{seller.account}/inventory"
    seller.its.post(path, {"site": SITE}, expect=202)
    named(refusal(seller.its, "POST", path, {"site": SITE}), "inventory_under_way", "wait_for_job")
    seller.its.run()
    seller.its.post(path, {"site": SITE}, expect=202)


@walks("nothing_to_link")
def test_where_nothing_matched_there_is_something_to_link_after_the_next_reading(seller: Seller) -> None:
    read(seller)
    body = {"site": SITE, "lines": "all", "sales_list": seller.list}
    path = f"/accounts/{seller.account}/inventory/links"
    named(refusal(seller.its, "POST", path, body), "nothing_to_link", "read_inventory")
    seller.its.add_product("MUG")
    sold_there(seller, "MUG")
    read(seller)
    assert (linked(seller)["done"], seller.statuses()) == (1, {"MUG": "active"})


@walks("line_gone")
def test_a_line_of_an_older_inventory_is_chosen_again_from_a_new_one(seller: Seller) -> None:
    seller.its.add_product("MUG")
    sold_there(seller, "MUG")
    read(seller)
    (line,) = lines(seller, "matched")
    (listing,) = seller.its.ebay.world.sellers["anna"].offers.values()
    listing.listing_id, was = None, listing.listing_id
    read(seller)
    job = linked(seller, line["id"])
    (told,) = seller.its.get(f"/jobs/{job['id']}/entries")["entries"]
    named(told["reason"], "line_gone", "read_inventory")
    listing.listing_id = was
    read(seller)
    assert (linked(seller, lines(seller, "matched")[0]["id"])["done"], seller.statuses()) == (1, {"MUG": "active"})


@walks("linked_under_other_sku")
def test_of_two_listings_of_a_variant_the_other_is_unlinked_first(seller: Seller) -> None:
    in_list(seller, "MUG")
    sold_there(seller, "MUG", "MUG-NEW")
    read(seller)
    linked(seller)
    seller.its.shopify.deeds.set_variant_sku("MUG-NEW", sku="MUG")
    assert read(seller) == {"MUG": "matched", "MUG-NEW": "matched"}
    job = linked(seller)
    named(entry(seller, job, "MUG-NEW")["reason"], "linked_under_other_sku", "unlink_other")
    seller.its.act(seller.list, "unlink")
    chosen = next(line for line in lines(seller, "matched") if line["sku"] == "MUG-NEW")
    assert linked(seller, chosen["id"])["done"] == 1
    (row,) = seller.its.items(seller.list)
    assert (row["listing"]["status"], row["listing"]["sku"]) == ("active", "MUG-NEW")


def maps(seller: Seller, there: str, here: str) -> str:
    """A SKU mapping of the account; its id."""
    body = {"account": seller.account, "marketplace_sku": there, "shop_sku": here}
    saved = seller.its.post("/sku-mappings", body)["sku_mapping"]
    seller.its.run()
    return str(saved["id"])


@walks("mapping_leads_nowhere")
def test_a_mapping_to_a_sku_that_there_is_not_is_corrected(seller: Seller) -> None:
    seller.its.add_product("MUG")
    sold_there(seller, "OLD")
    maps(seller, "OLD", "MUGG")
    assert read(seller) == {"OLD": "unmatched"}
    (line,) = lines(seller, "unmatched")
    named(line["reason"], "mapping_leads_nowhere", "edit_sku_mapping")  # type: ignore[arg-type]
    maps(seller, "OLD", "MUG")
    assert (read(seller), linked(seller)["done"]) == ({"OLD": "matched"}, 1)


@walks("mapping_contradicts_sku")
def test_a_mapping_that_contradicts_the_sku_itself_is_deleted(seller: Seller) -> None:
    for sku in ("MUG", "OLD"):
        seller.its.add_product(sku)
    sold_there(seller, "OLD")
    id = maps(seller, "OLD", "MUG")
    assert read(seller) == {"OLD": "ambiguous"}
    (line,) = lines(seller, "ambiguous")
    named(line["reason"], "mapping_contradicts_sku", "edit_sku_mapping")  # type: ignore[arg-type]
    assert seller.its.call("DELETE", f"/v1/sku-mappings/{id}").status == 204
    assert (read(seller), linked(seller)["done"]) == ({"OLD": "matched"}, 1)
    assert [row["sku"] for row in seller.its.items(seller.list)] == ["OLD"]


@walks("barcode_not_unique")
def test_which_of_two_variants_with_one_barcode_it_is_says_a_mapping(seller: Seller) -> None:
    for sku in ("MUG", "CUP"):
        seller.its.add_product(sku)
        seller.its.shopify.deeds.set_barcode("4006381333931", sku=sku)
    sold_there(seller, "OLD")
    seller.its.ebay.world.sellers["anna"].items["OLD"].data["product"]["ean"] = ["4006381333931"]
    assert read(seller) == {"OLD": "ambiguous"}
    (line,) = lines(seller, "ambiguous")
    named(line["reason"], "barcode_not_unique", "map_sku")  # type: ignore[arg-type]
    maps(seller, "OLD", "CUP")
    assert (read(seller), linked(seller)["done"]) == ({"OLD": "matched"}, 1)
    assert [row["sku"] for row in seller.its.items(seller.list)] == ["CUP"]
