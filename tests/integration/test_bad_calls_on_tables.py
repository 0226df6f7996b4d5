"""On real tables no id, cursor or document that DynamoDB itself refuses becomes a fault of ours."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.integration.installation import Installation
from tests.unit.functions.calls import NASTY_IDS, NASTY_TEXTS, operations

pytestmark = [pytest.mark.emulator, pytest.mark.xdist_group("integration")]

READS = [route for route in operations() if route.method == "GET" and route.path.startswith("/v1/")]


def _ids(its: Installation) -> dict[str, str]:
    job = its.ask("GET", "/jobs")["jobs"][0]["id"]
    item = its.ask("GET", f"/sales-lists/{its.list}/items")["items"][0]["id"]
    listing = its.ask("GET", "/listings")["listings"][0]["id"]
    profile = its.ask("GET", "/creation-profiles")["creation_profiles"][0]["id"]
    return {
        "shop_id": its.shop,
        "account_id": its.account,
        "list_id": its.list,
        "profile_id": profile,
        "job_id": job,
        "item_id": item,
        "listing_id": listing,
        "order_id": "b25lI3R3bw",
    }


def test_no_id_and_no_cursor_is_a_fault_of_ours(installation: Installation) -> None:
    its = installation
    its.connect()
    its.sell("V1", "V2", title="Shirt")
    ids = _ids(its)
    for route in READS:
        for name in route.ids:
            for text in NASTY_IDS:
                path = route.path.removeprefix("/v1").format_map({**ids, name: quote(text, safe="")})
                assert its.call("GET", path).status in (404, 422), (str(route), name, text[:80])
        for name in sorted(set(route.query) & {"cursor", "account", "sales_list"}):
            for text in NASTY_TEXTS if name == "cursor" else ("x" * 1025, "ü" * 600, "\x00", "#"):
                answer = its.call("GET", route.path.removeprefix("/v1").format_map(ids), **{name: text})
                # A job that does not wait has no changes to page through, whatever the cursor.
                told = (200, 404, 422, *((409,) if route.path.endswith("/changes") else ()))
                assert answer.status in told, (str(route), name, text[:80], answer.body)


def test_the_largest_body_is_stored_and_a_larger_one_is_refused(installation: Installation) -> None:
    its = installation
    its.connect()
    profile = its.ask("GET", "/creation-profiles")["creation_profiles"][0]
    aspects = {f"Ma\u00df {number}": ["x" * 40] for number in range(1900)}
    answer = its.call("PATCH", f"/creation-profiles/{profile['id']}", {"settings": {"aspects": aspects}})
    assert answer.status == 200, answer.body
    assert len(its.ask("GET", f"/creation-profiles/{profile['id']}")["settings"]["aspects"]) == 1900
    twice = {**aspects, **{f"more {name}": value for name, value in aspects.items()}}
    refused = its.call("PATCH", f"/creation-profiles/{profile['id']}", {"settings": {"aspects": twice}})
    assert (refused.status, refused.body["problem"]["params"]) == (413, {"most": str(128 * 1024)})


@pytest.mark.parametrize("products", [[""], ["x" * 201], ["1", "\x00" * 300], ["1"] * 501])
def test_a_product_that_no_shop_can_have_is_refused_by_its_field(
    installation: Installation, products: list[str]
) -> None:
    its = installation
    its.connect()
    answer = its.call("POST", f"/sales-lists/{its.list}/items", {"products": products})
    assert answer.status == 422
    assert answer.body["fields"][0]["field"].startswith("products")
