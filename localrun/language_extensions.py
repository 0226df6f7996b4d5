"""CloudFormation's `AWS::LanguageExtensions` on a template that is plain data: its loops, and what they look up.

An identifier stands for its item where CloudFormation replaces it and nowhere else: in the keys that a loop makes, in
the text of `Fn::Sub`, and as the name of a `Ref`. What only a stack can tell (a parameter, an attribute) is left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_LOOP = "Fn::ForEach::"
_SECTIONS = ("Conditions", "Resources", "Outputs")
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")

Items = Mapping[str, str]
"""Identifier of a loop -> the item that it stands for now."""


def expand(template: Mapping[str, Any]) -> dict[str, Any]:
    """The template with every loop written out and every lookup in its mappings answered.

    Raises `ValueError` for a loop that CloudFormation would refuse: another shape than identifier, list and fragment, a
    key without the identifier, a key that is there already, a lookup that finds nothing.
    """
    mappings = template.get("Mappings", {})
    expanded = {name: _value(template[name], {}, mappings) for name in _SECTIONS if name in template}
    return {**template, **expanded}


def _value(node: Any, items: Items, mappings: Mapping[str, Any]) -> Any:
    if isinstance(node, list):
        return [_value(part, items, mappings) for part in node]
    if not isinstance(node, dict):
        return node
    if len(node) == 1:
        ((name, argument),) = node.items()
        if name == "Ref":
            return _reference(argument, items, mappings)
        if name == "Fn::Sub":
            return _text(argument, items, mappings)
        if name == "Fn::FindInMap":
            return _found(argument, items, mappings)
    members: dict[str, Any] = {}
    for key, part in node.items():
        made = _copies(key, part, items, mappings) if key.startswith(_LOOP) else [(key, _value(part, items, mappings))]
        for made_key, made_part in made:
            if made_key in members or (made_key != key and made_key in node):
                raise ValueError(f"{key} makes {made_key}, which is there already")
            members[made_key] = made_part
    return members


def _copies(loop: str, parts: Any, items: Items, mappings: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The keys and values that a loop makes, in the order of its list."""
    match parts:
        case [str() as identifier, list() as collection, dict() as fragment] if fragment:
            pass
        case _:
            raise ValueError(f"{loop} takes an identifier, a list and a fragment")
    for item in collection:
        inner = {**items, identifier: str(item)}
        for key, part in fragment.items():
            if key.startswith(_LOOP):
                yield from _copies(key, part, inner, mappings)
            elif f"${{{identifier}}}" not in key:
                raise ValueError(f"{loop} makes {key} more than once, for it does not contain ${{{identifier}}}")
            else:
                yield _filled(key, inner), _value(part, inner, mappings)


def _reference(name: Any, items: Items, mappings: Mapping[str, Any]) -> Any:
    if isinstance(name, str) and name in items:
        return items[name]
    return {"Ref": _value(name, items, mappings)}


def _text(argument: Any, items: Items, mappings: Mapping[str, Any]) -> Any:
    """A plain text once nothing in it is left for the stack, else `Fn::Sub` with what is left."""
    text, variables = (argument, {}) if isinstance(argument, str) else argument
    variables = {name: _value(part, items, mappings) for name, part in variables.items()}
    known = {name: part for name, part in variables.items() if isinstance(part, str)}
    left = {name: part for name, part in variables.items() if name not in known}
    text = _filled(text, {**items, **known})
    if left:
        return {"Fn::Sub": [text, left]}
    return {"Fn::Sub": text} if "${" in text else text


def _found(keys: Any, items: Items, mappings: Mapping[str, Any]) -> Any:
    resolved = _value(keys, items, mappings)
    if not all(isinstance(key, str) for key in resolved):
        return {"Fn::FindInMap": resolved}
    found = mappings
    for key in resolved:
        if not isinstance(found, Mapping) or key not in found:
            raise ValueError(f"the mappings have no {'.'.join(resolved)}")
        found = found[key]
    return found


def _filled(text: str, items: Items) -> str:
    return _PLACEHOLDER.sub(lambda match: items.get(match[1], match[0]), text)
