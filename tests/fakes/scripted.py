"""A world around a scripted shop and a scripted marketplace."""

from __future__ import annotations

from dataclasses import dataclass

from listbridge.domain.ports import HookKeys
from listbridge.services.deps import TimeLimits
from listbridge.services.inbox.ingest_webhook import WebhookDoor
from tests.fakes.death import Fate
from tests.fakes.scripted_market import ScriptedMarket
from tests.fakes.scripted_shop import ScriptedScheme, ScriptedShop
from tests.fakes.stores import Stores
from tests.fakes.world import SECRET, SHOP, World


@dataclass(repr=False)  # of all that it holds it would be megabytes
class Scripted:
    """The world with what is around it at hand."""

    world: World
    shop: ScriptedShop
    market: ScriptedMarket
    fate: Fate


def scripted_world(*, limits: TimeLimits | None = None, connect: bool = True) -> Scripted:
    """A world with one shop, one account and one list, connected and empty."""
    stores, fate = Stores(), Fate()
    market = ScriptedMarket(stores.clock, before_call=fate)
    shop = ScriptedShop(before_call=fate, clock=stores.clock)
    world = World(stores, shop, market, fate, limits or TimeLimits(drain_run_s=8))
    world.doors[SHOP] = WebhookDoor(ScriptedScheme(), HookKeys((SECRET,)))
    if connect:
        world.connect()
    return Scripted(world, shop, market, fate)
