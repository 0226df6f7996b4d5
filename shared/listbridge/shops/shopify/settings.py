"""What a seller tells us to connect a Shopify store: public settings, and credentials kept as a secret."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from listbridge.domain.written_as import WrittenAs
from listbridge.shops.shopify.manifest import API_VERSION

_DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\.myshopify\.com")


class Settings(BaseModel):
    """Public settings. `domain` is the store's permanent address (`example.myshopify.com`), not its shop window's."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    domain: str = Field(title="Store address", examples=["example.myshopify.com"])
    api_version: Annotated[
        str, WrittenAs(r"^20\d\d-(01|04|07|10)$", "a version of Shopify's Admin API, such as 2026-10")
    ] = Field(default=API_VERSION, title="API version")

    @field_validator("domain")
    @classmethod
    def _a_store_address(cls, value: str) -> str:
        domain = value.strip().lower()
        # Credentials are sent to this host, so nothing but a store of Shopify's may stand here.
        if not _DOMAIN.fullmatch(domain):
            raise ValueError("must look like example.myshopify.com")
        return domain


class Credentials(BaseModel):
    """The app's credentials, as the secret holds them.

    `client_id` and `client_secret` of an app made in the Dev Dashboard and installed on this store; the secret also
    signs webhooks. `previous_client_secret`: after a rotation Shopify may sign with the old one for up to an hour.
    `access_token`: the everlasting token of an older custom app, instead of a grant.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    client_id: str = Field(default="", title="Client id")
    client_secret: SecretStr = Field(title="Client secret", min_length=1)
    previous_client_secret: SecretStr | None = Field(default=None, title="Client secret before the last rotation")
    access_token: SecretStr | None = Field(default=None, title="Admin API access token (older custom apps)")

    @model_validator(mode="after")
    def _some_way_to_a_token(self) -> Credentials:
        if not self.client_id and not self.static_token:
            raise ValueError("a client id is needed unless there is an access token")
        return self

    @property
    def static_token(self) -> str:
        """The everlasting token, or an empty text."""
        return self.access_token.get_secret_value() if self.access_token else ""
