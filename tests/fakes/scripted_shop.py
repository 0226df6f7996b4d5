"""A shop of our own making: products that a test changes, reads that a test spoils, deliveries that a test loses."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from collections.abc import Collection as AnyOf
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from listbridge.domain.catalog import ProductFacts, VariantFacts, Visibility
from listbridge.domain.configuration import Shop
from listbridge.domain.ids import CollectionId, LocationId, ProductId, ShopOrderId, Sku, VariantId
from listbridge.domain.money import Money
from listbridge.domain.orders.orders import ShopOrderRef
from listbridge.domain.orders.shop_orders import FoundOrder, OrderMark, ShopOrder, ShopOrderDraft
from listbridge.domain.ports import (
    ChangedOrders,
    ChangedProducts,
    ChosenProducts,
    Clock,
    Collection,
    CollectionPage,
    Delivery,
    HookKeys,
    HookReport,
    Judgement,
    MemberPage,
    ReadResult,
    Share,
    ShopAdapter,
    ShopIdentity,
    ShopTraits,
    SweepPage,
    WebhookScheme,
)
from listbridge.domain.ports.webhooks import FORGED, GENUINE, PING
from listbridge.domain.problem import Problem
from listbridge.domain.product_choice import ChosenBy, ProductChoice
from listbridge.domain.raw_request import RawRequest
from listbridge.domain.verdicts import OutcomeUnknown, RateLimited, RetryLater, Unauthorized
from listbridge.domain.work import Hint, HintKind
from simulators.faults import FaultPlan
from tests.fakes.clock import VirtualClock
from tests.fakes.scripted_shop_orders import ShopOrderBook

R = TypeVar("R")

HERE = LocationId("here")


class ScriptedScheme:
    """`WebhookScheme`: a body signed by the secret's own text in a header. The secrecy of real schemes is tested elsewhere."""

    def judge(self, request: RawRequest, keys: HookKeys, now: datetime) -> Judgement:
        if request.body.startswith(b"webhook_id="):
            return PING
        signed = any(secret and request.headers.get("signature") == secret for secret in keys.secrets)
        return GENUINE if signed else FORGED

    def parse(self, request: RawRequest) -> Delivery:
        headers = request.headers
        hints = tuple(Hint.model_validate(hint) for hint in json.loads(request.body))
        return Delivery(headers["id"], headers.get("topic", "changed"), headers.get("topic") != "weather", hints)


