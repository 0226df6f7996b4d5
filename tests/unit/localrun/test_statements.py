"""`make tour` leaves no statement about sales lists out."""

from __future__ import annotations

import inspect
import re

from localrun.scenario.statements import Statements

RULES = {27}
"""How a listing's numbers are made: guides of their own."""


def test_every_statement_about_sales_lists_is_played_once() -> None:
    told = re.findall(r'_statement\(\s*"([^"]+)"', inspect.getsource(Statements))
    played = [int(number) for title in told for number in re.findall(r"S(\d+)", title)]
    assert sorted(played) == sorted({*range(1, 27), 28, 29} - RULES)
