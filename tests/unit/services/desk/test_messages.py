"""Every code that the shipped code can say has its words, and they say what the code means to them."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

import listbridge
from listbridge import registry
from listbridge.domain.activity import ActivityEntry
from listbridge.domain.configuration import ConnectionState, QuantityMode
from listbridge.domain.listings.listing import LedgerField, TraceLine
from listbridge.domain.orders.schedule import AUTOMATIC_OFF
from listbridge.domain.problem import Problem
from listbridge.domain.work import PublishKind
from listbridge.services.desk import messages
from listbridge.services.listings.revise.unit_outcomes import Result

ROOT = Path(listbridge.__file__).parent
NAMES = {
    "account.state.value": [state.value for state in ConnectionState if state is not ConnectionState.ACTIVE],
    "shop.state.value": [state.value for state in ConnectionState if state is not ConnectionState.ACTIVE],
    "field.value": [field.value for field in LedgerField],
    "self.task.action.value": [kind.value for kind in PublishKind],
    "task.action.value": [PublishKind.SEND.value, PublishKind.RELIST.value],  # what is sent automatically
    "one.result.value": [Result.SENT.value, Result.SUBMITTED.value, Result.HELD.value, Result.ZERO_REFUSED.value],
    "document.kind": ["shop", "account", "sales_list", "profile"],
}
"""What the parts of composed codes can be; a part that is not here fails the test, so that somebody looks."""
EVENTS_BY_HAND = {
    f"{kind}_{what}"
    for kind in ("sales_list", "profile", "creation_profile")
    for what in ("created", "removed", "changed")
}
"""Codes that `edit_configuration` composes of a document's kind and what was done to it."""
NEVER_TOLD = {"link_done", "zeroed_done", "link_failed"}
"""Composed by the pattern, but not said: linking has its own word, and so has ending at zero."""

NEVER_SHOWN = {"observe_mode"}
"""The HTTP session's last guard knows no account; services look at the switch before they write."""


@cache
def _trees() -> tuple[tuple[Path, ast.Module], ...]:
    return tuple((file, ast.parse(file.read_text())) for file in sorted(ROOT.rglob("*.py")))


@cache
def _constants() -> dict[str, str]:
    """Module-level names of texts, such as `GUARD = "guard"`, over the whole package."""
    found = {}
    for _, tree in _trees():
        for node in tree.body:
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.value, ast.Constant)
                and isinstance(node.value.value, str)
            ):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        found[target.id] = node.value.value
    return found


def codes_in(node: ast.expr | None) -> set[str]:
    """The codes that an expression can be; empty for what only hands a code on."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.IfExp):
        return codes_in(node.body) | codes_in(node.orelse)
    if isinstance(node, ast.BoolOp):
        return set().union(*map(codes_in, node.values))
    if isinstance(node, ast.Name | ast.Attribute):
        name = node.id if isinstance(node, ast.Name) else node.attr
        return {_constants()[name]} if name.isupper() and name in _constants() else set()
    if isinstance(node, ast.JoinedStr):
        codes = {""}
        for part in node.values:
            if isinstance(part, ast.Constant):
                codes = {code + str(part.value) for code in codes}
            elif isinstance(part, ast.FormattedValue):
                words = NAMES[ast.unparse(part.value)]
                codes = {code + word for code in codes for word in words}
        return codes
    return set()


def argument_of(call: ast.Call, place: int, name: str) -> ast.expr | None:
    if len(call.args) > place:
        return call.args[place]
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


@cache
def _calls() -> dict[str, list[tuple[Path, ast.Call]]]:
    """Every call of the package by the name that is called: one walk for all who ask."""
    found: dict[str, list[tuple[Path, ast.Call]]] = {}
    for file, tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                found.setdefault(called, []).append((file, node))
    return found


def calls_of(*names: str) -> Iterator[tuple[Path, ast.Call]]:
    for name in names:
        yield from _calls().get(name, ())


def adapter_rows() -> Iterator[Any]:
    """Every line of the adapters' error tables, wherever in their modules it stands."""
    for room in ("shops", "marketplaces"):
        for slug in registry.slugs(room):  # type: ignore[arg-type]
            module = importlib.import_module(f"listbridge.{room}.{slug}.errors")
            yield from _rows_in(list(vars(module).values()), depth=4)


