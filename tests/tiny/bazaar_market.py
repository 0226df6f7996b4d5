"""The bazaar: a marketplace that exists only in tests, played over HTTP with state, limits and faults.

It takes listings in as a whole, with all variants, and decides half a minute later; a listing without stock pauses; nothing
can be looked up by SKU; orders come before their prices, their lines have no ids, and a parcel tells nothing of what is in it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from simulators.clock import Clock, VirtualClock
from simulators.faults import FaultPlan
from simulators.kit.control import ControlDoor
from simulators.kit.journal import Entry, Journal
from simulators.kit.pace import Pace
from simulators.kit.pages import Paging
from simulators.kit.serving import Simulator, Stage
from simulators.kit.tokens import Grant, TokenStore
from simulators.kit.wire import Call, Reply, Route
from simulators.kit.world import World

CURRENCIES = {"BZ_NORTH": "EUR", "BZ_SOUTH": "GBP"}
DECIDES_AFTER = timedelta(seconds=30)
PRICED_AFTER = timedelta(minutes=5)
TOKEN_S = 3600


class Refused(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, code: str, message: str = "") -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message or code


@dataclass
class Variant:
    id: str
    sku: str
    options: dict[str, str]
    quantity: int
    price: Decimal
    ended: bool = False


@dataclass
class Listing:
    id: str
    seller: str
    site: str
    ref: str
    content: dict[str, Any]
    variants: dict[str, Variant] = field(default_factory=dict)
    decided: bool = False

    @property
    def state(self) -> str:
        there = [one for one in self.variants.values() if not one.ended]
        if not there:
            return "ended"
        if not self.decided:
            return "processing"
        return "live" if any(one.quantity for one in there) else "paused"


@dataclass
class Ticket:
    id: str
    state: str = "waiting"
    problems: list[dict[str, str]] = field(default_factory=list)


@dataclass
class Order:
    id: str
    seller: str
    site: str
    lines: list[dict[str, Any]]
    buyer: dict[str, str]
    placed_at: datetime
    changed_at: datetime
    priced_at: datetime
    paid: bool = True
    state: str = "open"
    parcels: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Visit(Call):
    """A call with the seller whose token came with it."""

    seller: str = ""


class Bazaar(Simulator[Visit]):
    """All of it: the WSGI application, and the deeds of sellers and buyers as methods."""

    REFUSALS = (Refused,)

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or VirtualClock()
        world = World[Entry](Pace(self.clock), FaultPlan({"price_refused"}), Journal())
        control = ControlDoor(self, faults=world.faults, journal=world.journal, looks={})
        super().__init__(world, Visit, self._routes(), control)
        self.keys: dict[str, str] = {}
        self.tokens = TokenStore[Grant](self.clock.now)
        self.listings: list[Listing] = []
        self.tickets: dict[str, Ticket] = {}
        self.orders: list[Order] = []
        self.no_zeros: set[str] = set()
        self._ids = itertools.count(101)

    # ---- deeds ----

    def add_seller(self, name: str) -> str:
        """The seller's key."""
        key = f"key-of-{name}-{next(self._ids)}"
        self.keys[key] = name
        return key

    def list_by_hand(self, seller: str, site: str, skus: list[str], quantity: int, price: str) -> None:
        for sku in skus:
            variant = Variant(f"o{next(self._ids)}", sku, {}, quantity, Decimal(price))
            self.listings.append(
                Listing(str(next(self._ids)), seller, site, sku, {"title": sku.title()}, {sku: variant}, True)
            )

    def edit(self, sku: str, site: str, quantity: int) -> None:
        """The seller's own hand."""
        [one] = [one.variants[sku] for one in self._shown() if one.site == site and sku in one.variants]
        one.quantity = quantity

    def end(self, listing: str) -> None:
        for one in self._listing(listing).variants.values():
            one.ended = True

    def buy(self, *wanted: tuple[str, int], paid: bool = True, site: str = "BZ_NORTH") -> str:
        """An order: buyers see its prices at once, the seller a little later."""
        now, lines = self.clock.now(), []
        for sku, quantity in wanted:
            found = [one for one in self._shown() if one.site == site and sku in one.variants]
            if not found or found[0].variants[sku].quantity < quantity:
                raise ValueError(f"not enough of {sku}")
            found[0].variants[sku].quantity -= quantity
            price = found[0].variants[sku].price * quantity
            line = {"sku": sku, "title": found[0].content["title"], "quantity": quantity, "amount": str(price)}
            lines.append({**line, "listing": found[0].id})
        buyer = {"name": "Ada Buyer", "street": "9 Secret Lane", "city": "Leeds", "zip": "LS1", "country": "GB"}
        buyer["email"] = "ada@buyers.example"
        seller = self._shown()[0].seller
        order = Order(f"BZ-{next(self._ids)}", seller, site, lines, buyer, now, now, now + PRICED_AFTER, paid)
        self.orders.append(order)
        return order.id

    def change(self, order: str, **changes: Any) -> None:
        """Pay, cancel …: it counts as changed now."""
        one = self._order(order)
        for name, value in changes.items():
            setattr(one, name, value)
        one.changed_at = self.clock.now()

    def send(self, order: str, tracking: str, number: int = 0) -> dict[str, Any]:
        """A parcel, told by hand or with a number of our own."""
        one = self._order(order)
        parcel = {"id": f"p{next(self._ids)}", "number": number, "tracking": tracking}
        one.parcels.append(parcel)
        one.changed_at = self.clock.now()
        return parcel

    def decide(self) -> None:
        """Everything that was taken in long enough ago takes effect."""
        self.world.catch_up()
        for order in self.orders:
            if order.changed_at < order.priced_at <= self.clock.now():
                order.changed_at = order.priced_at

    def _shown(self) -> list[Listing]:
        return [one for one in self.listings if one.state == "live"]

    def _listing(self, id: str, seller: str = "") -> Listing:
        """A listing, of this seller where one is told."""
        found = [one for one in self.listings if one.id == id and seller in ("", one.seller)]
        if not found:
            raise Refused(404, "no_such_listing")
        return found[0]

    def _order(self, id: str) -> Order:
        found = [one for one in self.orders if one.id == id]
        if not found:
            raise Refused(404, "no_such_order")
        return found[0]

    # ---- HTTP ----

    def _routes(self) -> tuple[Route, ...]:
        listings, listing, order = "/sites/{site}/listings", "/sites/{site}/listings/{ref}", "/orders/{id}"
        return (
            Route("token", "POST", "/token", self._token),
            Route("me", "GET", "/me", self._me),
            Route("choices", "GET", "/sites/{site}/choices", self._choices),
            Route("listListings", "GET", listings, self._list_listings),
            Route("putListing", "PUT", listing, self._put_listing),
            Route("endOffers", "DELETE", listing, self._end_offers),
            Route("getListing", "GET", "/listings/{id}", self._get_listing),
            Route("patchOffers", "PATCH", "/listings/{id}", self._patch_offers),
            Route("getTickets", "GET", "/tickets", self._get_tickets),
            Route("listOrders", "GET", "/orders", self._list_orders),
            Route("getOrder", "GET", order, self._get_order),
            Route("listParcels", "GET", f"{order}/parcels", self._list_parcels),
            Route("addParcel", "POST", f"{order}/parcels", self._add_parcel),
        )

    def stages(self, call: Visit) -> Sequence[Stage[Visit]]:
        return (self.strike, self.suffer, self._admit, self.work)

    def _admit(self, call: Visit) -> None:
        if call.operation != "token":
            grant = self.tokens.alive(call.headers.get("authorization", "").removeprefix("Bearer "))
            if grant is None or grant.owner not in self.keys:
                raise Refused(401, "token_unknown")
            call.seller = self.keys[grant.owner]

    def answer(self, call: Visit) -> Reply:
        self.decide()
        return super().answer(call)

    def refusal(self, call: Visit, refused: Refused) -> Reply:
        return Reply(refused.status, {"code": refused.code, "message": refused.message})

    def trouble(self, call: Visit, status: int) -> Reply:
        headers = {"Retry-After": "7"} if status == 429 else {}
        return Reply(status, {"code": "no_such_page" if status == 404 else "busy", "message": "later"}, headers)

    def _token(self, call: Visit) -> Reply:
        key = call.json().get("key", "")
        if key not in self.keys:
            raise Refused(401, "key_unknown")
        token = f"token-{next(self._ids)}"
        self.tokens.issue(token, Grant(key, self.clock.now() + timedelta(seconds=TOKEN_S)))
        return Reply(200, {"token": token, "expires_in": TOKEN_S})

    def _me(self, call: Visit) -> Reply:
        return Reply(200, {"seller": call.seller, "sites": sorted(CURRENCIES)})

    def _choices(self, call: Visit) -> Reply:
        return Reply(200, {"conditions": ["new", "used"], "shipping_policies": [{"id": "17", "name": "Post"}]})

    def _put_listing(self, call: Visit) -> Reply:
        seller, body = call.seller, call.json()
        site, ref = call.parameters["site"], call.parameters["ref"]
        if site not in CURRENCIES or not body["variants"] or not body["title"]:
            raise Refused(422, "incomplete")
        mine = [one for one in self.listings if (one.seller, one.site, one.ref) == (seller, site, ref)]
        there = [one for one in mine if one.state != "ended"]
        if not there:
            if call.query.get("only") == "there":
                raise Refused(409, "ended")
            self.listings.append(Listing(str(next(self._ids)), seller, site, ref, {}))
        listing = there[0] if there else self.listings[-1]
        for sku in [one["sku"] for one in body["variants"] if one["sku"] not in listing.variants]:
            listing.variants[sku] = Variant(f"o{next(self._ids)}", sku, {}, 0, Decimal(0))

        def decided() -> list[dict[str, str]]:
            problems = self._written(listing, {listing.variants[one["sku"]].id: one for one in body["variants"]})
            listing.content, listing.decided = {key: body[key] for key in body if key != "variants"}, True
            return problems

        ids = {sku: one.id for sku, one in listing.variants.items() if not one.ended}
        return Reply(202, {"ticket": self._taken_in(decided), "id": listing.id, "offers": ids})

    def _patch_offers(self, call: Visit) -> Reply:
        listing = self._listing(call.parameters["id"], call.seller)
        if listing.state == "ended":
            raise Refused(409, "ended")
        if call.vendor_fault == "price_refused":
            raise Refused(422, "price_refused")
        changes = {one["id"]: one for one in call.json()["offers"]}
        return Reply(202, {"ticket": self._taken_in(lambda: self._written(listing, changes))})

    def _written(self, listing: Listing, changes: dict[str, Any]) -> list[dict[str, str]]:
        """Each variant alone: what is refused stays as it was."""
        problems = []
        for one in [one for one in listing.variants.values() if one.id in changes]:
            change = changes[one.id]
            money = change.get("price")
            wrong = {
                "ended": one.ended and "options" not in change,  # values alone bring nothing back
                "price_refused": money is not None and money["currency"] != CURRENCIES[listing.site],
                "zero_refused": change.get("quantity") == 0 and listing.seller in self.no_zeros,
            }
            if any(wrong.values()):
                problems.append({"sku": one.sku, "code": next(code for code in wrong if wrong[code])})
            else:
                one.options = change.get("options", one.options)
                one.quantity = one.quantity if change.get("quantity") is None else change["quantity"]
                one.price = one.price if money is None else Decimal(money["amount"])
                one.ended = False
        return problems

    def _taken_in(self, act: Callable[[], list[dict[str, str]]]) -> str:
        ticket = Ticket(f"t{next(self._ids)}")
        self.tickets[ticket.id] = ticket

        def decide() -> None:
            ticket.problems, ticket.state = act(), "decided"

        self.world.postpone(DECIDES_AFTER.total_seconds(), decide)
        return ticket.id

    def _get_tickets(self, call: Visit) -> Reply:
        known = [self.tickets[id] for id in call.query.get("ids", "").split(",") if id in self.tickets]
        told = [{"id": one.id, "state": one.state, "problems": one.problems} for one in known]
        return Reply(200, {"tickets": told})

    def _end_offers(self, call: Visit) -> Reply:
        site, ref = call.parameters["site"], call.parameters["ref"]
        for listing in self.listings:
            if (listing.seller, listing.site, listing.ref) == (call.seller, site, ref):
                for sku in call.json()["skus"]:
                    if sku in listing.variants:
                        listing.variants[sku].ended = True
        return Reply(200, {})

    def _list_listings(self, call: Visit) -> Reply:
        mine = [one for one in self.listings if (one.seller, one.site) == (call.seller, call.parameters["site"])]
        return Reply(200, self._page([self._told(one) for one in mine], call.query, 2))

    def _get_listing(self, call: Visit) -> Reply:
        id = call.parameters["id"]
        named = [one.id for one in self.listings if f"{one.site}:{one.ref}" == id]
        return Reply(200, self._told(self._listing(named[-1] if named else id, call.seller)))

    def _told(self, one: Listing) -> dict[str, Any]:
        offers = [
            {
                "id": v.id,
                "sku": v.sku,
                "quantity": v.quantity,
                "price": {"amount": str(v.price), "currency": CURRENCIES[one.site]},
            }
            for v in one.variants.values()
            if not v.ended
        ]
        return {"id": one.id, "ref": one.ref, "state": one.state, "offers": offers}

    def _list_orders(self, call: Visit) -> Reply:
        since = datetime.fromisoformat(call.query["changed_since"])
        mine = [one for one in self.orders if one.seller == call.seller and one.changed_at >= since]
        mine.sort(key=lambda one: (one.changed_at, one.id))
        return Reply(200, self._page([self._shown_order(one) for one in mine], call.query, 50))

    def _get_order(self, call: Visit) -> Reply:
        return Reply(200, self._shown_order(self._order(call.parameters["id"])))

    def _shown_order(self, one: Order) -> dict[str, Any]:
        priced = one.priced_at <= self.clock.now()
        lines = [line if priced else {**line, "amount": None} for line in one.lines]
        times = {"placed_at": one.placed_at.isoformat(), "changed_at": one.changed_at.isoformat()}
        return {
            "id": one.id,
            "site": one.site,
            "currency": CURRENCIES[one.site],
            "lines": lines,
            "buyer": one.buyer,
            "shipping": "4.90" if priced else None,
            "paid": one.paid,
            "state": one.state,
            "sent": bool(one.parcels),
            **times,
        }

    def _list_parcels(self, call: Visit) -> Reply:
        return Reply(200, {"parcels": self._order(call.parameters["id"]).parcels})

    def _add_parcel(self, call: Visit) -> Reply:
        order, body = self._order(call.parameters["id"]), call.json()
        if order.state == "cancelled":
            raise Refused(409, "order_cancelled")
        if any(one["number"] == body["number"] for one in order.parcels):
            raise Refused(409, "parcel_known")
        return Reply(201, self.send(order.id, body["tracking"], body["number"]))

    def _page(self, rows: list[Any], query: dict[str, str], size: int) -> dict[str, Any]:
        page = Paging(size, size, _no_page).window(query).page(rows)
        return {"rows": page.rows, "total": page.total}


def _no_page(name: str, text: str) -> Refused:
    return Refused(400, "malformed", f"{name} {text}")
