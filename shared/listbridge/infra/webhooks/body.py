"""What every scheme of deliveries does: read a body that a stranger may have sent, and name it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

LONGEST_ID = 200
"""Of a delivery or a thing that it names: longer than any platform's, short enough for a key of ours."""
_LARGEST_NUMBER = 2**63 - 1


def json_object(body: bytes) -> dict[str, Any]:
    """The body's JSON object. Raises ValueError for anything else, however it is nested."""
    try:
        told = json.loads(body)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(told, dict):
        raise ValueError("not an object")
    return told


def id_in(told: Mapping[str, Any], name: str) -> str:
    """The id under this name, a number or a text. Raises ValueError for anything else."""
    value = told.get(name)
    if isinstance(value, bool) or not isinstance(value, int | str) or value == "":
        raise ValueError(f"no {name}")
    text = str(value)
    if len(text) > LONGEST_ID:
        raise ValueError(f"{name} is too long")
    return text


def number_in(told: Mapping[str, Any], name: str) -> str:
    """The id under this name where the platform's ids are numbers: one of 64 bits above 0. Raises ValueError for anything
    else."""
    value = told.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= _LARGEST_NUMBER:
        raise ValueError(f"no {name}")
    return str(value)


def text_at(told: Any, *path: str) -> str:
    """The text at this place, in a form that is safe as a key. Raises ValueError where there is none."""
    for name in path:
        told = told.get(name) if isinstance(told, Mapping) else None
    if not isinstance(told, str) or not told:
        raise ValueError(f"no {path[-1]}")
    return told if len(told) <= LONGEST_ID else hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()


def id_within(name: str) -> Callable[[Mapping[str, Any], str], str]:
    """`infra.webhooks.topics.IdOf` where the id, a number or a text, stands under `name` within the object that a topic names:
    `{"item": {"id": "it_1"}}`."""

    def id_of(told: Mapping[str, Any], thing: str) -> str:
        inner = told.get(thing)
        if not isinstance(inner, Mapping):
            raise ValueError(f"no {thing}")
        return id_in(inner, name)

    return id_of


def delivery_id(told: str, *fingerprint: bytes) -> str:
    """What the platform calls the delivery, in a form that is safe as a key; else a fingerprint of all that there is."""
    named = told.strip()
    if not named:
        return hashlib.sha256(b"\n".join(fingerprint)).hexdigest()
    plain = len(named) <= LONGEST_ID and named.isascii()
    return named if plain else hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()
