"""Who an account is: the seller's shop, and what the adapter must know of it."""

from __future__ import annotations

from listbridge.domain.ports import AccountIdentity
from listbridge.infra.calls.api_client import path_of
from listbridge.infra.calls.wire_models import Told
from listbridge.marketplaces.etsy.client import EtsyHttp, Request
from listbridge.marketplaces.etsy.sites import SITE


class Shop(Told):
    """`Shop`."""

    shop_id: int
    currency_code: str
    shop_location_country_iso: str | None = None


def identify(http: EtsyHttp) -> AccountIdentity:
    """The shop's id, which stays; its currency and its country are facts of the account. Raises RemoteError."""
    id = str(http.myself().shop_id)
    shop = _shop(http, id)
    facts = {"shop_id": id, "currency": shop.currency_code, "country": shop.shop_location_country_iso or ""}
    return AccountIdentity(id, (SITE,), facts)


def currency_now(http: EtsyHttp) -> str:
    """What the shop sells in at this moment: the account's facts are as old as its last check. Raises RemoteError."""
    return _shop(http, http.shop).currency_code


def _shop(http: EtsyHttp, id: str) -> Shop:
    return http.read(Request("GET", f"shops/{path_of(id)}", "getShop"), Shop)
