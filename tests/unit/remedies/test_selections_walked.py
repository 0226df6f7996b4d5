"""What an action is about: a selection that is refused is chosen otherwise, and the action is done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from listbridge import bootstrap
from listbridge.infra import settings
from listbridge.services.listings.act import act_on_listings, selection
from tests.unit.functions.seller import Seller
from tests.unit.remedies.amazon_installation import AmazonInstallation
from tests.unit.remedies.etsy_installation import EtsyInstallation, EtsySeller, in_list
from tests.unit.remedies.listing_words import on_sale
from tests.unit.remedies.walks import entry, named, refusal, walks


@pytest.fixture
def etsy_seller(monkeypatch: pytest.MonkeyPatch) -> Iterator[EtsySeller]:
    monkeypatch.delenv("PUBLIC_BASE_URL", raising=False)
    settings.forget()
    yield EtsySeller(EtsyInstallation())
    bootstrap.use(None)
    settings.forget()


def asked(seller: Any, body: Any) -> Any:
    job = seller.its.post(f"/accounts/{seller.account}/actions", body, expect=202)["job"]
    seller.its.run()
    return seller.its.get(f"/jobs/{job['id']}")


@walks("nothing_selected")
def test_a_filter_that_nothing_passes_is_widened(seller: Seller) -> None:
    on_sale(seller)
    path = f"/accounts/{seller.account}/actions"
    body = {"action": "revise", "filter": {"sku": "CUP"}}
    named(refusal(seller.its, "POST", path, body, status=422), "nothing_selected", "choose_items")
    assert asked(seller, {"action": "revise", "filter": {"title": "mug"}})["done"] == 1


@walks("selection_too_large")
def test_a_selection_that_is_too_large_is_narrowed_by_a_filter(seller: Seller, monkeypatch: pytest.MonkeyPatch) -> None:
    for sku in ("MUG", "CUP"):
        on_sale(seller, sku, title=sku)
    monkeypatch.setattr(act_on_listings, "ROWS_PER_CALL", 1)
    monkeypatch.setattr(selection, "MOST_ROWS", 1)
    named(asked(seller, {"action": "revise", "listings": "all"})["reason"], "selection_too_large", "select_fewer")
    assert asked(seller, {"action": "revise", "filter": {"sku": "CUP"}})["done"] == 1


@walks("action_not_offered")
def test_where_quantity_and_price_go_together_both_are_revised(etsy_seller: EtsySeller) -> None:
    in_list(etsy_seller)
    etsy_seller.its.act(etsy_seller.list, "send")
    path = f"/sales-lists/{etsy_seller.list}/actions"
    body = {"action": "revise_price", "items": "all"}
    told = refusal(etsy_seller.its, "POST", path, body, status=422)
    named(told, "action_not_offered", "choose_other_action")
    job = etsy_seller.its.act(etsy_seller.list, "revise")
    assert entry(etsy_seller, job, "MUG")["outcome"] == "done"


@walks("catalogue_id_malformed", "would_set_catalogue_id")
def test_an_id_of_the_catalogue_is_corrected(monkeypatch: pytest.MonkeyPatch) -> None:
    its = AmazonInstallation()
    shop = its.connect_shop()
    sales_list = its.make_list(its.connect_account(shop))
    its.add_items(sales_list, its.add_product("MUG"))
    (row,) = its.items(sales_list)
    path = f"/sales-lists/{sales_list}/actions"
    body = {"action": "set_catalogue_id", "catalogue_ids": {row["id"]: "B0"}}
    named(refusal(its, "POST", path, body, status=422), "catalogue_id_malformed", "correct_catalogue_id")
    right = {**body, "catalogue_ids": {row["id"]: "B000000001"}}
    job = its.post(path, {**right, "dry_run": True}, expect=202)["job"]
    (told,) = its.get(f"/jobs/{job['id']}/entries")["entries"]
    named(told["reason"], "would_set_catalogue_id", "run_without_dry_run")
    its.post(path, right, expect=202)
    (row,) = its.items(sales_list)
    assert row["listing"]["catalogue_id"] == "B000000001"
    bootstrap.use(None)
