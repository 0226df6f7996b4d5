"""A seller of the simulated Shopify on one marketplace: the words for what they do, and for what can be seen of it.

The same words on every marketplace: the admin API for what a seller does, deeds of the simulators for what happens outside.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, ClassVar

import pytest

from listbridge.domain.ids import AccountId, ListingKey, RemoteOrderId, Site, Sku
from listbridge.domain.work import Hint, HintKind, Lane, RelayOrder, ShopEvent
from listbridge.services.timers.reconcile import Timer, reconcile
from simulators.amazon.offers.live import live_listings
from simulators.etsy.offers.live import listings_shown
from simulators.faults import Fault
from tests.unit.functions.installation import SHOP_DOMAIN, SITE, Installation
from tests.unit.functions.seller import Seller
from tests.unit.remedies.amazon_installation import SITE as AMAZON_SITE
from tests.unit.remedies.amazon_installation import STORE, AmazonInstallation
from tests.unit.remedies.etsy_installation import SITE as ETSY_SITE
from tests.unit.remedies.etsy_installation import EtsyInstallation


@dataclass(frozen=True)
class Offered:
    """What buyers meet of one SKU."""

    quantity: int
    price: Decimal


class Merchant(Seller, ABC):
    """anna with a connected shop, an account whose guard asks nothing, and a sales list named Everything.

    `account` changes fields of her account, as `POST /v1/accounts` takes them.
    """

    slug: ClassVar[str]
    site: ClassVar[str]

    def __init__(self, installation: Installation, **account: Any) -> None:
        self.its = installation
        self.shop = installation.connect_shop()
        self.account = installation.connect_account(self.shop, **account)
        self.list = installation.make_list(self.account)

    @classmethod
    @abstractmethod
    def installed(cls) -> Installation:
        """A whole installation in memory, with the simulated marketplace before it."""

    @abstractmethod
    def offers(self) -> dict[str, Offered]:
        """What buyers can take now, by SKU."""

    @abstractmethod
    def hers(self) -> Any:
        """The simulator of her marketplace: `deeds`, `faults`, `world`."""

    # ---- what she does ----

    def in_list(self, *skus: str, stock: int = 7, price: str = "12.50", title: str = "Mug", to: str = "") -> str:
        """A new product of the shop, with one variant per SKU, put into her list and sent nowhere; its id."""
        product = self.its.add_product(*skus, stock=stock, price=price, title=title)
        self.its.add_items(to or self.list, product)
        return product

    def on_sale(self, *skus: str, stock: int = 7, price: str = "12.50", title: str = "Mug", to: str = "") -> str:
        """The same, and sent: live on the marketplace; its id."""
        product = self.in_list(*skus, stock=stock, price=price, title=title, to=to)
        self.act("send", [self.row(sku, to)["id"] for sku in skus], to=to)
        missing = set(skus) - self.offers().keys()
        assert not missing, f"not live: { {sku: self.row(sku, to)['listing']['reason'] for sku in missing} }"
        return product

    def act(self, action: str, items: Any = "all", *, to: str = "") -> Any:
        """An action on items of her list, approved when it asks, and done; the job as it ended."""
        return self.its.act(to or self.list, action, items)

    def other_list(self, name: str = "Second") -> str:
        creation = self.its.get("/creation-profiles")["creation_profiles"][0]["id"]
        body = {"name": name, "account": self.account, "site": self.site, "creation_profile": creation}
        return str(self.its.post("/sales-lists", body)["id"])

    def edit(self, path: str, **changes: Any) -> Any:
        """An edit of a document, approved when it asks, and done; the document as it is then."""
        answer = self.its.call("PATCH", f"/v1{path}", changes)
        assert answer.status in (200, 202), answer.text
        job = answer.body.get("job") if answer.status == 202 else None
        if job is not None and job["state"] == "awaiting_approval":
            self.its.post(f"/jobs/{job['id']}/approve", expect=200)
        self.its.run()
        return self.its.get(path)

    # ---- what happens in the shop ----

    def restock(self, sku: str, available: int | None) -> None:
        """The shop's stock moves, and the shop tells."""
        self.its.shopify.deeds.set_stock(sku=sku, available=available)
        self.tell(sku)

    def reprice(self, sku: str, price: str) -> None:
        """The shop's price moves, and the shop tells."""
        self.its.shopify.deeds.set_price(price, sku=sku)
        self.tell(sku)

    def tell(self, *skus: str) -> None:
        """The shop's deliveries about these products were taken in, and the lanes run dry."""
        products = {self.row(sku)["product"] for sku in skus}
        hints = tuple(Hint(kind=HintKind.PRODUCT, id=product) for product in sorted(products))
        self.its.stores.queues.send(Lane.SHOP_EVENTS, ShopEvent(shop=self.shop, hints=hints))
        self.its.run()

    # ---- what happens on the marketplace ----

    revise_operation: ClassVar[str]

    def refuse_updates(self) -> None:
        """Every update is refused from now on, for what is in it."""
        self.hers().faults.add(Fault(self.revise_operation, "status", status=400, times=10_000))

    def take_updates(self) -> None:
        self.hers().faults.clear()

    def locked_out(self) -> None:
        """She withdraws her consent there; no process of ours has a token left."""
        self.hers().deeds.revoke_token("anna")
        self.its.deps.marketplaces.opener.tokens._tokens.clear()  # type: ignore[attr-defined]

    def let_in_again(self) -> None:
        """She consents again, and connects the account again."""
        self.hers().deeds.restore_token("anna")
        answer = self.its.call("PUT", f"/v1/accounts/{self.account}/credentials", {"credentials": self.credentials()})
        assert answer.status == 200, answer.text
        self.its.run()

    @abstractmethod
    def credentials(self) -> dict[str, str]:
        """What opens her account."""

    @abstractmethod
    def ended_there(self, sku: str) -> None:
        """The listing ends on the marketplace, without us."""

    ship_operation: ClassVar[str]

    @abstractmethod
    def listed_by_hand(self, *skus: str, quantity: int = 5, price: str = "12.50") -> None:
        """She has listed these there before, without us."""

    @abstractmethod
    def bought(self, sku: str) -> str:
        """Somebody buys one; the order's id there. Nobody has told us yet."""

    def orders_read(self) -> list[Any]:
        """The account's orders are asked for, and what follows from them happens; its orders, the newest first."""
        self.its.post(f"/accounts/{self.account}/check", expect=200)
        for _ in range(6):
            self.its.stores.clock.advance(10)
            self.its.run()
        orders: list[Any] = self.its.get("/orders", account=self.account)["orders"]
        return orders

    def shipped_in_shop(self, order: Any) -> None:
        """Her shop ships an order with one parcel, and tells."""
        self.its.shopify.deeds.fulfill(order["shop_order"]["id"], tracking=[{"company": "DHL", "number": "JD0001"}])
        self.compared(order)

    def compared(self, order: Any) -> None:
        """The order is compared on both sides, and the lanes run dry."""
        message = RelayOrder(account=AccountId(self.account), order=RemoteOrderId(order["order"]))
        self.its.stores.queues.send(Lane.FULFILLMENTS, message)
        self.its.run()

    # ---- time, and what a worker that died leaves behind ----

    def timer(self, name: str) -> None:
        """A timer rings, and the lanes run dry."""
        reconcile(self.its.deps, Timer(name))
        self.its.run()

    def minutes(self, count: int) -> None:
        """So many minutes pass, with the timer of every minute."""
        for _ in range(count):
            self.its.stores.clock.advance(60)
            self.timer("due")

    def put(self, sku: str, **changes: Any) -> None:
        """The listing's row as something else has left it."""
        key = ListingKey(AccountId(self.account), Site(self.site), Sku(sku))
        row = self.its.stores.listings.get(key)
        self.its.stores.listings.save(replace(row, **changes))

    # ---- what can be seen ----

    def sold_out(self, sku: str) -> bool:
        """Nobody can buy it: it shows 0, rests, or has ended."""
        return sku not in self.offers() or self.offers()[sku].quantity == 0

    def explain(self, sku: str) -> Any:
        return self.its.get(f"/listings/{self.row(sku)['listing']['id']}/explain")

    def reason(self, sku: str) -> Any:
        """Why the listing is not updated now, or None: code, text, fix."""
        return self.explain(sku)["reason"]

    def writes(self) -> list[str]:
        """The operations that went to the marketplace to change something, so far."""
        return [one.operation for one in self.its.writes if one.host != SHOP_DOMAIN]

    def writes_of(self, happens: Callable[[], Any]) -> list[str]:
        """Those that went while this happened."""
        before = len(self.writes())
        happens()
        return self.writes()[before:]


