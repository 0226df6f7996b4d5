"""What a seller tells us to connect an Etsy shop and to make listings: public settings, credentials, creation settings."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from listbridge.domain.written_as import WrittenAs

Text = Annotated[str, StringConstraints(strip_whitespace=True)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Number = Annotated[
    str, StringConstraints(strip_whitespace=True), WrittenAs(r"^\d{1,19}$", "a number of up to 19 digits")
]
"""An id of Etsy's: an int64, kept as text as all remote ids are."""
NumberOrNone = Annotated[
    str, StringConstraints(strip_whitespace=True), WrittenAs(r"^(\d{1,19})?$", "a number of up to 19 digits, or empty")
]


class Settings(BaseModel):
    """Public settings of one account: one seller with one shop. Which shop it is, the consent says.

    `renew_sold_out`: a listing that sold out at Etsy is put on sale again automatically when the shop has stock, for a fee each time.
    `separate_updates`: the two switches of automatic updates may differ. What is switched off is then read and sent again as it was.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    renew_sold_out: bool = Field(
        default=False, title="Put sold-out listings on sale again automatically (Etsy charges a listing fee each time)"
    )
    separate_updates: bool = Field(default=False, title="Switch updates of quantity and of price apart from each other")


class Credentials(BaseModel):
    """The app's keys and the seller's refresh token, as the secret holds them. The token comes from the consent, and changes
    at each use."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    keystring: str = Field(min_length=1, title="Keystring of the app")
    shared_secret: SecretStr = Field(min_length=1, title="Shared secret of the app")
    refresh_token: SecretStr = Field(default=SecretStr(""), title="Refresh token of the seller")


WhoMade = Literal["i_did", "someone_else", "collective"]
Material = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=45),
    WrittenAs(r"^[^\W_]([^\W_]| )*$", "letters, digits and blanks"),
]
"""Letters, digits and blanks (createDraftListing); the length and the number of them are not verified."""
Era = Annotated[
    str,
    WrittenAs(
        r"^(made_to_order|(before_|\d{4}_)?\d{4}s?)$",
        "one of Etsy's periods, such as made_to_order, 2020_2026 or before_2007",
    ),
]
"""One of this year's list (`eras.eras`)."""


class CreationSettings(BaseModel):
    """How new listings are made: one category, and what the shop does not say.

    Ids are Etsy's. `option_properties` says which property of the category a shop's option is ("Size" → "100"); other options
    become custom variations of their own name. `attributes` are properties of the category that do not vary, each with its
    values. `materials` and `tags` go to every listing, the shop's own tags behind them where `tags_from_shop`. Weight and size
    are needed where the shipping profile calculates the postage.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    taxonomy_id: Number = Field(title="Category")
    who_made: WhoMade = Field(default="i_did", title="Who made it")
    when_made: Era = Field(default="made_to_order", title="When it was made")
    is_supply: bool = Field(default=False, title="It is a craft supply, not a finished product")
    shipping_profile_id: Number = Field(title="Shipping profile")
    readiness_state_id: Number = Field(title="Processing profile (ready to ship, or made to order)")
    return_policy_id: NumberOrNone = Field(default="", title="Return policy (not for shops in the EU)")
    shop_section_id: NumberOrNone = Field(default="", title="Section of the shop")
    production_partner_ids: tuple[Number, ...] = Field(default=(), title="Production partners")
    tags: tuple[Text, ...] = Field(default=(), title="Tags for every listing")
    tags_from_shop: bool = Field(default=False, title="Also the tags of the product in the shop")
    materials: tuple[Material, ...] = Field(default=(), max_length=13, title="Materials")
    option_properties: dict[Name, Number] = Field(default_factory=dict, title="Property for each option of the shop")
    attributes: dict[Number, tuple[Name, ...]] = Field(default_factory=dict, title="Attributes for every listing")
    item_weight: Decimal | None = Field(default=None, gt=0, title="Weight")
    item_weight_unit: Literal["oz", "lb", "g", "kg"] = Field(default="g", title="Unit of the weight")
    item_length: Decimal | None = Field(default=None, gt=0, title="Length")
    item_width: Decimal | None = Field(default=None, gt=0, title="Width")
    item_height: Decimal | None = Field(default=None, gt=0, title="Height")
    item_dimensions_unit: Literal["in", "ft", "mm", "cm", "m", "yd", "inches"] = Field(
        default="cm", title="Unit of the size"
    )
    should_auto_renew: bool = Field(default=False, title="Renew the listing after four months, for a fee each time")
    is_taxable: bool = Field(default=True, title="Your shop's tax rates apply")
    truncate_titles: bool = Field(default=False, title="Shorten titles that are too long")
    personalization_question: Text = Field(default="", max_length=45, title="Question for personalisation")
    personalization_instructions: Text = Field(default="", max_length=256, title="Instructions for personalisation")
    personalization_required: bool = Field(default=False, title="The buyer must answer it")
    personalization_max_characters: int = Field(default=256, ge=1, le=1024, title="Longest answer, in characters")

    @property
    def measures(self) -> tuple[Decimal | None, ...]:
        """Weight, length, width and height."""
        return (self.item_weight, self.item_length, self.item_width, self.item_height)
