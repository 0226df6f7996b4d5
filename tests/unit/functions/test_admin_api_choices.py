"""Products that a seller puts into a list by what they have in common: a text, a tag, a vendor, or all there are."""

from __future__ import annotations

from typing import Any

import pytest

from listbridge.domain.job_params import ChoiceParams
from listbridge.services.listings.items import add_chosen
from simulators.faults import Fault
from tests.unit.functions.mirroring import mirror
from tests.unit.functions.seller import Seller


def described(seller: Seller, sku: str, *, title: str = "Mug", vendor: str = "Acme", tags: tuple[str, ...] = ()) -> str:
    """A product with this vendor and these tags; its id."""
    product = seller.its.add_product(sku, title=title)
    seller.its.shopify.deeds.edit_product(product, vendor=vendor, tags=list(tags))
    return product


def added(seller: Seller, **choice: Any) -> dict[str, Any]:
    """The job of this choice, as it ended."""
    job = seller.its.post(f"/sales-lists/{seller.list}/items", choice, expect=202)["job"]
    seller.its.run()
    ended: dict[str, Any] = seller.its.get(f"/jobs/{job['id']}")
    return ended


@pytest.mark.parametrize(
    ("choice", "skus"),
    [
        ({"search": "blue"}, {"A", "B"}),
        ({"tag": "SUMMER SALE"}, {"B", "C"}),
        ({"vendor": "acme"}, {"A", "C"}),
        ({"catalogue": True}, {"A", "B", "C"}),
    ],
)
def test_what_is_chosen_is_put_into_the_list_and_nothing_is_sent(
    seller: Seller, choice: dict[str, Any], skus: set[str]
) -> None:
    described(seller, "A", title="Blue mug", tags=("summer",))
    described(seller, "B", title="Blue cup", vendor="Acme Ltd", tags=("summer sale",))
    described(seller, "C", title="Red mug", tags=("summer sale", "red"))
    job = added(seller, **choice)
    assert (job["kind"], job["state"], job["total"], job["done"]) == ("add_chosen", "done", len(skus), len(skus))
    assert seller.statuses() == dict.fromkeys(skus, "not_active")
    assert seller.live_offers() == {}


def test_more_than_a_page_is_added_whole_and_each_product_has_its_entry(seller: Seller) -> None:
    seller.its.shopify.deeds.seed_products(260)
    job = added(seller, catalogue=True)
    assert (job["state"], job["total"], job["done"]) == ("done", 260, 260)
    entries = seller.its.get(f"/jobs/{job['id']}/entries", limit="200")
    assert len(entries["entries"]) == 200
    assert entries["cursor"]
    stored = seller.its.stores.jobs.get(job["id"]).params_of(ChoiceParams)
    assert len(stored.page) == 10, "the job carries the page that it works on, and no more"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (
            {},
            {
                "products": "names no products; or choose them by one of `search`, `collection`, `tag`, `vendor`, `catalogue`"
            },
        ),
        ({"tag": "blue", "vendor": "Acme"}, {"vendor": "does not go with another choice"}),
        ({"products": ["1"], "catalogue": True}, {"catalogue": "does not go with another choice"}),
        ({"tag": "winter"}, {"tag": "chooses no product of the shop"}),
        ({"search": '":'}, {"search": "chooses no product of the shop"}),
        ({"collection": "404"}, {"collection": "chooses no product of the shop"}),
        ({"collection": "gid://shopify/Collection/1"}, {"collection": "chooses no product of the shop"}),
    ],
)
def test_a_choice_that_is_none_names_its_field_and_begins_no_job(
    seller: Seller, body: dict[str, Any], fields: dict[str, str]
) -> None:
    described(seller, "A")
    answer = seller.its.call("POST", f"/v1/sales-lists/{seller.list}/items", body)
    assert answer.status == 422
    assert {one["field"]: one["text"] for one in answer.body["fields"]} == fields
    assert seller.its.get("/jobs")["jobs"] == []


@pytest.mark.parametrize(
    "body", [{"search": ""}, {"search": " "}, {"tag": "x" * 201}, {"vendor": 7}, {"catalogue": False}, {"tag": "a\tb"}]
)
def test_a_choice_of_the_wrong_shape_names_its_field(seller: Seller, body: dict[str, Any]) -> None:
    answer = seller.its.call("POST", f"/v1/sales-lists/{seller.list}/items", body)
    assert answer.status == 422
    assert [one["field"].split(".")[0] for one in answer.body["fields"]] == list(body)
    assert seller.its.get("/jobs")["jobs"] == []


