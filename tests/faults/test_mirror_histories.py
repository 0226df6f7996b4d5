"""Whatever order deliveries, readings, edits and deaths come in, the list ends with the members that its collections have.

A history is a list of deeds, drawn by hypothesis. While it lasts nothing is promised but that nothing is ended unasked; when
the dust has settled and a reading came to its end, the list and the shop agree.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from listbridge.domain.configuration import OnLeave
from listbridge.domain.ids import CollectionId, ProductId
from listbridge.domain.jobs import JobState
from listbridge.domain.listings.listing import Status
from listbridge.domain.work import Hint, HintKind, Lane, ShopEvent
from listbridge.services.listings.mirror.mirror_collections import mirror_soon, start_mirror
from tests.fakes.cuts import WorkerDied
from tests.fakes.world import SHOP
from tests.faults.mirroring import MUGS, SALE, Mirrored, mirrored_world
from tests.faults.profiles import chosen_profile

SKUS = ("A", "B", "C", "D", "E")
SHELVES = (MUGS, SALE)
EXAMPLES = 60

deeds = st.one_of(
    st.tuples(st.just("in"), st.sampled_from(SKUS), st.sampled_from(SHELVES)),
    st.tuples(st.just("out"), st.sampled_from(SKUS), st.sampled_from(SHELVES)),
    st.tuples(st.just("hint"), st.sampled_from(SKUS)),
    st.tuples(st.just("told"), st.sampled_from(SHELVES)),
    st.tuples(st.just("delete"), st.sampled_from(SKUS)),
    st.tuples(st.just("follow"), st.sampled_from([(MUGS,), (SALE,), (MUGS, SALE)])),
    st.tuples(st.just("die"), st.integers(1, 25)),
    st.tuples(st.just("deliver"), st.sampled_from([Lane.SHOP_EVENTS, Lane.RECOMPUTE, Lane.PUBLISH])),
    st.just(("read",)),
    st.just(("turn",)),
    st.just(("later",)),
)


@dataclass
class History:
    """What is done, and which products were in the list's collections all the time."""

    m: Mirrored
    faithful: set[str] = field(default_factory=lambda: set(SKUS))

    def truth(self) -> set[str]:
        """Who is in one of the list's collections now."""
        shop = self.m.s.shop
        held = {one for id in self.m.list.collections for one in shop.shelves[id] if one in shop.products}
        return {product.removeprefix("p_") for product in held}

    def do(self, deed: tuple[object, ...]) -> None:
        getattr(self, f"do_{deed[0]}")(*deed[1:])
        self.faithful &= self.truth()

    def do_in(self, sku: str, shelf: CollectionId) -> None:
        there, product = self.m.s.shop.shelves[shelf], ProductId(f"p_{sku}")
        if product not in there:
            there.append(product)

    def do_out(self, sku: str, shelf: CollectionId) -> None:
        self.m.take(sku, out_of=shelf)

    def do_hint(self, sku: str) -> None:
        self.m.s.world.hint(ProductId(f"p_{sku}"))

    def do_told(self, shelf: CollectionId) -> None:
        event = ShopEvent(shop=SHOP, hints=(Hint(kind=HintKind.COLLECTION, id=shelf),))
        self.m.s.world.stores.queues.send(Lane.SHOP_EVENTS, event)

    def do_delete(self, sku: str) -> None:
        self.m.s.shop.products.pop(ProductId(f"p_{sku}"), None)

    def do_follow(self, shelves: tuple[CollectionId, ...]) -> None:
        self.m.follow(*shelves, on_leave=self.m.list.on_leave)
        mirror_soon(self.m.s.world.deps, self.m.list, at_once=True)

    def do_die(self, calls: int) -> None:
        self.m.s.fate.die_in(calls)

    def do_deliver(self, lane: Lane) -> None:
        self.m.s.world.deliver(lane, 1)

    def do_read(self) -> None:
        start_mirror(self.m.s.world.deps, self.m.list, "kim")

    def do_turn(self) -> None:
        """The collections' own order changes."""
        for shelf in SHELVES:
            self.m.s.shop.shelves[shelf].reverse()

    def do_later(self) -> None:
        self.m.s.world.stores.clock.advance(20)

    def rest(self) -> None:
        """Nobody dies any more, and a last reading comes to its end."""
        world = self.m.s.world
        self.m.s.fate.forget_plans()
        self.m.s.fate.revive()
        world.settle()
        assert self.m.jobs(JobState.RUNNING) == [], "nothing carries it on"
        for _ in range(2):  # the second sees that what was to be ended is
            assert self.m.read().state is JobState.DONE
            world.settle()


@settings(parent=chosen_profile(), max_examples=min(EXAMPLES, chosen_profile().max_examples))
@given(setting=st.sampled_from(OnLeave), history=st.lists(deeds, max_size=25))
def test_the_list_ends_with_what_its_collections_have(setting: OnLeave, history: list[tuple[object, ...]]) -> None:
    m = mirrored_world(MUGS, SALE, on_leave=setting)
    m.s.shop.page_size = 2
    m.put(*SKUS)
    m.read()
    m.send(*SKUS)
    its = History(m)
    for deed in history:
        if m.s.fate.dead:
            m.s.fate.revive()
        try:
            its.do(deed)
        except WorkerDied:
            m.s.fate.revive()
    its.rest()
    assert set(m.inside()) == its.truth()
    assert m.skus() == sorted(its.truth())
    assert all(row.inside == row.shelved for row in m.members().values())
    live = [offer.key.sku for offer in m.s.market.offers if offer.live]
    assert len(live) == len(set(live)), "on sale twice"
    assert its.faithful <= set(live), "ended unasked"
    shown = {sku: m.s.market.shown(m.s.world.key(sku)) for sku in its.faithful}
    assert shown == dict.fromkeys(its.faithful, (5, "10.00"))
    there = {sku for sku in SKUS if ProductId(f"p_{sku}") in m.s.shop.products}
    gone = {row.key.sku for row in m.s.world.rows() if row.status is Status.STOPPED}
    if setting is OnLeave.KEEP:
        assert there <= set(live)
    assert gone.isdisjoint(its.truth())
    assert m.s.world.dead_letters() == []
