"""The stall's adapter: one opened shop."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from listbridge.shops.stall import errors, mapping
from listbridge.shops.stall.client import StallHttp
from listbridge.shops.stall.webhooks import TOPICS

from listbridge.domain import ports
from listbridge.domain.catalog import ProductFacts
from listbridge.domain.ids import CollectionId, LocationId, ProductId, ShopOrderId, Sku, VariantId
from listbridge.domain.orders.address_fields import PartsRefused
from listbridge.domain.orders.orders import ShopOrderRef
from listbridge.domain.orders.refusals import refused_cancel, variant_gone
from listbridge.domain.orders.shop_orders import FoundOrder, OrderMark, ShopOrder, ShopOrderDraft
from listbridge.domain.orders.traces import each_once
from listbridge.domain.product_choice import ChosenBy, ProductChoice
from listbridge.domain.work import Hint, HintKind
from listbridge.infra.calls.api_client import CallRefused
from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.offset_pages import page_at
from listbridge.infra.webhooks import hooks

_CHOSEN_BY: Mapping[ChosenBy, Callable[[str], dict[str, str]]] = {
    ChosenBy.SEARCH: lambda value: {"text": value[:100].replace("\x00", "")},
    ChosenBy.TAG: lambda value: {"label": value},
    ChosenBy.VENDOR: lambda value: {"maker": value},
    ChosenBy.CATALOGUE: lambda _: {},
}


class StallAdapter:
    """See `domain.ports.ShopAdapter`. Safe to share between threads."""

    def __init__(self, connection: Connection) -> None:
        self._http = StallHttp(connection)

    def identify(self) -> ports.ShopIdentity:
        told = self._http.call("GET", "about")
        places = {LocationId(one["id"]): one["name"] for one in told["places"]}
        return ports.ShopIdentity(told["name"], told["domain"], told["currency"], places)

    # ---- products ----

    def products_of(self, hints: Sequence[Hint]) -> tuple[ProductId, ...]:
        named = [ProductId(hint.id) for hint in hints if hint.kind is HintKind.PRODUCT]
        variants = [hint.id for hint in hints if hint.kind is HintKind.VARIANT and hint.id.isdigit()]
        owned = self._http.rows("products", variants=",".join(variants)) if variants else ()
        return tuple(dict.fromkeys([*named, *(ProductId(one["id"]) for one in owned)]))

    def read_products(self, products: Sequence[ProductId]) -> ports.ReadResult:
        rows = self._http.named("products", list(dict.fromkeys(products))).values()
        return ports.ReadResult.of(products, map(mapping.product_facts, rows))

    def sweep(self, cursor: str | None) -> ports.SweepPage:
        rows, behind, total = self._page("products", cursor)
        return ports.SweepPage(tuple(map(mapping.product_facts, rows)), behind, total)

    def products_changed(self, since: datetime, cursor: str | None) -> ports.ChangedProducts:
        rows, behind, _ = self._page("products", cursor, changed_since=since.isoformat())
        return ports.ChangedProducts({ProductId(one["id"]): mapping.changed_at(one) for one in rows}, behind)

    def collections(self, cursor: str | None) -> ports.CollectionPage:
        rows, behind, _ = self._page("shelves", cursor)
        return ports.CollectionPage(tuple(map(mapping.collection, rows)), behind)

    def collection(self, id: CollectionId) -> ports.Collection | None:
        return next(map(mapping.collection, self._http.named("shelves", [id]).values()), None)

    def members(self, id: CollectionId, cursor: str | None) -> ports.MemberPage | None:
        if self.collection(id) is None:
            return None
        rows, behind, total = self._page("products", cursor, shelf=id)
        return ports.MemberPage(tuple(ProductId(one["id"]) for one in rows), behind, total)

    def collections_of(
        self, products: Sequence[ProductId], among: Collection[CollectionId]
    ) -> Mapping[ProductId, frozenset[CollectionId]]:
        rows = self._http.named("products", list(dict.fromkeys(products)))
        held = {id: frozenset(map(CollectionId, one["shelves"])) & frozenset(among) for id, one in rows.items()}
        return {id: held.get(id, frozenset()) for id in products}

    def search(self, text: str, limit: int, cursor: str | None = None) -> tuple[tuple[ProductFacts, ...], str | None]:
        rows, behind, _ = self._page("products", cursor, text=text[:100].replace("\x00", ""), limit=str(limit))
        return tuple(map(mapping.product_facts, rows)), behind

    def chosen(self, choice: ProductChoice, cursor: str | None) -> ports.ChosenProducts:
        if choice.by is ChosenBy.SEARCH and not choice.value.strip():
            return ports.ChosenProducts((), total=0)
        rows, behind, total = self._page("products", cursor, **_CHOSEN_BY[choice.by](choice.value))
        return ports.ChosenProducts(tuple(ProductId(one["id"]) for one in rows), behind, total)

    def products_with_barcodes(self, barcodes: Sequence[str]) -> tuple[ProductId, ...]:
        """It keeps none."""
        return ()

    def products_with_skus(self, skus: Sequence[Sku]) -> tuple[ProductId, ...]:
        return tuple(ProductId(one["id"]) for one in self._http.rows("products", skus=",".join(skus)))

    def _page(self, what: str, cursor: str | None, **params: str) -> tuple[Sequence[Any], str | None, int]:
        return page_at(cursor, lambda offset: self._http.page(what, offset, **params))

    # ---- orders ----

    def look_for_order(self, mark: OrderMark) -> tuple[FoundOrder, ...]:
        rows = self._http.rows("orders", mark=mark.remote)
        return each_once(one for row in rows if (one := mapping.found_order(row, mark)) is not None)

    def create_order(self, draft: ShopOrderDraft) -> ShopOrderRef:
        return mapping.order_ref(mapping.PARTS.sent(mapping.order_body(draft), self._made), draft)

    def _made(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The order, or the one that has the mark already. Raises PartsRefused."""
        try:
            return self._http.said("POST", "orders", write=True, body=body)
        except CallRefused as refused:
            if refused.said == "mark_taken":
                return refused.body["order"]  # type: ignore[no-any-return]
            if refused.said == "variant_gone":
                raise variant_gone(refused.body["sku"], detail="create_order") from None
            raise PartsRefused([refused.body.get("path", "").split("/")], refused.verdict) from None

    def orders_changed(self, since: datetime, cursor: str | None) -> ports.ChangedOrders:
        rows, behind, _ = self._page("orders", cursor, changed_since=since.isoformat())
        return ports.ChangedOrders({ShopOrderId(one["id"]): mapping.changed_at(one) for one in rows}, behind)

    def read_orders(self, orders: Sequence[ShopOrderRef]) -> dict[ShopOrderId, ShopOrder]:
        refs = {one.id: one for one in orders}
        rows = self._http.named("orders", list(refs)).values()
        return {ShopOrderId(one["id"]): mapping.shop_order(one, refs[one["id"]]) for one in rows}

    def cancel_order(self, order: ShopOrderId) -> None:
        try:
            self._http.said("POST", "orders", order, "cancel", write=True)
        except CallRefused as refused:
            if refused.said not in ("already_sent", "no_such_order"):
                raise refused.verdict from None
            gone = refused.said == "no_such_order"
            raise refused_cancel(refused.said, gone=gone, detail="cancel_order") from None

    def stock_taken(self, order: ShopOrderId) -> Mapping[VariantId, Mapping[LocationId, int]]:
        return {
            VariantId(variant): {LocationId(place): units for place, units in places.items()}
            for row in self._http.rows("orders", ids=order)
            for variant, places in row["taken"].items()
        }

    def order_url(self, order: ShopOrderId) -> str:
        return f"https://stall.example/orders/{order}"

    # ---- hooks ----

    def remove_webhooks(self, url: str) -> tuple[str, ...]:
        return hooks.remove(self._hooks(), url, self._drop)

    def ensure_webhooks(self, url: str, secret: str = "") -> ports.HookReport:
        make = partial(self._make, url)
        return hooks.care(self._hooks, url, tuple(TOPICS.readers), make, self._drop, errors.TOPICS_REFUSED)

    def _hooks(self) -> list[hooks.Hook]:
        return [hooks.Hook(one["id"], one["topic"], one["url"]) for one in self._http.rows("hooks")]

    def _make(self, url: str, topic: str) -> str:
        try:
            self._http.said("POST", "hooks", hook=True, body={"topic": topic, "url": url})
        except CallRefused as refused:
            if refused.said == "url_refused":
                raise hooks.address_refused(errors.ADDRESS_REFUSED, url, refused.said) from None
            return str(refused.said)
        return ""

    def _drop(self, hook: hooks.Hook) -> None:
        self._http.call("DELETE", "hooks", hook.id, hook=True)


def open_adapter(connection: Connection) -> ports.ShopAdapter:
    return StallAdapter(connection)
