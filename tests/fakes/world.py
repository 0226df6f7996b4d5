"""The whole system in one process, as those around it see it: what a seller does, what a shop sends, what came of it."""

from __future__ import annotations

import base64
import importlib
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from listbridge.domain.configuration import Account, CreationProfile, Document, GuardLimits, Profile, SalesList, Shop
from listbridge.domain.ids import (
    AccountId,
    JobId,
    ListingKey,
    ProductId,
    ProfileId,
    SalesListId,
    ShopId,
    Site,
    Sku,
    VariantKey,
    new_id,
)
from listbridge.domain.jobs import Job, JobEntry, JobKind
from listbridge.domain.listings.holds import field_hold
from listbridge.domain.listings.ledger import due_fields
from listbridge.domain.listings.listing import LedgerField, Listing, Status
from listbridge.domain.listings.sales_list_items import Item
from listbridge.domain.ports import ShopAdapter
from listbridge.domain.work import Hint, HintKind, Lane, Message, PublishKind, PublishTask, ShopEvent
from listbridge.services.catalog.observe_shop import observe_products
from listbridge.services.catalog.recompute import Recompute
from tests.fakes.cuts import WorkerDied
from tests.fakes.machine import Context, Machine

SHOP, ACCOUNT, LIST, SITE = ShopId("shop_1"), AccountId("acc_1"), SalesListId("list_1"), Site("X_DE")
CREATION = ProfileId("creation_1")
NEVER_ASKS = GuardLimits(share=Decimal(1), count=1)
SECRET = "open sesame"


