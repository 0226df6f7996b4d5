"""The stall's adapter: one opened shop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from listbridge.shops.stall import errors, mapping
from listbridge.shops.stall.client import StallHttp
from listbridge.shops.stall.webhooks import TOPICS

from listbridge.domain import ports
from listbridge.domain.address_fields import PartsRefused
from listbridge.domain.catalog import ProductFacts
from listbridge.domain.ids import LocationId, ProductId, ShopOrderId, Sku, VariantId
from listbridge.domain.order_refusals import refused_cancel, variant_gone
from listbridge.domain.orders import ShopOrderRef
from listbridge.domain.shop_orders import FoundOrder, OrderMark, ShopOrder, ShopOrderDraft
from listbridge.domain.work import Hint, HintKind
from listbridge.infra import hooks
from listbridge.infra.api_client import Refused
from listbridge.infra.connection import Connection
from listbridge.infra.hooks import Hook
from listbridge.infra.offset_pages import following

_NOT_CANCELLED = ("already_sent", "no_such_order")


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
        wanted = list(dict.fromkeys(products))
        told = self._http.named("products", wanted)
        found = tuple(mapping.product_facts(told[id]) for id in wanted if id in told)
        return ports.ReadResult(found, tuple(id for id in wanted if id not in told))

    def sweep(self, cursor: str | None) -> ports.SweepPage:
        found, following, total = self._products(int(cursor or 0))
        return ports.SweepPage(found, following, total)

    def products_changed(self, since: datetime, cursor: str | None) -> ports.ChangedProducts:
        offset = int(cursor or 0)
        page = self._http.call("GET", "products", changed_since=since.isoformat(), offset=offset)
        changed = {ProductId(one["id"]): datetime.fromisoformat(one["changed_at"]) for one in page["rows"]}
        return ports.ChangedProducts(changed, following(offset, len(page["rows"]), page["total"]))

    def search(self, text: str, limit: int, cursor: str | None = None) -> tuple[tuple[ProductFacts, ...], str | None]:  # fmt: skip
        found, following, _ = self._products(int(cursor or 0), text=text[:100].replace("\x00", ""), limit=str(limit))  # fmt: skip
        return found, following

    def products_with_skus(self, skus: Sequence[Sku]) -> tuple[ProductId, ...]:
        return tuple(ProductId(one["id"]) for one in self._http.rows("products", skus=",".join(skus)))

    def _products(self, offset: int, **params: str) -> tuple[tuple[ProductFacts, ...], str | None, int]:
        page = self._http.call("GET", "products", offset=offset, **params)
        return (
            tuple(map(mapping.product_facts, page["rows"])),
            following(offset, len(page["rows"]), page["total"]),
            page["total"],
        )

    # ---- orders ----

    def look_for_order(self, mark: OrderMark) -> tuple[FoundOrder, ...]:
        rows = self._http.rows("orders", mark=mark.remote)
        found = [one for row in rows if (one := mapping.found_order(row, mark)) is not None]
        return tuple(sorted(found, key=lambda one: not one.ours))

    def create_order(self, draft: ShopOrderDraft) -> ShopOrderRef:
        told = mapping.PARTS.sent(mapping.order_body(draft), self._made)
        return mapping.order_ref(told, draft)

    def _made(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The order, or the one that has the mark already. Raises PartsRefused."""
        try:
            return self._http.said("POST", "orders", write=True, body=body)
        except Refused as refused:
            if refused.said == "mark_taken":
                return refused.body["order"]  # type: ignore[no-any-return]
            if refused.said == "variant_gone":
                raise variant_gone(refused.body["sku"], detail="create_order") from None
            path = refused.body.get("path", "").split("/")
            raise PartsRefused([path], refused.verdict) from None

    def orders_changed(self, since: datetime, cursor: str | None) -> ports.ChangedOrders:
        offset = int(cursor or 0)
        page = self._http.call("GET", "orders", changed_since=since.isoformat(), offset=offset)
        changed = {ShopOrderId(one["id"]): datetime.fromisoformat(one["changed_at"]) for one in page["rows"]}
        return ports.ChangedOrders(changed, following(offset, len(page["rows"]), page["total"]))

    def read_orders(self, orders: Sequence[ShopOrderRef]) -> dict[ShopOrderId, ShopOrder]:
        by_id = {one.id: one for one in orders}
        rows = self._http.named("orders", list(by_id)).values()
        return {
            ShopOrderId(row["id"]): mapping.shop_order(row, by_id[ShopOrderId(row["id"])]) for row in rows
        }

    def cancel_order(self, order: ShopOrderId) -> None:
        try:
            self._http.said("POST", "orders", order, "cancel", write=True)
        except Refused as refused:
            if refused.said not in _NOT_CANCELLED:
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
        return hooks.care(
            self._hooks,
            url,
            tuple(TOPICS.readers),
            lambda topic: self._make(topic, url),
            self._drop,
            errors.TOPICS_REFUSED,
        )

    def _hooks(self) -> list[Hook]:
        return [Hook(one["id"], one["topic"], one["url"]) for one in self._http.rows("hooks")]

    def _make(self, topic: str, url: str) -> str:
        try:
            self._http.said("POST", "hooks", hook=True, body={"topic": topic, "url": url})
        except Refused as refused:
            if refused.said == "url_refused":
                raise hooks.address_refused(errors.ADDRESS_REFUSED, url, refused.said) from None
            return str(refused.said)
        return ""

    def _drop(self, hook: Hook) -> None:
        self._http.call("DELETE", "hooks", hook.id, hook=True)


def open_adapter(connection: Connection) -> ports.ShopAdapter:
    return StallAdapter(connection)
