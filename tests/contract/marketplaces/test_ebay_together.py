"""Products without variations that share eBay's calls: 25 a call, each with its own steps, lease and attempt."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest
import requests

from listbridge.domain.ids import ProductId, Sku
from listbridge.domain.ports import MarketplaceAdapter, Published, PublishingRun, PublishRequest
from listbridge.domain.verdicts import OutcomeUnknown, Rejected, RemoteError, RetryLater
from simulators.faults import Fault
from tests.contract.marketplaces.ebay_acts import PUT_ITEMS, bodies, entry_refused, watch
from tests.contract.marketplaces.memory_steps import Desk
from tests.contract.marketplaces.staged_ebay import EbayStage
from tests.contract.marketplaces.stages import candle

MAKE_OFFERS, PUBLISH = "bulkCreateOffer", "bulkPublishOffer"
Became = dict[ProductId, Published | RemoteError]


@pytest.fixture
def stage(ebay: EbayStage) -> EbayStage:
    return ebay


@dataclass
class Together:
    """Candles of one seller, each with a desk of its own."""

    stage: EbayStage
    requests: list[PublishRequest]
    desks: list[Desk] = field(init=False)
    adapter: MarketplaceAdapter = field(init=False)

    def __post_init__(self) -> None:
        self.adapter = self.stage.open()
        self.desks = [self.stage.new_desk(request) for request in self.requests]
        self.stage.desk, before = None, self.stage.before

        def checked(request: requests.PreparedRequest) -> None:
            self._refuse_unchecked(request)
            before(request)

        self.stage.before = checked  # type: ignore[method-assign]
        self.adapter.preview(self.requests[0])  # what the category takes is known by then
        self.stage.calls.clear()

    def _refuse_unchecked(self, request: requests.PreparedRequest) -> None:
        """A call that carries the values of several leaves after a check of the lease of each, and publishing needs none."""
        operation = self.stage.operation(request)
        if operation in (PUT_ITEMS, MAKE_OFFERS):
            skus = {Sku(row["sku"]) for row in json.loads(request.body or b"{}")["requests"]}
            named = [desk for desk in self.desks if skus & desk.values.keys()]
            assert len(named) == len(skus)
            assert all(desk.leased and desk.may_send for desk in named), operation
            for desk in named:
                desk.may_send = False
        elif operation == PUBLISH:
            assert not any(desk.leased for desk in self.desks)

    def publish(self, more: Callable[[], bool] = lambda: True) -> Became:
        together = self.adapter.together()
        assert together is not None
        runs = [PublishingRun(one, desk.worker()) for one, desk in zip(self.requests, self.desks, strict=True)]
        return dict(together.publish(runs, more))

    def attempts(self) -> list[tuple[Sku, str]]:
        return [attempt for desk in self.desks for attempt in desk.attempts]


def candles(stage: EbayStage, number: int, **changes: str) -> Together:
    first = stage.request(1, **changes)

    def one(n: int) -> PublishRequest:
        (variant,) = candle(**changes).variants
        facts = replace(
            first.product, product=ProductId(f"p{n}"), variants=(replace(variant, sku=Sku(f"CANDLE-{n:02}")),)
        )
        (asked,) = first.variants
        return replace(
            first, product=facts, variants=(replace(asked, key=replace(asked.key, sku=Sku(f"CANDLE-{n:02}"))),)
        )

    return Together(stage, [one(n) for n in range(number)])


def wrong(became: Became) -> dict[str, tuple[type, str]]:
    return {product: (type(one), one.problem.code) for product, one in became.items() if not isinstance(one, Published)}


def test_thirty_products_go_on_sale_by_two_calls_of_each_kind_and_none_for_one(stage: EbayStage) -> None:
    sent, those = watch(stage), candles(stage, 30)
    became = those.publish()
    assert wrong(became) == {}
    assert len(became) == len(stage.live()) == 30
    for operation in (PUT_ITEMS, MAKE_OFFERS, PUBLISH):
        assert [len(body["requests"]) for body in bodies(stage, sent, operation)] == [25, 5]
    assert len(stage.calls) == 6
    shown = {(one.quantity, one.price) for live in stage.live() for one in live.variations.values()}
    assert shown == {(7, Decimal("19.90"))}
    assert {outcome for _, outcome in those.attempts()} == {"accepted"}
    assert all(not name.startswith(("creating", "publishing")) for desk in those.desks for name in desk.progress)


def test_descriptions_of_more_than_a_million_characters_go_in_several_calls(stage: EbayStage) -> None:
    sent, those = watch(stage), candles(stage, 3, description_html=f"<p>{'wax ' * 100_000}</p>")
    assert wrong(those.publish()) == {}
    assert [len(body["requests"]) for body in bodies(stage, sent, MAKE_OFFERS)] == [2, 1]


@pytest.mark.parametrize(
    ("operation", "error_id", "attempt"),
    [
        (PUT_ITEMS, 25022, "not_applied"),
        (MAKE_OFFERS, 25709, "unknown"),  # its item is written
        (PUBLISH, 25005, "accepted"),
    ],
)
def test_a_refused_entry_is_its_own_products(stage: EbayStage, operation: str, error_id: int, attempt: str) -> None:
    those = candles(stage, 4)
    stage.add_faults(entry_refused(operation, "CANDLE-02", error_id))
    became = those.publish()
    assert list(wrong(became)) == ["p2"]
    assert isinstance(became[ProductId("p2")], Rejected)
    assert len(stage.live()) == 3
    assert [outcome for sku, outcome in those.attempts() if sku == "CANDLE-02"] == [attempt]
    assert {outcome for sku, outcome in those.attempts() if sku != "CANDLE-02"} == {"accepted"}


@pytest.mark.parametrize("operation", [PUT_ITEMS, MAKE_OFFERS, PUBLISH])
def test_an_entry_without_a_word_is_unknown_and_looked_for_by_the_next_run(stage: EbayStage, operation: str) -> None:
    those = candles(stage, 3)
    stage.add_faults(Fault(operation, "vendor", name="entry_lost", body={"sku": "CANDLE-01"}))
    assert wrong(those.publish()) == {"p1": (OutcomeUnknown, "ebay_no_word_of_listing")}
    assert wrong(those.publish()) == {}
    assert (len(stage.live()), stage.ever_made()) == (3, 3)


def test_a_refusal_of_the_whole_call_is_no_word_about_any_product(stage: EbayStage) -> None:
    those = candles(stage, 3)
    refusal = {"errors": [{"errorId": 2004, "domain": "ACCESS", "category": "REQUEST", "message": "Not serializable"}]}
    stage.add_faults(Fault(PUT_ITEMS, "status", status=400, body=refusal))
    stage.unchecked = True
    assert those.publish() == {}
    assert stage.live() == []
    assert {outcome for _, outcome in those.attempts()} == {"not_applied"}


def test_a_product_whose_lease_is_too_short_is_left_out_of_the_call_and_of_no_other(stage: EbayStage) -> None:
    sent, those = watch(stage), candles(stage, 3)
    those.desks[1].units_too_short = 1
    assert wrong(those.publish()) == {"p1": (RetryLater, "lease_too_short")}
    assert [len(body["requests"]) for body in bodies(stage, sent, PUT_ITEMS)] == [2]
    assert [outcome for sku, outcome in those.attempts() if sku == "CANDLE-01"] == ["not_applied"]


def test_nothing_is_begun_once_nobody_asks_for_more(stage: EbayStage) -> None:
    those = candles(stage, 30)
    asked: list[int] = []

    def once() -> bool:
        asked.append(1)
        return len(asked) == 1

    assert len(those.publish(once)) == len(stage.live()) == 25


def test_what_is_on_sale_already_stays_as_it_is(stage: EbayStage) -> None:
    those = candles(stage, 3)
    first = those.publish()
    stage.calls.clear()
    again = those.publish()
    assert again == first
    assert sorted(set(stage.calls)) == ["bulkGetInventoryItem", "getOffers"]
    assert stage.ever_made() == 3


def test_offers_that_are_there_unpublished_are_replaced_ten_to_a_lease_and_published_together(stage: EbayStage) -> None:
    those = candles(stage, 12)
    first = those.publish()
    for request, desk in zip(those.requests, those.desks, strict=True):
        those.adapter.end(request, desk.worker())
    stage.calls.clear()
    again = those.publish()
    assert wrong(again) == {}
    before = {product: one.offers for product, one in first.items() if isinstance(one, Published)}
    assert {product: one.offers for product, one in again.items() if isinstance(one, Published)} == before
    counted = {name: stage.calls.count(name) for name in (PUT_ITEMS, MAKE_OFFERS, "updateOffer", PUBLISH)}
    assert counted == {PUT_ITEMS: 2, MAKE_OFFERS: 0, "updateOffer": 12, PUBLISH: 2}


def test_a_product_that_eBay_would_surely_refuse_is_told_before_the_calls_of_the_others(stage: EbayStage) -> None:
    sent, those = watch(stage), candles(stage, 3)
    those.requests[1] = replace(those.requests[1], product=replace(those.requests[1].product, images=()))
    assert wrong(those.publish()) == {"p1": (Rejected, "ebay_picture_missing")}
    assert [len(body["requests"]) for body in bodies(stage, sent, PUT_ITEMS)] == [2]


def test_a_sku_without_an_item_is_absent_and_one_with_an_offer_is_not(stage: EbayStage) -> None:
    those = candles(stage, 2)
    those.publish()
    together = those.adapter.together()
    assert together is not None
    assert together.absent([Sku("CANDLE-00"), Sku("NEVER-SEEN")]) == {"NEVER-SEEN"}