@dataclass(repr=False)  # of all that it holds it would be megabytes
class World(Machine):
    """A machine with a seller before it."""

    # ---- what a seller does ----

    def connect(
        self,
        *,
        platform: str = "scripted",
        marketplace: str = "scripted",
        currency: str = "EUR",
        shop: dict[str, Any] | None = None,
        account: dict[str, Any] | None = None,
        creation: dict[str, Any] | None = None,
        site: Site = SITE,
        name: str = "1",
    ) -> None:
        """A shop, an account, and a sales list with a creation profile; `name` "2" makes a second account and list.

        The guard asks nothing: worlds are small, and nearly every edit would wait. What is about the guard sets its limits.
        """
        save = self.stores.configuration.save
        if name == "1":
            save(Shop(id=SHOP, name="Shop", platform=platform, currency=currency, **(shop or {})))
            save(Profile(id=ProfileId("profile_1"), name="Rules"))
        account_id, creation_id = AccountId(f"acc_{name}"), ProfileId(f"creation_{name}")
        save(
            Account(
                id=account_id,
                name=f"Account {name}",
                marketplace=marketplace,
                shop=SHOP,
                sites=(site,),
                **{"guard": NEVER_ASKS, **(account or {})},
            )
        )
        save(CreationProfile(id=creation_id, name="New", marketplace=marketplace, site=site, settings=creation or {}))
        save(
            SalesList(
                id=SalesListId(f"list_{name}"),
                name="List",
                account=account_id,
                site=site,
                profile=ProfileId("profile_1"),
                creation_profile=creation_id,
            )
        )

    def add(self, *products: ProductId, sales_list: SalesListId = LIST) -> list[ListingKey]:
        """Put these products of the shop in the sales list, as items with listings that were never sent."""
        shop = self.stores.configuration.get(Shop, SHOP)
        the_list = self.stores.configuration.get(SalesList, sales_list)
        adapter: ShopAdapter = self.shops.open(shop)
        observed = observe_products(self.deps, shop, adapter, list(products))
        keys = []
        for product in products:
            for variant in observed.products[product].variants:
                key = ListingKey(the_list.account, the_list.site, variant.sku)
                home = VariantKey(SHOP, product, variant.variant)
                self.stores.listings.create(Listing(key=key, variant=home, sales_list=sales_list, title=variant.title))
                self.stores.items.put(Item(sales_list, home, variant.sku, variant.title, key))
                self.stores.variants.bind(home, key)
                keys.append(key)
        Recompute(self.deps).listings(keys)
        return keys

    def action(
        self, kind: PublishKind, *products: ProductId, sales_list: SalesListId = LIST, deliver: bool = True
    ) -> JobId:
        """Queue a publishing action for these products, with its job."""
        keys = [
            str(item.listing)
            for p in products
            for item in self.stores.items.of_product(SHOP, p)
            if item.sales_list == sales_list and item.listing
        ]
        job = JobId(new_id("job"))
        self.stores.jobs.create(
            Job(id=job, kind=JobKind(kind.value), account=ACCOUNT, created_at=self.now).with_params(
                sales_list=sales_list
            ),
            [JobEntry(item=k) for k in keys],
        )
        tasks: list[Message] = [PublishTask(action=kind, sales_list=sales_list, product=p, job=job) for p in products]
        self.stores.queues.send(Lane.PUBLISH, *tasks)
        if deliver:
            self.deliver_all()
        return job

    def sell(self, *products: ProductId, sales_list: SalesListId = LIST) -> list[ListingKey]:
        """Add and send, and let it become live."""
        keys = self.add(*products, sales_list=sales_list)
        self.action(PublishKind.SEND, *products, sales_list=sales_list)
        self.settle()
        for key in keys:
            assert self.row(key).status is Status.ACTIVE, (key, self.row(key).hold)
        return keys

    def edit(self, document: Document, **changes: Any) -> Document:
        """An edited copy of what is saved now."""
        saved = self.stores.configuration.get(type(document), document.id)
        return saved.model_copy(update=changes)

    # ---- what the shop sends ----

    def hint(self, *products: ProductId, delivery: str = "") -> None:
        """A change that was taken in: its message is in the queue."""
        hints = tuple(Hint(kind=HintKind.PRODUCT, id=product) for product in products)
        self.stores.queues.send(Lane.SHOP_EVENTS, ShopEvent(shop=SHOP, delivery=delivery, hints=hints))

    def webhook(
        self, body: bytes | str, headers: dict[str, str], *, shop: str = SHOP, encoded: bool = False, request: str = ""
    ) -> int:
        """One delivery through the real handler; the status it is answered with, 502 when the handler failed."""
        raw = body.encode() if isinstance(body, str) else body
        event = {
            "pathParameters": {"shop_id": shop},
            "headers": headers,
            "isBase64Encoded": encoded,
            "body": base64.b64encode(raw).decode() if encoded else raw.decode(),
            "requestContext": {"requestId": request},
        }
        handler = importlib.import_module("functions.webhook_ingest.app").handler
        try:
            answer = handler(event, Context(10_000))
        except WorkerDied:
            self.deaths += 1
            self.fate.revive()
            return 502
        return int(answer["statusCode"])

    # ---- what a test looks at ----

    def row(self, key: ListingKey) -> Listing:
        return self.stores.listings.get(key)

    def rows(self, account: AccountId = ACCOUNT) -> list[Listing]:
        return super().rows(account)

    def key(self, sku: str, account: AccountId = ACCOUNT, site: Site = SITE) -> ListingKey:
        return ListingKey(account, site, Sku(sku))

    def events(self, subject: object = None) -> list[str]:
        return [
            entry.event for entry in self.stores.activity.entries if subject is None or entry.subject == str(subject)
        ]

    def dead_letters(self) -> list[str]:
        return [body for lane in Lane for body in self.stores.queues.dead[lane]]

    def silent_rows(self) -> list[str]:
        """Listings with a value that the marketplace is not known to have, and no reason why: there are none
        (promises.md#p7)."""
        silent = []
        for account in self.stores.configuration.all(Account):
            for row in self.rows(account.id):
                for name, want, have in [
                    (LedgerField.QUANTITY, row.computed.quantity, row.accepted.quantity),
                    (LedgerField.PRICE, row.computed.price, row.accepted.price),
                ]:
                    if (
                        (want is None or want != have)
                        and field_hold(row, account, name) is None
                        and not due_fields(row)
                    ):
                        silent.append(f"{row.key} {name}: wants {want}, has {have}")
        return silent
