"""The Shopify simulator as the contract suite sees it. Every request and answer is held against Shopify's own schema."""

from __future__ import annotations

import gzip
import json
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import requests
from graphql import build_client_schema

from listbridge.domain.catalog import Visibility
from listbridge.domain.ids import LineId, LocationId, ParcelId, ProductId, ShopOrderId, VariantId
from listbridge.domain.money import Money
from listbridge.domain.orders.shop_orders import OrderMark
from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.http import HttpSession
from listbridge.infra.calls.tokens import TokenCache
from listbridge.registry import open_shop, webhook_scheme
from listbridge.shops.shopify.orders.input import LINE_PROPERTY
from listbridge.shops.shopify.webhooks import WANTED
from simulators.door import Transport
from simulators.faults import Fault
from simulators.shopify import ShopifySimulator
from simulators.shopify.deliveries import sign
from simulators.shopify.orders import totals as order_totals
from simulators.shopify.subscriptions import topic_path
from tests.contract.shops.official_graphql import OfficialSchema
from tests.contract.shops.staging import Door, StagedOrder, StagedProduct
from tests.contract.specs import specs_root
from tests.contract.unread import unread
from tests.fakes.budget import FakeBudget
from tests.fakes.clock import VirtualClock
from tests.fakes.grants import NoGrants

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


class CheckedTransport(Transport):
    """The way to the simulator, on which nothing passes that Shopify's schema does not know.

    `meanwhile` is called before each API call with its number, from 0; `cut` is the number of the call to break off. `partly`
    lets a field of the next list fail: it is null then, and an error names it (GraphQL specification, 6.4.4).
    """

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self.calls = 0
        self.meanwhile: Callable[[int], None] = lambda _: None
        self.cut: int | None = None
        self.cut_applied = False
        self.partly = False

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        if not urlsplit(request.url or "").path.endswith("/graphql.json"):
            return super().send(request, **options)
        number, self.calls = self.calls, self.calls + 1
        self.meanwhile(number)
        if number == self.cut and not self.cut_applied:
            raise requests.ReadTimeout("cut off before it arrived")
        response = self._send_checked(request, **options)
        if self.partly:
            response = self._with_a_failed_field(response)
        if number == self.cut:
            raise requests.ReadTimeout("cut off after it was carried out")
        return response

    def _send_checked(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        schema = official_schema()
        if schema is None:
            return super().send(request, **options)
        asked = json.loads(request.body or b"{}")
        schema.check_request(asked["query"], asked["variables"])
        response = super().send(request, **options)
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


class StagedShop:
    """tests.contract.shops.staging.StagedShop for Shopify."""

    secrets: Sequence[str] = (CLIENT["client_secret"],)
    signature = "x-shopify-hmac-sha256"
    product_topic = "products/update"
    silent_topics = frozenset({"orders/edited"})
    sends_again = True
    renews_tokens = True

    def __init__(self, clock: VirtualClock | None = None, **limits: Any) -> None:
        self.clock = clock or VirtualClock()
        self.budget = FakeBudget(self.clock)
        self.simulator = ShopifySimulator(clock=self.clock, limits=limits, deliver=None)
        self.deeds = self.simulator.deeds
        self.transport = CheckedTransport(self.simulator)
        self.settings: dict[str, Any] = {"domain": "demo.myshopify.com"}

    def open(self, **credentials: str) -> Any:
        connection = Connection(
            id="shop_1",
            settings=self.settings,
            secret=CLIENT | credentials,
            base_url=None,
            session=HttpSession(transport=self.transport, budget=self.budget),
            budget=self.budget,
            tokens=TokenCache(),
            clock=self.clock,
            grants=NoGrants(),
        )
        return open_shop("shopify", connection)

    def app(self) -> Any:
        return self.simulator

    def connection(self) -> tuple[Mapping[str, Any], Mapping[str, str]]:
        return self.settings, CLIENT

    def scheme(self) -> Any:
        return webhook_scheme("shopify")

    def calls(self) -> int:
        return sum(call.operation != "token" for call in self.simulator.calls)

    def grants(self) -> int:
        return sum(call.operation == "token" for call in self.simulator.calls)

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

    def time_out(self) -> None:
        self._next_api_call(kind="drop_after")

    def answer_html(self, status: int) -> None:
        self._next_api_call(kind="html", status=status)

    def fail(self, status: int) -> None:
        self._next_api_call(kind="status", status=status)

    def answer_nonsense(self) -> None:
        self._next_api_call(kind="status", status=200, body=["nonsense"])

    def cut(self, calls: int, *, applied: bool) -> None:
        self.transport.cut, self.transport.cut_applied = self.transport.calls + calls, applied

    def answer_partly(self) -> None:
        self.transport.partly = True

    def meanwhile(self, calls: int, act: Callable[[], object]) -> None:
        at = self.transport.calls + calls
        self.transport.meanwhile = lambda number: act() if number == at else None

    def recover(self) -> None:
        self.transport.cut = None
        self.transport.meanwhile = lambda _: None
        self.simulator.faults.clear()
        self.clock.advance(60)

    def _next_api_call(self, **fault: Any) -> None:
        # Not "*": that would strike the token request of an adapter opened just now.
        roots = ("shop", "nodes", "products", "product", "webhookSubscriptions", *_ORDER_ROOTS)
        self.simulator.faults.add(*(Fault(operation=root, **fault) for root in roots))

    # Webhooks

    def hooks(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = {}
        for one in self.simulator.world.subscriptions.rows.values():
            found.setdefault(topic_path(one.topic), []).append(one.uri)
        return found

    def drop_hook(self, topic: str) -> None:
        rows = self.simulator.world.subscriptions.rows
        for number in [one.id for one in rows.values() if topic_path(one.topic) == topic]:
            del rows[number]

    def post(self, door: Door) -> None:
        def deliver(_url: str, headers: dict[str, str], body: bytes) -> int:
            return door(body, {name.lower(): value for name, value in headers.items()})

        self.simulator.deliveries.deliver_with(deliver)
        self.simulator.deliveries.pump()

    def signed(self, body: bytes, topic: str) -> dict[str, str]:
        return {
            self.signature: sign(body, self.secrets[0]),
            "x-shopify-topic": topic,
            "x-shopify-webhook-id": str(uuid.uuid4()),
        }

    def topic_of(self, file_name: str) -> str:
        matching = [topic for topic in _TOPICS if file_name.startswith(topic.replace("/", "_"))]
        return max(matching, key=len) if matching else ""
