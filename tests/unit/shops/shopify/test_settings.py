"""What a seller may enter to connect a store."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from listbridge.shops.shopify.manifest import MANIFEST
from listbridge.shops.shopify.settings import Credentials, Settings


@pytest.mark.parametrize("typed", ["demo.myshopify.com", "  Demo.MyShopify.com ", "0-a.myshopify.com"])
def test_a_store_address_is_accepted_and_made_lower_case(typed: str):
    assert Settings(domain=typed).domain == typed.strip().lower()


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "demo",
        "myshopify.com",
        ".myshopify.com",
        "-x.myshopify.com",
        "demo.myshopify.com.evil.example",
        "evil.example/demo.myshopify.com",
        "demo.myshopify.com/admin",
        "https://demo.myshopify.com",
        "user@demo.myshopify.com",
        "demo.myshopify.com:8443",
        "a.b.myshopify.com",
        "demo.myshopify.com\nevil",
        "127.0.0.1",
        "dém0.myshopify.com",
    ],
)
def test_credentials_are_never_sent_to_anything_but_a_store_address(typed: str):
    with pytest.raises(ValidationError):
        Settings(domain=typed)


@pytest.mark.parametrize("version", ["latest", "2026-05", "2026-7", "unstable", "2026-07/..", ""])
def test_an_api_version_that_does_not_exist_is_refused(version: str):
    with pytest.raises(ValidationError):
        Settings(domain="demo.myshopify.com", api_version=version)


def test_the_api_version_is_the_manifests_unless_named():
    assert Settings(domain="demo.myshopify.com").api_version == MANIFEST.api_version == "2026-07"
    assert Settings(domain="demo.myshopify.com", api_version="2026-10").api_version == "2026-10"


@pytest.mark.parametrize(
    "secret",
    [
        {},
        {"client_id": "id"},
        {"client_id": "id", "client_secret": ""},
        {"client_secret": "hush"},
        {"client_secret": "hush", "access_token": ""},
    ],
)
def test_incomplete_credentials_are_refused(secret: dict[str, Any]):
    with pytest.raises(ValidationError):
        Credentials.model_validate(secret)


def test_credentials_never_show_their_secrets():
    held = Credentials.model_validate(
        {"client_id": "id", "client_secret": "hush-1", "previous_client_secret": "hush-2", "access_token": "hush-3"}
    )
    assert "hush" not in repr(held) + str(held) + held.model_dump_json()
    assert held.static_token == "hush-3"
