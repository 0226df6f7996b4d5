"""What was listed in Seller Hub of the simulated eBay: all of it is read, and what meets eBay's terms is migrated once."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from listbridge.domain.ids import RemoteId, Site, Sku
from listbridge.domain.listings.foreign import ForeignListing
from listbridge.domain.listings.listing import Values
from listbridge.domain.money import Money
from listbridge.domain.ports import Adopted, Adopting
from listbridge.domain.verdicts import OutcomeUnknown, RateLimited, RetryLater
from listbridge.marketplaces.ebay.offers import inventory_report
from simulators.faults import Fault
from tests.contract.marketplaces.staged_ebay import EbayStage

US, GB = Site("EBAY_US"), Site("EBAY_GB")


class Hub:
    """Anna's account, and what she lists by hand."""

    def __init__(self) -> None:
        self.stage = EbayStage()
        self.deeds = self.stage.simulator.deeds
        adopting = self.stage.open().adopting()
        assert adopting is not None
        self.adopting: Adopting = adopting

    def lists(self, *skus: str, quantity: int = 5, price: str = "10.00", **more: Any) -> RemoteId:
        parts = [{"sku": sku, "quantity": quantity, "price": price} for sku in skus]
        return RemoteId(self.deeds.list_in_hub(parts, **more)["listingId"])

    def found(self, site: Site = US, *, polls: int = 40) -> dict[RemoteId, ForeignListing]:
        cursor: str | None = None
        listings: list[ForeignListing] = []
        for _ in range(polls):
            try:
                page = self.adopting.foreign(site, cursor)
            except RateLimited as wait:
                self.stage.clock.advance(wait.after_s)
                continue
            listings += page.listings
            cursor = page.cursor
            if cursor is None:
                assert len({one.remote for one in listings}) == len(listings)
                return {one.remote: one for one in listings}
        raise AssertionError("the pages did not end")

    def adopt(self, *remotes: RemoteId) -> list[Adopted]:
        found = self.found()
        return self.adopting.adopt(US, [found[remote] for remote in remotes])

    def calls(self, operation: str) -> int:
        return sum(entry.operation == operation for entry in self.stage.simulator.world.journal)


@pytest.fixture
def hub() -> Hub:
    return Hub()


def codes(one: ForeignListing) -> list[str]:
    return [problem.code for problem in one.unmet]


def errors(told: Sequence[Adopted]) -> list[str | None]:
    return [one.error.problem.code if one.error is not None else None for one in told]


