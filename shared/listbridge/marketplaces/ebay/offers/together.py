"""Several products without variations put on sale at once: up to 25 items, 25 new offers and 25 publications a call.

Each keeps its own steps, leases and attempts, as when it goes alone (`publishing.py`); only the calls are shared. An answer is
told per entry, so one that is refused stops no other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from listbridge.domain.ids import ProductId, RemoteId, Sku
from listbridge.domain.ports import Published, PublishingRun, PublishRequest, PublishSteps
from listbridge.domain.verdicts import Rejected, RemoteError
from listbridge.marketplaces.ebay.offers.bulk_writing import BulkWriting, Entry, chunks, set_aside
from listbridge.marketplaces.ebay.offers.inventory import PER_CALL, Inventory
from listbridge.marketplaces.ebay.offers.publishing import Publishing

Became = dict[ProductId, Published | RemoteError]


@dataclass(frozen=True, slots=True)
class EbayTogether:
    """See `PublishesTogether`. `begin` makes one product's publishing."""

    inventory: Inventory
    begin: Callable[[PublishRequest, PublishSteps], Publishing]

    def absent(self, skus: Collection[Sku]) -> frozenset[Sku]:
        """Without an item there is no offer (`Inventory.items`)."""
        return frozenset(sku for sku, item in self.inventory.items(list(dict.fromkeys(skus))).items() if item is None)

    def publish(
        self, runs: Sequence[PublishingRun], more: Callable[[], bool]
    ) -> Mapping[ProductId, Published | RemoteError]:
        together = _Together(self)
        together.publish(runs, more)
        return together.became


@dataclass(slots=True)
class _Together:
    """One go: `became` is what is known of the products so far."""

    on: EbayTogether
    became: Became = field(default_factory=dict)

    def publish(self, runs: Sequence[PublishingRun], more: Callable[[], bool]) -> None:
        written, missing = list[Publishing](), dict[int, Publishing]()
        for one in self._looked(self._begun(runs)):
            if one.writing.written_already(_sku(one)):
                written.append(one)
            else:
                missing[id(one.writing)] = one
        for chunk in chunks([(one.writing, _sku(one)) for one in missing.values()]):
            if not more():
                return
            try:
                set_aside(self.on.inventory, chunk)
            except RemoteError as spent:
                self._fail([missing[id(writing)] for writing, _ in chunk], spent)
            else:
                self._put_on_sale(self._written([missing[id(writing)] for writing, _ in chunk]))
        for start in range(0, len(written), PER_CALL):
            if more():
                self._put_on_sale(written[start : start + PER_CALL])

    def _begun(self, runs: Sequence[PublishingRun]) -> list[Publishing]:
        begun = []
        for run in runs:
            try:
                one = self.on.begin(run.request, run.steps)
            except RemoteError as error:
                self.became[run.request.product.product] = error
            else:
                begun.append(one)
        return begun

    def _looked(self, begun: Sequence[Publishing]) -> list[Publishing]:
        """Those that are not on sale yet, after a look at what may be there: one call for the items of all."""
        looking = {_sku(one) for one in begun if one.must_look(one.single)}
        absent, waiting = frozenset[Sku](), list[Publishing]()
        try:
            absent = self.on.absent(looking) if looking else absent
        except RemoteError as error:
            self._fail([one for one in begun if _sku(one) in looking], error)
            begun = [one for one in begun if _sku(one) not in looking]
        for one in begun:
            try:
                if _sku(one) in looking:
                    one.look(one.single, absent=_sku(one) in absent)
                listing = one.writing.listing_of(_sku(one))
                if listing is None:
                    waiting.append(one)
                else:
                    self.became[_product(one)] = one.done(listing)
            except RemoteError as error:
                self._fail([one], error)
        return waiting

    def _written(self, chosen: Sequence[Publishing]) -> list[Publishing]:
        """Those whose item and offer are written now, each within the lease on its own unit."""
        bulk = BulkWriting(self.on.inventory, chosen[0].content.site)
        with ExitStack() as leases:
            entries = []
            for one in chosen:
                sku = _sku(one)
                try:
                    one.writing.say_begun([sku])
                    entries.append(Entry(one.writing, sku, leases.enter_context(one.steps.unit(sku))))
                except RemoteError as error:
                    self._fail([one], error)
            if entries:
                bulk.write(entries)
        written = []
        for one in chosen:
            failed = bulk.failed.get(_sku(one))
            if failed is not None and failed is not bulk.as_a_whole:
                self._fail([one], failed)
            elif failed is None and _product(one) not in self.became:
                written.append(one)
        return written

    def _put_on_sale(self, written: Sequence[Publishing]) -> None:
        asked: dict[RemoteId, Publishing] = {}
        for one in written:
            offer = one.writing.ids[_sku(one)]
            try:
                one.say_publishing(offer)
                asked[offer] = one
            except RemoteError as error:
                self._fail([one], error)
        if not asked:
            return
        try:
            told = self.on.inventory.publish_offers(written[0].content.site, list(asked))
        except Rejected:
            return  # nobody says which of them is to blame: each goes alone
        except RemoteError as error:
            self._fail(list(asked.values()), error)
            return
        for offer, one in asked.items():
            try:
                self.became[_product(one)] = _live(one, told[offer])
            except RemoteError as error:
                self._fail([one], error)

    def _fail(self, these: Sequence[Publishing], error: RemoteError) -> None:
        self.became |= dict.fromkeys(map(_product, these), error)


def _live(one: Publishing, told: RemoteId | RemoteError) -> Published:
    """What is on sale. Raises why it is not."""
    try:
        listing = one.after_refusal(one.single, told) if isinstance(told, RemoteError) else told
    except Rejected:
        one.write_again_next()
        raise
    one.say_live(listing)
    return one.done(listing)


def _product(one: Publishing) -> ProductId:
    return one.request.product.product


def _sku(one: Publishing) -> Sku:
    return one.single.key.sku
