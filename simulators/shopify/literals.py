"""Ids written into a document: graphql-ruby reads them before it carries anything out, so a broken one refuses the whole
request, without `data`. Shape, place and words as in recorded answers of test shops (API 2026-04)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLID,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    Node,
    ObjectFieldNode,
    ObjectValueNode,
    OperationDefinitionNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    visit,
)

from simulators.shopify.global_ids import broken_id


def broken_ids(schema: GraphQLSchema, document: DocumentNode) -> list[GraphQLError]:
    """One error for each literal in the place of an id that is none. The document must be valid otherwise."""
    types = TypeInfo(schema)
    found = _Ids(types)
    visit(document, TypeInfoVisitor(types, found))
    return found.errors


class _Ids(Visitor):
    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types
        self.errors: list[GraphQLError] = []

    def enter(self, node: Any, _key: Any, parent: Any, _path: Any, ancestors: Sequence[Any]) -> None:
        if not isinstance(node, StringValueNode | IntValueNode):
            return
        kind = self._types.get_input_type()
        words = broken_id(node.value) if kind is not None and get_named_type(kind) is GraphQLID else None
        if words is None:
            return
        above = [one for one in (*ancestors, parent) if isinstance(one, Node)]
        error = GraphQLError(
            words,
            nodes=[one for one in above if isinstance(one, FieldNode | ObjectValueNode)][-1],
            path=_where(above, node),
            extensions={"code": "argumentLiteralsIncompatible", "typeName": "CoercionError"},
        )
        self.errors.append(error)


def _where(above: list[Node], node: Node) -> list[str | int]:
    """The place as graphql-ruby names it: the operation, each field by the name it answers under, argument, input fields."""
    where: list[str | int] = []
    for one, below in zip(above, [*above[1:], node], strict=True):
        if isinstance(one, OperationDefinitionNode):
            where.append(" ".join([one.operation.value, *([one.name.value] if one.name else [])]))
        elif isinstance(one, FragmentDefinitionNode):
            where.append(f"fragment {one.name.value}")
        elif isinstance(one, InlineFragmentNode):
            where.append(f"... on {one.type_condition.name.value}" if one.type_condition else "...")
        elif isinstance(one, FieldNode):
            where.append((one.alias or one.name).value)
        elif isinstance(one, ArgumentNode | ObjectFieldNode):
            where.append(one.name.value)
        elif isinstance(one, ListValueNode):
            where.append(next(place for place, each in enumerate(one.values) if each is below))
    return where
