"""What an order holds of the shop's stock, whether the shop counts it already, and where people look at it
(promises.md#p10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from listbridge.domain.activity import ActivityEntry
from listbridge.domain.catalog import Variant
from listbridge.domain.configuration import Account, Shop
from listbridge.domain.ids import LineId, ListingKey, OrderKey, ShopId, VariantKey
from listbridge.domain.listings.listing import Listing
from listbridge.domain.orders.orders import Buyer, Order
from listbridge.domain.orders.reserving import bought_from
from listbridge.domain.ports import MarketplaceAdapter, Missing, ShopAdapter
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import RemoteError
from listbridge.services.deps import DeskDeps
from listbridge.services.orders.order_rows import order_of


@dataclass(frozen=True, slots=True)
class HeldStock:
    """Units of one variant that an order's line holds. `absorbed`: the shop's own number counts them by now."""

    order: OrderKey
    line: LineId
    variant: Variant
    quantity: int
    absorbed: bool

    @property
    def story(self) -> Problem:
        """The same in words: a code with a text."""
        params = {"quantity": str(self.quantity), "sku": self.variant.facts.sku}
        return Problem("held_in_shop" if self.absorbed else "held_back", params)


def held_on(deps: DeskDeps, variant: Variant) -> list[HeldStock]:
    """What orders hold of a variant, those that the shop counts already among them."""
    found = []
    for name, held in sorted(deps.variants.reservations(variant.key).items()):
        order, line = name.rsplit("#", 1)
        absorbed = held.absorbed_from is not None and variant.observation.start >= held.absorbed_from
        found.append(HeldStock(OrderKey.parse(order), LineId(line), variant, held.quantity, absorbed))
    return found


@dataclass(frozen=True, slots=True)
class OrderStory:
    """All there is to say about an order. `buyer` is None when they are unknown, or no longer known."""

    order: Order
    account: Account
    buyer: Buyer | None
    variants: Mapping[VariantKey, Variant]
    """The variants that the lines are matched to, as far as we know them."""
    listings: Mapping[ListingKey, Listing]
    """Our listings of the SKUs that were bought."""
    held: Sequence[HeldStock]
    log: Sequence[ActivityEntry]
    """What happened to it, the newest first."""


def explain_order(deps: DeskDeps, key: OrderKey, *, with_buyer: bool, log: int) -> OrderStory:
    """Tell all about one order, with its newest `log` events; buyers' data are read only when asked. Raises Missing."""
    order = order_of(deps, key)
    account = deps.configuration.get(Account, key.account)
    variants = deps.variants.get_many(
        {match.variant for match in order.matches.values()} | {variant for _, variant in order.reserved}
    )
    held = [one for variant in variants.values() for one in held_on(deps, variant) if one.order == key]
    places = {line.id: place for place, line in enumerate(order.facts.lines)}
    return OrderStory(
        order=order,
        account=account,
        buyer=deps.orders.buyers([key]).get(key) if with_buyer else None,
        variants=variants,
        listings=deps.listings.get_many({bought_from(order, line) for line in order.facts.lines}),
        held=sorted(held, key=lambda one: (places.get(one.line, len(places)), one.line)),
        log=deps.activity.of_subject(str(key), log)[0],
    )


@dataclass(slots=True)
class OrderPages:
    """Where people see an order. Nobody outside is asked; what cannot be opened now, for want of credentials, has no address."""

    deps: DeskDeps
    _shops: dict[ShopId, ShopAdapter | None] = field(default_factory=dict)
    _marketplaces: dict[str, MarketplaceAdapter | None] = field(default_factory=dict)

    def in_shop(self, order: Order) -> str:
        """The shop order's page, empty without one."""
        if order.shop_order is None:
            return ""
        if order.shop not in self._shops:
            self._shops[order.shop] = self._open_shop(order.shop)
        adapter = self._shops[order.shop]
        return adapter.order_url(order.shop_order.id) if adapter is not None else ""

    def on_marketplace(self, order: Order, account: Account) -> str:
        """The marketplace order's page, empty where none is known."""
        if account.id not in self._marketplaces:
            self._marketplaces[account.id] = self._open_marketplace(account)
        adapter = self._marketplaces[account.id]
        return adapter.order_url(order.key.remote) if adapter is not None else ""

    def _open_shop(self, shop: ShopId) -> ShopAdapter | None:
        try:
            return self.deps.shops.open(self.deps.configuration.get(Shop, shop))
        except (Missing, RemoteError):
            return None

    def _open_marketplace(self, account: Account) -> MarketplaceAdapter | None:
        try:
            return self.deps.marketplaces.open(account)
        except (Missing, RemoteError):
            return None
