"""What a seller tells us to connect the stall."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class Settings(BaseModel):
    """There is nothing public to tell."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Credentials(BaseModel):
    """The key of the stall's API."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    key: SecretStr = Field(min_length=1, title="Key")
