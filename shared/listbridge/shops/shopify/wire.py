"""Shopify's GraphQL answers, as far as we read them (Admin API 2026-04 to 2026-07); what we do not know is ignored."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

T = TypeVar("T")


class Wire(BaseModel):
    """The root of all wire models: camelCase outside, and no values in validation errors."""

    model_config = ConfigDict(
        extra="ignore",
        frozen=True,
        alias_generator=to_camel,
        populate_by_name=True,
        hide_input_in_errors=True,
    )


class PageInfo(Wire):
    has_next_page: bool = False
    end_cursor: str | None = None


class Page(Wire, Generic[T]):
    """One page of a connection."""

    nodes: tuple[T, ...] = ()
    page_info: PageInfo = PageInfo()


class Count(Wire):
    count: int
    precision: str


class Picture(Wire):
    url: str


class Medium(Wire):
    """Any medium of a product; only pictures have an `image`, and theirs is null until it has been processed."""

    image: Picture | None = None


class Named(Wire):
    """A thing of which we need no more than its global id."""

    id: str


class Quantity(Wire):
    """`quantity` is never null in the schema; null is taken for "no number" all the same."""

    name: str
    quantity: int | None = None


class Level(Wire):
    location: Named
    quantities: tuple[Quantity, ...] = ()


class InventoryItem(Wire):
    id: str
    tracked: bool
    inventory_levels: Page[Level]


class SelectedOption(Wire):
    name: str
    value: str


class Variant(Wire):
    """`price` and `compare_at_price` are decimal texts in the shop's currency."""

    id: str
    sku: str | None = None
    barcode: str | None = None
    title: str = ""
    price: str | None = None
    compare_at_price: str | None = None
    position: int = 0
    inventory_policy: str
    requires_components: bool
    selected_options: tuple[SelectedOption, ...] = ()
    media: Page[Medium] = Page[Medium]()
    inventory_item: InventoryItem


class Option(Wire):
    name: str
    position: int = 0


class Product(Wire):
    id: str
    title: str
    handle: str = ""
    status: str
    vendor: str = ""
    product_type: str = ""
    tags: tuple[str, ...] = ()
    description_html: str = ""
    updated_at: str = ""
    has_only_default_variant: bool
    options: tuple[Option, ...] = ()
    media: Page[Medium] = Page[Medium]()
    variants: Page[Variant]


class Location(Wire):
    id: str
    name: str


class Shop(Wire):
    name: str
    myshopify_domain: str
    currency_code: str = Field(pattern=r"^[A-Z]{3}$")


class Currency(Wire):
    currency_code: str = Field(pattern=r"^[A-Z]{3}$")


class Scope(Wire):
    handle: str


class Installation(Wire):
    access_scopes: tuple[Scope, ...]


class ScopesAnswer(Wire):
    current_app_installation: Installation


class IdentityAnswer(ScopesAnswer):
    shop: Shop
    locations: Page[Location]


class ProductsAnswer(Wire):
    shop: Currency
    products: Page[Product]


class ChangedProduct(Named):
    updated_at: datetime


class ChangedProductsAnswer(Wire):
    products: Page[ChangedProduct]


class CountedProductsAnswer(ProductsAnswer):
    products_count: Count | None = None


class ProductNodesAnswer(Wire):
    shop: Currency
    nodes: tuple[Product | None, ...]


class VariantsOfProduct(Wire):
    variants: Page[Variant]


class VariantsAnswer(Wire):
    product: VariantsOfProduct | None = None


class LevelsOfItem(Wire):
    id: str
    inventory_levels: Page[Level]


class LevelsAnswer(Wire):
    nodes: tuple[LevelsOfItem | None, ...]


class VariantOfItem(Wire):
    product: Named


class Owner(Wire):
    """An inventory item, which has variants, or a variant, which has a product."""

    id: str
    product: Named | None = None
    variants: Page[VariantOfItem] | None = None


class OwnersAnswer(Wire):
    nodes: tuple[Owner | None, ...]


class ChangedLevel(Wire):
    updated_at: datetime
    item: Owner


class ChangedLevels(Wire):
    inventory_levels: Page[ChangedLevel]


class ChangedLevelsAnswer(Wire):
    locations: Page[ChangedLevels]


class ProductOfLine(Wire):
    """A line of an order; without a product it is custom, or its product was deleted."""

    product: Named | None = None


class ProductsOfOrder(Wire):
    line_items: Page[ProductOfLine]


class OrderProductsAnswer(Wire):
    order: ProductsOfOrder | None = None


class Subscription(Wire):
    id: str
    topic: str
    uri: str
    format: str = "JSON"
    filter: str | None = None
    include_fields: tuple[str, ...] = ()


class SubscriptionsAnswer(Wire):
    webhook_subscriptions: Page[Subscription]


def _texts(path: object) -> object:
    return [str(part) for part in path] if isinstance(path, list | tuple) else path


class UserError(Wire):
    """`field` is a path. The schema has it of texts; recorded answers have numbers in it too, for places in a list."""

    field: Annotated[tuple[str, ...] | None, BeforeValidator(_texts)] = None
    message: str


class SubscriptionCreated(Wire):
    webhook_subscription: Named | None = None
    user_errors: tuple[UserError, ...] = ()


class SubscriptionCreateAnswer(Wire):
    webhook_subscription_create: SubscriptionCreated


class SubscriptionDeleted(Wire):
    deleted_webhook_subscription_id: str | None = None
    user_errors: tuple[UserError, ...] = ()


class SubscriptionDeleteAnswer(Wire):
    webhook_subscription_delete: SubscriptionDeleted