def _rows_in(values: Any, depth: int) -> Iterator[Any]:
    for value in values:
        if hasattr(value, "verdict") and hasattr(value, "code") and isinstance(value.code, str):
            yield value
        elif depth and isinstance(value, dict):
            yield from _rows_in(value.values(), depth - 1)
        elif depth and isinstance(value, list | tuple | set | frozenset) and not isinstance(value, Enum):
            yield from _rows_in(value, depth - 1)


def problem_codes() -> set[str]:
    codes = set().union(*(codes_in(argument_of(call, 0, "code")) for _, call in calls_of("Problem")))
    codes |= {row.code for row in adapter_rows()}
    codes |= {
        "budget_spent",
        "day_quota_spent",
        "blocked_by_platform",
    }  # infra/coordination/budgets.py chooses them from a table
    codes.add(AUTOMATIC_OFF)  # kept on the order as the setting that it was seen under
    return codes


def _fixes() -> set[str]:
    codes = set().union(*(codes_in(argument_of(call, 2, "fix")) for _, call in calls_of("Problem")))
    return (codes | {row.fix for row in adapter_rows()}) - {""}


def _events() -> set[str]:
    codes = set().union(*(codes_in(argument_of(call, 1, "event")) for _, call in calls_of("ActivityEntry")))
    for _, call in calls_of("_tell", "_set_state"):
        for argument in call.args:
            found = codes_in(argument)
            codes |= {code for code in found if re.fullmatch(r"[a-z]+(_[a-z]+)+", code)}
    for _, call in calls_of("tell"):
        codes |= codes_in(argument_of(call, 2, "event"))
    codes |= _notices()
    return (codes | EVENTS_BY_HAND | {"linked"}) - NEVER_TOLD - {"app_uninstalled"}


def _notices() -> set[str]:
    """The codes of notices that are told as events of the same name."""
    problems = [argument_of(call, 1, "problem") for _, call in calls_of("_notice")]
    made = [one for one in problems if isinstance(one, ast.Call)]
    return set().union(*(codes_in(argument_of(one, 0, "code")) for one in made))


def _steps() -> set[str]:
    codes = set().union(*(codes_in(argument_of(call, 0, "step")) for _, call in calls_of("TraceLine")))
    return codes | {mode.value for mode in QuantityMode if mode is not QuantityMode.PRODUCT}


@pytest.mark.parametrize(
    ("section", "said"),
    [("problems", problem_codes), ("fixes", _fixes), ("trace", _steps), ("events", _events)],
    ids=messages.SECTIONS,
)
def test_every_code_has_a_text(section: str, said: Callable[[], set[str]]) -> None:
    codes = said()
    assert len(codes) >= 10
    assert sorted(codes - set(messages.catalogue()[section])) == []


def test_the_search_for_codes_finds_those_that_are_composed_or_named_by_constants() -> None:
    assert {"auto_quantity_off", "account_expired", "guard", "not_aligned", "update_failed"} <= problem_codes()
    assert {"switch_on_auto_price", "align", "approve_changes"} <= _fixes()
    assert {
        "send_failed",
        "full_revise_done",
        "revise_sent",
        "shop_expired",
        "account_connected",
        "order_seen",
        "twins_in_shop",
        "parcel_refused",
        "shop_order_gone",
    } <= _events()


def _blanks(section: str, code: str) -> set[str]:
    words = messages.catalogue()[section].get(code, "")
    return {name for _, name, _, _ in Formatter().parse(words) if name}


def _given(call: ast.Call) -> set[str] | None:
    """The blanks that a call of `tell` fills; None when it hands on what it was given."""
    if any(keyword.arg is None for keyword in call.keywords):
        return None
    return {str(keyword.arg) for keyword in call.keywords} | {"order"}


def test_every_event_of_an_order_fills_the_blanks_of_its_text() -> None:
    unfilled = {
        (file.name, code): sorted(_blanks("events", code) - given)
        for file, call in calls_of("tell")
        for code in codes_in(argument_of(call, 2, "event"))
        if (given := _given(call)) is not None and _blanks("events", code) - given
    }
    assert unfilled == {}


