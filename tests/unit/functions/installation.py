"""A whole installation in memory: our ports as fakes, a Shopify shop and eBay simulated behind the real adapters."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from functions.admin_api import app
from listbridge import bootstrap
from listbridge.domain.configuration import Account
from listbridge.domain.ids import AccountId, OrderKey
from listbridge.domain.orders.changes import first_seen
from listbridge.domain.orders.orders import Buyer
from listbridge.domain.ports import Budget
from listbridge.domain.work import (
    AccountEvent,
    Check,
    ExportMembers,
    ImportOrder,
    Lane,
    LearnNoticeKey,
    MarketplaceNotice,
    MirrorChange,
    Nudge,
    PollAccount,
    PublishTask,
    PublishTogether,
    RecomputeChunk,
    RelayOrder,
    ShopEvent,
)
from listbridge.infra.calls.http import HttpSession
from listbridge.infra.calls.tokens import TokenCache
from listbridge.platforms import OpenedHandOvers, OpenedMarketplaces, OpenedShops, Opener
from listbridge.services.deps import Deps
from listbridge.services.inbox.heed_notice import heed_notice, learn_notice_key
from listbridge.services.inbox.look_again import look_again
from listbridge.services.inbox.sync_catalog import sync_catalog
from listbridge.services.jobs.run_job import run_job
from listbridge.services.listings.export.export_members import look_through
from listbridge.services.listings.mirror.heed_changes import heed_change
from listbridge.services.listings.publish.publish_listing import publish_listing
from listbridge.services.listings.publish.publish_together import publish_together
from listbridge.services.listings.revise.revise_inventory import revise_inventory
from listbridge.services.orders.arrive.poll_account import poll_account
from listbridge.services.orders.import_order import import_order
from listbridge.services.orders.relay.relay_order import relay_order
from listbridge.services.timers.run_check import run_check
from simulators.door import Transport
from simulators.ebay import EbaySimulator
from simulators.shopify.app import ShopifySimulator
from tests.fakes import ebay_process
from tests.fakes.budget import FakeBudget
from tests.fakes.noted_writes import NotingSession, Write
from tests.fakes.order_drafts import BUYER
from tests.fakes.remote_orders import RULES, remote_order
from tests.fakes.stores import Stores

ADDRESS = "https://abc123.execute-api.eu-central-1.amazonaws.com/prod"
SHOP_CREDENTIALS = {"client_id": "app-id", "client_secret": "app-secret-value"}
SHOP_DOMAIN = "demo.myshopify.com"
SITE = "EBAY_DE"
SUB = "5f0c2a34-9f5d-4a5e-8e0f-6f3f2a1f7c11"
KIM = f"kim@example.com ({SUB})"
"""The actor in the activity, for every call."""


@dataclass(frozen=True)
class Answer:
    """What the gateway would pass on."""

    status: int
    body: Any
    text: str
    headers: dict[str, Any]


class _Doors:
    """One transport for all hosts: those of marketplaces by how they end, and whatever else is the shop's."""

    def __init__(self, shopify: ShopifySimulator, ebay: EbaySimulator) -> None:
        self._shopify = shopify
        self.marketplaces: dict[str, Any] = {"ebay.com": ebay}

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        host = environ["HTTP_HOST"]
        apps = (app for end, app in self.marketplaces.items() if host.endswith(end))
        return next(apps, self._shopify)(environ, start)