def test_more_products_than_a_choice_may_have_are_refused_before_any_is_added(
    seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(add_chosen, "MOST_CHOSEN", 2)
    monkeypatch.setattr("listbridge.admin.product_choices.MOST_CHOSEN", 2)
    for sku in ("A", "B", "C"):
        described(seller, sku)
    answer = seller.its.call("POST", f"/v1/sales-lists/{seller.list}/items", {"vendor": "Acme"})
    assert answer.body["fields"] == [{"field": "vendor", "text": "chooses 3 products; a choice may have 2"}]
    assert (seller.its.items(seller.list), seller.its.get("/jobs")["jobs"]) == ([], [])


def test_a_shop_that_does_not_answer_leaves_no_job_behind(seller: Seller) -> None:
    described(seller, "A")
    seller.its.shopify.faults.add(*[Fault("products", "status", status=502)] * 9)
    answer = seller.its.call("POST", f"/v1/sales-lists/{seller.list}/items", {"vendor": "Acme"})
    assert answer.status == 502
    assert seller.its.get("/jobs")["jobs"] == []


def test_a_product_that_has_left_the_choice_meanwhile_is_left_out_and_says_so(seller: Seller) -> None:
    kept, left = described(seller, "A"), described(seller, "B")
    job = seller.its.post(f"/sales-lists/{seller.list}/items", {"vendor": "Acme"}, expect=202)["job"]
    seller.its.shopify.deeds.edit_product(left, vendor="Other")
    seller.its.run()
    ended = seller.its.get(f"/jobs/{job['id']}")
    assert (ended["state"], ended["done"], ended["skipped"]) == ("done", 1, 1)
    assert seller.outcomes(job) == {kept: ("done", ""), left: ("skipped", "not_chosen_now")}
    assert set(seller.statuses()) == {"A"}


def test_a_job_that_is_cancelled_adds_no_more(seller: Seller) -> None:
    described(seller, "A")
    job = seller.its.post(f"/sales-lists/{seller.list}/items", {"catalogue": True}, expect=202)["job"]
    seller.its.post(f"/jobs/{job['id']}/cancel", expect=200)
    seller.its.run()
    assert seller.its.get(f"/jobs/{job['id']}")["state"] == "cancelled"
    assert seller.its.items(seller.list) == []


def test_the_shop_s_credentials_die_under_the_job_and_it_says_so(seller: Seller) -> None:
    described(seller, "A")
    job = seller.its.post(f"/sales-lists/{seller.list}/items", {"catalogue": True}, expect=202)["job"]
    seller.its.shopify.deeds.uninstall()
    seller.its.run()
    ended = seller.its.get(f"/jobs/{job['id']}")
    assert (ended["state"], ended["reason"] is None) == ("failed", False)
    assert seller.its.items(seller.list) == []


def test_what_is_in_a_collection_now_is_added_and_what_comes_later_is_not(seller: Seller) -> None:
    deeds = seller.its.shopify.deeds
    cup, mug, later = described(seller, "CUP"), described(seller, "MUG"), described(seller, "LATER")
    made = deeds.add_collection(title="Winter", product_ids=[int(cup), int(mug)])["collection_id"]
    job = added(seller, collection=str(made))
    assert (job["state"], job["done"]) == ("done", 2)
    deeds.set_members(collection_id=made, product_ids=[int(later)])
    seller.its.run()
    assert set(seller.statuses()) == {"CUP", "MUG"}


def test_an_empty_collection_names_its_field(seller: Seller) -> None:
    empty = seller.its.shopify.deeds.add_collection(title="Empty", product_ids=[])["collection_id"]
    answer = seller.its.call("POST", f"/v1/sales-lists/{seller.list}/items", {"collection": str(empty)})
    assert answer.status == 422
    assert answer.body["fields"] == [{"field": "collection", "text": "chooses no product of the shop"}]
    assert seller.its.get("/jobs")["jobs"] == []


@pytest.mark.parametrize("choice", [{"products": ["1"]}, {"tag": "blue"}, {"catalogue": True}])
def test_nobody_adds_by_hand_to_a_list_that_mirrors_collections(seller: Seller, choice: dict[str, Any]) -> None:
    mirror(seller)
    answer = seller.its.call("POST", f"/v1/sales-lists/{seller.list}/items", choice)
    assert answer.status == 422
    assert [one["field"] for one in answer.body["fields"]] == list(choice)
    assert (seller.its.items(seller.list), seller.its.get("/jobs")["jobs"]) == ([], [])
