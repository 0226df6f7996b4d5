"""Four platforms that hand over what opens them, each in a way of its own, behind the registry.

`proves` is a marketplace whose code is worth nothing without the verifier that we kept. `posts` is a shop that sends its
keys unasked. `registers` is a shop that registers itself by a signed call, wants a proof, and confirms with a signature
by the secret that we made. `signs` is a shop whose browser return is signed as a whole.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from pydantic import BaseModel, ConfigDict, SecretStr

from listbridge import registry
from listbridge.domain.ids import LocationId, Site
from listbridge.domain.manifest import MarketplaceManifest, ShopManifest
from listbridge.domain.ports import (
    AccountIdentity,
    Arrival,
    Begun,
    Handed,
    HookReport,
    MarketplaceTraits,
    Missing,
    ShopIdentity,
    ShopTraits,
    SweepPage,
    Way,
)
from listbridge.domain.problem import Problem
from listbridge.domain.rules.bounds import Bounds
from listbridge.domain.verdicts import Rejected, Unauthorized
from listbridge.infra.calls.connection import Connection
from listbridge.infra.calls.hand_over import HandOver
from simulators.clock import VirtualClock
from simulators.kit.tokens import Code, TokenStore

SIGNATURE = "x-signature"


def mac(secret: str, text: bytes) -> str:
    """What both sides sign with."""
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def query_of(url: str) -> dict[str, str]:
    """The parameters of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


@dataclass
class OtherSide:
    """What the other sides know: codes that were given out, keys that open, and how often a code was traded."""

    codes: TokenStore[Code] = field(default_factory=lambda: TokenStore(VirtualClock().now))
    opens: set[str] = field(default_factory=set)
    traded: int = 0

    def consents(self, code: str, challenge: str = "") -> None:
        """A person agrees: the code is worth a key to a caller that has the verifier of the challenge."""
        self.codes.issue(code, Code("somebody", challenge=challenge))

    def trade(self, code: str, verifier: str = "") -> str:
        """A key for a code, once."""
        self.traded += 1
        given = self.codes.use_up(code)
        if given is None or not given.opens("", verifier):
            raise Unauthorized(Problem("consent_state_invalid", fix="ask_for_consent_again"))
        return self.key()

    def key(self) -> str:
        made = secrets.token_hex(8)
        self.opens.add(made)
        return made


@dataclass
class Proves:
    """The code is traded with the verifier whose hash was shown at the beginning."""

    other: OtherSide

    def begin(self, connection: Connection, way: Way) -> Begun:
        verifier = secrets.token_urlsafe(32)
        asked = {
            "state": way.state,
            "redirect_uri": way.redirect,
            "code_challenge": _challenge(verifier),
            "client_id": connection.secret["client_id"],
        }
        return Begun(f"https://proves.example/connect?{urlencode(asked)}", {"verifier": verifier})

    def receive(self, connection: Connection, arrival: Arrival) -> Handed:
        code = arrival.request.params.get("code", "")
        if not code:
            return Handed(declined=True)
        key = self.other.trade(code, arrival.keep["verifier"])
        return Handed(credentials={"key": key}, settings={"seller": arrival.request.params.get("seller", "")})


class Posts:
    """The shop posts its keys, and sends the browser to the landing page."""

    def begin(self, connection: Connection, way: Way) -> Begun:
        asked = {"callback_url": f"{way.redirect}?{urlencode({'state': way.state})}", "return_url": way.landing}
        return Begun(f"{connection.settings['address']}/authorize?{urlencode(asked)}")

    def receive(self, connection: Connection, arrival: Arrival) -> Handed:
        if arrival.request.method != "POST":
            return Handed(declined=True)
        told = json.loads(arrival.request.body)
        return Handed(credentials={"key": told["consumer_key"]}, answer={})


