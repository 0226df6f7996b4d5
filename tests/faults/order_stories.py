"""A scripted world in which buyers buy: one shop, one or two accounts that sell the same things, and what must come of it.

The shop posts its webhooks through the real door as they come up; the schedule asks for orders. `in_order` is what every
story has to end with.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from listbridge.domain.configuration import Account, Shop
from listbridge.domain.ids import AccountId, LineId, OrderKey, ProductId, SalesListId, ShopOrderId, Sku, VariantKey
from listbridge.domain.orders.orders import Cancellation, ImportState, Order, Shipment
from listbridge.domain.orders.reserving import holds_stock
from listbridge.domain.problem import Problem
from listbridge.domain.work import Lane
from listbridge.services.catalog.sweep_shop import start_sweep
from tests.fakes.scripted import Scripted, scripted_world
from tests.fakes.scripted_orders import BUYERS_WORDS, Placed
from tests.fakes.scripted_shop_orders import Made
from tests.fakes.world import ACCOUNT, SECRET, SHOP
from tests.faults.seeded import seed_product

SECOND = AccountId("acc_2")


@dataclass(repr=False)  # of all that it holds it would be megabytes
class Story(Scripted):
    """The world, and what its shop would have if every order took its stock once."""

    stock: dict[str, int] = field(default_factory=dict)
    """By SKU, what the seller put there, less what the shop's own buyers took: no marketplace order is in it."""
    posts: bool = True
    """The shop posts its webhooks."""
    _deliveries: Any = field(default_factory=itertools.count)

    # ---- what happens ----

    def sell(self, sku: str, stock: int, *, accounts: Sequence[AccountId] = (ACCOUNT,)) -> None:
        """A product with one variant, live on these accounts with what the shop has."""
        self.sell_product(f"p{sku}", [sku], stock, accounts=accounts)

    def sell_product(
        self, product: str, skus: Sequence[str], stock: int, *, accounts: Sequence[AccountId] = (ACCOUNT,)
    ) -> None:
        self.shop.put(product, *skus, stock=stock)
        for account in accounts:
            seed_product(self, ProductId(product), stock, account, SalesListId(f"list_{account[4:]}"))
        self.stock |= dict.fromkeys(skus, stock)

    def buy(self, sku: str, units: int = 1, *, account: AccountId = ACCOUNT, **order: Any) -> Placed:
        """A buyer buys what the listing shows."""
        placed = self.market.buy(sku, units, account=account, **order)
        assert placed is not None, f"{sku} is sold out on {account}"
        return placed

    def sell_in_shop(self, sku: str, units: int = 1) -> None:
        """A buyer of the shop itself; below zero it goes where the seller restocks."""
        self.stock[sku] -= units
        self._merchant_sets(sku)

    def restock(self, sku: str, units: int) -> None:
        self.sell_in_shop(sku, -units)

    def _merchant_sets(self, sku: str) -> None:
        delta = self.stock[sku] - self._own(sku)
        hint = self.shop.take_stock(self.shop.variant(sku), -delta)
        self.shop.book.waiting.append((hint,))

    def _own(self, sku: str) -> int:
        """The shop's number, with what marketplace orders took put back."""
        variant = self.shop.variant(sku)
        return self.shop.stock(sku) + sum(
            one.stock.get(variant, 0) for one in self.shop.book.made.values() if one.stands
        )

    def pump(self) -> None:
        """Post what the shop has to tell; what is not answered with 200 it posts again."""
        if not self.posts:
            return
        waiting, self.shop.book.waiting = self.shop.book.waiting, []
        for hints in waiting:
            body = json.dumps([hint.model_dump() for hint in hints])
            answer = self.world.webhook(body, {"Signature": SECRET, "Id": f"d{next(self._deliveries)}"})
            if answer != 200:
                self.shop.book.waiting.append(hints)

    def poll(self) -> None:
        """Every account is due; the schedule's minute comes, and everything that follows from it at this instant."""
        for account in self.world.stores.configuration.all(Account):
            self.world.stores.polls.make_due(account.id, self.world.now)
        self.asked()

    def asked(self) -> None:
        """The schedule's minute, and everything that follows from it at this instant."""
        self.world.tick_orders()
        self.world.deliver_all()

    def run(self, seconds: float) -> None:
        self.world.run(seconds)

    def heal(self) -> None:
        """The outside is well again."""
        self.world.fate.revive()
        self.world.fate.forget_plans()
        self.market.plan.clear()
        self.shop.plan.clear()
        self.posts = True

    def rest(self, *, hours: float = 12) -> None:
        """What is under way comes to its end, with every fault that was planned."""
        self.world.run(60)  # the schedule asks at least once more
        self.world.settle(hours=hours)
        assert self.market.plan.waiting() + self.shop.plan.waiting() == 0, "a fault was planned that never came"

    def sweep(self) -> None:
        start_sweep(self.world.deps, self.world.stores.configuration.get(Shop, SHOP), "test")

    # ---- what a test looks at ----

    def order(self, placed: Placed) -> Order:
        row = self.find(placed)
        assert row is not None, f"{placed.facts.id} was never taken in"
        return row

    def find(self, placed: Placed) -> Order | None:
        return self.world.stores.orders.find(self.key_of(placed))

    def key_of(self, placed: Placed) -> OrderKey:
        return OrderKey(placed.account, placed.facts.id)

    def made(self, placed: Placed) -> list[Made]:
        """The shop's orders for it, ours and others'."""
        return self.shop.book.of(placed.facts.id)

    def the_one(self, placed: Placed) -> Made:
        made = self.made(placed)
        assert len(made) == 1, f"{len(made)} shop orders for {placed.facts.id}"
        return made[0]

    def shown(self, sku: str, account: AccountId = ACCOUNT) -> int | None:
        shown = self.market.shown(self.world.key(sku, account))
        return shown[0] if shown else None

    def reserved(self, sku: str) -> int:
        """Units that count against the shop's number as we last read it."""
        return next(row.reserved() for row in self._variants() if row.facts.sku == sku)

    def entries(self, sku: str) -> int:
        """Reservations on the variant, whether they count or not."""
        found = next(row.key for row in self._variants() if row.facts.sku == sku)
        return len(self.world.stores.variants.reservations(found))

    def notices(self, placed: Placed) -> list[str]:
        return [notice.code for notice in self.order(placed).notices]

    def leaks(self) -> list[str]:
        """Where a word of a buyer's stands outside the one table that is for it."""
        stores, lanes = self.world.stores, self.world.stores.queues
        accounts = stores.configuration.all(Account)
        places: dict[str, list[object]] = {
            "activity": list(stores.activity.entries),
            "inbox": list(stores.inbox.rows),
            "orders": [row for one in accounts for row in stores.orders.recent(one.id, None, 10_000)[0]],
            "variants": list(self._variants()),
            "listings": [row for one in accounts for row in self.world.rows(one.id)],
            "jobs": list(stores.jobs.recent(1000)[0]),
            "queues": [message for lane in Lane for message in lanes.messages(lane)],
            "dead letters": list(self.world.dead_letters()),
        }
        return [
            f"{place}: {row}"
            for place, rows in places.items()
            for row in rows
            for shown in [repr(row)]
            if any(word in shown for word in BUYERS_WORDS)
        ]

    def in_order(self, *, dead_letters: int = 0) -> None:
        """What is promised of orders, when the dust has settled (promises.md#p1, #p2, #p3, #p6, #p7)."""
        assert len(self.world.dead_letters()) == dead_letters, self.world.dead_letters()
        for placed in self.market.book.placed.values():
            self._once(placed)
        for sku, stock in self.stock.items():
            assert self._own(sku) == stock, f"{sku}: the shop lost or won {self._own(sku) - stock}"
        self._reservations()
        self._listings()
        self._notices()
        assert self.leaks() == []

    def _once(self, placed: Placed) -> None:
        row, made = self.order(placed), self.made(placed)
        assert len(made) == (1 if row.relayed else 0), (placed.facts.id, row.state, row.reason, made)
        assert not row.unsettled, row
        if not made:
            assert row.reason is not None, row
            return
        (one,) = made
        assert row.shop_order is not None
        assert row.shop_order.id == one.shown.id
        if one.draft is not None:
            assert one.total == one.draft.total, (one.total, one.draft.total)
            assert one.total in [read.order.total for _, read in placed.versions]
        if placed.facts.cancellation is Cancellation.CANCELLED and one.ours and not one.shown.parcels:
            assert not one.stands, f"{placed.facts.id} is cancelled there and stands here"
        told = Counter((tuple(sorted(one.lines.items())), one.tracking) for _, one in placed.parcels)
        assert max(told.values(), default=1) <= max(
            Counter((tuple(sorted(p.lines.items())), p.tracking) for p in one.shown.parcels).values(), default=1
        ), f"told twice: {told}"

    def _reservations(self) -> None:
        for variant in self._variants():
            for name, held in self.world.stores.variants.reservations(variant.key).items():
                row = self.world.stores.orders.find(OrderKey.parse(name.rsplit("#", 1)[0]))
                assert row is not None, name
                assert holds_stock(row), (name, row)
                if row.state is ImportState.CREATED:
                    assert held.absorbed_from is not None, (name, held)
                    assert variant.observation.start >= held.absorbed_from, (name, held, variant.observation)

    def _listings(self) -> None:
        assert self.world.silent_rows() == []
        for account in self.world.stores.configuration.all(Account):
            for row in self.world.rows(account.id):
                self._shows_the_newest(row.key.account, row.key.sku, row.variant)

    def _shows_the_newest(self, account: AccountId, sku: Sku, key: VariantKey) -> None:
        variant = self.world.stores.variants.get_many([key])[key]
        if variant.absent:
            assert not self.shown(sku, account), f"{sku} is gone and shows {self.shown(sku, account)}"
            return
        want = max(0, self.shop.stock(sku) - self._awaited(key))
        assert self.shown(sku, account) == want, (sku, account, self.shown(sku, account), want, variant)

    def _notices(self) -> None:
        """A SKU is called oversold if and only if it is: counted from the shop's own number and the orders it lacks."""
        for variant in self._variants():
            sku = variant.facts.sku
            placed = self.market.book.placed.values()
            rows = [row for one in placed if (row := self.find(one)) is not None]
            open_orders = {
                row.key: row.facts.placed_at
                for row in rows
                if holds_stock(row)
                and row.facts.shipment is not Shipment.SHIPPED
                and any(match.variant == variant.key for match in row.matches.values())
            }
            told = {row.key for row in rows for one in row.notices if _names(one, sku)}
            left = 0 if variant.absent else self.shop.stock(sku) - self._awaited(variant.key)
            assert bool(told) == (left < 0 and bool(open_orders)), (sku, left, told, open_orders)
            assert told <= open_orders.keys(), f"{told - open_orders.keys()} are finished"
            older = [at for key, at in open_orders.items() if key not in told]
            assert all(at <= open_orders[key] for key in told for at in older), (sku, told, open_orders)

    def _awaited(self, key: VariantKey) -> int:
        """Units of orders that hold stock and are not in the shop, so that its number does not know them."""
        rows = [self.find(placed) for placed in self.market.book.placed.values()]
        return sum(
            line.quantity
            for row in rows
            if row is not None and not row.relayed and holds_stock(row)
            for line in row.facts.lines
            if line.id in row.matches and row.matches[line.id].variant == key
        )

    def _variants(self) -> list[Any]:
        return self.world.stores.variants.page(SHOP, None, 100_000)[0]


