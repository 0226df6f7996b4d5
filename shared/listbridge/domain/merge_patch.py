"""JSON merge patch, RFC 7396: what an edit leaves of a document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def merged(target: Any, patch: Any) -> Any:
    """The target with the patch merged in; neither of the two is changed.

    Objects merge name by name, to any depth. A null takes the name away. Everything else, arrays too, replaces what was there.
    """
    if not isinstance(patch, Mapping):
        return patch
    result = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result
