"""Put a product on sale, step by step, so that any worker can continue where another died (protocol.md#publishing).

A draft has no key by which Etsy would refuse its twin. So the draft's only tag is a marker that follows from the product; where the
answer to its making was lost, the drafts are looked through for it before another is made. All that follows is written
again as a whole when a run is resumed, but for pictures, whose ids are kept. The draft's last call puts it on sale, with its
real tags, and costs Etsy's fee.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from listbridge.domain.ids import RemoteId, Sku
from listbridge.domain.listings.listing import Values
from listbridge.domain.listings.publishing_runs import forget
from listbridge.domain.ports import Published, PublishRequest, PublishSteps
from listbridge.domain.verdicts import NotFound, Rejected, RemoteError, RetryLater
from listbridge.infra.calls.api_client import path_of
from listbridge.infra.calls.offset_pages import counted_rows
from listbridge.marketplaces.etsy import errors
from listbridge.marketplaces.etsy.client import EtsyHttp, Request, form_of
from listbridge.marketplaces.etsy.manifest import LISTING_FEE, PER_CALL
from listbridge.marketplaces.etsy.offers import wire
from listbridge.marketplaces.etsy.offers.inventory import kept, read_inventory, read_with_listing, write_inventory
from listbridge.marketplaces.etsy.offers.mapping import NOTHING_YET, ListingContent
from listbridge.marketplaces.etsy.offers.merging import Inventory, left, mark_of, on_sale, values_of, without_gifts
from listbridge.marketplaces.etsy.offers.pausing import pause
from listbridge.marketplaces.etsy.offers.pictures import MAX_PICTURES, Pictures
from listbridge.marketplaces.etsy.offers.preview import prepared
from listbridge.marketplaces.etsy.offers.properties import attribute
from listbridge.marketplaces.etsy.offers.taxonomy import Taxonomy
from listbridge.marketplaces.etsy.offers.wire import (
    ACTIVE,
    DRAFT,
    EXPIRED,
    INACTIVE,
    SOLD_OUT,
    ImageTold,
    InventoryTold,
    ListingTold,
)
from listbridge.marketplaces.etsy.shop import currency_now

CREATING, CHARGING, EMPTY, LISTING, IMAGE = "creating", "charging", "empty", "listing", "image:"
"""Names in the progress: a draft may have been made, out of which state the fee may have been charged, what nothing was left of then,
the listing's id, and the id and address of its picture at each rank."""
_RENEWED = (SOLD_OUT, EXPIRED)
"""States out of which a listing comes with one piece of each product that has none (updateListing, `state`)."""


