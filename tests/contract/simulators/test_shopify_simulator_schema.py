"""Our GraphQL schema says nothing that Shopify's own does not say, and plays every document we wrote."""

from __future__ import annotations

import gzip
import json
import re
from functools import lru_cache
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    build_client_schema,
    build_schema,
    print_ast,
    specified_directives,
)

from simulators.shopify import access
from simulators.shopify.execution import SCHEMA_FILE
from tests.contract.simulators.shopify_simulator_client import Shop, reference_documents
from tests.contract.specs import require_specs

pytestmark = pytest.mark.specs


@lru_cache(maxsize=1)
def official() -> GraphQLSchema:
    packed = require_specs("shopify", "admin-graphql", "admin_2026-04.json.gz")
    told = json.loads(gzip.decompress(packed.read_bytes()))
    return build_client_schema(told["data"], assume_valid=True)


def differences(ours: GraphQLSchema, theirs: GraphQLSchema) -> list[str]:
    """What ours says and theirs does not, or says otherwise."""
    found: list[str] = []
    for name, mine in ours.type_map.items():
        if name.startswith("__"):
            continue
        other = theirs.get_type(name)
        if type(other) is not type(mine):
            found.append(f"{name}: {type(mine).__name__} here, {type(other).__name__} there")
            continue
        if isinstance(mine, GraphQLEnumType) and isinstance(other, GraphQLEnumType):
            found.extend(f"{name}.{value}: no such value" for value in mine.values if value not in other.values)
        elif isinstance(mine, GraphQLInputObjectType) and isinstance(other, GraphQLInputObjectType):
            found.extend(_unlike(name, mine.fields, other.fields))
        elif not isinstance(mine, GraphQLScalarType):
            found.extend(_unlike_fields(name, mine, other))
    own = [one for one in ours.directives if one not in specified_directives]
    known = {one.name: one for one in theirs.directives}
    for directive in own:
        found.extend(_unlike(f"@{directive.name}", directive.args, known[directive.name].args))
    return found


def _unlike_fields(name: str, mine: Any, other: Any) -> list[str]:
    assert isinstance(mine, (GraphQLObjectType, GraphQLInterfaceType))
    found = _unlike(name, mine.fields, other.fields, defaults=False)
    implemented = {one.name for one in other.interfaces}
    found += [f"{name}: is no {one.name}" for one in mine.interfaces if one.name not in implemented]
    for field_name, field in mine.fields.items():
        if field_name in other.fields:
            found += _unlike(f"{name}.{field_name}", field.args, other.fields[field_name].args)
            missing = [
                one
                for one, argument in other.fields[field_name].args.items()
                if one not in field.args and str(argument.type).endswith("!") and argument.default is None
            ]
            found += [f"{name}.{field_name}({one}): required there, absent here" for one in missing]
    return found


def _unlike(where: str, mine: Any, other: Any, *, defaults: bool = True) -> list[str]:
    found: list[str] = []
    for name, part in mine.items():
        if name not in other:
            found.append(f"{where}.{name}: not there")
            continue
        if str(part.type) != str(other[name].type):
            found.append(f"{where}.{name}: {part.type} here, {other[name].type} there")
        if other[name].deprecation_reason is not None:
            found.append(f"{where}.{name}: deprecated there")
        if defaults and _default(part) != _default(other[name]):
            found.append(f"{where}.{name}: default {_default(part)} here, {_default(other[name])} there")
    return found


def _default(part: Any) -> str | None:
    return print_ast(part.default.literal) if part.default and part.default.literal else None


def test_our_schema_is_a_faithful_part_of_the_official_one() -> None:
    assert differences(build_schema(SCHEMA_FILE.read_text()), official()) == []


@pytest.mark.parametrize(
    ("right", "wrong", "noticed"),
    [
        (
            "  handle: String!\n  status: ProductStatus!",
            "  handle: String\n  status: ProductStatus!",
            "Product.handle: String here, String! there",
        ),
        ("  variantsCount: Count", "  numberOfVariants: Count", "Product.numberOfVariants: not there"),
        ("  CREATED_AT ID\n", "  CREATED_AT NEWEST\n", "WebhookSubscriptionSortKeys.NEWEST: no such value"),
        (
            "sortKey: ProductSortKeys = ID",
            "sortKey: ProductSortKeys = TITLE",
            "QueryRoot.products.sortKey: default TITLE here, ID there",
        ),
    ],
)
def test_a_schema_that_drifts_from_the_official_one_is_noticed(right: str, wrong: str, noticed: str) -> None:
    text = SCHEMA_FILE.read_text()
    assert right in text
    assert noticed in differences(build_schema(text.replace(right, wrong, 1)), official())


