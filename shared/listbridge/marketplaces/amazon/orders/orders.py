"""The orders of one account, and their parcels. Sources: orders_2026-01-01 for reading, ordersV0 for confirmShipment."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from listbridge.domain.change_windows import milliseconds, moment_text
from listbridge.domain.ids import LineId, RemoteId, RemoteOrderId
from listbridge.domain.orders.orders import OrderRead
from listbridge.domain.orders.shop_orders import Parcel
from listbridge.domain.ports import OrderPage, RemoteShipment
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Rejected, RetryLater
from listbridge.infra.calls.answers import moment, part_at, readable
from listbridge.infra.calls.api_client import CallRefused, path_of
from listbridge.infra.mapping.order_reading import Unmappable
from listbridge.marketplaces.amazon.client import AmazonHttp, Request, csv
from listbridge.marketplaces.amazon.errors import UNAVAILABLE, UNREADABLE
from listbridge.marketplaces.amazon.orders.carriers import CARRIERS, OTHER
from listbridge.marketplaces.amazon.orders.included import Included
from listbridge.marketplaces.amazon.orders.mapping import READER, changed_at_of, order_id_of
from listbridge.marketplaces.amazon.orders.searches import AMAZON, MERCHANT, Search, fulfilled_by, says_who_fulfils
from listbridge.marketplaces.amazon.orders.wire import Package, SentItem, SentPackage, SentShipment
from listbridge.marketplaces.amazon.sites import BY_MARKETPLACE, sites_in

_ORDERS = "/orders/2026-01-01/orders"
_REACH = timedelta(days=729)
"""How far back is asked: Amazon keeps orders for two years (not verified)."""
_FIRST_NUMBER = 71_000
"""Before our own number of a parcel: a small one may be another tool's, and telling it again would edit that package."""
_NO_TRACKING = "NA"
"""Stands for a number, which confirmShipment requires."""
_REMEMBERED = 5_000
_INDEXED = timedelta(minutes=3)
"""Until an order that no search knew is searched for again: searches are few (one in three minutes), and the sweep needs them."""
V = TypeVar("V")


