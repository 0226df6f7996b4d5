"""What callers may send. A field that is not here is refused by name, so that a typing error is not taken for a wish."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StrictBool, StrictInt, field_validator

from listbridge.admin.shape import Shape
from listbridge.domain.configuration import GuardLimits, Name, PriceRule, QuantityRule, Rules
from listbridge.domain.ids import AccountId, LocationId, ProductId, ProfileId, ShopId, Site, VariantId
from listbridge.services.action_rules import Action
from listbridge.services.add_items import MOST_PRODUCTS
from listbridge.services.preview import MOST_PRODUCTS as MOST_PREVIEWED

ID = Field(min_length=1, max_length=200)
"""Of every id in a body, ours or a platform's."""
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
PublicSettings = Annotated[dict[str, Any], Field(description="As the platform's settings schema says")]
SecretFields = Annotated[
    dict[str, str], Field(repr=False, description="As the platform's credentials schema says; never returned")
]
Rev = Annotated[
    int | None, Field(description="The version that was edited; a newer one is answered with 409")
]


class Body(Shape):
    """The root of all request bodies. Errors never repeat what was sent: it may be a secret."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    @field_validator("*", mode="after")
    @classmethod
    def _readable(cls, value: Any) -> Any:
        """Texts that people read, and ids, have no control characters: they would break lines of logs and pages."""
        if isinstance(value, str) and any(unicodedata.category(letter) == "Cc" for letter in value):
            raise ValueError("has a control character")
        return value


class NewQuantityRule(QuantityRule, Body):
    """A quantity rule in full."""


class NewPriceRule(PriceRule, Body):
    """A price rule in full."""


class NewRules(Rules, Body):
    """Rules in full; what is absent is taken from the next level out."""

    quantity: NewQuantityRule | None = None
    price: NewPriceRule | None = None


class NewGuardLimits(GuardLimits, Body):
    """The guard's limits; what is absent is the default."""


class ShopDraft(Body):
    """A shop to connect: `now` with complete credentials, or `by_consent`, handed over by the shop. Its currency is asked of
    the shop itself; no locations means all of them."""

    name: Name
    platform: Slug
    settings: PublicSettings = Field(default_factory=dict)
    credentials: SecretFields = Field(default_factory=dict)
    connect: Literal["now", "by_consent"] = "now"
    locations: tuple[Annotated[LocationId, ID], ...] = ()


class NewCredentials(Body):
    """Credentials in full; they replace the stored ones when they work."""

    credentials: SecretFields


class AccountDraft(Body):
    """A seller account to connect: `now` with complete credentials, or `by_consent`, in the seller's browser."""

    name: Name
    marketplace: Slug
    shop: Annotated[ShopId, ID]
    sites: tuple[Annotated[Site, ID], ...] = ()
    settings: PublicSettings = Field(default_factory=dict)
    credentials: SecretFields = Field(default_factory=dict)
    connect: Literal["now", "by_consent"] = "now"
    auto_quantity: StrictBool = True
    auto_price: StrictBool = True
    import_orders: StrictBool = True
    relay_fulfillments: StrictBool = True
    observe: StrictBool = False
    guard: NewGuardLimits = NewGuardLimits()
    rules: NewRules = NewRules()


class ProfileDraft(Body):
    """A rule set to share between sales lists."""

    name: Name
    rules: NewRules = NewRules()


class CreationProfileDraft(Body):
    """How new offers are made on one site; settings as the marketplace's creation schema says."""

    name: Name
    marketplace: Slug
    site: Annotated[Site, ID]
    settings: PublicSettings


class SalesListDraft(Body):
    """A sales list to make, in product mode."""

    name: Name
    account: Annotated[AccountId, ID]
    site: Annotated[Site, ID]
    mode: Literal["product"] = "product"
    profile: Annotated[ProfileId, ID] | None = None
    creation_profile: Annotated[ProfileId, ID] | None = None
    rules: NewRules = NewRules()


class AddItems(Body):
    """Products of the shop, by the shop's own ids."""

    products: Annotated[list[Annotated[ProductId, ID]], Field(min_length=1, max_length=MOST_PRODUCTS)]


class PreviewBody(Body):
    """Products of the shop to look at, by the shop's own ids."""

    products: Annotated[list[Annotated[ProductId, ID]], Field(min_length=1, max_length=MOST_PREVIEWED)]


class RelinkBody(Body):
    """A product of the shop that was made anew, by the shop's own id."""

    product: Annotated[ProductId, ID]


class ActionBody(Body):
    """An action on some items (ids as the list's items show them) or, in so many words, on `all` of them.

    An action on all that is too large for one call answers with a cursor: ask again with it for the rest.
    """

    action: Action
    items: Annotated[list[str], Field(min_length=1, max_length=500)] | Literal["all"]
    cursor: str | None = None


class ChosenProduct(Body):
    """The variant that an order's line stands for, by the shop's own ids."""

    product: Annotated[ProductId, ID]
    variant: Annotated[VariantId, ID]


class SettingsBody(Body):
    """The settings of this installation."""

    buyer_retention_days: Annotated[
        StrictInt,
        Field(ge=0, le=3650, description="How long buyers' data are kept after their order is done"),
    ]
    rev: Rev = None