def official_access() -> dict[str, tuple[str, ...]]:
    """Shopify's rules for the types and fields that we play: the scopes of which one is enough."""
    packed = require_specs("shopify", "admin-graphql", "admin_2026-04.json.gz")
    told = json.loads(gzip.decompress(packed.read_bytes()))["data"]["__schema"]["types"]
    played = build_schema(SCHEMA_FILE.read_text()).type_map
    rules = {}
    for kind in told:
        mine = played.get(kind["name"])
        if not isinstance(mine, (GraphQLObjectType, GraphQLInterfaceType)):
            continue
        rules[kind["name"]] = kind["requiredAccess"]
        for field in kind["fields"]:
            if field["name"] in mine.fields:
                rules[f"{kind['name']}.{field['name']}"] = field["requiredAccess"]
    found = {name: tuple(re.findall(r"`([a-z_]+)` access scope", text or "")) for name, text in rules.items()}
    return {name: scopes for name, scopes in found.items() if scopes}


def test_our_rules_of_access_are_the_official_ones() -> None:
    assert official_access() == access.RULES


READS_AND_WRITES = [
    "product",
    "membership",
    "findOrder",
    "orderByCustomId",
    "create",
    "fulf",
    "webhook",
    "webhooklist",
    "delta",
    "invItem",
    "setqty",
    "cancel",
    "bulk",
    "bulkq",
    "metaset",
    "metadef",
]


def variables_for(shop: Shop) -> dict[str, dict[str, Any]]:
    made = shop.shirt()
    product = f"gid://shopify/Product/{made['product_id']}"
    collection = shop.deeds.add_collection(title="Summer", product_ids=[made["product_id"]])["collection_id"]
    order = f"gid://shopify/Order/{shop.deeds.sell(sku='SHIRT-M')['order_id']}"
    shop.data(
        reference_documents()["metadef"],
        d={"namespace": "listbridge", "key": "known", "name": "Known", "ownerType": "ORDER", "type": "id"},
    )
    quantity = {
        "inventoryItemId": f"gid://shopify/InventoryItem/{made['inventory_item_ids'][0]}",
        "locationId": f"gid://shopify/Location/{shop.simulator.world.first_location}",
        "quantity": 4,
        "changeFromQuantity": 5,
    }
    line = {"variantId": f"gid://shopify/ProductVariant/{made['variant_ids'][0]}", "quantity": 1}
    return {
        "product": {"id": product},
        "membership": {"id": product, "cid": f"gid://shopify/Collection/{collection}"},
        "findOrder": {"q": 'source_identifier:"111-222"'},
        "orderByCustomId": {"ns": "listbridge", "k": "known", "v": "111-222"},
        "create": {"order": {"lineItems": [line]}, "options": {"inventoryBehaviour": "BYPASS"}},
        "fulf": {"id": order},
        "webhook": {"topic": "PRODUCTS_UPDATE", "sub": {"uri": "https://hooks.example.com/a"}},
        "webhooklist": {},
        "delta": {"q": 'updated_at:>="2026-10-01T00:00:00Z"'},
        "invItem": {"ids": [quantity["inventoryItemId"]]},
        "setqty": {"key": "k-1", "input": {"reason": "correction", "name": "available", "quantities": [quantity]}},
        "cancel": {"id": order},
        "bulk": {"q": reference_documents()["bulkq"]},
        "metaset": {
            "m": [{"ownerId": order, "namespace": "app", "key": "kind", "type": "single_line_text_field", "value": "c"}]
        },
        "metadef": {
            "d": {"namespace": "listbridge", "key": "order", "name": "Order", "ownerType": "ORDER", "type": "id"}
        },
    }


def test_the_reference_holds_exactly_the_documents_we_play() -> None:
    assert sorted(reference_documents()) == sorted(READS_AND_WRITES)


@pytest.mark.parametrize("name", [name for name in READS_AND_WRITES if name != "bulkq"])
def test_a_reference_document_runs_without_errors(name: str) -> None:
    shop = Shop()
    data = shop.data(reference_documents()[name], **variables_for(shop)[name])
    payloads = [part for part in data.values() if isinstance(part, dict)]
    complaints = [part.get("userErrors") or part.get("orderCancelUserErrors") for part in payloads]
    assert not any(complaints), complaints
