"""The admin API over real tables: from an empty installation to a selling one, and back to nothing."""

from __future__ import annotations

from typing import Any

import pytest

from listbridge.infra import aws, settings
from tests.integration.installation import HOST, SELLER, SHOP_CREDENTIALS, SITE, Installation

pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("integration")]


def _paged(its: Installation, path: str, rows: str, limit: int, **query: str) -> list[list[Any]]:
    """Every page of a listing, in order."""
    pages, cursor = [], None
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = its.ask("GET", path, limit=str(limit), **query, **more)
        pages.append(page[rows])
        cursor = page["cursor"]
        if cursor is None:
            return pages


def _secrets() -> dict[str, str]:
    """Name -> value of every secret of this deployment."""
    client = aws.client("secretsmanager")
    names = [one["Name"] for one in client.list_secrets()["SecretList"]]
    mine = [name for name in names if name.startswith("listbridge/tests/")]
    return {name: client.get_secret_value(SecretId=name)["SecretString"] for name in mine}


def test_an_installation_is_built_looked_at_and_taken_down_again(installation: Installation) -> None:
    its = installation
    before = set(_secrets())
    its.connect()
    its.sell("V1", "V2", title="Shirt")

    assert its.ask("GET", f"/shops/{its.shop}")["currency"] == "EUR"
    assert its.ask("GET", f"/accounts/{its.account}")["credentials_set"] == [
        "client_id",
        "client_secret",
        "refresh_token",
    ]
    counters = its.ask("GET", "/counters")["counters"]
    assert [(one["account"], one["live"], one["due"], one["holds"]) for one in counters] == [(its.account, 2, 0, {})]
    health = its.ask("GET", "/health")
    assert (health["ok"], health["concerns"], health["awaiting_approval"]) == (True, [], [])
    assert [len(page) for page in _paged(its, "/listings", "listings", 1, account=its.account)][:2] == [1, 1]
    assert [row["sku"] for page in _paged(its, "/listings", "listings", 1) for row in page] == ["V1", "V2"]
    sentence = its.explain("V1")["quantity"]["sentence"]
    assert sentence.startswith("shop stock 7 → 7, sent 7 at ")
    kinds = {job["kind"] for job in its.ask("GET", "/jobs")["jobs"]}
    assert kinds == {"add_items", "send"}

    assert its.call("DELETE", f"/shops/{its.shop}").status == 409
    assert its.call("DELETE", f"/accounts/{its.account}").status == 409
    assert its.call("DELETE", f"/sales-lists/{its.list}").status == 409
    assert its.act("stop_and_remove")["state"] == "done"
    its.ask("DELETE", f"/sales-lists/{its.list}", expect=204)
    its.ask("DELETE", f"/accounts/{its.account}", expect=204)
    its.ask("DELETE", f"/shops/{its.shop}", expect=204)
    assert its.ask("GET", "/shops")["shops"] == []
    assert its.ask("GET", "/listings")["listings"] == []
    assert set(_secrets()) == before
    assert its.on_sale() == {}


def test_one_secret_holds_each_connection_and_no_answer_and_no_row_shows_it(installation: Installation) -> None:
    its = installation
    its.connect()
    names = {f"listbridge/tests/shops/{its.shop}", f"listbridge/tests/accounts/{its.account}"}
    assert names <= set(_secrets())
    assert SHOP_CREDENTIALS["client_secret"] in _secrets()[f"listbridge/tests/shops/{its.shop}"]
    private = (SHOP_CREDENTIALS["client_secret"], "sim-secret", its.seller["refreshToken"])
    told = [str(its.ask("GET", path)) for path in ("/shops", "/accounts", "/activity", "/health", "/jobs")]
    rows = []
    for table in aws.client("dynamodb").list_tables()["TableNames"]:
        rows.append(str(aws.client("dynamodb").scan(TableName=table)["Items"]))
    assert [secret for secret in private if any(secret in text for text in told + rows)] == []


