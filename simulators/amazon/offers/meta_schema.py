"""The meta-schema that product types refer to: our own wording of the words that Amazon adds to JSON Schema 2019-09."""

from __future__ import annotations

from typing import Any

from simulators.amazon.offers.product_types import META_SCHEMA_ID

_COUNT = {"type": "integer", "minimum": 0}
META_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2019-09/schema",
    "$id": META_SCHEMA_ID,
    "$vocabulary": {
        "https://json-schema.org/draft/2019-09/vocab/core": True,
        "https://json-schema.org/draft/2019-09/vocab/applicator": True,
        "https://json-schema.org/draft/2019-09/vocab/validation": True,
        "https://json-schema.org/draft/2019-09/vocab/meta-data": True,
        "https://json-schema.org/draft/2019-09/vocab/format": False,
        "https://schemas.amazon.com/selling-partners/definitions/product-types/vocabulary/v1": True,
    },
    "title": "Product type definition",
    "allOf": [{"$ref": "https://json-schema.org/draft/2019-09/schema"}],
    "properties": {
        "selectors": {
            "description": "The fields by whose values the entries of an array are told apart.",
            "type": "array",
            "items": {"type": "string"},
        },
        "minUniqueItems": {"description": "The fewest entries with the same selectors.", **_COUNT},
        "maxUniqueItems": {"description": "The most entries with the same selectors.", **_COUNT},
        "minUtf8ByteLength": {"description": "The fewest bytes of a text in UTF-8.", **_COUNT},
        "maxUtf8ByteLength": {"description": "The most bytes of a text in UTF-8.", **_COUNT},
        "enumNames": {"description": "What people read for each value of `enum`.", "type": "array"},
        "editable": {"description": "Whether people may change it.", "type": "boolean"},
        "hidden": {"description": "Whether people see it.", "type": "boolean"},
        "replaces": {"description": "The attribute that this one stands in for.", "type": "string"},
        "replacedBy": {"description": "The attribute that stands in for this one.", "type": "string"},
    },
}
