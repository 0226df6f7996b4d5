"""The committed description of the API is the API."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from openapi_schema_validator import OAS31Validator

from listbridge.admin import openapi
from tests.unit.functions.installation import Installation

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"


def _schema(document: dict[str, Any], path: str, method: str, status: str) -> dict[str, Any]:
    content = document["paths"][path][method]["responses"][status]["content"]
    return {**content["application/json"]["schema"], "components": document["components"]}


def test_the_committed_description_has_not_drifted() -> None:
    committed = (REFERENCE / "openapi.json").read_text(encoding="utf-8")
    assert committed == openapi.text(), (
        "run: python -m listbridge.admin.openapi > docs/reference/openapi.json"
    )


def test_every_route_is_in_the_reference_for_people() -> None:
    told = (REFERENCE / "api.md").read_text(encoding="utf-8")
    missing = [
        f"{method.upper()} {path}"
        for path, operations in openapi.openapi()["paths"].items()
        for method in operations
        if f"`{method.upper()} {path}`" not in told
    ]
    assert missing == []


def test_answers_are_what_the_description_says(installation: Installation) -> None:
    document = json.loads(openapi.text())
    shop = installation.connect_shop()
    account = installation.connect_account(shop)
    sales_list = installation.make_list(account)
    job = installation.add_items(sales_list, installation.add_product("A1"), installation.add_product(""))
    order = installation.keep_order(account)
    listing = installation.items(sales_list)[0]["listing"] or installation.items(sales_list)[1]["listing"]
    for path, values in {
        "/v1/platforms": {}, "/v1/shops": {}, "/v1/accounts": {}, "/v1/profiles": {}, "/v1/creation-profiles": {},
        "/v1/sales-lists": {}, "/v1/jobs": {}, "/v1/listings": {}, "/v1/activity": {}, "/v1/health": {},
        "/v1/counters": {}, "/v1/settings": {}, "/v1/orders": {}, "/v1/orders/{order_id}": {"order_id": order["id"]}, "/v1/shops/{shop_id}/products": {"shop_id": shop},
        "/v1/sales-lists/{list_id}/items": {"list_id": sales_list},
        "/v1/jobs/{job_id}/entries": {"job_id": job["id"]},
        "/v1/listings/{listing_id}/explain": {"listing_id": listing["id"]},
        "/v1/listings/{listing_id}/activity": {"listing_id": listing["id"]},
    }.items():  # fmt: skip
        answer = installation.get(path.removeprefix("/v1").format(**values))
        errors = list(OAS31Validator(_schema(document, path, "get", "200")).iter_errors(answer))
        assert errors == [], f"{path}: {[error.message for error in errors]}"
    refusal = installation.call("POST", "/v1/shops", {"name": ""})
    assert refusal.status == 422
    assert list(OAS31Validator(_schema(document, "/v1/shops", "post", "4XX")).iter_errors(refusal.body)) == []