class Registers:
    """Two signed calls: the registration by the app's secret, the confirmation by the one that we made for this shop."""

    def begin(self, connection: Connection, way: Way) -> Begun:
        return Begun(f"{way.redirect}?{urlencode({'state': way.state})}")

    def receive(self, connection: Connection, arrival: Arrival) -> Handed:
        return self._confirmed(arrival) if arrival.step == "confirm" else self._registered(connection, arrival)

    def _registered(self, connection: Connection, arrival: Arrival) -> Handed:
        app, asked = connection.secret["app_secret"], arrival.request.params
        signed = urlencode({name: asked[name] for name in ("shop-id", "shop-url", "timestamp")}).encode()
        _check(app, signed, arrival)
        made = secrets.token_hex(32)
        proof = mac(app, f"{asked['shop-id']}{asked['shop-url']}listbridge".encode())
        confirm = f"{arrival.way.redirect}?{urlencode({'state': arrival.way.state})}"
        return Handed(
            answer={"proof": proof, "secret": made, "confirmation_url": confirm},
            next_step="confirm",
            keep={"secret": made, "address": asked["shop-url"]},
        )

    def _confirmed(self, arrival: Arrival) -> Handed:
        _check(arrival.keep["secret"], arrival.request.body, arrival)
        told = json.loads(arrival.request.body)
        return Handed(
            credentials={"key": told["apiKey"], "shop_secret": arrival.keep["secret"]},
            settings={"address": arrival.keep["address"]},
            answer={},
        )


@dataclass
class Signs:
    """The browser's whole return is signed by the app's secret, and names the shop."""

    other: OtherSide

    def begin(self, connection: Connection, way: Way) -> Begun:
        asked = {"state": way.state, "redirect_uri": way.redirect}
        return Begun(f"{connection.settings['address']}/admin/authorize?{urlencode(asked)}")

    def receive(self, connection: Connection, arrival: Arrival) -> Handed:
        told = dict(arrival.request.params)
        given = told.pop("hmac", "")
        signed = "&".join(f"{name}={value}" for name, value in sorted(told.items())).encode()
        if not hmac.compare_digest(given, mac(connection.secret["app_secret"], signed)):
            raise Rejected(Problem("consent_state_invalid", fix="ask_for_consent_again"))
        return Handed(credentials={"key": self.other.trade(told["code"])})


class Settings(BaseModel):
    """Where the shop is."""

    model_config = ConfigDict(extra="ignore")
    address: str = ""


class Credentials(BaseModel):
    """What the app has; the key is handed over."""

    model_config = ConfigDict(extra="ignore")
    client_id: str = ""
    app_secret: SecretStr | None = None
    key: SecretStr | None = None


@dataclass
class Opened:
    """An adapter that knows who is who by the key, and no more."""

    connection: Connection
    other: OtherSide
    of_shop: bool

    def identify(self) -> Any:
        if self.connection.secret.get("key") not in self.other.opens:
            raise Unauthorized(Problem("credentials_missing", {"name": "it"}, "reconnect_shop"))
        if not self.of_shop:
            return AccountIdentity("seller", (Site("ALL"),), {"number": "7"})
        return ShopIdentity("It", str(self.connection.settings["address"]), "EUR", {LocationId("1"): "Here"})

    def ensure_webhooks(self, url: str) -> HookReport:
        return HookReport()

    def sweep(self, cursor: str | None) -> SweepPage:
        return SweepPage((), None, 0)


@dataclass
class Platforms:
    """The four behind the registry."""

    other: OtherSide = field(default_factory=OtherSide)

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        flows: Mapping[str, HandOver] = {
            "proves": Proves(self.other),
            "posts": Posts(),
            "registers": Registers(),
            "signs": Signs(self.other),
        }
        shop = ShopManifest("", "It", "1", "", frozenset({registry.CONSENT}), ShopTraits(0, 10))
        market = MarketplaceManifest(
            "proves",
            "Proves",
            "1",
            "",
            frozenset({registry.CONSENT}),
            MarketplaceTraits(1, "revise", 1, 1, 50),
            {Site("ALL"): Bounds("USD")},
        )

        def flow(room: str, slug: str) -> HandOver:
            if slug not in flows:
                raise Missing("hand-over", slug)
            return flows[slug]

        forms = SimpleNamespace(Settings=Settings, Credentials=Credentials)
        for name, stand_in in {
            "slugs": lambda room: ("proves",) if room == "marketplaces" else ("posts", "registers", "signs"),
            "hand_over": flow,
            "marketplace": lambda slug: market,
            "shop": lambda slug: replace(shop, slug=slug),
            "settings": lambda room, slug: forms,
            "open_shop": lambda slug, connection: Opened(connection, self.other, True),
            "open_marketplace": lambda slug, connection: Opened(connection, self.other, False),
        }.items():
            monkeypatch.setattr(registry, name, stand_in)


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _check(secret: str, signed: bytes, arrival: Arrival) -> None:
    if not hmac.compare_digest(arrival.request.headers.get(SIGNATURE, ""), mac(secret, signed)):
        raise Rejected(Problem("consent_state_invalid", fix="ask_for_consent_again"))
