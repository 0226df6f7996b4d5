"""Which scopes an app needs to see a type or a field, and what it is told about those that it may not see.

`access.json` holds Shopify's own rule (`requiredAccess` in its introspection) for what the simulator plays: for a type or a
field, the scopes of which one is enough. A contract test compares the two. The right to write includes the right to read.

Shopify answers what the app may see and leaves out the rest: a field that is denied is null, with an ACCESS_DENIED beside it,
and where a field cannot be null, what holds it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

from graphql import GraphQLError, GraphQLObjectType, GraphQLOutputType, get_named_type

RULES: dict[str, tuple[str, ...]] = {
    name: tuple(scopes) for name, scopes in json.loads(Path(__file__).with_name("access.json").read_text()).items()
}
_DOCUMENTATION = "https://shopify.dev/api/usage/access-scopes"


def granted(scopes: Collection[str]) -> frozenset[str]:
    """What these scopes come to: who may write may read."""
    implied = {one.replace("write_", "read_", 1) for one in scopes if one.startswith("write_")}
    return frozenset({*scopes, *implied})


def needed(owner: str, field: str, result: GraphQLOutputType) -> tuple[tuple[str, ...], ...]:
    """All that a field asks for: its own rule, and that of what it leads to, through a connection too."""
    if owner.endswith(("Connection", "Edge")):
        return ()  # what they lead to was asked for by the field that holds them
    named: Any = get_named_type(result)
    if isinstance(named, GraphQLObjectType) and named.name.endswith("Connection"):
        named = get_named_type(named.fields["nodes"].type)
    rules = (RULES.get(f"{owner}.{field}"), RULES.get(named.name))
    return tuple(rule for rule in rules if rule)


def denial(field: str, rule: Sequence[str]) -> GraphQLError:
    """What stands beside a null: the words of recorded answers."""
    named = [f"`{scope}` access scope" for scope in rule]
    required = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} or {named[-1]}"
    return GraphQLError(
        f"Access denied for {field} field. Required access: {required}.",
        extensions={"code": "ACCESS_DENIED", "documentation": _DOCUMENTATION, "requiredAccess": f"{required}."},
    )


def guarded(resolve: Callable[..., Any], field: str, rules: Sequence[Sequence[str]]) -> Callable[..., Any]:
    """The resolver, for those who have one scope of every rule."""

    def resolve_if_allowed(source: Any, info: Any, **arguments: Any) -> Any:
        for rule in rules:
            if info.context.scopes.isdisjoint(rule):
                raise denial(field, rule)
        return resolve(source, info, **arguments)

    return resolve_if_allowed


def one_of(record: Any, field: str, kind: str, scopes: frozenset[str]) -> Any:
    """A record that an interface leads to, or the denial in its place."""
    rule = RULES.get(kind)
    return denial(field, rule) if rule and scopes.isdisjoint(rule) else record
