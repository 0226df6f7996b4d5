"""What a category asks of item specifics, held against what a product has: pure. Source: commerce_taxonomy 1.1.0, AspectConstraint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from listbridge.domain.ids import Sku
from listbridge.domain.listings.texts import distinct
from listbridge.domain.ports import FieldProblem
from listbridge.domain.verdicts import RemoteError
from listbridge.marketplaces.ebay import errors
from listbridge.marketplaces.ebay.offers.category_wire import Aspect, AspectValue
from listbridge.marketplaces.ebay.offers.mapping import ListingContent
from listbridge.marketplaces.ebay.settings import CreationSettings

Told = Mapping[str, Aspect]
Row = Mapping[str, list[str]]
_LONGEST = 200
"""Of allowed values in a message: a category may have thousands."""


def spelled(content: ListingContent, told: Told | None) -> ListingContent:
    """The same with eBay's own spelling of the values that can only be chosen."""
    if not told:
        return content
    return replace(content, aspects={sku: _spelled(row, told) for sku, row in content.aspects.items()})


def problems(content: ListingContent, told: Told | None) -> Iterator[tuple[FieldProblem, RemoteError]]:
    """What eBay would surely refuse: of the whole product first, each with its field, then of each SKU by its options."""
    if told is None:
        return
    for name in content.varying:
        known = told.get(name)
        if known is not None and not known.varies:
            yield _told("settings.option_aspects", errors.ASPECT_MAY_NOT_VARY.error(params={"name": name}))
    rows = {sku: row for sku, row in content.aspects.items() if sku in content.asked}
    of_all = dict[tuple[str, str], RemoteError]()
    of_skus: list[tuple[FieldProblem, RemoteError]] = []
    for sku, row in rows.items():
        for name, error in _of_row(content, sku, row, told):
            if name in content.varying:
                of_skus.append(_told("options", error, sku))
            else:
                of_all.setdefault((name, error.problem.code), error)
    yield from (_told(_field(name, content.settings, error), error) for (name, _), error in of_all.items())
    yield from of_skus


def _told(field: str, error: RemoteError, sku: Sku | None = None) -> tuple[FieldProblem, RemoteError]:
    return FieldProblem(field, error.problem, sku), error


def _field(name: str, settings: CreationSettings, error: RemoteError) -> str:
    """Where to fix it: a brand that the profile does not set is the shop's."""
    of_shop = name == settings.brand_aspect and name not in settings.aspects and not settings.brand
    return "vendor" if of_shop and error.problem.code != errors.ASPECT_NEEDED.code else f"settings.aspects.{name}"


def _of_row(content: ListingContent, sku: Sku, row: Row, told: Told) -> Iterator[tuple[str, RemoteError]]:
    needed = () if content.may_be_in_catalogue(sku) else [name for name, known in told.items() if known.required]
    for name in needed:
        if name not in row and not content.names_product(sku, name):
            yield name, errors.ASPECT_NEEDED.error(params={"name": name, "category": content.settings.category_id})
    for name, values in row.items():
        if name in told:
            yield from ((name, error) for error in _of_values(told[name], values, row))


def _of_values(known: Aspect, values: list[str], row: Row) -> Iterator[RemoteError]:
    name = known.localized_aspect_name
    if len(values) > known.most_values:
        params = {"name": name, "count": str(len(values)), "max": str(known.most_values)}
        yield errors.ASPECT_TOO_MANY.error(params=params)
    longest = known.aspect_constraint.aspect_max_length
    for value in values:
        if longest is not None and len(value) > longest:
            yield errors.ASPECT_TOO_LONG.error(params={"name": name, "value": value, "max": str(longest)})
        elif known.selected:
            chosen = known.value(value)
            if chosen is None or not _available(chosen, row):
                allowed = [one.localized_value for one in known.aspect_values or () if _available(one, row)]
                params = {"name": name, "value": value, "allowed": _listed(allowed)}
                yield errors.ASPECT_NOT_A_CHOICE.error(params=params)


def _available(value: AspectValue, row: Row) -> bool:
    """Whether the other item specifics let this value be chosen: any of its dependencies is enough, and one on a name that the
    item does not have says nothing."""
    needs = [one for one in value.value_constraints or () if one.applicable_for_localized_aspect_name in row]
    return not needs or any(
        set(row[one.applicable_for_localized_aspect_name]) & set(one.applicable_for_localized_aspect_values or ())
        for one in needs
    )


def _listed(values: list[str]) -> str:
    text = ", ".join(values)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rpartition(', ')[0]} …"


def _spelled(row: Row, told: Told) -> Row:
    found = dict[str, list[str]]()
    for name, values in row.items():
        known = told.get(name)
        chosen = [known.value(value) for value in values] if known is not None and known.selected else []
        found[name] = distinct(
            one.localized_value if one is not None else value
            for one, value in zip(chosen or [None] * len(values), values, strict=True)
        )
    return found
