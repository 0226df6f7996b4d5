"""What a seller tells us to connect an eBay account and to make offers: public settings, credentials, creation settings."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, ValidationInfo, field_validator

from listbridge.domain.written_as import WrittenAs
from listbridge.marketplaces.ebay.safety import DrawnContact, Label

Text = Annotated[str, StringConstraints(strip_whitespace=True)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Value = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50)]

Number = Annotated[
    str, StringConstraints(strip_whitespace=True), WrittenAs(r"^\d{1,12}$", "a number of up to 12 digits")
]
"""A category's or a descriptor's number."""
NumberOrNone = Annotated[
    str, StringConstraints(strip_whitespace=True), WrittenAs(r"^(\d{1,12})?$", "a number of up to 12 digits, or empty")
]

PolicyId = Annotated[str, WrittenAs(r"^\d{1,20}$", "the number of a business policy, up to 20 digits")]

StoreCategory = Annotated[
    str,
    StringConstraints(strip_whitespace=True),
    WrittenAs(
        r"^(/[^/]{1,35}){1,3}$",
        "a path of one to three names, each behind a slash and up to 35 characters long, such as /Fashion/Men/Shirts",
    ),
]
"""A whole path, "/Fashion/Men/Shirts" (Offer.storeCategoryNames). Three levels and 35 characters are what the Stores API takes (public
code, 2026)."""

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
    the seller offers, in a few words: with it eBay suggests categories. `reads_store` asks for the permission to read the
    seller's own store categories, so that they can be chosen and are checked. `alert_email` is where eBay writes when it cannot
    reach us with what it tells; it asks for one before it tells anything (createDestination, 195003). With it we ask for the permission to subscribe to the
    seller's own topics.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    environment: Literal["production", "sandbox"] = Field(default="production", title="eBay environment")
    ru_name: Text = Field(default="", title="RuName (redirect name) of the app")
    reads_store: bool = Field(
        default=False, title="Read my store's categories (asks for one more permission: connect again)"
    )
    sells: Text = Field(default="", max_length=100, title="What you sell, to suggest categories")
    alert_email: Annotated[
        str,
        StringConstraints(strip_whitespace=True, max_length=180),
        WrittenAs(r"^([^@\s]+@[^@\s]+\.[^@\s]+)?$", "an e-mail address"),
    ] = Field(
        default="",
        title="E-mail that eBay writes to when it cannot reach Listbridge (asks for one more permission: connect again)",
    )


class Credentials(BaseModel):
    """The app's keys and the seller's refresh token, as the secret holds them; the token comes from the consent."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    client_id: str = Field(min_length=1, title="App ID (client id)")
    client_secret: SecretStr = Field(min_length=1, title="Cert ID (client secret)")
    refresh_token: SecretStr = Field(default=SecretStr(""), title="Refresh token of the seller")


class CreationSettings(BaseModel):
    """How new offers are made on one site. Limits are those of sell_inventory 1.18.4.

    `aspects` are item specifics that every item gets; `option_aspects` maps an option's name in the shop to the item
    specific's name at eBay ("Colour" → "Farbe"), other options keep their name. `condition_descriptors` are what a category asks about
    a condition, by number: the numbers of the values chosen, or a text. `brand` and `mpn` stand in where the
    shop says nothing; `brand_aspect` is what the site calls the brand. `description_template` may hold `{title}`,
    `{description}`, `{vendor}` and `{sku}`. Most categories ask for an EAN or UPC: `without_barcode` says whether a
    product that has none in the shop is sent with the site's words for "does not apply", or without a code.

    A setting of the listing that is empty leaves at eBay what is there. `lot_size` only tells buyers how many pieces they get for the
    price: more than 1 and less than 450,000 (developer.ebay.com, API status of 2026-10-06). `vat_percentage` has three decimals
    (Tax.vatPercentage).
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    category_id: Number = Field(title="Category")
    condition: Condition = Field(default="NEW", title="Condition")
    condition_description: Text = Field(default="", max_length=1000, title="Condition description, of a used item")
    condition_descriptors: dict[Number, list[Value]] = Field(
        default_factory=dict, title="What more the category asks about the condition"
    )
    fulfillment_policy_id: PolicyId = Field(title="Shipping policy")
    payment_policy_id: PolicyId = Field(title="Payment policy")
    return_policy_id: PolicyId = Field(title="Return policy")
    listing_duration: Literal["GTC"] = Field(default="GTC", title="Duration: until it is ended")
    secondary_category_id: NumberOrNone = Field(default="", title="Second category (eBay may charge for it)")
    store_category_names: list[StoreCategory] = Field(
        default_factory=list, max_length=2, title="Categories of your own store, by their whole path"
    )
    lot_size: int | None = Field(default=None, gt=1, lt=450_000, title="Pieces in one lot")
    vat_percentage: Decimal | None = Field(default=None, ge=0, lt=100, decimal_places=3, title="VAT, in per cent")
    best_offer: bool | None = Field(default=None, title="Buyers may offer less (not with variations)")
    manufacturer: DrawnContact | None = Field(default=None, title="Manufacturer (product safety)")
    responsible_persons: list[DrawnContact] = Field(
        default_factory=list, max_length=5, title="Who answers for the product in the EU"
    )
    safety_pictograms: list[Label] = Field(default_factory=list, max_length=2, title="Product safety pictograms")
    safety_statements: list[Label] = Field(default_factory=list, max_length=8, title="Product safety statements")
    safety_component: Text = Field(default="", max_length=120, title="What the warnings are about")
    document_ids: list[Label] = Field(
        default_factory=list, title="Documents on product safety, by their number at eBay"
    )
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

    @field_validator("secondary_category_id")
    @classmethod
    def _another_category(cls, value: str, info: ValidationInfo) -> str:
        if value and value == info.data.get("category_id"):
            raise ValueError("the second category is the first one")
        return value

    @field_validator("aspects", "condition_descriptors")
    @classmethod
    def _values_for_each(cls, value: dict[str, list[str]]) -> dict[str, list[str]]:
        empty = [name for name, values in value.items() if not values]
        if empty:
            raise ValueError(f"no value for {', '.join(empty)}")
        return value
