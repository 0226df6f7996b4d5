"""Put a product on sale, step by step, so that any worker can continue where another died (protocol.md#publishing).

eBay itself keeps us from twins: an offer is unique by SKU, site and format, and publishing a published offer keeps its
listing. So a resumed run looks first, writes again what is not live yet, and publishes again. What an interrupted run
has written moments ago is not written again: a product of 250 variations takes longer than one worker has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from listbridge.domain.ids import RemoteId, Sku
from listbridge.domain.listings.listing import NOTHING, Values
from listbridge.domain.listings.publishing_runs import WRITTEN, HalfWritten, WrittenMarks, forget, refuse_without_values
from listbridge.domain.ports import Published, PublishRequest, PublishSteps, PublishVariant, UnitWrite
from listbridge.domain.problem import Problem
from listbridge.domain.refusals import apart
from listbridge.domain.verdicts import NotFound, OutcomeUnknown, Rejected, RemoteError, RetryLater
from listbridge.marketplaces.ebay.errors import (
    GROUP_GONE,
    IN_OTHER_GROUP,
    NOT_LIVE,
    OFFER_GONE,
    QUANTITY,
    SITE_REFUSED,
    ZERO,
)
from listbridge.marketplaces.ebay.offers.inventory import Inventory, OfferExists
from listbridge.marketplaces.ebay.offers.mapping import ListingContent
from listbridge.marketplaces.ebay.offers.unsold_groups import free
from listbridge.marketplaces.ebay.offers.wire import Offer

_PUBLISHING = "publishing"
_MARKS = (_PUBLISHING, "creating_offer:", WRITTEN)


@dataclass(slots=True)
class Publishing:
    """One run over one product of one site. `url` makes the address that buyers see, `now` tells the time."""

    inventory: Inventory
    request: PublishRequest
    steps: PublishSteps
    content: ListingContent
    url: Callable[[RemoteId], str]
    now: Callable[[], datetime]
    offers: dict[Sku, Offer] = field(default_factory=dict)
    ids: dict[Sku, RemoteId] = field(default_factory=dict)
    failed: dict[Sku, RemoteError] = field(default_factory=dict)

    def publish(self) -> Published:
        """Make everything live that is not; what is live already stays as it is."""
        variants = self._variants()
        perhaps_live = _PUBLISHING in self.steps.progress or "listing" in self.steps.progress
        for variant in variants:
            if perhaps_live or not self._written_already(variant):
                self._look(variant)
        waiting = [variant for variant in variants if self._listing_of(variant.key.sku) is None]
        listing = next(filter(None, (self._listing_of(variant.key.sku) for variant in variants)), None)
        self._write_all(waiting)
        if any(variant.key.sku not in self.failed for variant in waiting):
            try:
                listing = self._publish_group(variants) if self._grouped else self._publish_single(variants[0])
            except Rejected:
                # It may be the values that are refused (a quantity of 0): the next sending must write them again.
                forget(self.steps, WRITTEN)
                raise
        assert listing is not None  # noqa: S101  # some variant was live, or one has just been published
        forget(self.steps, *_MARKS)
        return self._published(listing)

    def full_revise(self) -> Published:
        """Replace content, policies, price and quantity of what is live."""
        variants = self._variants()
        for variant in variants:
            self._look(variant, surely=True)
        live = [variant for variant in variants if self._listing_of(variant.key.sku) is not None]
        if not live:
            raise NOT_LIVE.error(detail="none of the product's offers is published")
        if self._grouped:
            # First the values of before and after together: neither the group nor a variation may contradict the other.
            self._put_group(live, keep_old_values=True)
        self._write_all(live)
        if self._grouped:
            self._put_group(live)
        forget(self.steps, *_MARKS)
        listing = self._listing_of(live[0].key.sku)
        assert listing is not None  # noqa: S101  # it is in `live`
        return self._published(listing)

    @property
    def _written(self) -> WrittenMarks:
        content = self.content
        return WrittenMarks(self.steps, self.now, lambda sku: [content.item(sku, 0), content.offer(NOTHING)])

    @property
    def _grouped(self) -> bool:
        return self.request.product.has_options

    def _variants(self) -> list[PublishVariant]:
        return [v for v in self.request.variants if v.key.sku not in self.content.refused]

    def _listing_of(self, sku: Sku) -> RemoteId | None:
        offer = self.offers.get(sku)
        return RemoteId(offer.listing_id) if offer is not None and offer.listing_id else None

    def _take_revisions(self, revisions: int) -> None:
        """Count revisions of what is on sale. Raises RateLimited where today's are left for zeros alone."""
        live = next(filter(None, map(self._listing_of, self.offers)), None)
        spent = self.inventory.revisions.take(live, revisions) if live is not None else None
        if spent is not None:
            raise spent

    def _look(self, variant: PublishVariant, *, surely: bool = False) -> None:
        """Find the SKU's offer if there may be one: after any earlier run, known ids are only a hint."""
        sku = variant.key.sku
        progress = self.steps.progress
        hints = (variant.offer, variant.remote, progress.get(f"offer:{sku}"), progress.get(f"creating_offer:{sku}"))
        if surely or self.steps.resumed() or any(hints):
            self._remember(sku, self.inventory.offer(sku, self.content.site))

    def _remember(self, sku: Sku, offer: Offer | None) -> None:
        if offer is None:
            self.offers.pop(sku, None)
            return
        self.offers[sku] = offer
        self.ids[sku] = RemoteId(offer.offer_id)

    # ---- item and offer: what carries quantity and price ----

    def _write_all(self, variants: Sequence[PublishVariant]) -> None:
        """Write the variants; one that eBay refuses stops no sibling, unless all of them are refused."""
        by_sku = {variant.key.sku: variant for variant in variants}

        def write(sku: Sku) -> None:
            if not self._written_already(by_sku[sku]):
                self._write(by_sku[sku])

        self.failed |= apart(by_sku, write)[1]
        if len(self.failed) == len(self._variants()):
            raise next(iter(self.failed.values()))

    def _write(self, variant: PublishVariant) -> None:
        """Item and offer of one variant, within one lease on its unit, with the values read in it."""
        sku = variant.key.sku
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
        site, shown = self.content.site, self.offers.get(sku)
        values = unit.values[sku]
        quantity = unit.highest_quantity[sku]
        live = shown is not None and shown.listing_id is not None
        if values.quantity is None and live:
            # A replacement without a quantity would lose it: repeat what is there.
            item = self.inventory.item(sku)
            quantity = max(quantity, item.quantity if item is not None else 0)
        elif not live:
            refuse_without_values(values)
        if live:
            self._take_revisions(2)
        unit.check()
        try:
            self.inventory.put_item(site, sku, self.content.item(sku, quantity))
        except Rejected as error:
            if live and values.quantity == 0 and error.problem.code == QUANTITY.code:
                raise ZERO.instead_of(error) from error
            raise
        try:
            offer = self._write_offer(sku, shown, values, unit)
        except OutcomeUnknown:
            raise
        except RemoteError as error:
            raise HalfWritten(error) from error
        unit.accept(sku)
        self.ids[sku] = offer
        self.steps.save(**{f"offer:{sku}": offer, **self._written.mark(sku)})

    def _written_already(self, variant: PublishVariant) -> bool:
        """True when an interrupted run wrote the same content a moment ago; its ledger knows which values went along."""
        sku = variant.key.sku
        offer = self.steps.progress.get(f"offer:{sku}")
        if not offer or not self._written.recent(sku):
            return False
        self.ids.setdefault(sku, RemoteId(offer))
        return True

    def _write_offer(self, sku: Sku, shown: Offer | None, values: Values, unit: UnitWrite) -> RemoteId:
        site = self.content.site
        if shown is None:
            unit.check()
            try:
                return self.inventory.create_offer(site, self.content.new_offer(sku, values))
            except OfferExists:
                shown = self.inventory.offer(sku, site)
        if shown is None:
            raise RetryLater(Problem("ebay_offer_hidden"), after_s=10.0)
        self._remember(sku, shown)
        offer = RemoteId(shown.offer_id)
        unit.check()
        try:
            self.inventory.update_offer(site, offer, self.content.replaced_offer(shown, values))
        except NotFound as gone:
            raise self._refused_here(sku, gone) from gone
        return offer

    def _refused_here(self, sku: Sku, gone: NotFound) -> RemoteError:
        """What "this offer is not available" means: eBay says it of an offer that is there, when a policy is another site's."""
        if gone.problem.code != OFFER_GONE.code or self.inventory.offer(sku, self.content.site) is None:
            return gone
        params = {"site": self.content.site.id, "message": gone.problem.params.get("message", "")}
        return SITE_REFUSED.instead_of(gone, params=params)

    # ---- going live ----

    def _publish_single(self, variant: PublishVariant) -> RemoteId:
        offer = self.ids[variant.key.sku]
        self.steps.save(**{_PUBLISHING: offer})
        sku, site = variant.key.sku, self.content.site
        try:
            listing = self.inventory.publish_offer(site, offer)
        except NotFound as gone:
            raise self._refused_here(sku, gone) from gone
        except Rejected:
            # A product that lost its options: the group of its former listing may still hold the SKU.
            item = self.inventory.item(sku)
            if item is None or not item.group or not free(self.inventory, site, [sku]):
                raise
            listing = self.inventory.publish_offer(site, offer)
        self.steps.save(listing=listing)
        return listing

    def _publish_group(self, variants: Sequence[PublishVariant]) -> RemoteId:
        self._put_group(variants)
        self.steps.save(**{_PUBLISHING: self.request.group})
        try:
            listing = self._group_on_sale(variants)
        except NotFound as gone:
            raise self._refused_here(variants[0].key.sku, gone) from gone
        self.steps.save(listing=listing)
        for variant in variants:  # eBay leaves variations with missing data out and does not say so: compare
            self._look(variant, surely=True)
        return listing

    def _group_on_sale(self, variants: Sequence[PublishVariant]) -> RemoteId:
        self._take_revisions(1)
        try:
            return self.inventory.publish_group(self.content.site, self.request.group)
        except NotFound as gone:
            if gone.problem.code != GROUP_GONE.code:
                raise
        # Another site's listing ended a moment ago, and took the group with it.
        self._put_group(variants)
        return self.inventory.publish_group(self.content.site, self.request.group)

    def _put_group(self, variants: Sequence[PublishVariant], *, keep_old_values: bool = False) -> None:
        """Replace the group, without taking from it what is on sale: the group is the account's, not the site's."""
        wanted = [variant.key.sku for variant in variants if variant.key.sku not in self.failed]
        shown = self.inventory.group(self.request.group)
        others = [Sku(sku) for sku in shown.variant_skus if sku not in wanted] if shown is not None else []
        staying = [sku for sku in others if self._stays(sku)]
        kept: Mapping[str, list[str]] = {}
        if shown is not None and (keep_old_values or any(sku not in self.content.aspects for sku in staying)):
            kept = {name: shown.values_of(name) for name in self.content.varying}
        key, site, body = self.request.group, self.content.site, self.content.group([*wanted, *staying], kept)
        self._take_revisions(1)
        try:
            self.inventory.put_group(site, key, body)
        except Rejected as error:
            if error.problem.code != IN_OTHER_GROUP.code or not free(self.inventory, site, wanted, but=key):
                raise
            self.inventory.put_group(site, key, body)

    def _stays(self, sku: Sku) -> bool:
        """Whether a member that this run is not about is on sale somewhere.

        Its draft on this site is deleted: publishing the group would put it on sale, with whatever quantity it has.
        """
        offers = self.inventory.offers(sku)
        on_sale = any(offer.listing_id for offer in offers)
        for offer in offers:
            if on_sale and offer.marketplace_id == self.content.site.id and offer.status == "UNPUBLISHED":
                self.inventory.delete_offer(self.content.site, RemoteId(offer.offer_id))
        return on_sale

    def _published(self, listing: RemoteId) -> Published:
        left_out: dict[Sku, RemoteError] = {**self.content.refused, **self.failed}
        for variant in self._variants():
            sku = variant.key.sku
            if self._grouped and sku not in left_out and self._listing_of(sku) != listing:
                left_out[sku] = Rejected(Problem("ebay_variation_left_out", {"sku": sku}, "check_required_fields"))
        return Published(
            remote=listing,
            offers={sku: offer for sku, offer in self.ids.items() if sku not in left_out},
            group=self.request.group if self._grouped else None,
            left_out=left_out or None,
            url=self.url(listing),
        )
