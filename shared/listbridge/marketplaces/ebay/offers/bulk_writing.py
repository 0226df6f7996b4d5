"""Items and offers of several variants, of one product or of many of one site, written by the calls for many.

25 items and 25 new offers go in a call ("up to 25", bulkCreateOrReplaceInventoryItem and bulkCreateOffer of sell_inventory
1.18.4). Offers that exist are replaced one by one, for "there is currently no bulk operation available to update multiple offers"
(bulkCreateOffer). Each entry of a bulk answer is judged on its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from listbridge.domain.ids import RemoteId, Sku
from listbridge.domain.ports import UnitWrite
from listbridge.domain.refusals import apart
from listbridge.domain.verdicts import OutcomeUnknown, Rejected, RemoteError
from listbridge.marketplaces.ebay.offers.inventory import PER_CALL, Inventory
from listbridge.marketplaces.ebay.offers.wire import Offer
from listbridge.marketplaces.ebay.offers.writing import VariantWriting
from listbridge.marketplaces.ebay.sites import NationalSite

REPLACED_TOGETHER = 10
"""Their offers are replaced one by one in the same lease, and a zero of the group waits for its end."""
_LONGEST_BODY = 1_000_000
"""Characters of descriptions in one call: our choice, for no document has a limit."""
_KEPT_S = 30.0
"""How long the calls for several offers are kept for them."""

Variant = tuple[VariantWriting, Sku]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Entry:
    """One variant in a call for several, and the lease that it is written in."""

    writing: VariantWriting
    sku: Sku
    unit: UnitWrite


@dataclass(slots=True)
class BulkWriting:
    """Writes variants inside of their leases; `failed` is why those that were not written were not, in the order in which
    that was seen.

    Item and offer of a variant belong together: where the second is not taken, nobody knows what buyers see.
    """

    inventory: Inventory
    site: NationalSite
    failed: dict[Sku, RemoteError] = field(default_factory=dict)
    as_a_whole: Rejected | None = None
    """Why a call was refused without a word about its entries."""

    @property
    def trouble(self) -> RemoteError | None:
        """What is no refusal of the data."""
        return next((error for error in self.failed.values() if not isinstance(error, Rejected)), None)

    def write(self, entries: Sequence[Entry]) -> None:
        """Write these, of which all have an offer or none has. Never raises a RemoteError."""
        there = [one for one in entries if one.sku in one.writing.offers]
        written = self._put_items(entries)
        if not written:
            return
        if there:
            self._replace_each(written, lambda one: one.writing.offers[one.sku])
        else:
            self._create_offers(written)

    def _put_items(self, entries: Sequence[Entry]) -> list[Entry]:
        """Those whose item was taken."""
        asked = self._checked(self._counted(self._with_quantities(entries)), half=False)
        if not asked:
            return []
        items = {one.sku: one.writing.content.item(one.sku, quantity) for one, quantity in asked}
        told: dict[Sku, RemoteError | None]
        try:
            told = self.inventory.put_items(self.site, items)
        except RemoteError as error:
            self._note_whole(error)
            told = dict.fromkeys(items, error)
        for one, _ in asked:
            refusal = told[one.sku]
            if isinstance(refusal, OutcomeUnknown):
                one.unit.lose(one.sku)
            if refusal is not None:
                self.failed[one.sku] = one.writing.of_item(one.sku, one.unit.values[one.sku], refusal)
        return [one for one, _ in asked if told[one.sku] is None]

    def _with_quantities(self, entries: Sequence[Entry]) -> list[tuple[Entry, int]]:
        asked = []
        for one in entries:
            try:
                asked.append((one, one.writing.quantity(one.sku, one.unit)))
            except RemoteError as error:
                self.failed[one.sku] = error
        return asked

    def _counted(self, asked: Sequence[tuple[Entry, int]]) -> list[tuple[Entry, int]]:
        """Those for which the day's revisions are enough, once they are counted."""
        good = []
        for writing in _each_once(one.writing for one, _ in asked):
            mine = [(one, quantity) for one, quantity in asked if one.writing is writing]
            try:
                if any(writing.live(one.sku) for one, _ in mine):
                    writing.take_revision(more=len(mine))
            except RemoteError as spent:
                self.failed |= dict.fromkeys((one.sku for one, _ in mine), spent)
            else:
                good += mine
        return good

    def _checked(self, asked: Sequence[tuple[Entry, int]], *, half: bool) -> list[tuple[Entry, int]]:
        """Those whose leases outlive the next call. `half`: their items are written."""
        lost: dict[int, RemoteError] = {}
        for unit in _each_once(one.unit for one, _ in asked):
            try:
                unit.check()
            except RemoteError as error:
                lost[id(unit)] = error
        for one, _ in asked:
            if id(one.unit) in lost and half:
                self._half(one, lost[id(one.unit)])
            elif id(one.unit) in lost:
                self.failed[one.sku] = lost[id(one.unit)]
        return [(one, quantity) for one, quantity in asked if id(one.unit) not in lost]

    def _create_offers(self, written: Sequence[Entry]) -> None:
        asked = [one for one, _ in self._checked([(one, 0) for one in written], half=True)]
        bodies = [one.writing.content.new_offer(one.sku, one.unit.values[one.sku]) for one in asked]
        if not bodies:
            return
        try:
            created = self.inventory.create_offers(self.site, bodies)
        except RemoteError as error:
            self._note_whole(error)
            for one in asked:
                self._half(one, error)
            return
        self._done([(one, made) for one in asked if (made := created[one.sku].offer) is not None])
        for one in asked:
            refusal = created[one.sku].error
            if refusal is not None:
                self._half(one, refusal)
        there = [one for one in asked if created[one.sku].exists]
        self._replace_each(there, lambda one: one.writing.hidden_offer(one.sku))

    def _replace_each(self, entries: Sequence[Entry], shown: Callable[[Entry], Offer]) -> None:
        """Once one meets what is no refusal, the others are left: the next run begins with them."""
        done: list[tuple[Entry, RemoteId]] = []
        for one in entries:
            left = self.trouble
            if left is not None:
                self._half(one, left)
                continue
            try:
                offer = one.writing.replace_unless_same(one.sku, shown(one), one.unit.values[one.sku], one.unit)
                done.append((one, offer))
            except RemoteError as error:
                self._half(one, error)
        self._done(done)

    def _half(self, one: Entry, error: RemoteError) -> None:
        """Its item is written, and its offer is not."""
        one.unit.lose(one.sku)
        self.failed[one.sku] = error

    def _note_whole(self, error: RemoteError) -> None:
        if isinstance(error, Rejected):
            self.as_a_whole = error

    def _done(self, done: Sequence[tuple[Entry, RemoteId]]) -> None:
        for writing in _each_once(one.writing for one, _ in done):
            mine = [(one, offer) for one, offer in done if one.writing is writing]
            for one, _ in mine:
                one.unit.accept(one.sku)
            try:
                writing.save_written({one.sku: offer for one, offer in mine})
            except RemoteError as error:
                self.failed |= dict.fromkeys((one.sku for one, _ in mine), error)


