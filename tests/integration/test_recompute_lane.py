"""Big work in chunks on real queues and tables: edits that are counted first, sweeps, and what a sweep misses."""

from __future__ import annotations

from typing import Any

import pytest

from listbridge.domain.work import Lane, RecomputeChunk
from simulators.faults import Fault
from tests.integration.installation import Installation

pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("integration")]

SKUS = ("MUG", "JUG", "CUP")
STRICT = {"share": "0.1", "count": 1}
"""More than one listing at once, and more than a tenth of all, needs approval."""


def _sell_all(its: Installation) -> list[str]:
    products = [its.add_product(sku, title=sku.title()) for sku in SKUS]
    its.list_products(*products)
    assert its.act("send")["state"] == "done"
    its.shopify.deliveries.drop()
    return products


def _edit_list(its: Installation, **rules: Any) -> dict[str, Any]:
    job = its.ask("PATCH", f"/sales-lists/{its.list}", {"rules": rules}, expect=202)["job"]
    assert (job["state"], its.lanes.depth(Lane.RECOMPUTE)) == ("running", 1)
    its.lanes.run()
    return its.job(job)


def test_a_small_edit_is_counted_applied_and_sent(connected: Installation) -> None:
    its = connected
    _sell_all(its)
    job = _edit_list(its, quantity={"mode": "cap", "value": 3}, price={"ratio": "1.10"})
    assert (job["state"], job["affected"], job["done"]) == ("done", 3, 3)
    assert its.on_sale() == dict.fromkeys(SKUS, (3, "13.75"))
    steps = [line["step"] for line in its.explain("MUG")["quantity"]["trace"]]
    assert steps == ["shop_stock", "cap"]


@pytest.mark.parametrize(
    ("answer", "state", "shown"), [("refuse", "refused", (7, "12.50")), ("approve", "done", (0, "12.50"))]
)
def test_an_edit_that_would_zero_too_many_waits_for_a_yes_with_nothing_changed(
    installation: Installation, answer: str, state: str, shown: tuple[int, str]
) -> None:
    its = installation
    its.connect(guard=STRICT)
    _sell_all(its)
    job = _edit_list(its, quantity={"mode": "buffer", "value": 100})
    assert (job["state"], job["affected"], job["live"]) == ("awaiting_approval", 3, 3)
    assert its.on_sale() == dict.fromkeys(SKUS, (7, "12.50"))
    assert [its.revisions(sku) for sku in SKUS] == [[], [], []]
    assert its.explain("MUG")["quantity"]["computed"] == 7
    assert [one["id"] for one in its.ask("GET", "/health")["awaiting_approval"]] == [job["id"]]
    its.ask("POST", f"/jobs/{job['id']}/{answer}")
    its.lanes.run()
    assert its.on_sale() == dict.fromkeys(SKUS, shown)
    assert its.job(job)["state"] == state
    assert its.call("POST", f"/jobs/{job['id']}/approve").status == 409


def test_a_sweep_finds_what_no_delivery_told(connected: Installation) -> None:
    its = connected
    products = _sell_all(its)
    its.shopify.deeds.set_stock(sku="MUG", available=2)
    its.shopify.deeds.delete_product(products[1])
    assert its.shopify.deliveries.drop() > 0
    job = its.ask("POST", f"/shops/{its.shop}/sweep", expect=202)["job"]
    its.lanes.run()
    swept = its.job(job)
    assert (swept["state"], swept["done"], swept["affected"]) == ("done", 2, 1)
    assert its.on_sale() == {"MUG": (2, "12.50"), "CUP": (7, "12.50")}  # zero first, then ended
    assert its.revisions("JUG") == [[0]]
    assert its.revisions("CUP") == []
    assert "sweep_done" in its.events()


def test_a_sweep_that_misses_too_many_waits_and_zeroes_nothing_until_a_yes(connected: Installation) -> None:
    its = connected
    account = its.ask("PATCH", f"/accounts/{its.account}", {"guard": STRICT}, expect=202)
    products = _sell_all(its)
    its.lanes.run()
    assert its.job(account["job"])["state"] == "done"
    for product in products[1:]:
        its.shopify.deeds.delete_product(product)
    its.shopify.deliveries.drop()
    job = its.ask("POST", f"/shops/{its.shop}/sweep", expect=202)["job"]
    its.lanes.run()
    waiting = its.job(job)
    assert (waiting["state"], waiting["affected"], waiting["live"]) == ("awaiting_approval", 2, 3)
    assert its.on_sale() == dict.fromkeys(SKUS, (7, "12.50"))
    its.ask("POST", f"/jobs/{job['id']}/approve")
    its.lanes.run()
    assert its.on_sale() == {"MUG": (7, "12.50")}


def test_a_sweep_that_the_shop_cannot_answer_proves_nothing_and_is_taken_up_again(installation: Installation) -> None:
    its = installation
    its.connect()
    _sell_all(its)
    its.shopify.faults.add(Fault("*", "status", status=503, times=1))
    job = its.ask("POST", f"/shops/{its.shop}/sweep", expect=202)["job"]
    assert its.lanes.step(Lane.RECOMPUTE) == []
    assert its.job(job)["state"] == "running"
    assert its.on_sale() == dict.fromkeys(SKUS, (7, "12.50"))
    assert its.lanes.depth(Lane.RECOMPUTE) == 1  # delayed; the same message again stands for the end of the delay
    its.lanes.send(Lane.RECOMPUTE, RecomputeChunk(job=job["id"]).model_dump_json())
    its.lanes.run()
    assert (its.job(job)["state"], its.job(job)["affected"]) == ("done", 0)
    assert its.on_sale() == dict.fromkeys(SKUS, (7, "12.50"))


def test_an_edit_made_on_a_version_that_is_gone_is_a_conflict_and_starts_no_job(installation: Installation) -> None:
    its = installation
    its.connect()
    rev = its.ask("GET", f"/sales-lists/{its.list}")["rev"]
    its.lanes.run()
    before = len(its.ask("GET", "/jobs")["jobs"])
    assert its.call("PATCH", f"/sales-lists/{its.list}", {"name": "New", "rev": rev + 1}).status == 409
    assert len(its.ask("GET", "/jobs")["jobs"]) == before
    assert its.lanes.depth(Lane.RECOMPUTE) == 0
