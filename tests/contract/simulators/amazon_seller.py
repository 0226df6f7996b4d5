"""A seller's program at the simulated Amazon, as small as one can be: signs in, calls, and has every exchange checked
against Amazon's official models."""

from __future__ import annotations

import json
from typing import Any

import requests

from simulators.amazon import AmazonSimulator
from simulators.door import Transport
from tests.contract.marketplaces.amazon_documents import AmazonDocuments

US = "ATVPDKIKX0DER"
DE = "A1PA6795UKMFR9"
UK = "A1F83G8C2ARO7P"
JP = "A1VC38T7YXB528"
NOTIFICATIONS = "sellingpartnerapi::notifications"
_HOSTS = {region: f"https://sellingpartnerapi-{region}.amazon.com" for region in ("na", "eu", "fe")}
_TOKENS = "https://api.amazon.com/auth/o2/token"


class AmazonSeller:
    """One seller of a simulator, and the application that they have authorised."""

    def __init__(self, simulator: AmazonSimulator, name: str = "anna", **deed: Any) -> None:
        self.simulator = simulator
        self.name = name
        self.documents = AmazonDocuments.load()
        self.checked: set[str] = set()
        self.session = requests.Session()
        self.session.mount("https://", Transport(simulator))
        self.session.mount("http://", Transport(simulator))
        added = simulator.deeds.add_seller(name, **deed)
        self.seller_id: str = added["sellerId"]
        self.host = _HOSTS[added["region"]]
        self.token = self._token(grant_type="refresh_token", refresh_token=added["refreshToken"])
        self.grantless = self._token(grant_type="client_credentials", scope=NOTIFICATIONS)

    def _token(self, **form: str) -> str:
        app = {"client_id": self.simulator.client_id, "client_secret": self.simulator.client_secret}
        return str(self.session.post(_TOKENS, data={**form, **app}).json()["access_token"])

    def call(
        self, method: str, path: str, body: Any = None, *, grantless: bool = False, check: bool = True, **query: str
    ) -> requests.Response:
        """One call; `check=False` for requests that are wrong on purpose."""
        token = self.grantless if grantless else self.token
        headers = {"x-amz-access-token": token, "user-agent": "Tests/1.0"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        payload = None if body is None else json.dumps(body)
        answer = self.session.request(method, f"{self.host}{path}", params=query, data=payload, headers=headers)
        if check:
            self.checked.add(self.documents.check(answer.request, answer))
        return answer

    def upload(self, document: bytes, content_type: str = "application/json; charset=UTF-8") -> str:
        """Room for a document, and its contents in it; the document's id."""
        made = self.call("POST", "/feeds/2021-06-30/documents", {"contentType": content_type}).json()
        stored = self.session.put(made["url"], data=document, headers={"Content-Type": content_type})
        assert stored.status_code == 200, stored.text
        return str(made["feedDocumentId"])

    def feed(self, *messages: dict[str, Any], sites: tuple[str, ...] = (US,), **header: Any) -> str:
        """Submit a listings feed; its id."""
        told = {"header": {"sellerId": self.seller_id, "version": "2.0", **header}, "messages": list(messages)}
        answer = self.submit(self.upload(json.dumps(told).encode()), sites=sites)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["feedId"])

    def submit(self, document_id: str, *, sites: tuple[str, ...] = (US,), check: bool = True) -> requests.Response:
        body = {"feedType": "JSON_LISTINGS_FEED", "marketplaceIds": list(sites), "inputFeedDocumentId": document_id}
        return self.call("POST", "/feeds/2021-06-30/feeds", body, check=check)

    def look(self, feed_id: str) -> dict[str, Any]:
        """The feed as getFeed tells it."""
        told: dict[str, Any] = self.call("GET", f"/feeds/2021-06-30/feeds/{feed_id}").json()
        return told

    def subscribe(self, kind: str, version: str, arn: str, **directive: Any) -> str:
        """A destination and a subscription to one type; the subscription's id."""
        specified = {"name": "queue", "resourceSpecification": {"sqs": {"arn": arn}}}
        place = self.call("POST", "/notifications/v1/destinations", specified, grantless=True).json()["payload"]
        body: dict[str, Any] = {"payloadVersion": version, "destinationId": place["destinationId"]}
        if directive:
            body["processingDirective"] = {"eventFilter": {"eventFilterType": kind, **directive}}
        answer = self.call("POST", f"/notifications/v1/subscriptions/{kind}", body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["payload"]["subscriptionId"])


def codes(answer: requests.Response) -> list[str]:
    """The codes of a refusal."""
    return [error["code"] for error in answer.json()["errors"]]
