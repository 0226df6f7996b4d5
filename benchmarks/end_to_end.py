"""`e2e.webhook`: from a change in the shop to its acceptance by the marketplace, through the whole deployed system.

In turns with each change goes one through the floor chain, half a pace later.
"""

from __future__ import annotations

import json
import random
import statistics
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from benchmarks import outside, stage
from benchmarks.figures import Figure
from benchmarks.floor import chain
from listbridge import bootstrap
from listbridge.domain.catalog import Observation, Variant, VariantFacts, Visibility
from listbridge.domain.configuration import Shop
from listbridge.domain.ids import AccountId, ListingKey, LocationId, ProductId, Sku, VariantId, VariantKey
from listbridge.domain.listings import ledger
from listbridge.domain.listings.listing import BOTH, Cause, Computed, Listing, Values
from listbridge.domain.money import Money
from listbridge.services.catalog.nudge import nudge
from listbridge.services.deps import Deps
from localrun import template
from localrun.system import LocalSystem
from localrun.variables import of_all
from simulators.kit.stand_in import ControlClient, MarketplaceStandIn

ACCOUNTS = ("acc_one", "acc_two", "acc_backlog")
LISTINGS, BACKLOG = 1_000, 5_000
PER_SECOND, SECONDS, WARM_UP_S = 2, 60, 15
_STOCK, _PRICE, _NEW_PRICE = 10, "19.90", "20.90"
_ZERO_EVERY = 10
_LATEST_S = 60.0


@dataclass(frozen=True, slots=True)
class Change:
    """One change in the shop: which listing must show how much, and when it was made."""

    key: ListingKey
    quantity: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class FloorChange:
    """The same through the floor chain, which has one account."""

    sku: str
    quantity: int
    made_at: float


def measure() -> list[Figure]:
    """Deeds at a steady pace in the simulated shops; real deliveries; the ledger's and the marketplace's own stamps."""
    arguments = {outside.MARKETPLACE: outside.ARGUMENTS}
    with (
        LocalSystem(name="bench", pair=outside.PAIR, simulator_arguments=arguments) as system,
        chain.beside(system, shop_arguments=outside.SHOP_ARGUMENTS) as floor,
    ):
        declared = template.load(stage.ROOT / "template.yaml")
        variables = of_all(declared, endpoint_url=system.emulator.url)
        urls = {"PLATFORM_URLS": json.dumps(system.simulator_urls)}
        deps = stage.ports_over({**variables, **urls})
        shop, market = ControlClient(system.shop_url), outside.marketplace_door(system.marketplace_url)
        keys, skus = _seed(deps, system, shop, market), _seed_floor(floor)
        nudge(deps, AccountId(ACCOUNTS[-1]))
        chosen = random.Random(11).sample(keys, len(skus))
        changes, through_floor = _change(shop, chosen, floor, skus)
        changes, through_floor = (changes[WARM_UP_S * PER_SECOND :], through_floor[WARM_UP_S * PER_SECOND :])
        rows = _accepted(deps, changes)
        bare = _floor_seconds(floor, through_floor)
        figure = _figure(market, changes, rows, bare)
    bootstrap.use(None)
    return [figure]


def _seed_floor(floor: chain.Chain) -> list[str]:
    """As many products as there are changes; returns their SKUs."""
    theirs, count = floor.outside, (WARM_UP_S + SECONDS) * PER_SECOND
    theirs.shop.do("seed_products", count=count, stock=_STOCK, price=_PRICE)
    skus = [str(one["variants"][0]["sku"]) for one in theirs.shop.get("state", limit=count)["products"]]
    offers = outside.put_on_sale(theirs.market, chain.SELLER, skus, quantity=_STOCK, price=_PRICE)
    floor.put({sku: {"offer": offer} for sku, (offer, _) in offers.items()})
    theirs.subscribe(floor.door_url)
    return skus


