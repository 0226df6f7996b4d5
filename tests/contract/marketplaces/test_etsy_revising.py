"""Quantities and prices on Etsy: the whole inventory in one write, pauses, fees, and what is refused alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from listbridge.domain.ids import ListingKey, RemoteId, Sku
from listbridge.domain.listings.listing import RemoteState
from listbridge.domain.money import Money
from listbridge.domain.ports import MarketplaceAdapter, Published, PublishRequest, Revision
from listbridge.domain.verdicts import NotFound, OutcomeUnknown, Rejected, RetryLater
from simulators.faults import Fault
from tests.contract.marketplaces.acts import on_show, published, revise, revision
from tests.contract.marketplaces.staged_etsy import SITE, EtsyStage
from tests.contract.marketplaces.stages import ACCOUNT, listing

SMALL, LARGE = "JUMPER-XS", "JUMPER-S"


class Shop:
    """A listing of two sizes on sale, seven of each."""

    def __init__(self, **settings: Any) -> None:
        self.stage = EtsyStage()
        _, self.request, _, self.done = published(self.stage, 2)
        self.stage.desk = None
        self.adapter: MarketplaceAdapter = self.stage.open(**settings)
        self.stage.calls.clear()

    request: PublishRequest
    done: Published

    @property
    def deeds(self) -> Any:
        return self.stage.simulator.deeds

    @property
    def there(self) -> Any:
        return self.stage.simulator.world.listings[int(self.done.remote)]

    @property
    def stock(self) -> tuple[str, dict[str, int]]:
        return self.there.state, {one.sku: one.quantity for one in self.there.products}

    @property
    def fees(self) -> int:
        [anna] = self.stage.simulator.world.sellers.values()
        return len(anna.fees)

    def revise(self, **quantities: int) -> list[str]:
        """Codes of what was refused, by our names: `small=3, large=0`."""
        skus = {"small": SMALL, "large": LARGE}
        errors = revise(
            self.adapter,
            *(revision(self.request, self.done, skus[name], quantity=count) for name, count in quantities.items()),
        )
        return [error.problem.code for error in errors if error is not None]

    def shown(self) -> list[tuple[RemoteState, int | None]]:
        rows = [
            listing(v.key, offer=self.done.offers[v.key.sku], remote=self.done.remote, group=self.done.group)
            for v in self.request.variants
        ]
        return [(one.state, one.shown.quantity) for one in self.adapter.read_back(rows)]


@pytest.fixture
def shop() -> Shop:
    return Shop()


def test_all_variations_of_a_listing_go_in_two_calls(shop: Shop) -> None:
    assert shop.revise(small=3, large=4) == []
    assert shop.stock == ("active", {SMALL: 3, LARGE: 4})
    assert Counter(shop.stage.calls) == {"getListingInventory": 1, "updateListingInventory": 1}


def test_one_variation_at_zero_stays_in_its_listing(shop: Shop) -> None:
    assert shop.revise(small=0) == []
    assert shop.stock == ("active", {SMALL: 0, LARGE: 7})
    assert shop.shown() == [(RemoteState.LIVE, 0), (RemoteState.LIVE, 7)]


def test_the_last_zero_pauses_the_listing_and_no_old_quantity_comes_back_with_a_sibling(shop: Shop) -> None:
    shop.revise(small=0)
    assert shop.revise(large=0) == []
    assert shop.stock == ("inactive", {SMALL: 1, LARGE: 0})
    assert shop.shown() == [(RemoteState.PAUSED, 0), (RemoteState.PAUSED, 0)]
    assert shop.revise(large=2) == []
    assert shop.stock == ("active", {SMALL: 0, LARGE: 2})
    assert shop.fees == 1  # of publishing: a pause costs nothing


def test_a_paused_listing_that_is_zero_still_needs_one_call(shop: Shop) -> None:
    shop.revise(small=0, large=0)
    shop.stage.calls.clear()
    assert shop.revise(small=0, large=0) == []
    assert Counter(shop.stage.calls) == {"getListingInventory": 1}


@pytest.mark.parametrize("call", ["updateListingInventory", "updateListing"])
@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_pause_that_is_cut_off_leaves_no_old_quantity_behind(shop: Shop, call: str, kind: Any) -> None:
    shop.stage.add_faults(Fault(call, kind))
    with pytest.raises(OutcomeUnknown):
        shop.revise(small=0, large=0)
    assert shop.revise(small=0, large=0) == []
    assert shop.revise(large=2) == []
    assert shop.stock == ("active", {SMALL: 0, LARGE: 2})


@pytest.mark.parametrize("call", ["updateListingInventory", "updateListing"])
@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_pause_that_is_cut_off_puts_no_piece_on_sale_of_what_was_at_zero_before(
    shop: Shop, call: str, kind: Any
) -> None:
    shop.revise(small=0)
    shop.stage.add_faults(Fault(call, kind))
    with pytest.raises(OutcomeUnknown):
        shop.revise(large=0)
    assert [quantity for state, quantity in shop.shown() if state == RemoteState.LIVE] in ([], [0, 7])
    assert shop.revise(large=0) == []
    assert shop.stock == ("inactive", {SMALL: 1, LARGE: 0})
    assert shop.shown() == [(RemoteState.PAUSED, 0), (RemoteState.PAUSED, 0)]


def test_a_listing_that_sold_out_at_etsy_is_not_renewed_for_a_fee_that_nobody_agreed_to(shop: Shop) -> None:
    shop.deeds.buy(SMALL, quantity=7)
    shop.deeds.buy(LARGE, quantity=7)
    before = shop.fees
    assert shop.stock[0] == "sold_out"
    assert shop.revise(small=0, large=0) == []
    assert shop.revise(small=0, large=5) == ["etsy_renewal_costs_fee"]
    assert (shop.stock, shop.fees) == (("sold_out", {SMALL: 0, LARGE: 0}), before)
    assert shop.shown() == [(RemoteState.PAUSED, 0), (RemoteState.PAUSED, 0)]


def test_a_seller_who_agreed_to_the_fee_has_it_back_on_sale_with_the_right_stock() -> None:
    shop = Shop(renew_sold_out=True)
    shop.deeds.buy(SMALL, quantity=7)
    shop.deeds.buy(LARGE, quantity=7)
    before = shop.fees
    assert shop.revise(large=5) == []
    assert shop.stock == ("active", {SMALL: 0, LARGE: 5})
    assert shop.fees == before + 1


def test_a_price_of_a_listing_that_sold_out_is_written_and_sells_nothing(shop: Shop) -> None:
    shop.deeds.buy(SMALL, quantity=7)
    shop.deeds.buy(LARGE, quantity=7)
    price = revision(shop.request, shop.done, SMALL, price=Money(Decimal("25.00"), "USD"))
    assert revise(shop.adapter, price) == [None]
    assert {one.sku: one.price for one in shop.there.products} == {SMALL: Decimal("25.00"), LARGE: Decimal("19.90")}
    assert shop.shown() == [(RemoteState.PAUSED, 0), (RemoteState.PAUSED, 0)]
    shop.adapter = shop.stage.open(renew_sold_out=True)
    assert shop.revise(large=5) == []
    assert shop.stock == ("active", {SMALL: 0, LARGE: 5})


def test_a_listing_of_one_product_pauses_and_comes_back_without_a_call_too_many(shop: Shop) -> None:
    _, request, _, done = published(shop.stage, 1)
    shop.stage.desk = None
    shop.stage.calls.clear()
    assert revise(shop.adapter, revision(request, done, "CANDLE", quantity=0)) == [None]
    assert [one for one in shop.stage.calls if one != "getMe"] == ["getListingInventory", "updateListing"]
    shop.stage.calls.clear()
    assert revise(shop.adapter, revision(request, done, "CANDLE", quantity=3)) == [None]
    assert shop.stage.calls == ["getListingInventory", "updateListingInventory", "updateListing"]
    assert on_show(shop.stage) == (3, Decimal("19.90"))


def test_what_the_seller_changed_on_etsy_stays(shop: Shop) -> None:
    shop.deeds.change_price(LARGE, "33.00")
    shop.deeds.add_variation("JUMPER-XXXL", SMALL, ["XXXL"], quantity=2, price="44.00")
    assert shop.revise(small=3) == []
    assert {one.sku: (one.quantity, one.price) for one in shop.there.products} == {
        SMALL: (3, Decimal("19.90")),
        LARGE: (7, Decimal("33.00")),
        "JUMPER-XXXL": (2, Decimal("44.00")),
    }


@pytest.mark.parametrize("hand", ["hide_variation", "remove_variation"])
def test_a_variation_that_the_seller_took_away_is_gone_and_its_sibling_goes_on(shop: Shop, hand: str) -> None:
    getattr(shop.deeds, hand)(SMALL)
    assert shop.revise(small=3, large=4) == ["etsy_not_live"]
    assert shop.stock[1][LARGE] == 4
    assert shop.shown() == [(RemoteState.GONE, None), (RemoteState.LIVE, 4)]


def test_a_sku_that_two_variations_have_is_changed_on_neither(shop: Shop) -> None:
    shop.deeds.change_sku(LARGE, SMALL)
    assert shop.revise(small=3) == ["etsy_sku_twice"]
    assert [one.quantity for one in shop.there.products] == [7, 7]


def test_another_currency_than_the_shop_s_is_refused_and_changes_nothing(shop: Shop) -> None:
    wrong = revision(shop.request, shop.done, SMALL, price=Money(Decimal("9.00"), "EUR"))
    refused, fine = revise(shop.adapter, wrong, revision(shop.request, shop.done, LARGE, quantity=4))
    assert isinstance(refused, Rejected)
    assert (refused.problem.code, fine) == ("etsy_currency_refused", None)
    assert {one.sku: (one.quantity, one.price) for one in shop.there.products} == {
        SMALL: (7, Decimal("19.90")),
        LARGE: (4, Decimal("19.90")),
    }


def test_a_listing_that_etsy_lets_nobody_edit_is_not_taken_for_changed(shop: Shop) -> None:
    shop.deeds.freeze_listing(int(shop.done.remote), "silent")
    assert shop.revise(small=3) == ["etsy_change_without_effect"]
    shop.deeds.freeze_listing(int(shop.done.remote), "loud")
    with pytest.raises(RetryLater):
        shop.revise(small=3)
    assert shop.stock == ("active", {SMALL: 7, LARGE: 7})


def test_a_refused_price_does_not_hold_its_sibling_s_quantity(shop: Shop) -> None:
    too_much = revision(shop.request, shop.done, SMALL, price=Money(Decimal("99999999.00"), "USD"))
    sibling = revision(shop.request, shop.done, LARGE, quantity=4)
    refused, waits = revise(shop.adapter, too_much, sibling)
    assert isinstance(refused, Rejected)
    assert isinstance(waits, RetryLater)
    assert revise(shop.adapter, sibling) == [None]
    assert shop.stock == ("active", {SMALL: 7, LARGE: 4})


def test_a_listing_that_was_deleted_is_not_found(shop: Shop) -> None:
    shop.deeds.delete_listing(int(shop.done.remote))
    [error] = revise(shop.adapter, revision(shop.request, shop.done, SMALL, quantity=1))
    assert isinstance(error, NotFound)


# ---- what there is ----


def existing(shop: Shop) -> list[Any]:
    found, cursor = [], None
    while True:
        page = shop.adapter.existing(SITE, cursor)
        found += page.listings
        cursor = page.cursor
        if cursor is None:
            return found


def test_all_that_the_shop_has_is_found_in_every_state_and_drafts_are_not(shop: Shop) -> None:
    for state in ("inactive", "sold_out", "draft", "expired"):
        shop.deeds.seed_listings("anna", [state], state=state)
    found = {one.key.sku: one.state for one in existing(shop)}
    assert found == {
        SMALL: RemoteState.LIVE,
        LARGE: RemoteState.LIVE,
        "inactive": RemoteState.PAUSED,
        "sold_out": RemoteState.PAUSED,
    }


def test_of_two_listings_with_one_sku_that_on_sale_counts(shop: Shop) -> None:
    [old] = shop.deeds.seed_listings("anna", ["CUP"], state="inactive")["listingIds"]
    [new] = shop.deeds.seed_listings("anna", ["CUP"])["listingIds"]
    assert old != new
    assert {one.key.sku: one.remote for one in existing(shop)}[Sku("CUP")] == str(new)


def test_a_listing_that_is_deleted_between_page_and_inventories_costs_none_of_the_others(shop: Shop) -> None:
    skus = [f"CUP{number}" for number in range(30)]
    ids = shop.deeds.seed_listings("anna", skus)["listingIds"]

    def delete(call: str) -> None:
        if call == "before getListingsInventoryByListingIds" and ids[3] in shop.stage.simulator.world.listings:
            shop.deeds.delete_listing(ids[3])

    shop.stage.hook = delete
    assert {one.key.sku for one in existing(shop)} == {SMALL, LARGE, *skus} - {"CUP3"}


def test_a_listing_that_changes_its_state_while_the_pages_are_read_is_not_left_out(shop: Shop) -> None:
    [paused] = shop.deeds.seed_listings("anna", ["PAUSED"], state="inactive")["listingIds"]
    [active] = shop.deeds.seed_listings("anna", ["ACTIVE"])["listingIds"]
    pages: list[str] = []

    def swap(call: str) -> None:
        if call == "after getListingsByShop":
            pages.append(call)
            if len(pages) == 1:  # those on sale have been read
                shop.deeds.set_listing_state(active, "inactive")
                shop.deeds.set_listing_state(paused, "active")

    shop.stage.hook = swap
    assert {one.key.sku for one in existing(shop)} >= {"PAUSED", "ACTIVE"}


def test_a_hundred_listings_are_read_back_in_one_call(shop: Shop) -> None:
    skus = [f"CUP{number}" for number in range(100)]
    ids = shop.deeds.seed_listings("anna", skus, quantity=4)["listingIds"]
    rows = [
        listing(ListingKey(ACCOUNT, SITE, Sku(sku)), offer=RemoteId(sku), remote=RemoteId(str(id)))
        for sku, id in zip(skus, ids, strict=True)
    ]
    shop.adapter.identify()
    shop.stage.calls.clear()
    assert {(one.state, one.values.quantity) for one in shop.adapter.read_back(rows)} == {(RemoteState.LIVE, 4)}
    assert Counter(shop.stage.calls) == {"getListingsInventoryByListingIds": 1}
    shop.deeds.delete_listing(ids[50])
    states = [one.state for one in shop.adapter.read_back(rows)]
    assert states == [RemoteState.LIVE] * 50 + [RemoteState.GONE] + [RemoteState.LIVE] * 49


# ---- prices apart from quantities ----


def price_alone(shop: Shop, price: str = "25.00") -> Revision:
    """The seller keeps the quantity on Etsy by hand."""
    made = revision(shop.request, shop.done, SMALL, price=Money(Decimal(price), "USD"))
    return replace(made, quantity_kept_there=True)


@pytest.mark.parametrize("when", ["before updateListingInventory", "after updateListingInventory"])
def test_a_sale_around_the_write_of_a_price_is_taken_off_once(shop: Shop, when: str) -> None:
    def sell(call: str) -> None:
        if call == when:
            shop.stage.hook = lambda _: None
            shop.deeds.buy(SMALL, quantity=2)
            shop.deeds.buy(LARGE, quantity=1)

    shop.stage.clock.advance(60)
    shop.stage.hook = sell
    assert revise(shop.adapter, price_alone(shop)) == [None]
    assert shop.stock[1] == {SMALL: 5, LARGE: 6}
    assert {one.sku: one.price for one in shop.there.products} == {SMALL: Decimal("25.00"), LARGE: Decimal("19.90")}


def test_the_last_piece_sold_around_the_write_of_a_price_does_not_come_back(shop: Shop) -> None:
    shop.revise(small=2, large=0)

    def sell(call: str) -> None:
        if call == "before updateListingInventory":
            shop.stage.hook = lambda _: None
            shop.deeds.buy(SMALL, quantity=2)

    shop.stage.clock.advance(60)
    shop.stage.hook = sell
    assert revise(shop.adapter, price_alone(shop)) == [None]
    assert shop.shown() == [(RemoteState.PAUSED, 0), (RemoteState.PAUSED, 0)]


def test_a_price_without_a_sale_takes_one_call_more_and_ours_takes_none(shop: Shop) -> None:
    shop.adapter.existing(SITE, None)  # it knows its shop from then on
    shop.stage.calls.clear()
    assert revise(shop.adapter, price_alone(shop)) == [None]
    assert Counter(shop.stage.calls) == {"getListingInventory": 1, "updateListingInventory": 1, "getShopReceipts": 1}
    shop.stage.calls.clear()
    assert revise(shop.adapter, replace(price_alone(shop, "26.00"), quantity_kept_there=False)) == [None]
    assert Counter(shop.stage.calls) == {"getListingInventory": 1, "updateListingInventory": 1}
