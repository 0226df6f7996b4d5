"""What keeps a new item of a collection from being sent automatically: the fix that is named is done, and it is on sale."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from listbridge import bootstrap
from listbridge.infra import settings
from tests.unit.functions.mirroring import enter, limit, mirror
from tests.unit.functions.seller import Seller
from tests.unit.remedies.etsy_installation import EtsyInstallation, EtsySeller, shown
from tests.unit.remedies.walks import ETSY, heard, named, walks


@pytest.fixture
def on_etsy(monkeypatch: pytest.MonkeyPatch) -> Iterator[EtsySeller]:
    monkeypatch.delenv("PUBLIC_BASE_URL", raising=False)
    settings.forget()
    yield EtsySeller(EtsyInstallation())
    bootstrap.use(None)
    settings.forget()


def waits_for(seller: Seller) -> dict[str, Any]:
    (member,) = seller.its.get(f"/sales-lists/{seller.list}/members", state="waiting")["members"]
    reason: dict[str, Any] = member["reason"]
    return reason


@walks("not_visible_yet")
def test_a_draft_is_shown_in_the_shop_and_sent(seller: Seller) -> None:
    mirror(seller)
    product = seller.its.add_product("MUG")
    seller.its.shopify.deeds.set_status(product, "DRAFT")
    enter(seller, product)
    named(waits_for(seller), "not_visible_yet", "show_in_shop")
    seller.its.shopify.deeds.set_status(product, "ACTIVE")
    heard(seller, product)
    assert seller.live_offers() == {"MUG": 7}


@walks("over_daily_limit")
def test_what_is_above_the_days_limit_is_approved(seller: Seller) -> None:
    mirror(seller)
    limit(seller, 0)
    enter(seller, seller.its.add_product("MUG"))
    named(waits_for(seller), "over_daily_limit", "approve_changes")
    approve(seller)
    assert seller.live_offers() == {"MUG": 7}


@walks("over_daily_limit_with_fees", on=ETSY)
def test_what_costs_fees_is_approved_with_their_sum(on_etsy: EtsySeller) -> None:
    mirror(on_etsy)
    limit(on_etsy, 0)
    made = [on_etsy.its.add_product(sku, title="Beeswax candle") for sku in ("A", "B", "C")]
    enter(on_etsy, *made)
    job = on_etsy.its.get(f"/sales-lists/{on_etsy.list}/exports")["question"]
    told = named(on_etsy.its.get(f"/jobs/{job}")["reason"], "over_daily_limit_with_fees", "approve_changes")
    assert told["params"] == {"products": "3", "limit": "0", "fees": "0.60 USD"}
    approve(on_etsy)
    assert set(shown(on_etsy.its)) == {"A", "B", "C"}


def approve(seller: Seller) -> None:
    job = seller.its.get(f"/sales-lists/{seller.list}/exports")["question"]
    seller.its.post(f"/jobs/{job}/approve", expect=200)
    seller.its.run()
