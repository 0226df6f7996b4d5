"""What Shopify's documentation refuses and a friendlier shop would take: ids in the document, stock writes, metafield names."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.simulators.shopify_simulator_client import STOCK, Shop, quantity_of, stock_input

DEFINE = """
mutation D($definition: MetafieldDefinitionInput!) {
  metafieldDefinitionCreate(definition: $definition) { createdDefinition { id } userErrors { field code } }
}
"""
SET = """
mutation M($fields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $fields) { metafields { id } userErrors { field code } }
}
"""


# Ids in the document


@pytest.mark.parametrize(
    ("document", "location", "path", "broken"),
    [
        ('{ product(id: "42") { id } }', (1, 3), ["query", "product", "id"], "42"),
        ("query Q { one: product(id: 42) { id } }", (1, 11), ["query Q", "one", "id"], "42"),
        ('{ nodes(ids: ["gid://shopify/Product"]) { id } }', (1, 3), ["query", "nodes", "ids", 0], None),
        (
            '{ shop { name } orderByIdentifier(identifier: { id: "x" }) { id } }',
            (1, 47),
            ["query", "orderByIdentifier", "identifier", "id"],
            "x",
        ),
        (
            'mutation { webhookSubscriptionDelete(id: "") { deletedWebhookSubscriptionId } }',
            (1, 12),
            ["mutation", "webhookSubscriptionDelete", "id"],
            "",
        ),
    ],
)
def test_a_broken_id_in_the_document_refuses_the_whole_request(
    document: str, location: tuple[int, int], path: list[str | int], broken: str | None
) -> None:
    answer = Shop().ask(document)
    assert answer == {
        "errors": [
            {
                "message": f"Invalid global id '{'gid://shopify/Product' if broken is None else broken}'",
                "locations": [{"line": location[0], "column": location[1]}],
                "path": path,
                "extensions": {"code": "argumentLiteralsIncompatible", "typeName": "CoercionError"},
            }
        ]
    }


def test_a_number_or_a_text_in_another_place_is_no_broken_id() -> None:
    asked = '{ orders(first: 1, query: "42") { nodes { id } } product(id: "gid://shopify/Product/1") { id } }'
    assert Shop().data(asked) == {"orders": {"nodes": []}, "product": None}


# Stock writes


@pytest.mark.parametrize(
    ("told", "field", "code"),
    [
        ({"reason": "nonsense"}, "reason", "INVALID_REASON"),
        ({"reason": ""}, "reason", "INVALID_REASON"),
        ({"referenceDocumentUri": "PO-2024-001"}, "referenceDocumentUri", "INVALID_REFERENCE_DOCUMENT"),
        ({"referenceDocumentUri": "https:"}, "referenceDocumentUri", "INVALID_REFERENCE_DOCUMENT"),
        ({"referenceDocumentUri": "gid://listbridge/Order"}, "referenceDocumentUri", "INVALID_REFERENCE_DOCUMENT"),
    ],
)
def test_a_stock_write_names_a_reason_and_a_document_that_shopify_knows(
    told: dict[str, Any], field: str, code: str
) -> None:
    shop = Shop()
    made = shop.shirt()
    asked = stock_input(shop, made["inventory_item_ids"][0], 9, changeFromQuantity=5) | told
    refused = shop.data(STOCK, key="k", input=asked)["inventorySetQuantities"]
    assert [(one["field"], one["code"]) for one in refused["userErrors"]] == [(["input", field], code)]
    assert quantity_of(shop, made["variant_ids"][0]) == 5


@pytest.mark.parametrize(
    "uri", ["gid://warehouse-app/PurchaseOrder/PO-2024-001", "https://myapp.example/doc/1", "erp:17"]
)
def test_a_stock_write_may_name_any_document_with_a_scheme(uri: str) -> None:
    shop = Shop()
    made = shop.shirt()
    asked = stock_input(shop, made["inventory_item_ids"][0], 9, changeFromQuantity=5)
    told = shop.data(STOCK, key="k", input=asked | {"referenceDocumentUri": uri})["inventorySetQuantities"]
    assert told["userErrors"] == []
    assert quantity_of(shop, made["variant_ids"][0]) == 9


# Metafields


NAMES = [
    ({"namespace": "ab"}, "namespace", "TOO_SHORT"),
    ({"namespace": "a" * 256}, "namespace", "TOO_LONG"),
    ({"key": "k"}, "key", "TOO_SHORT"),
    ({"key": "k" * 65}, "key", "TOO_LONG"),
]


@pytest.mark.parametrize(("told", "part", "code"), [*NAMES, ({"key": "with blank"}, "key", "INVALID_CHARACTER")])
def test_a_definition_has_a_namespace_and_a_key_of_the_documented_form(
    told: dict[str, str], part: str, code: str
) -> None:
    shop = Shop()
    wanted = {"namespace": "market", "key": "order_id", "name": "Order", "ownerType": "ORDER", "type": "id"}
    refused = shop.data(DEFINE, definition=wanted | told)["metafieldDefinitionCreate"]
    assert refused == {"createdDefinition": None, "userErrors": [{"field": ["definition", part], "code": code}]}


@pytest.mark.parametrize(("told", "part", "code"), [*NAMES, ({"key": "with blank"}, "key", "INVALID")])
def test_a_metafield_has_a_namespace_and_a_key_of_the_documented_form(
    told: dict[str, str], part: str, code: str
) -> None:
    shop = Shop()
    refused = shop.data(SET, fields=[_field() | told])["metafieldsSet"]
    assert refused["userErrors"] == [{"field": ["metafields", "0", part], "code": code}]
    assert refused["metafields"] == []


def test_twenty_five_metafields_are_set_at_once_and_no_more() -> None:
    shop = Shop()
    many = [_field() | {"key": f"key_{number}"} for number in range(26)]
    refused = shop.data(SET, fields=many)["metafieldsSet"]
    assert refused["userErrors"] == [{"field": ["metafields"], "code": "LESS_THAN_OR_EQUAL_TO"}]
    assert len(shop.data(SET, fields=many[:25])["metafieldsSet"]["metafields"]) == 25


def _field() -> dict[str, str]:
    return {
        "ownerId": "gid://shopify/Order/1",
        "namespace": "market",
        "key": "order_id",
        "type": "single_line_text_field",
        "value": "1",
    }
