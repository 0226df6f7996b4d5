"""Holds GraphQL requests and answers against a platform's own schema."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    NoDeprecatedCustomRule,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    parse,
    specified_rules,
    validate,
)
from graphql.execution.values import get_variable_values

_DECIMAL = re.compile(r"-?\d+(\.\d+)?")


def _instant(text: str) -> bool:
    datetime.fromisoformat(text.replace("Z", "+00:00"))
    return True


_SCALARS: dict[str, Any] = {
    "ID": lambda value: isinstance(value, str) and value != "",
    "String": lambda value: isinstance(value, str),
    "HTML": lambda value: isinstance(value, str),
    "Int": lambda value: isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**31,
    "Float": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "Boolean": lambda value: isinstance(value, bool),
    "Money": lambda value: isinstance(value, str) and _DECIMAL.fullmatch(value) is not None,
    "Decimal": lambda value: isinstance(value, str) and _DECIMAL.fullmatch(value) is not None,
    "UnsignedInt64": lambda value: isinstance(value, str) and value.isdigit(),
    "URL": lambda value: isinstance(value, str) and "://" in value,
    "DateTime": lambda value: isinstance(value, str) and _instant(value),
}


class OfficialSchema:
    """A schema that documents, variables and answers are held against. Raises AssertionError with every difference."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._checked = cache(self._document)

    def check_request(self, text: str, variables: Mapping[str, Any]) -> None:
        """The document is valid and uses nothing deprecated; the variables are what it declares."""
        operation = _operation(self._checked(text))
        given = get_variable_values(self._schema, operation.variable_definitions or (), dict(variables))
        assert not isinstance(given, list), [error.message for error in given]

    def check_answer(self, text: str, data: Mapping[str, Any]) -> None:
        """The data has exactly the selected fields, each with a value of the schema's type."""
        document = self._checked(text)
        operation = _operation(document)
        root = self._schema.get_root_type(operation.operation)
        problems = list(_Walk(self._schema, document).within(operation.selection_set, root, data, "data"))
        assert problems == []

    def _document(self, text: str) -> DocumentNode:
        try:
            document = parse(text)
        except GraphQLError as broken:
            raise AssertionError(broken.message) from broken
        problems = validate(self._schema, document, [*specified_rules, NoDeprecatedCustomRule])
        assert problems == [], [problem.message for problem in problems]
        return document


def _operation(document: DocumentNode) -> OperationDefinitionNode:
    (operation,) = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    return operation


class _Walk:
    """One walk along an answer and the document that asked for it, yielding what does not fit."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._fragments = {
            one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)
        }

    def within(self, selection: SelectionSetNode, parent: Any, value: Any, path: str) -> Iterator[str]:
        """Problems of an object of type `parent`; of an abstract one, those of the best fitting concrete type."""
        if not isinstance(value, Mapping):
            yield f"{path}: no object"
            return
        best: list[str] | None = None
        for candidate in self._concrete(parent):
            found = list(self._fields_of(selection, candidate, value, path))
            if not found:
                return
            best = found if best is None or len(found) < len(best) else best
        yield from best or [f"{path}: fits no type"]

    def _concrete(self, parent: Any) -> list[Any]:
        return list(self._schema.get_possible_types(parent)) if hasattr(parent, "resolve_type") else [parent]

    def _fields_of(
        self, selection: SelectionSetNode, parent: Any, value: Mapping[str, Any], path: str
    ) -> Iterator[str]:
        fields = dict(self._selected(selection, parent))
        if set(fields) != set(value):
            yield f"{path}: has {sorted(value)}, asked {sorted(fields)}"
            return
        for name, node in fields.items():
            kind = parent.fields[node.name.value].type
            yield from self._value(node, kind, value[name], f"{path}.{name}")

    def _selected(self, selection: SelectionSetNode, parent: Any) -> Iterator[tuple[str, FieldNode]]:
        for node in selection.selections:
            if isinstance(node, FieldNode):
                yield (node.alias or node.name).value, node
                continue
            if isinstance(node, FragmentSpreadNode):
                fragment = self._fragments[node.name.value]
                condition, inner = fragment.type_condition.name.value, fragment.selection_set
            else:
                condition, inner = node.type_condition.name.value, node.selection_set
            wanted = self._schema.get_type(condition)
            if wanted is parent or (hasattr(wanted, "resolve_type") and self._schema.is_sub_type(wanted, parent)):
                yield from self._selected(inner, parent)

    def _value(self, node: FieldNode, kind: Any, value: Any, path: str) -> Iterator[str]:
        if isinstance(kind, GraphQLNonNull):
            if value is None:
                yield f"{path}: null"
                return
            kind = kind.of_type
        if value is None:
            return
        if isinstance(kind, GraphQLList):
            if not isinstance(value, list):
                yield f"{path}: no list"
                return
            for place, one in enumerate(value):
                yield from self._value(node, kind.of_type, one, f"{path}.{place}")
            return
        named = get_named_type(kind)
        if isinstance(named, GraphQLEnumType):
            if value not in named.values:
                yield f"{path}: {value!r} is no {named.name}"
        elif isinstance(named, GraphQLScalarType):
            if not _SCALARS.get(named.name, lambda _: True)(value):
                yield f"{path}: {value!r} is no {named.name}"
        elif node.selection_set is not None:
            yield from self.within(node.selection_set, named, value, path)
