"""Item and offer of each variant of one product: what carries quantity and price, written inside of leases.

One variant is written by the calls for one, several by those for many (`bulk_writing.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from listbridge.domain.ids import RemoteId, Sku
from listbridge.domain.listings.listing import NOTHING, Values
from listbridge.domain.listings.publishing_runs import HalfWritten, WrittenMarks, refuse_without_values
from listbridge.domain.ports import PublishSteps, UnitWrite
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import NotFound, OutcomeUnknown, Rejected, RemoteError, RetryLater
from listbridge.marketplaces.ebay.errors import OFFER_GONE, QUANTITY, SITE_REFUSED, ZERO
from listbridge.marketplaces.ebay.offers.inventory import Inventory, OfferExists
from listbridge.marketplaces.ebay.offers.mapping import ListingContent
from listbridge.marketplaces.ebay.offers.wire import Offer


@dataclass(slots=True)
class VariantWriting:
    """Writes the variants of one product on one site. `offers` is what eBay shows of them, `ids` the offers' ids."""

    inventory: Inventory
    content: ListingContent
    steps: PublishSteps
    now: Callable[[], datetime]
    offers: dict[Sku, Offer] = field(default_factory=dict)
    ids: dict[Sku, RemoteId] = field(default_factory=dict)

    def listing_of(self, sku: Sku) -> RemoteId | None:
        """The live listing of the SKU's offer, as it was last seen."""
        offer = self.offers.get(sku)
        return RemoteId(offer.listing_id) if offer is not None and offer.listing_id else None

    def written_already(self, sku: Sku) -> bool:
        """True when an interrupted run wrote the same content a moment ago; its ledger knows which values went along."""
        offer = self.steps.progress.get(f"offer:{sku}")
        if not offer or not self._written.recent(sku):
            return False
        self.ids.setdefault(sku, RemoteId(offer))
        return True

    def remember(self, sku: Sku, offer: Offer | None) -> None:
        """What eBay shows now."""
        if offer is None:
            self.offers.pop(sku, None)
            return
        self.offers[sku] = offer
        self.ids[sku] = RemoteId(offer.offer_id)

    def take_revision(self, *, more: int = 0) -> None:
        """Count a revision of what is on sale, to which so many more belong. Raises RateLimited where today's are left for
        zeros alone."""
        live = next(filter(None, map(self.listing_of, self.offers)), None)
        spent = self.inventory.revisions.take(live, more=more) if live is not None else None
        if spent is not None:
            raise spent

    def refused_here(self, sku: Sku, gone: NotFound) -> RemoteError:
        """What "this offer is not available" means: eBay says it of an offer that is there, when a policy is another site's."""
        if gone.problem.code != OFFER_GONE.code or self.inventory.offer(sku, self.content.site) is None:
            return gone
        params = {"site": self.content.site.id, "message": gone.problem.params.get("message", "")}
        return SITE_REFUSED.instead_of(gone, params=params)

    def live(self, sku: Sku) -> bool:
        """Whether its offer was on sale when it was last seen."""
        return self.listing_of(sku) is not None

    def say_begun(self, skus: Sequence[Sku]) -> None:
        """Save that offers for those that have none are about to be made."""
        new = {f"creating_offer:{sku}": "1" for sku in skus if sku not in self.offers}
        if new:
            self.steps.save(**new)

    def save_written(self, offers: Mapping[Sku, RemoteId]) -> None:
        """Save that these were written, with the ids of their offers."""
        self.ids |= offers
        saved: dict[str, str] = {}
        for sku, offer in offers.items():
            saved |= {f"offer:{sku}": offer, **self._written.mark(sku)}
        if saved:
            self.steps.save(**saved)

    @property
    def _written(self) -> WrittenMarks:
        content = self.content
        return WrittenMarks(self.steps, self.now, lambda sku: [content.item(sku, 0), content.offer(NOTHING)])

    # ---- one ----

    def write(self, sku: Sku) -> None:
        """Item and offer of one variant, within one lease on its unit, with the values read in it."""
        self.say_begun([sku])
        # Both calls or neither: a budget that runs out between them would leave the item without its offer.
        budget = self.inventory.http.connection.budget
        for operation in ("createOrReplaceInventoryItem", "updateOffer" if sku in self.offers else "createOffer"):
            budget.prepay(operation, 1, wait_s=0)
        try:
            with self.steps.unit(sku) as unit:
                self._write_inside(sku, unit)
        except HalfWritten as half:
            raise half.reason from None

    def _write_inside(self, sku: Sku, unit: UnitWrite) -> None:
        values, quantity = unit.values[sku], self.quantity(sku, unit)
        if self.live(sku):
            self.take_revision(more=1)
        unit.check()
        try:
            self.inventory.put_item(self.content.site, sku, self.content.item(sku, quantity))
        except Rejected as error:
            raise self.of_item(sku, values, error) from error
        try:
            offer = self._write_offer(sku, values, unit)
        except OutcomeUnknown:
            raise
        except RemoteError as error:
            raise HalfWritten(error) from error
        unit.accept(sku)
        self.save_written({sku: offer})

    def quantity(self, sku: Sku, unit: UnitWrite) -> int:
        """The item's. Raises Rejected for what has no values to go live with."""
        values, quantity = unit.values[sku], unit.highest_quantity[sku]
        if values.quantity is None and self.live(sku):
            # A replacement without a quantity would lose it: repeat what is there.
            item = self.inventory.item(sku)
            return max(quantity, item.quantity if item is not None else 0)
        if not self.live(sku):
            refuse_without_values(values)
        return quantity

    def of_item(self, sku: Sku, values: Values, error: RemoteError) -> RemoteError:
        """A zero that is refused of what is live is known as one."""
        if self.live(sku) and values.quantity == 0 and error.problem.code == QUANTITY.code:
            return ZERO.instead_of(error)
        return error

    def _write_offer(self, sku: Sku, values: Values, unit: UnitWrite) -> RemoteId:
        site, shown = self.content.site, self.offers.get(sku)
        if shown is None:
            unit.check()
            try:
                return self.inventory.create_offer(site, self.content.new_offer(sku, values))
            except OfferExists:
                shown = self.hidden_offer(sku)
        return self._replace_offer(sku, shown, values, unit)

    def hidden_offer(self, sku: Sku) -> Offer:
        """The offer that eBay says exists already."""
        shown = self.inventory.offer(sku, self.content.site)
        if shown is None:
            raise RetryLater(Problem("ebay_offer_hidden"), after_s=10.0)
        self.remember(sku, shown)
        return shown

    def _replace_offer(self, sku: Sku, shown: Offer, values: Values, unit: UnitWrite) -> RemoteId:
        offer = RemoteId(shown.offer_id)
        if self.live(sku):
            self.take_revision()
        unit.check()
        try:
            self.inventory.update_offer(self.content.site, offer, self.content.replaced_offer(shown, values))
        except NotFound as gone:
            raise self.refused_here(sku, gone) from gone
        return offer

    def replace_unless_same(self, sku: Sku, shown: Offer, values: Values, unit: UnitWrite) -> RemoteId:
        """Replace it, unless it is live as it would be written: all variations of a listing share the day's revisions."""
        if self.live(sku) and self._same(shown, values):
            if not self._stayed(shown, unit.shown.get(sku)):
                shown = self.inventory.offer(sku, self.content.site) or shown
            if self._same(shown, values):
                return RemoteId(shown.offer_id)
        return self._replace_offer(sku, shown, values, unit)

    def _stayed(self, before: Offer, read: Values | None) -> bool:
        """Whether its values are known within the lease, and are those of the offer that was looked at before."""
        if read is None or before.price is None:
            return False
        return (before.available_quantity, before.price.money()) == (read.quantity, read.price)

    def _same(self, shown: Offer, values: Values) -> bool:
        return self.content.replaced_offer(shown, values) == shown.replacement()
