"""Product Type Definitions API 2020-09-01: search types, and get the schema of one by a link that works without a token.

Only English labels: a `locale` is checked against the model's list and changes nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from simulators.amazon.errors import AmazonError, denied, invalid
from simulators.amazon.offers.meta_schema import META_SCHEMA
from simulators.amazon.offers.product_types import PARENTAGES, REQUIREMENTS, ProductType, property_groups, schema_of
from simulators.amazon.sites import SITES
from simulators.amazon.wire import Call, Operation
from simulators.amazon.world import World
from simulators.kit.wire import Reply

_BASE = "/definitions/2020-09-01/productTypes"
_LOCALES = frozenset({"DEFAULT", *(site.language_tag for site in SITES.values()), "en", "de", "fr", "es", "it"})


def search_types(world: World, call: Call) -> Reply:
    """The types whose keywords, name or label have one of the words; all of them without any."""
    sites = call.marketplaces()
    words, title = [word.lower() for word in call.csv("keywords")], call.query.get("itemName", "").lower()
    if words and title:
        raise invalid("keywords and itemName exclude each other.")
    words = words or title.split()
    found = [kind for kind in world.listings.types.values() if not words or any(_about(kind, word) for word in words)]
    rows = [{"name": kind.name, "displayName": kind.label, "marketplaceIds": sites} for kind in found]
    version = _checksum("".join(kind.version for kind in world.listings.types.values()).encode())[:12]
    return Reply(200, {"productTypes": rows, "productTypeVersion": version})


def _about(kind: ProductType, word: str) -> bool:
    return word in (kind.name.lower(), kind.label.lower()) or any(
        word.rstrip("s") == keyword.rstrip("s") for keyword in kind.keywords
    )


def get_type(world: World, call: Call) -> Reply:
    [site] = call.marketplaces(most=1)
    kind = world.listings.types.get(call.parameters["productType"])
    if kind is None:
        raise AmazonError(404, "NOT_FOUND", f"Product type {call.parameters['productType']} not found.")
    if call.query.get("sellerId", call.seller.seller_id) != call.seller.seller_id:
        raise denied("The selling partner is not that of the access token.")
    requirements = call.one_of("requirements", REQUIREMENTS, "LISTING")
    enforced = call.one_of("requirementsEnforced", ("ENFORCED", "NOT_ENFORCED"), "ENFORCED")
    parentage = call.one_of("parentageLevel", PARENTAGES) if "parentageLevel" in call.query else None
    call.one_of("locale", _LOCALES, "DEFAULT")
    if call.query.get("productTypeVersion", "LATEST") not in ("LATEST", kind.version):
        raise AmazonError(404, "NOT_FOUND", "This version of the product type was not found.")
    schema = schema_of(kind, site, requirements=requirements, parentage=parentage, enforced=enforced == "ENFORCED")
    told = {
        "metaSchema": _link(world, call, META_SCHEMA),
        "schema": _link(world, call, schema),
        "requirements": requirements,
        "requirementsEnforced": enforced,
        "propertyGroups": property_groups(kind, list(schema["properties"])),
        "locale": SITES[site].language_tag,
        "marketplaceIds": [site],
        "productType": kind.name,
        "displayName": kind.label,
        "productTypeVersion": {"version": kind.version, "latest": True, "releaseCandidate": False},
    }
    return Reply(200, told)


def _link(world: World, call: Call, schema: dict[str, Any]) -> dict[str, Any]:
    """Where a schema lies. It is the same document for everybody who asks for the same one."""
    content = json.dumps(schema, separators=(",", ":")).encode()
    checksum = _checksum(content)
    known = world.listings.schema_documents
    if checksum not in known:
        known[checksum] = world.documents.add(call.seller.seller_id, "application/json")
        known[checksum].body = content
    resource = world.documents.address(call.origin, known[checksum], "GET")
    return {"link": {"resource": resource, "verb": "GET"}, "checksum": checksum}


def _checksum(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()


OPERATIONS = (
    Operation("searchDefinitionsProductTypes", "GET", _BASE, search_types),
    Operation("getDefinitionsProductType", "GET", f"{_BASE}/{{productType}}", get_type),
)
