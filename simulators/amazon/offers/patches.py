"""The patch operations of the Listings API: `add`, `replace`, `merge`, `delete` on whole attributes.

Source: documentation, "Use JSON Patch" and "Merge a listing" (2025-06-16): entries are told apart by their selectors; a `merge`
must name all of them, and keeps the fields that it leaves out, which `replace` drops (selling-partner-api-models 4406).
`replace` of the stock leaves the entry of another channel as it is (issue 2061 there). Not verified: the texts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from simulators.amazon.offers import issues
from simulators.amazon.offers.issues import Issue

Entries = list[dict[str, Any]]
_PREFIX = "/attributes/"
_OPTIONAL = frozenset({"audience", "language_tag"})
"""Selectors with a default: a merge may leave them out."""
_BY_CHANNEL = "fulfillment_availability"


def name_of(patch: Mapping[str, Any]) -> str | None:
    """The attribute that a patch is about; None for a path that is none of a whole attribute's."""
    name = str(patch.get("path", "")).removeprefix(_PREFIX)
    whole = str(patch.get("path", "")).startswith(_PREFIX) and name and "/" not in name
    return name if whole else None


def patched(
    attributes: Mapping[str, Entries],
    patches: Sequence[Mapping[str, Any]],
    marketplace_id: str,
    selectors: Callable[[str], list[str]],
) -> tuple[dict[str, Entries], list[Issue]]:
    """The attributes that the patches touch, as they are afterwards (an empty list: gone), and what is wrong with the patches."""
    touched: dict[str, Entries] = {}
    wrong: list[Issue] = []
    for patch in patches:
        name = name_of(patch)
        if name is None:
            wrong.append(issues.wrong("", f"only whole attributes can be patched, not {patch.get('path')!r}"))
            continue
        before = touched.get(name, [dict(one) for one in attributes.get(name, ())])
        keys = selectors(name)
        given = [_placed(one, marketplace_id, keys) for one in patch.get("value") or () if isinstance(one, dict)]
        if patch["op"] != "delete" and not given:
            wrong.append(issues.wrong(name, f"{patch['op']} needs a value"))
            continue
        if patch["op"] == "merge" and any(key not in one for one in given for key in keys if key not in _OPTIONAL):
            wrong.append(issues.wrong(name, f"merge needs each of {', '.join(keys)}"))
            continue
        touched[name] = _one(str(patch["op"]), name, before, given, keys)
    return touched, wrong


def _one(op: str, name: str, before: Entries, given: Entries, keys: list[str]) -> Entries:
    told = [_key(one, keys) for one in given]
    if op == "delete":
        return [one for one in before if _key(one, keys) not in told] if given else []
    if op == "merge":
        after = [dict(one) for one in before]
        for entry in given:
            for one in after:
                if _key(one, keys) == _key(entry, keys):
                    one.update(entry)
                    break
            else:
                after.append(entry)
        return after
    kept = [one for one in before if _key(one, keys) not in told] if name == _BY_CHANNEL else []
    return [*kept, *given]


def _placed(entry: Mapping[str, Any], marketplace_id: str, keys: list[str]) -> dict[str, Any]:
    """An entry that names no store is for the one of the call."""
    return (
        {**entry, "marketplace_id": entry.get("marketplace_id", marketplace_id)}
        if "marketplace_id" in keys
        else dict(entry)
    )


def _key(entry: Mapping[str, Any], keys: list[str]) -> tuple[str, ...]:
    default = {"audience": "ALL"}
    return tuple(str(entry.get(key, default.get(key, ""))) for key in keys)
