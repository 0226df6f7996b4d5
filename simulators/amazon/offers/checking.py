"""Whether the attributes of a submission are as its product type says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import jsonschema_rs

from simulators.amazon.offers import issues
from simulators.amazon.offers.attributes import Schema
from simulators.amazon.offers.issues import Issue
from simulators.amazon.offers.product_types import ProductType, schema_of

Attributes = Mapping[str, Any]
_BARCODES = {"ean": (8, 13), "gtin": (8, 12, 13, 14), "upc": (12,)}


class Checker:
    """Checks against the schemas of product types; each is drawn up once for a store and its requirements."""

    def __init__(self) -> None:
        self._whole: dict[tuple[str, ...], tuple[Schema, jsonschema_rs.Validator]] = {}
        self._parts: dict[tuple[str, ...], jsonschema_rs.Validator] = {}

    def check(self, kind: ProductType, marketplace_id: str, requirements: str, attributes: Attributes) -> list[Issue]:
        """Everything that is wrong with an item as a whole, all at once."""
        schema, validator = self._of(kind, marketplace_id, requirements)
        found: dict[str, Issue] = {}
        for error in validator.iter_errors(dict(attributes)):
            told = _told(error)
            found.setdefault(str(told), told)
        wrong = [*found.values()]
        for name, entries in attributes.items():
            if name in schema["properties"] and isinstance(entries, list):
                wrong += _counted(name, entries, schema["properties"][name])
        return [*wrong, *_sense(attributes)]

    def check_one(self, kind: ProductType, marketplace_id: str, name: str, entries: Any) -> list[Issue]:
        """What is wrong with one attribute, whatever the others are."""
        schema, _ = self._of(kind, marketplace_id, "LISTING")
        if name not in schema["properties"]:
            return [issues.unknown([name])]
        key = (kind.version, marketplace_id, name)
        if key not in self._parts:
            part = {"$defs": schema["$defs"], **schema["properties"][name]}
            self._parts[key] = jsonschema_rs.Draft201909Validator(part, validate_formats=True)
        wrong = [issues.wrong(name, error.message) for error in self._parts[key].iter_errors(entries)]
        if not wrong:
            wrong = _counted(name, entries, schema["properties"][name]) + _sense({name: entries})
        return wrong

    def selectors(self, kind: ProductType, name: str) -> list[str]:
        """The fields by which the entries of an attribute are told apart; none for one that the type lacks."""
        return list(kind.attributes[name]["selectors"]) if name in kind.attributes else []

    def _of(self, kind: ProductType, marketplace_id: str, requirements: str) -> tuple[Schema, jsonschema_rs.Validator]:
        key = (kind.version, marketplace_id, requirements)
        if key not in self._whole:
            schema = schema_of(kind, marketplace_id, requirements=requirements)
            if requirements == "LISTING_OFFER_ONLY":  # facts beside the offer do no harm
                schema |= {"properties": dict(kind.attributes)}
            plain = {name: part for name, part in schema.items() if name not in ("$schema", "$id")}
            self._whole[key] = (schema, jsonschema_rs.Draft201909Validator(plain, validate_formats=True))
        return self._whole[key]


def _told(error: jsonschema_rs.ValidationError) -> Issue:
    kind: Any = error.kind
    where = [str(step) for step in error.instance_path]
    if not where and kind.name == "required":
        return issues.missing(str(kind.property))
    if not where and kind.name == "additionalProperties":
        return issues.unknown(sorted(kind.unexpected))
    return issues.wrong(where[0] if where else "", error.message[:200])


def _counted(name: str, entries: list[Any], shape: Schema) -> list[Issue]:
    """How many entries have the same selectors, and how many bytes texts have: words that plain JSON Schema does not know."""
    told = [entry for entry in entries if isinstance(entry, dict)]
    groups = Counter(tuple(str(entry.get(selector)) for selector in shape["selectors"]) for entry in told)
    wrong = [
        issues.wrong(name, f"{number} entries with the same {', '.join(shape['selectors'])}")
        for number in groups.values()
        if not shape["minUniqueItems"] <= number <= shape["maxUniqueItems"]
    ]
    most = shape["items"]["properties"].get("value", {}).get("maxUtf8ByteLength")
    for entry in told:
        if most and isinstance(entry.get("value"), str) and len(entry["value"].encode()) > most:
            wrong.append(issues.wrong(name, f"longer than {most} bytes"))
    return wrong


def _sense(attributes: Attributes) -> list[Issue]:
    """What a schema cannot say: prices above zero, barcodes with their check digit."""
    wrong = []
    for offer in _entries(attributes, "purchasable_offer"):
        for price in [*_entries(offer, "our_price"), *_entries(offer, "discounted_price")]:
            for one in _entries(price, "schedule"):
                if one.get("value_with_tax") == 0:
                    wrong.append(issues.wrong_price("it must be above zero"))
    for barcode in _entries(attributes, "externally_assigned_product_identifier"):
        value, lengths = str(barcode.get("value", "")), _BARCODES.get(str(barcode.get("type")), ())
        if lengths and (len(value) not in lengths or not _checks_out(value)):
            wrong.append(issues.wrong_barcode(value))
    for stock in _entries(attributes, "fulfillment_availability"):
        if stock.get("fulfillment_channel_code") != "DEFAULT" and "quantity" in stock:
            wrong.append(issues.wrong("fulfillment_availability", "Amazon counts what it fulfils"))
    return wrong


def _entries(attributes: Attributes, name: str) -> list[dict[str, Any]]:
    given = attributes.get(name)
    return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []


def _checks_out(digits: str) -> bool:
    """The check digit of GS1: weights 3 and 1 from the right."""
    if not (digits.isascii() and digits.isdecimal()):
        return False
    body = [int(digit) for digit in digits]
    return sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(reversed(body))) % 10 == 0
