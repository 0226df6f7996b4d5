"""What a seller tells us to connect an Amazon account and to make offers: public settings, credentials, creation settings."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class Settings(BaseModel):
    """Public settings of one account: one seller in one region.

    `application_id` is the app's id, needed only to connect by consent. `seller_id` is the seller's merchant token, which
    the consent brings along; with a private app it is entered by hand.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    region: Literal["na", "eu", "fe"] = Field(title="Region (North America, Europe, Far East)")
    environment: Literal["production", "sandbox"] = Field(default="production", title="Amazon environment")
    application_id: Text = Field(
        default="", max_length=200, pattern=r"^(amzn1\.[A-Za-z0-9.\-]+)?$", title="Application id (amzn1.sp.solution…)"
    )
    application_is_draft: bool = Field(default=False, title="The app is not published yet (draft)")
    seller_id: Text = Field(default="", pattern=r"^[A-Z0-9]{0,30}$", title="Seller id (merchant token)")


class Credentials(BaseModel):
    """The app's keys and the seller's refresh token, as the secret holds them.

    The token comes from the consent, or is a private app's own. `client_secret_since` is the day on which Amazon gave the
    client secret: it ends after 180 days.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    client_id: str = Field(min_length=1, title="Client id of the app (LWA)")
    client_secret: SecretStr = Field(min_length=1, title="Client secret of the app (LWA)")
    refresh_token: SecretStr = Field(default=SecretStr(""), title="Refresh token (private app only)")
    client_secret_since: str = Field(
        default="", pattern=r"^(\d{4}-\d{2}-\d{2})?$", title="Day on which the client secret was made"
    )


class CreationSettings(BaseModel):
    """How new offers are made on one site: one product type, and what its attributes are when the shop says nothing.

    `attributes` are by the type's own names, each a value or the list of objects as Amazon has it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    product_type: str = Field(pattern=r"^[A-Z0-9_]{1,100}$", title="Product type")
    attributes: dict[Name, Any] = Field(default_factory=dict, title="Attributes for every item")
