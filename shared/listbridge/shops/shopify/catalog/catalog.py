"""Reading the catalogue in bulk: pages sized to the cost limit, and whatever a page left out fetched after it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from pydantic import BaseModel

from listbridge.domain.catalog import ProductFacts
from listbridge.domain.ids import ProductId
from listbridge.domain.ports import ChosenProducts, ReadResult, SweepPage
from listbridge.domain.product_choice import ChosenBy, ProductChoice
from listbridge.infra.calls.cursor_pages import all_rows
from listbridge.infra.calls.narrowing import Narrowing
from listbridge.shops.shopify.catalog import wire
from listbridge.shops.shopify.catalog.mapping import gid, is_number, number_of, product_facts
from listbridge.shops.shopify.catalog.queries import (
    ALL_PRODUCTS,
    CHOSEN_PRODUCTS,
    MORE_LEVELS,
    MORE_VARIANTS,
    PRODUCTS_BY_ID,
    PRODUCTS_OF,
    PRODUCTS_OF_ORDER,
    SEARCH_PRODUCTS,
)
from listbridge.shops.shopify.catalog.searches import choice_query
from listbridge.shops.shopify.client import AdminApi, beside, there
from listbridge.shops.shopify.errors import TooDear

M = TypeVar("M", bound=BaseModel)
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Shape:
    """How much one query asks for: products, and within each its variants and their stock levels; the rest is fetched
    by further queries of `variant_page` variants of one product, `level_items` items' levels, `owner_items` owners."""

    products: int
    variants: int
    levels: int
    variant_page: int
    level_items: int
    owner_items: int


SHAPES = (
    Shape(products=25, variants=30, levels=9, variant_page=100, level_items=100, owner_items=250),
    Shape(products=6, variants=6, levels=2, variant_page=60, level_items=1, owner_items=15),
)
"""From the widest to the narrowest. A query may cost 1000 points. Shopify's article sizes a connection linearly, by
2 + n nodes; costs measured on shops fit 2 + floor(2 ln n) nodes instead (README, "Cost"). A sweep's page of the first
shape asks for 877 points by the latter, one of the second for 877 by the former; the narrower is used only where Shopify
refuses the wider."""

_MOST_LEVELS = 250


