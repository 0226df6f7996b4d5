"""All that an account has on a site of the simulated Amazon: by pages, and by a report above a thousand."""

from __future__ import annotations

import pytest

from listbridge.domain.ids import AccountId
from listbridge.domain.ports import RemoteListing
from listbridge.domain.verdicts import RateLimited
from listbridge.marketplaces.amazon.offers import reports
from tests.contract.marketplaces.amazon_account import DE, FR, AmazonAccount, values


def all_of(amazon: AmazonAccount) -> list[RemoteListing]:
    found: list[RemoteListing] = []
    cursor: str | None = None
    for _ in range(80):
        try:
            page = amazon.adapter.existing(DE, cursor)
        except RateLimited as wait:
            amazon.clock.advance(wait.after_s)
            continue
        found += page.listings
        cursor = page.cursor
        if cursor is None:
            return found
        amazon.clock.advance(1)
    raise AssertionError("the pages did not end")


def test_all_of_a_site_are_shown_page_by_page_and_none_of_another() -> None:
    amazon = AmazonAccount()
    skus = [f"S{number:02d}" for number in range(45)]
    amazon.on_sale(*skus)
    amazon.on_sale("ELSEWHERE", sites=(FR,))
    found = all_of(amazon)
    assert sorted(one.key.sku for one in found) == skus
    assert {(one.key.account, one.values) for one in found} == {(AccountId("acc_amazon"), values(5, "10.00"))}
    assert amazon.calls.count("searchListingsItems") == 3


def test_stock_of_amazon_s_own_is_told_apart() -> None:
    amazon = AmazonAccount()
    amazon.on_sale("MINE")
    amazon.on_sale("THEIRS", fba=True)
    assert {one.key.sku: one.fulfilled_by_marketplace for one in all_of(amazon)} == {"MINE": False, "THEIRS": True}


@pytest.mark.parametrize("charset", ["UTF-8", "Cp1252"])
def test_above_a_thousand_the_report_shows_them_all(charset: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "_ROWS", 600)
    amazon = AmazonAccount()
    skus = [*(f"S{number:04d}" for number in range(1_001)), "Kerze-Öl"]
    amazon.on_sale(*skus)
    amazon.simulator.deeds.set_report_charset(charset)  # type: ignore[arg-type]
    found = all_of(amazon)
    assert sorted(one.key.sku for one in found) == sorted(skus)
    assert {one.values for one in found} == {values(5, "10.00")}
    assert amazon.calls.count("createReport") == 1
    assert amazon.calls.count("downloadDocument") == 2