def _seed(deps: Deps, system: LocalSystem, shop: ControlClient, market: MarketplaceStandIn) -> list[ListingKey]:
    """Rows straight into the deployed tables: publishing so many listings would take longer than the figure."""
    sellers = {account: market.add_seller(account) for account in ACCOUNTS}
    stage.connect(deps, ACCOUNTS, sellers=sellers, shop_credentials=outside.SHOP_CONNECTION["credentials"])
    shop.do("seed_products", count=LISTINGS, stock=_STOCK, price=_PRICE)
    deps.shops.open(deps.configuration.get(Shop, stage.SHOP)).ensure_webhooks(
        f"{system.public_url}/webhooks/{stage.SHOP}"
    )
    products = shop.get("state", limit=LISTINGS)["products"]
    keys: list[ListingKey] = []
    for number, account in enumerate(ACCOUNTS):
        mine = products[number :: len(ACCOUNTS)]
        skus = [str(product["variants"][0]["sku"]) for product in mine]
        offers = outside.put_on_sale(market, account, skus, quantity=_STOCK, price=_PRICE)
        with ThreadPoolExecutor(deps.workers) as pool:
            keys += pool.map(partial(_put_one, deps, account, offers=offers), mine)
    stage.compute(deps, keys)
    _seed_backlog(deps, market)
    return keys


def _put_one(deps: Deps, account: str, product: Mapping[str, Any], offers: Mapping[str, tuple[str, str]]) -> ListingKey:
    """The variant as a read of the shop gives it, and its listing as it was published."""
    told = product["variants"][0]
    price = Money(Decimal(told["price"]), stage.CURRENCY)
    stock = {LocationId(place): count for place, count in told["stock"].items()}
    facts = VariantFacts(VariantId(str(told["id"])), Sku(told["sku"]), "", price, stock=stock)
    key = VariantKey(stage.SHOP, ProductId(str(product["id"])), facts.variant)
    row = stage.live_listing(account, key, facts.sku, offers[facts.sku], Values(_STOCK, price, datetime.now(UTC)))
    return stage.put(deps, Variant(key, facts, Visibility.VISIBLE, Observation(1, 2, datetime.now(UTC))), row)


def _seed_backlog(deps: Deps, market: MarketplaceStandIn) -> None:
    """New prices for 5,000 more listings of one account, approved already: what an edit of its profile leaves behind."""
    account = ACCOUNTS[-1]
    skus = [f"B{number:05d}" for number in range(BACKLOG)]
    offers = outside.put_on_sale(market, account, skus, quantity=_STOCK, price=_PRICE)
    now = datetime.now(UTC)
    known = Values(_STOCK, Money(Decimal(_PRICE), stage.CURRENCY), now)
    wanted = Computed(
        quantity=_STOCK, price=Money(Decimal(_NEW_PRICE), stage.CURRENCY), cause=Cause.CONFIGURATION, at=now
    )

    def one(sku: str) -> None:
        variant = VariantKey(stage.SHOP, ProductId(f"p-{sku}"), VariantId(f"v-{sku}"))
        row = ledger.recomputed(stage.live_listing(account, variant, sku, offers[sku], known), wanted, BOTH, now)
        deps.listings.create(replace(row, guard_passed=True))

    with ThreadPoolExecutor(deps.workers) as pool:
        list(pool.map(one, skus))


def _change(
    shop: ControlClient, keys: Sequence[ListingKey], floor: chain.Chain, skus: Sequence[str]
) -> tuple[list[Change], list[FloorChange]]:
    """Sell some of each SKU, PER_SECOND a second, ours and the floor's in turns; every tenth is sold out."""
    ours: list[Change] = []
    bare: list[FloorChange] = []
    began = time.monotonic()
    for number, (key, sku) in enumerate(zip(keys, skus, strict=True)):
        time.sleep(max(0.0, began + number / PER_SECOND - time.monotonic()))
        quantity = 0 if number % _ZERO_EVERY == 0 else 1 + number % (_STOCK - 1)
        made_at = datetime.now(UTC)
        shop.do("set_stock", sku=key.sku, available=quantity)
        ours.append(Change(key, quantity, made_at))
        time.sleep(max(0.0, began + (number + 0.5) / PER_SECOND - time.monotonic()))
        moment = time.time()
        floor.outside.shop.do("set_stock", sku=sku, available=quantity)
        bare.append(FloorChange(sku, quantity, moment))
    return ours, bare


