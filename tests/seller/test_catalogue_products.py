"""Add ASIN: where a marketplace has a catalogue, an item is put on the product of it that the seller chose."""

from __future__ import annotations

from typing import Any

from tests.seller.merchant import Merchant, only


def product_there(merchant: Merchant) -> str:
    """A product of the marketplace's catalogue that somebody else made; its id."""
    made = merchant.hers().deeds.add_catalog_product("Somebody's mug", "Demo", region="eu")
    return str(made["asin"])


def chosen(merchant: Merchant, id: str, **more: Any) -> Any:
    """The choice for MUG; the job as it ended."""
    body = {"action": "set_catalogue_id", "catalogue_ids": {merchant.row("MUG")["id"]: id}, **more}
    job = merchant.its.post(f"/sales-lists/{merchant.list}/actions", body, expect=202)["job"]
    merchant.its.run()
    return merchant.its.get(f"/jobs/{job['id']}")


def refused(merchant: Merchant, status: int = 422, **body: Any) -> list[str]:
    """The fields by which it is refused."""
    answer = merchant.its.call("POST", f"/v1/sales-lists/{merchant.list}/actions", body)
    assert answer.status == status, answer.text
    return [one["field"] for one in answer.body["fields"]]


@only("amazon")
def test_an_item_is_put_on_the_product_that_was_chosen_for_it(merchant: Merchant) -> None:
    merchant.in_list("MUG")
    asin = product_there(merchant)
    assert chosen(merchant, asin.lower())["done"] == 1
    assert merchant.row("MUG")["listing"]["catalogue_id"] == asin
    merchant.act("send")
    assert merchant.row("MUG")["listing"]["remote"] == asin
    assert merchant.offers()["MUG"].quantity == 7


@only("amazon")
def test_a_choice_is_taken_back_and_not_made_in_a_dry_run(merchant: Merchant) -> None:
    merchant.in_list("MUG")
    asin = product_there(merchant)
    assert chosen(merchant, asin, dry_run=True)["skipped"] == 1
    assert merchant.row("MUG")["listing"]["catalogue_id"] is None
    chosen(merchant, asin)
    chosen(merchant, "")
    assert merchant.row("MUG")["listing"]["catalogue_id"] is None
    merchant.act("send")
    assert merchant.row("MUG")["listing"]["remote"] != asin


@only("amazon")
def test_what_is_live_already_stays_on_its_product(merchant: Merchant) -> None:
    merchant.on_sale("MUG")
    remote = merchant.row("MUG")["listing"]["remote"]
    assert merchant.outcomes(chosen(merchant, product_there(merchant))) == {"MUG": ("skipped", "linked_already")}
    assert (merchant.row("MUG")["listing"]["remote"], merchant.row("MUG")["listing"]["catalogue_id"]) == (remote, None)


@only("amazon")
def test_what_is_no_id_or_names_no_item_is_refused_by_its_field(merchant: Merchant) -> None:
    merchant.in_list("MUG")
    item, act = merchant.row("MUG")["id"], "set_catalogue_id"
    assert refused(merchant, action=act, catalogue_ids={item: "B0"}) == ["catalogue_ids"]
    assert refused(merchant, action=act) == ["catalogue_ids"]
    assert refused(merchant, action=act, catalogue_ids={}) == ["catalogue_ids"]
    assert refused(merchant, action=act, items="all", catalogue_ids={item: "B000000001"}) == ["items"]
    assert refused(merchant, action="send", items="all", catalogue_ids={item: "B000000001"}) == ["catalogue_ids"]
    assert refused(merchant, 404, action=act, catalogue_ids={item: "B000000001", "x": "B000000001"}) == [
        "catalogue_ids.x"
    ]
    assert merchant.row("MUG")["listing"]["catalogue_id"] is None


@only("ebay", "etsy")
def test_where_there_is_no_such_catalogue_the_action_is_not_offered(merchant: Merchant) -> None:
    merchant.in_list("MUG")
    item = merchant.row("MUG")["id"]
    assert refused(merchant, action="set_catalogue_id", catalogue_ids={item: "B000000001"}) == ["action"]
