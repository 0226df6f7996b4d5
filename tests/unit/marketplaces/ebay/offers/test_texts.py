"""Every reason that eBay's adapter can give has a text, and no text is for nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from string import Formatter

import pytest
from pydantic import ValidationError

from listbridge import registry
from listbridge.infra.calls.error_row import Row
from listbridge.marketplaces import ebay
from listbridge.marketplaces.ebay.errors import BY_ID, ZERO
from listbridge.marketplaces.ebay.manifest import MANIFEST
from listbridge.marketplaces.ebay.settings import Credentials, Settings
from listbridge.marketplaces.ebay.sites import SITES

FOLDER = Path(ebay.__file__).parent
TEXTS = json.loads((FOLDER / "messages.json").read_text())
SOURCE = "\n".join(path.read_text() for path in sorted(FOLDER.rglob("*.py")))
_CODE = re.compile(r'(?:Problem\(|Row\(\s*\w+,)\s*"([a-z_]+)"')
_FIX = re.compile(r'Problem\([^"]*"[a-z_]+"(?:,\s*(?:params|\{[^}]*\}))?,\s*(?:fix=)?"([a-z_]+)"')


def codes() -> set[str]:
    """Every code in the source, and those that only the table holds."""
    import listbridge.marketplaces.ebay.errors as errors

    rows = {row for row in vars(errors).values() if isinstance(row, Row)} | set(BY_ID.values())
    return set(_CODE.findall(SOURCE)) | {row.code for row in rows}


def fixes() -> set[str]:
    import listbridge.marketplaces.ebay.errors as errors

    rows = {row for row in vars(errors).values() if isinstance(row, Row)} | set(BY_ID.values())
    return (set(_FIX.findall(SOURCE)) | {row.fix for row in rows}) - {""}


def test_every_code_has_a_text_and_every_text_a_code():
    assert codes() == set(TEXTS["problems"])
    assert len(codes()) > 50


def test_every_fix_has_a_text_and_every_text_a_fix():
    assert fixes() == set(TEXTS["fixes"])


@pytest.mark.parametrize("text", [*TEXTS["problems"].values(), *TEXTS["fixes"].values()])
def test_a_text_is_a_sentence_with_plain_blanks(text: str):
    assert text[0].isupper() or text.startswith(("eBay", "{"))
    assert text.endswith((".", "}"))
    assert {name for _, name, _, _ in Formatter().parse(text) if name} <= {
        "allowed",
        "category",
        "condition",
        "count",
        "field",
        "length",
        "max",
        "message",
        "name",
        "option",
        "other",
        "product",
        "site",
        "sku",
        "value",
        "values",
    }


def test_the_registry_finds_the_folder_and_its_card():
    assert "ebay" in registry.slugs("marketplaces")
    assert registry.marketplace("ebay") is MANIFEST
    assert registry.messages("marketplaces", "ebay") == TEXTS


def test_every_site_has_its_own_currency_and_language():
    assert set(MANIFEST.sites) == set(SITES)
    assert {site.currency for site in SITES.values()} == {bounds.currency for bounds in MANIFEST.sites.values()}
    assert all(re.fullmatch(r"[a-z]{2}-[A-Z]{2}", site.language) for site in SITES.values())
    assert all(site.id.endswith(site.language[-2:]) for site in SITES.values())


def test_what_refuses_a_zero_has_a_text():
    assert ZERO.code in TEXTS["problems"]


def test_credentials_show_no_secret_and_need_the_apps_keys():
    credentials = Credentials.model_validate({"client_id": "id", "client_secret": "hush-1", "refresh_token": "hush-2"})
    assert "hush" not in repr(credentials) + credentials.model_dump_json()
    with pytest.raises(ValidationError) as refused:
        Credentials.model_validate({"client_id": "id", "client_secret": ["hush-3"]})
    assert "hush" not in str(refused.value)


def test_settings_know_two_environments_only():
    assert Settings.model_validate({}).environment == "production"
    with pytest.raises(ValidationError):
        Settings.model_validate({"environment": "http://evil.example"})
