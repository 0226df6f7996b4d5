"""The operations that we use, each under its own name: what eBay calls it, what we send, what comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from listbridge.domain.ids import RemoteId, Sku
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import NotFound, OutcomeUnknown, RemoteError
from listbridge.infra.calls.api_client import CallRefused, M, path_of
from listbridge.marketplaces.ebay.client import INVENTORY, EbayHttp, Request
from listbridge.marketplaces.ebay.errors import UNREADABLE, EbayRefusal
from listbridge.marketplaces.ebay.offers.daily_revisions import DailyRevisions
from listbridge.marketplaces.ebay.offers.wire import (
    BulkEntries,
    BulkEntry,
    BulkItems,
    CreatedOffer,
    Item,
    Offer,
    Offers,
    PriceQuantity,
    PriceQuantityAnswers,
    PublishedListing,
    ShownGroup,
)
from listbridge.marketplaces.ebay.sites import SITES, NationalSite

_IMPOSSIBLE_SKU = frozenset({25707, 25708})
"""eBay takes no such SKU, so nothing can have it."""
_NO_OFFERS = frozenset({25713, 25710, 25702}) | _IMPOSSIBLE_SKU
_NO_ITEM = frozenset({25710, 25702}) | _IMPOSSIBLE_SKU
PER_CALL = 25
"""Items or offers of one bulk call (sell_inventory 1.18.4)."""
_ANY_SITE = next(iter(SITES.values()))


class OfferExists(Exception):
    """eBay has an offer for this SKU, site and format already."""


@dataclass(frozen=True, slots=True)
class NewOffer:
    """What became of one new offer: it was made, refused, or `exists` already."""

    offer: RemoteId | None = None
    error: RemoteError | None = None

    @property
    def exists(self) -> bool:
        """eBay has an offer for the SKU, site and format already."""
        return self.offer is None and self.error is None


class Inventory:
    """The Inventory API of one account. All methods raise RemoteError."""

    def __init__(self, http: EbayHttp) -> None:
        self.http = http
        connection = http.connection
        self.revisions = DailyRevisions(connection.counters, connection.id, connection.clock)

    # ---- looking ----

    def offers(self, sku: Sku, site: NationalSite | None = None, *, auctions: bool = False) -> list[Offer]:
        """The SKU's fixed-price offers, on one site or on all, no matter who made them; `auctions` too, behind the others. None is an
        empty list.

        The site is chosen here: the query's `marketplace_id` "does not have any practical use" (getOffers).
        """
        request = Request("GET", f"{INVENTORY}/offer", "getOffers", site=site or _ANY_SITE, params={"sku": sku})
        try:
            answer = self.http.ask(request, Offers)
        except CallRefused as refused:
            if _is(refused, _NO_OFFERS):
                return []
            raise refused.verdict from None
        if answer.total is not None and answer.total > len(answer.offers):
            raise UNREADABLE.error(detail="getOffers: more than one page of offers for one SKU")
        found = [
            offer
            for offer in answer.offers
            if (auctions or not offer.by_auction) and (site is None or offer.marketplace_id == site.id)
        ]
        return sorted(found, key=lambda offer: offer.by_auction)

    def offer(self, sku: Sku, site: NationalSite) -> Offer | None:
        """The SKU's one offer on a site."""
        return next(iter(self.offers(sku, site)), None)

    def items(self, skus: Sequence[Sku]) -> dict[Sku, Item | None]:
        """The items, up to 25 a call; None for each that eBay positively does not have, and then it has no offer either: createOffer
        needs the item, and deleteInventoryItem deletes its offers (sell_inventory 1.18.4)."""
        found: dict[Sku, Item | None] = {}
        for start in range(0, len(skus), PER_CALL):
            found |= self._some_items(skus[start : start + PER_CALL])
        return found

    def _some_items(self, skus: Sequence[Sku]) -> dict[Sku, Item | None]:
        body = {"requests": [{"sku": sku} for sku in skus]}
        request = Request(
            "POST", f"{INVENTORY}/bulk_get_inventory_item", "bulkGetInventoryItem", site=_ANY_SITE, body=body
        )
        try:
            answer = self.http.ask(request, BulkItems)
        except CallRefused as refused:
            answer = entries(refused, BulkItems)
        found: dict[Sku, Item | None] = {}
        for entry in answer.responses:
            if entry.inventory_item is not None and entry.status_code < 400:
                found[Sku(entry.sku)] = entry.inventory_item
            elif any(error.error_id in _NO_ITEM for error in entry.errors or ()):
                found[Sku(entry.sku)] = None
        missing = set(skus) - set(found)
        if missing:  # neither there nor positively absent: an error is not an absence
            raise UNREADABLE.error(detail=f"bulkGetInventoryItem: no word of {len(missing)} SKUs")
        return found

    def item(self, sku: Sku) -> Item | None:
        """One item, None when eBay positively does not have it."""
        request = Request("GET", f"{INVENTORY}/inventory_item/{path_of(sku)}", "getInventoryItem", site=_ANY_SITE)
        try:
            return self.http.ask(request, Item)
        except CallRefused as refused:
            if _is(refused, _NO_ITEM):
                return None
            raise refused.verdict from None

    def group(self, key: RemoteId) -> ShownGroup | None:
        """A group, None when eBay positively does not have it."""
        try:
            return self.http.ask(Request("GET", _group_path(key), "getInventoryItemGroup", site=_ANY_SITE), ShownGroup)
        except CallRefused as refused:
            if isinstance(refused.verdict, NotFound):
                return None
            raise refused.verdict from None

    # ---- writing ----

    def put_item(self, site: NationalSite, sku: Sku, body: Mapping[str, Any]) -> None:
        """Replace an item in full, its quantity with it; live listings follow at once."""
        path = f"{INVENTORY}/inventory_item/{path_of(sku)}"
        self._write(Request("PUT", path, "createOrReplaceInventoryItem", site=site, body=body, write=True))

    def put_items(self, site: NationalSite, bodies: Mapping[Sku, Mapping[str, Any]]) -> dict[Sku, RemoteError | None]:
        """Replace up to 25 items in full; why each that was not taken was not. Live listings follow at once."""
        locale = site.language.replace("-", "_")
        rows = [{"sku": sku, "locale": locale, **body} for sku, body in bodies.items()]
        operation = "bulkCreateOrReplaceInventoryItem"
        told = _by_sku(self._bulk("bulk_create_or_replace_inventory_item", operation, site, rows))
        return {sku: self._refusal(operation, told.get(sku)) for sku in bodies}

    def put_group(self, site: NationalSite, key: RemoteId, body: Mapping[str, Any]) -> None:
        """Replace a group in full; a SKU left out leaves the live listing too."""
        self._write(
            Request("PUT", _group_path(key), "createOrReplaceInventoryItemGroup", site=site, body=body, write=True)
        )

    def delete_group(self, site: NationalSite, key: RemoteId) -> None:
        """Delete a group. Its items and offers stay, and may join another group."""
        self._write(Request("DELETE", _group_path(key), "deleteInventoryItemGroup", site=site, write=True))

    def create_offer(self, site: NationalSite, body: Mapping[str, Any]) -> RemoteId:
        """Stage an offer. Raises OfferExists when SKU, site and format have one already."""
        request = Request("POST", f"{INVENTORY}/offer", "createOffer", site=site, body=body, write=True)
        try:
            return RemoteId(self.http.ask(request, CreatedOffer).offer_id)
        except CallRefused as refused:
            if refused.said.says_exists_already:
                raise OfferExists from None
            raise refused.verdict from None

    def create_offers(self, site: NationalSite, bodies: Sequence[Mapping[str, Any]]) -> dict[Sku, NewOffer]:
        """Stage up to 25 offers of one site: what became of each, by its SKU."""
        told = _by_sku(self._bulk("bulk_create_offer", "bulkCreateOffer", site, bodies))
        return {sku: self._created(told.get(sku)) for sku in (Sku(body["sku"]) for body in bodies)}

    def _created(self, entry: BulkEntry | None) -> NewOffer:
        if entry is not None and entry.offer_id and entry.status_code < 400:
            return NewOffer(RemoteId(entry.offer_id))
        if entry is not None and _said("bulkCreateOffer", entry).says_exists_already:
            return NewOffer()
        return NewOffer(error=self._refusal("bulkCreateOffer", entry) or _no_word("bulkCreateOffer"))

    def update_offer(self, site: NationalSite, offer: RemoteId, body: Mapping[str, Any]) -> None:
        """Replace an offer in full."""
        path = f"{INVENTORY}/offer/{path_of(offer)}"
        self._write(Request("PUT", path, "updateOffer", site=site, body=body, write=True))

    def delete_offer(self, site: NationalSite, offer: RemoteId) -> None:
        """Delete an offer: a draft vanishes, a variation leaves its listing and its group."""
        path = f"{INVENTORY}/offer/{path_of(offer)}"
        self._write(Request("DELETE", path, "deleteOffer", site=site, write=True))

    def publish_offer(self, site: NationalSite, offer: RemoteId) -> RemoteId:
        """Put a single offer on sale; returns the listing's id. A live one keeps its listing."""
        path = f"{INVENTORY}/offer/{path_of(offer)}/publish"
        request = Request("POST", path, "publishOffer", site=site, body={}, write=True)
        return RemoteId(self.http.read(request, PublishedListing).listing_id)

    def publish_offers(self, site: NationalSite, offers: Sequence[RemoteId]) -> dict[RemoteId, RemoteId | RemoteError]:
        """Put up to 25 single offers on sale: the listing of each, or why it has none. A live one keeps its listing."""
        rows = [{"offerId": offer} for offer in offers]
        answers = self._bulk("bulk_publish_offer", "bulkPublishOffer", site, rows)
        told = {RemoteId(entry.offer_id): entry for entry in answers if entry.offer_id}
        return {offer: self._published(told.get(offer)) for offer in offers}

    def _published(self, entry: BulkEntry | None) -> RemoteId | RemoteError:
        if entry is not None and entry.listing_id and entry.status_code < 400:
            return RemoteId(entry.listing_id)
        return self._refusal("bulkPublishOffer", entry) or _no_word("bulkPublishOffer")

    def publish_group(self, site: NationalSite, key: RemoteId) -> RemoteId:
        """Put the group's complete offers on sale, as one listing; members with missing data are left out silently."""
        request = Request(
            "POST",
            f"{INVENTORY}/offer/publish_by_inventory_item_group",
            "publishOfferByInventoryItemGroup",
            site=site,
            body={"inventoryItemGroupKey": key, "marketplaceId": site.id},
            write=True,
        )
        return RemoteId(self.http.read(request, PublishedListing).listing_id)

    def withdraw_offer(self, site: NationalSite, offer: RemoteId) -> None:
        """End a single listing; the offer stays, unpublished."""
        path = f"{INVENTORY}/offer/{path_of(offer)}/withdraw"
        self._write(Request("POST", path, "withdrawOffer", site=site, body={}, write=True))

    def withdraw_group(self, site: NationalSite, key: RemoteId) -> None:
        """End a group's listing on one site; group and offers stay, the offers unpublished."""
        self._write(
            Request(
                "POST",
                f"{INVENTORY}/offer/withdraw_by_inventory_item_group",
                "withdrawOfferByInventoryItemGroup",
                site=site,
                body={"inventoryItemGroupKey": key, "marketplaceId": site.id},
                write=True,
            )
        )

    def update_price_quantity(self, site: NationalSite, change: PriceQuantity) -> PriceQuantityAnswers:
        """Quantity and price of one SKU's published offers. The entries tell, whether the answer is 200, 207 or 400."""
        request = Request(
            "POST",
            f"{INVENTORY}/bulk_update_price_quantity",
            "bulkUpdatePriceQuantity",
            site=site,
            body={"requests": [change.body()]},
            write=True,
        )
        try:
            return self.http.ask(request, PriceQuantityAnswers)
        except CallRefused as refused:
            return entries(refused, PriceQuantityAnswers)

    def _write(self, request: Request) -> None:
        self.http.object(request)

    def _bulk(
        self, path: str, operation: str, site: NationalSite, rows: Sequence[Mapping[str, Any]]
    ) -> list[BulkEntry]:
        """What is told of each, whether the answer is 200, 207 or 400."""
        request = Request(
            "POST", f"{INVENTORY}/{path}", operation, site=site, body={"requests": list(rows)}, write=True
        )
        try:
            answer = self.http.ask(request, BulkEntries)
        except CallRefused as refused:
            answer = entries(refused, BulkEntries)
        return answer.responses

    def _refusal(self, operation: str, entry: BulkEntry | None) -> RemoteError | None:
        """Why one entry of a bulk call was not taken; of one without a word nobody knows."""
        if entry is None or not (entry.status_code or entry.errors):
            return _no_word(operation)
        if 200 <= entry.status_code < 300:
            return None
        return _said(operation, entry).error(self.http.connection.clock.now())


def _by_sku(answers: Sequence[BulkEntry]) -> dict[Sku, BulkEntry]:
    return {Sku(entry.sku): entry for entry in answers}


def entries(refused: CallRefused, model: type[M]) -> M:
    """The entries of a bulk call that failed for every entry: status 400, but the body tells about each."""
    if refused.said.status != 400 or refused.said.entries:
        raise refused.verdict from None
    try:
        return model.model_validate(refused.body)
    except ValidationError:
        raise refused.verdict from None


def _said(operation: str, entry: BulkEntry) -> EbayRefusal:
    return EbayRefusal(operation, entry.status_code, write=True, entries=entry.errors or ())


def _no_word(operation: str) -> OutcomeUnknown:
    return OutcomeUnknown(Problem("ebay_no_word_of_listing"), detail=operation)


def _is(refused: CallRefused, ids: frozenset[int]) -> bool:
    return any(entry.error_id in ids for entry in refused.said.entries)


def _group_path(key: RemoteId) -> str:
    return f"{INVENTORY}/inventory_item_group/{path_of(key)}"