def _names(notice: Problem, sku: str) -> bool:
    return notice.code == "oversold" and sku in notice.params["sku"].split(", ")


def story(*, accounts: int = 1, account: dict[str, Any] | None = None, **limits: Any) -> Story:
    """A story with so many accounts, connected a moment ago and asked for the first time."""
    base = scripted_world(connect=False, **limits)
    told = Story(base.world, base.shop, base.market, base.fate)
    for number in range(1, accounts + 1):
        told.world.connect(name=str(number), account=account)
    told.world.asks_for_orders = True
    told.world.on_round.append(told.pump)
    told.asked()
    told.run(60)
    return told


def edit_account(told: Story, **changes: Any) -> None:
    """The seller turns one of the account's switches."""
    store = told.world.stores.configuration
    account = store.get(Account, ACCOUNT)
    store.save(account.model_copy(update=changes))


def buyer_of(told: Story, placed: Placed) -> object:
    """What we keep of the buyer, None once it is erased."""
    return told.world.stores.orders.buyers([told.key_of(placed)]).get(told.key_of(placed))


def home(s: Story, units: int = 1) -> tuple[Placed, ShopOrderId]:
    """An order that is in the shop, with its stock taken and absorbed."""
    placed = s.buy("A", units)
    s.run(90)
    assert s.order(placed).absorbed_from is not None
    return placed, s.the_one(placed).shown.id


def parcels_told(placed: Placed) -> list[tuple[dict[LineId, int], str]]:
    """What the marketplace was told: what is in each parcel, and its number."""
    return [(dict(parcel.lines), parcel.tracking) for _, parcel in placed.parcels]


def line_of(placed: Placed) -> LineId:
    return placed.facts.lines[0].id
