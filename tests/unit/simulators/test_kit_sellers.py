"""A marketplace's sellers as the kit has them: consent, tokens, deeds that every marketplace shares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from simulators.clock import VirtualClock
from simulators.faults import FaultPlan
from simulators.kit.amounts import amount
from simulators.kit.deeds import DeedRefused, Told, deed, do
from simulators.kit.journal import Entry
from simulators.kit.oauth import TokenService, form_in, refused, sent_back
from simulators.kit.seller_deeds import SellerDeeds
from simulators.kit.sellers import SellersCall, SellersWorld
from simulators.kit.tokens import Grant
from simulators.kit.wire import Reply

START = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


@dataclass
class Trader:
    name: str
    refresh_token: str


class Stranger(Exception):
    """A call that no seller makes."""


class Visit(SellersCall[Trader]):
    def without_seller(self) -> Stranger:
        return Stranger("who are you?")


class Fair(SellersWorld[Entry, Trader]):
    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(clock, FaultPlan(), Entry, latency_s=0.0, time_scale=1.0, seed=1)


class Tokens(TokenService[Trader]):
    def admit(self, seller: Trader) -> None:
        self._refresh.issue(seller.refresh_token, Grant(seller.name))

    def renewed(self, refresh_token: str) -> str | None:
        grant = self._refresh.alive(refresh_token)
        if grant is None:
            return None
        return str(self.issued(f"for {grant.owner}", grant.owner, frozenset(), "bearer")["access_token"])

    def owner(self, token: str) -> str | None:
        grant = self._access.alive(token)
        return None if grant is None else grant.owner


class Deeds(SellerDeeds[Fair, Tokens, Trader]):
    LINE_FIELDS = frozenset({"sku", "quantity", "price"})

    @deed
    def add_seller(self, name: str) -> Told:
        self._refuse_name(name)
        self._join(Trader(name, f"r-{name}"))
        return {"name": name}

    @deed
    def checkout(self, lines: list[dict[str, Any]], *, paid: bool = True) -> Told:
        return {"lines": lines, "paid": paid}

    @deed
    def who(self, name: str = "") -> Told:
        return {"name": self._seller(name).name}


class Stage:
    def __init__(self, *names: str) -> None:
        self.clock = VirtualClock()
        self.world = Fair(self.clock)
        self.tokens = Tokens(self.world, access_token_s=3600)
        self.deeds = Deeds(self.world, self.tokens)
        for name in names:
            self.deeds.add_seller(name)


def visit(query: str = "", body: bytes = b"", kind: str = "") -> Visit:
    return Visit("GET", "/consent", query, body, {"content-type": kind}, "http://fair.test", START)


def test_a_seller_withdraws_their_consent_and_gives_it_again_and_the_others_go_on() -> None:
    stage = Stage("anna", "berta")
    annas, bertas = stage.tokens.renewed("r-anna"), stage.tokens.renewed("r-berta")
    assert (annas, bertas) == ("for anna", "for berta")
    assert stage.deeds.revoke_token("anna") == {"seller": "anna", "revoked": True}
    assert (stage.tokens.owner("for anna"), stage.tokens.renewed("r-anna")) == (None, None)
    assert stage.tokens.owner("for berta") == "berta"
    stage.deeds.restore_token("anna")
    assert stage.tokens.renewed("r-anna") == "for anna"


def test_access_tokens_end_in_their_time_or_by_a_deed_and_can_be_renewed() -> None:
    stage = Stage("anna", "berta")
    stage.deeds.set_token_lifetime(60)
    stage.tokens.renewed("r-anna"), stage.tokens.renewed("r-berta")
    assert stage.deeds.expire_tokens("anna") == {"expired": 1}
    assert (stage.tokens.owner("for anna"), stage.tokens.owner("for berta")) == (None, "berta")
    stage.clock.advance(61)
    assert stage.tokens.owner("for berta") is None
    assert stage.tokens.renewed("r-berta") == "for berta"


@pytest.mark.parametrize("name", ["", "anna"])
def test_a_new_seller_has_a_name_that_nobody_has(name: str) -> None:
    stage = Stage("anna")
    with pytest.raises(DeedRefused):
        stage.deeds.add_seller(name)
    assert list(stage.world.sellers) == ["anna"]


def test_the_only_seller_need_not_be_named_and_one_of_several_must() -> None:
    assert Stage("anna").deeds.who() == {"name": "anna"}
    two = Stage("anna", "berta")
    assert two.deeds.who("berta") == {"name": "berta"}
    for name in ("", "carl"):
        with pytest.raises(DeedRefused, match=f"no seller '{name}'"):
            two.deeds.who(name)


def test_a_purchase_of_one_sku_is_an_order_of_one_line() -> None:
    told = Stage("anna").deeds.buy("MUG", quantity=2, price="9.90", paid=False)
    assert told == {"lines": [{"sku": "MUG", "quantity": 2, "price": "9.90"}], "paid": False}


def test_a_deed_is_done_once_its_time_has_come_and_stands_in_the_journal() -> None:
    stage = Stage("anna")
    do(stage.deeds, "later", {"seconds": 30, "act": "add_seller", "arguments": {"name": "berta"}})
    do(stage.deeds, "later", {"seconds": 30, "act": "add_seller", "arguments": {"name": "anna"}})
    stage.clock.advance(29)
    stage.world.catch_up()
    assert list(stage.world.sellers) == ["anna"]
    stage.clock.advance(1)
    stage.world.catch_up()
    assert list(stage.world.sellers) == ["anna", "berta"]
    assert [(one.operation, one.status) for one in stage.world.journal] == [
        ("deed:add_seller", 200),
        ("deed:add_seller", 400),
    ]


def test_a_look_is_about_one_seller_or_all_and_about_no_stranger() -> None:
    world = Stage("anna", "berta").world
    assert [one.name for one in world.sellers_of({"seller": "berta"})] == ["berta"]
    assert [one.name for one in world.sellers_of({})] == ["anna", "berta"]
    with pytest.raises(DeedRefused, match="no seller carl"):
        world.sellers_of({"seller": "carl"})


def test_a_call_is_made_in_a_sellers_name_or_in_nobody_s() -> None:
    call = visit()
    with pytest.raises(Stranger):
        _ = call.seller
    call.seller = Trader("anna", "r")
    assert (call.seller.refresh_token, call.seller_name) == ("r", "anna")


def test_the_only_seller_consents_at_once_and_of_several_a_person_chooses() -> None:
    only = Stage("anna").tokens.consenting(visit())
    assert isinstance(only, Trader)
    assert only.name == "anna"
    tokens = Stage("anna", "b&b").tokens
    page = tokens.consenting(visit("state=1&x=%3C"))
    assert isinstance(page, Reply)
    assert (page.status, page.content_type) == (200, "text/html; charset=utf-8")
    assert '<a href="/consent?state=1&amp;x=%3C&amp;seller=b%26b">b&amp;b</a>' in page.body
    assert '<a href="/consent?state=1&amp;x=%3C&amp;decline=1">Decline</a>' in page.body
    chosen = tokens.consenting(visit("state=1&seller=b%26b"))
    assert isinstance(chosen, Trader)
    assert chosen.name == "b&b"
    assert isinstance(tokens.consenting(visit("seller=carl")), Reply)


def test_the_browser_goes_back_with_what_became_of_the_consent() -> None:
    assert sent_back("https://us.test/back", {"state": "s t"}).headers == {"Location": "https://us.test/back?state=s+t"}
    assert sent_back("https://us.test/back?a=1", {"code": "c"}).headers["Location"] == "https://us.test/back?a=1&code=c"


def test_a_token_call_is_a_form_or_is_refused_by_name() -> None:
    kind = "application/x-www-form-urlencoded; charset=utf-8"
    assert form_in(visit(body=b"grant_type=refresh_token&scope=", kind=kind)) == {
        "grant_type": "refresh_token",
        "scope": "",
    }
    assert form_in(visit(body=b"{}", kind="application/json")) is None
    answer = refused("invalid_client", "who?", 401)
    assert (answer.status, answer.body) == (401, {"error": "invalid_client", "error_description": "who?"})


@pytest.mark.parametrize("value", ["1.005", "x", "NaN", "-1", None])
def test_an_amount_of_a_deed_has_cents_and_is_not_below_zero(value: Any) -> None:
    with pytest.raises(DeedRefused, match="tip is"):
        amount(value, "tip")
    assert amount("-1.50", "refund", negative=True) == Decimal("-1.50")
    assert amount(7, "tip") == Decimal(7)
