"""Which of Etsy's properties a product varies by, and how a value of one is written: pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from listbridge.domain.catalog import VariantFacts
from listbridge.domain.listings.texts import distinct
from listbridge.marketplaces.etsy import errors
from listbridge.marketplaces.etsy.offers import texts
from listbridge.marketplaces.etsy.offers.wire import PropertySent, TaxonomyPropertyTold, ValueTold
from listbridge.marketplaces.etsy.settings import CreationSettings

CUSTOM = (513, 514)
"""The two properties that have the seller's own names (etsy/open-api, examples of its issues; not in the OpenAPI document)."""


@dataclass(frozen=True, slots=True)
class Property:
    """One that products differ by, under its name in the listing. `known` are Etsy's own values of one `scale`, each with its
    id, by name in small letters; a value that Etsy does not have is written by its name alone."""

    id: int
    name: str
    scale: int | None = None
    known: Mapping[str, ValueTold] = field(default_factory=dict)

    def of(self, value: str) -> PropertySent:
        """A product's value of it, as Etsy spells it."""
        told = self.known.get(value.casefold())
        return PropertySent(
            property_id=self.id,
            property_name=self.name,
            scale_id=self.scale,
            value_ids=(told.value_id,) if told is not None and told.value_id is not None else (),
            values=(told.name if told is not None else value,),
        )


def properties_of(
    names: Sequence[str],
    variants: Sequence[VariantFacts],
    settings: CreationSettings,
    told: Mapping[str, TaxonomyPropertyTold],
) -> tuple[Property, ...]:
    """One property for each option: the category's where the profile names one, else one with the option's own name.

    Raises Rejected for a property that the category does not have or that may not vary, and for a name with parentheses.
    """
    custom = iter(CUSTOM)
    found = []
    for name in names:
        id = settings.option_properties.get(name)
        if id is None:
            texts.refuse_brackets(name)
            found.append(Property(next(custom), name))
            continue
        known = told.get(id)
        if known is None or not known.supports_variations:
            raise errors.PROPERTY_UNKNOWN.error(params={"property": id, "option": name})
        wanted = distinct(variant.options.get(name, "").strip().casefold() for variant in variants)
        found.append(_known(known, wanted))
    ids = [one.id for one in found]
    if len(set(ids)) < len(ids):
        raise errors.SAME_NAME.error(params={"name": ", ".join(names)})
    return tuple(found)


def attribute(told: TaxonomyPropertyTold, values: Sequence[str]) -> dict[str, object]:
    """The form of updateListingProperty. Raises Rejected for values that the category does not have."""
    by_scale = _by_scale(told.possible_values)
    if not by_scale:
        return {"value_ids": [], "values": list(values)}
    wanted = [value.casefold() for value in values]
    for scale, ids in by_scale.items():
        if all(value in ids for value in wanted):
            found = [ids[value] for value in wanted]
            return {
                "value_ids": [one.value_id for one in found],
                "values": [one.name for one in found],
                "scale_id": scale,
            }
    params = {"property": told.display_name or str(told.property_id), "values": ", ".join(values)}
    raise errors.ATTRIBUTE_REFUSED.error(params=params)


def _known(told: TaxonomyPropertyTold, wanted: Sequence[str]) -> Property:
    """With the scale that has all the values, else the first of one that has none of them."""
    name = told.display_name or told.name
    by_scale = _by_scale(told.possible_values)
    for scale, ids in by_scale.items():
        if all(value in ids for value in wanted):
            return Property(told.property_id, name, scale, ids)
    return Property(told.property_id, name, None, by_scale.get(None, {}))


def _by_scale(values: Sequence[ValueTold]) -> dict[int | None, dict[str, ValueTold]]:
    found: dict[int | None, dict[str, ValueTold]] = {}
    for one in values:
        if one.value_id is not None:
            found.setdefault(one.scale_id, {})[one.name.casefold()] = one
    return found
