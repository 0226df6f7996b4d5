"""What a list's collections hold, how far it is sent, and the backlog, as a seller asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.unit.functions.mirroring import enter, limit, mirror
from tests.unit.functions.seller import Seller


@pytest.fixture
def mirrored(seller: Seller) -> Seller:
    """The seller's list mirrors a collection and sends what is new of it."""
    mirror(seller)
    return seller


def members(seller: Seller, state: str = "all") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = seller.its.get(f"/sales-lists/{seller.list}/members", state=state)["members"]
    return rows


def backlog(seller: Seller, products: Sequence[str] | str, *, expect: int = 202) -> dict[str, Any]:
    answer: dict[str, Any] = seller.its.post(
        f"/sales-lists/{seller.list}/backlog", {"products": products}, expect=expect
    )
    seller.its.run()
    return answer


def test_what_is_new_is_on_sale_and_the_rest_says_why_not(mirrored: Seller) -> None:
    its = mirrored.its
    new, empty, old = its.add_product("NEW"), its.add_product("EMPTY", stock=0), its.add_product("OLD")
    enter(mirrored, new, empty)
    enter(mirrored, old, new=False)
    assert mirrored.live_offers() == {"NEW": 7}
    (waiting,) = [one for one in members(mirrored, "waiting") if one["product"] == empty]
    assert (waiting["reason"]["code"], waiting["export"]) == ("waits_for_stock", "waiting")
    assert [one["product"] for one in members(mirrored, "backlog")] == [old]
    told = its.get(f"/sales-lists/{mirrored.list}/exports")
    assert (told["auto_export"], told["limit"], told["sent_today"], told["fee"]) == (True, 200, 1, None)
    assert (told["reason"], told["question"]) == (None, None)


def test_above_the_limit_a_person_sees_what_would_go_on_sale_and_approves(mirrored: Seller) -> None:
    its = mirrored.its
    limit(mirrored, 1)
    enter(mirrored, *(its.add_product(sku) for sku in ("A", "B", "C")))
    assert len(mirrored.live_offers()) == 1
    asked = its.get(f"/sales-lists/{mirrored.list}/exports")["question"]
    job = its.get(f"/jobs/{asked}")
    assert (job["kind"], job["state"], job["affected"]) == ("export", "awaiting_approval", 2)
    assert job["reason"]["code"] == "over_daily_limit"
    changes = its.get(f"/jobs/{asked}/changes")["changes"]
    assert len(changes) == 2
    its.post(f"/jobs/{asked}/approve", expect=200)
    its.run()
    assert mirrored.live_offers() == {"A": 7, "B": 7, "C": 7}
    assert its.get(f"/jobs/{asked}")["state"] == "done"


def test_the_account_says_how_many_go_by_themselves_on_one_day(mirrored: Seller) -> None:
    path = f"/accounts/{mirrored.account}"
    assert mirrored.its.get(path)["publish_limit"] is None
    mirrored.its.patch(path, {"publish_limit": 7})
    mirrored.its.run()
    assert mirrored.its.get(f"/sales-lists/{mirrored.list}/exports")["limit"] == 7
    for wrong in (-1, 100_001, "7", 1.5):
        answer = mirrored.its.call("PATCH", f"/v1{path}", {"publish_limit": wrong})
        assert answer.status == 422
        assert [one["field"] for one in answer.body["fields"]] == ["publish_limit"]
    assert mirrored.its.get(path)["publish_limit"] == 7


def test_the_backlog_is_sent_whole_or_in_part(mirrored: Seller) -> None:
    its = mirrored.its
    first, second = its.add_product("A"), its.add_product("B")
    enter(mirrored, first, second, new=False)
    assert mirrored.live_offers() == {}
    backlog(mirrored, [first])
    assert mirrored.live_offers() == {"A": 7}
    job = backlog(mirrored, "all")["job"]
    assert mirrored.live_offers() == {"A": 7, "B": 7}
    ended = its.get(f"/jobs/{job['id']}")
    assert (ended["state"], ended["done"], ended["skipped"]) == ("done", 1, 1)


@pytest.mark.parametrize(("products", "text"), [(["404"], "not in the backlog: 404"), ("all", "the backlog is empty")])
def test_a_backlog_that_there_is_not_names_the_field_and_begins_no_job(
    mirrored: Seller, products: Any, text: str
) -> None:
    answer = backlog(mirrored, products, expect=422)
    assert answer["fields"] == [{"field": "products", "text": text}]
    assert mirrored.its.get("/jobs")["jobs"] == []


@pytest.mark.parametrize("products", [[], ["1"] * 501, "some", 7, None])
def test_a_backlog_of_the_wrong_shape_names_the_field(mirrored: Seller, products: Any) -> None:
    answer = backlog(mirrored, products, expect=422)
    assert {one["field"].split(".")[0] for one in answer["fields"]} == {"products"}


def test_a_list_without_collections_has_no_backlog(seller: Seller) -> None:
    answer = backlog(seller, "all", expect=422)
    assert [one["field"] for one in answer["fields"]] == ["products"]
