"""`docs/reference/problems.md`: every problem code with its words and what helps, made from the code and the message files.

PYTHONPATH=.:shared python -m tests.unit.remedies.problems_page > docs/reference/problems.md
"""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import listbridge
from listbridge import registry
from tests.unit.services.desk.test_messages import adapter_rows, argument_of, calls_of, codes_in, problem_codes

ROOT = Path(listbridge.__file__).parent
HEAD = """# Every problem, and what helps

What is not done says why, as a code with a text and a fix (`problem`, `reason`, `notices` in the API). This page lists them all: those of Listbridge first, then those that
only one platform has. It is made from the message files and compared with them by a test
(`PYTHONPATH=.:shared python -m tests.unit.remedies.problems_page > docs/reference/problems.md`). Walks (`tests/unit/remedies`) bring a listing, an order or a connection into a problem, do what is named
here, and see that it is gone. Where nothing stands under *what helps*, nothing has to be done: it passes, or it is only told.

A name in braces is filled in where it is told.
"""
FROM_REASON = {
    "update_failed": "What its reason names; it is tried again automatically, and at once with the next change in the shop or by *Revise*.",
    "parcel_refused": "What its reason names.",
    "variants_left_out": "What the items name.",
    "listings_held": "What the listings' reason names.",
    "next_person": "What the reason names.",
}
"""What helps where it is another problem's fix."""
ELSEWHERE = {
    "auto_price_off": {"switch_on_auto_price"},
    "auto_quantity_off": {"switch_on_auto_quantity"},
    "automatic_creation_off": {"export_order"},
    "content_type_missing": {"send_as_json"},
    "credentials_missing": {"reconnect_account", "reconnect_shop"},
    "ended_at_zero": {"enable_out_of_stock_control"},
    "json_expected": {"send_as_json"},
    "not_ended": {"send", "relink"},
    "not_linked": {"send", "relist", "relink"},
    "relay_refused": {"look_on_marketplace"},
    "units_not_sold_on_marketplace": {"correct_shop_order"},
    "units_open_on_marketplace": {"send_or_refund_units"},
    "would_end": {"leave_observe_mode", "run_without_dry_run"},
    "would_list": {"leave_observe_mode", "run_without_dry_run"},
    "would_remove": {"leave_observe_mode", "run_without_dry_run"},
    "would_revise": {"leave_observe_mode", "run_without_dry_run"},
    "would_revise_in_full": {"leave_observe_mode", "run_without_dry_run"},
    "would_set_catalogue_id": {"run_without_dry_run"},
    "would_unlink": {"run_without_dry_run"},
}
"""Fixes of codes that the code composes, or names them for by where a listing stands; the walks hold these lines true."""


def fixes_by_code() -> Mapping[str, set[str]]:
    """Every fix that is named with a code, anywhere in the shipped code."""
    found: dict[str, set[str]] = defaultdict(set)
    for _, call in calls_of("Problem"):
        for code in codes_in(argument_of(call, 0, "code")):
            found[code] |= codes_in(argument_of(call, 2, "fix")) - {""}
    for row in adapter_rows():
        found[row.code] |= {row.fix} - {""}
    return {**found, **ELSEWHERE}


def codes_of_adapter(room: str, slug: str) -> set[str]:
    """What the code of one adapter says on its own."""
    home = ROOT / room / slug
    found = {
        code
        for file, call in calls_of("Problem")
        if home in file.parents
        for code in codes_in(argument_of(call, 0, "code"))
    }
    told = importlib.import_module(f"listbridge.{room}.{slug}.errors")
    return found | {row.code for row in adapter_rows() if type(row).__module__ == told.__name__}


def sections() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Listbridge's own messages, then each platform's, under its label."""
    yield "Listbridge", _read(ROOT / "messages" / "en.json")
    for room in ("shops", "marketplaces"):
        for slug in registry.slugs(room):  # type: ignore[arg-type]
            label = {"shops": registry.shop, "marketplaces": registry.marketplace}[room](slug).label
            yield label, _read(ROOT / room / slug / "messages.json")


def _read(path: Path) -> Mapping[str, Any]:
    told: Mapping[str, Any] = json.loads(path.read_text())
    return told


def page() -> str:
    """The page as it should stand."""
    fixes = fixes_by_code()
    catalogue = list(sections())
    own, ours = catalogue[0][1]["fixes"], catalogue[0][1]["problems"]
    lines = [HEAD]
    for label, told in catalogue:
        lines += [f"## {label}", "", "| code | what it says | what helps |", "|---|---|---|"]
        for code, words in sorted(told["problems"].items()):
            if told["problems"] is not ours and code in ours:
                continue  # a platform never changes a text of ours
            named = [own.get(fix) or words_of(fix, catalogue) for fix in sorted(fixes.get(code, ()))]
            helps = FROM_REASON.get(code) or " Or: ".join(filter(None, named))
            lines.append(f"| `{code}` | {_cell(words)} | {_cell(helps)} |")
        lines.append("")
    return "\n".join(lines)


def words_of(fix: str, catalogue: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    """A platform's words for a fix that only it has; the first platform's, where they are several."""
    return next((told["fixes"][fix] for _, told in catalogue if fix in told["fixes"]), "")


def _cell(words: str) -> str:
    """In a table; `{count:listing|listings}` reads as `{count} listings`."""
    plural = re.sub(r"\{(\w+):[^|}]*\|([^}]*)\}", r"{\1} \2", words)
    return plural.replace("|", "\\|")


def every_code() -> set[str]:
    """What the shipped code can say, and what has words."""
    return problem_codes() | {code for _, told in sections() for code in told["problems"]}


if __name__ == "__main__":
    sys.stdout.write(page())
