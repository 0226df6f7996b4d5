"""Categories, aspects and conditions: the Taxonomy and Metadata APIs over our small catalogue `taxonomy.json`.

Sources: commerce_taxonomy 1.1.0, sell_metadata 1.11.1.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from simulators.ebay.errors import EbayError
from simulators.ebay.sites import SITES
from simulators.ebay.wire import Call, Operation
from simulators.ebay.world import World
from simulators.kit.wire import Reply

_TAXONOMY = "/commerce/taxonomy/v1"
METADATA = "/sell/metadata/v1"
APPLICATION = ("https://api.ebay.com/oauth/api_scope",)


@dataclass(frozen=True, slots=True)
class Aspect:
    """One item specific of a category. `depends`: by value, another specific and those of its values with which it can be chosen."""

    name: str
    required: bool
    variations: bool
    mode: str
    values: tuple[str, ...]
    multiple: bool = False
    max_length: int | None = None
    depends: Mapping[str, tuple[str, Sequence[str]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What more a condition asks; one without values takes the seller's own text."""

    id: str
    name: str
    required: bool
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Category:
    """One node; a leaf has aspects and conditions, and only a leaf may hold a listing."""

    id: str
    name: str
    parent: str | None
    keywords: frozenset[str]
    aspects: tuple[Aspect, ...]
    conditions: tuple[tuple[str, str], ...]
    descriptors: Mapping[str, tuple[Descriptor, ...]] = field(default_factory=dict)
    """By condition id."""
    needs_code: bool = True
    """Publishing without EAN or UPC is refused; `getItemAspectsForCategory` does not tell."""
    lots: bool = True
    regulatory: Mapping[str, str] = field(default_factory=dict)
    """What European sites recommend or require about product safety, by its name."""

    @property
    def leaf(self) -> bool:
        return bool(self.conditions)

    @property
    def condition_ids(self) -> tuple[str, ...]:
        return tuple(condition_id for condition_id, _ in self.conditions)

    def may_vary(self, name: str) -> bool:
        """Whether variations may differ in an aspect; a name of the seller's own always may."""
        return next((aspect.variations for aspect in self.aspects if aspect.name == name), True)


class Catalogue:
    """The same categories on every site's tree."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._data = data
        self.tree_version: str = data["tree_version"]
        self.tree_ids = {site.tree_id for site in SITES.values()}

    @property
    def safety_labels(self) -> Mapping[str, Mapping[str, str]]:
        """Pictograms and statements, by id."""
        labels: Mapping[str, Mapping[str, str]] = self._data["safety_labels"]
        return labels

    @cached_property
    def categories(self) -> dict[str, Category]:
        return {row["id"]: self._category(row) for row in self._data["categories"]}

    def category(self, tree_id: str, category_id: str) -> Category | None:
        return self.categories.get(category_id) if tree_id in self.tree_ids else None

    def ancestors(self, category: Category) -> list[Category]:
        """From the parent up to the top."""
        found: list[Category] = []
        parent = category.parent
        while parent is not None:
            found.append(self.categories[parent])
            parent = found[-1].parent
        return found

    def _category(self, row: dict[str, Any]) -> Category:
        aspects = self._data["aspects"].get(row.get("aspects"), [])
        conditions = self._data["conditions"].get(row.get("conditions"), [])
        return Category(
            row["id"],
            row["name"],
            row["parent"],
            frozenset(row.get("keywords", ())),
            tuple(Aspect(**{**a, "values": tuple(a["values"])}) for a in aspects),
            tuple((condition_id, label) for condition_id, label, *_ in conditions),
            {
                id: tuple(Descriptor(**one) for one in self._data["descriptors"][kind[0]])
                for id, _, *kind in conditions
                if kind
            },
            row.get("needs_code", True),
            row.get("lots", True),
            row.get("regulatory", {}),
        )


CATALOGUE = Catalogue(json.loads(Path(__file__).with_name("taxonomy.json").read_text()))


def default_tree(world: World, call: Call) -> Reply:
    marketplace_id = call.query.get("marketplace_id")
    if not marketplace_id:
        raise EbayError(62002)
    if marketplace_id not in SITES:
        raise EbayError(62003)
    return Reply(200, {"categoryTreeId": SITES[marketplace_id].tree_id, "categoryTreeVersion": CATALOGUE.tree_version})


def _tree_id(call: Call) -> str:
    tree_id = call.parameters["category_tree_id"]
    if tree_id not in CATALOGUE.tree_ids:
        raise EbayError(62004, status=404)
    return tree_id


def suggestions(world: World, call: Call) -> Reply:
    """Leaves whose words meet the query's, the best first; 204 where none does."""
    tree_id = _tree_id(call)
    words = set(re.findall(r"[a-z]+", call.query.get("q", "").lower()))
    words |= {word.removesuffix("s") for word in words}
    if not words:
        raise EbayError(62007)
    ranked = sorted(
        ((len(words & category.keywords), category) for category in CATALOGUE.categories.values() if category.leaf),
        key=lambda pair: (-pair[0], pair[1].id),
    )
    found = [_suggestion(tree_id, category) for hits, category in ranked if hits]
    if not found:
        return Reply(204)
    body = {"categorySuggestions": found, "categoryTreeId": tree_id, "categoryTreeVersion": CATALOGUE.tree_version}
    return Reply(200, body)


