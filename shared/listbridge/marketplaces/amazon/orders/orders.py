"""The orders of one account, and their parcels. Sources: orders_2026-01-01 for reading, ordersV0 for confirmShipment."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from listbridge.domain.change_windows import milliseconds, moment_text
from listbridge.domain.ids import LineId, RemoteId, RemoteOrderId
from listbridge.domain.orders.orders import OrderRead
from listbridge.domain.orders.shop_orders import Parcel
from listbridge.domain.ports import OrderPage, RemoteShipment
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Rejected, RetryLater
from listbridge.infra.calls.answers import part_at, readable
from listbridge.infra.calls.api_client import CallRefused, path_of
from listbridge.infra.mapping.order_reading import Unmappable
from listbridge.marketplaces.amazon.client import AmazonHttp, Request, csv
from listbridge.marketplaces.amazon.errors import UNAVAILABLE, UNREADABLE
from listbridge.marketplaces.amazon.orders.carriers import CARRIERS, OTHER
from listbridge.marketplaces.amazon.orders.included import Included
from listbridge.marketplaces.amazon.orders.mapping import READER, order_id_of
from listbridge.marketplaces.amazon.orders.wire import Package, SentItem, SentPackage, SentShipment
from listbridge.marketplaces.amazon.sites import BY_MARKETPLACE, sites_in

_ORDERS = "/orders/2026-01-01/orders"
_MOST = 100
"""Orders per page (searchOrders, maxResultsPerPage)."""
_REACH = timedelta(days=729)
"""How far back is asked: Amazon keeps orders for two years (not verified)."""
_FIRST_NUMBER = 71_000
"""Before our own number of a parcel: a small one may be another tool's, and telling it again would edit that package."""
_NO_TRACKING = "NA"
"""Stands for a number, which confirmShipment requires."""
_REMEMBERED = 5_000


class Orders:
    """All methods raise RemoteError."""

    def __init__(self, http: AmazonHttp) -> None:
        self._http = http
        self._included = Included()
        self._stores: OrderedDict[str, str] = OrderedDict()

    def changed(self, since: datetime, cursor: str | None) -> OrderPage:
        """One page, and where to go on: a cursor holds the time that the search goes by, for each page repeats the filters."""
        now = self._http.connection.clock.now()
        after, token = (cursor or "").split("|", 1) if cursor else ("", "")
        after = after or moment_text(milliseconds(max(min(since, now), now - _REACH)))
        params: dict[str, str] = {"lastUpdatedAfter": after, "maxResultsPerPage": str(_MOST)}
        if not self._http.settings.fba_orders:
            params["fulfilledBy"] = "MERCHANT"
        if token:
            params["paginationToken"] = token
        try:
            told = self._asked(_ORDERS, "searchOrders", params)
        except Rejected as error:
            if not token:
                raise
            # A token lives for a day, and belongs to one search.
            raise RetryLater(Problem("orders_incomplete"), detail=f"searchOrders: {error.problem.code}") from None
        rows = told.get("orders")
        if not isinstance(rows, list):
            raise UNREADABLE.error(detail="searchOrders: no orders")
        for row in rows:
            self._remember(row)
        reads, unreadable = READER.each(rows)
        following = part_at(told, ("pagination", "nextToken"))
        more = f"{after}|{following}" if isinstance(following, str) and following else None
        return OrderPage(tuple(reads), more, tuple(unreadable))

    def one(self, order: RemoteOrderId) -> OrderRead:
        """The order as it is now. Raises NotFound."""
        try:
            return READER.read(self._body(order), strict=True)
        except Unmappable as error:
            raise UNREADABLE.error(detail=f"getOrder: {error}") from None

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
        if self._http.hosts.replaced or self._http.settings.environment != "production":
            return ""
        site = BY_MARKETPLACE.get(self._stores.get(order, ""), sites_in(self._http.settings.region)[0])
        return f"{site.seller_pages}/orders-v3/order/{path_of(order)}"

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
            self._stores[id] = store
            while len(self._stores) > _REMEMBERED:
                self._stores.popitem(last=False)


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
