"""Running GraphQL documents against the simulator's schema: parsed once, priced, executed under the shop's lock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    execute_sync,
    get_operation_ast,
    parse,
    validate,
)

from simulators.shopify import access
from simulators.shopify.catalog.catalog import ShopFacts
from simulators.shopify.limits import Limits
from simulators.shopify.literals import broken_ids
from simulators.shopify.orders.records import Order
from simulators.shopify.records import View

Resolver = Callable[..., Any]
SCHEMA_FILE = Path(__file__).with_name("schema.graphql")


@dataclass(slots=True)
class Context:
    """What one operation sees. `catalog_index` and `order_index` are the (lagging) search indexes; `refusal` is a user
    error that a fault makes the operation answer."""

    shop: ShopFacts
    limits: Limits
    view: View
    catalog_index: Callable[[], View]
    order_index: Callable[[], Mapping[int, Order]]
    world: Any
    now: datetime
    scopes: frozenset[str] = frozenset()
    idempotency_key: str | None = None
    unbounded: bool = False
    refusal: dict[str, Any] | None = None
    warnings: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that parsed and is valid, or the errors that say why not."""

    document: DocumentNode | None
    errors: tuple[GraphQLError, ...]

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        return get_operation_ast(self.document, name) if self.document else None


def _date_time(value: Any) -> str:
    if not isinstance(value, datetime):
        raise GraphQLError(f"not a time: {value!r}")
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


_SERIALIZERS: dict[str, Callable[[Any], Any]] = {
    "DateTime": _date_time,
    "Decimal": str,
    "Money": lambda value: f"{value:.2f}",
    "UnsignedInt64": str,
    "URL": str,
    "HTML": str,
}


def build(resolvers: Mapping[str, Mapping[str, Resolver]], kinds: Mapping[type, str]) -> GraphQLSchema:
    """Our schema with its resolvers; fields without one read the attribute of the same name in snake case."""
    schema = build_schema(SCHEMA_FILE.read_text())
    for name, named in schema.type_map.items():
        if name.startswith("__"):
            continue
        if isinstance(named, GraphQLScalarType) and name in _SERIALIZERS:
            named.coerce_output_value = _SERIALIZERS[name]
        elif isinstance(named, GraphQLInterfaceType):
            named.resolve_type = lambda value, _info, _kind: kinds[type(value)]
        elif isinstance(named, GraphQLObjectType):
            own = resolvers.get(name, {})
            for field_name, definition in named.fields.items():
                resolve = own.get(field_name) or _attribute(field_name)
                rules = access.needed(name, field_name, definition.type)
                definition.resolve = access.guarded(resolve, field_name, rules) if rules else resolve
    return schema


def _attribute(field_name: str) -> Resolver:
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in field_name)

    def read(source: Any, _info: Any, **_arguments: Any) -> Any:
        return source.get(field_name) if isinstance(source, dict) else getattr(source, snake)

    return read


class Engine:
    """The schema with a cache of prepared documents. Safe to share between threads."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._lock = threading.Lock()
        self._prepare = lru_cache(maxsize=256)(self._parse_and_validate)

    def prepare(self, query: str) -> Prepared:
        with self._lock:
            return self._prepare(query)

    def _parse_and_validate(self, query: str) -> Prepared:
        try:
            document = parse(query)
        except GraphQLError as broken:
            return Prepared(None, (broken,))
        errors = validate(self.schema, document) or broken_ids(self.schema, document)
        return Prepared(document, tuple(errors))

    def run(
        self, prepared: Prepared, context: Context, variables: Mapping[str, Any], name: str | None
    ) -> ExecutionResult:
        if prepared.document is None:
            return ExecutionResult(None, list(prepared.errors))
        return execute_sync(
            self.schema, prepared.document, context_value=context, variable_values=dict(variables), operation_name=name
        )