def write_variants(writing: VariantWriting, skus: Iterable[Sku]) -> dict[Sku, RemoteError]:
    """Write the variants of one product that were not written a moment ago; why those that eBay refused were. A refused one stops no
    sibling. Raises every other RemoteError."""
    missing = [sku for sku in skus if not writing.written_already(sku)]
    if len(missing) == 1:
        return apart(missing, writing.write)[1]
    refused: dict[Sku, RemoteError] = {}
    for chunk in chunks([(writing, sku) for sku in missing]):
        mine = [sku for _, sku in chunk]
        writing.say_begun(mine)
        set_aside(writing.inventory, chunk)
        bulk = BulkWriting(writing.inventory, writing.content.site)
        with writing.steps.unit(*mine) as unit:
            bulk.write([Entry(writing, sku, unit) for sku in mine])
        if bulk.trouble is not None:
            raise bulk.trouble
        refused |= bulk.failed
    return refused


def chunks(variants: Sequence[Variant]) -> list[list[Variant]]:
    """As many as go together each time: first those whose offers are new, then those whose offers exist."""
    new = [one for one in variants if one[1] not in one[0].offers]
    there = [one for one in variants if one[1] in one[0].offers]
    return [*_packed(new, PER_CALL), *_packed(there, REPLACED_TOGETHER)]


def _packed(variants: Sequence[Variant], most: int) -> list[list[Variant]]:
    packed: list[list[Variant]] = []
    left = 0
    for writing, sku in variants:
        size = len(writing.content.listing_description)
        if not packed or len(packed[-1]) == most or size > left:
            packed.append([])
            left = _LONGEST_BODY
        packed[-1].append((writing, sku))
        left -= size
    return packed


def set_aside(inventory: Inventory, chunk: Sequence[Variant]) -> None:
    """All calls for these or none: a budget that runs out between them would leave items without their offers. Raises RateLimited."""
    budget = inventory.http.connection.budget
    there = [one for one in chunk if one[1] in one[0].offers]
    budget.prepay("bulkCreateOrReplaceInventoryItem", 1, wait_s=0, kept_s=_KEPT_S)
    if not there:
        budget.prepay("bulkCreateOffer", 1, wait_s=0, kept_s=_KEPT_S)
        return
    budget.prepay("updateOffer", len(there), wait_s=0, kept_s=_KEPT_S)


def _each_once(things: Iterable[_T]) -> list[_T]:
    """Each of these objects once, in their order."""
    return list({id(one): one for one in things}.values())
