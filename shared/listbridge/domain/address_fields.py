"""A buyer's address in a shop's own fields, and what an order makes do without where the shop refuses a part of it. Pure.

A phone number or a postcode that some marketplace let pass must not keep an order from being sent. What a parcel needs goes behind
the street, so that whoever packs it reads it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from listbridge.domain.order_texts import first_and_last
from listbridge.domain.orders import Address


@dataclass(frozen=True, slots=True)
class Place:
    """Where an address lies: `country` and `region` in the shop's codes, empty where there is none; `words` is a region without
    a code."""

    country: str
    region: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class AddressForm:
    """The names under which a shop takes the parts of an address."""

    first_name: str
    last_name: str
    company: str
    street: str
    further: str
    city: str
    region: str
    postal_code: str
    country: str
    phone: str

    def fields(self, address: Address, place: Place) -> dict[str, str]:
        """The address, its empty parts left out. A region without a code goes behind the other lines."""
        first_name, last_name = first_and_last(address.name)
        street, *others = address.lines or ("",)
        told = {
            self.first_name: first_name,
            self.last_name: last_name,
            self.company: address.company,
            self.street: street,
            self.further: ", ".join(one for one in (*others, place.words) if one),
            self.city: address.city,
            self.region: place.region,
            self.postal_code: address.postal_code,
            self.country: place.country,
            self.phone: address.phone,
        }
        return {name: value for name, value in told.items() if value}

    def without(self, told: Mapping[str, str], name: str) -> dict[str, str] | None:
        """The address without a part that the shop refuses, or with a dash for the last name that it wants; None when it cannot
        be sent otherwise."""
        if name == self.last_name and not told.get(name):
            return {**told, name: "-"}
        for_the_parcel = {self.region, self.postal_code, self.country, self.company}
        if name not in told or name not in {*for_the_parcel, self.phone}:
            return None
        rest = {one: value for one, value in told.items() if one != name}
        if name in for_the_parcel:
            rest[self.further] = ", ".join(one for one in (rest.get(self.further, ""), told[name]) if one)
        return rest


def without_refused(
    order: Mapping[str, Any],
    refused: Iterable[Sequence[str]],
    form: AddressForm,
    *,
    addresses: Collection[str],
    dispensable: Collection[str] = (),
) -> dict[str, Any] | None:
    """The order without what the shop refuses of it; None when it refuses more than an order can make do without.

    `refused` are paths into the order, an address's part by its name in the form. `addresses` are the order's fields that hold
    one, `dispensable` those that may be left out whole.
    """
    slimmer = dict(order)
    for path in refused:
        if len(path) == 1 and path[0] in dispensable and path[0] in slimmer:
            del slimmer[path[0]]
            continue
        told = slimmer.get(path[0]) if len(path) == 2 and path[0] in addresses else None
        rest = form.without(told, path[1]) if told is not None else None
        if rest is None:
            return None
        slimmer[path[0]] = rest
    return slimmer