def test_a_list_of_many_items_is_read_in_pages_that_lose_and_repeat_nothing(installation: Installation) -> None:
    its = installation
    its.connect()
    skus = [f"S{number:02d}" for number in range(23)]
    job = its.list_products(*(its.add_product(sku) for sku in skus))
    assert (job["state"], job["total"], job["done"]) == ("done", 23, 23)
    pages = _paged(its, f"/sales-lists/{its.list}/items", "items", 5)
    assert sorted(row["sku"] for page in pages for row in page) == skus
    assert max(len(page) for page in pages) == 5
    entries = _paged(its, f"/jobs/{job['id']}/entries", "entries", 10)
    assert [entry["outcome"] for page in entries for entry in page] == ["done"] * 23
    rows = _paged(its, "/listings", "listings", 7, sales_list=its.list, status="not_active")
    assert sorted(row["sku"] for page in rows for row in page) == skus


def test_two_edits_of_one_version_do_not_overwrite_each_other(installation: Installation) -> None:
    its = installation
    its.connect()
    rev = its.ask("GET", f"/sales-lists/{its.list}")["rev"]
    jobs = [
        its.ask("PATCH", f"/sales-lists/{its.list}", {"name": name, "rev": rev}, expect=202)["job"]
        for name in ("First", "Second")
    ]
    its.lanes.run()
    ended = [its.job(job) for job in jobs]
    assert sorted(job["state"] for job in ended) == ["done", "failed"]
    lost = next(job for job in ended if job["state"] == "failed")
    assert lost["reason"]["code"] == "changed_meanwhile"
    won = "First" if ended[0]["state"] == "done" else "Second"
    assert its.ask("GET", f"/sales-lists/{its.list}")["name"] == won


def test_the_same_seller_is_not_connected_twice(installation: Installation) -> None:
    its = installation
    its.connect()
    draft = {
        "name": "again",
        "marketplace": "ebay",
        "shop": its.shop,
        "sites": [SITE],
        "credentials": its.ebay_credentials(),
    }
    answer = its.call("POST", "/accounts", draft)
    assert (answer.status, answer.body["problem"]["code"]) == (409, "seller_connected_already")
    assert [one["name"] for one in its.ask("GET", "/accounts")["accounts"]] == [SELLER]


def test_what_the_guard_holds_is_let_go_by_an_operator(installation: Installation) -> None:
    its = installation
    its.connect(guard={"zero_limit": 1})
    its.sell("V1", "V2", "V3", title="Shirt")
    for sku in ("V1", "V2", "V3"):
        its.shopify.deeds.set_stock(sku=sku, available=0)
    its.deliver()
    held = [sku for sku in ("V1", "V2", "V3") if (its.row(sku)["listing"]["reason"] or {}).get("code") == "guard"]
    assert len(held) == 2
    assert sorted(quantity for quantity, _ in its.on_sale().values()) == [0, 7, 7]
    assert its.call("POST", f"/accounts/{its.account}/guard/approve", group="viewer").status == 403
    assert its.call("POST", f"/accounts/{its.account}/guard/approve", group="operator").status == 202
    its.lanes.run()
    assert {quantity for quantity, _ in its.on_sale().values()} <= {0}


def test_the_public_address_is_learned_from_an_admin_alone_and_a_configured_one_moves_the_hooks(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    its = installation
    told = its.call("GET", "/health", group="viewer").body
    assert [one["problem"]["code"] for one in told["concerns"]] == ["public_address_unknown"]
    its.connect()
    hooks = its.shopify.world.subscriptions
    learned, count = f"https://{HOST}/prod", len(hooks.all())
    assert its.ask("GET", "/health")["public_base_url"] == learned
    assert {one.uri for one in hooks.all()} == {f"{learned}/webhooks/{its.shop}"}

    monkeypatch.setenv("PUBLIC_BASE_URL", "https://hooks.example")
    settings.forget()
    assert its.ask("GET", "/health")["public_base_url"] == "https://hooks.example"
    assert {one.uri for one in hooks.all()} == {f"https://hooks.example/webhooks/{its.shop}"}
    assert len(hooks.all()) == count
