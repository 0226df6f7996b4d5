"""Every request of our adapter, with one thing broken that Shopify's schema forbids: the simulator refuses it as Shopify would.

What is broken, and where, is told by Shopify's own schema, so that a rule that both of us forgot is found.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
import requests
from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    NameNode,
    ObjectFieldNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Visitor,
    get_operation_ast,
    parse,
    print_ast,
    type_from_ast,
    visit,
)

from listbridge.domain.ids import LineId, RemoteOrderId
from listbridge.domain.orders.shop_orders import OrderMark
from listbridge.domain.product_choice import ChosenBy, ProductChoice
from listbridge.domain.verdicts import OutcomeUnknown, Rejected, Unauthorized
from listbridge.domain.work import Hint, HintKind
from listbridge.shops.shopify.errors import by_code, of_write
from simulators.door import Transport
from simulators.shopify import ShopifySimulator
from tests.contract.shops.shopify_documents import QUERIES
from tests.contract.shops.staged_shopify import CheckedTransport, Staged
from tests.contract.shops.staging import HOOK_URL
from tests.contract.simulators.test_shopify_simulator_schema import official
from tests.fakes.order_drafts import BUYER, MARK, draft, line, refs, shipping, tax

pytestmark = pytest.mark.specs

INVALID_VARIABLE = frozenset({"INVALID_VARIABLE"})
GONE = object()
"""In the place of a value that is not sent at all."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of the adapter's."""

    document: str
    variables: dict[str, Any]

    @property
    def operation(self) -> OperationDefinitionNode:
        found = get_operation_ast(parse(self.document))
        assert found is not None
        return found

    @property
    def name(self) -> str:
        assert self.operation.name is not None
        return self.operation.name.value


@dataclass(frozen=True, slots=True)
class Mutant:
    """A request with one thing broken, and the codes of which Shopify gives one."""

    what: str
    asked: Asked
    codes: frozenset[str]


class Recorder(CheckedTransport):
    """Keeps what was asked."""

    asked: list[Asked]

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        if "/graphql.json" in (request.url or ""):
            body = json.loads(request.body or b"{}")
            self.asked.append(Asked(body["query"], body["variables"]))
        return super().send(request, **options)


@cache
def requests_of_the_adapter() -> dict[str, Asked]:
    """One of each document that the adapter has, as it is really asked."""
    shop = Staged()
    shop.transport = Recorder(shop.simulator)
    shop.transport.asked = []
    do_everything(shop)
    return {asked.name: asked for asked in shop.transport.asked}


def do_everything(shop: Staged) -> None:
    adapter = shop.open()
    made = shop.add_product("MUG", stock=50)
    many = shop.add_product(*(f"SHIRT-{number}" for number in range(55)), title="Shirt")
    for number in range(12):
        shop.set_stock("MUG", 3, shop.add_location(f"Store {number}"))
    adapter.identify()
    adapter.read_products([made.product, many.product])
    adapter.sweep(None)
    adapter.search("mug", 5)
    item = shop.deeds.variant(sku="MUG").inventory_item_id
    adapter.products_of([Hint(kind=HintKind.INVENTORY_ITEM, id=str(item))])
    adapter.products_with_skus(["MUG"])
    shelves = [shop.add_collection(f"No. {number}", made.product) for number in range(51)]
    adapter.collections(None)
    adapter.collection(shelves[0])
    adapter.members(shelves[0], None)
    adapter.collections_of([made.product], shelves)
    adapter.chosen(ProductChoice(by=ChosenBy.TAG, value="sale"), None)
    adapter.ensure_webhooks("https://old.example/webhooks/shop_1")
    adapter.ensure_webhooks(HOOK_URL)
    adapter.look_for_order(MARK)
    lines = [
        line(id=f"shirt-{place}", variant=one, sku=f"SHIRT-{place}", taxes=(tax("1.00"),))
        for place, one in enumerate(many.variants)
    ]
    lines += [line(id=f"mug-{place}", variant=made.variants[0]) for place in range(20)]
    order = adapter.create_order(draft(*lines, buyer=BUYER, shipping=shipping(), adjustment="-1.00")).id
    shop.deeds.fulfill(order, {f"SHIRT-{number}": 1 for number in range(55)})
    for place in range(12):
        shop.ship(order, {LineId(f"mug-{place}"): 1})
    adapter.read_orders(refs(order))
    adapter.products_of([Hint(kind=HintKind.ORDER_PRODUCTS, id=order)])
    adapter.orders_changed(shop.clock.now() - timedelta(hours=1), None)
    further: str | None = ""
    while further is not None:
        further = adapter.products_changed(shop.clock.now() - timedelta(hours=1), further or None).cursor
    adapter.stock_taken(order)
    other = OrderMark(MARK.marketplace, RemoteOrderId("99-99999-99999"))
    cancelled = adapter.create_order(draft(line(variant=made.variants[0]), mark=other)).id
    adapter.cancel_order(cancelled)
    adapter.cancel_order(cancelled)
    shop.withdraw("read_locations")
    with pytest.raises(Unauthorized):
        adapter.identify()


