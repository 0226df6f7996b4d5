"""No sequence of what we send and end, sales, and edits by the seller loses a variation, a price or a picture on Etsy.

Etsy's write replaces the whole inventory of a listing, so every variation, price and processing profile that a tool does not send again is
gone. The machine keeps what must be there beside what the simulator has, whatever order things happen in, also when answers
are lost on their way.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from listbridge.domain.ids import ListingKey, Sku
from listbridge.domain.listings.listing import Values
from listbridge.domain.money import Money
from listbridge.domain.ports import MarketplaceAdapter, Published, PublishRequest, Revision, UnitRevision
from listbridge.domain.verdicts import OutcomeUnknown, RemoteError, RetryLater
from simulators.faults import Fault
from tests.contract.marketplaces.acts import PRICE, published
from tests.contract.marketplaces.memory_steps import Desk
from tests.contract.marketplaces.staged_etsy import SITE, EtsyStage
from tests.contract.marketplaces.stages import ACCOUNT, SIZES
from tests.faults.profiles import chosen_profile

JUMPERS = [f"JUMPER-{size}" for size in SIZES[:3]]
SKUS = st.sampled_from([*JUMPERS, "JUMPER-XXXL"])
QUANTITIES = st.integers(0, 4)
PRICES = st.integers(20, 99_999).map(lambda cents: Decimal(cents) / 100)
CHANGES = st.dictionaries(
    SKUS, st.tuples(st.none() | QUANTITIES, st.none() | PRICES).filter(any), min_size=1, max_size=4
)
LOST: Any = st.sampled_from(["drop_before", "drop_after", "status"])
ALLOWED = frozenset({"etsy_not_live", "etsy_renewal_costs_fee"})
"""Why a revision may be refused: for a variation that there is not, and for what costs a fee."""
CALLS = st.sampled_from(["getListingInventory", "updateListingInventory", "updateListing"])
SOME = st.sets(st.sampled_from(JUMPERS), min_size=1)

Changes = dict[str, tuple[int | None, Decimal | None]]
"""By SKU a quantity, a price, or both."""


@dataclass
class Variation:
    """What must be there. One that is not offered is hidden, and comes back where it was."""

    quantity: int
    price: Decimal
    offered: bool = True


class NothingIsLost(RuleBasedStateMachine):
    """One listing of three variations, its seller, its buyers, and us."""

    stage: EtsyStage
    adapter: MarketplaceAdapter
    done: Published
    request: PublishRequest
    desk: Desk
    expected: dict[str, Variation]
    unlinked: set[str]
    """The variations whose picture went with them when the seller removed them."""
    images: list[int]
    title: str

    @initialize(renews=st.booleans())
    def put_on_sale(self, renews: bool) -> None:
        self.stage = EtsyStage()
        self.stage.without_documents()
        _, request, self.desk, self.done = published(self.stage, len(JUMPERS))
        known = (replace(one, offer=self.done.offers[one.key.sku], remote=self.done.remote) for one in request.variants)
        self.request, self.unlinked = replace(request, variants=tuple(known)), set()
        self.stage.desk = None
        self.adapter = self.stage.open(renew_sold_out=renews)
        self.expected = {sku: Variation(7, Decimal("19.90")) for sku in JUMPERS}
        self.images = [one.image_id for one in self.listing.shown_images]
        self.linked = list(self.listing.variation_images)
        self.title = self.listing.title

    @property
    def listing(self) -> Any:
        return self.stage.simulator.world.listings[int(self.done.remote)]

    @property
    def deeds(self) -> Any:
        return self.stage.simulator.deeds

    @property
    def _resting(self) -> bool:
        """Paused with the one piece that Etsy wants in any listing."""
        return (
            self.listing.state in ("inactive", "sold_out") and sum(one.quantity for one in self.listing.products) == 1
        )

    # ---- we ----

    @rule(changes=CHANGES)
    def we_revise(self, changes: Changes) -> None:
        self._send(changes)

    def _send(self, changes: Changes) -> None:
        resting = self._resting
        self._note(changes, self._revise(changes), resting)

    @rule(left=st.none() | st.sampled_from(JUMPERS))
    def we_send_that_nothing_is_left(self, left: str | None) -> None:
        changes: Changes = {sku: (0, None) for sku in self.expected if sku != left}
        self._send(changes)

    @rule(changes=CHANGES, call=CALLS, kind=LOST)
    def we_revise_and_an_answer_is_lost(self, changes: Changes, call: str, kind: Any) -> None:
        """Until it is known what became of it nothing else is sent; then the same goes again."""
        resting = self._resting
        self.stage.add_faults(Fault(call, kind, status=500))
        try:
            errors = self._revise(changes)
        except (OutcomeUnknown, RetryLater):
            self.stage.simulator.faults.clear()
            errors = self._revise(changes)
        self.stage.simulator.faults.clear()
        self._note(changes, errors, resting)

    @rule(sku=st.sampled_from(JUMPERS), price=PRICES, sold=st.integers(0, 2))
    def we_send_a_price_whose_quantity_the_seller_keeps(self, sku: str, price: Decimal, sold: int) -> None:
        """Buyers may come between our read and our write."""
        resting = self._resting
        self.stage.clock.advance(60)

        def buy(call: str) -> None:
            if call == "before updateListingInventory":
                self.stage.hook = lambda _: None
                for _ in range(sold):
                    self.somebody_buys(sku)

        self.stage.hook = buy
        changes: Changes = {sku: (None, price)}
        errors = self._revise(changes, kept_there=True)
        self.stage.hook = lambda _: None
        self._note(changes, errors, resting)

    @rule(sku=st.sampled_from(JUMPERS), price=PRICES, kind=LOST)
    def we_send_such_a_price_and_cannot_ask_what_was_sold(self, sku: str, price: Decimal, kind: Any) -> None:
        resting = self._resting
        self.stage.clock.advance(60)
        self.stage.add_faults(Fault("getShopReceipts", kind, status=500))
        changes: Changes = {sku: (None, price)}
        try:
            errors = self._revise(changes, kept_there=True)
        except (OutcomeUnknown, RetryLater):
            errors = self._revise(changes, kept_there=True)
        self.stage.simulator.faults.clear()
        self._note(changes, errors, resting)

    @rule(skus=SOME)
    def we_end(self, skus: AbstractSet[str]) -> None:
        state = self.listing.state
        offered = {one.sku for one in self.listing.products if one.enabled}
        resting = self._resting
        self._set_desk(dict.fromkeys(skus, (0, PRICE)))
        self.adapter.end(self._of(skus), self.desk.worker())
        if state == "sold_out":
            return
        if resting or offered <= skus:
            for one in self.expected.values():
                one.quantity = 0
        for sku in skus & offered if offered - skus else ():
            self.expected[sku].offered, self.expected[sku].quantity = False, 0

    @rule(skus=SOME, quantity=st.integers(1, 4))
    def we_put_on_sale_again(self, skus: AbstractSet[str], quantity: int) -> None:
        state, resting = self.listing.state, self._resting
        offered = {one.sku for one in self.listing.products if one.enabled}
        self._set_desk(dict.fromkeys(skus, (quantity, PRICE)))
        self.adapter.publish(self._of(skus), self.desk.worker())
        if state == "active" and skus <= offered:
            return
        self._written(skus, quantity, resting)
        if state != "active":
            self._in_full(skus)

    @rule(quantity=QUANTITIES)
    def we_send_in_full(self, quantity: int) -> None:
        resting = self._resting
        self._set_desk(dict.fromkeys(JUMPERS, (quantity, PRICE)))
        self.adapter.full_revise(self.request, self.desk.worker())
        self._written(JUMPERS, quantity, resting)
        self._in_full(JUMPERS if self.listing.state == "active" else ())

    def _of(self, skus: AbstractSet[str]) -> PublishRequest:
        return replace(self.request, variants=tuple(one for one in self.request.variants if one.key.sku in skus))

    def _set_desk(self, values: dict[str, tuple[int, Decimal]]) -> None:
        told = {Sku(sku): Values(count, Money(price, self.stage.currency)) for sku, (count, price) in values.items()}
        self.desk.values, self.desk.highest = told, {sku: one.quantity or 0 for sku, one in told.items()}

    def _written(self, skus: Collection[str], quantity: int, resting: bool) -> None:
        for one in self.expected.values() if resting else ():
            one.quantity = 0
        self.expected |= {sku: Variation(quantity, PRICE) for sku in skus}

    def _in_full(self, linked: Collection[str]) -> None:
        self.title = self.request.product.title
        self.unlinked -= set(linked)

    def _revise(self, changes: Changes, *, kept_there: bool = False) -> Sequence[RemoteError | None]:
        currency = self.stage.currency
        revisions = [
            Revision(
                ListingKey(ACCOUNT, SITE, Sku(sku)),
                self.done.offers.get(Sku(sku), self.done.remote),
                self.done.remote,
                self.done.group,
                Values(quantity, None if price is None else Money(price, currency)),
                kept_there,
            )
            for sku, (quantity, price) in changes.items()
        ]
        return [one.error for one in self.adapter.revise(UnitRevision(tuple(revisions)))]

    def _note(self, changes: Changes, errors: Sequence[RemoteError | None], resting: bool) -> None:
        """What we were told was accepted must be there from now on. The piece that a paused listing keeps is nobody's."""
        assert {one.problem.code for one in errors if one is not None} <= ALLOWED
        accepted = {sku for sku, error in zip(changes, errors, strict=True) if error is None}
        if accepted and resting:
            for one in self.expected.values():
                one.quantity = 0
        for sku in accepted:
            quantity, price = changes[sku]
            one = self.expected[sku]  # nothing is accepted of a variation that there is not
            one.quantity = one.quantity if quantity is None else quantity
            one.price = one.price if price is None else price

    # ---- buyers ----

    @rule(sku=SKUS)
    def somebody_buys(self, sku: str) -> None:
        product = self.listing.product(sku)
        if self.listing.state == "active" and product is not None and product.enabled and product.quantity:
            self.deeds.buy(sku, seller="anna")
            self.expected[sku].quantity -= 1

    # ---- the seller, by hand ----

    @rule(sku=SKUS, price=PRICES)
    def the_seller_changes_a_price(self, sku: str, price: Decimal) -> None:
        if sku in self.expected:
            self.deeds.change_price(sku, str(price), seller="anna")
            self.expected[sku].price = price

    @rule(sku=SKUS, quantity=QUANTITIES)
    def the_seller_changes_a_quantity(self, sku: str, quantity: int) -> None:
        if sku in self.expected:
            self.deeds.change_quantity(sku, quantity, seller="anna")
            self._as_the_seller_sees_it()

    @precondition(lambda self: "JUMPER-XXXL" not in self.expected)
    @rule(quantity=QUANTITIES, price=PRICES)
    def the_seller_adds_a_variation(self, quantity: int, price: Decimal) -> None:
        like = next(iter(self.expected))
        self.deeds.add_variation("JUMPER-XXXL", like, ["XXXL"], quantity=quantity, price=str(price), seller="anna")
        self.expected["JUMPER-XXXL"] = Variation(quantity, price)
        self._as_the_seller_sees_it()

    @precondition(lambda self: len(self.expected) > 2)
    @rule(data=st.data())
    def the_seller_removes_a_variation(self, data: st.DataObject) -> None:
        sku = data.draw(st.sampled_from(sorted(self.expected)))
        self.deeds.remove_variation(sku, seller="anna")
        del self.expected[sku]
        self.unlinked.add(sku)
        self._as_the_seller_sees_it()

    @rule()
    def the_seller_adds_a_picture(self) -> None:
        if len(self.images) < 20:
            self.images.append(self.deeds.add_image(int(self.done.remote))["listingImageId"])

    @rule(number=st.integers(0, 9))
    def the_seller_changes_the_title(self, number: int) -> None:
        self.title = f"Jumper {number}"
        self.deeds.edit_listing(int(self.done.remote), {"title": self.title})

    @rule()
    def the_seller_pauses_the_listing(self) -> None:
        if self.listing.state == "active":
            self.deeds.set_listing_state(int(self.done.remote), "inactive")

    def _as_the_seller_sees_it(self) -> None:
        """The seller saves all the quantities that Etsy shows them, a paused listing's piece too."""
        for one in self.listing.products:
            self.expected[one.sku].quantity = one.quantity

    # ---- what must always be true ----

    @invariant()
    def no_variation_no_price_and_no_option_is_lost(self) -> None:
        there = {one.sku: (one.price, [value.values for value in one.values]) for one in self.listing.products}
        assert there == {sku: (one.price, [(sku.removeprefix("JUMPER-"),)]) for sku, one in self.expected.items()}
        assert all(one.readiness_id == self.stage.seller["readinessStateId"] for one in self.listing.products)

    @invariant()
    def no_picture_and_no_text_is_lost(self) -> None:
        assert [one.image_id for one in self.listing.shown_images] == self.images
        assert len(self.listing.variation_images) >= len(self.linked) - len(self.unlinked & set(JUMPERS))
        assert self.listing.title == self.title

    @invariant()
    def buyers_can_take_what_there_is_and_no_more(self) -> None:
        if self.listing.state == "active":
            assert {one.sku: (one.quantity, one.enabled) for one in self.listing.products} == {
                sku: (one.quantity, one.offered) for sku, one in self.expected.items()
            }
            assert any(one.quantity for one in self.expected.values())


NothingIsLost.TestCase.settings = settings(chosen_profile(), stateful_step_count=20)
TestNothingIsLost = NothingIsLost.TestCase
