"""A whole installation in process: the real handlers over emulated tables and queues, Shopify and eBay simulated."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from functions.admin_api.app import handler as admin_api
from functions.reconcile.app import handler as reconcile
from functions.webhook_ingest.app import handler as webhook_ingest
from listbridge import bootstrap
from listbridge.domain.ids import AccountId
from listbridge.domain.ports import Budget, Clock
from listbridge.domain.work import Lane
from listbridge.infra import settings
from listbridge.infra.calls.http import HttpSession
from listbridge.infra.calls.tokens import TokenCache
from listbridge.infra.coordination.budgets import BudgetPool
from listbridge.infra.coordination.leases import DynamoLeases
from listbridge.infra.repositories.buckets import DynamoBuckets
from listbridge.platforms import OpenedMarketplaces, OpenedShops, Opener
from listbridge.services.deps import Deps
from simulators.door import Transport
from simulators.ebay import EbaySimulator
from simulators.shopify.app import ShopifySimulator
from tests.integration.lanes import Invocation, Lanes

HOST = "abc123.execute-api.eu-central-1.amazonaws.com"
SHOP_DOMAIN = "demo.myshopify.com"
SHOP_CREDENTIALS = {"client_id": "app-id", "client_secret": "app-secret-value"}
SELLER = "anna"
SITE = "EBAY_DE"
REVISE = "bulkUpdatePriceQuantity"


@dataclass(frozen=True)
class Answer:
    """What the gateway would pass on."""

    status: int
    body: Any


@dataclass(frozen=True)
class _ClockAhead:
    """A clock that is ahead of another."""

    clock: Clock
    seconds: float

    def now(self) -> datetime:
        return self.clock.now() + timedelta(seconds=self.seconds)

    def sleep(self, seconds: float) -> None:
        self.clock.sleep(seconds)


class _ClockStepping:
    """A clock that goes on by a twentieth of a second whenever it is looked at, however slow or fast the machine is."""

    def __init__(self, begins: datetime) -> None:
        self._seconds = count()
        self._begins = begins

    def now(self) -> datetime:
        return self._begins + timedelta(seconds=next(self._seconds) * 0.05)

    def sleep(self, seconds: float) -> None:
        raise AssertionError(f"budgets for which somebody waits {seconds} s make no fixed history")


class Installation:
    """Calls every function as AWS would. With `twice`, each queue function, timer and webhook runs twice on what it gets. With
    `stepping_budgets` a slow machine draws from its budgets as often as a fast one.

    The simulated shop's webhooks wait until `deliver` posts them to the webhook function.
    """

    def __init__(self, *, twice: bool = False, stepping_budgets: bool = False) -> None:
        self._times = 2 if twice else 1
        self._stepping_budgets = stepping_budgets
        self.shopify = ShopifySimulator(shop_domain=SHOP_DOMAIN, deliver=self._delivered, **SHOP_CREDENTIALS)
        self.ebay = EbaySimulator()
        self.seller = self.ebay.deeds.add_seller(SELLER, marketplaces=[SITE])
        self.deps = self._over_simulators()
        self.lanes = Lanes(times=self._times)
        self.shop = self.account = self.list = ""
        self.remote_calls = 0
        """How often a platform was asked."""
        self.at_the_door = 0
        """How often a delivery came to the webhook function."""

    def _over_simulators(self) -> Deps:
        """What bootstrap builds, but for the way to the platforms, which leads to the simulators in this process."""
        bootstrap.use(None)
        built = bootstrap.deps()
        transport = Transport(self._platforms)

        def session(observe: bool, budget: Budget | None, longest_call_s: float) -> HttpSession:
            return HttpSession(observe=observe, budget=budget, transport=transport)

        clock = _ClockStepping(built.clock.now()) if self._stepping_budgets else built.clock
        opener = Opener(
            configuration=built.configuration,
            secrets=built.secrets,
            leases=built.leases,
            counters=built.counters,
            clock=built.clock,
            tokens=TokenCache(),
            make_session=session,
            make_budget=BudgetPool(DynamoBuckets(), built.leases, clock).open,
        )
        deps = replace(built, shops=OpenedShops(opener), marketplaces=OpenedMarketplaces(opener))
        bootstrap.use(deps)
        return deps

    def _platforms(self, environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        self.remote_calls += 1
        app = self.ebay if environ["HTTP_HOST"].endswith("ebay.com") else self.shopify
        return app(environ, start)

    @contextmanager
    def limits(self, **limits: float) -> Iterator[None]:
        """Other time limits for a while, so that no test waits for a real one."""
        bootstrap.use(replace(self.deps, limits=replace(self.deps.limits, **limits)))
        try:
            yield
        finally:
            bootstrap.use(self.deps)

    def pass_time(self, seconds: float) -> None:
        """Our clock goes on; those of the queues, the shop and the marketplace stay, so that no test waits."""
        clock = _ClockAhead(self.deps.clock, seconds)
        self.deps = replace(self.deps, clock=clock, leases=DynamoLeases(clock))
        bootstrap.use(self.deps)

    @contextmanager
    def queue_gone(self, lane: Lane) -> Iterator[None]:
        """The lane's queue does not exist for a while."""
        url = settings.queue_url(lane)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(f"{lane.value.upper()}_QUEUE_URL", f"{url}-gone")
            settings.forget()
            try:
                yield
            finally:
                patch.undo()
                settings.forget()

    # ---- the functions ----

    @property
    def invocations(self) -> int:
        """How often a function was called, but for timers and the admin API."""
        return self.at_the_door + self.lanes.invocations

    def call(self, method: str, path: str, body: Any = None, *, group: str = "admin", **query: str) -> Answer:
        """One call of the admin API by somebody of this group, in the shape of API Gateway's REST events."""
        headers = {"Host": HOST, "X-Forwarded-Proto": "https", "Content-Type": "application/json"}
        event = {
            "resource": "/v1/{proxy+}",
            "path": f"/v1{path}",
            "httpMethod": method,
            "headers": headers,
            "multiValueHeaders": {name: [value] for name, value in headers.items()},
            "queryStringParameters": query or None,
            "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} or None,
            "pathParameters": {"proxy": path[1:]},
            "stageVariables": None,
            "isBase64Encoded": False,
            "body": None if body is None else json.dumps(body),
            "requestContext": {
                "path": f"/prod/v1{path}",
                "stage": "prod",
                "requestId": "req-1",
                "httpMethod": method,
                "authorizer": {"claims": {"sub": "5f0c2a34-9f5d", "cognito:groups": group}},
            },
        }
        answer = admin_api(event, Invocation())
        return Answer(answer["statusCode"], json.loads(answer["body"]) if answer.get("body") else None)

    def ask(self, method: str, path: str, body: Any = None, *, expect: int = 200, **query: str) -> Any:
        """The body of a call that must be answered with this status."""
        answer = self.call(method, path, body, **query)
        assert answer.status == expect, answer.body
        return answer.body

    def timer(self, name: str) -> int:
        """Let the schedule's timer run; how many things it put right the first time."""
        told = [reconcile({"timer": name}, Invocation())["mended"] for _ in range(self._times)]
        return int(told[0])

    def receive(self, headers: dict[str, str], body: bytes, shop: str = "") -> int:
        """One delivery at the webhook door; the status of the answer."""
        event = {
            "httpMethod": "POST",
            "headers": headers,
            "body": body.decode(),
            "isBase64Encoded": False,
            "pathParameters": {"shop_id": shop or self.shop},
        }
        self.at_the_door += 1
        return int(webhook_ingest(event, Invocation())["statusCode"])

    def _delivered(self, url: str, headers: dict[str, str], body: bytes) -> int:
        assert url == f"https://{HOST}/prod/webhooks/{self.shop}"
        return [self.receive(headers, body) for _ in range(self._times)][-1]

    def deliver(self) -> None:
        """Post the shop's webhooks, and let the lanes work off what is visible."""
        attempts = self.shopify.deliveries.pump()
        assert {attempt.status for attempt in attempts} <= {200}
        self.lanes.run()

    # ---- the seller's first steps ----

    def connect(self, **account: Any) -> None:
        """The simulated shop and anna's account, connected, with a sales list that can be sent from.

        The account's guard asks nothing unless told to: with a listing or two, everything would wait.
        """
        self.shop = self.ask(
            "POST",
            "/shops",
            expect=201,
            body={
                "name": "Demo",
                "platform": "shopify",
                "settings": {"domain": SHOP_DOMAIN},
                "credentials": SHOP_CREDENTIALS,
            },
        )["shop"]["id"]
        self.account = self.ask(
            "POST",
            "/accounts",
            expect=201,
            body={
                "name": SELLER,
                "marketplace": "ebay",
                "shop": self.shop,
                "sites": [SITE],
                "credentials": self.ebay_credentials(),
                "guard": {"share": "1", "count": 1},
                **account,
            },
        )["id"]
        policies = self.seller["policies"][SITE]
        creation = self.ask(
            "POST",
            "/creation-profiles",
            expect=201,
            body={
                "name": "Plain",
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
        self.list = self.ask(
            "POST",
            "/sales-lists",
            expect=201,
            body={"name": "Everything", "account": self.account, "site": SITE, "creation_profile": creation["id"]},
        )["id"]

    def ebay_credentials(self) -> dict[str, str]:
        """What opens anna's account."""
        return {"client_id": "sim-client", "client_secret": "sim-secret", "refresh_token": self.seller["refreshToken"]}

    def add_product(self, *skus: str, title: str = "Mug", stock: int = 7, price: str = "12.50") -> str:
        """A product in the shop, with one variant per SKU; its id there."""
        variants: list[dict[str, Any]] = [{"sku": sku, "price": price, "stock": stock} for sku in skus]
        for number, variant in enumerate(variants if len(skus) > 1 else []):
            variant["options"] = {"Color": f"Colour {number}"}
        images = ["https://images.example/mug.jpg"]
        return str(self.shopify.deeds.add_product(title=title, variants=variants, images=images)["product_id"])

    def list_products(self, *products: str) -> dict[str, Any]:
        """Put products in the list; the job as it ended."""
        job = self.ask("POST", f"/sales-lists/{self.list}/items", {"products": list(products)}, expect=202)["job"]
        return self.ended(job)

    def act(self, action: str) -> dict[str, Any]:
        """An action on the whole list; the job as it ended."""
        body = {"action": action, "items": "all"}
        job = self.ask("POST", f"/sales-lists/{self.list}/actions", body, expect=202)["job"]
        return self.ended(job)

    def sell(self, *skus: str, **product: Any) -> str:
        """A product that is in the shop, in the list, and on sale; its id in the shop."""
        made = self.add_product(*skus, **product)
        self.list_products(made)
        assert (self.act("send")["state"], self.status_of(skus[0])) == ("done", "active")
        self.shopify.deliveries.drop()
        return made

    def ended(self, job: dict[str, Any]) -> dict[str, Any]:
        """The lanes run dry, and the job as it then is; what a lane put off on a busy machine is waited for."""
        self.lanes.run()
        if self.job(job)["state"] == "running":
            self.lanes.run(wait_s=15)
        return self.job(job)

    # ---- looking ----

    def job(self, job: dict[str, Any]) -> dict[str, Any]:
        shown: dict[str, Any] = self.ask("GET", f"/jobs/{job['id']}")
        return shown

    def row(self, sku: str) -> dict[str, Any]:
        """The list's row of this SKU."""
        rows = [row for row in self.ask("GET", f"/sales-lists/{self.list}/items")["items"] if row["sku"] == sku]
        assert len(rows) == 1, f"{len(rows)} rows of {sku}"
        return dict(rows[0])

    def status_of(self, sku: str) -> str:
        return str(self.row(sku)["listing"]["status"])

    def explain(self, sku: str) -> dict[str, Any]:
        told: dict[str, Any] = self.ask("GET", f"/listings/{self.row(sku)['listing']['id']}/explain")
        return told

    def events(self) -> list[str]:
        """What happened, newest first."""
        return [line["event"] for line in self.ask("GET", "/activity", limit="200")["activity"]]

    def on_sale(self) -> dict[str, tuple[int, str]]:
        """What buyers see at eBay: quantity and price of every live offer."""
        owner = self.ebay.world.sellers[SELLER]
        return {
            offer.sku: (owner.shown_quantity(offer), offer.data["pricingSummary"]["price"]["value"])
            for offer in owner.offers.values()
            if offer.listing_id is not None
        }

    def revisions(self, sku: str) -> list[list[int]]:
        """The quantities that each price and quantity call for this SKU carried, oldest first."""
        calls = [call for call in self.ebay.world.journal if (call.operation, call.sku) == (REVISE, sku)]
        return [sorted({row["quantity"] for row in call.sent if "quantity" in row}) for call in calls]

    def inbox(self) -> dict[str, str]:
        """Delivery -> state, of this shop."""
        return {delivery: state for shop, delivery, state in self.lanes.inbox_rows() if shop == self.shop}

    @property
    def account_id(self) -> AccountId:
        return AccountId(self.account)