# What can be broken


def mutants(asked: Asked) -> Iterator[Mutant]:
    yield from broken_variables(asked, official())
    yield from broken_documents(asked)


def broken_variables(asked: Asked, schema: GraphQLSchema) -> Iterator[Mutant]:
    for declared in asked.operation.variable_definitions or ():
        name = declared.variable.name.value
        kind = type_from_ast(schema, declared.type)
        for what, value in broken_values(kind, asked.variables.get(name), name):
            variables = {key: one for key, one in asked.variables.items() if key != name}
            if value is not GONE:
                variables[name] = value
            yield Mutant(what, Asked(asked.document, variables), INVALID_VARIABLE)


def broken_values(kind: Any, value: Any, where: str) -> Iterator[tuple[str, Any]]:
    """The value with one thing broken, each thing in turn."""
    if isinstance(kind, GraphQLNonNull):
        yield f"{where} missing", GONE
        yield f"{where} null", None
        kind = kind.of_type
    if value is None:
        return
    if isinstance(kind, GraphQLList):
        rows = value if isinstance(value, list) else [value]
        if rows:
            yield f"{where} too many", [rows[0]] * 251
            for what, one in broken_values(kind.of_type, rows[0], f"{where}.0"):
                if one is not GONE:
                    yield what, [one, *rows[1:]]
    elif isinstance(kind, GraphQLInputObjectType):
        yield f"{where} of another shape", "text"
        yield f"{where} with an unknown field", {**value, "aFieldOfOurs": 1}
        for name, field in kind.fields.items():
            if field.default is not None and name not in value:
                continue
            for what, one in broken_values(field.type, value.get(name), f"{where}.{name}"):
                if one is GONE and name not in value:
                    continue
                changed = {key: part for key, part in value.items() if key != name}
                yield what, changed if one is GONE else {**changed, name: one}
    elif isinstance(kind, GraphQLEnumType):
        yield f"{where} no such value", "NO_SUCH_VALUE"
        yield f"{where} in lower case", str(value).lower()
    else:
        for wrong in WRONG[kind.name]:
            yield f"{where} as {json.dumps(wrong)}", wrong


WRONG: dict[str, list[Any]] = {
    "ID": ["42", "gid://shopify/Product", "Product/42", {"id": "42"}],
    "Int": ["five", 1.5, True, 2**31],
    "Boolean": ["true", 1],
    "String": [5, True, {"text": "x"}, ["x", "y"]],
    "Decimal": ["ten", {"amount": "1"}, True],
    "DateTime": ["yesterday", 5],
}


def broken_documents(asked: Asked) -> Iterator[Mutant]:
    """Each field broken in one way, the ways in turn; each part of an input in the document, too."""
    for place in range(count(asked, FieldNode)):
        ways = (*FIELDS[place % len(FIELDS) :], *FIELDS)
        found = ((what, changed(asked, place, change), codes) for what, change, codes in ways)
        what, broken, codes = next(one for one in found if one[1] is not None)
        assert broken is not None
        yield Mutant(f"{what} at field {place}", broken, codes)
    for place in range(count(asked, ObjectFieldNode)):
        broken = changed(asked, place, renamed_input, ObjectFieldNode)
        yield Mutant(f"unknown input field {place}", broken or asked, frozenset({"argumentLiteralsIncompatible"}))


def count(asked: Asked, kind: type) -> int:
    found = 0

    class Counter(Visitor):
        def enter(self, node: Any, *_: Any) -> None:
            nonlocal found
            found += isinstance(node, kind)

    visit(parse(asked.document), Counter())
    return found


