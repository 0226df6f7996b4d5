"""What callers may send. A field that is not here is refused by name, so that a typing error is never taken for
something that somebody wants."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StrictBool, StrictInt, field_validator

from listbridge.admin.shape import Shape
from listbridge.domain.configuration import GuardLimits, Name, OnLeave, PriceRule, QuantityRule, Rules, SalesListMode
from listbridge.domain.ids import (
    AccountId,
    CollectionId,
    LocationId,
    ProductId,
    ProfileId,
    RemoteId,
    SalesListId,
    ShopId,
    Site,
    Sku,
    VariantId,
)
from listbridge.domain.listings.listing import LedgerField, Status
from listbridge.domain.listings.listing_filter import ListingFilter
from listbridge.domain.written_as import WrittenAs
from listbridge.services.listings.act.adopt_listings import MOST_CHOSEN
from listbridge.services.listings.action_rules import Action
from listbridge.services.listings.items.add_items import MOST_PRODUCTS
from listbridge.services.listings.linking.link_inventory import MOST_CHOSEN as MOST_LINES
from listbridge.services.listings.publish.preview import MOST_PRODUCTS as MOST_PREVIEWED

ID = Field(min_length=1, max_length=200)
"""Of every id in a body, ours or a platform's."""
Slug = Annotated[str, WrittenAs(r"^[a-z][a-z0-9_]{0,40}$", "a name in small letters, digits and underscores")]
SecretFields = Annotated[dict[str, str], Field(repr=False)]


ChosenText = Annotated[str, Field(min_length=1, max_length=200), WrittenAs(r"[\s\S]*\S[\s\S]*", "more than blanks")]


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
    settings: dict[str, Any] = Field(default_factory=dict)
    credentials: SecretFields = Field(default_factory=dict)
    """The platform's credentials, as its JSON schema in `GET /v1/platforms` says; they are never returned."""
    connect: Literal["now", "by_consent"] = "now"
    """`now` with complete credentials; `by_consent` when the shop hands over its credentials (`GET …/authorize`)."""
    locations: tuple[Annotated[LocationId, ID], ...] = ()


class NewCredentials(Body):
    """Credentials in full; they replace the stored ones when they work."""

    credentials: SecretFields
    """All credentials of the platform, as its JSON schema says; they are never returned."""


class ListenBody(Body):
    """What a marketplace told a person about the address at which it calls us."""

    signing_secret: str = Field(default="", max_length=200, repr=False)
    """The secret by which the marketplace signs its calls, where it makes one itself; it is never returned."""


class Reason(Body):
    """Why somebody does what they do: it stands in the activity, beside who did it."""

    why: str = Field(default="", max_length=500)
    """The reason, in their own words; empty for none."""


class AccountDraft(Body):
    """A seller account to connect: `now` with complete credentials, or `by_consent`, in the seller's browser."""

    name: Name
    marketplace: Slug
    shop: Annotated[ShopId, ID]
    sites: tuple[Annotated[Site, ID], ...] = ()
    settings: dict[str, Any] = Field(default_factory=dict)
    credentials: SecretFields = Field(default_factory=dict)
    """The platform's credentials, as its JSON schema in `GET /v1/platforms` says; they are never returned."""
    connect: Literal["now", "by_consent"] = "now"
    """`now` with complete credentials; `by_consent` when the seller consents in the browser (`GET …/authorize`)."""
    auto_quantity: StrictBool = True
    auto_price: StrictBool = True
    create_orders: StrictBool = True
    import_orders: StrictBool = Field(default=True, deprecated=True)
    """The earlier name of `create_orders`: use that one."""
    relay_fulfillments: StrictBool = True
    observe: StrictBool = False
    publish_limit: Annotated[StrictInt, Field(ge=0, le=100_000)] | None = None
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
    settings: dict[str, Any]


class SalesListDraft(Body):
    """A sales list to make."""

    name: Name
    account: Annotated[AccountId, ID]
    site: Annotated[Site, ID]
    mode: SalesListMode = SalesListMode.PRODUCT
    collections: tuple[Annotated[CollectionId, ID], ...] = ()
    on_leave: OnLeave = OnLeave.KEEP
    auto_export: StrictBool = False
    profile: Annotated[ProfileId, ID] | None = None
    creation_profile: Annotated[ProfileId, ID] | None = None
    auto_quantity: StrictBool | None = None
    auto_price: StrictBool | None = None
    rules: NewRules = NewRules()


class SwitchesBody(Body):
    """The item's own switches of automatic updates; what is null or absent is left to its sales list or account."""

    auto_quantity: StrictBool | None = None
    """Whether quantities are sent automatically when they change; null takes the sales list's switch, or the account's."""
    auto_price: StrictBool | None = None
    """Whether prices are sent automatically when they change; null takes the sales list's switch, or the account's."""

    def switches(self) -> dict[LedgerField, bool]:
        """Those that are set."""
        told = {LedgerField.QUANTITY: self.auto_quantity, LedgerField.PRICE: self.auto_price}
        return {field: on for field, on in told.items() if on is not None}


