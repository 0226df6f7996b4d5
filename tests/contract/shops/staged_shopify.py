"""The Shopify simulator as the contract suite sees it. Every request and answer is held against Shopify's own schema."""

from __future__ import annotations

import gzip
import json
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import requests
from graphql import build_client_schema

from listbridge.domain.catalog import Visibility
from listbridge.domain.ids import CollectionId, LineId, LocationId, ParcelId, ProductId, ShopOrderId, VariantId
from listbridge.domain.money import Money
from listbridge.domain.orders.shop_orders import OrderMark
from listbridge.shops.shopify.orders.input import LINE_PROPERTY
from listbridge.shops.shopify.webhooks import WANTED
from simulators.shopify import ShopifySimulator
from simulators.shopify.deliveries import sign
from simulators.shopify.orders import totals as order_totals
from simulators.shopify.subscriptions import topic_path
from tests.contract.shops.cut_transport import CutTransport
from tests.contract.shops.official_graphql import OfficialSchema
from tests.contract.shops.staging import Door, StagedOrder, StagedProduct, StagedShop, by_topic, pump
from tests.contract.specs import specs_root
from tests.contract.unread import unread
from tests.fakes.clock import VirtualClock

CLIENT = {"client_id": "demo-client-id", "client_secret": "demo-client-secret"}
_STATUS = {Visibility.VISIBLE: "ACTIVE", Visibility.DRAFT: "DRAFT", Visibility.ARCHIVED: "ARCHIVED"}
_ORDER_ROOTS = ("orderByIdentifier", "orderCreate", "orderCancel", "productVariants")
_TOPICS = (*WANTED, "orders/updated", "orders/paid", "orders/edited")


@cache
def official_schema() -> OfficialSchema | None:
    """Shopify's published schema, None on a machine without it (CI fails there instead)."""
    root = specs_root()
    if root is None:
        return None
    packed = root / "shopify" / "admin-graphql" / "admin_2026-04.json.gz"
    told = json.loads(gzip.decompress(packed.read_bytes()))
    # graphql-core finds fault with Shopify's own schema unless told to trust it.
    return OfficialSchema(build_client_schema(told.get("data", told), assume_valid=True))


