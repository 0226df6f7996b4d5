"""The committed description of the API is the API."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

from openapi_schema_validator import OAS31Validator

from listbridge.admin import openapi
from tests.unit.functions.installation import Installation

ROOT = Path(__file__).parents[3]
REFERENCE = ROOT / "docs" / "reference"


def _schema(document: dict[str, Any], path: str, method: str, status: str) -> dict[str, Any]:
    content = document["paths"][path][method]["responses"][status]["content"]
    return {**content["application/json"]["schema"], "components": document["components"]}


def test_the_committed_description_has_not_drifted() -> None:
    committed = (REFERENCE / "openapi.json").read_text(encoding="utf-8")
    assert committed == openapi.text(), "run: python -m listbridge.admin.openapi > docs/reference/openapi.json"


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
        "/v1/platforms": {},
        "/v1/shops": {},
        "/v1/accounts": {},
        "/v1/profiles": {},
        "/v1/creation-profiles": {},
        "/v1/sales-lists": {},
        "/v1/jobs": {},
        "/v1/listings": {},
        "/v1/activity": {},
        "/v1/health": {},
        "/v1/counters": {},
        "/v1/settings": {},
        "/v1/orders": {},
        "/v1/orders/{order_id}": {"order_id": order["id"]},
        "/v1/shops/{shop_id}/products": {"shop_id": shop},
        "/v1/sales-lists/{list_id}/items": {"list_id": sales_list},
        "/v1/jobs/{job_id}/entries": {"job_id": job["id"]},
        "/v1/listings/{listing_id}/explain": {"listing_id": listing["id"]},
        "/v1/listings/{listing_id}/activity": {"listing_id": listing["id"]},
    }.items():
        answer = installation.get(path.removeprefix("/v1").format(**values))
        errors = list(OAS31Validator(_schema(document, path, "get", "200")).iter_errors(answer))
        assert errors == [], f"{path}: {[error.message for error in errors]}"
    refusal = installation.call("POST", "/v1/shops", {"name": ""})
    assert refusal.status == 422
    assert list(OAS31Validator(_schema(document, "/v1/shops", "post", "4XX")).iter_errors(refusal.body)) == []


def test_every_route_says_that_calls_may_be_too_many_and_every_one_behind_a_token_that_it_may_lack() -> None:
    for path, operations in openapi.openapi()["paths"].items():
        for method, operation in operations.items():
            told = set(operation["responses"])
            expected = {"429"} if operation["x-group"] == "anyone" else {"401", "429"}
            assert told & {"401", "429"} == expected, f"{method} {path}"


def test_the_command_on_the_page_writes_the_committed_description() -> None:
    command = re.findall(
        r"`(PYTHONPATH=[^`]*listbridge\.admin\.openapi)`", (REFERENCE / "api.md").read_text(encoding="utf-8")
    )
    assert len(command) == 1
    words = shlex.split(command[0])
    told = dict(word.split("=", 1) for word in words if "=" in word)
    run = [word for word in words if "=" not in word]
    ran = subprocess.run(
        run, cwd=ROOT, env={"PATH": os.environ["PATH"], **told}, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == (REFERENCE / "openapi.json").read_text(encoding="utf-8")
