"""Put a product on sale, step by step, so that any worker can continue where another died (protocol.md#publishing).

The SKU is the item's only key, so a second put makes no twin; but each put is another submission, and Amazon decides it later.
So a run looks before it puts, and what an interrupted run has put moments ago is not put again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from listbridge.domain.ids import Sku
from listbridge.domain.listings.listing import Values
from listbridge.domain.listings.publishing_runs import WrittenMarks, refuse_without_values
from listbridge.domain.ports import Processing, Published, PublishRequest, PublishSteps
from listbridge.domain.verdicts import Rejected, RemoteError
from listbridge.marketplaces.amazon.client import AmazonHttp
from listbridge.marketplaces.amazon.errors import GONE, PRICE_TOO_LOW
from listbridge.marketplaces.amazon.offers.following import ENDED, PARENT, SENT, Following
from listbridge.marketplaces.amazon.offers.items import Items, refusal_of
from listbridge.marketplaces.amazon.offers.mapping import Content, Item
from listbridge.marketplaces.amazon.offers.prepared import NEW, Preparing, first_problem
from listbridge.marketplaces.amazon.offers.product_types import Definitions
from listbridge.marketplaces.amazon.offers.wire import ListingItem, SubmissionAnswer
from listbridge.marketplaces.amazon.sites import site_of

WAY = "way:"
"""Begins the marks of how a SKU got to Amazon: as a new product, or as an offer on the product of this ASIN."""


@dataclass(slots=True)
class _Run:
    """What one run knows."""

    seen: dict[Sku, ListingItem] = field(default_factory=dict)
    failed: dict[Sku, RemoteError] = field(default_factory=dict)


class Publishing:
    """One product on one site, resumable."""

    def __init__(
        self, http: AmazonHttp, definitions: Definitions, request: PublishRequest, steps: PublishSteps
    ) -> None:
        self._request, self._steps = request, steps
        self._clock = http.connection.clock
        self._items = Items(http)
        self._site = site_of(request.site)
        self._preparing = Preparing(http, definitions, request, self._site)
        self._skus = [variant.key.sku for variant in request.variants]
        self._run = _Run()

    def publish(self) -> Published | Processing:
        """Make everything live that is not; what buyers can take already stays as it is."""
        for sku in self._skus:
            self._look(sku)
        ways = self._ways()
        content = self._content(ways)
        marks = WrittenMarks(self._steps, self._clock.now, lambda sku: self._item(content, sku).put(self._site))
        unsold = [sku for sku in self._skus if sku not in self._run.failed and not self._on_sale(sku)]
        waiting = [sku for sku in unsold if self._refused(sku) or not marks.recent(sku)]
        family = content.parent is not None and any(ways[sku] == NEW for sku in self._skus)
        if family and content.parent is not None:
            self._put_parent(content.parent, marks, needed=bool(unsold))
        for sku in waiting:
            self._apart(content.items[sku], partial(self._put, marks=marks))
        return self._outcome(content.parent.sku if family and content.parent is not None else None)

    def full_revise(self) -> Published | Processing:
        """Send content, price and quantity of what is on sale."""
        for sku in self._skus:
            self._look(sku)
        live = [sku for sku in self._skus if self._offered(sku)]
        if not live:
            raise GONE.error(detail="none of the product's offers is there")
        for sku in self._skus:
            if sku not in live:
                self._run.failed[sku] = GONE.error(params={"sku": sku})
        ways = self._ways()
        content = self._content(ways)
        family = content.parent is not None and any(ways[sku] == NEW for sku in live)
        if family and content.parent is not None:
            self._patch(content.parent, None)
        for sku in live:
            if sku not in self._run.failed:
                self._apart(content.items[sku], self._revise)
        return self._outcome(content.parent.sku if family and content.parent is not None else None)

    # ---- what would be sent ----

    def _ways(self) -> dict[Sku, str]:
        """As they were saved, as they are at Amazon, or as they are found now; saved before anything is sent."""
        progress = self._steps.progress
        ways = {sku: progress[f"{WAY}{sku}"] for sku in self._skus if progress.get(f"{WAY}{sku}")}
        given = self._preparing.settings.asins
        ways |= {sku: NEW for sku in self._skus if sku not in ways and sku in self._run.seen and sku not in given}
        unknown = [sku for sku in self._skus if sku not in ways]
        if unknown:
            found = self._preparing.ways(unknown)
            self._run.failed |= self._preparing.restricted(found)
            ways |= found
        return {sku: ways[sku] for sku in self._skus}

    def _content(self, ways: dict[Sku, str]) -> Content:
        content = self._preparing.content(ways)
        if content.of_all():
            raise Rejected(content.of_all()[0].problem, detail=first_problem(content.problems))
        self._run.failed = {**content.refused(), **self._run.failed}
        if len(self._run.failed) == len(self._skus):
            raise self._run.failed[self._skus[0]]
        return content

    def _item(self, content: Content, sku: Sku) -> Item:
        if content.parent is not None and sku == content.parent.sku:
            return content.parent
        return content.items[sku]

    # ---- looking ----

    def _look(self, sku: Sku) -> None:
        item = self._items.get(self._site, sku)
        if item is not None:
            self._run.seen[sku] = item

    def _offered(self, sku: Sku) -> bool:
        item, here = self._run.seen.get(sku), self._site.marketplace_id
        return item is not None and (item.buyable(here) or item.offer(here) is not None)

    def _on_sale(self, sku: Sku) -> bool:
        """Whether buyers can take it, or could if there was any."""
        progress = self._steps.progress
        if f"{ENDED}{sku}" in progress and f"{SENT}{sku}" not in progress:
            return False
        item = self._run.seen.get(sku)
        return (
            item is not None and self._offered(sku) and bool(item.asin(self._site.marketplace_id)) and not item.errors()
        )

    def _refused(self, sku: Sku) -> bool:
        """Whether Amazon has decided against what was sent before: then it is sent again, however short ago that was."""
        item = self._run.seen.get(sku)
        return item is not None and isinstance(self._following(None).became(sku, item), RemoteError)

    # ---- sending ----

    def _put_parent(self, parent: Item, marks: WrittenMarks, *, needed: bool) -> None:
        """Before its children, for they name it. The next worker finds it there."""
        known = self._steps.progress.get(PARENT) == parent.sku
        if needed:
            self._look(parent.sku)
            item = self._run.seen.get(parent.sku)
            there = item is not None and bool(item.asin(self._site.marketplace_id))
            if self._refused(parent.sku) or not (there or (known and marks.recent(parent.sku))):
                self._run.seen.pop(parent.sku, None)
                body = parent.put(self._site)
                self._refuse(self._items.put(self._site, parent.sku, body, preview=True))
                began = self._clock.now()
                self._refuse(self._items.put(self._site, parent.sku, body))
                self._steps.save(**{PARENT: parent.sku, **self._mark(parent.sku, began), **marks.mark(parent.sku)})
                return
        if not known:
            self._steps.save(**{PARENT: parent.sku})

    def _put(self, item: Item, marks: WrittenMarks) -> None:
        """Nothing is sent that Amazon already says it would refuse."""
        with self._steps.unit(item.sku) as unit:
            values = self._sellable(unit.values[item.sku])
            body = item.put(self._site, values)
            unit.check()
            self._refuse(self._items.put(self._site, item.sku, body, preview=True))
            unit.check()
            began = self._clock.now()
            self._refuse(self._items.put(self._site, item.sku, body))
            unit.accept(item.sku)
        self._run.seen.pop(item.sku, None)
        way = item.attributes.get("merchant_suggested_asin", [{"value": NEW}])[0]["value"]
        self._steps.save(**{f"{WAY}{item.sku}": way, **self._mark(item.sku, began), **marks.mark(item.sku)})

    def _revise(self, item: Item) -> None:
        with self._steps.unit(item.sku) as unit:
            values = self._sellable(unit.values[item.sku])
            unit.check()
            self._patch(item, values)
            unit.accept(item.sku)

    def _patch(self, item: Item, values: Values | None) -> None:
        """Its content, and its values if it has any."""
        shown = self._run.seen.pop(item.sku, None)
        parents = shown.parents(self._site.marketplace_id) if shown is not None else ()
        moved = values is not None and self._request.group not in parents
        patches = item.patches(self._site, values, relationship=moved)
        began = self._clock.now()
        self._refuse(self._items.patch(self._site, item.sku, item.schema.name, patches))
        self._steps.save(**self._mark(item.sku, began))

    def _sellable(self, values: Values) -> Values:
        refuse_without_values(values)
        if values.price is not None and values.price.amount <= 0:
            raise PRICE_TOO_LOW.error()
        return values

    def _refuse(self, answer: SubmissionAnswer) -> None:
        refusal = refusal_of(answer)
        if refusal is not None:
            raise refusal

    def _mark(self, sku: Sku, began: datetime) -> dict[str, str]:
        """When the submission left us: Amazon may have decided it before its answer was worked on."""
        return {f"{SENT}{sku}": str(int(began.timestamp()))}

    def _apart(self, item: Item, act: Callable[[Item], None]) -> None:
        """One SKU that is refused does not stop the others."""
        try:
            act(item)
        except Rejected as error:
            self._run.failed[item.sku] = error

    def _outcome(self, parent: Sku | None) -> Published | Processing:
        sent = [sku for sku in self._skus if sku not in self._run.failed]
        if not sent:
            raise self._run.failed[self._skus[0]]
        return self._following(parent).outcome(sent, self._run.failed)

    def _following(self, parent: Sku | None) -> Following:
        return Following(self._items, self._site, self._steps.progress, self._clock.now(), parent, self._run.seen)
