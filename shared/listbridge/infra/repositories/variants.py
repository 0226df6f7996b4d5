"""The shop's variants in DynamoDB.

What was observed is one JSON attribute, written together with its observation numbers by one conditional update. What
orders hold (a map of totals; the lines themselves are in `reservations`) and the listings computed from the variant (a
set) are attributes of their own, each changed by its own update: an observation can never overwrite them, nor they an
observation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from listbridge.domain.catalog import Observation, Reservation, Variant, VariantFacts, Visibility, Write
from listbridge.domain.ids import ListingKey, ProductId, ShopId, VariantId, VariantKey
from listbridge.domain.orders.reserving import is_total
from listbridge.domain.ports import Conflict, Missing
from listbridge.infra import settings
from listbridge.infra.repositories import reservations
from listbridge.infra.storage import dynamo
from listbridge.infra.storage.documents import VERSION, Json
from listbridge.infra.storage.dynamo import Item, number, text

_TRIES = 20
_EXISTS = "attribute_exists(#doc)"


@dataclass(frozen=True, slots=True)
class _Observed:
    """What a read of the shop says of a variant; two reads agree when these are equal."""

    facts: VariantFacts
    visibility: Visibility
    content_hash: str = ""
    absent: bool = False


_JSON: Json[_Observed] = Json(_Observed)
_SET = (
    "SET #doc = :doc, #obs_start = :start, #obs_end = :end, #obs_began = :began, #v = :v, #variant_id = :variant, "
    "#reservations = if_not_exists(#reservations, :none) ADD #rev :one"
)


class DynamoVariants:
    """`VariantRepository` over the variants table."""

    def of_product(self, shop: ShopId, product: ProductId) -> list[Variant]:
        """All known variants of a product, absent ones too."""
        values = {":product": text(f"{shop}#{product}")}
        return [_variant(item) for item in dynamo.query_all(self._table, "#product = :product", values)]

    def owners(self, shop: ShopId, variants: Iterable[VariantId]) -> dict[VariantId, set[ProductId]]:
        """By the index of variants, which may lag. The ids of two shops may be the same: each shop sees its own."""
        owners = {variant: set(self._owners(shop, variant)) for variant in dict.fromkeys(variants)}
        return {variant: products for variant, products in owners.items() if products}

    def get_many(self, keys: Iterable[VariantKey]) -> dict[VariantKey, Variant]:
        """What does not exist is absent."""
        items = dynamo.get_many(self._table, [_key(key) for key in dict.fromkeys(keys)])
        return {row.key: row for row in map(_variant, items)}

    def revs(self, keys: Iterable[VariantKey]) -> dict[VariantKey, int]:
        """What does not exist is absent."""
        asked = {(item["product"]["S"], item["variant"]["S"]): key for key in keys for item in (_key(key),)}
        wanted = [_key(key) for key in asked.values()]
        items = dynamo.get_many(self._table, wanted, only="#product, #variant, #rev")
        return {asked[item["product"]["S"], item["variant"]["S"]]: int(item["rev"]["N"]) for item in items}

    def reservations(self, key: VariantKey) -> dict[str, Reservation]:
        """Every order line that holds the variant, by `entry_name`; those of rows of the version before are among them."""
        row = self.get_many([key]).get(key)
        entries = {} if row is None else row.reservations
        old = {name: held for name, held in entries.items() if not is_total(name)}
        return {**old, **reservations.all_on(key)}

    def observe(self, variant: Variant) -> Write:
        """Store what was observed if the read began after the stored one ended (protocol.md#observations).

        Reads that overlapped and agree are stored as one that spans the later start and the later end: from either of
        them the same is known, and a third read must not slip in between. Raises Conflict when others kept writing
        the row for twenty tries.
        """
        key, mine = variant.key, variant.observation
        observed = _Observed(variant.facts, variant.visibility, variant.content_hash, variant.absent)
        doc = _JSON.write(observed)
        for attempt in range(_TRIES):
            try:
                old = self._write(key, doc, mine, "attribute_not_exists(#doc) OR #obs_end < :start")
                return Write.SAME if "doc" in old and _agree(old, doc, observed) else Write.NEW
            except dynamo.ConditionFailed as error:
                row = error.row or dynamo.find(self._table, _key(key))
            if row is None:
                continue
            stored = _observation(row)
            if mine.end < stored.start:
                return Write.STALE
            if mine.start <= stored.end:
                if not _agree(row, doc, observed):
                    return Write.OVERLAP
                span = mine.spanning(stored)
                if span == stored or self._span(key, doc, span, row):
                    return Write.SAME
            dynamo.pause(attempt)
        raise Conflict(str(key))

    def bind(self, key: VariantKey, listing: ListingKey) -> None:
        """Note that the listing is computed from the variant; idempotent. Raises Missing."""
        try:
            self._change(key, "ADD #listings :listing, #rev :one", {":listing": {"SS": [str(listing)]}})
        except dynamo.ConditionFailed as error:
            raise Missing("variant", str(key)) from error

    def unbind(self, key: VariantKey, listing: ListingKey) -> None:
        """Take the note away; idempotent."""
        try:
            self._change(key, "DELETE #listings :listing ADD #rev :one", {":listing": {"SS": [str(listing)]}})
        except dynamo.ConditionFailed:
            return

    def page(self, shop: ShopId, cursor: str | None, limit: int) -> tuple[list[Variant], str | None]:
        """All variants of a shop in no order; a page looks at `limit` rows of all shops and may come back empty."""
        values = {":shop": text(f"{shop}#")}
        items, cursor = dynamo.scan(self._table, "begins_with(#product, :shop)", values, limit=limit, cursor=cursor)
        return [_variant(item) for item in items], cursor

    def _owners(self, shop: ShopId, variant: VariantId) -> Iterator[ProductId]:
        values = {":variant": text(variant), ":shop": text(f"{shop}#")}
        where = "#variant_id = :variant AND begins_with(#product, :shop)"
        for row in dynamo.query_all(self._table, where, values, index="by_variant"):
            yield ProductId(row["product"]["S"].partition("#")[2])

    @property
    def _table(self) -> str:
        return settings.table("variants")

    def _write(self, key: VariantKey, doc: str, observation: Observation, condition: str, **was: Item) -> Item:
        """The row as it was before. Raises ConditionFailed."""
        values = {
            ":doc": text(doc),
            ":start": number(observation.start),
            ":end": number(observation.end),
            ":began": text(observation.began.isoformat() if observation.began else ""),
            ":v": number(VERSION),
            ":variant": text(key.variant),  # in the index of variants: rows of order lines are none of them
            ":none": {"M": {}},
            ":one": number(1),
            **{f":{name}": value for name, value in was.items()},
        }
        return dynamo.update(self._table, _key(key), _SET, condition=condition, values=values, returning="ALL_OLD")

    def _span(self, key: VariantKey, doc: str, span: Observation, row: Item) -> bool:
        """Put the spanning observation in place of exactly the one that was read; False when that is gone."""
        still = "#obs_start = :was_start AND #obs_end = :was_end AND #doc = :was_doc"
        was = {"was_start": row["obs_start"], "was_end": row["obs_end"], "was_doc": row["doc"]}
        try:
            self._write(key, doc, span, still, **was)
        except dynamo.ConditionFailed:
            return False
        return True

    def _change(self, key: VariantKey, expression: str, values: dict[str, Item]) -> None:
        values = {**values, ":one": number(1)}
        dynamo.update(self._table, _key(key), expression, condition=_EXISTS, values=values)


def _agree(row: Item, doc: str, mine: _Observed) -> bool:
    """The same text, or another text of the same meaning (an older version's, or another order of the locations)."""
    stored = row["doc"]["S"]
    return bool(stored == doc) or _JSON.read(stored) == mine


def _observation(item: Item) -> Observation:
    began = item.get("obs_began", {"S": ""})["S"]
    at = datetime.fromisoformat(began) if began else None
    return Observation(int(item["obs_start"]["N"]), int(item["obs_end"]["N"]), at)


def _key(key: VariantKey) -> Item:
    return {"product": text(f"{key.shop}#{key.product}"), "variant": text(key.variant)}


def _variant(item: Item) -> Variant:
    shop, product = item["product"]["S"].split("#", 1)
    observed = _JSON.read(item["doc"]["S"])
    held = item.get("reservations", {"M": {}})["M"]
    return Variant(
        key=VariantKey(ShopId(shop), ProductId(product), VariantId(item["variant"]["S"])),
        facts=observed.facts,
        visibility=observed.visibility,
        observation=_observation(item),
        content_hash=observed.content_hash,
        reservations={name: reservations.read(value) for name, value in held.items()},
        holders=int(item.get("holders", {"N": "0"})["N"]),
        listings=frozenset(ListingKey.parse(name) for name in item.get("listings", {"SS": ()})["SS"]),
        absent=observed.absent,
        rev=int(item["rev"]["N"]),
    )
