"""Shopify behind domain.ports.ShopAdapter."""

from __future__ import annotations

from collections.abc import Collection as AnyOf
from collections.abc import Sequence
from datetime import datetime

from listbridge.domain.catalog import ProductFacts
from listbridge.domain.ids import CollectionId, LocationId, ProductId, ShopOrderId, Sku, VariantId
from listbridge.domain.orders.orders import ShopOrderRef
from listbridge.domain.orders.shop_orders import FoundOrder, OrderMark, ShopOrder, ShopOrderDraft
from listbridge.domain.ports import (
    ChangedOrders,
    ChangedProducts,
    ChosenProducts,
    Collection,
    CollectionPage,
    HookReport,
    MemberPage,
    ReadResult,
    ShopIdentity,
    SweepPage,
)
from listbridge.domain.problem import Problem
from listbridge.domain.product_choice import ProductChoice
from listbridge.domain.work import Hint, HintKind
from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.cursor_pages import all_rows
from listbridge.shops.shopify.catalog.catalog import Catalog
from listbridge.shops.shopify.catalog.changed_products import ChangeSearch
from listbridge.shops.shopify.catalog.collections import Collections
from listbridge.shops.shopify.catalog.mapping import gid, is_number, number_of
from listbridge.shops.shopify.catalog.queries import IDENTITY, SCOPES
from listbridge.shops.shopify.catalog.searches import search_query
from listbridge.shops.shopify.catalog.wire import IdentityAnswer
from listbridge.shops.shopify.client import AdminApi
from listbridge.shops.shopify.errors import ScopeMissing, lacking_scopes
from listbridge.shops.shopify.orders.orders import Orders
from listbridge.shops.shopify.scopes import CATALOGUE_SCOPES, ORDER_SCOPES, missing_scopes
from listbridge.shops.shopify.settings import Settings
from listbridge.shops.shopify.subscriptions import Subscriptions

_GID_KINDS = {HintKind.INVENTORY_ITEM: "InventoryItem", HintKind.VARIANT: "ProductVariant"}
_PATIENCE_S = 5.0


