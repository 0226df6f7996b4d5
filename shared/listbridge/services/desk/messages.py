"""The texts of every code: problems, fixes, steps of a trace and events, in a seller's language.

Texts stand in `listbridge/messages/en.json` and, for a platform's own codes, in `messages.json` beside its adapter. All
these files have the same shape: `{"problems": {code: text}, "fixes": {…}, "trace": {…}, "events": {…}}`. A blank with two forms is a
number and its noun: `{lines:line|lines}` is "1 line" or "2 lines".
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from string import Formatter

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.listings.listing import TraceLine
from listbridge.domain.problem import Problem

SECTIONS = ("problems", "fixes", "trace", "events")
_ROOMS = ("shops", "marketplaces")
_FORMATTER = Formatter()


def text(problem: Problem) -> str:
    """What prevents it, as a sentence. A code without a text is shown as it is: a test keeps that from happening."""
    return _filled("problems", problem.code, problem.params)


def fix_text(problem: Problem) -> str:
    """What the seller can do about it; empty when there is nothing to do but wait."""
    return _filled("fixes", problem.fix, problem.params) if problem.fix else ""


def trace_text(line: TraceLine) -> str:
    """One step of a rule, such as "buffer 2 → 5"."""
    return _filled("trace", line.step, {"value": line.value, "result": line.result})


def event_text(entry: ActivityEntry) -> str:
    """One line of the activity."""
    return _filled("events", entry.event, entry.params)


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """All texts by section and code. Our own file comes first: a platform adds codes, and never changes a text of ours."""
    merged: dict[str, dict[str, str]] = {section: {} for section in SECTIONS}
    for file in _files():
        for section, texts in json.loads(file.read_text(encoding="utf-8")).items():
            for code, words in texts.items():
                merged[section].setdefault(code, words)
    return merged


def _files() -> Iterator[Traversable]:
    package = resources.files("listbridge")
    yield package.joinpath("messages", "en.json")
    for room in _ROOMS:
        folder = package.joinpath(room)
        if not folder.is_dir():
            continue
        for platform in sorted(folder.iterdir(), key=lambda one: one.name):
            file = platform.joinpath("messages.json")
            if file.is_file():
                yield file


def _filled(section: str, code: str, params: Mapping[str, str]) -> str:
    words = catalogue()[section].get(code)
    if words is None:
        return code
    blanks = dict(params)
    if "reason" in params:  # a reason is a code itself, and its text a sentence within this one
        inner = {name: value for name, value in params.items() if name != "reason"}
        blanks["reason"] = _filled("problems", params["reason"], inner).removesuffix(".")
        words += "." if words.endswith("{reason}") else ""
    return "".join(
        literal + ("" if name is None else _blank(str(blanks.get(name, "?")), forms))
        for literal, name, forms, _ in _FORMATTER.parse(words)
    )


def _blank(value: str, forms: str | None) -> str:
    """The value; with `forms` (`{lines:line|lines}`) and the word behind it, as the number wants it."""
    if not forms:
        return value
    one, more = forms.split("|")
    return f"{value} {one if value == '1' else more}"
