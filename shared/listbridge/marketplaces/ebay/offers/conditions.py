"""Which conditions a category takes, and what else it asks about them: pure.

The numbers stand in eBay's table "Item condition ID and name values" (Selling Integration Guide; as quoted in public code, read
2026-11-28), for the documents know no enumerations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from listbridge.domain.verdicts import RemoteError
from listbridge.marketplaces.ebay import errors
from listbridge.marketplaces.ebay.offers.category_wire import Descriptor, ItemCondition
from listbridge.marketplaces.ebay.settings import Condition, CreationSettings

NUMBERS: Final[Mapping[Condition, str]] = {
    "NEW": "1000",
    "NEW_OTHER": "1500",
    "NEW_WITH_DEFECTS": "1750",
    "CERTIFIED_REFURBISHED": "2000",
    "EXCELLENT_REFURBISHED": "2010",
    "VERY_GOOD_REFURBISHED": "2020",
    "GOOD_REFURBISHED": "2030",
    "SELLER_REFURBISHED": "2500",
    "LIKE_NEW": "2750",
    "PRE_OWNED_EXCELLENT": "2990",
    "USED_EXCELLENT": "3000",
    "PRE_OWNED_FAIR": "3010",
    "USED_VERY_GOOD": "4000",
    "USED_GOOD": "5000",
    "USED_ACCEPTABLE": "6000",
    "FOR_PARTS_OR_NOT_WORKING": "7000",
}
_UNDESCRIBED = frozenset({"NEW", "LIKE_NEW", "NEW_OTHER", "NEW_WITH_DEFECTS"})
_LONGEST_TEXT = 30
"""ConditionDescriptor.additionalInfo (sell_inventory 1.18.4)."""
Allowed = Mapping[str, ItemCondition]


def description(settings: CreationSettings) -> str | None:
    """What is said of the condition; nothing of a new item, for which "eBay will simply ignore this field"
    (InventoryItem.conditionDescription, sell_inventory 1.18.4)."""
    return None if settings.condition in _UNDESCRIBED else settings.condition_description or None


def descriptors(settings: CreationSettings, allowed: Allowed | None) -> tuple[dict[str, Any], ...]:
    """`conditionDescriptors`: a chosen value goes by its number, the seller's own text into `additionalInfo`."""
    known = _descriptors(settings, allowed)
    return tuple(
        {"name": id, "additionalInfo": values[0]}
        if id in known and known[id].free
        else {"name": id, "values": list(values)}
        for id, values in settings.condition_descriptors.items()
    )


def problems(settings: CreationSettings, allowed: Allowed | None) -> Iterator[tuple[str, RemoteError]]:
    """What eBay would refuse of the profile's condition in its category, each with its field."""
    if allowed is None:
        return
    names = {number: name for name, number in NUMBERS.items()}
    if NUMBERS[settings.condition] not in allowed:
        may = ", ".join(names[number] for number in allowed if number in names)
        params = {"condition": settings.condition, "category": settings.category_id, "allowed": may}
        yield "settings.condition", errors.CONDITION_NOT_ALLOWED.error(params=params)
        return
    known = _descriptors(settings, allowed)
    for id, one in known.items():
        if one.required and id not in settings.condition_descriptors:
            params = {"name": one.condition_descriptor_name or id}
            yield f"settings.condition_descriptors.{id}", errors.DESCRIPTOR_MISSING.error(params=params)
    for id, values in settings.condition_descriptors.items():
        if not _taken(known.get(id), values):
            shown = known[id].condition_descriptor_name if id in known else id
            params = {"name": shown or id, "values": ", ".join(values)}
            yield f"settings.condition_descriptors.{id}", errors.DESCRIPTOR_REFUSED.error(params=params)


def _descriptors(settings: CreationSettings, allowed: Allowed | None) -> Mapping[str, Descriptor]:
    condition = (allowed or {}).get(NUMBERS[settings.condition])
    told = (condition.condition_descriptors if condition is not None else None) or ()
    return {one.condition_descriptor_id: one for one in told}


def _taken(known: Descriptor | None, values: list[str]) -> bool:
    if known is None or (known.single and len(values) > 1):
        return False
    if known.free:
        return len(values[0]) <= (known.condition_descriptor_constraint.max_length or _LONGEST_TEXT)
    return all(value in known.value_ids for value in values)
