"""`make demo`: the whole system on this machine, and a seller's story played on it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

import requests

from localrun.processes import ProcessDied
from localrun.progress import Progress
from localrun.scenario.collections import CollectionStory
from localrun.scenario.orders import OrderStory
from localrun.scenario.seller import Seller
from localrun.scenario.story import Story
from localrun.scoreboard import NotTrue, Scoreboard
from localrun.simulators import Pair
from localrun.system import LocalSystem

LATENCY_S = 0.1
"""A third of what the benchmarks assume: the story is about what happens, not about how long a marketplace takes."""


Play = Callable[[LocalSystem, Scoreboard], None]


def run(*, name: str, check: bool, pair: Pair) -> int:
    """Tell the seller's story from the first connection to the last parcel; 0 when every step came true, else 1."""
    return tell(_play, name=name, check=check, pair=pair)


def tell(play: Play, *, name: str, check: bool, pair: Pair) -> int:
    """Start everything, tell a story, show the scoreboard; then stay up, or with `check` stop.

    Returns 0 when every step came true, else 1.
    """
    progress = Progress()
    stand_in = pair.marketplace_stand_in()
    quick = {pair.marketplace: stand_in.quick(LATENCY_S)}
    system = LocalSystem(name=name, progress=progress, pair=pair, simulator_arguments=quick)
    try:
        system.start()
        progress.say(
            f"ready; the story begins (the stand-in for {stand_in.LABEL} takes {LATENCY_S} s a call, in the median)"
        )
        board = Scoreboard()
        try:
            play(system, board)
        except (NotTrue, requests.RequestException, LookupError) as broken:
            with board.step("The story reaches its end"):
                raise NotTrue(f"{type(broken).__name__}: {broken}") from broken
        board.show()
        progress.say("from the first line to the scoreboard")
        if not check:
            _stay(system)
        return 0 if board.all_true else 1
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        system.stop()


def _play(system: LocalSystem, board: Scoreboard) -> None:
    """The shop and its listings first, then the orders that these bring."""
    seller = Seller(system.api_url, lambda: system.token("admin"))
    shop, marketplace = system.shop, system.marketplace
    listings = Story(board=board, seller=seller, shop=shop, marketplace=marketplace)
    listings.play()
    CollectionStory(board=board, seller=seller, shop=shop, marketplace=marketplace, ids=listings.ids).play()
    OrderStory(
        board=board,
        seller=seller,
        shop=shop,
        marketplace=marketplace,
        ids=listings.ids,
        headband_product=listings.headband,
    ).play()


def _stay(system: LocalSystem) -> None:
    login = system.login("admin")
    print(f"\nIt stays up until Ctrl-C.\n  API          {system.api_url}/v1")
    print(f"  shop         {system.shop_url}/_sim/state\n  marketplace  {system.marketplace_url}/  (what buyers see)")
    print(f"  sign in      {login.email}  {login.password}\n")
    print(f"  TOKEN={system.token('admin')}")
    print(f'  curl -H "Authorization: $TOKEN" {system.api_url}/v1/health')
    print(f'  curl -H "Authorization: $TOKEN" {system.api_url}/v1/sales-lists')
    for what, deed in system.shop.examples().items():
        print(f"  {what:<15} curl -X POST {system.shop_url}/_sim/deeds -d '{deed}'", flush=True)
    while True:
        threading.Event().wait(1.0)
        problem = system.died()
        if problem:
            raise ProcessDied(problem)
