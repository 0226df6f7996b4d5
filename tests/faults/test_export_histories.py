"""Whatever happens around a mirrored collection, no item is published twice, none that nobody asked for, and none is forgotten."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from listbridge.domain.catalog import Visibility
from listbridge.domain.ids import ProductId
from listbridge.domain.job_params import ExportParams
from listbridge.domain.jobs import JobState
from listbridge.domain.listings.listing import Status
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Rejected
from listbridge.services.jobs.cancel_job import cancel
from listbridge.services.jobs.decide_job import decide
from listbridge.services.listings.export.run_export import start_backlog
from tests.fakes.cuts import CutAt, no_cut
from tests.fakes.scripted import Scripted
from tests.fakes.world import LIST
from tests.faults import auto_exports
from tests.faults.profiles import chosen_profile

PRODUCTS = ("P0", "P1")
_OF_PRODUCTS = ("enter", "enter", "enter_old", "leave", "sell_out", "restock", "hide", "show")
_OF_ALL = ("off", "on", "on", "look", "wait", "approve", "decline", "decline", "backlog", "cancel", "refuse_next")
_ACTS = (
    *((act, product) for act in _OF_PRODUCTS for product in PRODUCTS),
    *((act, "") for act in _OF_ALL),
    *(("die", str(nth)) for nth in (2, 4, 8)),
)


def sku(product: str) -> str:
    return f"SKU-{product}"


@dataclass
class History:
    """A world, and which products somebody asked to be published, the seller by the switch or a person by a word."""

    s: Scripted
    asked: set[str] = field(default_factory=set)
    published: Counter[str] = field(default_factory=Counter)
    unasked: list[str] = field(default_factory=list)
    refusals: int = 0

    def __post_init__(self) -> None:
        hear = self.s.market.before_call

        def call(name: str) -> None:
            if name == "remote.create" and self.refusals:
                self.refusals -= 1
                raise Rejected(Problem("title_too_long", {"length": "90", "max": "80"}, "shorten_title"))
            hear(name)

        self.s.market.before_call = call
        for product in PRODUCTS:
            self.s.shop.put(product, sku(product))

    def act(self, act: str, what: str) -> None:
        before = auto_exports.on_sale(self.s)
        getattr(self, act)(*([what] if what else []))
        self.s.world.deliver_all()
        self.s.world.stores.cut.hook = no_cut
        for product in PRODUCTS:
            assert len(self.s.market.live(self.s.world.key(sku(product)))) <= 1
            if sku(product) in auto_exports.on_sale(self.s) - before:
                self.published[product] += 1
                if product not in self.asked:
                    self.unasked.append(product)

    def members(self) -> dict[str, Any]:
        rows = self.s.world.stores.members.get_many(LIST, [ProductId(one) for one in PRODUCTS])
        return {str(product): row for product, row in rows.items()}

    # ---- what happens ----

    def enter(self, product: str, *, new: bool = True) -> None:
        known = self.members().get(product)
        if known is None:
            automatic = new and self.exports()
            if automatic:
                self.asked.add(product)
            auto_exports.enters(self.s, product, new=automatic)
        elif not known.inside:
            auto_exports.enters(self.s, product)

    def enter_old(self, product: str) -> None:
        self.enter(product, new=False)

    def leave(self, product: str) -> None:
        known = self.members().get(product)
        if known is None or not known.inside:
            return
        if not self.under_way(product):
            self.asked.discard(product)
        auto_exports.leaves(self.s, product)

    def under_way(self, product: str) -> bool:
        """It may be on sale by now, or a worker that died over it will go on."""
        rows = self.s.world.stores.listings.get_many([self.s.world.key(sku(product))]).values()
        return any(row.status is not Status.NOT_ACTIVE or row.job for row in rows) or self.s.world.deaths > 0

    def exports(self) -> bool:
        return auto_exports.the_list(self.s).auto_export

    def off(self) -> None:
        auto_exports.edit(self.s, auto_export=False, auto_export_since=None)

    def on(self) -> None:
        if self.exports():
            return
        for product, row in self.members().items():
            if row.job is None and not self.under_way(product):
                self.asked.discard(product)  # what is there by now is backlog
        self.s.world.stores.clock.advance(1)
        auto_exports.edit(self.s, auto_export=True, auto_export_since=self.s.world.now)

    def sell_out(self, product: str) -> None:
        self.changed(product, stock=0)

    def restock(self, product: str) -> None:
        self.changed(product, stock=4)

    def changed(self, product: str, *, stock: int) -> None:
        visibility = self.s.shop.products[ProductId(product)].visibility
        self.s.shop.put(product, sku(product), stock=stock)
        self.shown(product, visibility)

    def hide(self, product: str) -> None:
        self.shown(product, Visibility.DRAFT)

    def show(self, product: str) -> None:
        self.shown(product, Visibility.VISIBLE)

    def shown(self, product: str, visibility: Visibility) -> None:
        id = ProductId(product)
        self.s.shop.products[id] = replace(self.s.shop.products[id], visibility=visibility)
        self.s.world.hint(id)

    def refuse_next(self) -> None:
        self.refusals += 1

    def look(self) -> None:
        auto_exports.look(self.s)

    def wait(self) -> None:
        self.s.world.run(2 * 3600)
        auto_exports.look(self.s)

    def open_questions(self) -> list[Any]:
        return [job for job in auto_exports.questions(self.s) if job.state is JobState.AWAITING_APPROVAL]

    def approve(self) -> None:
        for job in self.open_questions():
            if job.params_of(ExportParams).backlog:
                self.asked |= {product for product, row in self.members().items() if row.inside and row.backlog}
            decide(self.s.world.deps, job.id, approve=True, actor="kim")

    def decline(self) -> None:
        for job in self.open_questions():
            self.asked -= {product for product, row in self.members().items() if row.job == job.id}
            decide(self.s.world.deps, job.id, approve=False, actor="kim")

    def backlog(self) -> None:
        mine = {product for product, row in self.members().items() if row.inside and row.backlog}
        if not mine:
            return  # it is refused
        job = start_backlog(self.s.world.deps, auto_exports.the_list(self.s), None, "kim")
        self.s.world.deliver_all()
        if self.s.world.stores.jobs.get(job.id).state is not JobState.AWAITING_APPROVAL:
            self.asked |= mine

    def cancel(self) -> None:
        for job in auto_exports.sends(self.s):
            if job.state is JobState.RUNNING:
                cancel(self.s.world.deps, job.id, "kim")

    def die(self, nth: str) -> None:
        """The next worker dies at its n-th write; something is there to work at."""
        for product in PRODUCTS:
            self.s.world.hint(ProductId(product))
        self.s.world.stores.cut.hook = CutAt(int(nth))

    def comes_to_rest(self) -> None:
        """Nothing stands in the way any more, and every question is answered with yes."""
        self.refusals = 0
        for product in PRODUCTS:
            self.act("restock", product)
            self.act("show", product)
        self.act("on", "")
        for _ in range(6):
            self.act("wait", "")
            self.s.world.run(3 * 3600)
            self.act("approve", "")


@given(acts=st.lists(st.sampled_from(_ACTS), min_size=6, max_size=24), limit=st.sampled_from([0, 0, 1, 100]))
@example(acts=[("enter", "P0"), ("decline", "")], limit=0)
@example(acts=[("sell_out", "P0"), ("enter", "P0"), ("off", ""), ("on", "")], limit=100)
@example(acts=[("enter_old", "P0"), ("sell_out", "P1"), ("enter", "P1"), ("leave", "P1"), ("enter", "P1")], limit=100)
@settings(chosen_profile(), max_examples=25)
def test_no_item_is_published_twice_or_unasked_and_none_is_forgotten(acts: list[tuple[str, str]], limit: int) -> None:
    history = History(auto_exports.mirrored(limit=limit))
    for act, what in acts:
        history.act(act, what)
    history.comes_to_rest()
    assert history.unasked == []
    assert {product: times for product, times in history.published.items() if times > 1} == {}
    since = auto_exports.the_list(history.s).auto_export_since
    forgotten = [
        product
        for product, row in history.members().items()
        if row.inside and not row.backlog and row.entered_at >= since and not history.published[product]
    ]
    assert forgotten == []
    assert history.s.world.dead_letters() == []
