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
from listbridge.domain.listings.publishing_runs import WRITTEN, forget
from listbridge.domain.ports import Published, PublishRequest, PublishSteps, PublishVariant
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import NotFound, Rejected, RemoteError
from listbridge.marketplaces.ebay.errors import GROUP_GONE, IN_OTHER_GROUP, NOT_LIVE
from listbridge.marketplaces.ebay.offers.bulk_writing import write_variants
from listbridge.marketplaces.ebay.offers.inventory import Inventory
from listbridge.marketplaces.ebay.offers.mapping import ListingContent
from listbridge.marketplaces.ebay.offers.unsold_groups import free
from listbridge.marketplaces.ebay.offers.writing import VariantWriting

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
    writing: VariantWriting = field(init=False)
    failed: dict[Sku, RemoteError] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.writing = VariantWriting(self.inventory, self.content, self.steps, self.now)

    def publish(self) -> Published:
        """Make everything live that is not; what is live already stays as it is."""
        variants = self._variants()
        for variant in variants:
            if self.must_look(variant):
                self.look(variant)
        waiting = [variant for variant in variants if self.writing.listing_of(variant.key.sku) is None]
        listing = next(filter(None, (self.writing.listing_of(variant.key.sku) for variant in variants)), None)
        self._write_all(waiting)
        if any(variant.key.sku not in self.failed for variant in waiting):
            try:
                listing = self._publish_group(variants) if self._grouped else self._publish_single(variants[0])
            except Rejected:
                self.write_again_next()
                raise
        assert listing is not None  # noqa: S101  # some variant was live, or one has just been published
        return self.done(listing)

    # ---- what several products do at once (`together.py`) ----

    @property
    def single(self) -> PublishVariant:
        """The only variant of a product without variations."""
        (variant,) = self._variants()
        return variant

    def must_look(self, variant: PublishVariant) -> bool:
        """Whether its offer may be there, and was not written a moment ago: after any earlier run, known ids are only a hint."""
        sku, progress = variant.key.sku, self.steps.progress
        perhaps_live = _PUBLISHING in progress or "listing" in progress
        if not perhaps_live and self.writing.written_already(sku):
            return False
        hints = (variant.offer, variant.remote, progress.get(f"offer:{sku}"), progress.get(f"creating_offer:{sku}"))
        return self.steps.resumed() or any(hints)

    def look(self, variant: PublishVariant, *, absent: bool = False) -> None:
        """See the SKU's offer as it is now; `absent`: there is certainly none."""
        sku = variant.key.sku
        self.writing.remember(sku, None if absent else self.inventory.offer(sku, self.content.site))

    def say_publishing(self, id: RemoteId) -> None:
        """Save that this offer, or this group, is about to be put on sale."""
        self.steps.save(**{_PUBLISHING: id})

    def say_live(self, listing: RemoteId) -> None:
        """Save what was put on sale."""
        self.steps.save(listing=listing)

    def after_refusal(self, variant: PublishVariant, error: RemoteError) -> RemoteId:
        """The listing all the same, where what is in its way can be taken out of it; raises the reason where it cannot."""
        sku, site = variant.key.sku, self.content.site
        if isinstance(error, NotFound):
            raise self.writing.refused_here(sku, error) from error
        # A product that lost its options: the group of its former listing may still hold the SKU.
        item = self.inventory.item(sku) if isinstance(error, Rejected) else None
        if item is None or not item.group or not free(self.inventory, site, [sku]):
            raise error
        return self.inventory.publish_offer(site, self.writing.ids[sku])

    def write_again_next(self) -> None:
        """It may be the values that were refused (a quantity of 0): the next sending must write them again."""
        forget(self.steps, WRITTEN)

    def done(self, listing: RemoteId) -> Published:
        """Forget what only an interrupted run needs; what is live."""
        forget(self.steps, *_MARKS)
        return self._published(listing)

    def full_revise(self) -> Published:
        """Replace content, policies, price and quantity of what is live."""
        variants = self._variants()
        for variant in variants:
            self.look(variant)
        live = [variant for variant in variants if self.writing.listing_of(variant.key.sku) is not None]
        if not live:
            raise NOT_LIVE.error(detail="none of the product's offers is published")
        if self._grouped:
            # First the values of before and after together: neither the group nor a variation may contradict the other.
            self._put_group(live, keep_old_values=True)
        self._write_all(live)
        if self._grouped:
            self._put_group(live)
        listing = self.writing.listing_of(live[0].key.sku)
        assert listing is not None  # noqa: S101  # it is in `live`
        return self.done(listing)

    @property
    def _grouped(self) -> bool:
        return self.request.product.has_options

    def _variants(self) -> list[PublishVariant]:
        return [v for v in self.request.variants if v.key.sku not in self.content.refused]

    def _write_all(self, variants: Sequence[PublishVariant]) -> None:
        """Write the variants; one that eBay refuses stops no sibling, unless all of them are refused."""
        self.failed |= write_variants(self.writing, [variant.key.sku for variant in variants])
        if len(self.failed) == len(self._variants()):
            raise next(iter(self.failed.values()))

    # ---- going live ----

    def _publish_single(self, variant: PublishVariant) -> RemoteId:
        offer = self.writing.ids[variant.key.sku]
        self.say_publishing(offer)
        try:
            listing = self.inventory.publish_offer(self.content.site, offer)
        except (NotFound, Rejected) as error:
            listing = self.after_refusal(variant, error)
        self.say_live(listing)
        return listing

    def _publish_group(self, variants: Sequence[PublishVariant]) -> RemoteId:
        self._put_group(variants)
        self.say_publishing(self.request.group)
        try:
            listing = self._group_on_sale(variants)
        except NotFound as gone:
            raise self.writing.refused_here(variants[0].key.sku, gone) from gone
        self.say_live(listing)
        for variant in variants:  # eBay leaves variations with missing data out and does not say so: compare
            self.look(variant)
        return listing

    def _group_on_sale(self, variants: Sequence[PublishVariant]) -> RemoteId:
        self.writing.take_revision()
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
        self.writing.take_revision()
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
            if self._grouped and sku not in left_out and self.writing.listing_of(sku) != listing:
                left_out[sku] = Rejected(Problem("ebay_variation_left_out", {"sku": sku}, "check_required_fields"))
        return Published(
            remote=listing,
            offers={sku: offer for sku, offer in self.writing.ids.items() if sku not in left_out},
            group=self.request.group if self._grouped else None,
            left_out=left_out or None,
            url=self.url(listing),
        )