def test_every_problem_fills_the_blanks_of_its_text_and_of_its_fix() -> None:
    unfilled = {}
    for file, call in calls_of("Problem"):
        params = argument_of(call, 1, "params")
        if params is not None and not isinstance(params, ast.Dict):
            continue
        keys = params.keys if isinstance(params, ast.Dict) else []
        if None in keys:  # what it was given is handed on
            continue
        given = {key.value for key in keys if isinstance(key, ast.Constant)}
        wanted = [("problems", code) for code in codes_in(argument_of(call, 0, "code"))]
        wanted += [("fixes", code) for code in codes_in(argument_of(call, 2, "fix"))]
        for section, code in wanted:
            if _blanks(section, code) - given and code not in NEVER_SHOWN:
                unfilled[file.name, call.lineno, code] = sorted(_blanks(section, code) - given)
    assert unfilled == {}


def test_no_text_is_empty_and_every_blank_is_closed() -> None:
    for texts in messages.catalogue().values():
        for code, words in texts.items():
            assert words.strip() == words != "", code
            for _, name, forms, _ in Formatter().parse(words):
                assert name is None or name.isidentifier(), code
                assert not forms or len(forms.split("|")) == 2, code


def test_a_problem_is_told_with_its_numbers() -> None:
    problem = Problem("sku_too_long", {"sku": "S", "length": "200", "longest": "50"}, "shorten_sku")
    assert messages.text(problem) == "The SKU has 200 characters; the marketplace takes 50."
    assert messages.fix_text(problem) == "Shorten the SKU in the shop, then add the product again."


def test_a_reason_within_a_problem_is_told_in_words_too() -> None:
    problem = Problem("update_failed", {"reason": "price_out_of_bounds", "price": "0", "min": "1", "max": "9"})
    assert messages.text(problem) == (
        "The last update failed. It is tried again automatically, at once when a value changes in the shop or with Revise. The reason: The price 0 is outside what the marketplace accepts (1 to 9)."
    )


def test_a_platforms_own_codes_have_its_own_words() -> None:
    assert messages.text(Problem("shopify_throttled")).startswith("Shopify")
    assert messages.text(Problem("ebay_item_gone")) == "eBay no longer has this item."


def test_what_is_missing_or_strange_never_breaks_a_text() -> None:
    assert messages.text(Problem("pending", {"unused": "{sku}"})) == "An operation is running on it."
    assert messages.text(Problem("not_found", {"id": "{0.__class__}"})) == "There is no ? {0.__class__}."
    assert messages.text(Problem("a_code_of_tomorrow")) == "a_code_of_tomorrow"
    assert messages.fix_text(Problem("pending")) == ""


def test_steps_and_events_are_told() -> None:
    assert messages.trace_text(TraceLine("cap", "3", "3")) == "not more than 3: 3"
    entry = ActivityEntry("s", "shop_expired", datetime(2026, 11, 1, tzinfo=UTC), {"reason": "app_uninstalled"})
    assert messages.event_text(entry) == (
        "The shop no longer accepts its credentials: The app was uninstalled from the shop."
    )


def _rendered(section: str, code: str, number: str) -> str:
    words = messages.catalogue()[section][code]
    names = {name for _, name, _, _ in Formatter().parse(words) if name}
    params = dict.fromkeys(names, number)
    if "reason" in names:
        params["reason"] = "not_linked"
    if section == "events":
        return messages.event_text(ActivityEntry("x", code, datetime(2026, 11, 1, tzinfo=UTC), params))
    return messages.text(Problem(code, params))


@pytest.mark.parametrize("section", ["problems", "events"])
def test_one_is_not_told_as_many_and_no_sentence_ends_twice(section: str) -> None:
    plural = re.compile(r"\b1 (listings|lines|variants|products|items|minutes|seconds|days|times|tries|characters)\b")
    faults = {
        code: text
        for code in messages.catalogue()[section]
        for number in ("1", "2")
        if plural.search(text := _rendered(section, code, number)) or ".." in text or ".)" in text or "?" in text
    }
    assert faults == {}


def test_every_reason_that_an_event_gives_comes_with_what_fills_its_blanks() -> None:
    """`{"reason": code}` alone is how "eBay says: ?" came to be: `Problem.as_reason` has the code and its parameters."""
    bare = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file, tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant)
        and key.value == "reason"
        and ast.unparse(value).endswith(".code")
        and "services" in file.parts
    ]
    assert bare == []
