"""Item and offer of each variant: what carries quantity and price, written inside of leases.

One variant is written by the calls for one. Several go together, 25 items and 25 new offers a call ("up to 25",
bulkCreateOrReplaceInventoryItem and bulkCreateOffer of sell_inventory 1.18.4). Offers that exist are replaced one by one, for
"there is currently no bulk operation available to update multiple offers" (bulkCreateOffer). Each entry of a bulk answer is
judged on its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from listbridge.domain.ids import RemoteId, Sku
from listbridge.domain.listings.listing import NOTHING, Values
from listbridge.domain.listings.publishing_runs import HalfWritten, WrittenMarks, refuse_without_values
from listbridge.domain.ports import PublishSteps, UnitWrite
from listbridge.domain.problem import Problem
from listbridge.domain.refusals import apart
from listbridge.domain.verdicts import NotFound, OutcomeUnknown, Rejected, RemoteError, RetryLater
from listbridge.marketplaces.ebay.errors import OFFER_GONE, QUANTITY, SITE_REFUSED, ZERO
from listbridge.marketplaces.ebay.offers.inventory import PER_CALL, Inventory, OfferExists
from listbridge.marketplaces.ebay.offers.mapping import ListingContent
from listbridge.marketplaces.ebay.offers.wire import Offer

_REPLACED_TOGETHER = 10
"""Their offers are replaced one by one in the same lease, and a zero of the group waits for its end."""
_LONGEST_BODY = 1_000_000
"""Characters of descriptions in one call: our choice, for no document has a limit."""
_KEPT_S = 30.0
"""How long the calls for several offers are kept for them."""


@dataclass(slots=True)
class _Together:
    """What became of variants that were written together."""

    refused: dict[Sku, RemoteError] = field(default_factory=dict)
    trouble: RemoteError | None = None
    """What is no refusal of the data: the run ends with it once the others are saved."""

    def failed(self, sku: Sku, error: RemoteError) -> None:
        if isinstance(error, Rejected):
            self.refused[sku] = error
        else:
            self.trouble = self.trouble or error


@dataclass(slots=True)
class VariantWriting:
    """Writes the variants of one product on one site. `offers` is what eBay shows of them, `ids` the offers' ids."""

    inventory: Inventory
    content: ListingContent
    steps: PublishSteps
    now: Callable[[], datetime]
    offers: dict[Sku, Offer] = field(default_factory=dict)
    ids: dict[Sku, RemoteId] = field(default_factory=dict)

    def write_all(self, skus: Iterable[Sku]) -> dict[Sku, RemoteError]:
        """Write the variants that were not written a moment ago; why those that eBay refused were. A refused one stops no
        sibling. Raises every other RemoteError."""
        missing = [sku for sku in skus if not self.written_already(sku)]
        if len(missing) == 1:
            return apart(missing, self._write)[1]
        refused: dict[Sku, RemoteError] = {}
        per_call = max(1, min(PER_CALL, _LONGEST_BODY // max(1, len(self.content.listing_description))))
        for chunk in _chunks([sku for sku in missing if sku not in self.offers], per_call):
            refused |= self._write_together(chunk, self._create_offers)
        for chunk in _chunks([sku for sku in missing if sku in self.offers], min(per_call, _REPLACED_TOGETHER)):
            refused |= self._write_together(chunk, self._replace_offers)
        return refused

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

    @property
    def _written(self) -> WrittenMarks:
        content = self.content
        return WrittenMarks(self.steps, self.now, lambda sku: [content.item(sku, 0), content.offer(NOTHING)])

    # ---- one ----

    def _write(self, sku: Sku) -> None:
        """Item and offer of one variant, within one lease on its unit, with the values read in it."""
        if sku not in self.offers:
            self.steps.save(**{f"creating_offer:{sku}": "1"})
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
        values, quantity = unit.values[sku], self._quantity(sku, unit)
        if self._live(sku):
            self.take_revision(more=1)
        unit.check()
        try:
            self.inventory.put_item(self.content.site, sku, self.content.item(sku, quantity))
        except Rejected as error:
            raise self._of_item(sku, values, error) from error
        try:
            offer = self._write_offer(sku, values, unit)
        except OutcomeUnknown:
            raise
        except RemoteError as error:
            raise HalfWritten(error) from error
        unit.accept(sku)
        self.ids[sku] = offer
        self.steps.save(**{f"offer:{sku}": offer, **self._written.mark(sku)})

    def _live(self, sku: Sku) -> bool:
        return self.listing_of(sku) is not None

    def _quantity(self, sku: Sku, unit: UnitWrite) -> int:
        """The item's. Raises Rejected for what has no values to go live with."""
        values, quantity = unit.values[sku], unit.highest_quantity[sku]
        if values.quantity is None and self._live(sku):
            # A replacement without a quantity would lose it: repeat what is there.
            item = self.inventory.item(sku)
            return max(quantity, item.quantity if item is not None else 0)
        if not self._live(sku):
            refuse_without_values(values)
        return quantity

    def _of_item(self, sku: Sku, values: Values, error: RemoteError) -> RemoteError:
        """A zero that is refused of what is live is known as one."""
        if self._live(sku) and values.quantity == 0 and error.problem.code == QUANTITY.code:
            return ZERO.instead_of(error)
        return error

    def _write_offer(self, sku: Sku, values: Values, unit: UnitWrite) -> RemoteId:
        site, shown = self.content.site, self.offers.get(sku)
        if shown is None:
            unit.check()
            try:
                return self.inventory.create_offer(site, self.content.new_offer(sku, values))
            except OfferExists:
                shown = self._hidden_offer(sku)
        return self._replace_offer(sku, shown, values, unit)

    def _hidden_offer(self, sku: Sku) -> Offer:
        """The offer that eBay says exists already."""
        shown = self.inventory.offer(sku, self.content.site)
        if shown is None:
            raise RetryLater(Problem("ebay_offer_hidden"), after_s=10.0)
        self.remember(sku, shown)
        return shown

    def _replace_offer(self, sku: Sku, shown: Offer, values: Values, unit: UnitWrite) -> RemoteId:
        offer = RemoteId(shown.offer_id)
        if self._live(sku):
            self.take_revision()
        unit.check()
        try:
            self.inventory.update_offer(self.content.site, offer, self.content.replaced_offer(shown, values))
        except NotFound as gone:
            raise self.refused_here(sku, gone) from gone
        return offer

    # ---- several ----

    def _write_together(
        self, skus: Sequence[Sku], offers: Callable[[Mapping[Sku, Values], UnitWrite, _Together], None]
    ) -> dict[Sku, RemoteError]:
        """Items and offers of variants of one group, within one lease; those that eBay refused.

        Item and offer of a variant belong together: where the second is refused, nobody knows what buyers see.
        """
        new = [sku for sku in skus if sku not in self.offers]
        if new:
            self.steps.save(**{f"creating_offer:{sku}": "1" for sku in new})
        budget = self.inventory.http.connection.budget
        budget.prepay("bulkCreateOrReplaceInventoryItem", 1, wait_s=0, kept_s=_KEPT_S)
        if new:
            budget.prepay("bulkCreateOffer", 1, wait_s=0, kept_s=_KEPT_S)
        else:
            budget.prepay("updateOffer", len(skus), wait_s=0, kept_s=_KEPT_S)
        became = _Together()
        with self.steps.unit(*skus) as unit:
            written = self._put_items(skus, unit, became)
            if written:
                offers(written, unit, became)
        if became.trouble is not None:
            raise became.trouble
        return became.refused

    def _put_items(self, skus: Sequence[Sku], unit: UnitWrite, became: _Together) -> Mapping[Sku, Values]:
        """The values of the variants whose item was taken."""
        quantities, unsellable = apart(skus, lambda sku: self._quantity(sku, unit))
        became.refused |= unsellable
        if not quantities:
            return {}
        if any(map(self._live, quantities)):
            self.take_revision(more=len(quantities))
        unit.check()
        items = {sku: self.content.item(sku, quantity) for sku, quantity in quantities.items()}
        try:
            errors = self.inventory.put_items(self.content.site, items)
        except Rejected as refused:
            errors = dict.fromkeys(items, refused)
        for sku, error in errors.items():
            if isinstance(error, OutcomeUnknown):
                unit.lose(sku)
            if error is not None:
                became.failed(sku, self._of_item(sku, unit.values[sku], error))
        return {sku: unit.values[sku] for sku in items if errors[sku] is None}

    def _create_offers(self, written: Mapping[Sku, Values], unit: UnitWrite, became: _Together) -> None:
        unit.check()
        bodies = [self.content.new_offer(sku, values) for sku, values in written.items()]
        try:
            created = self.inventory.create_offers(self.content.site, bodies)
        except RemoteError as error:
            for sku in written:
                self._half(sku, error, unit, became)
            return
        done = {sku: one.offer for sku, one in created.items() if one.offer is not None}
        self._done(done, unit)
        for sku, one in created.items():
            if one.error is not None:
                self._half(sku, one.error, unit, became)
        there = [sku for sku, one in created.items() if one.exists]
        self._replace_each(there, written, unit, became, self._hidden_offer)

    def _replace_offers(self, written: Mapping[Sku, Values], unit: UnitWrite, became: _Together) -> None:
        self._replace_each(list(written), written, unit, became, self.offers.__getitem__)

    def _replace_unless_same(self, sku: Sku, shown: Offer, values: Values, unit: UnitWrite) -> RemoteId:
        """Replace it, unless it is live as it would be written: all variations of a listing share the day's revisions."""
        if self._live(sku) and self._same(shown, values):
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

    def _replace_each(
        self,
        skus: Sequence[Sku],
        written: Mapping[Sku, Values],
        unit: UnitWrite,
        became: _Together,
        shown: Callable[[Sku], Offer],
    ) -> None:
        """Once one meets what is no refusal, the others are left: the next run begins with them."""
        done: dict[Sku, RemoteId] = {}
        for sku in skus:
            if became.trouble is not None:
                unit.lose(sku)
                continue
            try:
                done[sku] = self._replace_unless_same(sku, shown(sku), written[sku], unit)
            except RemoteError as error:
                self._half(sku, error, unit, became)
        self._done(done, unit)

    def _half(self, sku: Sku, error: RemoteError, unit: UnitWrite, became: _Together) -> None:
        unit.lose(sku)
        became.failed(sku, error)

    def _done(self, done: Mapping[Sku, RemoteId], unit: UnitWrite) -> None:
        saved: dict[str, str] = {}
        for sku, offer in done.items():
            unit.accept(sku)
            self.ids[sku] = offer
            saved |= {f"offer:{sku}": offer, **self._written.mark(sku)}
        if saved:
            self.steps.save(**saved)


def _chunks(skus: Sequence[Sku], most: int) -> list[Sequence[Sku]]:
    return [skus[start : start + most] for start in range(0, len(skus), most)]
