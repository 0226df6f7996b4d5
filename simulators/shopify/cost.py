"""What a query costs, and the bucket that pays for it.

Published rule (shopify.dev, GraphQL Admin API rate limits, read 2026-11-23): scalar and enum 0, object 1, interface
and union the most expensive of the possible selections, mutation 10, connection "sized by the first and last
arguments". The article of 2021 sized a connection linearly, 2 + n objects; answers measured since do not fit that. They
do fit

    connection = 2 + max(1, floor(2 * ln(n))) * cost of one node

with money free, a count at the root 10, and in a mutation 10 for each field, the first object of its payload free
(README.md, Cost, has the measured queries and names their sources).
`linear` is the article's rule, for those who want to be sure on the strict side.
Admission asks for the requested cost, the bucket pays the actual one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

from simulators.kit import quotas
from simulators.kit.pace import Pace
from simulators.shopify.limits import Limits

Sizing = Literal["logarithmic", "linear"]
MUTATION = 10
ROOT_COUNT = 10
_FREE = frozenset({"MoneyBag", "MoneyV2"})


def size(count: int, sizing: Sizing) -> int:
    """The factor by which a connection of `count` nodes multiplies the cost of one."""
    if count <= 0:
        return 0
    return count if sizing == "linear" else max(1, math.floor(2 * math.log(count)))


class CostMeter:
    """Costs of one operation: what it asks for, and what its answer came to."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        sizing: Sizing,
    ) -> None:
        self._schema = schema
        self._operation = operation
        self._variables = dict(variables)
        self._sizing = sizing
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        for definition in operation.variable_definitions or ():
            default = definition.default_value
            if isinstance(default, IntValueNode):
                self._variables.setdefault(definition.variable.name.value, int(default.value))

    def requested(self) -> int:
        """Points the operation may cost at most."""
        root = self._schema.get_root_type(self._operation.operation)
        if root is None:
            return 0
        if self._operation.operation is OperationType.MUTATION:
            return self._mutations(root)
        return self._selection(self._operation.selection_set, root)

    def actual(self, data: Mapping[str, Any] | None) -> int:
        """Points the answer did cost: connections count the nodes they returned."""
        root = self._schema.get_root_type(self._operation.operation)
        if root is None or data is None:
            return 0
        if self._operation.operation is OperationType.MUTATION:
            return self._mutations(root, data)
        return self._answered(self._operation.selection_set, root, data)

    def _mutations(self, root: GraphQLObjectType, data: Mapping[str, Any] | None = None) -> int:
        """Ten for each mutation, plus what is asked for, or was answered, within the objects of its payload."""
        total = 0
        for field, parent in self._fields(self._operation.selection_set, root):
            payload = get_named_type(parent.fields[field.name.value].type)
            total += MUTATION
            if not field.selection_set or not isinstance(payload, GraphQLObjectType):
                continue
            given = None if data is None else data.get(_name_of(field))
            for part, owner in self._fields(field.selection_set, payload):
                total += self._of_payload(part, owner, given, asked=data is None)
        return total

    def _of_payload(self, field: FieldNode, owner: Any, given: Any, *, asked: bool) -> int:
        """A field of a payload: an object costs what is in it, and nothing itself."""
        if field.selection_set is None or field.name.value.startswith("__"):
            return 0
        named = get_named_type(owner.fields[field.name.value].type)
        if _is_connection(named):
            return self._field(field, owner)
        if asked:
            return self._selection(field.selection_set, named)
        value = given.get(_name_of(field)) if isinstance(given, Mapping) else None
        return self._answered(field.selection_set, named, value) if isinstance(value, Mapping) else 0

    def _selection(self, selection: SelectionSetNode, parent: Any) -> int:
        if isinstance(parent, (GraphQLInterfaceType, GraphQLUnionType)):
            options = self._schema.get_possible_types(parent)
            return max((self._selection(selection, option) for option in options), default=0)
        return sum(self._field(field, owner) for field, owner in self._fields(selection, parent))

    def _field(self, field: FieldNode, parent: Any) -> int:
        if field.selection_set is None or field.name.value.startswith("__"):
            return 0
        named = get_named_type(parent.fields[field.name.value].type)
        if named.name in _FREE:
            return 0
        if self._counts_all(field, parent):
            return ROOT_COUNT
        if _is_connection(named):
            return 2 + size(self._window(field), self._sizing) * self._node(field.selection_set, named)
        return 1 + self._selection(field.selection_set, named)

    def _counts_all(self, field: FieldNode, parent: Any) -> bool:
        return parent is self._schema.query_type and field.name.value.endswith("Count")

    def _node(self, selection: SelectionSetNode, connection: Any) -> int:
        """The cost of one node of a connection: the wrappers `edges`, `nodes` and `pageInfo` are free."""
        node_type = get_named_type(connection.fields["nodes"].type)
        inner = 0
        for field, _ in self._fields(selection, connection):
            below = field.selection_set
            if below is None or field.name.value not in ("edges", "nodes"):
                continue
            if field.name.value == "nodes":
                inner += self._selection(below, node_type)
                continue
            edge = get_named_type(connection.fields["edges"].type)
            for part, _ in self._fields(below, edge):
                if part.name.value == "node" and part.selection_set:
                    inner += self._selection(part.selection_set, node_type)
        return 1 + inner

    def _window(self, field: FieldNode) -> int:
        for argument in field.arguments or ():
            if argument.name.value in ("first", "last"):
                value: Any = None
                if isinstance(argument.value, IntValueNode):
                    value = int(argument.value.value)
                elif isinstance(argument.value, VariableNode):
                    value = self._variables.get(argument.value.name.value)
                if isinstance(value, int):
                    return max(0, value)
        return 0

    def _fields(self, selection: SelectionSetNode, parent: Any) -> list[tuple[FieldNode, Any]]:
        """The fields selected on an object of type `parent`, fragments followed where they apply to it."""
        found: list[tuple[FieldNode, Any]] = []
        for node in selection.selections:
            if isinstance(node, FieldNode):
                found.append((node, parent))
                continue
            if isinstance(node, FragmentSpreadNode):
                fragment = self._fragments[node.name.value]
                condition, inner = fragment.type_condition.name.value, fragment.selection_set
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition.name.value if node.type_condition else parent.name
                inner = node.selection_set
            if self._applies(condition, parent):
                found.extend(self._fields(inner, parent))
        return found

    def _applies(self, condition: str, parent: Any) -> bool:
        target = self._schema.get_type(condition)
        if target is parent:
            return True
        if isinstance(target, (GraphQLInterfaceType, GraphQLUnionType)):
            return self._schema.is_sub_type(target, parent)
        return False

    def _answered(self, selection: SelectionSetNode, parent: Any, value: Mapping[str, Any]) -> int:
        total = 0
        for field, owner in self._fields(selection, parent):
            if field.selection_set is None or field.name.value.startswith("__"):
                continue
            given = value.get(_name_of(field))
            named = get_named_type(owner.fields[field.name.value].type)
            if named.name in _FREE:
                continue
            if self._counts_all(field, owner):
                total += ROOT_COUNT
            elif _is_connection(named):
                total += self._answered_connection(field.selection_set, named, given)
            elif isinstance(given, list):
                total += 1
            elif isinstance(given, Mapping) and isinstance(named, GraphQLObjectType):
                total += 1 + self._answered(field.selection_set, named, given)
            else:
                total += 1
        return total

    def _answered_connection(self, selection: SelectionSetNode, connection: Any, given: Any) -> int:
        if not isinstance(given, Mapping):
            return 2
        node_type = get_named_type(connection.fields["nodes"].type)
        for field, _ in self._fields(selection, connection):
            name, below = field.name.value, field.selection_set
            rows = given.get(field.alias.value if field.alias else name)
            if name not in ("edges", "nodes") or below is None or not rows:
                continue
            if name == "edges":
                edge = get_named_type(connection.fields["edges"].type)
                parts = [part for part, _ in self._fields(below, edge) if part.name.value == "node"]
                below = parts[0].selection_set if parts else None
                rows = [row.get("node") or {} for row in rows]
            if below is None:
                return 2 + size(len(rows), self._sizing)
            # The nodes of a page are alike: a few of them tell the cost of all, and the meter stays cheap.
            sample = rows[:5]
            mean = sum(self._answered(below, node_type, row) for row in sample if row) / len(sample)
            return 2 + round(size(len(rows), self._sizing) * (1 + mean))
        return 2


def _name_of(field: FieldNode) -> str:
    """Under which the answer has it."""
    return field.alias.value if field.alias else field.name.value


def _is_connection(named: Any) -> bool:
    return isinstance(named, GraphQLObjectType) and named.name.endswith("Connection")


class Bucket:
    """The leaky bucket of one app on one shop. Not thread-safe on its own."""

    def __init__(self, pace: Pace, limits: Limits) -> None:
        self.pace = pace
        self.limits = limits
        self._points = quotas.Bucket(float(limits.maximum_available), pace.now())

    def available(self) -> float:
        return self._points.level(
            self.pace.now(),
            rate=self.pace.rate(self.limits.restore_rate),
            capacity=float(self.limits.maximum_available),
        )

    def admits(self, requested: int) -> bool:
        return self.available() >= requested

    def pay(self, actual: int) -> None:
        self.available()
        self._points.take(actual)

    def drain(self, to: float = 0.0) -> None:
        """Leave only `to` points: for playing a budget that somebody else has spent."""
        self.available()
        self._points.drain(to)

    def status(self) -> dict[str, float]:
        return {
            "maximumAvailable": float(self.limits.maximum_available),
            "currentlyAvailable": int(self.available()),
            "restoreRate": float(self.limits.restore_rate),
        }
