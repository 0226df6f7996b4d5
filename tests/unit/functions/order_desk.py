"""A seller whose orders are imported: buyers on the simulated marketplace, the shop's webhooks, and time that
passes."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from functions.import_orders import app as import_orders
from functions.webhook_ingest import app as webhook_ingest
from listbridge import bootstrap
from listbridge.domain.work import Lane
from listbridge.webhook_doors import CachedDoors
from simulators.shopify.orders import payloads as order_payloads
from tests.unit.functions.installation import SITE, Installation
from tests.unit.functions.seller import Seller


class Context:
    """Lambda's, with a minute left."""

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


class OrderDesk:
    """A connected seller with a mug on sale, 5 in stock, and the words for what happens to their orders."""

    def __init__(self, installation: Installation) -> None:
        self.its = installation
        self._hear_the_shop()
        self.seller = Seller(installation)
        self.shop, self.account = self.seller.shop, self.seller.account
        self.product = self.put_on_sale("MUG", stock=5)

    def _hear_the_shop(self) -> None:
        stores = self.its.stores
        doors = CachedDoors(stores.configuration, stores.secrets, stores.clock)
        ingest = bootstrap.WebhookIngest(doors, stores.inbox, stores.queues, stores.clock, 2_097_152)
        bootstrap.use(self.its.deps, ingest)

        def deliver(url: str, headers: dict[str, str], body: bytes) -> int:
            shop = urlsplit(url).path.rsplit("/", 1)[-1]
            event = {"body": body.decode(), "headers": headers, "pathParameters": {"shop_id": shop}}
            return int(webhook_ingest.handler(event, object())["statusCode"])

        self.its.shopify.deliveries.deliver_with(deliver)

    # ---- what people do ----

    def put_on_sale(self, *skus: str, stock: int = 5) -> str:
        """A product of the shop, live on the marketplace; its id."""
        product = self.its.add_product(*skus, stock=stock)
        self.its.add_items(self.seller.list, product)
        self.its.act(self.seller.list, "send")
        return product

    def buy(self, sku: str = "MUG", quantity: int = 1, **more: Any) -> str:
        """Somebody buys; the order's id on the marketplace."""
        told = self.its.ebay.deeds.buy(sku, quantity=quantity, seller="anna", marketplace=SITE, **more)
        return str(told["orderId"])

    def switch(self, **switches: bool) -> None:
        """Edit the account; such an edit is done when it is answered."""
        job = self.its.patch(f"/accounts/{self.account}", switches)["job"]
        assert job["state"] == "done"

    def look(self, seconds: float = 10) -> None:
        """Have the account's orders asked for, and let so much time pass."""
        self.its.post(f"/accounts/{self.account}/check", expect=200)
        self.wait(seconds)

    def wait(self, seconds: float) -> None:
        """Let time pass: lanes, webhooks, and the schedule's minute."""
        stores = self.its.stores
        end = stores.clock.now() + timedelta(seconds=seconds)
        next_tick = stores.clock.now() + timedelta(seconds=60)
        for _ in range(5000):
            self.its.shopify.deliveries.pump()
            if self.its.step():
                continue
            now = stores.clock.now()
            if now >= next_tick:
                import_orders.handler({"tick": "accounts"}, Context())
                next_tick = now + timedelta(seconds=60)
                continue
            if now >= end:
                return
            times = [at for lane in Lane if (at := stores.queues.next_visible(lane)) is not None]
            stores.clock.advance((min([*times, next_tick, end]) - now).total_seconds())
        raise AssertionError("time did not pass")

    # ---- what the API says ----

    def orders(self, **query: str) -> list[Any]:
        rows: list[Any] = self.its.get("/orders", **query)["orders"]
        return rows

    def order(self, remote: str) -> Any:
        """The order's details."""
        (row,) = self.orders(search=remote)
        return self.its.get(f"/orders/{row['id']}")

    def state(self, remote: str) -> tuple[str, str]:
        """Where the order is, and the code of the reason why it is not in the shop."""
        row = self.order(remote)
        return row["state"], (row["reason"] or {}).get("code", "")

    def export(self, remote: str, *, groups: str = "operator") -> Any:
        """Export, by an operator."""
        return self.its.call("POST", f"/v1/orders/{self.order(remote)['id']}/export", groups=groups)

    # ---- what stands outside ----

    def shop_orders(self, remote: str) -> list[dict[str, Any]]:
        """The shop's orders for this order of the marketplace, as the shop shows them."""
        world = self.its.shopify.world
        shown = [order_payloads.order_payload(world.shop, one) for one in world.live.orders.values()]
        return [one for one in shown if one["source_identifier"] == remote]

    def shop_order(self, remote: str) -> dict[str, Any]:
        """The one and only."""
        (found,) = self.shop_orders(remote)
        return found

    def total(self, remote: str) -> Decimal:
        """What the buyer pays, as the marketplace has it."""
        order = self.its.ebay.world.sellers["anna"].orders[remote]
        return Decimal(order.data["pricingSummary"]["total"]["value"])

    def stock(self, sku: str = "MUG") -> int:
        live = self.its.shopify.world.live
        return sum(int(live.quantity(row)) for row in live.variants.values() if row.sku == sku)

    def shown(self, sku: str = "MUG") -> int:
        """What buyers see of it on the marketplace."""
        owner = self.its.ebay.world.sellers["anna"]
        (offer,) = [one for one in owner.offers.values() if one.sku == sku and one.listing_id is not None]
        return owner.shown_quantity(offer)

    def parcels(self, remote: str) -> list[tuple[str, str]]:
        """Carrier and number of each parcel that the marketplace was told about."""
        told = self.its.ebay.world.sellers["anna"].orders[remote].fulfillments
        return [(one["shippingCarrierCode"], one["shipmentTrackingNumber"]) for one in told]