def money(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def test_all_that_the_seller_listed_by_hand_is_shown_with_its_values(hub: Hub) -> None:
    cap = hub.lists("CAP", quantity=3, price="19.99")
    shirt = hub.lists("SHIRT-S", "SHIRT-L", quantity=2)
    bare = hub.lists("")
    hub.lists("ELSEWHERE", marketplace=GB)
    hub.stage.put_on_sale(Sku("OURS"))
    found = hub.found()
    assert {remote: [part.sku for part in one.parts] for remote, one in found.items()} == {
        cap: ["CAP"],
        shirt: ["SHIRT-S", "SHIRT-L"],
        bare: [""],
        hub.stage.live()[0].remote: ["OURS"],
    }
    assert found[cap].parts[0].values == Values(3, money("19.99"))
    assert found[cap].url == f"https://www.ebay.com/itm/{cap}"
    assert [codes(one) for one in found.values()] == [[], [], [], []]


@pytest.mark.parametrize("packed", ["zip", "gzip", "plain"])
def test_the_report_is_read_in_pages_whatever_its_file_is_packed_in(
    hub: Hub, packed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inventory_report, "_ROWS", 3)
    hub.deeds.set_inventory_report(packed=packed, takes_s=90)
    remotes = [hub.lists(f"S{number}") for number in range(8)]
    assert list(hub.found()) == remotes
    assert (hub.calls("createInventoryTask"), hub.calls("getResultFile")) == (2, 4)


def test_an_auction_is_told_apart_and_a_variation_without_stock_too(hub: Hub) -> None:
    auction = hub.lists("CLOCK", quantity=1, format="AUCTION")
    parts = [{"sku": "A", "quantity": 0, "price": "1.00"}, {"sku": "B", "quantity": 2, "price": "1.00"}]
    half = RemoteId(hub.deeds.list_in_hub(parts)["listingId"])
    alone = hub.lists("EMPTY", quantity=0)
    found = hub.found()
    assert codes(found[auction]) == ["ebay_auction_stays"]
    assert codes(found[half]) == ["ebay_variation_at_zero"]
    assert codes(found[alone]) == []


@pytest.mark.parametrize("end", ["FAILED", "ABORTED", "PARTIALLY_PROCESSED"])
def test_a_report_that_fails_or_has_only_a_part_is_to_be_asked_for_again(hub: Hub, end: Any) -> None:
    hub.deeds.set_inventory_report(ends_as=end, takes_s=0)
    with pytest.raises(RetryLater) as failed:
        hub.found()
    assert failed.value.problem.code == "ebay_report_failed"


def test_a_report_that_is_never_made_is_asked_for_again_after_hours(hub: Hub) -> None:
    hub.deeds.set_inventory_report(takes_s=90_000)
    began = hub.stage.clock.now()
    with pytest.raises(RetryLater) as failed:
        hub.found(polls=500)
    assert failed.value.problem.code == "ebay_report_failed"
    assert (hub.stage.clock.now() - began).total_seconds() == 6 * 3_600


@pytest.mark.parametrize(
    "body", [b"PK\x03\x04cut", b"<SKUDetails>", b'<!DOCTYPE x [<!ENTITY a "b">]><x/>', b"\x1f\x8bno", b""]
)
def test_a_file_that_is_no_report_is_never_taken_for_an_empty_one(
    hub: Hub, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulators.ebay.feeds._packed", lambda *_: body)
    with pytest.raises(RetryLater) as refused:
        hub.found()
    assert refused.value.problem.code in ("ebay_answer_unreadable", "no_answer")


@pytest.mark.parametrize(
    "body",
    [
        b"<errors><message>Try again.</message></errors>",
        b"<BulkDataExchangeResponses><ActiveInventoryReport><Ack>Failure</Ack></ActiveInventoryReport></BulkDataExchangeResponses>",
        b"<ActiveInventoryReport><SKUDetails><SKU>A</SKU></SKUDetails></ActiveInventoryReport>",
        b"<ActiveInventoryReport><SKUDetails><ItemID>"
        + b"7" * 3_000
        + b"</ItemID></SKUDetails></ActiveInventoryReport>",
    ],
    ids=["another document", "a report that failed", "a listing without an id", "an id that is none"],
)
def test_a_document_that_tells_less_than_all_is_no_report(
    hub: Hub, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulators.ebay.feeds._packed", lambda *_: body)
    with pytest.raises(RetryLater) as refused:
        hub.found()
    assert refused.value.problem.code == "ebay_answer_unreadable"


@pytest.mark.parametrize("price", ["NaN", "Infinity", "-1.00", "1E+400", "", "free", "1" * 400])
def test_a_price_that_is_none_is_unknown_and_hides_no_other_listing(hub: Hub, price: str) -> None:
    odd, good = hub.lists("ODD", price=price), hub.lists("GOOD")
    found = hub.found()
    assert (found[odd].parts[0].values, found[good].parts[0].values) == (Values(5, None), Values(5, money("10.00")))


def test_a_sku_that_is_longer_than_any_of_ebays_counts_as_none(hub: Hub) -> None:
    odd, good = hub.lists("X" * 3_000), hub.lists("GOOD")
    found = hub.found()
    assert (found[odd].skus, found[good].skus) == ((), ("GOOD",))


def test_a_seller_without_auctions_has_no_file_of_them(hub: Hub) -> None:
    cap = hub.lists("CAP")
    hub.deeds.set_inventory_report(file_of_nothing=False)
    began = hub.stage.clock.now()
    assert hub.found().keys() == {cap}
    assert (hub.stage.clock.now() - began).total_seconds() >= 300  # it might only have come late


def test_no_file_of_what_sells_at_a_fixed_price_is_not_taken_for_an_empty_account(hub: Hub) -> None:
    hub.lists("CLOCK", format="AUCTION")
    hub.deeds.set_inventory_report(file_of_nothing=False)
    with pytest.raises(RetryLater) as missing:
        hub.found()
    assert missing.value.problem.code == "ebay_report_without_file"


def test_a_seller_without_business_policies_is_told_before(hub: Hub) -> None:
    assert hub.adopting.account_unmet(US) == ()
    hub.stage.simulator.world.sellers["anna"].programs.clear()
    assert [one.code for one in hub.adopting.account_unmet(US)] == ["ebay_policies_missing"]


def test_what_is_migrated_keeps_its_listing_and_can_be_written(hub: Hub) -> None:
    cap, shirt = hub.lists("CAP"), hub.lists("SHIRT-S", "SHIRT-L")
    told = hub.adopt(cap, shirt)
    assert [(one.remote, list(one.offers)) for one in told] == [(cap, ["CAP"]), (shirt, ["SHIRT-S", "SHIRT-L"])]
    adapter = hub.stage.open()
    found = adapter.find(US, Sku("SHIRT-L"))
    assert found is not None
    assert (found.remote, found.offer, found.shown) == (
        shirt,
        told[1].offers[Sku("SHIRT-L")],
        Values(5, money("10.00")),
    )
    assert found.group is not None
    assert hub.adopting.managed(US, list(hub.found().values())).keys() == {cap, shirt}


def test_each_listing_has_an_answer_of_its_own(hub: Hub) -> None:
    good, bare = hub.lists("A"), hub.lists("B", business_policies=False)
    assert errors(hub.adopt(good, bare)) == [None, "ebay_migration_refused"]
    assert errors(hub.adopt(bare)) == ["ebay_migration_refused"]


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"business_policies": False}, "Business policies"),
        ({"immediate_pay": False}, "immediate payment"),
        ({"located": False}, "postal code"),
    ],
)
def test_what_ebay_asks_for_is_told_in_its_words(hub: Hub, terms: dict[str, bool], words: str) -> None:
    (told,) = hub.adopt(hub.lists("A", **terms))
    assert told.error is not None
    assert words in told.error.problem.params["message"]
    assert told.error.problem.fix == "read_ebay_message"
    assert hub.adopting.managed(US, list(hub.found().values())) == {}


