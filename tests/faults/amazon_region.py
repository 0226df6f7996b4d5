"""A shop and a seller in one region of Amazon, with the real adapters between; every exchange is held against the official models.

`AnyPair` tells what happens. Here stands what only Amazon has: submissions that are decided later, feeds, one stock for all
sites of a region, and the queue that Amazon sends to.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from functions.webhook_ingest.app import handler
from listbridge.domain.configuration import Account, CreationProfile, QuantityRule, Rules, SalesList
from listbridge.domain.ids import ListingKey, ProductId, ProfileId, RemoteId, SalesListId, Site, Sku
from listbridge.domain.listings.listing import Status, Values
from listbridge.domain.money import Money
from listbridge.domain.work import PublishKind
from listbridge.marketplaces.amazon.sites import site_of
from listbridge.services.catalog.recompute import Recompute
from simulators.amazon import AmazonSimulator, Limits
from simulators.amazon.limits import CallBudget
from simulators.amazon.subscribing import EVENT_BRIDGE, Destination, Subscription
from tests.contract.marketplaces.amazon_documents import AmazonDocuments
from tests.contract.official_documents import ContractBroken
from tests.fakes.machine import Context
from tests.fakes.world import ACCOUNT, LIST
from tests.faults.any_pair import AnyPair, any_pair

DE, FR = Site("AMAZON_DE"), Site("AMAZON_FR")
SECOND = SalesListId("list_2")
QUEUE = "arn:aws:sqs:eu-central-1:000000000000:listbridge-local-marketplace-events"
TEN = Decimal("10.00")
PATCH, PUT = "patchListingsItem", "putListingsItem"


@dataclass(repr=False)  # of all that it holds it would be megabytes
class Region:
    """The pair, and the simulator behind its marketplace."""

    p: AnyPair
    documents: AmazonDocuments = field(default_factory=AmazonDocuments.load)
    broken: list[str] = field(default_factory=list)
    """What of our exchanges the models do not allow. A worker would take a raised one for its own trouble."""

    def __post_init__(self) -> None:
        self.p.wire.on_answer.append(self._hold_against_the_models)

    def _hold_against_the_models(self, request: Any, response: Any) -> None:
        if "market.example" in str(request.url) and not self.p.market.unchecked:
            try:
                self.documents.check(request, response)
            except ContractBroken as broken:
                self.broken.append(str(broken))

    @property
    def amazon(self) -> AmazonSimulator:
        found = self.p.market.app()
        assert isinstance(found, AmazonSimulator)
        return found

    # ---- what happens ----

    def decides_after(self, seconds: float) -> None:
        """How long submissions from now on take to be decided."""
        self.amazon.deeds.set_decision_delay(seconds)

    def seed(self, count: int, *, stock: int = 20) -> list[ListingKey]:
        """So many SKUs `S0`, `S1` …, live and in step, without publishing each."""
        skus = [f"S{n}" for n in range(count)]
        seller = next(iter(self.amazon.world.sellers))
        made = self.amazon.deeds.seed_listings(seller, skus, quantity=stock)["listings"]
        keys = self.p.world.add(self.p.add_product(*skus, stock=stock))
        self._live(keys, made, stock)
        return keys

    def also_on(self, site: Site, product: ProductId, *, cap: int | None = None) -> list[ListingKey]:
        """The same product, published on another site of the region too, perhaps with never more than `cap`."""
        self._second_list(site, Rules() if cap is None else Rules(quantity=QuantityRule(mode="cap", value=cap)))
        return self.p.world.sell(product, sales_list=SECOND)

    def seeded_also_on(self, site: Site, keys: list[ListingKey], *, stock: int = 20) -> list[ListingKey]:
        """The same SKUs, live and in step on another site of the region too, without publishing each."""
        seller = next(iter(self.amazon.world.sellers))
        store = site_of(site).marketplace_id
        made = self.amazon.deeds.seed_listings(seller, [key.sku for key in keys], site=store, quantity=stock)
        self._second_list(site, Rules())
        products = dict.fromkeys(self.p.products[key.sku] for key in keys)
        there = self.p.world.add(*products, sales_list=SECOND)
        self._live(there, made["listings"], stock)
        return there

    def _second_list(self, site: Site, rules: Rules) -> None:
        save = self.p.world.stores.configuration.save
        creation = CreationProfile(
            id=ProfileId("creation_2"),
            name="There",
            marketplace="amazon",
            site=site,
            settings=self.p.market.creation(site).settings,
        )
        save(creation)
        save(
            SalesList(
                id=SECOND,
                name="There",
                account=ACCOUNT,
                site=site,
                profile=ProfileId("profile_1"),
                creation_profile=creation.id,
                rules=rules,
            )
        )

    def _live(self, keys: list[ListingKey], made: Mapping[str, str], stock: int) -> None:
        price = Money(TEN, "EUR")
        for key in keys:
            shown = Values(stock, price, self.p.world.now)
            offer, remote = RemoteId(key.sku), RemoteId(made[key.sku])
            self.p.world.stores.listings.change(
                key,
                lambda row, shown=shown, offer=offer, remote=remote: replace(
                    row, status=Status.ACTIVE, offer=offer, remote=remote, accepted=shown
                ),
            )
        Recompute(self.p.world.deps).listings(keys)

    def send(self, product: ProductId, *, deliver: bool = True, sales_list: SalesListId = LIST) -> list[ListingKey]:
        """Put it in the sales list and send it; nobody waits until it is live."""
        keys = self.p.world.add(product, sales_list=sales_list)
        self.p.world.action(PublishKind.SEND, product, sales_list=sales_list, deliver=deliver)
        return keys

    def listen(self) -> None:
        """Amazon sends to our queue from now on, as after connecting."""
        store = self.p.world.stores.configuration
        account = store.get(Account, ACCOUNT)
        [seller] = self.amazon.world.sellers.values()
        store.save(account.model_copy(update={"remote_name": seller.seller_id}))
        self.p.world.marketplaces.open(store.get(Account, ACCOUNT)).listen(QUEUE, "")
        self.take_in_what_is_told()

    def take_in_what_is_told(self) -> None:
        """What Amazon sends to our queue comes to our door."""
        self.amazon.world.notifications.queue.deliver_with(self._take_in)
        self.p.world.on_round.append(self._pump)

    def bridge(self) -> None:
        """As `listen`, and the seller has led Amazon's events about listings to our queue (docs/how-to/connect-amazon.md)."""
        self.listen()
        [seller], told = self.amazon.world.sellers.values(), self.amazon.world.notifications
        told.destinations["bridge"] = Destination("bridge", "ours", account_id="444455556666", region="eu-central-1")
        for kind in ("LISTINGS_ITEM_STATUS_CHANGE", "LISTINGS_ITEM_ISSUES_CHANGE", "LISTINGS_ITEM_MFN_QUANTITY_CHANGE"):
            version = EVENT_BRIDGE[kind][-1]
            told.subscriptions[kind] = Subscription(kind, seller.seller_id, kind, version, "bridge")

    def _pump(self) -> None:
        self.amazon.world.catch_up()
        self.amazon.world.notifications.queue.pump()

    def _take_in(self, arn: str, headers: dict[str, str], body: bytes) -> int:
        self.documents.check_notification(body)
        if arn != QUEUE:
            told = {"version": "0", "source": arn, "detail-type": "SPAPI", "detail": json.loads(body)}
            body = json.dumps(told).encode()
        record = {"messageId": "1", "receiptHandle": "r", "body": body.decode()}
        answer = handler({"Records": [record]}, Context(10_000))
        return 500 if answer["batchItemFailures"] else 200

    def rest(self) -> None:
        """The outside is well again, and what is under way comes to its end."""
        self.amazon.faults.clear()
        self.p.world.settle(hours=8)

    # ---- what is to be seen ----

    def calls(self) -> Counter[str]:
        """How often each operation was called."""
        return Counter(entry.operation for entry in self.amazon.world.journal)

    def quantities(self, sku: str) -> list[int]:
        """What was sent of a SKU's quantity, one by one and in feeds, oldest first."""
        rows = [row for row in self.amazon.world.listings.writes if row["sku"] == sku]
        return [quantity for row in rows for quantity in row["quantities"]]

    def shown(self, sku: str) -> tuple[int, Decimal] | None:
        return self.p.shown(sku)

    def stock(self, sku: str) -> int | None:
        """The region's quantity of a SKU, on sale or not."""
        [seller] = self.amazon.world.sellers.values()
        item = self.amazon.world.listings.item(seller, Sku(sku))
        return None if item is None else item.quantity

    def in_step(self) -> None:
        """Nothing is silent, nothing was given up, and every exchange was one that the models know."""
        assert self.broken == []
        assert (self.p.world.silent_rows(), self.p.world.dead_letters()) == ([], [])


def region(*sites: Site, limits: bool = False) -> Region:
    """The pair, connected on these sites (Germany alone where none is named), with nothing in it yet. With `limits` Amazon keeps
    its documented ones, and we our budgets."""
    made = any_pair("shopify", "amazon", sites=sites or (DE,), budgets=limits)
    made.market.unchecked = False
    found = Region(made)
    if limits:
        world = found.amazon.world
        world.limits = Limits.load()
        world.budget = CallBudget(world.limits, world.pace)
    return found
