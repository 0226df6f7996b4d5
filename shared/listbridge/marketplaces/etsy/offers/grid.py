"""All combinations of a listing's values. Pure.

Etsy wants a product for each of them (public issues of etsy/open-api quote "All combinations of property values must be supplied"; not in
the OpenAPI document). One that the shop does not have is hidden from buyers, with nothing of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from listbridge.marketplaces.etsy import errors
from listbridge.marketplaces.etsy.offers.wire import OfferingSent, ProductSent, PropertySent


def whole(
    properties: Sequence[int], mine: Sequence[ProductSent], others: Sequence[ProductSent]
) -> tuple[ProductSent, ...]:
    """The others, mine, and what is missing between them. One of the others that nobody is shown gives its place to one of mine.

    Raises Rejected for one of mine that buyers could not tell from one of the others.
    """
    by_place = {_place(properties, one): one for one in mine}
    staying = []
    for other in others:
        twin = by_place.get(_place(properties, other))
        if twin is None:
            staying.append(other)
        elif any(one.is_enabled for one in other.offerings):
            params = {"sku": twin.sku, "other": other.sku or "-", "value": ", ".join(_place(properties, twin))}
            raise errors.ALIKE.error(params=params)
    return (*staying, *mine, *_missing(properties, [*staying, *mine]))


def _missing(properties: Sequence[int], there: Sequence[ProductSent]) -> list[ProductSent]:
    if len(properties) < 2 or not there:
        return []
    values: dict[int, dict[str, PropertySent]] = {id: {} for id in properties}
    for one in there:
        for told in one.property_values:
            values.get(told.property_id, {}).setdefault(", ".join(told.values), told)
    taken = {_place(properties, one) for one in there}
    offering = max((one for row in there for one in row.offerings), key=lambda one: one.price)
    hidden = OfferingSent(
        price=offering.price, quantity=0, is_enabled=False, readiness_state_id=offering.readiness_state_id
    )
    return [
        ProductSent(sku="", property_values=row, offerings=(hidden,))
        for row in product(*(tuple(values[id].values()) for id in properties))
        if tuple(", ".join(one.values) for one in row) not in taken
    ]


def _place(properties: Sequence[int], one: ProductSent) -> tuple[str, ...]:
    told = {value.property_id: ", ".join(value.values) for value in one.property_values}
    return tuple(told.get(id, "") for id in properties)
