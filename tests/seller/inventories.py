"""The words for what an account has on its marketplace already, and for linking it."""

from __future__ import annotations

from typing import Any

from tests.seller.merchant import Merchant


def read(merchant: Merchant) -> dict[str, Any]:
    """The account's inventory was read and matched: the job as it ended."""
    its = merchant.its
    job = its.post(f"/accounts/{merchant.account}/inventory", {"site": merchant.site}, expect=202)["job"]
    its.run()
    ended: dict[str, Any] = its.get(f"/jobs/{job['id']}")
    assert ended["state"] == "done", ended
    return ended


def lines(merchant: Merchant, state: str = "matched", **query: str) -> list[dict[str, Any]]:
    """The lines in this state, of the inventory that was read last."""
    page = merchant.its.get(f"/accounts/{merchant.account}/inventory", site=merchant.site, state=state, **query)
    found: list[dict[str, Any]] = page["lines"]
    return found


def counts(merchant: Merchant) -> dict[str, int]:
    """How many lines are in each state; those in which there are none left out."""
    page = merchant.its.get(f"/accounts/{merchant.account}/inventory", site=merchant.site)
    return {state: number for state, number in page["counts"].items() if number}


def link(merchant: Merchant, chosen: Any = "all", *, into: str | None = None, minutes: float = 0) -> dict[str, Any]:
    """The lines were linked: the job as it ended."""
    body = {"site": merchant.site, "lines": chosen} | ({"sales_list": into} if into is not None else {})
    job = merchant.its.post(f"/accounts/{merchant.account}/inventory/links", body, expect=202)["job"]
    merchant.its.run()
    found: dict[str, Any] = merchant.its.get(f"/jobs/{job['id']}")
    return found


def mapped(merchant: Merchant, there: str, here: str, *, everywhere: bool = False) -> dict[str, Any]:
    """The marketplace's SKU stands for the shop's from now on, for her account or for all: the job as it ended."""
    body = {"marketplace_sku": there, "shop_sku": here} | ({} if everywhere else {"account": merchant.account})
    job = merchant.its.post("/sku-mappings", body)["job"]
    merchant.its.run()
    ended: dict[str, Any] = merchant.its.get(f"/jobs/{job['id']}")
    return ended


def had_before(merchant: Merchant, sku: str, *, now: str = "") -> str:
    """The product is live on the marketplace, and nothing of it is known here: another tool listed it. Its id in the shop, which
    calls it `now` by now."""
    product = merchant.on_sale(sku)
    merchant.act("unlink")
    merchant.act("remove")
    assert merchant.its.items(merchant.list) == []
    if now:
        merchant.its.shopify.deeds.set_variant_sku(now, sku=sku)
    return product


def listed(merchant: Merchant, sku: str) -> Any:
    """Our listing of the item that has this SKU in the shop."""
    return merchant.row(sku)["listing"]