def test_what_ended_or_is_another_seller_s_is_refused(hub: Hub) -> None:
    ended = hub.lists("A")
    found = hub.found()
    hub.deeds.end_in_hub(ended)
    hub.stage.add_seller("berta")
    theirs = ForeignListing(RemoteId(hub.deeds.list_in_hub(
        [{"sku": "T", "quantity": 1, "price": "1.00"}], seller="berta")["listingId"]), found[ended].parts)  # fmt: skip
    assert errors(hub.adopting.adopt(US, [found[ended], theirs])) == ["ebay_migration_refused"] * 2


def test_an_answer_that_is_lost_is_found_by_a_look(hub: Hub) -> None:
    cap = hub.lists("CAP")
    found = hub.found()
    hub.stage.add_faults(Fault("bulkMigrateListing", "drop_after"))
    with pytest.raises(OutcomeUnknown):
        hub.adopting.adopt(US, [found[cap]])
    assert hub.adopting.managed(US, list(found.values())).keys() == {cap}


@pytest.mark.parametrize("lost", [False, True])
def test_a_variation_that_sold_out_before_the_call_is_named_as_left_behind(hub: Hub, lost: bool) -> None:
    shirt = hub.lists("SHIRT-S", "SHIRT-L", quantity=1)
    listing = hub.found()[shirt]
    hub.deeds.sell_in_hub(shirt, "SHIRT-S")
    if lost:
        hub.stage.add_faults(Fault("bulkMigrateListing", "drop_after"))
        with pytest.raises(OutcomeUnknown):
            hub.adopting.adopt(US, [listing])
        told = hub.adopting.managed(US, [listing])[shirt]
    else:
        (told,) = hub.adopting.adopt(US, [listing])
    assert (told.error, told.left, list(told.offers)) == (None, ("SHIRT-S",), ["SHIRT-L"])


def test_a_second_migration_is_refused_by_ebay_itself(hub: Hub) -> None:
    cap = hub.lists("CAP")
    assert errors(hub.adopt(cap)) == [None]
    assert errors(hub.adopt(cap)) == ["ebay_migration_refused"]
