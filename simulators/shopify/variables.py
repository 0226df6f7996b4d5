"""Variables that do not fit what the document declares: refused before anything is carried out, as a request is that never was.

The words and shapes are those of recorded answers of Shopify's (version 2026-04): one error for each variable, with the code
INVALID_VARIABLE, the value and what is wrong with it where, and no `data` beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableDefinitionNode,
    print_ast,
    type_from_ast,
)

from simulators.shopify.global_ids import broken_id

MAX_ARRAY = 250  # of any input: shopify.dev/docs/api/usage/limits
_INT = 2**31
Problem = tuple[list[str | int], str]


def invalid_variables(
    schema: GraphQLSchema, operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The errors that refuse the request; none when every variable is what its declaration says."""
    found = []
    for declared in operation.variable_definitions or ():
        name = declared.variable.name.value
        value = variables.get(name)
        if name not in variables and declared.default_value is not None:
            continue
        problems = list(_problems(type_from_ast(schema, declared.type), value, []))
        if problems:
            found.append(_error(declared, name, value, problems))
    return found


def _error(declared: VariableDefinitionNode, name: str, value: Any, problems: list[Problem]) -> dict[str, Any]:
    where = [f"{'.'.join(map(str, path))} ({why})" for path, why in problems if path]
    message = f"Variable ${name} of type {print_ast(declared.type)} was provided invalid value"
    shown: dict[str, Any] = {"message": f"{message} for {', '.join(where)}" if where else message}
    if declared.loc is not None:
        start = declared.loc.start_token
        shown["locations"] = [{"line": start.line, "column": start.column}]
    shown["extensions"] = {
        "code": "INVALID_VARIABLE",
        "value": value,
        "problems": [{"path": path, "explanation": why} for path, why in problems],
    }
    return shown


def _problems(kind: Any, value: Any, path: list[str | int]) -> Iterator[Problem]:
    if isinstance(kind, GraphQLNonNull):
        if value is None:
            yield path, "Expected value to not be null"
            return
        kind = kind.of_type
    if value is None:
        return
    if isinstance(kind, GraphQLList):
        yield from _in_list(kind, value, path)
    elif isinstance(kind, GraphQLInputObjectType):
        yield from _in_object(kind, value, path)
    elif isinstance(kind, GraphQLEnumType):
        if not isinstance(value, str) or value not in kind.values:
            yield path, f"Expected {_shown(value)} to be one of: {', '.join(kind.values)}"
    else:
        why = _SCALARS.get(kind.name, lambda _: None)(value)
        if why:
            yield path, why


def _in_list(kind: Any, value: Any, path: list[str | int]) -> Iterator[Problem]:
    rows = value if isinstance(value, list) else [value]
    if len(rows) > MAX_ARRAY:
        yield path, f"The input array size of {len(rows)} is greater than the maximum allowed of {MAX_ARRAY}."
        return
    for place, one in enumerate(rows):
        yield from _problems(kind.of_type, one, [*path, place])


def _in_object(kind: GraphQLInputObjectType, value: Any, path: list[str | int]) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield path, f"Expected {_shown(value)} to be a key-value object."
        return
    for name in value:
        if name not in kind.fields:
            yield [*path, name], f"Field is not defined on {kind.name}"
    for name, field in kind.fields.items():
        if name in value or field.default is None:
            yield from _problems(field.type, value.get(name), [*path, name])


def _shown(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


# Scalars: what is wrong with a value, or nothing


def _scalar(name: str, fits: Callable[[Any], bool]) -> Callable[[Any], str | None]:
    return lambda value: None if fits(value) else f"Could not coerce value {_shown(value)} to {name}"


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -_INT <= value < _INT


def _is_amount(value: Any) -> bool:
    """An empty text is none given: Shopify takes it, and says so of the field where one is needed."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return False
    try:
        return value == "" or Decimal(str(value)).is_finite()
    except InvalidOperation:
        return False


def _is_moment(value: Any) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value.replace("Z", "+00:00")) is not None
    except ValueError:
        return False


def _is_url(value: Any) -> bool:
    return isinstance(value, str) and bool(urlsplit(value).scheme and urlsplit(value).netloc)


_SCALARS: dict[str, Callable[[Any], str | None]] = {
    "ID": broken_id,
    "Int": _scalar("Int", _is_int),
    "Float": _scalar("Float", lambda one: isinstance(one, int | float) and not isinstance(one, bool)),
    "String": _scalar("String", lambda one: isinstance(one, str)),
    "HTML": _scalar("HTML", lambda one: isinstance(one, str)),
    "Boolean": _scalar("Boolean", lambda one: isinstance(one, bool)),
    "Decimal": _scalar("Decimal", _is_amount),
    "Money": _scalar("Money", _is_amount),
    "DateTime": _scalar("DateTime", _is_moment),
    "URL": _scalar("URL", _is_url),
    "UnsignedInt64": _scalar("UnsignedInt64", lambda one: str(one).isdigit()),
}
