"""A shop of our own making: products that a test changes, reads that a test spoils, deliveries that a test loses."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from listbridge.domain.catalog import ProductFacts, VariantFacts, Visibility
from listbridge.domain.configuration import Shop
from listbridge.domain.ids import LocationId, ProductId, Sku, VariantId
from listbridge.domain.money import Money
from listbridge.domain.ports import (
    Delivery,
    HookReport,
    ReadResult,
    ShopAdapter,
    ShopIdentity,
    ShopTraits,
    SweepPage,
    WebhookScheme,
)
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RateLimited, RetryLater, Unauthorized
from listbridge.domain.work import Hint, HintKind
from simulators.faults import FaultPlan

HERE = LocationId("here")


class ScriptedScheme:
    """`WebhookScheme`: a body signed by the secret's own text in a header. The secrecy of real schemes is tested elsewhere."""

    def verify(self, body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> bool:
        return any(secret and headers.get("signature") == secret for secret in secrets)

    def parse(self, body: bytes, headers: Mapping[str, str]) -> Delivery:
        hints = tuple(Hint.model_validate(hint) for hint in json.loads(body))
        return Delivery(
            headers["id"], headers.get("topic", "changed"), headers.get("topic") != "weather", hints
        )


@dataclass
class ScriptedShop:
    """`Shops` and `ShopAdapter` in one: every shop that is opened is this one."""

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
    total: int | None = -1
    """What the shop counts on a sweep; -1 is the truth, None is no count."""

    # ---- what a test does ----

    def put(self, product: str, *skus: str, stock: int | None = 5, price: str = "10.00") -> ProductFacts:
        """A product with a variant for each SKU (`stock` None: the shop gives no number)."""
        variants = tuple(
            VariantFacts(
                variant=VariantId(f"{product}v{index}"), sku=Sku(sku), title=sku, price=Money(Decimal(price), "EUR"),
                stock={} if stock is None else {HERE: stock}, options={"size": sku} if len(skus) > 1 else {},
            )
            for index, sku in enumerate(skus)
        )  # fmt: skip
        facts = ProductFacts(ProductId(product), product.title(), Visibility.VISIBLE, variants)
        self.products[facts.product] = facts
        return facts

    def set(self, sku: str, *, stock: int | None = None, price: str | None = None) -> ProductId:
        """New stock or price of one variant; returns its product."""
        for product, facts in self.products.items():
            for variant in facts.variants:
                if variant.sku == sku:
                    new = variant if stock is None else replace(variant, stock={HERE: stock})
                    new = new if price is None else replace(new, price=Money(Decimal(price), "EUR"))
                    rest = tuple(
                        new if other.variant == variant.variant else other for other in facts.variants
                    )
                    self.products[product] = replace(facts, variants=rest)
                    return product
        raise AssertionError(f"no variant {sku}")

    def drop_variant(self, sku: str) -> ProductId:
        """The merchant deletes one variant."""
        for product, facts in self.products.items():
            rest = tuple(variant for variant in facts.variants if variant.sku != sku)
            if len(rest) < len(facts.variants):
                self.products[product] = replace(facts, variants=rest)
                return product
        raise AssertionError(f"no variant {sku}")

    # ---- the `Shops` port ----

    def open(self, shop: Shop) -> ShopAdapter:
        return self

    def traits(self, platform: str) -> ShopTraits:
        return ShopTraits(read_lag_s=self.read_lag_s, read_batch=50)

    def scheme(self, platform: str) -> WebhookScheme:
        return ScriptedScheme()

    # ---- the adapter ----

    def identify(self) -> ShopIdentity:
        self._call("identify")
        return ShopIdentity("Shop", "shop.example", "EUR", {HERE: "Here"})

    def products_of(self, hints: Sequence[Hint]) -> tuple[ProductId, ...]:
        wanted = {hint.id for hint in hints if hint.kind is HintKind.VARIANT}
        if wanted:
            self._call("products_of")
        return tuple(
            product
            for product, facts in self.products.items()
            if any(variant.variant in wanted for variant in facts.variants)
        )

    def read_products(self, products: Sequence[ProductId]) -> ReadResult:
        self._call("read_products")
        if self.silent:
            return ReadResult(())
        known = {} if self.empty else self.products
        found = tuple(known[product] for product in products if product in known)
        result = ReadResult(found, tuple(product for product in products if product not in known))
        self.before_call("shop.read_products.answered")
        return result

    def sweep(self, cursor: str | None) -> SweepPage:
        self._call("sweep")
        known = [] if self.empty else sorted(self.products.values(), key=lambda facts: facts.product)
        start = int(cursor or 0)
        page = tuple(known[start : start + self.page_size])
        end = start + len(page)
        total = len(known) if self.total == -1 else self.total
        return SweepPage(page, str(end) if end < len(known) else None, total)

    def search(self, text: str, limit: int) -> tuple[ProductFacts, ...]:
        return tuple(self.products.values())[:limit]

    def ensure_webhooks(self, url: str) -> HookReport:
        self._call("ensure_webhooks")
        return HookReport(healthy=("changed",))

    def _call(self, operation: str) -> None:
        self.before_call(f"shop.{operation}")
        if self.revoked:
            raise Unauthorized(Problem("shop_token_revoked"))
        fault = self.plan.strike(operation)
        if fault is not None and fault.status == 429:
            raise RateLimited(Problem("too_many_requests"), after_s=2)
        if fault is not None:
            raise RetryLater(Problem("no_answer"))
