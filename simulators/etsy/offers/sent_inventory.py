"""What updateListingInventory is sent: its shape, and the rules that tie its products together.

Shape and required fields: OpenAPI document. Fields that only a read has (`product_id`, `offering_id`, `is_deleted`, `scale_name`,
a price as `Money`) are refused (etsy/open-api issues 134, 159), parentheses too. A price, quantity, SKU or processing profile that differs
must differ by the properties that `*_on_property` names. Of two products with the same values the last one wins, and the others are gone
without a word (issue 337). All combinations of two properties are needed: so said version 2 of the API. Not verified: the
numbers of products and of values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import prod
from typing import Any

from simulators.etsy.errors import EtsyError, invalid, misshapen
from simulators.etsy.limits import Limits
from simulators.etsy.offers.fields import price_of

_ON = ("price_on_property", "quantity_on_property", "sku_on_property", "readiness_state_on_property")
_PRODUCT = frozenset({"sku", "property_values", "offerings"})
_VALUE = frozenset({"property_id", "property_name", "scale_id", "value_ids", "values"})
_OFFERING = frozenset({"price", "quantity", "is_enabled", "readiness_state_id"})


@dataclass(frozen=True, slots=True)
class SentValue:
    property_id: int
    name: str
    scale_id: int | None
    value_ids: tuple[int, ...]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SentProduct:
    sku: str
    values: tuple[SentValue, ...]
    price: Decimal
    quantity: int
    enabled: bool
    readiness_id: int | None

    def of(self, properties: tuple[int, ...]) -> tuple[Any, ...]:
        held = {one.property_id: (one.scale_id, one.values) for one in self.values}
        return tuple(held.get(one) for one in properties)


@dataclass(frozen=True, slots=True)
class SentInventory:
    products: tuple[SentProduct, ...]
    on: Mapping[str, tuple[int, ...]]

    @property
    def properties(self) -> tuple[int, ...]:
        return tuple(one.property_id for one in self.products[0].values)


def sent_inventory(limits: Limits, body: dict[str, Any], most_properties: int) -> SentInventory:
    """Read a body, and refuse it as a whole where any of its products is wrong. Raises 400."""
    _only(body, frozenset({"products", *_ON}), "")
    products = body.get("products")
    if not isinstance(products, list) or not products:
        raise misshapen(("products", "required", "missing error input parameter: products"))
    read = tuple(_product(limits, one, f"products[{number}]") for number, one in enumerate(products))
    on = {name: _property_ids(body.get(name), name) for name in _ON}
    last = {tuple((value.property_id, value.scale_id, value.values) for value in one.values): one for one in read}
    sent = SentInventory(tuple(last.values()), on)
    _refuse_products(limits, sent, most_properties)
    _refuse_differences(sent)
    return sent


def _product(limits: Limits, told: Any, path: str) -> SentProduct:
    product = _object(told, path)
    _only(product, _PRODUCT, path)
    offerings, sku = product.get("offerings"), product.get("sku")
    if not isinstance(offerings, list) or len(offerings) != 1:
        raise misshapen((f"{path}.offerings", "count", "A product has exactly one offering."))
    if not isinstance(sku, str | None) or len(sku or "") > limits.number("sku_length"):
        raise misshapen(
            (f"{path}.sku", "string", f"A SKU is a text of up to {limits.number('sku_length')} characters.")
        )
    values = product.get("property_values", [])
    if not isinstance(values, list):
        raise misshapen((f"{path}.property_values", "type", "It must be an array."))
    where = f"{path}.offerings[0]"
    offering = _object(offerings[0], where)
    _only(offering, _OFFERING, where)
    _require(offering, ("price", "quantity", "is_enabled", "readiness_state_id"), where)
    return SentProduct(
        sku or "",
        tuple(_value(one, f"{path}.property_values[{number}]") for number, one in enumerate(values)),
        _price(limits, offering["price"], where),
        _quantity(limits, offering["quantity"], where),
        _flag(offering["is_enabled"], where),
        _id(offering["readiness_state_id"], f"{where}.readiness_state_id"),
    )


def _value(told: Any, path: str) -> SentValue:
    value = _object(told, path)
    _only(value, _VALUE, path)
    _require(value, ("property_id", "value_ids", "values"), path)
    property_id = _id(value["property_id"], f"{path}.property_id")
    ids, values = value["value_ids"], value["values"]
    if property_id is None or not isinstance(ids, list) or not isinstance(values, list):
        raise misshapen((path, "type", "property_id is a number, value_ids and values are arrays."))
    read = tuple(_id(one, f"{path}.value_ids") or 0 for one in ids)
    if len(values) != 1 or len(read) > 1 or not all(isinstance(one, str) and one.strip() for one in values):
        raise invalid("A product has exactly one value of each property.")
    name = value.get("property_name", "")
    if not isinstance(name, str):
        raise misshapen((f"{path}.property_name", "type", "It must be a string."))
    for text in (name, *values):
        if "(" in text or ")" in text:
            raise invalid("Parenthesis characters are not allowed in property values.")
    return SentValue(property_id, name, _id(value.get("scale_id"), f"{path}.scale_id"), read, tuple(values))


def _refuse_products(limits: Limits, sent: SentInventory, most_properties: int) -> None:
    """Raises 400 for products that make no listing together."""
    if len(sent.products) > limits.number("products"):
        raise invalid(f"A listing has at most {limits.number('products')} products.")
    properties = sent.properties
    if len(properties) > most_properties:
        raise invalid(f"A listing has at most {most_properties} variations.")
    if len(set(properties)) != len(properties):
        raise invalid("Each property may be used once.")
    if any({one.property_id for one in product.values} != set(properties) for product in sent.products):
        raise invalid("All products must have the same properties.")
    counts = [len({one.of((id,)) for one in sent.products}) for id in properties]
    if prod(counts) != len(sent.products):
        raise invalid("All combinations of property values must be supplied")
    if any(count > limits.number("values_of_a_property") for count in counts):
        raise invalid(f"A property has at most {limits.number('values_of_a_property')} values.")
    for property_id in properties:
        held = [one for product in sent.products for one in product.values if one.property_id == property_id]
        if len({one.name for one in held}) > 1 or len({one.scale_id for one in held}) > 1:
            raise invalid(f"The property {property_id} must have one name and one scale.")


def _refuse_differences(sent: SentInventory) -> None:
    """Raises 400 for what differs between products by none of the properties that are named for it."""
    fields: dict[str, Callable[[SentProduct], Any]] = {
        "price_on_property": lambda one: one.price,
        "quantity_on_property": lambda one: one.quantity,
        "sku_on_property": lambda one: one.sku,
        "readiness_state_on_property": lambda one: one.readiness_id,
    }
    for name, field in fields.items():
        properties = sent.on[name]
        if unknown := [one for one in properties if one not in sent.properties]:
            raise invalid(f"{name}: the products have no property {unknown[0]}.")
        seen: dict[Any, Any] = {}
        for product in sent.products:
            if seen.setdefault(product.of(properties), field(product)) != field(product):
                raise invalid(f"{name} must be consistent: products with the same values differ.")


def _price(limits: Limits, given: Any, path: str) -> Decimal:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise misshapen((f"{path}.price", "type", "Expected a float."))
    return price_of(limits, given, "price")


def _quantity(limits: Limits, given: Any, path: str) -> int:
    if isinstance(given, bool) or not isinstance(given, int):
        raise misshapen((f"{path}.quantity", "type", "Expected an integer."))
    most = limits.number("quantity")
    if not 0 <= given <= most:
        raise invalid(f"The quantity must be between 0 and {most}.")
    return given


def _flag(given: Any, path: str) -> bool:
    if not isinstance(given, bool):
        raise misshapen((f"{path}.is_enabled", "type", "Expected a boolean."))
    return given


def _id(given: Any, path: str) -> int | None:
    if given is not None and (isinstance(given, bool) or not isinstance(given, int) or given < 1):
        raise misshapen((path, "type", "Expected a positive integer."))
    return given


def _property_ids(told: Any, name: str) -> tuple[int, ...]:
    if told is None:
        return ()
    if not isinstance(told, list):
        raise misshapen((name, "type", "It must be an array."))
    return tuple(_id(one, name) or 0 for one in told)


def _object(told: Any, path: str) -> dict[str, Any]:
    if not isinstance(told, dict):
        raise misshapen((path, "type", "It must be an object."))
    return told


def _only(told: dict[str, Any], allowed: frozenset[str], path: str) -> None:
    if unknown := sorted(set(told) - allowed):
        raise misshapen(*((f"{path}.{name}".strip("."), "additional", "The field is not allowed.") for name in unknown))


def _require(told: dict[str, Any], names: tuple[str, ...], path: str) -> None:
    if missing := [name for name in names if name not in told]:
        raise _missing(path, missing)


def _missing(path: str, names: list[str]) -> EtsyError:
    return misshapen(*((f"{path}.{name}", "required", "The field is required.") for name in names))
