"""The stall: a shop that exists only in tests, played over HTTP with state, limits and faults.

Its pages go by offset, its hooks are unsigned, its orders have no field for anybody else's line ids, and whether an order takes
its stock is a setting.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from simulators.clock import Clock, VirtualClock
from simulators.faults import FaultPlan
from simulators.kit.control import ControlDoor
from simulators.kit.journal import Entry, Journal
from simulators.kit.pace import Pace
from simulators.kit.pages import Paging
from simulators.kit.serving import Simulator, Stage
from simulators.kit.wire import Call, Reply, Route
from simulators.kit.world import World

PAGE, MOST_IDS = 50, 50
"""Rows of a page, and how many may be asked for by their ids: these come whole."""
WAIT_S = 45
"""What a spent limit says, and the adapter could not guess."""
TOPICS = ("product", "order", "closed")
NOWHERE = ("AA", "QQ", "ZZ")
"""Codes of no country."""


class Refused(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, code: str, **told: Any) -> None:
        super().__init__(code)
        self.status, self.body = status, {"code": code, **told}


@dataclass
class Variant:
    id: str
    sku: str
    price: Decimal
    stock: dict[str, int]
    value: str = ""
    counted: bool = True


@dataclass
class Product:
    id: str
    title: str
    variants: dict[str, Variant]
    changed_at: datetime
    state: str = "visible"
    picture: str = ""
    maker: str = "Nordlicht"
    labels: tuple[str, ...] = ()


@dataclass
class Line:
    id: str
    sku: str
    variant: str | None
    ordered: int
    removed: int = 0


@dataclass
class Order:
    id: str
    name: str
    mark: str
    told: dict[str, Any]
    lines: dict[str, Line]
    changed_at: datetime
    cancelled_at: datetime | None = None
    parcels: list[dict[str, Any]] = field(default_factory=list)
    refunds: list[dict[str, Any]] = field(default_factory=list)
    taken: dict[str, dict[str, int]] = field(default_factory=dict)

    def sent(self, line: str) -> int:
        return sum(one["lines"].get(line, 0) for one in self.parcels if not one["taken_back"])


class Stall(Simulator[Call]):
    """All of it: the WSGI application, and the deeds of the seller and of buyers as methods."""

    REFUSALS = (Refused,)

    def __init__(self, clock: Clock | None = None, *, takes_stock: bool = True) -> None:
        self.clock = clock or VirtualClock()
        world = World[Entry](Pace(self.clock), FaultPlan(), Journal())
        control = ControlDoor(self, faults=world.faults, journal=world.journal, looks={})
        super().__init__(world, Call, self._routes(), control)
        self.takes_stock = takes_stock
        self.key = "key-of-the-stall"
        self.throttled = False
        self.partly = False
        """The next list of products lacks a row that it counts."""
        self.closed = False
        self.places = {"1": "Home"}
        self.products: dict[str, Product] = {}
        self.shelves: dict[str, tuple[str, set[str]]] = {}
        self.orders: dict[str, Order] = {}
        self.hooks: dict[str, tuple[str, str]] = {}
        self.waiting: list[tuple[str, dict[str, str], bytes]] = []
        self._ids = itertools.count(1001)

    # ---- deeds ----

    def add_product(
        self, skus: list[str], *, title: str = "Mug", stock: int = 5, price: str = "10.00", picture: str = ""
    ) -> Product:
        ids = [self.new_id() for _ in skus]
        variants = {
            id: Variant(id, sku, Decimal(price), {"1": stock}, f"S{n}" if len(skus) > 1 else "")
            for n, (id, sku) in enumerate(zip(ids, skus, strict=True), start=1)
        }
        product = Product(self.new_id(), title, variants, self.clock.now(), picture=picture)
        self.products[product.id] = product
        self.tell("product", product.id)
        return product

    def variant(self, sku: str) -> tuple[Product, Variant]:
        return next((p, v) for p in self.products.values() for v in p.variants.values() if v.sku == sku)

    def change(self, sku: str, act: Callable[[Variant], object]) -> None:
        product, variant = self.variant(sku)
        act(variant)
        self.touch(product)

    def touch(self, product: Product) -> None:
        product.changed_at = self.clock.now()
        self.tell("product", product.id)

    def delete_product(self, id: str) -> None:
        del self.products[id]
        self.tell("product", id)

    def delete_variant(self, sku: str) -> None:
        product, variant = self.variant(sku)
        del product.variants[variant.id]
        self.touch(product)

    def close(self) -> None:
        """The seller takes the key back."""
        self.tell("closed", "0")
        self.closed = True

    def take(self, variant: str, units: int) -> dict[str, int]:
        for product in self.products.values():
            if variant in product.variants:
                stock = product.variants[variant].stock
                place = next((one for one, count in stock.items() if count >= units), next(iter(stock)))
                stock[place] -= units
                self.touch(product)
                return {place: units}
        return {}

    def order_of(self, mark: str, told: dict[str, Any]) -> Order:
        """Made by anybody."""
        lines = {}
        for row in told["lines"]:
            id = self.new_id()
            lines[id] = Line(id, row["sku"], row["variant"], row["quantity"])
        order = Order(self.new_id(), f"#{next(self._ids)}", mark, told, lines, self.clock.now())
        self.orders[order.id] = order
        if self.takes_stock:
            self.take_for(order)
        return order

    def take_for(self, order: Order) -> None:
        for line in order.lines.values():
            if line.variant is not None:
                taken = order.taken.setdefault(line.variant, {})
                for place, units in self.take(line.variant, line.ordered).items():
                    taken[place] = taken.get(place, 0) + units

    def ship(self, id: str, lines: dict[str, int] | None, carrier: str, numbers: list[str]) -> str:
        order = self.orders[id]
        left = {line.id: line.ordered - line.removed - order.sent(line.id) for line in order.lines.values()}
        packed = {line: count for line, count in (left if lines is None else lines).items() if count}
        at = self.clock.now().isoformat()
        order.parcels.append(
            {
                "id": self.new_id(),
                "lines": packed,
                "carrier": carrier,
                "numbers": numbers,
                "at": at,
                "taken_back": False,
            }
        )
        self.order_changed(order)
        return str(order.parcels[-1]["id"])

    def take_back(self, id: str, parcel: str) -> None:
        next(one for one in self.orders[id].parcels if one["id"] == parcel)["taken_back"] = True
        self.order_changed(self.orders[id])

    def refund(self, id: str, amount: str) -> None:
        self.orders[id].refunds.append({"id": self.new_id(), "amount": amount, "at": self.clock.now().isoformat()})
        self.order_changed(self.orders[id])

    def order_changed(self, order: Order) -> None:
        order.changed_at = self.clock.now()
        self.tell("order", order.id)

    def cancel(self, order: Order) -> None:
        if any(not one["taken_back"] for one in order.parcels):
            raise Refused(409, "already_sent")
        if order.cancelled_at is None:
            order.cancelled_at = self.clock.now()
            for variant, places in order.taken.items():
                for product in self.products.values():
                    if variant in product.variants:
                        for place, units in places.items():
                            product.variants[variant].stock[place] += units
                        self.touch(product)
            self.order_changed(order)

    def tell(self, topic: str, id: str) -> None:
        for hook_topic, url in self.hooks.values():
            if hook_topic == topic:
                headers = {"x-stall-topic": topic, "x-stall-event": self.new_id()}
                self.waiting.append((url, headers, json.dumps({"id": id}).encode()))

    def new_id(self) -> str:
        return str(next(self._ids))

    # ---- HTTP ----

    def _routes(self) -> tuple[Route, ...]:
        return (
            Route("about", "GET", "/about", self._about),
            Route("products", "GET", "/products", self._listed),
            Route("shelves", "GET", "/shelves", self._get_shelves),
            Route("hooks", "GET", "/hooks", self._get_hooks),
            Route("make_hook", "POST", "/hooks", self._make_hook),
            Route("drop_hook", "DELETE", "/hooks/{id}", self._drop_hook),
            Route("orders", "GET", "/orders", self._get_orders),
            Route("make_order", "POST", "/orders", self._make_order),
            Route("cancel", "POST", "/orders/{id}/cancel", self._cancel),
        )

    def stages(self, call: Call) -> Sequence[Stage[Call]]:
        return (self.strike, self.suffer, self._admit, self.work)

    def _admit(self, call: Call) -> Reply | None:
        if self.closed or call.headers.get("key") != self.key:
            raise Refused(401, "key_unknown")
        return self.trouble(call, 429) if self.throttled else None

    def refusal(self, call: Call, refused: Refused) -> Reply:
        return Reply(refused.status, refused.body)

    def trouble(self, call: Call, status: int) -> Reply:
        code = {404: "no_such_page", 429: "too_many"}.get(status, "busy")
        return Reply(status, {"code": code}, {"Retry-After": str(WAIT_S)} if status == 429 else {})

    def _about(self, call: Call) -> Reply:
        places = [{"id": id, "name": name} for id, name in self.places.items()]
        return Reply(200, {"name": "Stall", "domain": "stall.example", "currency": "EUR", "places": places})

    def _listed(self, call: Call) -> Reply:
        rows, query = list(self.products.values()), call.query
        if "ids" in query:
            rows = [self.products[id] for id in query["ids"].split(",") if id in self.products]
        if "shelf" in query:
            rows = [one for one in rows if one.id in self.shelves.get(query["shelf"], ("", set()))[1]]
        if "variants" in query:
            wanted = set(query["variants"].split(","))
            rows = [one for one in rows if wanted & set(one.variants)]
        if "skus" in query:
            skus = set(query["skus"].split(","))
            rows = [one for one in rows if skus & {v.sku for v in one.variants.values()}]
        if "maker" in query:
            rows = [one for one in rows if one.maker == query["maker"]]
        if "label" in query:
            rows = [one for one in rows if query["label"] in one.labels]
        if query.get("text"):
            text = query["text"].lower()
            rows = [
                one
                for one in rows
                if text in one.title.lower() or text in {v.sku.lower() for v in one.variants.values()}
            ]
        reply = self._page(rows, query, self._told)
        if self.partly:
            reply.body["rows"].pop(0)
            self.partly = False
        return reply

    def _told(self, one: Product) -> Any:
        variants = [
            {"id": v.id, "sku": v.sku, "price": str(v.price), "stock": v.stock if v.counted else None, "value": v.value}
            for v in one.variants.values()
        ]
        changed = one.changed_at.isoformat()
        return {
            "id": one.id,
            "title": one.title,
            "state": one.state,
            "changed_at": changed,
            "variants": variants,
            "picture": one.picture,
            "shelves": [id for id, (_, held) in self.shelves.items() if one.id in held],
            "maker": one.maker,
            "labels": list(one.labels),
        }

    def _page(self, rows: list[Any], query: dict[str, str], told: Callable[[Any], Any]) -> Reply:
        if "changed_since" in query:
            since = datetime.fromisoformat(query["changed_since"])
            rows = sorted((one for one in rows if one.changed_at >= since), key=lambda one: one.changed_at)
        size = MOST_IDS if "ids" in query else PAGE
        page = Paging(size, size, _no_page).window(query).page(rows)
        return Reply(200, {"rows": [told(one) for one in page.rows], "total": page.total})

    def _get_shelves(self, call: Call) -> Reply:
        rows = [{"id": id, "name": name, "holds": len(held)} for id, (name, held) in self.shelves.items()]
        if "ids" in call.query:
            rows = [one for one in rows if one["id"] in call.query["ids"].split(",")]
        return self._page(rows, call.query, dict)

    def _get_hooks(self, call: Call) -> Reply:
        rows = [{"id": id, "topic": topic, "url": url} for id, (topic, url) in self.hooks.items()]
        return Reply(200, {"rows": rows, "total": len(rows)})

    def _make_hook(self, call: Call) -> Reply:
        body = call.json()
        if not body["url"].startswith("https://"):
            raise Refused(422, "url_refused")
        if body["topic"] not in TOPICS:
            raise Refused(422, "topic_refused")
        id = self.new_id()
        self.hooks[id] = (body["topic"], body["url"])
        return Reply(200, {"id": id})

    def _drop_hook(self, call: Call) -> Reply:
        self.hooks.pop(call.parameters["id"], None)
        return Reply(200, {})

    def _make_order(self, call: Call) -> Reply:
        body = call.json()
        known = [one for one in self.orders.values() if one.mark == body["mark"]]
        if known:
            raise Refused(409, "mark_taken", order=self._shown(known[0]))
        there = {id for one in self.products.values() for id in one.variants}
        gone = [row["sku"] for row in body["lines"] if row["variant"] is not None and row["variant"] not in there]
        if gone:
            raise Refused(422, "variant_gone", sku=gone[0])
        if body["to"].get("land") in NOWHERE:
            raise Refused(422, "field_refused", path="to/land")
        return Reply(200, self._shown(self.order_of(body["mark"], body)))

    def _get_orders(self, call: Call) -> Reply:
        rows, query = list(self.orders.values()), call.query
        if "mark" in query:
            rows = [one for one in rows if query["mark"] in one.mark]
        if "ids" in query:
            rows = [self.orders[id] for id in query["ids"].split(",") if id in self.orders]
        return self._page(rows, query, self._shown)

    def _shown(self, one: Order) -> Any:
        lines = [
            {
                "id": line.id,
                "sku": line.sku,
                "left": line.ordered - line.removed,
                "unsent": 0 if one.cancelled_at else line.ordered - line.removed - one.sent(line.id),
            }
            for line in one.lines.values()
        ]
        cancelled = one.cancelled_at.isoformat() if one.cancelled_at else None
        return {
            "id": one.id,
            "name": one.name,
            "mark": one.mark,
            "lines": lines,
            "parcels": one.parcels,
            "refunds": one.refunds,
            "currency": one.told["currency"],
            "cancelled_at": cancelled,
            "changed_at": one.changed_at.isoformat(),
            "taken": one.taken,
        }

    def _cancel(self, call: Call) -> Reply:
        id = call.parameters["id"]
        if id not in self.orders:
            raise Refused(404, "no_such_order")
        self.cancel(self.orders[id])
        return Reply(200, {})


def _no_page(name: str, text: str) -> Refused:
    return Refused(400, "malformed", message=f"{name} {text}")
