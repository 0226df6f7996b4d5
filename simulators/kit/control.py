"""The control door under `/_sim/`: what scenarios and people do and look at from outside, as JSON, without authentication.

| Call | What it does |
|---|---|
| `POST deeds {"deed": name, ...}` | does a deed and answers what it told; `GET deeds` names them all |
| `POST faults {...}` or `{"faults": [...]}` | plans faults; `GET faults` how many strikes wait, `DELETE faults` none any more |
| `GET calls?since=&limit=&brief=&operation=...` | the journal, narrowed by any attribute of its entries; `DELETE calls` empties it |
| everything else | the looks, plays and clearings of the platform |

200 with a JSON object, or 204 after DELETE. 404 for what there is not, 400 with the reason for a wish that cannot be met, 500 with
the words of a fault in the simulator itself. It is free of tokens, limits, latency and faults.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from simulators.faults import FaultPlan
from simulators.kit.deeds import DeedRefused, NoSuchDeed, do, names_of
from simulators.kit.journal import Journal
from simulators.kit.suffering import fault_of
from simulators.kit.wire import json_of

Wish = dict[str, Any]
"""The query and the JSON body of a call, one over the other."""
Told = Mapping[str, Any]
Kinds = tuple[type[Exception], ...]
_NARROWS_NOT = frozenset({"since", "limit", "brief", "origin"})


class ControlDoor:
    """One simulator's door. `looks` answer GET, `plays` POST and `clears` DELETE, each by the last part of the path.

    `refusals` are the exceptions by which this platform's deeds and looks refuse a wish (400), `missing` those that name
    something which is not there (404), beside `DeedRefused`.
    """

    def __init__(
        self,
        deeds: object,
        *,
        faults: FaultPlan,
        journal: Journal[Any],
        looks: Mapping[str, Callable[[Wish], Told]],
        plays: Mapping[str, Callable[[Wish], Told]] | None = None,
        clears: Mapping[str, Callable[[], None]] | None = None,
        refusals: Kinds = (),
        missing: Kinds = (),
    ) -> None:
        self._deeds = deeds
        self._faults = faults
        self._journal = journal
        self._refusals: Kinds = (DeedRefused, *refusals)
        self._missing: Kinds = (NoSuchDeed, *missing)
        self._routes: dict[tuple[str, str], Callable[[Wish], Told | None]] = {
            ("GET", "deeds"): lambda _: {"deeds": names_of(self._deeds)},
            ("POST", "deeds"): self._do,
            ("GET", "faults"): self._waiting,
            ("POST", "faults"): self._arm,
            ("DELETE", "faults"): _cleared(faults.clear),
            ("GET", "calls"): self._calls,
            ("DELETE", "calls"): _cleared(journal.clear),
            **{("GET", name): look for name, look in looks.items()},
            **{("POST", name): play for name, play in (plays or {}).items()},
            **{("DELETE", name): _cleared(clear) for name, clear in (clears or {}).items()},
        }

    def answer(
        self, method: str, what: str, query: Mapping[str, str], body: bytes, origin: str = ""
    ) -> tuple[int, Told | None]:
        """Status and JSON of a call; `what` is the path behind `/_sim/`. Looks find the caller's address of us as `origin`."""
        route = self._routes.get((method, what.strip("/")))
        if route is None:
            return 404, {"error": f"nothing at {method} /_sim/{what}"}
        try:
            wish = {**query, **_object(body)}
            told = route(wish | {"origin": origin} if method == "GET" else wish)
        except self._missing as unknown:
            return 404, {"error": str(unknown)}
        except self._refusals as refusal:
            return 400, {"error": str(refusal)}
        except Exception as bug:  # noqa: BLE001  # its words help the author of the scenario more than a closed connection
            return 500, {"error": f"the simulator failed: {type(bug).__name__}: {bug}"}
        return (204, None) if told is None else (200, told)

    def _do(self, wish: Wish) -> Told:
        return do(self._deeds, str(wish.pop("deed", "")), wish)

    def _waiting(self, _: Wish) -> Told:
        return {"waiting": self._faults.waiting()}

    def _arm(self, wish: Wish) -> Told:
        rows = wish["faults"] if isinstance(wish.get("faults"), list) else [wish]
        try:
            self._faults.add(*[fault_of(row) for row in rows])
        except (TypeError, ValueError) as wrong:
            raise DeedRefused(str(wrong)) from None
        return self._waiting(wish)

    def _calls(self, wish: Wish) -> Told:
        where = {name: str(value) for name, value in wish.items() if name not in _NARROWS_NOT}
        return self._journal.told(
            where, since=count_in(wish, "since", 0), newest=count_in(wish, "limit", 1000), brief=flag_in(wish, "brief")
        )


def count_in(wish: Wish, name: str, default: int) -> int:
    """A whole number of 0 or more. Raises DeedRefused for anything else."""
    given = wish.get(name, default)
    try:
        count = int(given)
    except (TypeError, ValueError):
        count = -1
    if count < 0:
        raise DeedRefused(f"{name} is a number of 0 or more, not {given!r}")
    return count


def newest_of(rows: list[Any], wish: Wish) -> list[Any]:
    """The last `limit` (1,000) of the rows."""
    return rows[max(0, len(rows) - count_in(wish, "limit", 1000)) :]


def copied(told: Told) -> dict[str, Any]:
    """As JSON and back: it may hold records that another call changes as soon as the lock is free."""
    copy: dict[str, Any] = json.loads(json.dumps(told))
    return copy


def flag_in(wish: Wish, name: str) -> bool:
    """Whether a flag is set: `1` or anything but `0`, `false` and nothing."""
    return str(wish.get(name, "")).lower() not in ("", "0", "false")


def _object(body: bytes) -> Wish:
    if not body:
        return {}
    try:
        told = json_of(body)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise DeedRefused("the body must be a JSON object")
    return told


def _cleared(clear: Callable[[], None]) -> Callable[[Wish], None]:
    return lambda _: clear()
