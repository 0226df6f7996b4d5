"""Orders of an installation in process: what a buyer does, and where their order is found afterwards."""

from __future__ import annotations

from typing import Any

from functions.import_orders.app import handler as import_orders
from listbridge.domain.catalog import Reservation
from listbridge.domain.configuration import Deployment
from listbridge.domain.ids import OrderKey, ProductId, RemoteOrderId, ShopId
from listbridge.domain.orders.orders import Buyer, Order
from listbridge.domain.ports import Missing
from listbridge.domain.work import ImportOrder, Lane, RelayOrder
from listbridge.infra import aws, settings
from simulators.shopify.orders import payloads as order_payloads
from tests.integration.installation import SELLER, SITE, Installation
from tests.integration.lanes import Invocation

READ_LAG_S = 3
"""Longer than the shop's reads can lag."""


class OrderDesk:
    """Looks at the tables, and at both simulators, for the orders of anna's account."""

    def __init__(self, its: Installation) -> None:
        self._its = its

    # ---- what happens ----

    def buy(self, sku: str, quantity: int = 1, **more: Any) -> str:
        """A buyer buys; the order's id on the marketplace."""
        more = {"seller": SELLER, "marketplace": SITE, **more}
        return str(self._its.ebay.deeds.buy(sku, quantity=quantity, **more)["orderId"])

    def look(self) -> None:
        """A person asks for the account's orders; the poll is then queued."""
        self._its.ask("POST", f"/accounts/{self._its.account}/check")

    def poll(self) -> None:
        """The account's time has come, and the schedule's minute; all that follows from it now."""
        self._its.deps.polls.make_due(self._its.account_id, self._its.deps.clock.now())
        assert self.tick() >= 1
        self._its.lanes.run()

    def tick(self) -> int:
        """The schedule's minute; how many messages it queued."""
        return int(import_orders({"tick": "accounts"}, Invocation())["queued"])

    def imported(self, sku: str, quantity: int = 1, **more: Any) -> str:
        """A buyer buys, and the lanes do all they can now; the shop order stands, and is not absorbed yet."""
        remote = self.buy(sku, quantity, **more)
        self.look()
        self._its.lanes.run()
        self._its.shopify.deliveries.drop()
        assert self.state(remote) == "created", self.row(remote)
        return remote

    def absorbed(self, sku: str, quantity: int = 1, **more: Any) -> str:
        """As `imported`, until the shop's own number counts the order."""
        remote = self.imported(sku, quantity, **more)
        self.absorb(remote)
        return remote

    def absorb(self, remote: str) -> None:
        """The order's message that was put off until the shop's reads are certain to know of the shop order."""
        self._its.pass_time(READ_LAG_S)
        self._its.lanes.send(Lane.ORDERS, self.import_message(remote))
        self._its.lanes.run()
        assert self.row(remote).absorbed_from is not None

    def second_seller(self, name: str) -> str:
        """Another account at the same shop, with a sales list of its own; the list's id."""
        told = self._its.ebay.deeds.add_seller(name, marketplaces=[SITE])
        credentials = {**self._its.ebay_credentials(), "refresh_token": told["refreshToken"]}
        account = self._its.ask(
            "POST",
            "/accounts",
            expect=201,
            body={
                "name": name,
                "marketplace": "ebay",
                "shop": self._its.shop,
                "sites": [SITE],
                "credentials": credentials,
            },
        )["id"]
        policies = told["policies"][SITE]
        creation = self._its.ask(
            "POST",
            "/creation-profiles",
            expect=201,
            body={
                "name": name,
                "marketplace": "ebay",
                "site": SITE,
                "settings": {
                    "category_id": "45220",
                    "merchant_location_key": "main",
                    "brand": "Unbranded",
                    "fulfillment_policy_id": policies["fulfillmentPolicyId"],
                    "payment_policy_id": policies["paymentPolicyId"],
                    "return_policy_id": policies["returnPolicyId"],
                },
            },
        )
        return str(
            self._its.ask(
                "POST",
                "/sales-lists",
                expect=201,
                body={"name": name, "account": account, "site": SITE, "creation_profile": creation["id"]},
            )["id"]
        )

    def put_on_sale(self, sales_list: str, product: str) -> None:
        """Send a product from a list that is not the installation's own."""
        added = self._its.ask("POST", f"/sales-lists/{sales_list}/items", {"products": [product]}, expect=202)["job"]
        assert self._its.ended(added)["state"] == "done"
        action = {"action": "send", "items": "all"}
        sent = self._its.ask("POST", f"/sales-lists/{sales_list}/actions", action, expect=202)["job"]
        assert self._its.ended(sent)["state"] == "done"

    def on_sale(self, seller: str) -> dict[str, int]:
        """What buyers see of a seller at eBay."""
        owner = self._its.ebay.world.sellers[seller]
        return {
            offer.sku: owner.shown_quantity(offer) for offer in owner.offers.values() if offer.listing_id is not None
        }

    def keep_buyers_for(self, days: int) -> None:
        """The seller's retention setting."""
        store = self._its.deps.configuration
        try:
            known = store.get(Deployment, "this")
        except Missing:
            known = Deployment()
        store.save(known.model_copy(update={"buyer_retention_days": days}))

    # ---- what stands in our tables ----

    def key(self, remote: str) -> OrderKey:
        return OrderKey(self._its.account_id, RemoteOrderId(remote))

    def known(self, remote: str) -> bool:
        return self._its.deps.orders.find(self.key(remote)) is not None

    def row(self, remote: str) -> Order:
        row = self._its.deps.orders.find(self.key(remote))
        assert row is not None, f"no row of {remote}"
        return row

    def state(self, remote: str) -> str:
        return self.row(remote).state.value

    def why(self, remote: str) -> str:
        """The code of the reason why the order is where it is; empty when it has none."""
        reason = self.row(remote).reason
        return reason.code if reason else ""

    def notices(self, remote: str) -> list[str]:
        return [one.code for one in self.row(remote).notices]

    def buyer(self, remote: str) -> Buyer | None:
        key = self.key(remote)
        return self._its.deps.orders.buyers([key]).get(key)

    def held(self, product: str) -> list[Reservation]:
        """What orders hold of a product's variants."""
        rows = self._its.deps.variants.of_product(ShopId(self._its.shop), ProductId(product))
        return [held for row in rows for held in self._its.deps.variants.reservations(row.key).values()]

    def log(self, remote: str) -> list[str]:
        """What happened to the order, oldest first."""
        entries, _ = self._its.deps.activity.of_subject(str(self.key(remote)), 100)
        return [entry.event for entry in reversed(entries)]

    @staticmethod
    def tables() -> dict[str, str]:
        """Every row of every table, as text."""
        client = aws.client("dynamodb")
        names = (
            "config",
            "variants",
            "listings",
            "items",
            "orders",
            "buyers",
            "publications",
            "coordination",
            "inbox",
            "jobs",
            "activity",
        )
        return {name: str(client.scan(TableName=settings.table(name), ConsistentRead=True)["Items"]) for name in names}

    # ---- messages ----

    def import_message(self, remote: str) -> str:
        return ImportOrder(account=self._its.account_id, order=RemoteOrderId(remote)).model_dump_json()

    def relay_message(self, remote: str) -> str:
        return RelayOrder(account=self._its.account_id, order=RemoteOrderId(remote)).model_dump_json()

    # ---- what stands outside ----

    def shop_orders(self, remote: str) -> list[dict[str, Any]]:
        """The shop's orders that stand for this order of the marketplace, as the shop shows them."""
        world = self._its.shopify.world
        shown = [order_payloads.order_payload(world.shop, one) for one in world.live.orders.values()]
        return [one for one in shown if one["source_identifier"] == remote]

    def shop_order(self, remote: str) -> dict[str, Any]:
        """The one and only."""
        found = self.shop_orders(remote)
        assert len(found) == 1, f"{len(found)} shop orders for {remote}"
        return found[0]

    def stock(self, sku: str) -> int:
        """What the shop has of a SKU."""
        live = self._its.shopify.world.live
        return sum(int(live.quantity(row)) for row in live.variants.values() if row.sku == sku)

    def parcels(self, remote: str) -> list[tuple[str, str, list[int]]]:
        """Carrier, tracking number and units per line of each parcel that the marketplace was told about."""
        told = self._its.ebay.world.sellers[SELLER].orders[remote].fulfillments
        return [
            (one["shippingCarrierCode"], one["shipmentTrackingNumber"], [line["quantity"] for line in one["lineItems"]])
            for one in told
        ]

    def calls(self, operation: str) -> int:
        """How often the marketplace was called with this operation."""
        return sum(call.operation == operation for call in self._its.ebay.world.journal)
