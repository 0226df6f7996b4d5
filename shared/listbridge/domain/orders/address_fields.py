"""A buyer's address in a shop's own fields, and what an order makes do without where the shop refuses a part of it. Pure.

A phone number or a postcode that some marketplace let pass must not keep an order from being shipped. What a parcel
needs goes behind the street, so that the person who packs it reads it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from listbridge.domain.orders.orders import Address
from listbridge.domain.orders.shop_orders import OrderMark
from listbridge.domain.orders.texts import first_and_last
from listbridge.domain.verdicts import RemoteError

R = TypeVar("R")


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


def creation_key(mark: OrderMark, left_out: Iterable[str] = ()) -> str:
    """The key with which a platform makes this order once: 64 hexadecimal digits.

    It is the same at every attempt, whatever the body says by then. What was `left_out` of the order (`OrderParts.left_out`)
    makes it another, for a platform takes a second call with the same key for the first, which it refused.
    """
    return hashlib.sha256("\n".join([mark.value, *left_out]).encode()).hexdigest()


class PartsRefused(Exception):
    """A shop refuses parts of an order, and made nothing of it.

    `paths` lead to them in the order, to an address's part by its name in the form; `verdict` is what the refusal means where the
    order cannot do without them.
    """

    def __init__(self, paths: Iterable[Sequence[str]], verdict: RemoteError) -> None:
        super().__init__(str(verdict))
        self.paths = tuple(paths)
        self.verdict = verdict


@dataclass(frozen=True, slots=True)
class OrderParts:
    """What an order can do without: parts of its `addresses`, which are in this `form`, and the fields that are `dispensable`
    whole."""

    form: AddressForm
    addresses: Collection[str]
    dispensable: Collection[str] = ()

    def sent(self, order: Mapping[str, Any], send: Callable[[Mapping[str, Any]], R]) -> R:
        """What `send` makes of the order; where it raises PartsRefused, of the order without these, once. Raises the verdict."""
        try:
            return send(order)
        except PartsRefused as refused:
            slimmer = self.without(order, refused.paths)
            if slimmer is None:
                raise refused.verdict from None
        try:
            return send(slimmer)
        except PartsRefused as refused:
            raise refused.verdict from None

    def left_out(self, order: Mapping[str, Any], sent: Mapping[str, Any]) -> tuple[str, ...]:
        """The places of the whole order, `to/phone`, at which what is `sent` says another thing or nothing; sorted."""
        places = set()
        for name in order.keys() | sent.keys():
            whole, slim = order.get(name), sent.get(name)
            if whole != slim and isinstance(whole, Mapping) and isinstance(slim, Mapping):
                inner = whole.keys() | slim.keys()
                places |= {f"{name}/{one}" for one in inner if whole.get(one) != slim.get(one)}
            elif whole != slim:
                places.add(name)
        return tuple(sorted(places))

    def without(self, order: Mapping[str, Any], refused: Iterable[Sequence[str]]) -> dict[str, Any] | None:
        """The order without what stands at these paths; None where it cannot do without one of them."""
        slimmer = dict(order)
        for path in refused:
            if len(path) == 1 and path[0] in self.dispensable and path[0] in slimmer:
                del slimmer[path[0]]
                continue
            told = slimmer.get(path[0]) if len(path) == 2 and path[0] in self.addresses else None
            rest = self.form.without(told, path[1]) if told is not None else None
            if rest is None:
                return None
            slimmer[path[0]] = rest
        return slimmer
