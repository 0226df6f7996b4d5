"""Marketplace orders in DynamoDB, and the buyers' data in a table of their own.

An order is one JSON attribute, saved over its revision; beside it stand the attributes that the indexes need, each only
while the order belongs there. Reservations stand beside the variants: each is written in one transaction with the proof
that the order is still the one that was read. A buyer's row can be erased without a trace in the order's.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from listbridge.domain.catalog import Reservation
from listbridge.domain.ids import AccountId, LineId, OrderKey, RemoteOrderId, ShopId, ShopOrderId, VariantKey
from listbridge.domain.orders.changes import MISSES_PRODUCT
from listbridge.domain.orders.orders import Buyer, ImportState, Order
from listbridge.domain.orders.reserving import entry_name
from listbridge.domain.ports import Conflict, Missing, ReservationChanges
from listbridge.infra import settings
from listbridge.infra.repositories import reservations
from listbridge.infra.repositories.variants import DynamoVariants
from listbridge.infra.storage import dynamo
from listbridge.infra.storage.documents import VERSION, Json
from listbridge.infra.storage.dynamo import Item, number, text

_JSON: Json[Order] = Json(Order, apart={"rev"})
_BUYER: Json[Buyer] = Json(Buyer)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_ONE_PARTITION = "orders"
"""Of the due index: a shop sells far less often than one partition can be written."""
_IN_TRANSACTION = 49
"""DynamoDB takes a hundred actions in one: the proof is one of them, and a line may need two."""
_TRIES = 20


class UnreadableBuyer(Exception):
    """A buyer's row is not one of ours. What stands in it is no part of the message: it may be personal data."""


class DynamoOrders:
    """`OrderRepository` over the orders table and the buyers table."""

    def __init__(self) -> None:
        self._variants = DynamoVariants()

    def find(self, key: OrderKey) -> Order | None:
        """Strongly consistent."""
        item = dynamo.find(self._table, _key(key))
        return None if item is None else _order(item)

    def get_many(self, keys: Iterable[OrderKey]) -> dict[OrderKey, Order]:
        """Strongly consistent; what does not exist is absent."""
        asked = [_key(key) for key in dict.fromkeys(keys)]
        rows = map(_order, dynamo.get_many(self._table, asked, only="#doc, #rev"))
        return {row.key: row for row in rows}

    def save(self, order: Order) -> Order:
        """Save over `order.rev` (0 = must not exist yet) and return it with the next rev. Raises Conflict."""
        item = _item(order, order.rev + 1)
        fresh = order.rev == 0
        try:
            dynamo.put(
                self._table,
                item,
                condition="attribute_not_exists(#account)" if fresh else "#rev = :rev",
                values=None if fresh else {":rev": number(order.rev)},
            )
        except dynamo.ConditionFailed as error:
            # The client repeats a call whose answer it did not get: then the row that stands in the way is our own.
            if error.row is None or error.row.get("writer") != item["writer"]:
                raise Conflict(str(order.key)) from error
        return replace(order, rev=order.rev + 1)

    def reserve(self, order: Order, changes: ReservationChanges) -> None:
        """Set (None: remove) the order's lines on variants, up to 49 to a transaction, each with the proof of `order.rev`.

        An order of more lines than that is reserved in several: a worker that dies or is overtaken between two of them
        leaves the rest to the worker that takes the order next. Raises Conflict when the order moved on, Missing for an
        unknown variant; neither has written anything of its transaction. Raises TimeoutError when a variant kept
        changing.
        """
        lines = [
            (variant, entry_name(order.key, line), held)
            for variant, some in changes.items()
            for line, held in some.items()
        ]
        for start in range(0, len(lines), _IN_TRANSACTION):
            after: dict[VariantKey, dict[str, Reservation | None]] = {}
            for variant, name, held in lines[start : start + _IN_TRANSACTION]:
                after.setdefault(variant, {})[name] = held
            self._reserve(order, after)

    def _reserve(self, order: Order, after: Mapping[VariantKey, Mapping[str, Reservation | None]]) -> None:
        proof = {
            "ConditionCheck": {
                "TableName": self._table,
                "Key": _key(order.key),
                "ConditionExpression": "#rev = :rev",
                "ExpressionAttributeNames": {"#rev": "rev"},
                "ExpressionAttributeValues": {":rev": number(order.rev)},
            }
        }
        for attempt in range(_TRIES):
            rows = self._variants.get_many(after)
            before = reservations.some_on(after)
            unknown = sorted(after.keys() - rows.keys())
            writes = [proof]
            if not unknown:
                for variant, lines in after.items():
                    writes += reservations.writes(rows[variant], before[variant], lines)
            refused = dynamo.transact(writes)
            if 0 in refused:
                raise Conflict(str(order.key))
            if unknown:
                raise Missing("variant", str(unknown[0]))
            if not refused:
                return
            dynamo.pause(attempt)  # a variant was observed, or another order reserved it
        raise TimeoutError(f"the variants of {order.key} kept changing")

    def note_lines(self, order: OrderKey, lines: Iterable[LineId]) -> set[OrderKey]:
        """A row for each line, which names every order that ever had it; in the same table, under no account of its own."""
        others: set[OrderKey] = set()
        for line in dict.fromkeys(lines):
            key = {"account": text(f"{order.account}#lines"), "order": text(line)}
            values = {":order": {"SS": [order.remote]}, ":v": number(VERSION)}
            row = dynamo.update(self._table, key, "ADD #orders :order SET #v = :v", values=values, returning="ALL_NEW")
            others |= {OrderKey(order.account, RemoteOrderId(remote)) for remote in row["orders"]["SS"]}
        return others - {order}

    def due(self, at: datetime, limit: int) -> list[OrderKey]:
        """Orders whose `due_at` has come, oldest first, as far as the index shows."""
        values = {":due": text(_ONE_PARTITION), ":at": number(_millis(at))}
        items, _ = dynamo.query(self._table, "#due = :due AND #due_at <= :at", values, index="due", limit=limit)
        return [_order_key(item) for item in items]

    def of_shop_orders(self, shop: ShopId, orders: Iterable[ShopOrderId]) -> list[OrderKey]:
        """Our orders behind these shop orders, as far as the index shows; two of ours may stand behind one."""
        found: list[OrderKey] = []
        for order in dict.fromkeys(orders):
            values = {":shop_order": text(_of_shop(shop, order))}
            items, _ = dynamo.query(self._table, "#shop_order = :shop_order", values, index="by_shop_order")
            found += [_order_key(item) for item in items]
        return found

    def waiting_for_skus(self, shop: ShopId, limit: int) -> list[OrderKey]:
        """Failed orders of the shop that miss a product, as far as the index shows."""
        items, _ = dynamo.query(self._table, "#waiting = :shop", {":shop": text(shop)}, index="waiting", limit=limit)
        return [_order_key(item) for item in items]

    def recent(self, account: AccountId, cursor: str | None, limit: int) -> tuple[list[Order], str | None]:
        """A page of an account's orders, newest first: found by an index that may lag, read consistently."""
        items, cursor = dynamo.query(
            self._table,
            "#account = :account",
            {":account": text(account)},
            index="recent",
            limit=limit,
            cursor=cursor or None,
            cursor_shape={"account": text(account), "placed_at": "N", "order": "S"},
            newest_first=True,
        )
        keys = [_order_key(item) for item in items]
        rows = self.get_many(keys)
        return [rows[key] for key in keys if key in rows], cursor

    def buyers(self, keys: Iterable[OrderKey]) -> dict[OrderKey, Buyer]:
        """Strongly consistent; what does not exist (any more) is absent. Raises UnreadableBuyer."""
        asked = [_key(key) for key in dict.fromkeys(keys)]
        return {_order_key(item): _buyer(item) for item in dynamo.get_many(self._buyers, asked)}

    def put_buyer(self, key: OrderKey, buyer: Buyer) -> None:
        """Keep, or replace, the buyer's data."""
        item: Item = {**_key(key), "doc": text(_BUYER.write(buyer)), "v": number(VERSION)}
        if buyer.user:
            item["user"] = text(buyer.user)
        dynamo.put(self._buyers, item)

    def erase_buyer(self, key: OrderKey) -> None:
        """What is not there is erased already."""
        dynamo.delete(self._buyers, _key(key))

    def of_user(self, user: str) -> list[OrderKey]:
        """By an index that goes with the buyer's row, as far as it shows; nothing of the data themselves is read."""
        return [
            _order_key(row)
            for row in dynamo.query_all(self._buyers, "#user = :user", {":user": text(user)}, index="user")
        ]

    def with_buyers(self, cursor: str | None, limit: int) -> tuple[list[OrderKey], str | None]:
        """Keys of all orders whose buyer's data are kept, in no order; nothing of the data themselves is read."""
        items, cursor = dynamo.scan(self._buyers, None, {}, limit=limit, cursor=cursor, fields="#account, #order")
        return [_order_key(item) for item in items], cursor

    @property
    def _table(self) -> str:
        return settings.table("orders")

    @property
    def _buyers(self) -> str:
        return settings.table("buyers")