class Catalog:
    """The products of one store. Remembers for its lifetime which shape the store's cost rule accepts."""

    def __init__(self, api: AdminApi) -> None:
        self._api = api
        self._shapes = Narrowing(SHAPES, TooDear)

    def read(self, products: Sequence[ProductId]) -> ReadResult:
        """These products, in as few queries as their cost allows; a null in Shopify's answer is a positive "gone"."""
        asked = [gid("Product", product) for product in dict.fromkeys(products) if is_number(product)]
        found: list[ProductFacts] = []
        for batch, answer in self._shapes.batches(asked, lambda shape: shape.products, self._read_batch):
            nodes = beside(batch, answer.nodes, "read_products")
            present = [node for _, node in nodes if node is not None]
            found += self._complete(present, answer.shop.currency_code, "read_products")
        return ReadResult.of(products, found)

    def sweep(self, cursor: str | None) -> SweepPage:
        """One page of all products, by id, so that nothing moves between pages.

        The cursor remembers the shape, so that a sweep whose pages are read by different workers learns it once.
        """
        rung, _, after = (cursor or "0:").partition(":")
        self._shapes.start_at(int(rung))
        answer = self._shapes.ask(
            lambda shape: self._api.query(
                ALL_PRODUCTS, _page_of(shape, shape.products, after or None), operation="sweep"
            )
        )
        page = answer.products
        products = self._complete(page.nodes, answer.shop.currency_code, "sweep")
        count = answer.products_count
        return SweepPage(
            products=tuple(products),
            cursor=f"{self._shapes.rung}:{page.page_info.end_cursor}" if page.page_info.has_next_page else None,
            total=count.exact if count is not None else None,
        )

    def search(self, query: str | None, limit: int, after: str | None) -> tuple[tuple[ProductFacts, ...], str | None]:
        """The next `limit` products that Shopify finds, and the cursor behind them; its search index may lag behind the
        products themselves."""
        found: list[ProductFacts] = []
        while len(found) < limit:
            answer = self._search_page(query, limit - len(found), after)
            found += self._complete(answer.products.nodes, answer.shop.currency_code, "search")
            after = answer.products.more
            if after is None:
                break
        return tuple(found), after

    def chosen(self, choice: ProductChoice, after: str | None) -> ChosenProducts:
        """A page of what Shopify finds of a choice, by id. A vendor or a tag is found by its whole text, whatever its case."""
        query = choice_query(choice)
        if query is None and choice.by is not ChosenBy.CATALOGUE:
            return ChosenProducts((), total=0)
        answer = self._api.query(CHOSEN_PRODUCTS, {"query": query, "after": after}, operation="chosen")
        products = tuple(ProductId(number_of(one.id)) for one in answer.products.nodes)
        count = answer.products_count
        return ChosenProducts(products, answer.products.more, count.exact if count is not None else None)

    def owners(self, ids: Sequence[str]) -> list[ProductId]:
        """The products of these variants and inventory items (global ids), each once; unknown ones are left out."""
        found: dict[ProductId, None] = {}
        for batch, answer in self._shapes.batches(ids, lambda shape: shape.owner_items, self._owners_batch):
            for named, owner in beside(batch, answer.nodes, "products_of"):
                for product in self.products_of_owner(named, owner):
                    found[ProductId(number_of(product.id))] = None
        return list(found)

    def of_order(self, order: str) -> list[ProductId]:
        """The products of an order's lines (its global id), each once; none for an order that is not there."""
        lines = self._api.rows(PRODUCTS_OF_ORDER, {"id": order}, operation="products_of")
        products = (ProductId(number_of(line.product.id)) for line in lines if line.product is not None)
        return list(dict.fromkeys(products))

    def products_of_owner(self, named: str, owner: wire.Owner | None) -> Iterator[wire.Named]:
        """By its global id, as far as it was read: a variant's product, or the products of all variants that share an inventory item."""
        while owner is not None:
            if owner.product is not None:
                yield owner.product
            page = owner.variants or wire.Page[wire.VariantOfItem]()
            yield from (variant.product for variant in page.nodes)
            if not page.page_info.has_next_page:
                return
            more = {"ids": [named], "after": page.page_info.end_cursor}
            owner = self._api.query(PRODUCTS_OF, more, operation="products_of").nodes[0]

    def _read_batch(self, ids: Sequence[str], shape: Shape) -> wire.ProductNodesAnswer:
        variables = {"ids": list(ids), "variants": shape.variants, "levels": shape.levels}
        return self._api.query(PRODUCTS_BY_ID, variables, operation="read_products")

    def _owners_batch(self, ids: Sequence[str], _: Shape) -> wire.Nodes[wire.Owner]:
        return self._api.query(PRODUCTS_OF, {"ids": list(ids), "after": None}, operation="products_of")

    def _search_page(self, query: str | None, left: int, after: str | None) -> wire.ProductsAnswer:
        def ask(shape: Shape) -> wire.ProductsAnswer:
            variables = _page_of(shape, min(left, shape.products), after) | {"query": query}
            return self._api.query(SEARCH_PRODUCTS, variables, operation="search")

        return self._shapes.ask(ask)

    # What a page left out

    def _complete(self, products: Sequence[wire.Product], currency: str, operation: str) -> list[ProductFacts]:
        """The products with all their variants, and all of these with all their stock levels."""
        variants = [self._all_variants(product, operation) for product in products]
        levels = self._missing_levels([one for of_product in variants for one in of_product], operation)
        return [
            product_facts(product, [_with_levels(one, levels) for one in of_product], currency)
            for product, of_product in zip(products, variants, strict=True)
        ]

    def _all_variants(self, product: wire.Product, operation: str) -> list[wire.Variant]:
        def more(after: str) -> wire.Page[wire.Variant]:
            def ask(shape: Shape) -> wire.Page[wire.Variant] | None:
                size = {"variants": shape.variant_page, "levels": shape.levels}
                variables = {"id": product.id, "after": after} | size
                return self._api.look_up(MORE_VARIANTS, variables, operation=operation)

            return there(self._shapes.ask(ask), operation)

        return list({variant.id: variant for variant in all_rows(product.variants, more)}.values())

    def _missing_levels(self, variants: Sequence[wire.Variant], operation: str) -> Mapping[str, tuple[wire.Level, ...]]:
        """All levels of the items that have more than a page holds, by item."""
        items = dict.fromkeys(
            one.inventory_item.id for one in variants if one.inventory_item.inventory_levels.page_info.has_next_page
        )
        found: dict[str, tuple[wire.Level, ...]] = {}

        def ask(batch: Sequence[str], _: Shape) -> wire.Nodes[wire.LevelsOfItem]:
            return self._levels_page(batch, None, operation)

        for batch, answer in self._shapes.batches(list(items), lambda shape: shape.level_items, ask):
            for item, node in beside(batch, answer.nodes, operation):
                levels = there(node, operation).inventory_levels
                found[item] = tuple(all_rows(levels, partial(self._more_levels, item, operation)))
        return found

    def _more_levels(self, item: str, operation: str, after: str) -> wire.Page[wire.Level]:
        return there(self._levels_page([item], after, operation).nodes[0], operation).inventory_levels

    def _levels_page(self, items: Sequence[str], after: str | None, operation: str) -> wire.Nodes[wire.LevelsOfItem]:
        variables = {"ids": list(items), "after": after, "levels": _MOST_LEVELS}
        return self._api.query(MORE_LEVELS, variables, operation=operation)


def _page_of(shape: Shape, first: int, after: str | None) -> dict[str, Any]:
    return {"first": first, "after": after, "variants": shape.variants, "levels": shape.levels}


def _with_levels(variant: wire.Variant, levels: Mapping[str, tuple[wire.Level, ...]]) -> wire.Variant:
    """The variant with all levels of its item, where its page held only some."""
    item = variant.inventory_item
    if item.id not in levels:
        return variant
    whole = item.model_copy(update={"inventory_levels": wire.Page[wire.Level](nodes=levels[item.id])})
    return variant.model_copy(update={"inventory_item": whole})
