"""What failed of an action is tried again by a job of its own."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.functions.seller import Seller
from tests.unit.remedies.walks import named, refusal, walks


def retried(seller: Seller, job: Any) -> Any:
    again = seller.its.post(f"/jobs/{job['id']}/retry", expect=202)["job"]
    seller.its.run()
    return seller.its.get(f"/jobs/{again['id']}")


@pytest.fixture
def half(seller: Seller) -> tuple[Seller, Any]:
    """A job that sent A1 and failed at A2, whose title is too long, and is corrected since."""
    long = seller.its.add_product("A2", title="x" * 200)
    seller.its.add_items(seller.list, seller.its.add_product("A1"), long)
    job = seller.its.act(seller.list, "send")
    assert (job["state"], job["done"], job["failed"]) == ("partly", 1, 1)
    seller.its.shopify.deeds.edit_product(long, title="Mug")
    return seller, job


def test_only_what_failed_is_tried_again_as_it_is_now(half: tuple[Seller, Any]) -> None:
    seller, job = half
    again = retried(seller, job)
    assert (again["kind"], again["state"], again["total"], again["done"]) == ("send", "done", 1, 1)
    assert seller.outcomes(again) == {"A2": ("done", "")}
    assert seller.live_offers() == {"A1": 7, "A2": 7}
    assert seller.its.get(f"/jobs/{job['id']}") == job


def test_what_was_taken_out_of_the_list_meanwhile_is_not_tried_again(half: tuple[Seller, Any]) -> None:
    seller, job = half
    seller.its.act(seller.list, "remove", [seller.row("A2")["id"]])
    again = retried(seller, job)
    assert (again["state"], again["reason"]["code"], again["total"]) == ("failed", "nothing_selected", 0)
    assert seller.live_offers() == {"A1": 7}


@walks("nothing_to_retry")
def test_a_job_of_which_nothing_failed_has_nothing_to_try_again(half: tuple[Seller, Any]) -> None:
    seller, job = half
    fine = retried(seller, job)
    jobs = len(seller.its.get("/jobs")["jobs"])
    named(refusal(seller.its, "POST", f"/jobs/{fine['id']}/retry"), "nothing_to_retry", "")
    sweep = seller.its.post(f"/shops/{seller.shop}/sweep", expect=202)["job"]
    named(refusal(seller.its, "POST", f"/jobs/{sweep['id']}/retry"), "nothing_to_retry", "")
    assert len(seller.its.get("/jobs")["jobs"]) == jobs + 1
