"""A seller of the simulated Etsy with an app of their own, as the tests of the simulator use it: plain HTTP."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import requests

from simulators.door import Transport
from simulators.etsy import EtsySimulator, Limits
from simulators.etsy.taxonomy import CANDLES, SWEATERS
from simulators.kit.tokens import s256
from tests.fakes.clock import VirtualClock

API = "https://api.etsy.com"
CALLBACK = "https://me.example/callbacks/etsy"
SIZE = 100
JPEG = b"\xff\xd8\xff\xe0 a picture"
VERIFIER = "v" * 43
CHALLENGE = s256(VERIFIER)


@dataclass
class EtsySeller:
    """Anna, her shop, and an app with all scopes."""

    limits: dict[str, Any] = field(default_factory=lambda: {"per_second": 10_000, "per_day": 1_000_000})
    country: str = "US"
    currency: str = "USD"
    scopes: str = ""

    def __post_init__(self) -> None:
        self.clock = VirtualClock()
        self.simulator = EtsySimulator(
            clock=self.clock, limits=Limits.load().raised(**self.limits), redirects=[CALLBACK]
        )
        self.deeds = self.simulator.deeds
        told = self.deeds.add_seller("anna", currency=self.currency, country=self.country, scopes=self.scopes)
        self.told: dict[str, Any] = told
        self.shop = f"shops/{told['shopId']}"
        self.refresh_token: str = told["refreshToken"]
        self.session = requests.Session()
        self.session.mount("https://", Transport(self.simulator))
        self.key = f"{self.simulator.keystring}:{self.simulator.shared_secret}"
        self.token = self.renewed()["access_token"]

    def ask_token(self, **form: str) -> requests.Response:
        return self.session.post(f"{API}/v3/public/oauth/token", data={"client_id": self.simulator.keystring, **form})

    def renewed(self) -> dict[str, Any]:
        """New tokens for the refresh token, which changes."""
        answer = self.ask_token(grant_type="refresh_token", refresh_token=self.refresh_token)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        self.refresh_token = told["refresh_token"]
        return told

    def wait(self, days: int) -> None:
        """So many days later; the seller has consented again meanwhile."""
        self.clock.advance(days * 86_400)
        self.refresh_token = self.deeds.restore_token("anna")["refreshToken"]
        self.token = self.renewed()["access_token"]

    def call(self, method: str, path: str, *, token: str | None = None, **more: Any) -> requests.Response:
        """One call behind `/v3/application/`; an empty `token` sends none."""
        bearer = self.token if token is None else token
        headers = {"x-api-key": self.key, **({"Authorization": f"Bearer {bearer}"} if bearer else {})}
        headers.update(more.pop("headers", {}))
        return self.session.request(method, f"{API}/v3/application/{path}", headers=headers, **more)

    def get(self, path: str, **query: Any) -> Any:
        answer = self.call("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def form(self, **changes: Any) -> dict[str, str]:
        """What createDraftListing takes of a physical product."""
        fields = {
            "quantity": "5",
            "title": "Beeswax candle",
            "description": "Pure beeswax.",
            "price": "19.90",
            "who_made": "i_did",
            "when_made": "made_to_order",
            "taxonomy_id": str(CANDLES),
            "is_supply": "false",
            "shipping_profile_id": str(self.told["shippingProfileId"]),
            "readiness_state_id": str(self.told["readinessStateId"]),
            "return_policy_id": str(self.told["returnPolicyId"]),
            **changes,
        }
        return {name: value for name, value in fields.items() if value is not None}

    def create(self, **changes: Any) -> requests.Response:
        return self.call("POST", f"{self.shop}/listings", data=self.form(**changes))

    def draft(self, **changes: Any) -> int:
        answer = self.create(**changes)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["listing_id"])

    def upload(self, listing: int, picture: bytes = JPEG, **fields: Any) -> requests.Response:
        path = f"{self.shop}/listings/{listing}/images"
        return self.call("POST", path, files={"image": ("a.jpg", picture, "image/jpeg")}, data=fields)

    def patch(self, listing: int, **fields: Any) -> requests.Response:
        return self.call("PATCH", f"{self.shop}/listings/{listing}", data=fields)

    def put(self, listing: int, body: dict[str, Any], **query: Any) -> requests.Response:
        return self.call("PUT", f"listings/{listing}/inventory", json=body, params=query)

    def product(
        self,
        sku: str = "CANDLE",
        quantity: Any = 5,
        price: Any = 19.9,
        values: Sequence[dict[str, Any]] = (),
        **changes: Any,
    ) -> dict[str, Any]:
        """One product as updateListingInventory takes it."""
        offering = {
            "price": price,
            "quantity": quantity,
            "is_enabled": True,
            "readiness_state_id": self.told["readinessStateId"],
            **changes,
        }
        return {"sku": sku, "property_values": list(values), "offerings": [offering]}

    def sizes(self, **quantities: int) -> dict[str, Any]:
        """An inventory that varies by size: SKU and quantity do too."""
        products = [
            self.product(f"JUMPER-{size}", quantity, values=[value(size)]) for size, quantity in quantities.items()
        ]
        return {"products": products, "quantity_on_property": [SIZE], "sku_on_property": [SIZE]}

    def live(self, **changes: Any) -> int:
        """A listing that is for sale: one picture, one product."""
        listing = self.draft(**changes)
        assert self.upload(listing).status_code == 201
        answer = self.patch(listing, state="active")
        assert answer.status_code == 200, answer.text
        return listing

    def live_jumper(self, **quantities: int) -> int:
        """A listing that is for sale in sizes."""
        listing = self.draft(taxonomy_id=str(SWEATERS), title="Jumper")
        assert self.put(listing, self.sizes(**(quantities or {"S": 3, "M": 4}))).status_code == 200
        assert self.upload(listing).status_code == 201
        assert self.patch(listing, state="active").status_code == 200
        return listing

    def quantities(self, listing: int) -> dict[str, int]:
        """By SKU, as the seller reads them."""
        products = self.get(f"listings/{listing}/inventory")["products"]
        return {one["sku"]: one["offerings"][0]["quantity"] for one in products}

    def state(self, listing: int) -> str:
        return str(self.get(f"listings/{listing}")["state"])

    def fees(self) -> list[str]:
        with self.simulator.world.lock:
            return [one.kind for one in self.simulator.world.seller("anna").fees]


def value(text: str, property_id: int = SIZE, name: str = "Size", **changes: Any) -> dict[str, Any]:
    """A value of a property as updateListingInventory takes it."""
    return {"property_id": property_id, "property_name": name, "value_ids": [], "values": [text], **changes}


def wrong(answer: requests.Response, status: int = 400) -> str:
    """The words of a refusal."""
    assert answer.status_code == status, answer.text
    told = answer.json()
    return json.dumps(told) if isinstance(told, list) else str(told["error"])


def sent_again(told: dict[str, Any]) -> dict[str, Any]:
    """A read inventory in the form in which it is written."""
    products = [
        {
            "sku": one["sku"],
            "property_values": [
                {name: given for name, given in held.items() if name != "scale_name"} for held in one["property_values"]
            ],
            "offerings": [
                {
                    "price": offering["price"]["amount"] / offering["price"]["divisor"],
                    "quantity": offering["quantity"],
                    "is_enabled": offering["is_enabled"],
                    "readiness_state_id": offering["readiness_state_id"],
                }
                for offering in one["offerings"]
            ],
        }
        for one in told["products"]
    ]
    names = ("price_on_property", "quantity_on_property", "sku_on_property", "readiness_state_on_property")
    return {"products": products, **{name: told[name] for name in names}}