@dataclass
class ScriptedShop:
    """`Shops` and `ShopAdapter` in one: every shop that is opened is this one.

    `before_call` hears `shop.<operation>` before each call, and `shop.<operation>.answered` when it was applied and nobody
    has its answer yet.
    """

    before_call: Callable[[str], None] = lambda name: None
    products: dict[ProductId, ProductFacts] = field(default_factory=dict)
    plan: FaultPlan = field(default_factory=FaultPlan)
    page_size: int = 50
    read_lag_s: float = 0.0
    revoked: bool = False
    empty: bool = False
    """The shop answers every read as if it had no products at all."""
    silent: bool = False
    """The shop's answers leave out what was asked for, without saying that it is missing."""
    on_page: Callable[[int], object] = lambda start: None
    """What happens in the shop after a page of a sweep was read; it is told where the page began."""
    total: int | None = -1
    """What the shop counts on a sweep; -1 is the truth, None is no count."""
    clock: Clock = field(default_factory=VirtualClock)
    stale_reads: bool = False
    """Products are read as they were almost `read_lag_s` ago."""
    order_settle_s: float = 60.0
    strict_look: bool = True
    changes_every_s: float = 0.0
    changes_a_page: int = 2
    changed_at: dict[ProductId, datetime] = field(default_factory=dict)
    takes_stock: bool = True
    """What the platform promises of its orders; `book.takes_when_sent` is what this shop does."""
    shelves: dict[CollectionId, list[ProductId]] = field(default_factory=dict)
    """Its collections; nobody is told when something goes into one or comes out."""
    late: list[tuple[datetime | None, Callable[[], object]]] = field(default_factory=list)
    """Creates whose callers gave up, with when they land; None: when a test says so."""
    book: ShopOrderBook = field(init=False)
    _versions: list[tuple[datetime, dict[ProductId, ProductFacts]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.book = ShopOrderBook(self.clock, self.take_stock, self._knows, HERE)

    # ---- what a test does ----

    def put(self, product: str, *skus: str, stock: int | None = 5, price: str = "10.00") -> ProductFacts:
        """A product with a variant for each SKU (`stock` None: the shop gives no number)."""
        variants = tuple(
            VariantFacts(
                variant=VariantId(f"{product}v{index}"),
                sku=Sku(sku),
                title=sku,
                price=Money(Decimal(price), "EUR"),
                stock={} if stock is None else {HERE: stock},
                options={"size": sku} if len(skus) > 1 else {},
            )
            for index, sku in enumerate(skus)
        )
        facts = ProductFacts(ProductId(product), product.title(), Visibility.VISIBLE, variants)
        self._store(facts)
        return facts

    def set(
        self, sku: str, *, stock: int | None = None, place: LocationId = HERE, price: str | None = None, **facts: Any
    ) -> ProductId:
        """New stock at a place, new price or other facts of one variant; returns its product."""
        for product in self.products.values():
            for variant in product.variants:
                if variant.sku == sku:
                    if stock is not None:
                        facts["stock"] = {**variant.stock, place: stock}
                    if price is not None:
                        facts["price"] = Money(Decimal(price), "EUR")
                    return self._change(product, variant.variant, **facts)
        raise AssertionError(f"no variant {sku}")

    def take_stock(self, variant: VariantId, units: int, place: LocationId = HERE) -> Hint:
        """So many units of a variant go (below zero: come) at a place. Where it is not counted, there are always enough."""
        product, stock = next(
            (facts, one.stock) for facts in self.products.values() for one in facts.variants if one.variant == variant
        )
        if place in stock:
            self._change(product, variant, stock={**stock, place: stock[place] - units})
        return Hint(kind=HintKind.PRODUCT, id=product.product)

    def stock(self, sku: str) -> int:
        """What the shop has of a SKU now."""
        return next(
            variant.stock[HERE] for facts in self.products.values() for variant in facts.variants if variant.sku == sku
        )

    def variant(self, sku: str) -> VariantId:
        return next(v.variant for facts in self.products.values() for v in facts.variants if v.sku == sku)

    def land(self, *, all: bool = True) -> None:
        """Creates that are still under way arrive: all of them, or those whose time has come."""
        now = self.clock.now()
        due = [one for one in self.late if all or (one[0] is not None and one[0] <= now)]
        self.late = [one for one in self.late if one not in due]
        for _, create in due:
            create()

    def drop_variant(self, sku: str) -> ProductId:
        """The seller deletes one variant."""
        for product, facts in self.products.items():
            rest = tuple(variant for variant in facts.variants if variant.sku != sku)
            if len(rest) < len(facts.variants):
                self._store(replace(facts, variants=rest))
                return product
        raise AssertionError(f"no variant {sku}")

    # ---- the `Shops` port ----

    def open(self, shop: Shop, share: Share = Share.ORDINARY) -> ShopAdapter:
        return self

    def traits(self, shop: Shop) -> ShopTraits:
        return ShopTraits(
            read_lag_s=self.read_lag_s,
            read_batch=50,
            order_settle_s=self.order_settle_s,
            strict_look=self.strict_look,
            takes_stock=self.takes_stock,
            changes_every_s=self.changes_every_s,
        )

    def scheme(self, platform: str) -> WebhookScheme:
        return ScriptedScheme()

    # ---- the adapter ----

    def identify(self) -> ShopIdentity:
        return self._call("identify", lambda: ShopIdentity("Shop", "shop.example", "EUR", {HERE: "Here"}))

    def products_of(self, hints: Sequence[Hint]) -> tuple[ProductId, ...]:
        wanted = {hint.id for hint in hints if hint.kind is HintKind.VARIANT}
        if not wanted:
            return ()
        return self._call(
            "products_of",
            lambda: tuple(
                product
                for product, facts in self.products.items()
                if any(variant.variant in wanted for variant in facts.variants)
            ),
        )

    def read_products(self, products: Sequence[ProductId]) -> ReadResult:
        return self._call("read_products", lambda: self._read(products))

    def _read(self, products: Sequence[ProductId]) -> ReadResult:
        if self.silent:
            return ReadResult(())
        known = {} if self.empty else self._as_read()
        found = tuple(known[product] for product in products if product in known)
        return ReadResult(found, tuple(product for product in products if product not in known))

    def sweep(self, cursor: str | None) -> SweepPage:
        return self._call("sweep", lambda: self._page(cursor))

    def _page(self, cursor: str | None) -> SweepPage:
        known = [] if self.empty else sorted(self._as_read().values(), key=lambda facts: facts.product)
        start = int(cursor or 0)
        page = tuple(known[start : start + self.page_size])
        end = start + len(page)
        total = len(known) if self.total == -1 else self.total
        self.on_page(start)
        return SweepPage(page, str(end) if end < len(known) else None, total)

    def products_changed(self, since: datetime, cursor: str | None) -> ChangedProducts:
        return self._call("products_changed", lambda: self._changed(since, int(cursor or 0)))

    def _changed(self, since: datetime, start: int) -> ChangedProducts:
        changed = sorted((at, one) for one, at in self.changed_at.items() if at >= since and one in self.products)
        more = str(start + self.changes_a_page) if start + self.changes_a_page < len(changed) else None
        return ChangedProducts({one: at for at, one in changed[start : start + self.changes_a_page]}, more)

    def collections(self, cursor: str | None) -> CollectionPage:
        return self._call("collections", lambda: CollectionPage(tuple(self._shelf(id) for id in self.shelves)))

    def collection(self, id: CollectionId) -> Collection | None:
        return self._call("collection", lambda: self._shelf(id) if id in self.shelves else None)

    def _shelf(self, id: CollectionId) -> Collection:
        return Collection(id, id.title(), rule_based=None, members=len(self.shelves[id]))

    def members(self, id: CollectionId, cursor: str | None) -> MemberPage | None:
        return self._call("members", lambda: self._members(id, int(cursor or 0)))

    def _members(self, id: CollectionId, start: int) -> MemberPage | None:
        if id not in self.shelves:
            return None
        known = [] if self.empty else [one for one in self.shelves[id] if one in self.products]
        page, end = known[start : start + self.page_size], start + self.page_size
        self.on_page(start)
        return MemberPage(tuple(page), str(end) if end < len(known) else None, len(known))

    def collections_of(
        self, products: Sequence[ProductId], among: AnyOf[CollectionId]
    ) -> dict[ProductId, frozenset[CollectionId]]:
        return self._call("collections_of", lambda: {one: self._held(one, among) for one in products})

    def _held(self, product: ProductId, among: AnyOf[CollectionId]) -> frozenset[CollectionId]:
        there = product in self.products and not self.empty
        return frozenset(id for id in among if there and product in self.shelves.get(id, ()))

    def search(self, text: str, limit: int, cursor: str | None = None) -> tuple[tuple[ProductFacts, ...], str | None]:
        start = int(cursor or 0)
        found = tuple(self.products.values())
        end = start + limit
        return found[start:end], str(end) if end < len(found) else None

    def chosen(self, choice: ProductChoice, cursor: str | None) -> ChosenProducts:
        return self._call("chosen", lambda: self._chosen(choice, int(cursor or 0)))

    def _chosen(self, choice: ProductChoice, start: int) -> ChosenProducts:
        """A text is looked for in titles alone."""
        by_text = choice.by is ChosenBy.SEARCH
        found = sorted(
            facts.product
            for facts in self._as_read().values()
            if choice.holds(facts) and (not by_text or choice.value.lower() in facts.title.lower())
        )
        end = start + self.page_size
        total = len(found) if self.total == -1 else self.total
        return ChosenProducts(tuple(found[start:end]), str(end) if end < len(found) else None, total)

    # ---- orders ----

    def products_with_skus(self, skus: Sequence[Sku]) -> tuple[ProductId, ...]:
        return self._call(
            "products_with_skus",
            lambda: tuple(
                facts.product
                for facts in self._as_read().values()
                if any(variant.sku in skus for variant in facts.variants)
            ),
        )

    def products_with_barcodes(self, barcodes: Sequence[str]) -> tuple[ProductId, ...]:
        return self._call(
            "products_with_barcodes",
            lambda: tuple(
                facts.product
                for facts in self._as_read().values()
                if any(variant.barcode in barcodes for variant in facts.variants)
            ),
        )

    def look_for_order(self, mark: OrderMark) -> tuple[FoundOrder, ...]:
        return self._call("look_for_order", lambda: self.book.look(mark))

    def create_order(self, draft: ShopOrderDraft) -> ShopOrderRef:
        self.before_call("shop.create_order")
        fault = self.plan.strike("create_order")
        if fault is not None and fault.kind == "delay":
            at = self.clock.now() + timedelta(seconds=fault.seconds) if fault.seconds else None
            self.late.append((at, lambda: self.book.create(draft, at=at)))
        if fault is not None and fault.kind in ("drop_before", "status"):
            raise RetryLater(Problem("connection_failed"))
        if fault is not None and fault.kind != "delay":
            self.book.create(draft)
        if fault is not None:
            raise OutcomeUnknown(Problem("no_answer"))
        made = self.book.create(draft)
        self.before_call("shop.create_order.answered")
        return made

    def orders_changed(self, since: datetime, cursor: str | None) -> ChangedOrders:
        """Two orders a page."""
        return self._call("orders_changed", lambda: self._changed_orders(since, int(cursor or 0)))

    def _changed_orders(self, since: datetime, start: int) -> ChangedOrders:
        changed = list(self.book.changed(since).items())
        more = str(start + 2) if start + 2 < len(changed) else None
        return ChangedOrders(dict(changed[start : start + 2]), more)

    def read_orders(self, orders: Sequence[ShopOrderRef]) -> dict[ShopOrderId, ShopOrder]:
        return self._call(
            "read_orders", lambda: {one.id: self.book.shown_to(one) for one in orders if one.id in self.book.made}
        )

    def cancel_order(self, order: ShopOrderId) -> None:
        self._call("cancel_order", lambda: self.book.cancel(order))

    def stock_taken(self, order: ShopOrderId) -> dict[VariantId, dict[LocationId, int]]:
        """All of it at the one location that the order is shipped from."""
        return self._call("stock_taken", lambda: self.book.stock_of(order))

    def order_url(self, order: ShopOrderId) -> str:
        return f"https://shop.example/orders/{order}"

    def _knows(self, variant: VariantId) -> bool:
        return any(one.variant == variant for facts in self.products.values() for one in facts.variants)

    def _change(self, product: ProductFacts, variant: VariantId, **facts: Any) -> ProductId:
        changed = tuple(replace(one, **facts) if one.variant == variant else one for one in product.variants)
        self._store(replace(product, variants=changed))
        return product.product

    def _store(self, facts: ProductFacts) -> None:
        self.products[facts.product] = facts
        self.changed_at[facts.product] = self.clock.now().replace(microsecond=0)
        self._versions.append((self.clock.now(), dict(self.products)))

    def _as_read(self) -> dict[ProductId, ProductFacts]:
        if not self.stale_reads:
            return self.products
        seen_until = self.clock.now() - timedelta(seconds=self.read_lag_s) * 0.9
        return next((shown for at, shown in reversed(self._versions) if at <= seen_until), self.products)

    def remove_webhooks(self, url: str) -> tuple[str, ...]:
        return self._call("remove_webhooks", lambda: ("changed",))

    def ensure_webhooks(self, url: str, secret: str = "") -> HookReport:
        return self._call("ensure_webhooks", lambda: HookReport(healthy=("changed",)))

    def _call(self, operation: str, apply: Callable[[], R]) -> R:
        self.before_call(f"shop.{operation}")
        self.land(all=False)
        if self.revoked:
            raise Unauthorized(Problem("shop_token_revoked"))
        fault = self.plan.strike(operation)
        if fault is not None and fault.status == 429:
            raise RateLimited(Problem("too_many_requests"), after_s=2)
        if fault is not None:
            raise RetryLater(Problem("no_answer"))
        result = apply()
        self.before_call(f"shop.{operation}.answered")
        return result