class Installation:
    """Calls the admin API as the gateway does, and lets the lanes run dry when told to."""

    def __init__(self) -> None:
        self.stores = Stores()
        self.writes: list[Write] = []
        """Every call that left to change something on a shop or a marketplace."""
        clock = self.stores.clock
        self.shopify = ShopifySimulator(
            shop_domain=SHOP_DOMAIN,
            client_id=SHOP_CREDENTIALS["client_id"],
            client_secret=SHOP_CREDENTIALS["client_secret"],
            clock=clock,
        )
        ebay_process.begin()
        self.ebay = EbaySimulator(clock=clock, ru_names={"Demo-RuName": f"{ADDRESS}/callbacks/ebay"})
        self.seller = self.ebay.deeds.add_seller("anna", marketplaces=[SITE])
        self.doors = _Doors(self.shopify, self.ebay)
        transport = Transport(self.doors)

        def session(observe: bool, budget: Budget | None, longest_call_s: float) -> HttpSession:
            return NotingSession(self.writes, observe=observe, budget=budget, transport=transport)

        def budget(*_: Any) -> Budget:
            return FakeBudget(clock)

        opener = Opener(
            configuration=self.stores.configuration,
            secrets=self.stores.secrets,
            leases=self.stores.leases,
            counters=self.stores.counters,
            clock=clock,
            tokens=TokenCache(),
            make_session=session,
            make_budget=budget,
        )
        self.deps = Deps(
            clock=clock,
            configuration=self.stores.configuration,
            variants=self.stores.variants,
            listings=self.stores.listings,
            items=self.stores.items,
            members=self.stores.members,
            orders=self.stores.orders,
            polls=self.stores.polls,
            publications=self.stores.publications,
            sku_mappings=self.stores.sku_mappings,
            leases=self.stores.leases,
            counters=self.stores.counters,
            inbox=self.stores.inbox,
            notice_keys=self.stores.notice_keys,
            forgotten=self.stores.forgotten,
            jobs=self.stores.jobs,
            activity=self.stores.activity,
            queues=self.stores.queues,
            secrets=self.stores.secrets,
            shops=OpenedShops(opener),
            marketplaces=OpenedMarketplaces(opener),
            hand_overs=OpenedHandOvers(opener),
            workers=1,
        )
        bootstrap.use(self.deps)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        groups: Any = "admin",
        query: dict[str, Any] | None = None,
        host: str = "abc123.execute-api.eu-central-1.amazonaws.com",
        raw: str | None = None,
        claims: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        base_path: str | None = None,
        request: str = "req-1",
    ) -> Answer:
        """One call by somebody of these groups, in the shape in which API Gateway's REST events come.

        `claims` replaces claims of the token. `base_path` (`/shop`) is that of a custom domain, which then is the host.
        """
        text = raw if raw is not None else (None if body is None else json.dumps(body))
        person = {"sub": SUB, "email": "kim@example.com", "email_verified": "true", "cognito:groups": groups}
        told = {**person, **(claims or {})} if groups is not None else {}
        sent_headers = {
            "Host": host,
            "X-Forwarded-Proto": "https",
            "Content-Type": "application/json",
            **(headers or {}),
        }
        room, _, rest = path.removeprefix("/").partition("/")
        resource, name = ("/callbacks/{slug}", "slug") if room == "callbacks" else ("/v1/{proxy+}", "proxy")
        event = {
            "resource": resource,
            "path": f"{base_path or ''}{path}",
            "httpMethod": method,
            "headers": sent_headers,
            "multiValueHeaders": {name: [value] for name, value in sent_headers.items()},
            "queryStringParameters": {
                name: value[-1] if isinstance(value, list) else value for name, value in query.items()
            }
            if query
            else query,
            "multiValueQueryStringParameters": {
                name: value if isinstance(value, list) else [value] for name, value in query.items()
            }
            if query
            else None,
            "pathParameters": {name: unquote(rest)},
            "stageVariables": None,
            "body": text,
            "isBase64Encoded": False,
            "requestContext": {
                "path": f"{'/prod' if base_path is None else base_path}{path}",
                "stage": "prod",
                "requestId": request,
                "httpMethod": method,
                "authorizer": {"claims": told},
            },
        }
        answer = app.handler(event, object())
        sent = answer.get("body") or ""
        kind = str((answer.get("multiValueHeaders") or {}).get("Content-Type", ["application/json"])[0])
        is_json = bool(sent) and "json" in kind
        return Answer(answer["statusCode"], json.loads(sent) if is_json else None, sent, dict(answer))

    def get(self, path: str, **query: str) -> Any:
        """The body of a GET that must succeed."""
        answer = self.call("GET", f"/v1{path}", query=query or None)
        assert answer.status == 200, answer.text
        return answer.body

    def post(self, path: str, body: Any = None, *, expect: int = 201) -> Any:
        """The body of a POST that must be answered with this status."""
        answer = self.call("POST", f"/v1{path}", body)
        assert answer.status == expect, answer.text
        return answer.body

    def patch(self, path: str, body: Any, *, expect: int = 202) -> Any:
        """The body of a PATCH that must be answered with this status."""
        answer = self.call("PATCH", f"/v1{path}", body)
        assert answer.status == expect, answer.text
        return answer.body

    def connect_shop(self) -> str:
        """The simulated shop, connected; its id."""
        body = self.post(
            "/shops",
            {
                "name": "Demo",
                "platform": "shopify",
                "settings": {"domain": SHOP_DOMAIN},
                "credentials": SHOP_CREDENTIALS,
            },
        )
        return str(body["shop"]["id"])

    def ebay_credentials(self) -> dict[str, str]:
        """What opens anna's account."""
        return {"client_id": "sim-client", "client_secret": "sim-secret", "refresh_token": self.seller["refreshToken"]}

    def connect_account(self, shop: str, **changes: Any) -> str:
        """anna's account, connected; its id. Its guard asks nothing: with a listing or two, everything would wait."""
        draft = {
            "name": "anna",
            "marketplace": "ebay",
            "shop": shop,
            "sites": [SITE],
            "credentials": self.ebay_credentials(),
            "guard": {"share": "1", "count": 1},
            **changes,
        }
        return str(self.post("/accounts", draft)["id"])

    def creation_settings(self) -> dict[str, Any]:
        """Complete settings of a creation profile."""
        policies = self.seller["policies"][SITE]
        return {
            "category_id": "45220",
            "fulfillment_policy_id": policies["fulfillmentPolicyId"],
            "payment_policy_id": policies["paymentPolicyId"],
            "return_policy_id": policies["returnPolicyId"],
            "merchant_location_key": "main",
            "brand": "Unbranded",
            "aspects": {"Marke": ["Unbranded"]},
        }

    def make_list(self, account: str, name: str = "Everything") -> str:
        """A sales list that can be sent from; its id."""
        creation = self.post(
            "/creation-profiles",
            {"name": "Plain", "marketplace": "ebay", "site": SITE, "settings": self.creation_settings()},
        )
        body = self.post(
            "/sales-lists", {"name": name, "account": account, "site": SITE, "creation_profile": creation["id"]}
        )
        return str(body["id"])

    def add_product(self, *skus: str, title: str = "Mug", stock: int = 7, price: str = "12.50") -> str:
        """A product in the shop, with one variant per SKU; its id there."""
        variants: list[dict[str, Any]] = []
        for number, sku in enumerate(skus):
            variant: dict[str, Any] = {"sku": sku, "price": price, "stock": stock}
            if len(skus) > 1:
                variant["options"] = {"Color": f"Colour {number}"}
            variants.append(variant)
        told = self.shopify.deeds.add_product(
            title=title, variants=variants, images=["https://images.example/mug.jpg"], status="ACTIVE"
        )
        return str(told["product_id"])

    def add_items(self, sales_list: str, *products: str) -> Any:
        """Products in the list, and the lanes run dry; the job as it ended."""
        job = self.post(f"/sales-lists/{sales_list}/items", {"products": list(products)}, expect=202)["job"]
        self.run()
        return self.get(f"/jobs/{job['id']}")

    def act(self, sales_list: str, action: str, items: Any = "all") -> Any:
        """An action, an approval when it waits for one, and the lanes run dry; the job as it ended."""
        body = {"action": action, "items": items}
        job = self.post(f"/sales-lists/{sales_list}/actions", body, expect=202)["job"]
        if job["state"] == "awaiting_approval":
            self.post(f"/jobs/{job['id']}/approve", expect=200)
        self.run()
        return self.get(f"/jobs/{job['id']}")

    def keep_order(
        self,
        account: str,
        id: str = "12-00001-00001",
        *,
        buyer: Buyer | None = BUYER,
        facts: dict[str, Any] | None = None,
        **changes: Any,
    ) -> Any:
        """An order as if it had been taken in, with `facts` of the marketplace's and fields of its row changed; its row in
        the API."""
        document = self.stores.configuration.get(Account, account)
        read = remote_order(id=id, **(facts or {}))
        key = OrderKey(AccountId(account), read.id)
        rules = replace(RULES, automatic=document.create_orders, observe=document.observe)
        row = first_seen(key, document.shop, read, rules, self.stores.clock.now())
        self.stores.orders.save(replace(row, unsettled=False, due_at=None, **changes))
        if buyer is not None:
            self.stores.orders.put_buyer(key, buyer)
        return self.get("/orders", account=account, search=id)["orders"][0]

    def items(self, sales_list: str) -> list[Any]:
        """Every row of the list."""
        rows: list[Any] = self.get(f"/sales-lists/{sales_list}/items")["items"]
        return rows

    def run(self) -> None:
        """Let every lane work until no message is left but the next polls, which come back forever; what is delayed
        waits for the clock, which is turned."""
        queues, clock = self.stores.queues, self.stores.clock
        for _ in range(500):
            if self.step():
                continue
            if all(isinstance(one, PollAccount) for lane in Lane for one in queues.messages(lane)):
                return
            times = [time for lane in Lane if (time := queues.next_visible(lane)) is not None]
            clock.advance(max(0.0, (min(times) - clock.now()).total_seconds()))
        raise AssertionError("the lanes never ran dry")

    def step(self) -> bool:
        """Let every lane work off what is visible now; False when nothing was."""
        worked = False
        for lane in Lane:
            for received in self.stores.queues.receive(lane):
                self._work(received.message)
                self.stores.queues.delete(lane, received)
                worked = True
        return worked

    def _work(self, message: Any) -> None:
        if isinstance(message, ShopEvent):
            sync_catalog(self.deps, [message])
        elif isinstance(message, AccountEvent):
            look_again(self.deps, message)
        elif isinstance(message, MirrorChange):
            heed_change(self.deps, message)
        elif isinstance(message, RecomputeChunk):
            run_job(self.deps, message, remaining_s=60)
        elif isinstance(message, Check):
            run_check(self.deps, message, remaining_s=60)
        elif isinstance(message, ExportMembers):
            look_through(self.deps, message, remaining_s=60)
        elif isinstance(message, Nudge):
            revise_inventory(self.deps, message, remaining_s=30)
        elif isinstance(message, PublishTask):
            publish_listing(self.deps, message)
        elif isinstance(message, PublishTogether):
            publish_together(self.deps, message)
        elif isinstance(message, PollAccount):
            poll_account(self.deps, message, remaining_s=60)
        elif isinstance(message, ImportOrder):
            import_order(self.deps, message)
        elif isinstance(message, RelayOrder):
            relay_order(self.deps, message)
        elif isinstance(message, MarketplaceNotice):
            heed_notice(self.deps, message)
        elif isinstance(message, LearnNoticeKey):
            learn_notice_key(self.deps, message)
