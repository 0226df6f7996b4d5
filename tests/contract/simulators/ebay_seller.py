"""A seller's program, as small as one can be: signs in, calls, and has every exchange checked against eBay's documents."""

from __future__ import annotations

import json
from typing import Any

import requests

from simulators.clock import VirtualClock
from simulators.door import Transport
from simulators.ebay import EbaySimulator
from tests.contract.marketplaces.ebay_documents import EbaySpec

API = "https://api.ebay.com"
INVENTORY = f"{API}/sell/inventory/v1"
SCOPE = "https://api.ebay.com/oauth/api_scope"
LANGUAGES = {"Content-Language": "en-US", "Accept-Language": "en-US"}


class EbaySeller:
    """One seller account of a simulator. `spec=None` leaves the exchanges unchecked (official documents absent)."""

    def __init__(self, simulator: EbaySimulator, name: str = "anna", *, spec: EbaySpec | None, **deed: Any) -> None:
        self.simulator = simulator
        self.name = name
        self.spec = spec
        self.checked: set[str] = set()
        self.session = requests.Session()
        self.session.mount("https://", Transport(simulator))
        added = simulator.deeds.add_seller(name, **deed)
        self.refresh_token: str = added["refreshToken"]
        self.policies: dict[str, dict[str, str]] = added["policies"]
        self.headers = {"Authorization": "", **LANGUAGES}
        self.sign_in()

    def token_call(self, **form: str) -> requests.Response:
        auth = (self.simulator.client_id, self.simulator.client_secret)
        return self.session.post(f"{API}/identity/v1/oauth2/token", data=form, auth=auth)

    def sign_in(self, **form: str) -> None:
        answer = self.token_call(**{"grant_type": "refresh_token", "refresh_token": self.refresh_token, **form})
        self.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def call(
        self, method: str, url: str, body: Any = None, *, headers: dict[str, str] | None = None, check: bool = True
    ) -> requests.Response:
        """One call; `check=False` for requests that are wrong on purpose."""
        url = url if url.startswith("http") else f"{INVENTORY}{url}"
        sent = {name: value for name, value in {**self.headers, **(headers or {})}.items() if value}
        payload = None if body is None else json.dumps(body)
        if method != "GET":
            sent["Content-Type"] = "application/json"
        answer = self.session.request(method, url, data=payload, headers=sent)
        if check and self.spec is not None:
            name = self.spec.check_exchange(method, url, sent, payload, answer.status_code, answer.content)
            self.checked.add(name)
        return answer

    def item(self, **changes: Any) -> dict[str, Any]:
        """A complete inventory item; `quantity` and product fields may be changed."""
        product = {
            "title": "Velvet headband",
            "description": "Soft velvet, one size.",
            "aspects": {"Brand": ["Unbranded"], "Color": ["Red"]},
            "imageUrls": ["https://images.example/headband.jpg"],
            "upc": ["Does not apply"],
        }
        quantity = changes.pop("quantity", 7)
        condition = changes.pop("condition", "NEW")
        product.update(changes)
        product = {name: value for name, value in product.items() if value is not None}
        return {
            "condition": condition,
            "product": product,
            "availability": {"shipToLocationAvailability": {"quantity": quantity}},
        }

    def offer(self, sku: str, **changes: Any) -> dict[str, Any]:
        """A complete offer on EBAY_US."""
        site = changes.get("marketplaceId", "EBAY_US")
        price = changes.pop("price", "19.99")
        offer = {
            "sku": sku,
            "marketplaceId": site,
            "format": "FIXED_PRICE",
            "availableQuantity": 7,
            "categoryId": "45220",
            "listingDuration": "GTC",
            "listingDescription": "<p>Soft velvet, one size.</p>",
            "merchantLocationKey": "main",
            "pricingSummary": {"price": {"value": price, "currency": "USD"}},
            "listingPolicies": dict(self.policies[site]),
        }
        offer.update(changes)
        return {name: value for name, value in offer.items() if value is not None}

    def put_item(self, sku: str, **changes: Any) -> requests.Response:
        return self.call("PUT", f"/inventory_item/{sku}", self.item(**changes))

    def staged(self, sku: str, *, item: dict[str, Any] | None = None, **offer: Any) -> str:
        """Item and offer, not yet on sale. Returns the offer id."""
        assert self.call("PUT", f"/inventory_item/{sku}", item or self.item()).status_code == 204
        answer = self.call("POST", "/offer", self.offer(sku, **offer))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["offerId"])

    def on_sale(self, sku: str, **more: Any) -> tuple[str, str]:
        """A live single listing. Returns offer id and listing id."""
        offer_id = self.staged(sku, **more)
        answer = self.call("POST", f"/offer/{offer_id}/publish", {})
        assert answer.status_code == 200, answer.text
        return offer_id, str(answer.json()["listingId"])

    def revise(
        self, sku: str, offer_id: str, quantity: int, price: str | None = None, **more: Any
    ) -> requests.Response:
        """bulkUpdatePriceQuantity for one SKU and one offer."""
        entry: dict[str, Any] = {"offerId": offer_id, "availableQuantity": quantity}
        if price is not None:
            entry["price"] = {"value": price, "currency": "USD"}
        request = {"sku": sku, "shipToLocationAvailability": {"quantity": quantity}, "offers": [entry]}
        return self.call("POST", "/bulk_update_price_quantity", {"requests": [request]}, **more)

    def shown(self, offer_id: str) -> dict[str, Any]:
        """The offer as the API shows it."""
        answer: dict[str, Any] = self.call("GET", f"/offer/{offer_id}").json()
        return answer

    def state(self) -> dict[str, Any]:
        """The simulator's own view of this seller."""
        answer: dict[str, Any] = self.session.get(f"{API}/_sim/state", params={"seller": self.name}).json()
        sellers: dict[str, dict[str, Any]] = answer["sellers"]
        return sellers[self.name]

    def on_show(self, sku: str) -> dict[str, Any] | None:
        """The live variation of a SKU, as a buyer sees it, or None."""
        answer = self.session.get(f"{API}/_sim/listings", params={"seller": self.name, "live": "1"}).json()
        for listing in answer["listings"]:
            for row in listing["variations"]:
                if row["sku"] == sku:
                    return dict(row)
        return None


def error_ids(answer: requests.Response) -> list[int]:
    """The error ids of an answer, those of its entries included."""
    body = answer.json()
    rows = [*body.get("errors", []), *(error for row in body.get("responses", []) for error in row.get("errors", []))]
    return [row["errorId"] for row in rows]


def virtual_simulator(**more: Any) -> tuple[EbaySimulator, VirtualClock]:
    """A simulator on a clock that moves by hand."""
    clock = VirtualClock()
    return EbaySimulator(clock=clock, **more), clock
