"""After a deployment was rolled back, what the newer version stored or queued is read by this one.

The types are found, not listed: whatever a repository keeps as JSON, every configuration document, jobs with their entries,
and every message. Each is filled in to its depths by its own schema, and then written as a newer version would.
"""

from __future__ import annotations

import copy
import importlib
import json
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, get_args

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from listbridge import infra
from listbridge.domain.configuration import Account, Document, PriceMode, Profile, QuantityMode
from listbridge.domain.ids import AccountId, ShopId
from listbridge.domain.jobs import Job, JobEntry
from listbridge.domain.work import AnyMessage
from listbridge.infra.repositories import configuration, jobs
from listbridge.infra.storage.documents import Json, with_unknown
from listbridge.infra.storage.tables import ConfigurationRow, JobRow

FUTURE = "from_the_future"
_TEXTS = {"date-time": "2026-11-26T12:00:00Z"}


@dataclass(frozen=True)
class Stored:
    """One type that is stored, with how its repository reads it."""

    kind: Any
    read: Callable[[str], Any]


def _kept_by_repositories() -> Iterator[tuple[str, Stored]]:
    for module in pkgutil.walk_packages(infra.__path__, "listbridge.infra."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, Json):
                yield (f"{module.name.removeprefix('listbridge.infra.')}.{name}", Stored(value._kind, value.read))


def _all_kinds(root: type[Document]) -> Iterator[type[Document]]:
    for kind in root.__subclasses__():
        if kind.__module__.startswith("listbridge."):
            yield kind
            yield from _all_kinds(kind)


def _document(kind: type[Document]) -> Callable[[str], Any]:
    return lambda doc: configuration._document(kind, ConfigurationRow(kind.kind, "x", doc=doc, rev=1))


def _stored() -> dict[str, Stored]:
    found = dict(_kept_by_repositories())
    found |= {kind.__name__: Stored(kind, _document(kind)) for kind in _all_kinds(Document)}
    found["Job"] = Stored(Job, lambda doc: jobs._job(JobRow("x", "job", doc=doc, state=json.loads(doc)["state"])))
    found["JobEntry"] = Stored(JobEntry, lambda doc: jobs._entry(JobRow("x", "item#y", doc=doc)))
    return found


STORED = _stored()
MESSAGES: tuple[type[BaseModel], ...] = get_args(get_args(AnyMessage)[0])


