"""What a seller tells us to connect the bazaar and to make listings there."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class Settings(BaseModel):
    """There is nothing public to tell."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Credentials(BaseModel):
    """The seller's key."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    key: SecretStr = Field(min_length=1, title="Key")


class CreationSettings(BaseModel):
    """How new listings are made on one site."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    condition: Literal["new", "used"] = Field(title="Condition")
    shipping_policy_id: str = Field(min_length=1, title="Shipping")
