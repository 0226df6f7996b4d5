"""`make tour`: what a seller is told about sales lists, played statement by statement on the whole system."""

from __future__ import annotations

from localrun.demo import tell
from localrun.scenario.seller import Seller
from localrun.scenario.statements import Statements
from localrun.scoreboard import Scoreboard
from localrun.simulators import Pair
from localrun.system import LocalSystem


def run(*, name: str, pair: Pair) -> int:
    """Play all statements and stop; 0 when each came true, else 1."""
    return tell(_play, name=name, check=True, pair=pair)


def _play(system: LocalSystem, board: Scoreboard) -> None:
    seller = Seller(system.api_url, lambda: system.token("admin"))
    Statements(board=board, seller=seller, shop=system.shop, marketplace=system.marketplace).play()
