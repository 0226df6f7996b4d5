"""eBay's JSON about categories: aspects, conditions and what else a category allows. Sources: commerce_taxonomy 1.1.0,
sell_metadata 1.11.1."""

from __future__ import annotations

from pydantic import Field

from listbridge.infra.calls.wire_models import CamelTold

MANY_VALUES = 30
"""Of an aspect that takes several (AspectConstraint.itemToAspectCardinality)."""


class AspectConstraint(CamelTold):
    aspect_mode: str = ""
    aspect_required: bool = False
    aspect_max_length: int | None = None
    aspect_enabled_for_variations: bool | None = None
    item_to_aspect_cardinality: str = ""


class ValueConstraint(CamelTold):
    """The value can be chosen where another aspect, the control aspect, has one of these values."""

    applicable_for_localized_aspect_name: str = ""
    applicable_for_localized_aspect_values: list[str] | None = None


class AspectValue(CamelTold):
    localized_value: str = ""
    value_constraints: list[ValueConstraint] | None = None


class Aspect(CamelTold):
    """One item specific of a category, its name and values in the site's language."""

    localized_aspect_name: str
    aspect_constraint: AspectConstraint = AspectConstraint()
    aspect_values: list[AspectValue] | None = None

    @property
    def required(self) -> bool:
        return self.aspect_constraint.aspect_required

    @property
    def selected(self) -> bool:
        """Its values are eBay's own."""
        return self.aspect_constraint.aspect_mode == "SELECTION_ONLY" and bool(self.aspect_values)

    @property
    def most_values(self) -> int:
        return 1 if self.aspect_constraint.item_to_aspect_cardinality == "SINGLE" else MANY_VALUES

    @property
    def varies(self) -> bool:
        """Whether variations may differ by it; what eBay does not say, it does not forbid."""
        return self.aspect_constraint.aspect_enabled_for_variations is not False

    def value(self, text: str) -> AspectValue | None:
        """eBay's own value of these words, in whatever case they are written."""
        wanted = text.casefold()
        return next((one for one in self.aspect_values or () if one.localized_value.casefold() == wanted), None)


class Aspects(CamelTold):
    aspects: list[Aspect] = Field(default_factory=list)


class DescriptorConstraint(CamelTold):
    cardinality: str = ""
    max_length: int | None = None
    mode: str = ""
    usage: str = ""


class DescriptorValue(CamelTold):
    condition_descriptor_value_id: str = ""
    condition_descriptor_value_name: str = ""


class Descriptor(CamelTold):
    """What more a condition says of an item in some categories: a card's grade, and who graded it."""

    condition_descriptor_id: str
    condition_descriptor_name: str = ""
    condition_descriptor_constraint: DescriptorConstraint = DescriptorConstraint()
    condition_descriptor_values: list[DescriptorValue] | None = None

    @property
    def required(self) -> bool:
        return self.condition_descriptor_constraint.usage == "REQUIRED"

    @property
    def free(self) -> bool:
        """Its value is the seller's own text."""
        return self.condition_descriptor_constraint.mode == "FREE_TEXT"

    @property
    def single(self) -> bool:
        return self.free or self.condition_descriptor_constraint.cardinality == "SINGLE"

    @property
    def value_ids(self) -> list[str]:
        return [one.condition_descriptor_value_id for one in self.condition_descriptor_values or ()]


class ItemCondition(CamelTold):
    condition_id: str
    condition_description: str = ""
    condition_descriptors: list[Descriptor] | None = None


class ConditionPolicy(CamelTold):
    category_id: str = ""
    item_conditions: list[ItemCondition] | None = None


class CategoryPolicy(CamelTold):
    """`lsd`: "lot size disabled". What is true is returned, and nothing else."""

    category_id: str = ""
    lsd: bool = False


class CategoryPolicies(CamelTold):
    category_policies: list[CategoryPolicy] | None = None


class RegulatoryAttribute(CamelTold):
    """`name`: HAZMAT, ENERGY_EFFICIENCY, MANUFACTURER_CONTACT or PRODUCT_SAFETY (developer.ebay.com, sel:RegulatoryAttributeEnum, read
    2026-11-28)."""

    name: str = ""
    usage: str = ""


class RegulatoryPolicy(CamelTold):
    category_id: str = ""
    supported_attributes: list[RegulatoryAttribute] | None = None


class RegulatoryPolicies(CamelTold):
    regulatory_policies: list[RegulatoryPolicy] | None = None


class Pictogram(CamelTold):
    pictogram_id: str
    pictogram_description: str = ""


class Statement(CamelTold):
    statement_id: str
    statement_description: str = ""


class SafetyLabels(CamelTold):
    """Those of a site; one that has none answers nothing."""

    pictograms: list[Pictogram] | None = None
    statements: list[Statement] | None = None

    def pictogram_names(self) -> dict[str, str]:
        return {one.pictogram_id: one.pictogram_description for one in self.pictograms or ()}

    def statement_names(self) -> dict[str, str]:
        return {one.statement_id: one.statement_description for one in self.statements or ()}


class ConditionPolicies(CamelTold):
    item_condition_policies: list[ConditionPolicy] | None = None