def _key(key: OrderKey) -> Item:
    return {"account": text(key.account), "order": text(key.remote)}


def _order_key(item: Item) -> OrderKey:
    return OrderKey(AccountId(item["account"]["S"]), RemoteOrderId(item["order"]["S"]))


def _of_shop(shop: ShopId, order: ShopOrderId) -> str:
    return f"{shop}#{order}"


def _millis(at: datetime) -> int:
    """Whole milliseconds, downwards: what to ask the index for."""
    return (at - _EPOCH) // _MILLISECOND


def _millis_up(at: datetime) -> int:
    """Upwards: what to store, so that the index never shows an order before its time."""
    return -((_EPOCH - at) // _MILLISECOND)


def _item(order: Order, rev: int) -> Item:
    item: Item = {
        **_key(order.key),
        "placed_at": number(_millis(order.facts.placed_at)),
        "doc": text(_JSON.write(order)),
        "rev": number(rev),
        "v": number(VERSION),
        "writer": text(secrets.token_hex(6)),
    }
    if order.due_at is not None:
        item |= {"due": text(_ONE_PARTITION), "due_at": number(_millis_up(order.due_at))}
    if order.shop_order is not None:
        item["shop_order"] = text(_of_shop(order.shop, order.shop_order.id))
    if order.state is ImportState.FAILED and order.reason and order.reason.code == MISSES_PRODUCT:
        item["waiting"] = text(order.shop)
    return item


def _order(item: Item) -> Order:
    return replace(_JSON.read(item["doc"]["S"]), rev=int(item["rev"]["N"]))


def _buyer(item: Item) -> Buyer:
    try:
        return _BUYER.read(item["doc"]["S"])
    except ValidationError:  # its text quotes what it could not read
        raise UnreadableBuyer(str(_order_key(item))) from None