class EbayMerchant(Merchant):
    """anna on eBay.de."""

    slug, site = "ebay", SITE
    revise_operation = "bulkUpdatePriceQuantity"
    ship_operation = "createShippingFulfillment"

    @classmethod
    def installed(cls) -> Installation:
        return Installation()

    def hers(self) -> Any:
        return self.its.ebay

    def credentials(self) -> dict[str, str]:
        return self.its.ebay_credentials()

    def listed_by_hand(self, *skus: str, quantity: int = 5, price: str = "12.50") -> None:
        deeds = self.its.ebay.deeds
        deeds.seed_listings("anna", skus=list(skus), marketplace=SITE, quantity=quantity, price=price)

    def bought(self, sku: str) -> str:
        return str(self.its.ebay.deeds.buy(sku, seller="anna", marketplace=SITE)["orderId"])

    def ended_there(self, sku: str) -> None:
        self.its.ebay.deeds.end_listing(self.row(sku)["listing"]["remote"])

    def offers(self) -> dict[str, Offered]:
        owner = self.its.ebay.world.sellers["anna"]
        live = [
            one for one in owner.offers.values() if one.listing_id in {row.listing_id for row in owner.live_listings()}
        ]
        return {
            one.sku: Offered(one.data["availableQuantity"], Decimal(one.data["pricingSummary"]["price"]["value"]))
            for one in live
        }