class CheckedTransport(CutTransport):
    """The way to the simulator, on which nothing passes that Shopify's schema does not know.

    `partly` lets a field of the next list fail: it is null then, and an error names it (GraphQL specification, 6.4.4).
    """

    def __init__(self, app: Any) -> None:
        super().__init__(app, lambda request: urlsplit(request.url or "").path.endswith("/graphql.json"))
        self.partly = False

    def answered(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        response = self._checked(request, **options)
        return self._with_a_failed_field(response) if self.partly else response

    def _checked(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        schema = official_schema()
        if schema is None:
            return super().answered(request, **options)
        asked = json.loads(request.body or b"{}")
        schema.check_request(asked["query"], asked["variables"])
        response = super().answered(request, **options)
        if response.status_code == 200 and "json" in response.headers.get("Content-Type", ""):
            answer = response.json()
            if isinstance(answer, dict) and answer.get("data") is not None and not answer.get("errors"):
                schema.check_answer(asked["query"], answer["data"])
        return unread(response)

    def _with_a_failed_field(self, response: requests.Response) -> requests.Response:
        answer = response.json()
        answer["data"]["nodes"][0] = None
        failed = {"message": "Internal error", "path": ["nodes", 0], "extensions": {"code": "INTERNAL_SERVER_ERROR"}}
        self.partly = False
        return unread(response, json.dumps(answer | {"errors": [failed]}).encode())


class Staged(StagedShop):
    """`StagedShop` for Shopify."""

    slug = "shopify"
    secrets = (CLIENT["client_secret"],)
    signature = "x-shopify-hmac-sha256"
    product_topic = "products/update"
    silent_topics = frozenset({"orders/edited"})
    sends_again = True
    renews_tokens = True
    simulator: ShopifySimulator
    transport: CheckedTransport

    def __init__(self, clock: VirtualClock | None = None, **limits: Any) -> None:
        super().__init__(clock, **limits)
        self.deeds = self.simulator.deeds
        self.settings = {"domain": "demo.myshopify.com"}

    def simulated(self, **limits: Any) -> ShopifySimulator:
        return ShopifySimulator(clock=self.clock, limits=limits, deliver=None)

    def way(self) -> CheckedTransport:
        return CheckedTransport(self.simulator)

    def secret(self) -> Mapping[str, str]:
        return CLIENT

    def operations(self) -> Sequence[str]:
        """Of one address there is one route: a call is named by what it asks for."""
        return (
            "shop",
            "nodes",
            "products",
            "product",
            "collections",
            "collection",
            "webhookSubscriptions",
            *_ORDER_ROOTS,
        )

    # Deeds

    def add_product(
        self, *skus: str, title: str = "Mug", stock: int = 5, price: str = "10.00", picture: str = ""
    ) -> StagedProduct:
        variants: list[dict[str, Any]] = [{"sku": sku, "stock": stock, "price": price} for sku in skus]
        if len(skus) > 1:
            for place, variant in enumerate(variants, start=1):
                variant["options"] = {"Size": f"S{place}"}
        made = self.deeds.add_product(title=title, variants=variants, images=[picture] if picture else [])
        return StagedProduct(
            ProductId(str(made["product_id"])), tuple(VariantId(str(one)) for one in made["variant_ids"])
        )

    def describe(self, product: ProductId, *, vendor: str, tags: Sequence[str] = ()) -> None:
        self.deeds.edit_product(product, vendor=vendor, tags=list(tags))

    def fill(self, products: int, variants: int) -> None:
        self.deeds.seed_products(products, variants)

    def add_location(self, name: str) -> LocationId:
        return LocationId(str(self.deeds.add_location(name)["location_id"]))

    def set_stock(self, sku: str, available: int | None, location: LocationId | None = None) -> None:
        self.deeds.set_stock(available, location, sku=sku)

    def set_price(self, sku: str, price: str) -> None:
        self.deeds.set_price(price, sku=sku)

    def set_visibility(self, product: ProductId, visibility: Visibility) -> None:
        self.deeds.set_status(product, _STATUS[visibility])

    def delete_product(self, product: ProductId) -> None:
        self.deeds.delete_product(product)

    def delete_variant(self, sku: str) -> None:
        self.deeds.delete_variant(sku=sku)

    def add_collection(self, name: str, *members: ProductId, rule_based: bool = False) -> CollectionId:
        made = self.deeds.add_collection(title=name, product_ids=list(members), smart=rule_based)
        return CollectionId(str(made["collection_id"]))

    def set_members(self, collection: CollectionId, members: Sequence[ProductId]) -> None:
        self.deeds.set_members(collection, list(members))

    def delete_collection(self, collection: CollectionId) -> None:
        self.deeds.delete_collection(collection)

    def uninstall(self) -> None:
        self.deeds.uninstall()

    def place_order(self, sku: str, quantity: int) -> None:
        self.deeds.sell(sku=sku, quantity=quantity)

    # Orders

    def orders(self) -> Sequence[StagedOrder]:
        return [self._order(one) for one in self.simulator.world.live.orders.values()]

    def _order(self, one: Any) -> StagedOrder:
        price = order_totals.price(one)
        units: Counter[str] = Counter()
        amounts: dict[str, Money] = {}
        for line in one.lines:
            sku, paid = line.sku or "", order_totals.discounted(line).amount
            units[sku] += line.quantity
            amounts[sku] = Money(paid + (amounts[sku].amount if sku in amounts else 0), price.currency)
        to = one.shipping_address
        return StagedOrder(
            id=ShopOrderId(str(one.id)),
            name=one.name,
            total=Money(price.amount, price.currency),
            paid=one.financial_status == "PAID",
            cancelled=one.cancelled_at is not None,
            placed_at=one.processed_at,
            tags=tuple(one.tags),
            units=units,
            amounts=amounts,
            shipping=Money(order_totals.shipping_after_discounts(one).amount, price.currency),
            ship_to=frozenset(str(part) for part in (to or {}).values() if part),
        )

    def stock_of(self, sku: str) -> int:
        live = self.simulator.world.live
        return int(live.quantity(self.deeds.variant(sku=sku)))

    def ship(
        self, order: ShopOrderId, lines: Mapping[LineId, int] | None = None, *, carrier: str = "", tracking: str = ""
    ) -> ParcelId:
        packed = self._packed(order, lines) if lines is not None else None
        told = self.deeds.fulfill(order, packed, carrier or None, tracking or None)
        return ParcelId(str(told["fulfillment_id"]))

    def _packed(self, order: ShopOrderId, lines: Mapping[LineId, int]) -> dict[str, int]:
        """The shop's own lines, of which one of the marketplace's may have been made two."""
        wanted, packed = dict(lines), {}
        there = self.deeds.order(order)
        sent = there.shipped()
        for line in there.lines:
            remote = LineId(dict(line.properties).get(LINE_PROPERTY, ""))
            count = min(wanted.get(remote, 0), line.current_quantity - sent.get(line.id, 0))
            if count:
                packed[str(line.id)] = count
                wanted[remote] -= count
        return packed

    def take_back(self, order: ShopOrderId, parcel: ParcelId) -> None:
        assert parcel in {str(one.id) for one in self.deeds.order(order).fulfillments}
        self.deeds.cancel_fulfillment(parcel)

    def cancel_in_shop(self, order: ShopOrderId) -> None:
        self.deeds.cancel(order)

    def refund_in_shop(self, order: ShopOrderId, amount: str) -> None:
        self.deeds.refund(order, lines={}, amount=amount)

    def take_off(self, order: ShopOrderId, lines: Mapping[LineId, int]) -> None:
        self.deeds.refund(order, lines=self._packed(order, lines), amount="0.00")

    def ship_in_boxes(self, order: ShopOrderId, carrier: str, numbers: Sequence[str]) -> None:
        self.deeds.fulfill(order, tracking=[{"company": carrier, "number": one} for one in numbers])

    def order_by_another_tool(self, mark: OrderMark, where: str = "source_identifier") -> ShopOrderId:
        if not any(one.sku == "THEIRS" for one in self.simulator.world.live.variants.values()):
            self.add_product("THEIRS")
        lines = [{"sku": "THEIRS", "quantity": 1}]
        told = self.deeds.import_order_by_other_tool(str(mark.remote), lines, mark=where)
        return ShopOrderId(str(told["order_id"]))

    # Troubles

    def expire_tokens(self) -> None:
        self.deeds.revoke_tokens()

    def withdraw(self, *scopes: str) -> None:
        """The app has these scopes no longer; its tokens live on."""
        tokens = self.simulator.world.tokens
        tokens.scopes = [one for one in tokens.scopes if one not in scopes]

    def refuse_credentials(self) -> None:
        self.deeds.rotate_client_secret("another secret")
        self.deeds.revoke_tokens()

    def throttle(self) -> None:
        """The wait follows from the points that a query costs: tests/contract/shops/test_shopify_reads.py."""
        self.deeds.drain_budget(0)

    def answer_partly(self) -> None:
        self.transport.partly = True

    # Webhooks

    def hooks(self) -> Mapping[str, Sequence[str]]:
        rows = self.simulator.world.subscriptions.rows.values()
        return by_topic((topic_path(one.topic), one.uri) for one in rows)

    def drop_hook(self, topic: str) -> None:
        rows = self.simulator.world.subscriptions.rows
        for number in [one.id for one in rows.values() if topic_path(one.topic) == topic]:
            del rows[number]

    def post(self, door: Door) -> None:
        pump(self.simulator.deliveries, door)

    def signed(self, body: bytes, topic: str) -> dict[str, str]:
        return {
            self.signature: sign(body, self.secrets[0]),
            "x-shopify-topic": topic,
            "x-shopify-webhook-id": str(uuid.uuid4()),
        }

    def topic_of(self, file_name: str) -> str:
        matching = [topic for topic in _TOPICS if file_name.startswith(topic.replace("/", "_"))]
        return max(matching, key=len) if matching else ""