def changed(asked: Asked, place: int, change: Callable[[Any], Any], kind: type = FieldNode) -> Asked | None:
    """The request with the change made to its so-manieth field; None where there is nothing to change."""
    document = parse(asked.document)
    seen = -1
    done = False

    class Changer(Visitor):
        def enter(self, node: Any, *_: Any) -> Any:
            nonlocal seen, done
            if not isinstance(node, kind):
                return None
            seen += 1
            if seen != place:
                return None
            new = change(node)
            done = new is not None
            return new

    new = visit(document, Changer())
    return Asked(print_ast(new), asked.variables) if done else None


def _copy(node: Any, **changes: Any) -> Any:
    new = copy.copy(node)
    for name, value in changes.items():
        object.__setattr__(new, name, value)
    return new


def renamed(node: FieldNode) -> FieldNode:
    return _copy(node, name=NameNode(value="aFieldOfOurs"))


def renamed_input(node: ObjectFieldNode) -> ObjectFieldNode:
    return _copy(node, name=NameNode(value="aFieldOfOurs"))


def with_argument(node: FieldNode) -> FieldNode | None:
    if not node.arguments:
        return None
    first = node.arguments[0]
    extra = _copy(first, name=NameNode(value="anArgumentOfOurs"))
    return _copy(node, arguments=(*node.arguments, extra))


def without_id(node: FieldNode) -> FieldNode | None:
    named = [
        one
        for one in node.arguments or ()
        if one.name.value in ("id", "ids", "identifier", "topic", "order", "orderId")
    ]
    if not named or node.name.value.endswith("Count"):
        return None
    return _copy(node, arguments=tuple(one for one in node.arguments or () if one not in named))


def without_fields(node: FieldNode) -> FieldNode | None:
    return _copy(node, selection_set=None) if node.selection_set is not None else None


def with_fields(node: FieldNode) -> FieldNode | None:
    if node.selection_set is not None:
        return None
    inner = SelectionSetNode(selections=(FieldNode(name=NameNode(value="id"), arguments=(), directives=()),))
    return _copy(node, selection_set=inner)


FIELDS: list[tuple[str, Callable[[Any], Any], frozenset[str]]] = [
    ("unknown field", renamed, frozenset({"undefinedField"})),
    ("unknown argument", with_argument, frozenset({"argumentNotAccepted"})),
    ("missing argument", without_id, frozenset({"missingRequiredArguments"})),
    ("an object without fields", without_fields, frozenset({"selectionMismatch"})),
    ("a text with fields", with_fields, frozenset({"selectionMismatch"})),
]


# The test


class Stand:
    """A simulator with a token, and what stands in its shop."""

    def __init__(self) -> None:
        self.simulator = ShopifySimulator()
        self._session = requests.Session()
        self._session.mount("https://", Transport(self.simulator))
        asked = {
            "client_id": "demo-client-id",
            "client_secret": "demo-client-secret",
            "grant_type": "client_credentials",
        }
        granted = self._session.post("https://demo.myshopify.com/admin/oauth/access_token", json=asked)
        self._token = granted.json()["access_token"]

    def ask(self, asked: Asked) -> requests.Response:
        return self._session.post(
            "https://demo.myshopify.com/admin/api/2026-07/graphql.json",
            json={"query": asked.document, "variables": asked.variables},
            headers={"X-Shopify-Access-Token": self._token},
        )

    def holds(self) -> tuple[int, ...]:
        world = self.simulator.world
        return len(world.live.orders), len(world.subscriptions.rows), len(world.metafields.definitions)


DOCUMENTS = sorted(Asked(query.text, {}).name for query in QUERIES)


def test_the_adapter_asks_with_all_its_documents() -> None:
    assert sorted(requests_of_the_adapter()) == DOCUMENTS


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_request_with_one_thing_broken_is_refused_with_shopifys_code(document: str) -> None:
    asked = requests_of_the_adapter()[document]
    stand = Stand()
    before = stand.holds()
    tried = 0
    for mutant in mutants(asked):
        tried += 1
        response = stand.ask(mutant.asked)
        answer = response.json()
        codes = {one.get("extensions", {}).get("code") for one in answer.get("errors", [])}
        told = (mutant.what, answer)
        assert codes & mutant.codes, told
        assert "data" not in answer, told
        verdict = by_code(response, answer, "test")
        assert isinstance(verdict, Rejected), told
        assert not isinstance(of_write(verdict, answer), OutcomeUnknown), told
    assert tried >= 3
    assert stand.holds() == before
