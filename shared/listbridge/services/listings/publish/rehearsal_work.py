"""One claimed publishing task that only tells what it would do: nothing is stored of what is read for it, and its session to the
marketplace refuses to write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from listbridge.domain.catalog import ProductFacts
from listbridge.domain.configuration import CreationProfile, Shop
from listbridge.domain.ids import Sku, VariantKey
from listbridge.domain.listings.listing import PRODUCT_GONE, Cause, Listing
from listbridge.domain.ports import MarketplaceAdapter
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Unauthorized
from listbridge.domain.work import PublishKind
from listbridge.services.catalog.absent_products import remembered_product
from listbridge.services.catalog.observe_shop import content_hash
from listbridge.services.catalog.recompute import Recompute
from listbridge.services.connection_state import expire_shop
from listbridge.services.listings.publish.publish_work import PATIENCE_S, PublishWork
from listbridge.services.listings.publish.rehearse import (
    only_looking,
    rehearse_ending,
    rehearse_linking,
    rehearse_publishing,
)


class Rehearsal(PublishWork):
    """What the task would do with these rows, computed from what the shop shows now."""

    def run(self, rows: dict[Sku, Listing]) -> None:
        """Look at shop and marketplace, and tell the job. Raises RemoteError."""
        looking = only_looking(self.account)
        adapter = self.deps.marketplaces.open(looking)
        with self.deps.marketplaces.budget(looking).patient(PATIENCE_S):
            self._look(adapter, rows)

    def _look(self, adapter: MarketplaceAdapter, rows: dict[Sku, Listing]) -> None:
        shop = self.deps.configuration.get(Shop, self.account.shop)
        try:
            read = self.deps.shops.open(shop).read_products([self.task.product]).products
        except Unauthorized as error:  # the shop's refusal: the account goes on
            expire_shop(self.deps, shop, error.problem)
            self.not_now(rows, error.problem)
            return
        facts = next((one for one in read if one.product == self.task.product), None)
        rows = self._as_read(rows, facts)
        if self.task.action in (PublishKind.STOP, PublishKind.ZEROED):
            known = facts or remembered_product(self.deps, shop, self.task.product, rows.values())
            request = self._request(rows, known, self._any_creation())
            rehearse_ending(self.deps, adapter, rows.values(), self.task, request)
        elif facts is None:
            self._fail(rows, Problem(PRODUCT_GONE, {"product": self.task.product}, "relink"))
        elif self.task.action is PublishKind.LINK:
            rehearse_linking(self.deps, self.account, adapter, rows, self.task)
        else:
            self._publish(adapter, rows, facts)

    def _publish(self, adapter: MarketplaceAdapter, rows: dict[Sku, Listing], facts: ProductFacts) -> None:
        creation = self._creation(rows)
        rows = self._computable(rows) if creation is not None else {}
        if creation is None or not rows:
            return
        request = self._request(rows, facts, creation)
        adapter.check(request)
        progress = self.publication.progress
        rehearse_publishing(self.deps, self.account, adapter, rows, self.task, request, progress=progress)

    def _as_read(self, rows: Mapping[Sku, Listing], facts: ProductFacts | None) -> dict[Sku, Listing]:
        """The rows as they would be computed from what the shop shows now."""
        stored = self.deps.variants.get_many({row.variant for row in rows.values()})
        seen = {}
        for one in facts.variants if facts is not None else ():
            known = stored.get(VariantKey(self.account.shop, self.task.product, one.variant))
            if known is not None and facts is not None:
                digest = content_hash(facts)
                seen[known.key] = replace(
                    known, facts=one, visibility=facts.visibility, content_hash=digest, absent=False
                )
        keys = {row.key for row in rows.values()}
        drafts = Recompute(self.deps, Cause.MANUAL).drafts(keys, seen)
        return {row.key.sku: row for row in drafts if row.key in keys}

    def _any_creation(self) -> CreationProfile:
        """Ending needs none of its settings."""
        id, site = self.sales_list.creation_profile or "none", self.sales_list.site
        return CreationProfile(id=id, name="end", marketplace=self.account.marketplace, site=site)
