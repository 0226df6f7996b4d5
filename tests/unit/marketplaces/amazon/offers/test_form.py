"""The form of a creation profile asks for what the shop does not fill."""

from __future__ import annotations

from typing import Any

from listbridge.marketplaces.amazon.offers.form import creation_form
from listbridge.marketplaces.amazon.offers.schema import TypeSchema
from tests.unit.marketplaces.amazon_products import SITE, hat


class OneType:
    """Definitions of a seller who may use one type."""

    def __init__(self, schema: TypeSchema) -> None:
        self._schema = schema

    def schema(self, *_: Any) -> TypeSchema:
        return self._schema


def form(kind: str = "HAT", schema: TypeSchema | None = None) -> dict[str, Any]:
    return dict(creation_form(OneType(schema or hat()), SITE, kind))  # type: ignore[arg-type]


def test_before_a_type_is_chosen_the_settings_that_all_have_are_asked_for() -> None:
    plain = form("")
    assert {"product_type", "condition", "attributes", "asins"} <= set(plain["properties"])
    assert plain["required"] == ["product_type"]


def test_of_a_type_the_attributes_are_asked_for_that_the_shop_does_not_fill() -> None:
    asked = form()["properties"]["attributes"]
    assert set(asked["properties"]) == {"material", "waterproof", "size", "color"}
    assert asked["required"] == ["material"]
    assert form()["required"] == ["product_type", "attributes"]


def test_an_attribute_with_a_plain_value_is_asked_for_as_one() -> None:
    asked = form()["properties"]["attributes"]["properties"]
    assert asked["material"] == {"type": "string", "enum": ["wool", "felt"], "enumNames": ["Wolle", "Filz"]}
    assert asked["waterproof"] == {"type": "boolean", "title": "Waterproof"}


def test_an_attribute_with_a_unit_is_asked_for_in_rows_without_the_site_s_fields() -> None:
    fields = {"value": {"type": "number"}, "unit": {"enum": ["grams"]}, "marketplace_id": {"type": "string"}}
    items = {"type": "object", "required": ["value", "unit", "marketplace_id"], "properties": fields}
    weighed = hat(properties={"item_weight": {"type": "array", "items": items}}, required=["item_weight"])
    asked = form(schema=weighed)["properties"]["attributes"]["properties"]["item_weight"]
    assert set(asked["items"]["properties"]) == {"value", "unit"}
    assert asked["items"]["required"] == ["value", "unit"]


def test_a_type_without_themes_does_not_ask_for_one() -> None:
    assert form()["properties"]["variation_theme"]["enum"] == ["", "SIZE", "SIZE/COLOR"]
    assert "variation_theme" not in form(schema=hat(properties={}))["properties"]