def _filled(schema: dict[str, Any], definitions: dict[str, Any]) -> Any:
    """A value of this schema with everything in it that may be there."""
    if "$ref" in schema:
        return _filled(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in schema:
        return _filled(next(one for one in schema["anyOf"] if one.get("type") != "null"), definitions)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    kind = schema.get("type")
    if kind == "object" and "properties" in schema:
        return {name: _filled(one, definitions) for name, one in schema["properties"].items()}
    if kind == "object":
        inner = schema.get("additionalProperties")
        return {"a": _filled(inner, definitions)} if isinstance(inner, dict) else {"a": {"b": 1}}
    if kind == "array":
        items = schema.get("prefixItems") or ([schema["items"]] if "items" in schema else [])
        return [_filled(one, definitions) for one in items]
    if kind in ("integer", "number"):
        return max(1, schema.get("minimum", 1))
    if kind == "boolean":
        return True
    return _TEXTS.get(schema.get("format", ""), "EUR")


def _example(kind: Any) -> Any:
    schema = TypeAdapter(kind).json_schema()
    example = _filled(schema, schema.get("$defs", {}))
    rules = example.get("rules") if isinstance(example, dict) else None
    if rules:
        # The first modes take no value.
        rules["quantity"]["mode"] = QuantityMode.CAP.value
        rules["price"]["mode"] = PriceMode.FIXED.value
    return example


def _objects(schema: dict[str, Any], definitions: dict[str, Any], value: Any) -> Iterator[dict[str, Any]]:
    """Every object in the value that passes over fields that are new: free dictionaries have none, and what a job carries
    keeps them (tests/unit/domain/test_job_params.py)."""
    if "$ref" in schema:
        yield from _objects(definitions[schema["$ref"].rpartition("/")[2]], definitions, value)
    elif "anyOf" in schema:
        one = next(one for one in schema["anyOf"] if one.get("type") != "null")
        yield from _objects(one, definitions, value)
    elif isinstance(value, dict) and "properties" in schema:
        if schema.get("additionalProperties") is not True:
            yield value
        for name, inner in schema["properties"].items():
            yield from _objects(inner, definitions, value[name])
    elif isinstance(value, dict) and isinstance(schema.get("additionalProperties"), dict):
        for inner_value in value.values():
            yield from _objects(schema["additionalProperties"], definitions, inner_value)
    elif isinstance(value, list):
        for item, inner in zip(value, schema.get("prefixItems") or [schema.get("items", {})] * len(value), strict=True):
            yield from _objects(inner, definitions, item)


def _words(
    schema: dict[str, Any], definitions: dict[str, Any], place: tuple[Any, ...] = ()
) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Where in the example an enumeration's word stands, and the type of what stands there."""
    if "$ref" in schema:
        yield from _words(definitions[schema["$ref"].rpartition("/")[2]], definitions, place)
    elif "anyOf" in schema:
        yield from _words(next(one for one in schema["anyOf"] if one.get("type") != "null"), definitions, place)
    elif "enum" in schema or "const" in schema:
        yield place, schema.get("type", "string")
    elif "properties" in schema:
        for name, inner in schema["properties"].items():
            yield from _words(inner, definitions, (*place, name))
    elif isinstance(schema.get("additionalProperties"), dict):
        yield from _words(schema["additionalProperties"], definitions, (*place, "a"))
    elif schema.get("type") == "array":
        for number, inner in enumerate(schema.get("prefixItems") or ([schema["items"]] if "items" in schema else [])):
            yield from _words(inner, definitions, (*place, number))


def _widened(kind: Any) -> tuple[Any, Any]:
    """The example, and the same with a field more in every object."""
    schema = TypeAdapter(kind).json_schema()
    plain = _example(kind)
    wide = copy.deepcopy(plain)
    for one in list(_objects(schema, schema.get("$defs", {}), wide)):
        one[FUTURE] = {"deep": [1]}
    return plain, wide


def _word_places() -> Iterator[Any]:
    for name, stored in STORED.items():
        schema = TypeAdapter(stored.kind).json_schema()
        for place, kind in _words(schema, schema.get("$defs", {})):
            yield pytest.param(name, place, kind, id=f"{name}:{'.'.join(map(str, place))}")


def test_the_types_were_found() -> None:
    assert {"Account", "Shop", "SalesList", "Profile", "CreationProfile", "Deployment", "Job", "JobEntry"} <= set(
        STORED
    )
    assert sum("repositories" in name for name in STORED) >= 9
    assert len(MESSAGES) >= 8


@pytest.mark.parametrize("name", STORED)
def test_fields_that_a_newer_version_stored_are_passed_over_at_every_depth(name: str) -> None:
    plain, wide = _widened(STORED[name].kind)
    assert STORED[name].read(json.dumps(wide)) == STORED[name].read(json.dumps(plain))


@pytest.mark.parametrize(("name", "place", "kind"), list(_word_places()))
def test_a_word_that_only_a_newer_version_knows_is_read_and_is_none_of_ours(
    name: str, place: tuple[Any, ...], kind: str
) -> None:
    example = _example(STORED[name].kind)
    at = example
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = FUTURE if kind == "string" else 99
    read = STORED[name].read(json.dumps(example))
    written = TypeAdapter(STORED[name].kind).dump_python(read, mode="json")
    for step in place:
        written = written[step]
    assert written == (FUTURE if kind == "string" else 4)


@pytest.mark.parametrize("kind", MESSAGES, ids=lambda kind: kind.__name__)
def test_fields_that_a_newer_version_queued_are_passed_over_at_every_depth(kind: type[BaseModel]) -> None:
    reader: TypeAdapter[Any] = TypeAdapter(AnyMessage)
    plain, wide = _widened(kind)
    assert reader.validate_json(json.dumps(wide)) == reader.validate_json(json.dumps(plain))


def test_a_message_of_a_kind_that_only_a_newer_version_knows_is_left_for_it() -> None:
    """It comes back, and ends in the dead-letter queue, from where it can be sent again."""
    reader: TypeAdapter[Any] = TypeAdapter(AnyMessage)
    with pytest.raises(ValidationError):
        reader.validate_json(json.dumps({"kind": FUTURE}))


@pytest.mark.parametrize("kind", list(_all_kinds(Document)), ids=lambda kind: kind.kind)
def test_an_edit_after_the_rollback_keeps_what_the_newer_version_had_written(kind: type[Document]) -> None:
    _, wide = _widened(kind)
    read = _document(kind)(json.dumps(wide)).model_dump(mode="json")
    kept = with_unknown(wide, read, read)
    assert kept == {**wide, **{name: kept[name] for name in read}}
    for name in {"rules", "guard"} & set(wide):
        assert kept[name] == {
            **read[name],
            FUTURE: {"deep": [1]},
            **{inner: {**rule, FUTURE: {"deep": [1]}} for inner, rule in read[name].items() if isinstance(rule, dict)},
        }


@pytest.mark.parametrize("on", [True, False])
def test_an_account_of_an_older_version_has_automatic_creation_under_its_earlier_name(on: bool) -> None:
    row = {"id": "a", "name": "A", "marketplace": "m", "shop": "s", "import_orders": on}
    assert _document(Account)(json.dumps(row)).create_orders is on


@pytest.mark.parametrize("on", [True, False])
def test_an_older_version_reads_automatic_creation_as_this_one_stores_it(on: bool) -> None:
    account = Account(id=AccountId("a"), name="A", marketplace="m", shop=ShopId("s"), create_orders=on)
    stored = json.loads(account.model_dump_json())
    assert (stored["import_orders"], stored["create_orders"]) == (on, on)


def test_what_an_older_version_edited_after_a_rollback_counts() -> None:
    """It changes the name that it knows and keeps the other one as it found it."""
    account = Account(id=AccountId("a"), name="A", marketplace="m", shop=ShopId("s"), create_orders=True)
    stored = json.loads(account.model_dump_json())
    read = {name: value for name, value in stored.items() if name != "create_orders"}
    edited = with_unknown(stored, read, {**read, "import_orders": False})
    assert (edited["create_orders"], edited["import_orders"]) == (True, False)
    assert _document(Account)(json.dumps(edited)).create_orders is False


def test_what_an_edit_takes_away_is_not_kept() -> None:
    stored = {
        "name": "P",
        "rules": {"price": {"ratio": "2", FUTURE: 1}, "quantity": None},
        "settings": {"a": 1},
        FUTURE: 2,
    }
    known = {"name": "P", "rules": {"price": {"ratio": "2"}, "quantity": None}, "settings": {"a": 1}}
    new = {"name": "Q", "rules": {"price": None, "quantity": None}, "settings": {}}
    assert with_unknown(stored, known, new) == {**new, FUTURE: 2}


def test_callers_may_not_use_a_word_that_only_a_newer_version_knows() -> None:
    with pytest.raises(ValidationError):
        Profile.model_validate({"id": "p", "name": "P", "rules": {"quantity": {"mode": FUTURE}}})
    with pytest.raises(ValidationError):
        Account.model_validate({"id": "a", "name": "A", "marketplace": "m", "shop": "s", "state": FUTURE})