def _suggestion(tree_id: str, category: Category) -> dict[str, Any]:
    above = CATALOGUE.ancestors(category)
    return {
        "category": {"categoryId": category.id, "categoryName": category.name},
        "categoryTreeNodeLevel": len(above) + 1,
        "categoryTreeNodeAncestors": [
            {
                "categoryId": parent.id,
                "categoryName": parent.name,
                "categoryTreeNodeLevel": len(above) - index,
                "categorySubtreeNodeHref": (
                    f"{_TAXONOMY}/category_tree/{tree_id}/get_category_subtree?category_id={parent.id}"
                ),
            }
            for index, parent in enumerate(above)
        ],
    }


def item_aspects(world: World, call: Call) -> Reply:
    tree_id = _tree_id(call)
    category_id = call.query.get("category_id")
    if not category_id:
        raise EbayError(62006)
    category = CATALOGUE.category(tree_id, category_id)
    if category is None:
        raise EbayError(62005)
    if not category.leaf:
        raise EbayError(62009)
    return Reply(200, {"aspects": [_aspect(aspect) for aspect in category.aspects]})


def _aspect(aspect: Aspect) -> dict[str, Any]:
    return {
        "localizedAspectName": aspect.name,
        # aspectUsage stays RECOMMENDED even where required: seen on the sandbox (openlinker issue 2880)
        "aspectConstraint": {
            "aspectDataType": "STRING",
            "aspectEnabledForVariations": aspect.variations,
            "aspectMode": aspect.mode,
            "aspectRequired": aspect.required,
            "aspectUsage": "RECOMMENDED",
            "itemToAspectCardinality": "MULTI" if aspect.multiple else "SINGLE",
            **({"aspectMaxLength": aspect.max_length} if aspect.max_length else {}),
        },
        "aspectValues": [_aspect_value(aspect, value) for value in aspect.values],
    }


def _aspect_value(aspect: Aspect, value: str) -> dict[str, Any]:
    if value not in aspect.depends:
        return {"localizedValue": value}
    other, values = aspect.depends[value]
    constraint = {"applicableForLocalizedAspectName": other, "applicableForLocalizedAspectValues": list(values)}
    return {"localizedValue": value, "valueConstraints": [constraint]}


def item_conditions(world: World, call: Call) -> Reply:
    site = SITES.get(call.parameters["marketplace_id"])
    if site is None:
        raise EbayError(46001)
    wanted = None
    if "filter" in call.query:
        match = re.fullmatch(r"categoryIds:\{([^}]*)\}", call.query["filter"])
        if match is None:
            raise EbayError(46002)
        wanted = {category_id.strip() for category_id in match[1].split("|")}
    leaves = [c for c in CATALOGUE.categories.values() if c.leaf and (wanted is None or c.id in wanted)]
    if not leaves:
        return Reply(204)
    return Reply(200, {"itemConditionPolicies": [_condition_policy(site.tree_id, leaf) for leaf in leaves]})


def _condition_policy(tree_id: str, category: Category) -> dict[str, Any]:
    return {
        "categoryTreeId": tree_id,
        "categoryId": category.id,
        "itemConditionRequired": True,
        "itemConditions": [
            {"conditionId": id, "conditionDescription": label, **_descriptors(category.descriptors.get(id, ()))}
            for id, label in category.conditions
        ],
    }


def _descriptors(descriptors: Sequence[Descriptor]) -> dict[str, Any]:
    rows = [
        {
            "conditionDescriptorId": one.id,
            "conditionDescriptorName": one.name,
            "conditionDescriptorConstraint": {
                "cardinality": "SINGLE",
                "mode": "SELECTION_ONLY" if one.values else "FREE_TEXT",
                **({"usage": "REQUIRED"} if one.required else {}),
                **({} if one.values else {"maxLength": 30}),
            },
            "conditionDescriptorValues": [
                {"conditionDescriptorValueId": id, "conditionDescriptorValueName": name}
                for id, name in one.values.items()
            ],
        }
        for one in descriptors
    ]
    return {"conditionDescriptors": rows} if rows else {}


_TREE = f"{_TAXONOMY}/category_tree/{{category_tree_id}}"
_CONDITIONS = f"{METADATA}/marketplace/{{marketplace_id}}/get_item_condition_policies"
_METADATA_SCOPES = (*APPLICATION, "https://api.ebay.com/oauth/api_scope/sell.inventory")

OPERATIONS = (
    Operation(
        "getDefaultCategoryTreeId",
        "GET",
        f"{_TAXONOMY}/get_default_category_tree_id",
        default_tree,
        "commerce.taxonomy",
        APPLICATION,
    ),
    Operation(
        "getCategorySuggestions",
        "GET",
        f"{_TREE}/get_category_suggestions",
        suggestions,
        "commerce.taxonomy",
        APPLICATION,
    ),
    Operation(
        "getItemAspectsForCategory",
        "GET",
        f"{_TREE}/get_item_aspects_for_category",
        item_aspects,
        "commerce.taxonomy",
        APPLICATION,
    ),
    Operation("getItemConditionPolicies", "GET", _CONDITIONS, item_conditions, "sell.metadata", _METADATA_SCOPES),
)
