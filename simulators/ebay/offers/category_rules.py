"""What a category refuses of item specifics and of a condition, at publishing.

Sources: commerce_taxonomy 1.1.0 (AspectConstraint, AspectValue), sell_metadata 1.11.1 (ItemConditionDescriptorConstraint). Which id
refuses what, beside the missing specific, is our reading of the ids' texts.
"""

from __future__ import annotations

from typing import Any

from simulators.ebay.errors import EbayError
from simulators.ebay.offers import checks
from simulators.ebay.offers.taxonomy import Aspect, Category, Descriptor

_MANY_VALUES = 30
_LONGEST_TEXT = 30


def refuse_unfit_aspects(category: Category, aspects: dict[str, list[str]]) -> None:
    """Raises 25002 for a required item specific that is missing, 25022 for values that it does not take."""
    for aspect in category.aspects:
        values = aspects.get(aspect.name) or []
        if aspect.required and not values:
            raise missing_by_name(aspect.name, f"The item specific {aspect.name} is missing.")
        most = _MANY_VALUES if aspect.multiple else 1
        if len(values) > most:
            raise _refused(aspect, f"{len(values)} values, where {most} can be given.")
        for value in values:
            _refuse_value(aspect, value, aspects)


def _refuse_value(aspect: Aspect, value: str, aspects: dict[str, list[str]]) -> None:
    if aspect.max_length is not None and len(value) > aspect.max_length:
        raise _refused(aspect, f"{value} is longer than {aspect.max_length}.")
    if aspect.mode == "SELECTION_ONLY" and value not in aspect.values:
        raise _refused(aspect, f"{value} is not one of its values.")
    if value in aspect.depends:
        other, with_values = aspect.depends[value]
        if other in aspects and not set(aspects[other]) & set(with_values):
            raise _refused(aspect, f"{value} goes with {other} {', '.join(with_values)}.")


def _refused(aspect: Aspect, text: str) -> EbayError:
    return EbayError(25022, f"{aspect.name}: {text}", parameters={"fieldName": aspect.name})


def missing_by_name(name: str, text: str) -> EbayError:
    """The Trading API's refusal, handed through: its parameters are numbered, and the second is the field's name."""
    advice = f"{text} Add {name} to this listing, enter a valid value, and then try again."
    return EbayError(25002, advice, parameters={"0": "", "1": advice, "2": name})


def refuse_unfit_condition(category: Category, item: dict[str, Any]) -> None:
    """Raises 25021 for a condition that the category does not take, or that does not say what the category asks about it."""
    condition = str(item["condition"])
    number = checks.CONDITION_IDS[condition]
    if number not in category.condition_ids:
        raise EbayError(25021, f"{condition} is not allowed in category {category.id}.")
    known = {one.id: one for one in category.descriptors.get(number, ())}
    given = {str(one.get("name")): one for one in item.get("conditionDescriptors") or []}
    for one in known.values():
        if one.required and one.id not in given:
            raise EbayError(25021, f"{one.name} is missing.")
    for name, row in given.items():
        if name not in known or not _describes(known[name], row):
            raise EbayError(25021, f"Condition descriptor {name} is not valid.")


def _describes(known: Descriptor, row: dict[str, Any]) -> bool:
    values = row.get("values") or []
    if not known.values:
        return not values and 0 < len(str(row.get("additionalInfo") or "")) <= _LONGEST_TEXT
    return len(values) == 1 and values[0] in known.values