@dataclass(slots=True)
class Publishing:
    """One run over one product."""

    http: EtsyHttp
    taxonomy: Taxonomy
    request: PublishRequest
    steps: PublishSteps
    content: ListingContent = field(init=False)
    currency: str = field(init=False, default="")
    """What the shop sells in."""

    def publish(self) -> Published:
        """Make the listing, or complete it, and put it on sale; what is on sale already stays as it is."""
        shown = self._look()
        self._prepare()
        if shown is None:
            shown = self._draft()
        id = str(shown.listing_id)
        if shown.state == ACTIVE:
            offered = {one.sku for one in read_inventory(self.http, id).products if on_sale(one)}
            renewed = self.steps.progress.get(CHARGING) in _RENEWED
            if renewed or not offered.issuperset(self.content.values):
                self._put_values(shown, may_pause=True)
            return self._done(shown)
        return self._done(self._put_all(shown, may_pause=False))

    def full_revise(self) -> Published:
        """Send content, pictures, prices and quantities of a listing that is on sale, or pauses."""
        shown = self._look()
        if shown is None or shown.state not in (ACTIVE, INACTIVE, SOLD_OUT):
            raise errors.NOT_LIVE.error(detail="no listing" if shown is None else shown.state)
        self._prepare()
        return self._done(self._put_all(shown, may_pause=True))

    def _prepare(self) -> None:
        self.currency = currency_now(self.http)
        self.content = prepared(self.http, self.taxonomy, self.request, self.currency)

    # ---- the listing ----

    def _look(self) -> ListingTold | None:
        """The listing as it is now, where one is known: the variants' own, else the one that an earlier run made.

        Raises Rejected for variants that stand in several listings: they cannot be written as one.
        """
        remotes = list(dict.fromkeys(str(one.remote) for one in self.request.variants if one.remote))
        if len(remotes) > 1:
            alive = [one for one in remotes if self._read(one) is not None]
            if len(alive) > 1:
                raise errors.SEVERAL_LISTINGS.error(params={"count": str(len(alive))})
            raise errors.NOT_LIVE.error(detail="of several listings")
        known = next(iter(remotes), "") or self.steps.progress.get(LISTING, "")
        if not known:
            return None
        if known != self.steps.progress.get(LISTING, known):
            forget(self.steps, LISTING, IMAGE, CHARGING, EMPTY)  # they are of another listing
        shown = self._read(known)
        if shown is None:
            forget(self.steps, LISTING, IMAGE)
        return shown

    def _read(self, listing: str) -> ListingTold | None:
        try:
            return self.http.read(Request("GET", f"listings/{path_of(listing)}", "getListing"), ListingTold)
        except NotFound:
            return None

    def _draft(self) -> ListingTold:
        """A new draft, or the one that an interrupted run made. Nothing is made of a product with pictures that Etsy refuses."""
        marker = self._marker()
        if CREATING in self.steps.progress:
            found = next((one for one in self._drafts() if marker in one.tags), None)
            if found is not None:
                self.steps.save(**{LISTING: str(found.listing_id)})
                return found
        for problem in Pictures(self.http.connection).problems(self.content.pictures):
            raise problem
        self.steps.save(**{CREATING: marker})
        prices = [one.price.amount for one in self.request.product.variants if one.price is not None]
        fields = self.content.draft(marker, float(max(prices, default=1_000)))
        try:
            made = self._write("POST", f"shops/{self._shop}/listings", "createDraftListing", fields)
        except (Rejected, RetryLater):
            self.steps.forget(CREATING)  # certainly not made
            raise
        self.steps.save(**{LISTING: str(made.listing_id)})
        return made

    def _drafts(self) -> list[ListingTold]:
        def page(offset: int) -> tuple[tuple[ListingTold, ...], int]:
            params = {"state": DRAFT, "limit": PER_CALL, "offset": offset}
            request = Request("GET", f"shops/{self._shop}/listings", "getListingsByShop", params)
            told = self.http.read(request, wire.ListingsTold)
            return told.results, told.count

        return counted_rows(page)

    def _marker(self) -> str:
        """The same in every run of every worker; of characters that a tag may have."""
        digest = hashlib.sha256(f"{self.http.connection.id}#{self.request.group}".encode()).hexdigest()
        return f"lb{digest[:16]}"

    def _put_all(self, shown: ListingTold, *, may_pause: bool) -> ListingTold:
        """Everything that the listing holds, and at last its texts together with its state: of a draft the call that costs the fee."""
        id = str(shown.listing_id)
        images = self._put_pictures(id, fresh=shown.state == DRAFT)
        written, now = self._put_values(shown, may_pause=may_pause)
        if written is not None:
            self._put_variation_images(id, written, images)
        self._put_attributes(id)
        self._put_question(id)
        # What went out of sale meanwhile comes back where that is free: nobody was shown a fee.
        returns = written is not None and now.state != ACTIVE and (shown.state != ACTIVE or not self._costs(now))
        if returns and self._costs(now):
            self.steps.save(**{CHARGING: now.state, EMPTY: self._empty(written)})
        fields = {**self.content.fields(), "state": ACTIVE if returns else None}
        told = self._write("PATCH", self._path(id), "updateListing", fields)
        if returns and told.state != ACTIVE:
            raise errors.NOT_ACTIVATED.error(params={"state": told.state})
        if now.state in _RENEWED and returns:
            self._put_values(told, may_pause=True)
        return told

    def _empty(self, written: InventoryTold | None) -> str:
        """The products beside ours of which there is nothing: a renewal gives each of them a piece."""
        others = [one for one in Inventory(written or NOTHING_YET).products if one.sku not in self.content.values]
        return " ".join(mark_of(kept(one)) for one in others if not values_of(one).quantity)

    def _costs(self, shown: ListingTold) -> bool:
        """Whether Etsy charges its fee for putting it on sale: also for one that pauses, when its four months are over."""
        ends, now = shown.ending_timestamp, self.http.connection.clock.now().timestamp()
        over = shown.state == INACTIVE and ends is not None and ends <= now
        return over or shown.state in (DRAFT, *_RENEWED)

    # ---- what it holds ----

    def _put_values(self, shown: ListingTold, *, may_pause: bool) -> tuple[InventoryTold | None, ListingTold]:
        """Prices and quantities, beside what the listing has already, read and written within one lease; and the listing as it
        was within it.

        Etsy keeps no listing at zero: one of which nothing is left pauses if it may (None), else it is refused.
        """
        id, written, now = str(shown.listing_id), None, shown
        known = {variant.key.sku: variant.remote for variant in self.request.variants}
        skus = sorted(self.content.values, key=lambda sku: known[sku] is None)
        self._set_aside(shown.state)
        with self.steps.unit(*skus) as unit:
            self._refuse_currency(unit.values)
            unit.check()
            there = NOTHING_YET
            if shown.state != DRAFT:
                there = told = read_with_listing(self.http, id)
                now = told.listing  # it may have gone out of sale since it was looked at
            inventory = Inventory(there)
            body = self.content.inventory(unit.values, inventory.awake() if inventory.rests(now.state) else there)
            body = without_gifts(body, self.steps.progress.get(EMPTY, "").split(), unit.values)
            if left(body):
                unit.check()
                written = write_inventory(self.http, id, body)
            elif not may_pause:
                raise errors.EMPTY.error()
            else:
                pause(self.http, id, body, inventory.unchanged(), now.state, unit.check)
            for sku in skus:
                unit.accept(sku)
        return written, now

    def _set_aside(self, state: str) -> None:
        """Have the calls ready that are made inside the lease: there nothing is waited for, and at five calls a second each try would find
        that the calls before it had used up what there is."""
        looks = (
            ("getListingsByShop", "getListingsInventoryByListingIds") if self.steps.resumed() or state != DRAFT else ()
        )
        reads = () if state == DRAFT else ("getListingInventory",)
        for operation in (*looks, *reads, "updateListingInventory"):
            self.http.connection.budget.prepay(operation, 1, wait_s=0)

    def _refuse_currency(self, values: Mapping[Sku, Values]) -> None:
        for one in values.values():
            if one.price is not None and one.price.currency != self.currency:
                raise errors.CURRENCY.error(params={"currency": one.price.currency, "expected": self.currency})

    def _put_pictures(self, id: str, *, fresh: bool) -> dict[str, int]:
        """The product's pictures at their ranks; by address the image's id.

        Of a draft of ours each rank is ours to overwrite. On a listing that the seller may have changed only our own pictures are
        replaced, and what the seller added stays, as do those of variants that are not sent now.
        """
        pictures, found = Pictures(self.http.connection), dict[str, int]()
        shown = {} if fresh else {one.listing_image_id: one for one in self._images(id)}
        mine = self._images_of_ours()
        ours = {image for image, _ in mine.values()}
        room = MAX_PICTURES - len(shown.keys() - ours)
        known_ones = {digest for _, digest in mine.values()}
        wanted = (
            self.content.pictures if fresh else self.content.pictures_beside(lambda one: _digest(one) in known_ones)
        )
        for rank, address in enumerate(wanted[:room], 1):
            known, of = mine.get(rank, (0, ""))
            if of == _digest(address) and (fresh or known in shown):
                found[address] = known
                continue
            found[address] = self._upload(id, rank, address, pictures, overwrite=fresh or known in shown)
            self.steps.save(**{f"{IMAGE}{rank}": f"{found[address]}:{_digest(address)}"})
        for rank, (known, _) in mine.items():
            if rank > len(wanted[:room]):
                if known in shown:
                    self._delete_image(id, known)
                self.steps.forget(f"{IMAGE}{rank}")
        return found

    def _upload(self, id: str, rank: int, address: str, pictures: Pictures, *, overwrite: bool) -> int:
        picture = pictures.fetch(address)
        request = Request(
            "POST",
            f"{self._path(id)}/images",
            "uploadListingImage",
            form=form_of({"rank": rank, "overwrite": overwrite, "alt_text": self.content.title}),
            files={"image": (picture.name, picture.content, picture.media_type)},
            write=True,
        )
        return self.http.read(request, ImageTold).listing_image_id

    def _delete_image(self, id: str, image: int) -> None:
        path = f"{self._path(id)}/images/{image}"
        try:
            self.http.object(Request("DELETE", path, "deleteListingImage", write=True))
        except NotFound:
            return

    def _images(self, id: str) -> tuple[ImageTold, ...]:
        request = Request("GET", f"listings/{path_of(id)}/images", "getListingImages")
        return self.http.read(request, wire.ImagesTold).results

    def _images_of_ours(self) -> dict[int, tuple[int, str]]:
        """By rank what we uploaded there: the image's id, and which picture it is."""
        found = {}
        for name, value in self.steps.progress.items():
            if name.startswith(IMAGE):
                image, _, digest = value.partition(":")
                found[int(name.removeprefix(IMAGE))] = (int(image), digest)
        return dict(sorted(found.items()))

    def _put_variation_images(self, id: str, written: InventoryTold, images: Mapping[str, int]) -> None:
        """Which picture each value shows. Etsy names a value by an id, which only the written inventory tells."""
        wanted = self.content.pictures_by_value([Sku(one.sku) for one in written.products])
        if wanted is None:
            return
        varying, pictures = wanted
        rows = dict[int, wire.VariationImageSent]()
        for product in written.products:
            for value in product.property_values:
                image = images.get(pictures.get(next(iter(value.values), ""), ""))
                if value.property_id == varying.id and image is not None and value.value_ids:
                    value_id = value.value_ids[0]
                    rows[value_id] = wire.VariationImageSent(property_id=varying.id, value_id=value_id, image_id=image)
        body = wire.VariationImagesSent(variation_images=tuple(rows.values())).body()
        path = f"{self._path(id)}/variation-images"
        self.http.object(Request("POST", path, "updateVariationImages", body=body, write=True))

    def _put_attributes(self, id: str) -> None:
        told = self.taxonomy.properties(self.content.settings.taxonomy_id)
        for property_id, values in self.content.settings.attributes.items():
            path = f"{self._path(id)}/properties/{path_of(property_id)}"
            form = form_of(attribute(told[property_id], values))
            self.http.object(Request("PUT", path, "updateListingProperty", form=form, write=True))

    def _put_question(self, id: str) -> None:
        body = self.content.personalization()
        if body is not None:
            path = f"{self._path(id)}/personalization"
            params = {"supports_multiple_personalization_questions": "true"}
            request = Request("POST", path, "updateListingPersonalization", params, body, write=True)
            self.http.object(request)

    def _write(self, method: str, path: str, operation: str, fields: Mapping[str, Any]) -> ListingTold:
        return self.http.read(Request(method, path, operation, form=form_of(fields), write=True), ListingTold)

    @property
    def _shop(self) -> str:
        return path_of(self.http.shop)

    def _path(self, id: str) -> str:
        return f"shops/{self._shop}/listings/{path_of(id)}"

    def _done(self, shown: ListingTold) -> Published:
        charged = CHARGING in self.steps.progress and shown.state == ACTIVE
        forget(self.steps, CREATING, CHARGING, EMPTY)
        id = RemoteId(str(shown.listing_id))
        left_out: dict[Sku, RemoteError] = dict(self.content.refused)
        return Published(
            remote=id,
            offers={sku: RemoteId(sku) for sku in self.content.values},
            group=id if self.request.product.has_options else None,
            left_out=left_out or None,
            url=shown.url or f"https://www.etsy.com/listing/{id}",
            fee=LISTING_FEE if charged else None,
        )


def _digest(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()[:16]
