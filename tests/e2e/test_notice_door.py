"""Who gets in at the door of marketplaces' notices of the deployed system, over HTTP, and what becomes of it (promises.md#p8)."""

from __future__ import annotations

import base64
import json

import pytest
import requests

from localrun.scoreboard import until
from simulators.ebay.notices import DELETION
from tests.e2e.merchant import Merchant, until_let_in

pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("local-system")]


def _forged(username: str) -> tuple[bytes, dict[str, str]]:
    body = {"metadata": {"topic": DELETION}, "notification": {"notificationId": "f1", "data": {"username": username}}}
    told = {"alg": "ecdsa", "kid": "0" * 32, "signature": base64.b64encode(b"x" * 70).decode(), "digest": "SHA1"}
    return json.dumps(body).encode(), {"X-EBAY-SIGNATURE": base64.b64encode(json.dumps(told).encode()).decode()}


def test_a_buyer_who_closes_their_account_is_erased_and_for_a_forger_nobody_is(merchant: Merchant) -> None:
    its, street = merchant, merchant.street
    sku = its.sell("FORGOTTEN")
    gone, stays = f"{its.name}-gone", f"{its.name}-stays"
    orders = [its.buy(sku, buyer={"username": user, "name": f"Ottilie {user}"}) for user in (gone, stays)]
    its.look()
    for order in orders:
        its.becomes(order, "created")
    told = its.seller.post(f"/accounts/{its.account}/events")
    assert told["address"] == f"{street.system.public_url}/notices/ebay"

    body, headers = _forged(gone)
    refused = until_let_in(
        lambda: requests.post(told["address"], data=body, headers=headers, timeout=30), lambda one: one.status_code
    )
    assert (refused.status_code, its.order(orders[0])["erased_at"]) == (412, None)

    its.marketplace.do("subscribe_notices", url=told["address"], token=told["token"], topics=[DELETION])
    its.marketplace.do("close_account", username=gone)
    until(lambda: its.order(orders[0])["erased_at"] is not None, "the buyer erased", within_s=120)
    assert its.order(orders[0])["buyer"] is None
    assert its.order(orders[1])["buyer"]["name"] == f"Ottilie {stays}"
    statuses = [one["status"] for one in its.marketplace.get("deliveries")["attempts"] if one["topic"] == DELETION]
    assert statuses == [204]
    assert gone not in street.logs()
    tables = street.tables()
    assert [table for table, rows in tables.items() if f"Ottilie {gone}" in rows] == []
    assert [table for table, rows in tables.items() if f"Ottilie {stays}" in rows] == ["listbridge-local-buyers"]
