"""The members of sales lists in DynamoDB.

They lie in the table of items, in partitions of their own: `members#` and the list's id, one row a product. A partition beside
it, `mirror#` and the list's id, has the one row that says how far the list's collections are known.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace

from listbridge.domain.ids import ProductId, SalesListId, ShopId, can_be_key
from listbridge.domain.listings.members import Member, Mirror
from listbridge.domain.ports import Conflict
from listbridge.infra import settings
from listbridge.infra.storage import dynamo
from listbridge.infra.storage.documents import VERSION, Json
from listbridge.infra.storage.dynamo import Item, number, text

_MEMBER: Json[Member] = Json(Member, apart={"rev"})
_MIRROR: Json[Mirror] = Json(Mirror, apart={"rev"})
_STILL = "(#rev = :rev OR #writer = :writer)"
_NEW = "(attribute_not_exists(#rev) OR #writer = :writer)"
"""Where an answer was lost the call is made again, and meets its own rows."""
_THE_LIST = "known"


class DynamoMembers:
    """`MemberRepository` over the items table."""

    def get_many(self, sales_list: SalesListId, products: Iterable[ProductId]) -> dict[ProductId, Member]:
        """Strongly consistent. What was never in the list, and an id that no row can have, is absent."""
        keys = [_key(sales_list, product) for product in dict.fromkeys(products) if can_be_key(product)]
        rows = map(_member, dynamo.get_many(self._table, keys, only="#doc, #rev"))
        return {row.product: row for row in rows}

    def of_list(self, sales_list: SalesListId, cursor: str | None, limit: int) -> tuple[list[Member], str | None]:
        """A page by product, strongly consistent."""
        owner = text(_members_of(sales_list))
        items, following = dynamo.query(
            self._table,
            "#sales_list = :list",
            {":list": owner},
            limit=limit,
            cursor=cursor or None,
            cursor_shape={"sales_list": owner, "item": "S"},
        )
        return [_member(item) for item in items], following

    def of_product(self, shop: ShopId, product: ProductId) -> list[Member]:
        """In every sales list, by an index that may lag."""
        values = {":product": text(_product(shop, product))}
        return [
            _member(item) for item in dynamo.query_all(self._table, "#product = :product", values, index="by_product")
        ]

    def save_many(self, members: Sequence[Member]) -> dict[ProductId, Member]:
        """Save these over their `rev`, a hundred in one transaction; absent is what moved on."""
        saved: dict[ProductId, Member] = {}
        writes = [_written(member) for member in members]
        together = [dynamo.put_together(self._table, *write) for write in writes]
        told = dynamo.write_many(together)
        for at, member in enumerate(members):
            if at in told.failed or (at in told.left and not self._alone(*writes[at])):
                continue
            saved[member.product] = replace(member, rev=member.rev + 1)
        return saved

    def known(self, sales_list: SalesListId) -> Mirror:
        """Strongly consistent."""
        item = dynamo.find(self._table, _key_of_mirror(sales_list))
        return Mirror(sales_list) if item is None else _mirror(item)

    def save_known(self, mirror: Mirror) -> Mirror:
        """Save over `mirror.rev`. Raises Conflict."""
        item = {
            **_key_of_mirror(mirror.sales_list),
            "product": text(f"mirror#{mirror.sales_list}"),
            **_body(_MIRROR.write(mirror), mirror.rev),
        }
        if not self._alone(item, *_condition(item, mirror.rev)):
            raise Conflict(mirror.sales_list)
        return replace(mirror, rev=mirror.rev + 1)

    def forget(self, sales_list: SalesListId) -> None:
        """Delete all rows of the list, a hundred in one transaction; what is not there is deleted already.

        How far the collections are known goes first: to who dies in between, nothing that returns is new.
        """
        for owner in (_mirror_of(sales_list), _members_of(sales_list)):
            rows = dynamo.query_all(self._table, "#sales_list = :list", {":list": text(owner)})
            keys = [{name: row[name] for name in ("sales_list", "item")} for row in rows]
            told = dynamo.write_many([dynamo.delete_together(self._table, key) for key in keys])
            for at in sorted(told.left):
                dynamo.delete(self._table, keys[at])

    @property
    def _table(self) -> str:
        return settings.table("items")

    def _alone(self, item: Item, condition: str, values: Item) -> bool:
        try:
            dynamo.put(self._table, item, condition=condition, values=values)
        except dynamo.ConditionFailed:
            return False
        return True


def _members_of(sales_list: SalesListId) -> str:
    return f"members#{sales_list}"


def _mirror_of(sales_list: SalesListId) -> str:
    return f"mirror#{sales_list}"


def _product(shop: ShopId, product: ProductId) -> str:
    return f"members#{shop}#{product}"


def _key(sales_list: SalesListId, product: ProductId) -> Item:
    return {"sales_list": text(_members_of(sales_list)), "item": text(product)}


def _key_of_mirror(sales_list: SalesListId) -> Item:
    return {"sales_list": text(_mirror_of(sales_list)), "item": text(_THE_LIST)}


def _body(doc: str, rev: int) -> Item:
    return {"doc": text(doc), "rev": number(rev + 1), "v": number(VERSION), "writer": text(secrets.token_hex(6))}


def _condition(item: Item, rev: int) -> tuple[str, Item]:
    writer = {":writer": item["writer"]}
    return (_STILL, {":rev": number(rev), **writer}) if rev else (_NEW, writer)


def _written(member: Member) -> tuple[Item, str, Item]:
    item = {
        **_key(member.sales_list, member.product),
        "product": text(_product(member.shop, member.product)),
        **_body(_MEMBER.write(member), member.rev),
    }
    return (item, *_condition(item, member.rev))


def _member(item: Item) -> Member:
    return replace(_MEMBER.read(item["doc"]["S"]), rev=int(item["rev"]["N"]))


def _mirror(item: Item) -> Mirror:
    return replace(_MIRROR.read(item["doc"]["S"]), rev=int(item["rev"]["N"]))
