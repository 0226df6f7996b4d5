"""Attributes of a listing, by the properties of its taxonomy, and what buyers may have written on it.

Sources: OpenAPI document (updateListingProperty, updateListingPersonalization). Not verified: that an attribute's values of a
property that has its own must be among them.
"""

from __future__ import annotations

from typing import Any

from simulators.etsy.errors import conflict, invalid, misshapen, not_found
from simulators.etsy.offers.fields import split
from simulators.etsy.offers.listings import own, visible
from simulators.etsy.offers.state import Value
from simulators.etsy.offers.states import refuse_frozen, touch
from simulators.etsy.shops import counted
from simulators.etsy.taxonomy import properties_of
from simulators.etsy.wire import LISTING, OWN_LISTING, Call, Operation, whole_of
from simulators.etsy.world import World
from simulators.kit.wire import Reply

_WRITE = frozenset({"listings_w"})
_QUESTIONS = ("text_input", "dropdown", "unlabeled_upload", "labeled_upload")
_MOST_QUESTIONS = 5
_LONGEST_QUESTION = 45


def set_property(world: World, call: Call) -> Reply:
    """Give a listing the values of one attribute."""
    _, listing = own(world, call)
    refuse_frozen(listing)
    form = call.fields()
    if "value_ids" not in form or "values" not in form:
        raise invalid("Missing required parameter: value_ids and values")
    property_id = call.id_in("property_id")
    property = properties_of(listing.content["taxonomy_id"] or 0).get(property_id)
    if property is None or not property.attribute:
        raise invalid(f"The property {property_id} is not supported for listings of this taxonomy.")
    values, ids = split(form["values"]), [whole_of("value_ids", one, least=1) for one in split(form["value_ids"])]
    if not values or len(values) > property.most or len(ids) not in (0, len(values)):
        raise invalid(f"The property takes 1 to {property.most} values, each with its id.")
    if any("(" in one or ")" in one for one in values):
        raise invalid("Parenthesis characters are not allowed in property values.")
    scale_id = whole_of("scale_id", form["scale_id"], least=1) if form.get("scale_id") else None
    scales = dict(property.scales)
    if (scale_id is None) == bool(scales) or (scales and scale_id not in scales):
        raise invalid(f"The scale_id of property {property_id} is invalid.")
    known = [property.value_id(one, scale_id) for one in values]
    if property.values and (None in known or (ids and ids != known)):
        raise invalid(f"A value is not one of property {property_id}.")
    told = tuple(known_id or id for known_id, id in zip(known, ids or [world.new_id() for _ in values], strict=True))
    value = Value(property_id, property.name, told, tuple(values), scale_id, scales.get(scale_id or 0))
    listing.attributes[property_id] = value
    touch(world, listing)
    return Reply(200, value.told())


def delete_property(world: World, call: Call) -> Reply:
    _, listing = own(world, call)
    refuse_frozen(listing)
    if listing.attributes.pop(call.id_in("property_id"), None) is None:
        raise not_found("Property not found")
    touch(world, listing)
    return Reply(204)


def get_properties(world: World, call: Call) -> Reply:
    return Reply(200, counted([one.told() for one in visible(world, call).attributes.values()]))


def set_personalization(world: World, call: Call) -> Reply:
    """Replace the questions. Without the parameter only one question of type `text_input` is taken, and none of a listing
    that has others is lost: 409."""
    _, listing = own(world, call)
    refuse_frozen(listing)
    many = bool(call.flag("supports_multiple_personalization_questions"))
    rows = call.document().get("personalization_questions")
    if not isinstance(rows, list) or not rows:
        raise misshapen(("personalization_questions", "required", "The field is required."))
    if not many and len(listing.personalization) > 1:
        raise conflict("The listing has more questions than this application supports.")
    if len(rows) > (_MOST_QUESTIONS if many else 1):
        raise invalid("There are too many personalization questions.")
    listing.personalization = [_question(world, one, many, number) for number, one in enumerate(rows)]
    touch(world, listing)
    return Reply(201, {"personalization_questions": listing.personalization})


def _question(world: World, told: Any, many: bool, number: int) -> dict[str, Any]:
    path = f"personalization_questions[{number}]"
    if not isinstance(told, dict):
        raise misshapen((path, "type", "It must be an object."))
    text, kind = told.get("question_text"), told.get("question_type")
    if not isinstance(text, str) or not 1 <= len(text) <= _LONGEST_QUESTION:
        raise misshapen((f"{path}.question_text", "length", f"It must have 1 to {_LONGEST_QUESTION} characters."))
    if kind not in (_QUESTIONS if many else _QUESTIONS[:1]) or not isinstance(told.get("required"), bool):
        raise misshapen((path, "type", "question_type or required is invalid."))
    return {
        "question_id": world.new_id(),
        "question_text": text,
        "instructions": told.get("instructions"),
        "question_type": kind,
        "required": told["required"],
        "max_allowed_characters": told.get("max_allowed_characters"),
        "max_allowed_files": told.get("max_allowed_files"),
        "add_on_price": None,
        "options": None,
    }


def get_personalization(world: World, call: Call) -> Reply:
    return Reply(200, {"personalization_questions": visible(world, call).personalization})


def delete_personalization(world: World, call: Call) -> Reply:
    _, listing = own(world, call)
    refuse_frozen(listing)
    listing.personalization = []
    touch(world, listing)
    return Reply(204)


_PROPERTY = f"{OWN_LISTING}/properties/{{property_id}}"
_PERSONAL = f"{OWN_LISTING}/personalization"
OPERATIONS = (
    Operation("updateListingProperty", "PUT", _PROPERTY, set_property, _WRITE),
    Operation("deleteListingProperty", "DELETE", _PROPERTY, delete_property, _WRITE),
    Operation("getListingProperties", "GET", f"{OWN_LISTING}/properties", get_properties),
    Operation("updateListingPersonalization", "POST", _PERSONAL, set_personalization, _WRITE),
    Operation("deleteListingPersonalization", "DELETE", _PERSONAL, delete_personalization, _WRITE),
    Operation("getListingPersonalization", "GET", f"{LISTING}/personalization", get_personalization),
)