class AmazonMerchant(Merchant):
    """anna on Amazon.de."""

    slug, site = "amazon", AMAZON_SITE
    revise_operation = "patchListingsItem"
    ship_operation = "confirmShipment"
    its: AmazonInstallation

    @classmethod
    def installed(cls) -> Installation:
        return AmazonInstallation()

    def hers(self) -> Any:
        return self.its.amazon

    def credentials(self) -> dict[str, str]:
        return self.its.amazon_credentials()

    def listed_by_hand(self, *skus: str, quantity: int = 5, price: str = "12.50") -> None:
        deeds = self.its.amazon.deeds
        deeds.seed_listings("anna", list(skus), site=STORE, quantity=quantity, price=price)

    def bought(self, sku: str) -> str:
        return str(self.its.amazon.deeds.buy(sku, seller="anna")["orderId"])

    def ended_there(self, sku: str) -> None:
        self.its.amazon.deeds.delete_item(sku, seller="anna")

    def offers(self) -> dict[str, Offered]:
        world = self.its.amazon.world
        while world.listings.pending:
            self.its.stores.clock.advance(1)
            world.catch_up()
        with world.lock:
            return _by_sku(live_listings(world, world.seller("anna"), ""))


class EtsyMerchant(Merchant):
    """anna on Etsy."""

    slug, site = "etsy", ETSY_SITE
    revise_operation = "updateListingInventory"
    ship_operation = "createReceiptShipment"
    its: EtsyInstallation

    @classmethod
    def installed(cls) -> Installation:
        return EtsyInstallation()

    def hers(self) -> Any:
        return self.its.etsy

    def credentials(self) -> dict[str, str]:
        return self.its.etsy_credentials()

    def listed_by_hand(self, *skus: str, quantity: int = 5, price: str = "12.50") -> None:
        self.its.etsy.deeds.seed_listings("anna", list(skus), quantity=quantity, price=price)

    def bought(self, sku: str) -> str:
        abroad = {"name": "Ada Buyer", "first_line": "9 Secret Lane", "country_iso": "GB"}
        return str(self.its.etsy.deeds.buy(sku, seller="anna", buyer=abroad)["receiptId"])

    def ended_there(self, sku: str) -> None:
        """Its four months are over, and it does not renew itself."""
        self.its.etsy.deeds.set_listing_state(int(self.row(sku)["listing"]["remote"]), "expired")

    def offers(self) -> dict[str, Offered]:
        world = self.its.etsy.world
        with world.lock:
            world.catch_up()
            return _by_sku(listings_shown(world, world.sellers["anna"]))


def _by_sku(rows: Iterable[dict[str, Any]]) -> dict[str, Offered]:
    return {
        one["sku"]: Offered(one["quantity"], Decimal(one["price"]))
        for row in rows
        if row["live"]
        for one in row["variations"]
        if one["offered"]
    }


def only(*slugs: str) -> pytest.MarkDecorator:
    """Keeps a test to the marketplaces that it concerns."""
    return pytest.mark.parametrize("merchant_with", slugs, indirect=True)


MERCHANTS: dict[str, type[Merchant]] = {one.slug: one for one in (EbayMerchant, AmazonMerchant, EtsyMerchant)}
