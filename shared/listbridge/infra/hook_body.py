"""What every scheme of deliveries does: read a body that a stranger may have sent, name it, and compare its signature."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

LONGEST_ID = 200
"""Of a delivery or a thing that it names: longer than any platform's, short enough for a key of ours."""


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


def text_at(told: Any, *path: str) -> str:
    """The text at this place, in a form that is safe as a key. Raises ValueError where there is none."""
    for name in path:
        told = told.get(name) if isinstance(told, Mapping) else None
    if not isinstance(told, str) or not told:
        raise ValueError(f"no {path[-1]}")
    return told if len(told) <= LONGEST_ID else hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()


def signed_by(secrets: Iterable[str], given: bytes, digest: Callable[[bytes], bytes]) -> bool:
    """Whether the signature is that of one of the secrets, which `digest` makes of each. All are compared, so that the time
    tells nothing; an empty secret is one that everybody knows, and proves nothing."""
    genuine = False
    for secret in secrets:
        if secret.strip():
            genuine |= hmac.compare_digest(digest(secret.encode()), given)
    return genuine


def delivery_id(told: str, *fingerprint: bytes) -> str:
    """What the platform calls the delivery, in a form that is safe as a key; else a fingerprint of all that there is."""
    named = told.strip()
    if not named:
        return hashlib.sha256(b"\n".join(fingerprint)).hexdigest()
    plain = len(named) <= LONGEST_ID and named.isascii()
    return named if plain else hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()
