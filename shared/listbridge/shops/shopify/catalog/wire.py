"""Shopify's GraphQL answers, as far as we read them (Admin API 2026-04 to 2026-07); what we do not know is ignored."""

from __future__ import annotations

from typing import Annotated, Generic, Self, TypeVar

from pydantic import AwareDatetime, BeforeValidator, Field, model_validator

from listbridge.infra.calls.wire_models import CamelTold

T = TypeVar("T")


class PageInfo(CamelTold):
    has_next_page: bool = False
    end_cursor: str | None = None

    @model_validator(mode="after")
    def _names_what_follows(self) -> Self:
        """A page that has more behind it and does not say where is unreadable: to stop there would take the rest for absent."""
        if self.has_next_page and self.end_cursor is None:
            raise ValueError("a page has more behind it, and names no cursor")
        return self


class Page(CamelTold, Generic[T]):
    """One page of a connection."""

    nodes: tuple[T, ...] = ()
    page_info: PageInfo = PageInfo()

    @property
    def more(self) -> str | None:
        """See `infra.calls.cursor_pages.CursorPage`."""
        return self.page_info.end_cursor if self.page_info.has_next_page else None


class Nodes(CamelTold, Generic[T]):
    """What each of several ids stands for, in their order; null for what is not there."""

    nodes: tuple[T | None, ...]


class Count(CamelTold):
    count: int
    precision: str

    @property
    def exact(self) -> int | None:
        """None where Shopify stopped counting."""
        return self.count if self.precision == "EXACT" else None


class Picture(CamelTold):
    url: str


class Medium(CamelTold):
    """Any medium of a product; only pictures have an `image`, and theirs is null until it has been processed."""

    image: Picture | None = None


class Named(CamelTold):
    """A thing of which we need no more than its global id."""

    id: str


class Quantity(CamelTold):
    """`quantity` is never null in the schema; null is taken for "no number" all the same."""

    name: str
    quantity: int | None = None


class Level(CamelTold):
    location: Named
    quantities: tuple[Quantity, ...] = ()


class InventoryItem(CamelTold):
    id: str
    tracked: bool
    inventory_levels: Page[Level]


class SelectedOption(CamelTold):
    name: str
    value: str


class Variant(CamelTold):
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


class Option(CamelTold):
    name: str
    position: int = 0


class Product(CamelTold):
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


class Location(CamelTold):
    id: str
    name: str


class Currency(CamelTold):
    currency_code: str = Field(pattern=r"^[A-Z]{3}$")


class Shop(Currency):
    name: str
    myshopify_domain: str


class Scope(CamelTold):
    handle: str


class Installation(CamelTold):
    access_scopes: tuple[Scope, ...]


class ScopesAnswer(CamelTold):
    current_app_installation: Installation


class IdentityAnswer(ScopesAnswer):
    shop: Shop
    locations: Page[Location]


class ProductsAnswer(CamelTold):
    shop: Currency
    products: Page[Product]


class Changed(Named):
    updated_at: AwareDatetime


class CountedProductsAnswer(ProductsAnswer):
    products_count: Count | None = None


class ChosenAnswer(CamelTold):
    products: Page[Named]
    products_count: Count | None = None


class ProductNodesAnswer(Nodes[Product]):
    shop: Currency


class RuleSet(CamelTold):
    """Of a collection that rules fill. What they say is Shopify's affair: we read who is in it."""


class Collection(CamelTold):
    id: str
    title: str
    rule_set: RuleSet | None = None
    products_count: Count | None = None


class CountedMembers(CamelTold):
    products_count: Count | None = None
    products: Page[Named]


class InCollections(Named):
    """A product and a page of the collections that it is in."""

    collections: Page[Named]


class LevelsOfItem(CamelTold):
    id: str
    inventory_levels: Page[Level]


class VariantOfItem(CamelTold):
    product: Named


class Owner(CamelTold):
    """An inventory item, which has variants, or a variant, which has a product."""

    id: str
    product: Named | None = None
    variants: Page[VariantOfItem] | None = None


class ChangedLevel(CamelTold):
    updated_at: AwareDatetime
    item: Owner


class ChangedLevels(CamelTold):
    inventory_levels: Page[ChangedLevel]


class ProductOfLine(CamelTold):
    """A line of an order; without a product it is custom, or its product was deleted."""

    product: Named | None = None


class Subscription(CamelTold):
    id: str
    topic: str
    uri: str
    format: str = "JSON"
    filter: str | None = None
    include_fields: tuple[str, ...] = ()


def _texts(path: object) -> object:
    return [str(part) for part in path] if isinstance(path, list | tuple) else path


class UserError(CamelTold):
    """`field` is a path. The schema has it of texts; recorded answers have numbers in it too, for places in a list. Some kinds
    have a `code`."""

    field: Annotated[tuple[str, ...] | None, BeforeValidator(_texts)] = None
    message: str
    code: str | None = None


class Written(CamelTold):
    """What a mutation answers; without errors it did its work."""

    user_errors: tuple[UserError, ...] = ()