class ShopifyAdapter:
    """One Shopify store."""

    def __init__(self, connection: Connection) -> None:
        self._api = AdminApi(connection)
        self._budget = connection.budget
        self._catalog = Catalog(self._api)
        self._collections = Collections(self._api)
        self._orders = Orders(self._api, connection.clock)
        self._domain = Settings.model_validate(connection.settings).domain

    def identify(self) -> ShopIdentity:
        """Name, permanent domain, currency and active locations, and the permissions that are lacking."""
        try:
            return self._identify()
        except ScopeMissing:
            # Shopify names only what this one question would have taken.
            answer = self._api.query(SCOPES, {}, operation="identify")
            lacking = missing_scopes(answer, (*CATALOGUE_SCOPES, *ORDER_SCOPES))
            if not lacking:
                raise
            raise lacking_scopes(lacking) from None

    def _identify(self) -> ShopIdentity:
        answer = self._asked_who(None)
        places = all_rows(answer.locations, lambda after: self._asked_who(after).locations)
        locations = {LocationId(number_of(one.id)): one.name for one in places}
        if missing_scopes(answer, CATALOGUE_SCOPES):
            raise lacking_scopes(missing_scopes(answer, (*CATALOGUE_SCOPES, *ORDER_SCOPES)))
        orders = missing_scopes(answer, ORDER_SCOPES)
        return ShopIdentity(
            name=answer.shop.name,
            domain=answer.shop.myshopify_domain,
            currency=answer.shop.currency_code,
            locations=locations,
            lacks=Problem("shopify_order_scope_missing", {"scopes": ", ".join(orders)}, "grant_scopes")
            if orders
            else None,
        )

    def _asked_who(self, after: str | None) -> IdentityAnswer:
        return self._api.query(IDENTITY, {"after": after}, operation="identify")

    def products_of(self, hints: Sequence[Hint]) -> tuple[ProductId, ...]:
        """Products named, and those of the items, variants and whole orders named; an inventory item may serve several.

        A collection touches no product: what a product is does not depend on the collections it is in. An order
        that was shipped, cancelled or refunded touches none either: where stock moved, a hint of its own says so.
        """
        named = [ProductId(hint.id) for hint in hints if hint.kind is HintKind.PRODUCT]
        owners = dict.fromkeys(
            gid(_GID_KINDS[hint.kind], hint.id) for hint in hints if hint.kind in _GID_KINDS and is_number(hint.id)
        )
        found = self._catalog.owners(list(owners))
        for hint in hints:
            if hint.kind is HintKind.ORDER_PRODUCTS and is_number(hint.id):
                found += self._catalog.of_order(gid("Order", hint.id))
        return tuple(dict.fromkeys([*named, *found]))

    def read_products(self, products: Sequence[ProductId]) -> ReadResult:
        return self._catalog.read(products)

    def sweep(self, cursor: str | None) -> SweepPage:
        return self._catalog.sweep(cursor)

    def products_changed(self, since: datetime, cursor: str | None) -> ChangedProducts:
        return ChangeSearch(self._api, self._catalog).page(since, cursor)

    def collections(self, cursor: str | None) -> CollectionPage:
        return self._collections.page(cursor)

    def collection(self, id: CollectionId) -> Collection | None:
        return self._collections.one(id)

    def members(self, id: CollectionId, cursor: str | None) -> MemberPage | None:
        return self._collections.members(id, cursor)

    def collections_of(
        self, products: Sequence[ProductId], among: AnyOf[CollectionId]
    ) -> dict[ProductId, frozenset[CollectionId]]:
        return self._collections.of(products, among)

    def search(self, text: str, limit: int, cursor: str | None = None) -> tuple[tuple[ProductFacts, ...], str | None]:
        """Words that products have to hold, each by its beginning; a single word may also be a whole SKU."""
        return self._catalog.search(search_query(text), limit, cursor)

    def chosen(self, choice: ProductChoice, cursor: str | None) -> ChosenProducts:
        return self._catalog.chosen(choice, cursor)

    def products_with_skus(self, skus: Sequence[Sku]) -> tuple[ProductId, ...]:
        return self._orders.products_with(skus)

    def products_with_barcodes(self, barcodes: Sequence[str]) -> tuple[ProductId, ...]:
        return self._orders.products_with_barcodes(barcodes)

    def look_for_order(self, mark: OrderMark) -> tuple[FoundOrder, ...]:
        return self._orders.look(mark)

    def create_order(self, draft: ShopOrderDraft) -> ShopOrderRef:
        return self._orders.create(draft)

    def orders_changed(self, since: datetime, cursor: str | None) -> ChangedOrders:
        return self._orders.changed(since, cursor)

    def read_orders(self, orders: Sequence[ShopOrderRef]) -> dict[ShopOrderId, ShopOrder]:
        return self._orders.read(orders)

    def cancel_order(self, order: ShopOrderId) -> None:
        self._orders.cancel(order)

    def stock_taken(self, order: ShopOrderId) -> dict[VariantId, dict[LocationId, int]]:
        return self._orders.stock_taken(order)

    def order_url(self, order: ShopOrderId) -> str:
        return f"https://{self._domain}/admin/orders/{order}"

    def remove_webhooks(self, url: str) -> tuple[str, ...]:
        with self._budget.patient(_PATIENCE_S):
            return Subscriptions(self._api).remove(url)

    def ensure_webhooks(self, url: str, secret: str = "") -> HookReport:
        """Nothing is locked meanwhile, so a new address, which takes two calls a topic, waits for them one by one."""
        with self._budget.patient(_PATIENCE_S):
            return Subscriptions(self._api).ensure(url)


def open_adapter(connection: Connection) -> ShopifyAdapter:
    """The adapter for one shop. Raises pydantic's ValidationError when settings or credentials are incomplete."""
    return ShopifyAdapter(connection)