class AddItems(Body):
    """Products of the shop: by the shop's own ids, or by one thing that they have in common."""

    products: Annotated[list[Annotated[ProductId, ID]], Field(min_length=1, max_length=MOST_PRODUCTS)] | None = None
    """The products' ids in the shop; absent when they are chosen by something else."""
    search: ChosenText | None = None
    """All products that the shop's own search finds by this text."""
    collection: Annotated[CollectionId, ID] | None = None
    """All products that are in the shop's collection with this id now; what comes into it later is not added."""
    tag: ChosenText | None = None
    """All products with this tag, in whatever letter case."""
    vendor: ChosenText | None = None
    """All products of this vendor, in whatever letter case."""
    catalogue: Literal[True] | None = None
    """`true`: every product of the shop."""


class BacklogBody(Body):
    """Which of a list's backlog to send: some products by the shop's own ids, or, in so many words, `all`."""

    products: Annotated[list[Annotated[ProductId, ID]], Field(min_length=1, max_length=MOST_PRODUCTS)] | Literal["all"]
    """The products' ids in the shop, or `all` of the backlog."""


class PreviewBody(Body):
    """Products of the shop to look at, by the shop's own ids."""

    products: Annotated[list[Annotated[ProductId, ID]], Field(min_length=1, max_length=MOST_PREVIEWED)]
    """The products' ids in the shop."""


class RelinkBody(Body):
    """A product of the shop that was created again, by the shop's own id."""

    product: Annotated[ProductId, ID]


class AdoptionBody(Body):
    """Where to look for listings to adopt: everything on a site, or some listings by the marketplace's own ids."""

    site: Annotated[Site, ID]
    listings: Annotated[list[Annotated[RemoteId, ID]], Field(min_length=1, max_length=MOST_CHOSEN)] | None = None
    """The marketplace's own ids of the listings that are wanted; absent for everything on the site."""


class InventoryBody(Body):
    """Which site's inventory to read."""

    site: Annotated[Site, ID]


class SkuMappingDraft(Body):
    """What a marketplace's SKU stands for in the shop, for one account or for all."""

    account: Annotated[AccountId, ID] | None = None
    """The id of the account for which it holds; absent for all accounts. What an account has of its own comes first."""
    marketplace_sku: Annotated[Sku, Field(min_length=1, max_length=100)]
    """The SKU on the marketplace, exactly as it stands there."""
    shop_sku: Annotated[Sku, Field(min_length=1, max_length=150)]
    """The SKU in the shop, exactly as it stands there."""


class LinkingBody(Body):
    """What of an inventory to link: `lines` by their ids or, in so many words, `all` that matched."""

    site: Annotated[Site, ID]
    lines: (
        Literal["all"]
        | Annotated[
            list[Annotated[str, Field(min_length=1, max_length=1500)]], Field(min_length=1, max_length=MOST_LINES)
        ]
    )
    """The `id`s of the lines to link, or `all` for every line that matched."""
    sales_list: Annotated[SalesListId, ID] | None = None
    """The `id` of the sales list for variants that are in none of the account and site; without it these are left out."""


class ListFilterBody(Body):
    """Which listings of a sales list: those that pass all that is given, as in `GET /v1/listings`."""

    status: Status | None = None
    """Only listings that stand there on the marketplace."""
    sku: str = Field(default="", max_length=200)
    """Only listings with exactly this SKU."""
    title: str = Field(default="", max_length=200)
    """Only listings with this text in their title, in any case of letters."""
    hold: str = Field(default="", max_length=100)
    """Only listings that are not updated for the reason with this code."""

    def filter(self) -> ListingFilter:
        """What is given, as the services take it."""
        return ListingFilter(**{**self.model_dump(), "title": self.title.strip()})


class AccountFilterBody(ListFilterBody):
    """Which listings of an account."""

    sales_list: Annotated[SalesListId, ID] | None = None
    """Only of the sales list with this id."""


CatalogueId = Annotated[str, Field(max_length=100)]
Ids = Annotated[list[str], Field(min_length=1, max_length=500)] | Literal["all"]


class ActionBody(Body):
    """An action on some items (ids as the list's items show them), on those that pass a `filter` or, in so many words, on
    `all` of them."""

    action: Action
    """What to do."""
    items: Ids | None = None
    """The ids of the items to act on, or `all` of the list; absent with a `filter`."""
    filter: ListFilterBody | None = None
    """Which listings of the list to act on; absent with `items`."""
    dry_run: StrictBool = False
    """Only tell what the action would change on each item, and what it would cost: nothing is written anywhere."""
    catalogue_ids: Annotated[dict[str, CatalogueId], Field(min_length=1, max_length=500)] | None = None
    """Only with `set_catalogue_id`, and instead of `items`: by item id, the id of a product in the marketplace's own catalogue; empty takes it back."""


class AccountActionBody(Body):
    """An action on some listings of an account, on those that pass a `filter` or, in so many words, on `all` of them."""

    action: Action
    """What to do."""
    listings: Ids | None = None
    """The ids of the listings to act on, or `all` of the account; absent with a `filter`."""
    filter: AccountFilterBody | None = None
    """Which listings of the account to act on; absent with `listings`."""
    dry_run: StrictBool = False
    """Only tell what the action would change on each item, and what it would cost: nothing is written anywhere."""


class ChosenProduct(Body):
    """The variant that an order's line stands for, by the shop's own ids."""

    product: Annotated[ProductId, ID]
    variant: Annotated[VariantId, ID]


class SettingsBody(Body):
    """The settings of this installation."""

    buyer_retention_days: Annotated[StrictInt, Field(ge=0, le=3650)]
    """How many days buyers' data are kept after their order is done."""
    rev: int | None = None
    """The version that was edited: when a newer one is stored, the answer is 409; absent, it is not compared."""
