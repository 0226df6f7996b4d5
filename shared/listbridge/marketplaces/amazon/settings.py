"""What a seller tells us to connect an Amazon account and to make offers: public settings, credentials, creation settings."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, field_validator

from listbridge.domain.written_as import WrittenAs

Text = Annotated[str, StringConstraints(strip_whitespace=True)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class Settings(BaseModel):
    """Public settings of one account: one seller in one region.

    `application_id` is the app's id, needed only to connect by consent. `seller_id` is what Amazon calls them: the
    consent brings it along; with a private app it is entered by hand.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    region: Literal["na", "eu", "fe"] = Field(title="Region (North America, Europe, Far East)")
    environment: Literal["production", "sandbox"] = Field(default="production", title="Amazon environment")
    application_id: Annotated[
        Text, WrittenAs(r"^(amzn1\.[A-Za-z0-9.\-]+)?$", "an application id, which begins with amzn1.")
    ] = Field(default="", max_length=200, title="Application id (amzn1.sp.solution…)")
    application_is_draft: bool = Field(default=False, title="The app is not published yet (draft)")
    seller_id: Annotated[Text, WrittenAs(r"^[A-Z0-9]{0,30}$", "a seller id: up to 30 capital letters and digits")] = (
        Field(default="", title="Seller id (on the page of your account in Seller Central)")
    )
    fba_orders: bool = Field(default=False, title="Show orders that Amazon ships from its own warehouse")
    sells: Text = Field(default="", max_length=100, title="What the account sells, in a few words")
    delete_ended: bool = Field(default=False, title="Delete ended listings from the inventory, not only their offers")


class Credentials(BaseModel):
    """The app's keys and the seller's refresh token, as the secret holds them.

    The token comes from the consent, or is a private app's own. `client_secret_since` is the day on which Amazon gave the
    client secret: it ends after 180 days.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    client_id: str = Field(min_length=1, title="Client id of the app (LWA)")
    client_secret: SecretStr = Field(min_length=1, title="Client secret of the app (LWA)")
    refresh_token: SecretStr = Field(default=SecretStr(""), title="Refresh token (private app only)")
    client_secret_since: Annotated[str, WrittenAs(r"^(\d{4}-\d{2}-\d{2})?$", "a day, such as 2026-11-28")] = Field(
        default="", title="Day on which the client secret was made"
    )

    @field_validator("client_secret_since")
    @classmethod
    def _a_day(cls, value: str) -> str:
        """Raises ValueError for a day that no month has."""
        return date.fromisoformat(value).isoformat() if value else ""


Condition = Literal[
    "new_new",
    "new_open_box",
    "new_oem",
    "refurbished_refurbished",
    "used_like_new",
    "used_very_good",
    "used_good",
    "used_acceptable",
    "collectible_like_new",
    "collectible_very_good",
    "collectible_good",
    "collectible_acceptable",
    "club_club",
]
"""`ItemSummaryByMarketplace.conditionType` (listingsItems_2021-08-01)."""
Asin = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_upper=True),
    WrittenAs(r"^[A-Za-z0-9]{10}$", "an ASIN of ten letters and digits"),
]


class CreationSettings(BaseModel):
    """How new offers are made on one site: one product type, and what its attributes are when the shop says nothing.

    `attributes` are by the type's own names, each a value or the list of objects as Amazon has it. `option_attributes`
    says which attribute a shop's option is; without an entry it is the one of the same name. `variation_theme` is needed
    only where several themes of the type fit the options. `asins` are products of Amazon's catalogue that the seller
    found by hand ("Add ASIN"), by SKU.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    product_type: Annotated[
        str, WrittenAs(r"^[A-Z0-9_]{1,100}$", "a product type in capital letters, such as CANDLE")
    ] = Field(title="Product type")
    condition: Condition = Field(default="new_new", title="Condition")
    brand: Text = Field(default="", max_length=100, title="Brand, where the shop names no vendor")
    truncate_titles: bool = Field(default=False, title="Shorten titles that are too long")
    without_barcode: Literal["required", "exempt"] = Field(
        default="required", title="Products without a barcode (exempt: Amazon has granted an exemption)"
    )
    existing_products: Literal["by_barcode", "never"] = Field(
        default="by_barcode", title="Sell on products that Amazon has already, found by barcode"
    )
    asins: dict[Name, Asin] = Field(default_factory=dict, title="ASIN by SKU, of products that Amazon has already")
    option_attributes: dict[Name, Name] = Field(default_factory=dict, title="Attribute for each option of the shop")
    variation_theme: Text = Field(default="", max_length=200, title="Variation theme, where several would fit")
    handling_days: int | None = Field(default=None, ge=0, le=60, title="Days until an order is handed to the carrier")
    attributes: dict[Name, Any] = Field(default_factory=dict, title="Attributes for every item")
