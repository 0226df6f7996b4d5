"""A product's options as the variations of a type: which attribute each is, and under which theme of the type. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from listbridge.domain.catalog import ProductFacts, VariantFacts
from listbridge.domain.ids import Sku
from listbridge.domain.listings.variations import VariationRules
from listbridge.domain.refusals import apart
from listbridge.domain.verdicts import RemoteError
from listbridge.marketplaces.amazon import errors
from listbridge.marketplaces.amazon.offers.attributes import Rows
from listbridge.marketplaces.amazon.offers.schema import TypeSchema
from listbridge.marketplaces.amazon.settings import CreationSettings

RULES = VariationRules(
    most=2_000,
    most_values=2_000,
    longest_name=200,
    longest_value=1_000,
    too_many=errors.TOO_MANY,
    too_many_values=errors.TOO_MANY,
    name_too_long=errors.OPTION_UNKNOWN,
    same_name=errors.SAME_OPTION,
    alike=errors.ALIKE,
)
"""How many children a parent may have, no document says (not verified): the type's schema bounds the values."""
_OTHER_SPELLINGS = {"colour": "color", "colour_name": "color"}


@dataclass(frozen=True, slots=True)
class Variation:
    """A family: its theme, and the attribute of each option of the shop, in the shop's order."""

    theme: str
    attributes: tuple[str, ...]
    renamed: Mapping[str, str]

    def child(self, rows: Rows, variant: VariantFacts, parent: str) -> dict[str, Any]:
        """What makes an item a variation: its own values, and whose child it is."""
        told = {self.renamed.get(option, option): value.strip() for option, value in variant.options.items()}
        own = {name: rows.of(name, told[name]) for name in self.attributes if told.get(name)}
        relation = {"child_relationship_type": "variation", "parent_sku": parent}
        return {
            **own,
            **self._theme(rows, "child"),
            "child_parent_sku_relationship": rows.given("child_parent_sku_relationship", relation),
        }

    def parent(self, rows: Rows) -> dict[str, Any]:
        """What makes an item the parent."""
        return self._theme(rows, "parent")

    def wrong(self, variants: Sequence[VariantFacts]) -> dict[Sku, RemoteError]:
        """Variants without a value of some option, and those that no option tells from an earlier one."""
        told, refused = apart(
            [one.sku for one in variants],
            lambda sku: RULES.values(next(v for v in variants if v.sku == sku), self.attributes, self.renamed),
        )
        twins = RULES.twins((sku, [values[name] for name in self.attributes]) for sku, values in told.items())
        return {**twins, **refused}

    def _theme(self, rows: Rows, level: str) -> dict[str, Any]:
        return {
            "parentage_level": rows.of("parentage_level", level),
            "variation_theme": rows.given("variation_theme", {"name": self.theme}),
        }


def variation_of(product: ProductFacts, settings: CreationSettings, schema: TypeSchema) -> Variation:
    """Raises Rejected where an option is no attribute of the type, or the type has no theme of just these options."""
    renamed = {option: _attribute(option, settings, schema) for option in _options(product)}
    names = RULES.names(product, renamed)
    for name in names:
        if name not in schema.attributes:
            option = next(option for option, attribute in renamed.items() if attribute == name)
            raise errors.OPTION_UNKNOWN.error(params={"option": option, "type": schema.name})
    return Variation(_theme_for(names, settings.variation_theme, schema), names, renamed)


def _options(product: ProductFacts) -> list[str]:
    return list(dict.fromkeys([*product.options, *(name for one in product.variants for name in one.options)]))


def _attribute(option: str, settings: CreationSettings, schema: TypeSchema) -> str:
    given = settings.option_attributes.get(option)
    if given:
        return given
    plain = "_".join(option.strip().lower().split())
    plain = _OTHER_SPELLINGS.get(plain, plain)
    titled = [name for name, node in schema.attributes.items() if str(node.get("title", "")).lower() == option.lower()]
    return plain if plain in schema.attributes else next(iter(titled), plain)


def _theme_for(names: Sequence[str], wanted: str, schema: TypeSchema) -> str:
    fitting = [theme for theme in schema.themes if _parts(theme) == {_stem(name) for name in names}]
    if not schema.themes:
        raise errors.THEMES_NONE.error(params={"attributes": ", ".join(names), "type": schema.name})
    themes = ", ".join(schema.themes)
    if wanted:
        if wanted not in schema.themes:
            raise errors.THEME_UNKNOWN.error(params={"theme": wanted, "themes": themes, "type": schema.name})
        return wanted
    if not fitting:
        params = {"attributes": ", ".join(names), "themes": themes, "type": schema.name}
        raise errors.THEME_MISSING.error(params=params)
    return fitting[0]


def _parts(theme: str) -> set[str]:
    return {_stem(part) for part in theme.lower().replace("-", "/").split("/")}


def _stem(name: str) -> str:
    """Themes of some types name an attribute with an ending that it does not have ("COLOR_NAME")."""
    return name.strip().lower().removesuffix("_name")
