"""A product's variants as the variations of one listing: their options under the marketplace's names, and how much fits. Pure.

Marketplaces differ in their limits and in their words for them, and not in what can be wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from listbridge.domain.catalog import ProductFacts, VariantFacts
from listbridge.domain.ids import Sku
from listbridge.domain.listings.texts import distinct
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Rejected, RemoteError

_CHECK_OPTIONS = "check_options_in_shop"
_LONGEST_SKU_TOLD = 80


class Words(Protocol):
    """A line of an adapter's error table: the marketplace's own words for a refusal."""

    def error(self, message: str = "", *, params: Mapping[str, str] | None = None) -> RemoteError:
        """The refusal, its text filled with the params."""


@dataclass(frozen=True, slots=True)
class VariationRules:
    """What one listing takes, and the marketplace's words for what it does not.

    `most` variations, `most_values` of one option, names and values of so many characters at most. The words are filled: `too_many` with `{count}` and `{max}`; `too_many_values` with these and `{option}`;
    `name_too_long` with `{name}` and `{max}`; `same_name`, where two options would get one name, with `{name}`, which holds all
    of them; `alike` with `{sku}`, `{other}` and their `{value}`.
    """

    most: int
    most_values: int
    longest_name: int
    longest_value: int
    too_many: Words
    too_many_values: Words
    name_too_long: Words
    same_name: Words
    alike: Words

    def names(self, product: ProductFacts, renamed: Mapping[str, str]) -> tuple[str, ...]:
        """The options in the shop's order, under the names that they get; none of a product without options.

        Raises Rejected for names that the marketplace cannot take, and for several variants that nothing tells apart.
        """
        if not product.has_options:
            return ()
        options = distinct([*product.options, *(name for variant in product.variants for name in variant.options)])
        if not options:
            raise Rejected(Problem("options_missing", {"product": product.title}, _CHECK_OPTIONS))
        names = [renamed.get(option, option) for option in options]
        for name in names:
            if len(name) > self.longest_name:
                raise _refused(self.name_too_long, name=name, max=self.longest_name)
        if len(set(names)) < len(names):
            raise _refused(self.same_name, name=", ".join(names))
        return tuple(names)

    def values(self, variant: VariantFacts, names: Sequence[str], renamed: Mapping[str, str]) -> dict[str, str]:
        """The variant's value of each of the names. Raises Rejected where one is missing or too long."""
        told = {renamed.get(option, option): value.strip() for option, value in variant.options.items()}
        values = {name: told.get(name, "") for name in names}
        for name, value in values.items():
            if not value:
                params = {"sku": variant.sku, "option": name}
                raise Rejected(Problem("option_value_missing", params, _CHECK_OPTIONS))
            if len(value) > self.longest_value:
                params = {"sku": variant.sku, "value": value, "max": str(self.longest_value)}
                raise Rejected(Problem("option_value_too_long", params, _CHECK_OPTIONS))
        return values

    def twins(self, rows: Iterable[tuple[Sku, Sequence[str]]]) -> dict[Sku, RemoteError]:
        """The SKUs whose values an earlier one has already: no marketplace takes two variations that are alike."""
        taken: dict[tuple[str, ...], Sku] = {}
        twins: dict[Sku, RemoteError] = {}
        for sku, row in rows:
            other = taken.setdefault(tuple(row), sku)
            if other != sku:
                twins[sku] = _refused(self.alike, sku=sku, value=", ".join(row), other=other)
        return twins

    def refuse_oversized(self, product: ProductFacts, skus: Iterable[Sku]) -> None:
        """Raises Rejected for a product with more variations among these SKUs, or more values of an option, than one listing
        may have. It needs no call, so it can come before all of them."""
        if not product.has_options:
            return
        wanted = set(skus)
        values: dict[str, set[str]] = {}
        for variant in product.variants:
            if variant.sku in wanted:
                for name, value in variant.options.items():
                    values.setdefault(name, set()).add(value.strip())
        self.refuse_too_many(len(wanted), {name: len(found) for name, found in values.items()})

    def refuse_too_many(self, variations: int, values: Mapping[str, int]) -> None:
        """Raises Rejected, naming what there is too much of, how many there are and how many may be."""
        if variations > self.most:
            raise _refused(self.too_many, count=variations, max=self.most)
        for name, count in values.items():
            if count > self.most_values:
                raise _refused(self.too_many_values, option=name, count=count, max=self.most_values)


def variant_of(sku: Sku, by_sku: Mapping[Sku, VariantFacts], longest: int, refused: Words) -> VariantFacts:
    """The variant of a SKU that can be a part of an address. "." and ".." would vanish from it.

    Raises Rejected with `refused`, filled with `{sku}` and `{max}`, for one that cannot or is longer than `longest`, and for a
    SKU that the product no longer has.
    """
    plain = sku == sku.strip() and sku.isprintable() and sku not in (".", "..")
    if not plain or not 1 <= len(sku) <= longest:
        raise _refused(refused, sku=sku[:_LONGEST_SKU_TOLD], max=longest)
    if sku not in by_sku:
        raise Rejected(Problem("variant_gone", {"sku": sku}, "remove_item"))
    return by_sku[sku]


def picture_option(names: Sequence[str], rows: Iterable[tuple[Mapping[str, str], str]]) -> str:
    """The option by which pictures differ, of variations told as their values and their picture ("" for none): the first whose
    every value has one picture, else simply the first."""
    told = list(rows)
    for name in names:
        seen: dict[str, set[str]] = {}
        for values, picture in told:
            seen.setdefault(values.get(name, ""), set()).add(picture)
        single = len(seen) > 1 and all(len(pictures) == 1 for pictures in seen.values())
        if single and any(picture for pictures in seen.values() for picture in pictures):
            return name
    return names[0]


def _refused(words: Words, **params: object) -> RemoteError:
    return words.error(params={name: str(value) for name, value in params.items()})
