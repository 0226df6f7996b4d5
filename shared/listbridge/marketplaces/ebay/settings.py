"""What a seller tells us to connect an eBay account and to make offers: public settings, credentials, creation settings."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, field_validator

Text = Annotated[str, StringConstraints(strip_whitespace=True)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Value = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50)]

Condition = Literal[
    "NEW",
    "LIKE_NEW",
    "NEW_OTHER",
    "NEW_WITH_DEFECTS",
    "CERTIFIED_REFURBISHED",
    "EXCELLENT_REFURBISHED",
    "VERY_GOOD_REFURBISHED",
    "GOOD_REFURBISHED",
    "SELLER_REFURBISHED",
    "USED_EXCELLENT",
    "USED_VERY_GOOD",
    "USED_GOOD",
    "USED_ACCEPTABLE",
    "FOR_PARTS_OR_NOT_WORKING",
    "PRE_OWNED_EXCELLENT",
    "PRE_OWNED_FAIR",
]
"""ConditionEnum of the Inventory API (developer.ebay.com, slr:ConditionEnum); which of them a category takes, eBay says."""


class Settings(BaseModel):
    """Public settings of one account.

    `ru_name` is the name that eBay gives to our redirect address, needed only to connect by consent. `sells` is what
    the seller offers, in a few words: with it eBay suggests categories.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    environment: Literal["production", "sandbox"] = Field(default="production", title="eBay environment")
    ru_name: Text = Field(default="", title="RuName (redirect name) of the app")
    sells: Text = Field(default="", max_length=100, title="What you sell, to suggest categories")


class Credentials(BaseModel):
    """The app's keys and the seller's refresh token, as the secret holds them; the token comes from the consent."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    client_id: str = Field(min_length=1, title="App ID (client id)")
    client_secret: SecretStr = Field(min_length=1, title="Cert ID (client secret)")
    refresh_token: SecretStr = Field(default=SecretStr(""), title="Refresh token of the seller")


class CreationSettings(BaseModel):
    """How new offers are made on one site. Limits are those of sell_inventory 1.18.4.

    `aspects` are item specifics that every item gets; `option_aspects` maps an option's name in the shop to the item
    specific's name at eBay ("Colour" → "Farbe"), other options keep their name. `brand` and `mpn` stand in where the
    shop says nothing; `brand_aspect` is what the site calls the brand. `description_template` may hold `{title}`,
    `{description}`, `{vendor}` and `{sku}`. Most categories ask for an EAN or UPC: `without_barcode` says whether a
    product that has none in the shop is sent with the site's words for "does not apply", or without a code.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    category_id: str = Field(pattern=r"^\d{1,12}$", title="Category")
    condition: Condition = Field(default="NEW", title="Condition")
    condition_description: Text = Field(default="", max_length=1000, title="Condition description")
    fulfillment_policy_id: str = Field(pattern=r"^\d{1,20}$", title="Shipping policy")
    payment_policy_id: str = Field(pattern=r"^\d{1,20}$", title="Payment policy")
    return_policy_id: str = Field(pattern=r"^\d{1,20}$", title="Return policy")
    merchant_location_key: str = Field(min_length=1, max_length=36, title="Location")
    brand: Text = Field(default="", max_length=65, title="Brand, where the shop has none")
    brand_aspect: Name = Field(default="Brand", title="The site's name for the brand")
    mpn: Text = Field(default="", max_length=65, title="Manufacturer's part number")
    without_barcode: Literal["does_not_apply", "leave_out"] = Field(
        default="does_not_apply", title="Products without a barcode"
    )
    aspects: dict[Name, list[Value]] = Field(default_factory=dict, title="Item specifics for every item")
    option_aspects: dict[str, Name] = Field(default_factory=dict, title="Options and their item specifics")
    description_template: str = Field(default="{description}", min_length=1, max_length=100_000, title="Description")
    truncate_titles: bool = Field(default=False, title="Shorten titles of more than 80 characters")

    @field_validator("aspects")
    @classmethod
    def _values_for_each(cls, value: dict[str, list[str]]) -> dict[str, list[str]]:
        empty = [name for name, values in value.items() if not values]
        if empty:
            raise ValueError(f"no value for {', '.join(empty)}")
        return value
