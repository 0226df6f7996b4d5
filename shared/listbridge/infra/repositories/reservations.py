"""Order lines that hold stock, each in a row of its own beside the variant that it holds.

They stand in the variants table under a partition for each variant, `held#{variant}`, sorted by `{order}#{line}`. The
variant's row keeps their totals only (`domain.reserving`), so that it stays small however many orders are open, and a
transaction costs the same for the first line and for the five thousandth. Rows and totals change together: each
transaction is bound to the revision of the variant's row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from listbridge.domain.catalog import Reservation, Variant
from listbridge.domain.ids import VariantKey
from listbridge.domain.orders.reserving import totals_changed
from listbridge.infra import settings
from listbridge.infra.storage import dynamo
from listbridge.infra.storage.documents import VERSION, Json
from listbridge.infra.storage.dynamo import Item, number, text

_JSON: Json[Reservation] = Json(Reservation)
_NAMES = {"#rev": "rev", "#holders": "holders", "#reservations": "reservations"}


def written(held: Reservation) -> Item:
    """A reservation as an attribute, in a row of its own or as a total on the variant's."""
    return text(_JSON.write(held))


def read(attribute: Item) -> Reservation:
    """The reservation in an attribute."""
    return _JSON.read(attribute["S"])


def all_on(variant: VariantKey) -> dict[str, Reservation]:
    """Every line that holds the variant, by its name; strongly consistent."""
    values = {":held": text(_partition(variant))}
    items = dynamo.query_all(settings.table("variants"), "#product = :held", values)
    return {item["variant"]["S"]: read(item["held"]) for item in items}


def some_on(names: Mapping[VariantKey, Iterable[str]]) -> dict[VariantKey, dict[str, Reservation]]:
    """These lines on these variants, as far as they have rows; strongly consistent."""
    found: dict[VariantKey, dict[str, Reservation]] = {variant: {} for variant in names}
    partitions = {_partition(variant): variant for variant in names}
    keys = [_key(variant, name) for variant, some in names.items() for name in some]
    for item in dynamo.get_many(settings.table("variants"), keys):
        found[partitions[item["product"]["S"]]][item["variant"]["S"]] = read(item["held"])
    return found


def writes(
    row: Variant, before: Mapping[str, Reservation], after: Mapping[str, Reservation | None]
) -> list[dict[str, Any]]:
    """A transaction's writes that set (None: remove) these lines on one variant; none when all of it stands already.

    `row` and `before` are what was read: the writes fail if the variant changed since, no matter who changed it.
    """
    moved = {name: held for name, held in after.items() if before.get(name) != held or name in row.reservations}
    if not moved:
        return []
    lines = [_line(row.key, name, held) for name, held in moved.items() if before.get(name) != held]
    holders = sum((held is not None) - (name in before) for name, held in moved.items())
    return [_totals(row, totals_changed(row, before, moved), holders), *lines]


def _totals(row: Variant, changed: Mapping[str, Reservation | None], holders: int) -> dict[str, Any]:
    names = dict(_NAMES)
    values: dict[str, Item] = {":one": number(1), ":holders": number(holders), ":rev": number(row.rev)}
    setting, removing = [], []
    for place, (name, held) in enumerate(changed.items()):
        names[f"#e{place}"] = name
        if held is None:
            removing.append(f"#reservations.#e{place}")
        else:
            values[f":e{place}"] = written(held)
            setting.append(f"#reservations.#e{place} = :e{place}")
    parts = ["ADD #rev :one, #holders :holders"]
    if setting:
        parts.append("SET " + ", ".join(setting))
    if removing:
        parts.append("REMOVE " + ", ".join(removing))
    if not changed:
        del names["#reservations"]
    update = {
        "TableName": settings.table("variants"),
        "Key": {"product": text(f"{row.key.shop}#{row.key.product}"), "variant": text(row.key.variant)},
        "UpdateExpression": " ".join(parts),
        "ConditionExpression": "#rev = :rev",
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values,
    }
    return {"Update": update}


def _line(variant: VariantKey, name: str, held: Reservation | None) -> dict[str, Any]:
    table = settings.table("variants")
    if held is None:
        return {"Delete": {"TableName": table, "Key": _key(variant, name)}}
    return {"Put": {"TableName": table, "Item": {**_key(variant, name), "held": written(held), "v": number(VERSION)}}}


def _partition(variant: VariantKey) -> str:
    return f"held#{variant}"


def _key(variant: VariantKey, name: str) -> Item:
    return {"product": text(_partition(variant)), "variant": text(name)}
