"""The piece that a paused listing of Etsy's keeps, and those that a renewal gives, are never sold: nobody has them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from listbridge.domain.ids import Sku
from listbridge.domain.listings.listing import Values
from listbridge.domain.money import Money
from listbridge.domain.ports import PublishRequest
from listbridge.domain.verdicts import OutcomeUnknown
from simulators.faults import Fault
from tests.contract.marketplaces.acts import published, revise, revision
from tests.contract.marketplaces.memory_steps import Desk
from tests.contract.marketplaces.staged_etsy import EtsyStage

SMALL, LARGE, THEIRS = "JUMPER-XS", "JUMPER-S", "JUMPER-XXXL"
PRICE = Money(Decimal("19.90"), "USD")


class Shop:
    """A listing of two sizes, seven of each; `desk` keeps what publishing saves."""

    def __init__(self) -> None:
        self.stage = EtsyStage()
        self.adapter, request, self.desk, self.done = published(self.stage, 2)
        known = (replace(one, offer=self.done.offers[one.key.sku], remote=self.done.remote) for one in request.variants)
        self.request = replace(request, variants=tuple(known))
        self.stage.desk = None

    @property
    def deeds(self) -> Any:
        return self.stage.simulator.deeds

    @property
    def stock(self) -> tuple[str, dict[str, int]]:
        there = self.stage.simulator.world.listings[int(self.done.remote)]
        return there.state, {one.sku: one.quantity for one in there.products}

    def of(self, *skus: str) -> PublishRequest:
        """For some of the variants."""
        return replace(self.request, variants=tuple(one for one in self.request.variants if one.key.sku in skus))

    def sent(self, **quantities: int | None) -> Desk:
        """The desk with these quantities: `small=3, large=None`, which is kept there."""
        names = {"small": SMALL, "large": LARGE}
        values = {Sku(names[name]): Values(count, PRICE) for name, count in quantities.items()}
        self.desk.values = values
        self.desk.highest = {sku: one.quantity or 0 for sku, one in values.items()}
        return self.desk

    def revise(self, **quantities: int) -> None:
        names = {"small": SMALL, "large": LARGE}
        wanted = [revision(self.request, self.done, names[name], quantity=count) for name, count in quantities.items()]
        assert set(revise(self.adapter, *wanted)) == {None}

    def sell_out(self) -> None:
        for sku, quantity in self.stock[1].items():
            if quantity:
                self.deeds.buy(sku, quantity=quantity)
        assert self.stock[0] == "sold_out"


@pytest.fixture
def shop() -> Shop:
    return Shop()


def test_a_variation_that_comes_back_alone_brings_no_piece_of_one_that_is_at_zero(shop: Shop) -> None:
    """Only one product is left that buyers could be shown: the piece that it keeps is no stock all the same."""
    shop.revise(small=0, large=0)
    shop.adapter.end(shop.of(LARGE), shop.desk.worker())
    assert shop.stock == ("inactive", {SMALL: 1, LARGE: 0})
    shop.adapter.publish(shop.of(LARGE), shop.sent(large=5).worker())
    assert shop.stock == ("active", {SMALL: 0, LARGE: 5})


def test_a_variation_that_is_put_on_sale_again_alone_brings_none_that_ended_with_it(shop: Shop) -> None:
    shop.adapter.end(shop.request, shop.desk.worker())
    assert shop.stock[0] == "inactive"
    shop.adapter.publish(shop.of(LARGE), shop.sent(large=5).worker())
    assert shop.stock == ("active", {SMALL: 0, LARGE: 5})


@pytest.mark.parametrize("call", ["updateListing", "updateListingInventory"])
@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_an_end_that_is_cut_off_and_made_again_leaves_none_either(shop: Shop, call: str, kind: Any) -> None:
    shop.stage.add_faults(Fault(call, kind))
    with pytest.raises(OutcomeUnknown):
        shop.adapter.end(shop.request, shop.desk.worker())
    shop.adapter.end(shop.request, shop.desk.worker())
    assert shop.stock == ("inactive", {SMALL: 1, LARGE: 0})


def test_one_variation_that_is_put_on_sale_again_keeps_the_pictures_of_the_others(shop: Shop) -> None:
    there = shop.stage.simulator.world.listings[int(shop.done.remote)]
    before = [one.image_id for one in there.shown_images]
    shown = len(there.variation_images)
    shop.revise(small=0, large=0)
    shop.adapter.publish(shop.of(LARGE), shop.sent(large=5).worker())
    assert [one.image_id for one in there.shown_images] == before
    assert len(there.variation_images) == shown


def test_an_update_of_a_paused_listing_sells_no_kept_piece_of_a_quantity_that_is_not_ours(shop: Shop) -> None:
    shop.revise(small=0, large=0)
    shop.adapter.full_revise(shop.request, shop.sent(small=None, large=None).worker())
    assert shop.stock == ("inactive", {SMALL: 1, LARGE: 0})
    shop.adapter.full_revise(shop.request, shop.sent(small=None, large=2).worker())
    assert shop.stock == ("active", {SMALL: 0, LARGE: 2})


def test_a_price_leaves_the_seller_s_last_piece_where_it_is(shop: Shop) -> None:
    """The seller paused it with one piece of the second size: what looks like ours stays where it was."""
    shop.deeds.change_quantity(SMALL, 0)
    shop.deeds.change_quantity(LARGE, 1)
    shop.deeds.set_listing_state(int(shop.done.remote), "inactive")
    price = Money(Decimal("25.00"), "USD")
    wanted = replace(revision(shop.request, shop.done, SMALL, price=price), quantity_kept_there=True)
    assert revise(shop.adapter, wanted) == [None]
    assert shop.stock == ("inactive", {SMALL: 0, LARGE: 1})
    shop.revise(small=0)
    assert shop.stock == ("inactive", {SMALL: 0, LARGE: 1})


@pytest.mark.parametrize("state", ["inactive", "sold_out"])
def test_what_went_out_of_sale_while_pictures_were_sent_is_seen_before_its_values_are_written(
    shop: Shop, state: str
) -> None:
    """Between the look and the write lie minutes, and another worker may have paused it."""

    def meanwhile(call: str) -> None:
        if call == "before getListingImages":
            shop.stage.hook = lambda _: None
            if state == "sold_out":
                shop.sell_out()
            else:
                shop.revise(small=0, large=0)

    shop.stage.hook = meanwhile
    paid = len(shop.stage.simulator.world.sellers["anna"].fees)
    shop.adapter.full_revise(shop.of(LARGE), shop.sent(large=3).worker())
    there, quantities = shop.stock
    assert (there, quantities[SMALL]) == ({"inactive": "active"}.get(state, state), 0)
    fees = [one.kind for one in shop.stage.simulator.world.sellers["anna"].fees[paid:]]
    assert "renew" not in fees  # nobody was asked


# ---- renewals ----


def with_theirs(shop: Shop) -> None:
    """The seller has a size of their own, and all is sold."""
    shop.deeds.add_variation(THEIRS, LARGE, ["XXXL"], quantity=1)
    shop.sell_out()


def test_a_renewal_gives_no_piece_to_a_variation_of_the_seller_s_that_sold_out(shop: Shop) -> None:
    with_theirs(shop)
    done = shop.adapter.publish(shop.request, shop.sent(small=3, large=0).worker())
    assert done.fee is not None
    assert shop.stock == ("active", {SMALL: 3, LARGE: 0, THEIRS: 0})


@pytest.mark.parametrize(("call", "count"), [("updateListing", 0), ("updateListingInventory", 1)])
@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_renewal_that_is_cut_off_and_resumed_gives_none_either(shop: Shop, call: str, count: int, kind: Any) -> None:
    with_theirs(shop)
    shop.stage.add_faults(Fault(call, kind, skip=count))
    with pytest.raises(OutcomeUnknown):
        shop.adapter.publish(shop.request, shop.sent(small=3, large=0).worker())
    shop.stage.clock.advance(30)
    shop.adapter.publish(shop.request, shop.sent(small=3, large=0).worker())
    assert shop.stock == ("active", {SMALL: 3, LARGE: 0, THEIRS: 0})
    assert [one.kind for one in shop.stage.simulator.world.sellers["anna"].fees].count("renew") == 1


def test_a_piece_that_the_seller_s_variation_has_by_now_is_theirs(shop: Shop) -> None:
    with_theirs(shop)
    shop.adapter.publish(shop.request, shop.sent(small=3, large=0).worker())
    shop.deeds.change_quantity(THEIRS, 1)
    shop.adapter.full_revise(shop.request, shop.sent(small=2, large=0).worker())
    assert shop.stock == ("active", {SMALL: 2, LARGE: 0, THEIRS: 1})
