"""Our stores between a shop and a marketplace in memory: what the services of orders need, and nothing of AWS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from listbridge.domain.configuration import Account, Profile, SalesList, Shop
from listbridge.domain.ids import (
    LineId,
    ListingKey,
    OrderKey,
    ProductId,
    ProfileId,
    RemoteId,
    RemoteOrderId,
    SalesListId,
    Sku,
)
from listbridge.domain.listings import ledger
from listbridge.domain.listings.listing import Listing, Status, Values
from listbridge.domain.orders.orders import Buyer, Order, OrderRead, RemoteLine, RemoteOrder
from listbridge.domain.orders.polling import PollState
from listbridge.domain.orders.shop_orders import OrderMark, Parcel
from listbridge.domain.ports import OrderTraits
from listbridge.domain.work import AnyMessage, ImportOrder, Lane, RelayOrder
from listbridge.services.catalog.observe_shop import observe_products
from listbridge.services.catalog.recompute import Recompute
from listbridge.services.deps import Deps, TimeLimits
from listbridge.services.orders.arrive.take_in_order import take_in_order
from listbridge.services.orders.import_order import import_order
from listbridge.services.orders.order_rows import rules_of
from listbridge.services.orders.relay.relay_order import relay_order
from tests.fakes.mishaps import Mishaps
from tests.fakes.remote_orders import ACCOUNT, CONNECTED, SHOP, SITE, euros, remote_order, variant_key
from tests.fakes.scripted_market import ScriptedMarket
from tests.fakes.scripted_orders import Placed
from tests.fakes.scripted_shop import ScriptedShop
from tests.fakes.scripted_shop_orders import Made
from tests.fakes.stores import Stores

LIST = SalesListId("list_1")
ORDER_TRAITS = OrderTraits(
    overlap_s=120.0, look_back_s=3600.0, calls_per_day=1e9, settle_s=20.0, unpaid_expires_s=8 * 86_400.0
)


@dataclass(repr=False)  # of all that it holds it would be megabytes
class OrderWorld:
    """One shop and one account that was connected a day ago. Call what is tested; nothing else moves."""

    stores: Stores = field(default_factory=Stores)
    limits: TimeLimits = field(default_factory=TimeLimits)
    polled: bool = True
    shop: ScriptedShop = field(init=False)
    market: ScriptedMarket = field(init=False)
    here: Mishaps = field(default_factory=Mishaps)
    """What goes wrong with calls to the shop."""
    there: Mishaps = field(default_factory=Mishaps)
    """What goes wrong with calls to the marketplace."""
    deps: Deps = field(init=False)

    def __post_init__(self) -> None:
        s = self.stores
        self.shop = ScriptedShop(self.here.on_call, clock=s.clock, read_lag_s=2.0)
        self.market = ScriptedMarket(s.clock, before_call=self.there.on_call, latency_s=0, order_traits=ORDER_TRAITS)
        self.deps = s.deps(self.shop, self.market, self.limits)
        save = s.configuration.save
        save(Shop(id=SHOP, name="Shop", platform="scripted", currency="EUR"))
        save(Account(id=ACCOUNT, name="Account", marketplace="scripted", shop=SHOP, sites=(SITE,)))
        save(Profile(id=ProfileId("profile_1"), name="Rules"))
        save(SalesList(id=LIST, name="List", account=ACCOUNT, site=SITE, profile=ProfileId("profile_1")))
        if self.polled:
            s.polls.create(PollState(account=ACCOUNT, since=CONNECTED, next_poll_at=s.clock.now()))

    # ---- what stands around the orders ----

    @property
    def now(self) -> datetime:
        return self.stores.clock.now()

    @property
    def account(self) -> Account:
        return self.stores.configuration.get(Account, ACCOUNT)

    def later(self, **span: float) -> None:
        self.stores.clock.advance(timedelta(**span).total_seconds())

    def set_account(self, **changes: Any) -> Account:
        return self.stores.configuration.save(self.account.model_copy(update=changes))

    def set_shop(self, **changes: Any) -> Shop:
        shop = self.stores.configuration.get(Shop, SHOP)
        return self.stores.configuration.save(shop.model_copy(update=changes))

    def stock_up(self, *skus: str, stock: int = 5) -> None:
        """The shop has a product for each SKU, and we have read them."""
        self.observe(*(self.shop.put(f"p-{sku}", sku, stock=stock).product for sku in skus))

    def observe(self, *products: str) -> None:
        """We read these products of the shop."""
        shop = self.stores.configuration.get(Shop, SHOP)
        observe_products(self.deps, shop, self.shop, [ProductId(product) for product in products])

    def list_up(self, *skus: str, account: str = ACCOUNT) -> list[ListingKey]:
        """Live listings of these SKUs that show what the shop has."""
        keys = []
        for sku in skus:
            key = ListingKey(self.account.id if account == ACCOUNT else account, SITE, Sku(sku))  # type: ignore[arg-type]
            self.stores.listings.create(
                Listing(key, variant_key(sku), LIST, status=Status.ACTIVE, remote=RemoteId(f"r-{sku}"))
            )
            self.stores.variants.bind(variant_key(sku), key)
            Recompute(self.deps).listings([key])
            row = self.stores.listings.get(key)
            values = Values(row.computed.quantity, row.computed.price, self.now)
            self.stores.listings.save(ledger.refreshed(replace(row, sent=values, accepted=values), self.now))
            keys.append(key)
        return keys

    # ---- orders ----

    def sell(self, *lines: RemoteLine, id: str = "12-1", buyer: Buyer | None = None, **facts: Any) -> OrderKey:
        """Somebody buys on the marketplace; we do not know of it yet."""
        placed = {"placed_at": self.now, "changed_at": self.now, **facts}
        self.market.book.put(ACCOUNT, remote_order(*lines, id=id, **placed), buyer)
        return OrderKey(ACCOUNT, RemoteOrderId(id))

    def take_in(self, id: str = "12-1") -> Order:
        """We read the order as it is on the marketplace now."""
        read = self.read(id)
        return take_in_order(self.deps, self.account, rules_of(self.deps, self.account), read)

    def read(self, id: str = "12-1") -> OrderRead:
        return self.placed(id).read

    def placed(self, id: str = "12-1") -> Placed:
        """The order as the marketplace has it."""
        return self.market.book.placed[OrderKey(ACCOUNT, RemoteOrderId(id))]

    def change(self, id: str = "12-1", **facts: Any) -> RemoteOrder:
        """The order changes there now."""
        self.market.book.change(self.placed(id), **facts)
        return self.placed(id).facts

    def do_import(self, id: str = "12-1", *, due: bool = False) -> Order:
        """One message for the order, and its row afterwards."""
        import_order(self.deps, ImportOrder(account=ACCOUNT, order=RemoteOrderId(id), due=due))
        return self.row(id)

    def do_relay(self, id: str = "12-1") -> Order:
        relay_order(self.deps, RelayOrder(account=ACCOUNT, order=RemoteOrderId(id)))
        return self.row(id)

    def in_shop(self, *lines: RemoteLine, id: str = "12-1", **facts: Any) -> Order:
        """An order that was taken in, created, and whose stock the shop is known to count."""
        self.sell(*lines, id=id, **facts)
        self.take_in(id)
        self.do_import(id)
        self.later(seconds=self.shop.read_lag_s)
        row = self.do_import(id)
        assert row.absorbed_from is not None
        return row

    # ---- what the seller and other tools do ----

    def send(self, tracking: str, *, id: str = "f1", **units: int) -> Parcel:
        """The seller ships a parcel with so many units of these SKUs' lines, without any with all that is left."""
        order = self.shop_order.shown.id
        return self.shop.book.fulfil(order, _lines(units), tracking=tracking, carrier="DHL", id=id)

    def refund(self, amount: str, *, id: str = "", **units: int) -> None:
        """The seller refunds, and removes so many units of these SKUs' lines from the order."""
        self.shop.book.refund(self.shop_order.shown.id, euros(amount), _lines(units), id=id)

    def made_elsewhere(self, id: str = "12-1") -> Made:
        """Another tool, or a person, makes an order of the shop for this one."""
        return self.shop.book.made_elsewhere(OrderMark("scripted", RemoteOrderId(id)).value, {})

    # ---- what a test looks at ----

    @property
    def shop_orders(self) -> list[Made]:
        """Every order that the shop has, no matter who made it."""
        return list(self.shop.book.made.values())

    @property
    def shop_order(self) -> Made:
        """The one order that the shop has."""
        (made,) = self.shop_orders
        return made

    def row(self, id: str = "12-1") -> Order:
        row = self.stores.orders.find(OrderKey(ACCOUNT, RemoteOrderId(id)))
        assert row is not None
        return row

    def reserved(self, sku: str = "MUG") -> dict[str, tuple[int, int | None]]:
        """What stands on a variant: units and the number from which on the shop counts them, by order and line."""
        prefix = f"{ACCOUNT}#"
        return {
            name.removeprefix(prefix): (one.quantity, one.absorbed_from)
            for name, one in sorted(self.stores.variants.reservations(variant_key(sku)).items())
        }

    def queued(self, lane: Lane) -> list[tuple[AnyMessage, float]]:
        """What waits in a lane, with the seconds until it can be received; the lane is empty afterwards."""
        taken = self.stores.queues.empty(lane)
        return [(message, (visible_at - self.now).total_seconds()) for message, visible_at in taken]

    def events(self, id: str = "12-1") -> list[str]:
        subject = str(OrderKey(ACCOUNT, RemoteOrderId(id)))
        return [entry.event for entry in self.stores.activity.entries if entry.subject == subject]

    def notices(self, id: str = "12-1") -> list[str]:
        return [notice.code for notice in self.row(id).notices]


def _lines(units: Mapping[str, int]) -> dict[LineId, int]:
    return {line_id(sku): count for sku, count in units.items()}


def line_id(sku: str = "MUG") -> LineId:
    return LineId(f"line-{sku}")


def taken_in(world: OrderWorld, **facts: object) -> Order:
    """An order that was sold and taken in, with nothing left in its lane."""
    world.sell(**facts)  # type: ignore[arg-type]
    order = world.take_in()
    world.queued(Lane.ORDERS)
    return order


def imports(world: OrderWorld) -> list[float]:
    """In how many seconds the order is looked at again, once for each message."""
    return [wait for message, wait in world.queued(Lane.ORDERS) if isinstance(message, ImportOrder)]