def _floor_seconds(floor: chain.Chain, changes: Sequence[FloorChange]) -> list[float]:
    """From each change to its acceptance, once all are accepted and shown."""
    skus = [change.sku for change in changes]
    accepted = floor.await_numbers(skus, "accepted_at", latest_s=_LATEST_S)
    shown = floor.outside.market.on_sale()
    if wrong := [one for one in changes if one.quantity and shown[one.sku]["quantity"] != one.quantity]:
        raise AssertionError(f"accepted, but not shown: {wrong[0]}")
    return [accepted[change.sku] - change.made_at for change in changes]


def _accepted(deps: Deps, changes: Sequence[Change]) -> dict[ListingKey, Listing]:
    """The ledger's rows, once each change is accepted."""
    ends = time.monotonic() + _LATEST_S
    while True:
        rows = deps.listings.get_many([change.key for change in changes])
        late = [change for change in changes if rows[change.key].accepted.quantity != change.quantity]
        if not late:
            return rows
        if time.monotonic() > ends:
            raise AssertionError(f"{len(late)} changes never arrived, such as {rows[late[0].key]}")
        time.sleep(1.0)


def _figure(
    market: MarketplaceStandIn, changes: Sequence[Change], rows: Mapping[ListingKey, Listing], bare: Sequence[float]
) -> Figure:
    shown = market.on_sale()
    wrong = [change for change in changes if change.quantity and shown[change.key.sku]["quantity"] != change.quantity]
    if wrong:
        raise AssertionError(f"accepted, but not shown: {wrong[0]}")
    until = {
        "computed": [_after(change, rows[change.key].computed.at) for change in changes],
        "sent": [_after(change, rows[change.key].sent.at) for change in changes],
        "accepted": [_after(change, rows[change.key].accepted.at) for change in changes],
    }
    took = {change.key: seconds for change, seconds in zip(changes, until["accepted"], strict=True)}
    p95_of = {
        account: _p95([seconds for key, seconds in took.items() if key.account == account]) for account in ACCOUNTS
    }
    zeros = [took[change.key] for change in changes if change.quantity == 0]
    sent = [row for sku, row in shown.items() if sku.startswith("B") and row["price"] == _NEW_PRICE]
    settings = {
        "webhooks": len(changes),
        "per_second": PER_SECOND,
        "listings": LISTINGS,
        "accounts": len(ACCOUNTS),
        "backlog": BACKLOG,
        "backlog_sent_meanwhile": len(sent),
        "latency_s": outside.LATENCY_S,
        "warm_up": f"every function invoked once, then {WARM_UP_S} s of the same load",
        "p50_until": {name: round(statistics.median(values), 2) for name, values in until.items()},
        "p95_until": {name: round(_p95(values), 2) for name, values in until.items()},
        "p95_of": {account: round(seconds, 2) for account, seconds in p95_of.items()},
        "worst": round(max(took.values()), 2),
        "worst_zero": round(max(zeros), 2),
        "floor": "the same hops, one read, one write",
        "floor_p50": round(statistics.median(bare), 2),
        "floor_worst": round(max(bare), 2),
    }
    return Figure("e2e.webhook", _p95(until["accepted"]), "s (p95)", "<=2.0", floor=_p95(bare), settings=settings)


def _after(change: Change, at: datetime | None) -> float:
    if at is None:
        raise AssertionError(f"no instant stands beside a value of {change.key}")
    return (at - change.made_at).total_seconds()


def _p95(seconds: Sequence[float]) -> float:
    return statistics.quantiles(seconds, n=20, method="inclusive")[-1]
