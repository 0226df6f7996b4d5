"""The ledger rows in DynamoDB.

A row is keyed by its write unit (`account#sku`) and site, so that one query gives all members of a unit. The listing
itself is one JSON attribute; beside it stand the attributes that the indexes need. Two indexes are sparse: a row that buyers
cannot see has no `live_on` (its account), and a row that is not due has no `due_shard`. Its sort key is the instant from which the row may be taken, the later of "due since" and
"not before", so postponed rows lie behind everything that can go now.
"""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from heapq import merge

from listbridge.domain.ids import AccountId, ListingKey, SalesListId, Site, Sku
from listbridge.domain.listings.bands import Band
from listbridge.domain.listings.listing import NOTHING, Listing
from listbridge.domain.ports import Conflict, Missing
from listbridge.infra import settings
from listbridge.infra.storage import dynamo
from listbridge.infra.storage.documents import VERSION, Json
from listbridge.infra.storage.dynamo import Item, number, text

_JSON: Json[Listing] = Json(Listing, apart={"rev"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_CHANGES = 50
_STILL_OR_OURS = "#rev = :rev OR #writer = :writer"
"""Where an answer was lost the call is made again, and meets its own rows."""


class DynamoListings:
    """`ListingRepository` over the listings table."""

    def get(self, key: ListingKey) -> Listing:
        """Strongly consistent. Raises Missing."""
        item = dynamo.find(self._table, _key(key))
        if item is None:
            raise Missing("listing", str(key))
        return _listing(item)

    def get_many(self, keys: Iterable[ListingKey]) -> dict[ListingKey, Listing]:
        """Strongly consistent; what does not exist is absent."""
        asked = [_key(key) for key in dict.fromkeys(keys)]
        rows = map(_listing, dynamo.get_many(self._table, asked, only="#doc, #rev"))
        return {row.key: row for row in rows}

    def of_sku(self, account: AccountId, sku: Sku) -> list[Listing]:
        """All members of one write unit, strongly consistent."""
        unit = {":unit": text(_unit(account, sku))}
        return [_listing(item) for item in dynamo.query_all(self._table, "#unit = :unit", unit)]

    def create(self, listing: Listing) -> None:
        """Store a row that must not exist yet. Raises Conflict."""
        self._put(listing, rev=1, condition="attribute_not_exists(#unit)", values=None)

    def save(self, listing: Listing) -> Listing:
        """Save over `listing.rev` and return it with the next rev. Raises Conflict."""
        rev = listing.rev + 1
        self._put(listing, rev=rev, condition="#rev = :rev", values={":rev": number(listing.rev)})
        return replace(listing, rev=rev)

    def save_many(self, listings: Sequence[Listing]) -> dict[ListingKey, Listing]:
        """Save these over their `rev`, a hundred in one transaction; absent is what was not saved."""
        writes = []
        for listing in listings:
            item = _item(listing, listing.rev + 1)
            values = {":rev": number(listing.rev), ":writer": item["writer"]}
            writes.append(dynamo.put_together(self._table, item, _STILL_OR_OURS, values))
        told = dynamo.write_many(writes)
        undone = told.failed | told.left
        return {row.key: replace(row, rev=row.rev + 1) for at, row in enumerate(listings) if at not in undone}

    def change(self, key: ListingKey, change: Callable[[Listing], Listing]) -> Listing:
        """Read, apply, save, again on conflict; a change that returns its argument writes nothing.

        Raises Missing, whatever `change` raises, and Conflict after fifty losses in a row.
        """
        for attempt in range(_CHANGES):
            row = self.get(key)
            new = change(row)
            if new is row:
                return row
            try:
                return self.save(new)
            except Conflict:
                dynamo.pause(min(attempt, 4))
        raise Conflict(str(key))

    def delete(self, listing: Listing) -> None:
        """Delete if still at `listing.rev`. Raises Conflict."""
        try:
            dynamo.delete(self._table, _key(listing.key), condition="#rev = :rev", values={":rev": number(listing.rev)})
        except dynamo.ConditionFailed as error:
            raise Conflict(str(listing.key)) from error

    def due(self, account: AccountId, bands: Sequence[Band], *, at: datetime, limit: int) -> list[ListingKey]:
        """Keys that the due index shows for these bands, band after band as given, oldest first within each."""
        found: list[ListingKey] = []
        for band in bands:
            found += self._due_rows(account, band, at, limit - len(found))
            if len(found) >= limit:
                break
        return found

    def next_due(self, account: AccountId, *, after: datetime) -> datetime | None:
        """When the next postponed row comes due, as far as the index shows."""
        first: list[int] = []
        for band in Band:
            for shard in range(settings.told().due_shards):
                values = {":shard": text(_shard(account, band, shard)), ":at": number(_millis(after))}
                items, _ = dynamo.query(
                    self._table, "#due_shard = :shard AND #due_at > :at", values, index="due", limit=1
                )
                first += [int(item["due_at"]["N"]) for item in items]
        return _EPOCH + min(first) * _MILLISECOND if first else None

    def count_live(self, account: AccountId) -> int:
        """How many of the account's listings buyers can see, by an index that may lag: about one read per 10,000 rows.

        A row that was last written before the index existed is not counted, which makes the guard stricter, not laxer.
        """
        return dynamo.count(self._table, "#live_on = :account", {":account": text(account)}, index="live")

    def of_list(self, sales_list: SalesListId, cursor: str | None, limit: int) -> tuple[list[Listing], str | None]:
        """A page of a sales list's rows by SKU: found by an index that may lag, read consistently."""
        rows, cursor = self._indexed("by_list", "sales_list", sales_list, cursor, limit)
        return [row for row in rows if row.sales_list == sales_list], cursor

    def of_account(self, account: AccountId, cursor: str | None, limit: int) -> tuple[list[Listing], str | None]:
        """A page of an account's rows by SKU: found by an index that may lag, read consistently."""
        return self._indexed("by_account", "account", account, cursor, limit)

    @property
    def _table(self) -> str:
        return settings.table("listings")

    def _put(self, listing: Listing, *, rev: int, condition: str, values: dict[str, Item] | None) -> None:
        item = _item(listing, rev)
        try:
            dynamo.put(self._table, item, condition=condition, values=values)
        except dynamo.ConditionFailed as error:
            # The client repeats a call whose answer it did not get: then the row that stands in the way is our own.
            if error.row is None or error.row.get("writer") != item["writer"]:
                raise Conflict(str(listing.key)) from error

    def _due_rows(self, account: AccountId, band: Band, at: datetime, limit: int) -> list[ListingKey]:
        shards: list[list[tuple[int, ListingKey]]] = []
        for shard in range(settings.told().due_shards):
            values = {":shard": text(_shard(account, band, shard)), ":at": number(_millis(at))}
            items, _ = dynamo.query(
                self._table, "#due_shard = :shard AND #due_at <= :at", values, index="due", limit=limit
            )
            shards.append([(int(item["due_at"]["N"]), _listing_key(item)) for item in items])
        return [key for _, key in merge(*shards)][:limit]

    def _indexed(
        self, index: str, attribute: str, value: str, cursor: str | None, limit: int
    ) -> tuple[list[Listing], str | None]:
        items, cursor = dynamo.query(
            self._table,
            f"#{attribute} = :value",
            {":value": text(value)},
            index=index,
            limit=limit,
            cursor=cursor or None,
            cursor_shape={attribute: text(value), "sku": "S", "unit": "S", "site": "S"},
        )
        keys = [_listing_key(item) for item in items]
        rows = self.get_many(keys)
        return [rows[key] for key in keys if key in rows], cursor


def due_at(listing: Listing) -> datetime | None:
    """The instant from which a due listing may be taken; None while it is not due."""
    if listing.due_band is None or listing.due_since is None:
        return None
    return max(listing.due_since, listing.not_before) if listing.not_before else listing.due_since


def _unit(account: AccountId, sku: Sku) -> str:
    return f"{account}#{sku}"


def _key(key: ListingKey) -> Item:
    return {"unit": text(_unit(key.account, key.sku)), "site": text(key.site)}


def _listing_key(item: Item) -> ListingKey:
    account, sku = item["unit"]["S"].split("#", 1)
    return ListingKey(AccountId(account), Site(item["site"]["S"]), Sku(sku))


def _shard(account: AccountId, band: Band, shard: int) -> str:
    return f"{account}#{band.value}#{shard}"


def _millis(at: datetime) -> int:
    """Whole milliseconds, downwards: what to ask the index for."""
    return (at - _EPOCH) // _MILLISECOND


def _millis_up(at: datetime) -> int:
    """Upwards: what to store, so that the index never shows a row before its time, nor hides it as already shown."""
    return -((_EPOCH - at) // _MILLISECOND)


def _item(listing: Listing, rev: int) -> Item:
    key = listing.key
    item: Item = {
        "unit": text(_unit(key.account, key.sku)),
        "site": text(key.site),
        "account": text(key.account),
        "sku": text(key.sku),
        "sales_list": text(listing.sales_list),
        "doc": text(_JSON.write(listing, without=_absent(listing))),
        "rev": number(rev),
        "v": number(VERSION),
        "writer": text(secrets.token_hex(6)),
    }
    if listing.live:
        item["live_on"] = text(key.account)
    at = due_at(listing)
    if at is not None and listing.due_band is not None:
        shard = zlib.crc32(key.sku.encode()) % settings.told().due_shards
        item["due_shard"] = text(_shard(key.account, listing.due_band, shard))
        item["due_at"] = number(_millis_up(at))
    return item


def _absent(listing: Listing) -> set[str]:
    """What only open outcomes, spent limits, detached listings and switches of their own fill. Most rows have none, and DynamoDB counts a write by its kilobytes."""
    filled = {
        "may_show": bool(listing.may_show),
        "taken": listing.taken != NOTHING,
        "overtaken": listing.overtaken is not None,
        "put_off": listing.put_off is not None,
        "failures": listing.failures > 0,
        "switches": bool(listing.switches),
        "levels": bool(listing.levels),
        "detached": listing.detached is not None,
        "catalogue_id": bool(listing.catalogue_id),
    }
    return {name for name, told in filled.items() if not told}


def _listing(item: Item) -> Listing:
    return replace(_JSON.read(item["doc"]["S"]), rev=int(item["rev"]["N"]))