class Orders:
    """All methods raise RemoteError."""

    def __init__(self, http: AmazonHttp) -> None:
        self._http = http
        self._included = Included()
        self._stores: OrderedDict[str, str] = OrderedDict()
        self._fulfilled: OrderedDict[str, str] = OrderedDict()
        self._search_again: OrderedDict[str, datetime] = OrderedDict()

    def changed(self, since: datetime, cursor: str | None) -> OrderPage:
        """One page, and where to go on.

        Where the seller wants Amazon's own orders too and the region does not tell them from the seller's, each are searched for
        apart: the seller's first.
        """
        search = Search.of(cursor) if cursor else self._first(since)
        told = self._found(search)
        if not search.by and self._untold():
            if search.token:
                raise UNAVAILABLE.error(detail="searchOrders: FULFILLMENT is refused")
            search = replace(search, by=MERCHANT)
            told = self._found(search)
        reads, unreadable = READER.each(fulfilled_by(row, search.by) for row in told["orders"])
        following = search.following(told)
        if following is None and search.by == MERCHANT and self._http.settings.fba_orders:
            following = Search(search.after, AMAZON)
        return OrderPage(
            tuple(map(self._with_told_prices, reads)),
            following.cursor() if following else None,
            tuple(unreadable),
            # Of every page: the first one's is the earliest, and later ones hold what was found then.
            known_until=moment(told.get("lastUpdatedBefore")),
        )

    def one(self, order: RemoteOrderId) -> OrderRead:
        """The order as it is now. Raises NotFound, and RetryLater while nobody can say who ships it."""
        try:
            read = READER.read(self._with_who_fulfils(order, self._body(order)), strict=True)
        except Unmappable as error:
            raise UNREADABLE.error(detail=f"getOrder: {error}") from None
        return self._with_told_prices(read)

    def shipments(self, order: RemoteOrderId) -> tuple[RemoteShipment, ...]:
        """Every parcel that Amazon knows of. Raises NotFound, and RetryLater while Amazon does not tell parcels."""
        body = self._body(order)
        if self._included.refuses("PACKAGES", self._http.connection.clock.now()):
            raise UNAVAILABLE.error(detail="getOrder: PACKAGES is refused")
        packages = readable(body.get("packages"), Package)
        return tuple(
            RemoteShipment(RemoteId(one.package_reference_id), _units(one), _tracking(one.tracking_number))
            for one in packages
        )

    def tracking_as_told(self, tracking: str) -> str:
        """As it is, but for blanks around it."""
        return tracking.strip()

    def ship(self, order: RemoteOrderId, parcel: Parcel, number: int) -> RemoteId:
        """Tell about one parcel. Told again with the same number, it is edited and never doubled.

        Raises Rejected when it is refused, OutcomeUnknown when it may have been taken.
        """
        package = package_of(parcel, number, self._http.connection.clock.now())
        body = SentShipment(marketplace_id=self._store_of(order), package_detail=package).body()
        path = f"/orders/v0/orders/{path_of(order)}/shipmentConfirmation"
        self._http.object(Request("POST", path, "confirmShipment", body=body, write=True))
        return RemoteId(package.package_reference_id)

    def url(self, order: RemoteOrderId) -> str:
        """The order's page in Seller Central (not verified); none is known outside of Amazon's production."""
        if self._http.connection.replaced or self._http.settings.environment != "production":
            return ""
        site = BY_MARKETPLACE.get(self._stores.get(order, ""), sites_in(self._http.settings.region)[0])
        return f"{site.seller_pages}/orders-v3/order/{path_of(order)}"

    def _first(self, since: datetime) -> Search:
        now = self._http.connection.clock.now()
        all_wanted = self._http.settings.fba_orders and not self._untold()
        return Search.since(max(min(since, now), now - _REACH), "" if all_wanted else MERCHANT)

    def _untold(self) -> bool:
        """Whether orders do not say just now who fulfils them."""
        return self._included.refuses("FULFILLMENT", self._http.connection.clock.now())

    def _with_told_prices(self, read: OrderRead) -> OrderRead:
        """Without PROCEEDS nobody tells shipping, discounts and taxes: a price of the goods alone is not what the buyer paid."""
        if self._included.refuses("PROCEEDS", self._http.connection.clock.now()):
            return replace(read, order=replace(read.order, priced=False))
        return read

    def _found(self, search: Search) -> Mapping[str, Any]:
        """One page, as it is told, with its `orders`."""
        try:
            told = self._asked(_ORDERS, "searchOrders", search.params())
        except Rejected as error:
            if not search.token:
                raise
            # A token lives for a day, and belongs to one search.
            raise RetryLater(Problem("orders_incomplete"), detail=f"searchOrders: {error.problem.code}") from None
        rows = told.get("orders")
        if not isinstance(rows, list):
            raise UNREADABLE.error(detail="searchOrders: no orders")
        for row in rows:
            self._remember(row)
            id = order_id_of(row)
            if id is not None and search.by:
                _keep(self._fulfilled, id, search.by)
        return told

    def _with_who_fulfils(self, order: RemoteOrderId, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The order, with who fulfils it. Taken for the seller's, one of Amazon's own would be shipped twice: where it does not
        say so itself, the filters of the search do."""
        changed = changed_at_of(body)
        if says_who_fulfils(body) or changed is None:
            return body
        now = self._http.connection.clock.now()
        if order not in self._fulfilled and now >= self._search_again.get(order, now):
            for by in (MERCHANT, AMAZON):
                if order not in self._fulfilled:
                    self._found(Search.since(changed - timedelta(seconds=1), by))
            _keep(self._search_again, order, now + _INDEXED)
        if order not in self._fulfilled:
            raise UNAVAILABLE.error(detail="getOrder: FULFILLMENT is refused, and no search knows the order yet")
        told: Mapping[str, Any] = fulfilled_by(body, self._fulfilled[order])
        return told

    def _body(self, order: RemoteOrderId) -> Mapping[str, Any]:
        told = self._asked(f"{_ORDERS}/{path_of(order)}", "getOrder", {}).get("order")
        if not isinstance(told, dict):
            raise UNREADABLE.error(detail="getOrder: no order")
        self._remember(told)
        return told

    def _asked(self, path: str, operation: str, params: Mapping[str, str]) -> Mapping[str, Any]:
        """The answer, without the data sets that Amazon refuses: each call that is refused for one asks for fewer."""

        def ask(included: Sequence[str]) -> Mapping[str, Any]:
            wanted = {"includedData": csv(*included)} if included else {}
            return self._http.send(Request("GET", path, operation, {**params, **wanted})).body or {}

        try:
            return self._included.ask(ask, self._http.connection.clock.now())
        except CallRefused as refused:
            raise refused.verdict from None

    def _store_of(self, order: RemoteOrderId) -> str:
        if order not in self._stores:
            self._body(order)
        return self._stores.get(order, "")

    def _remember(self, body: Any) -> None:
        """In which store an order was placed: a parcel is told with it, and its order was read a moment ago."""
        id, store = order_id_of(body), part_at(body, ("salesChannel", "marketplaceId"))
        if id is not None and isinstance(store, str):
            _keep(self._stores, id, store)


def _keep(known: OrderedDict[str, V], id: str, value: V) -> None:
    known[id] = value
    while len(known) > _REMEMBERED:
        known.popitem(last=False)


def package_of(parcel: Parcel, number: int, now: datetime) -> SentPackage:
    """The parcel as Amazon takes it: shipped in the past, with a carrier and a number, whatever these are."""
    code = CARRIERS.code(parcel.carrier)
    return SentPackage(
        package_reference_id=str(_FIRST_NUMBER + number),
        carrier_code=code,
        carrier_name=(parcel.carrier.strip() or OTHER) if code == OTHER else None,
        tracking_number=parcel.tracking.strip() or _NO_TRACKING,
        ship_date=moment_text(milliseconds(min(parcel.shipped_at, now))),
        order_items=[SentItem(order_item_id=line, quantity=count) for line, count in parcel.lines.items()],
    )


def _tracking(told: str) -> str:
    return "" if told == _NO_TRACKING else told


def _units(package: Package) -> dict[LineId, int] | None:
    """By line; a line that stands twice in a parcel counts twice. None where Amazon does not say what is in it."""
    units: Counter[LineId] = Counter()
    for row in package.package_items:
        units[LineId(row.order_item_id)] += row.quantity
    return dict(units) or None
