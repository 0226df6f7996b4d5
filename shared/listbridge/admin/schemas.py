"""What callers may send. A field that is not here is refused by name, so that a typing error is not taken for a wish."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StrictBool, StrictInt

from listbridge.admin.shape import Shape
from listbridge.domain.configuration import GuardLimits, Name, Rules
from listbridge.domain.ids import AccountId, LocationId, ProductId, ProfileId, ShopId, Site, VariantId
from listbridge.services.action_rules import Action
from listbridge.services.add_items import MOST_PRODUCTS

_ID = Field(min_length=1, max_length=200)
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


class ShopDraft(Body):
    """A shop to connect. Its currency is asked of the shop itself; no locations means all of them."""

    name: Name
    platform: Slug
    settings: PublicSettings = Field(default_factory=dict)
    credentials: SecretFields = Field(default_factory=dict)
    locations: tuple[Annotated[LocationId, _ID], ...] = ()


class ShopPatch(Body):
    """An edit of a shop. Given settings replace those of the same name."""

    name: Name | None = None
    locations: tuple[Annotated[LocationId, _ID], ...] | None = None
    settings: PublicSettings | None = None
    rev: Rev = None


class NewCredentials(Body):
    """Credentials in full; they replace the stored ones when they work."""

    credentials: SecretFields


class AccountDraft(Body):
    """A seller account to connect: `now` with complete credentials, or `by_consent`, in the seller's browser."""

    name: Name
    marketplace: Slug
    shop: Annotated[ShopId, _ID]
    sites: tuple[Annotated[Site, _ID], ...] = ()
    settings: PublicSettings = Field(default_factory=dict)
    credentials: SecretFields = Field(default_factory=dict)
    connect: Literal["now", "by_consent"] = "now"
    auto_quantity: StrictBool = True
    auto_price: StrictBool = True
    import_orders: StrictBool = True
    relay_fulfillments: StrictBool = True
    observe: StrictBool = False
    guard: GuardLimits = GuardLimits()
    rules: Rules = Rules()


class AccountPatch(Body):
    """An edit of an account: a proposal, counted before it is applied."""

    name: Name | None = None
    shop: Annotated[ShopId, _ID] | None = None
    sites: tuple[Annotated[Site, _ID], ...] | None = None
    settings: PublicSettings | None = None
    auto_quantity: StrictBool | None = None
    auto_price: StrictBool | None = None
    import_orders: StrictBool | None = None
    relay_fulfillments: StrictBool | None = None
    observe: StrictBool | None = None
    guard: GuardLimits | None = None
    rules: Rules | None = None
    rev: Rev = None


class ProfileDraft(Body):
    """A rule set to share between sales lists."""

    name: Name
    rules: Rules = Rules()


class ProfilePatch(Body):
    """An edit of a rule set: a proposal, counted before it is applied."""

    name: Name | None = None
    rules: Rules | None = None
    rev: Rev = None


class CreationProfileDraft(Body):
    """How new offers are made on one site; settings as the marketplace's creation schema says."""

    name: Name
    marketplace: Slug
    site: Annotated[Site, _ID]
    settings: PublicSettings


class CreationProfilePatch(Body):
    """An edit of a creation profile. Given settings replace those of the same name; null takes one away."""

    name: Name | None = None
    settings: PublicSettings | None = None
    rev: Rev = None


class SalesListDraft(Body):
    """A sales list to make, in product mode."""

    name: Name
    account: Annotated[AccountId, _ID]
    site: Annotated[Site, _ID]
    mode: Literal["product"] = "product"
    profile: Annotated[ProfileId, _ID] | None = None
    creation_profile: Annotated[ProfileId, _ID] | None = None
    rules: Rules = Rules()


class SalesListPatch(Body):
    """An edit of a sales list: a proposal, counted before it is applied. Null takes a profile away."""

    name: Name | None = None
    profile: Annotated[ProfileId, _ID] | None = None
    creation_profile: Annotated[ProfileId, _ID] | None = None
    rules: Rules | None = None
    rev: Rev = None


class AddItems(Body):
    """Products of the shop, by the shop's own ids."""

    products: Annotated[list[Annotated[ProductId, _ID]], Field(min_length=1, max_length=MOST_PRODUCTS)]


class RelinkBody(Body):
    """A product of the shop that was made anew, by the shop's own id."""

    product: Annotated[ProductId, _ID]


class ActionBody(Body):
    """An action on some items (ids as the list's items show them) or, in so many words, on `all` of them.

    An action on all that is too large for one call answers with a cursor: ask again with it for the rest.
    """

    action: Action
    items: Annotated[list[str], Field(min_length=1, max_length=500)] | Literal["all"]
    cursor: str | None = None


class ChosenProduct(Body):
    """The variant that an order's line stands for, by the shop's own ids."""

    product: Annotated[ProductId, _ID]
    variant: Annotated[VariantId, _ID]


class SettingsBody(Body):
    """The settings of this installation."""

    buyer_retention_days: Annotated[
        StrictInt,
        Field(ge=0, le=3650, description="How long buyers' data are kept after their order is done"),
    ]
    rev: Rev = None
