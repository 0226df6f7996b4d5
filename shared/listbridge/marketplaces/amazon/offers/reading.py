"""What Amazon shows of our offers: one item by its own read, several by a search for their SKUs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from listbridge.domain.ids import AccountId, ListingKey, RemoteId, Site, Sku
from listbridge.domain.listings.listing import Listing, RemoteState, Status, Values
from listbridge.domain.money import Money
from listbridge.domain.ports import RemoteListing
from listbridge.domain.verdicts import NotFound, Rejected
from listbridge.infra.calls.api_client import path_of
from listbridge.infra.calls.wire_models import CamelTold
from listbridge.marketplaces.amazon.client import AmazonHttp, Request, csv
from listbridge.marketplaces.amazon.errors import SITE_LEFT
from listbridge.marketplaces.amazon.offers.patches import OFFER, SELLER_SHIPS
from listbridge.marketplaces.amazon.offers.wire import ListingItem
from listbridge.marketplaces.amazon.sites import NationalSite, site_of

SHOWN = ("summaries", "issues", "offers", "fulfillmentAvailability", "relationships")
MOST_SKUS = 20
"""`identifiers` of searchListingsItems, maxItems, and its largest page."""
_BY_SITE = ("summaries", "issues", "offers", "relationships")
"""What an item tells of each site apart; its stock is the region's."""
_ITEMS = "/listings/2021-08-01/items"
_FBA = "AMAZON"
"""How the channels of stock begin that Amazon keeps: AMAZON_NA, AMAZON_EU … (the models give examples only)."""
T = TypeVar("T", bound=CamelTold)
Items = Mapping[Sku, ListingItem | None]


class Found(CamelTold):
    """`ItemSearchResults`."""

    items: tuple[ListingItem, ...] = ()


class _Attributes(CamelTold):
    """`Item` with its attributes alone, as the seller or we sent them."""

    attributes: Mapping[str, Any] = {}

    def has_offer(self, marketplace: str) -> bool:
        """Whether an offer was sent for this store and not taken away."""
        rows = self.attributes.get(OFFER)
        return any(isinstance(row, Mapping) and row.get("marketplace_id") == marketplace for row in rows or ())


class Reader:
    """Reads listings of one account, which is a part of every key that it gives."""

    def __init__(self, http: AmazonHttp, account: AccountId) -> None:
        self._http, self._account = http, account
        self._left: set[Site] = set()

    def read_back(self, listings: Sequence[Listing]) -> list[RemoteListing]:
        """One entry per listing, in their order.

        What is being published and not there yet is no listing that has gone. Nor is one on a site in which the seller does not
        take part: Amazon tells nothing of it, and shows it again once they do.
        """
        self._left = set()
        items = self.items(listing.key for listing in listings)
        shown = [self.shown(listing.key, items[listing.key.sku], listing.group, listing.remote) for listing in listings]
        return [
            RemoteListing(listing.key, RemoteState.PROCESSING)
            if one.gone and (listing.status is Status.PENDING or listing.key.site in self._left)
            else one
            for listing, one in zip(listings, shown, strict=True)
        ]

    def find(self, site: Site, sku: Sku) -> RemoteListing | None:
        """The account's offer for a SKU on a site; None when there is none."""
        item = self._item([site_of(site)], sku)
        return None if item is None else self.shown(ListingKey(self._account, site, sku), item)

    def items(self, keys: Iterable[ListingKey]) -> Items:
        """By SKU, what Amazon shows of it on the sites of these keys; None where it says that there is no such SKU.

        A search that does not show one proves nothing: it is asked for alone. Of several sites in one call Amazon may tell the
        first only (issue 3008 of amzn/selling-partner-api-models): a site of which nothing was told is asked for alone as well.
        """
        wanted: dict[Sku, set[NationalSite]] = {}
        for key in keys:
            wanted.setdefault(key.sku, set()).add(site_of(key.site))
        found = self._searched(wanted)
        for sku, sites in wanted.items():
            together = sku not in found
            if together:
                found[sku] = self._item(_in_order(sites), sku)
            for site in _untold(found[sku], sites) if len(sites) > 1 or not together else ():
                found[sku] = _joined(found[sku], self._item([site], sku))
        return found

    def _searched(self, wanted: Mapping[Sku, set[NationalSite]]) -> dict[Sku, ListingItem | None]:
        """What searches show of these, 20 in a call; nothing of a single one, which has a call of its own."""
        found: dict[Sku, ListingItem | None] = {}
        sites = _in_order(set().union(*wanted.values()))
        for asked in [sites, *([site] for site in sites)] if len(sites) > 1 else [sites]:
            # A comma would be two SKUs in a list.
            rest = [sku for sku in wanted if "," not in sku and _untold(found.get(sku), wanted[sku] & set(asked))]
            for at in range(0, len(rest), MOST_SKUS) if len(rest) > 1 else ():
                for item in self._search(asked, rest[at : at + MOST_SKUS]):
                    found[Sku(item.sku)] = _joined(found.get(Sku(item.sku)), item)
        return found

    def _search(self, sites: Sequence[NationalSite], skus: Sequence[Sku]) -> Sequence[ListingItem]:
        params = {"identifiers": csv(*skus), "identifiersType": "SKU", "pageSize": MOST_SKUS, **_of(sites, SHOWN)}
        call = Request("GET", f"{_ITEMS}/{path_of(self._http.seller)}", "searchListingsItems", params=params)
        found = self._read(call, Found)
        return () if found is None else found.items

    def _item(self, sites: Sequence[NationalSite], sku: Sku) -> ListingItem | None:
        return self._read(self._get(sites, sku, SHOWN), ListingItem)

    def _read(self, call: Request, shape: type[T]) -> T | None:
        """None where Amazon has nothing of it, or the seller does not take part on a site of the call: then nothing of theirs is on
        sale there."""
        try:
            return self._http.read(call, shape)
        except NotFound:
            return None
        except Rejected as refused:
            if refused.problem.code != SITE_LEFT.code:
                raise
            self._left.add(Site(refused.problem.params["site"]))
            return None

    def _was_sent(self, site: NationalSite, sku: Sku) -> bool:
        item = self._read(self._get([site], sku, ("attributes",)), _Attributes)
        return item is not None and item.has_offer(site.marketplace_id)

    def _get(self, sites: Sequence[NationalSite], sku: Sku, included: Sequence[str]) -> Request:
        path = f"{_ITEMS}/{path_of(self._http.seller, sku)}"
        return Request("GET", path, "getListingsItem", params=_of(sites, included))

    def shown(
        self, key: ListingKey, item: ListingItem | None, group: RemoteId | None = None, remote: RemoteId | None = None
    ) -> RemoteListing:
        """What an item is to its listing. `group` and `remote` are what is known already: a variation's own item tells its own ASIN,
        not its family's."""
        if item is None:
            return RemoteListing(key, RemoteState.GONE)
        site = site_of(key.site)
        state = self._state(site, key.sku, item)
        if state is RemoteState.GONE:
            return RemoteListing(key, state)
        asin, parents = item.asin(site.marketplace_id), item.parents(site.marketplace_id)
        shown = remote if group is not None and remote is not None else RemoteId(asin or key.sku)
        return RemoteListing(
            key=key,
            state=state,
            offer=RemoteId(key.sku),
            remote=shown,
            group=group or (RemoteId(parents[0]) if parents else None),
            values=values_of(item, site),
            url=self._http.page_of(site, asin),
            fulfilled_by_marketplace=kept_by_amazon(item),
        )

    def _state(self, site: NationalSite, sku: Sku, item: ListingItem) -> RemoteState:
        """A listing at 0 is not BUYABLE and live all the same, and so is one that Amazon suppressed: nothing of it was sold, and
        a quantity does not bring it back.

        Only an offer that was taken away is gone. Whether `offers` has one that nobody can buy is not documented: where it has
        none, the attributes tell.
        """
        marketplace = site.marketplace_id
        if item.buyable(marketplace):
            return RemoteState.LIVE
        if item.offer(marketplace) is None and not self._was_sent(site, sku):
            return RemoteState.GONE
        return RemoteState.LIVE if item.asin(marketplace) else RemoteState.PROCESSING


def _untold(item: ListingItem | None, sites: Iterable[NationalSite]) -> list[NationalSite]:
    """The sites of which an item says nothing."""
    return [site for site in _in_order(sites) if item is None or item.summary(site.marketplace_id) is None]


def _joined(known: ListingItem | None, more: ListingItem | None) -> ListingItem | None:
    """One item out of what was told of it for different sites."""
    if known is None or more is None:
        return known or more
    by_site = {name: (*getattr(known, name), *getattr(more, name)) for name in _BY_SITE}
    return known.model_copy(update=by_site)


def _in_order(sites: Iterable[NationalSite]) -> list[NationalSite]:
    return sorted(sites, key=lambda site: site.id)


def kept_by_amazon(item: ListingItem) -> bool:
    """Whether Amazon keeps its stock and ships it. Both channels stand there where the seller changed over (issue 2061 of
    amzn/selling-partner-api-models): then its quantity is not ours either."""
    return any(one.fulfillment_channel_code.startswith(_FBA) for one in item.fulfillment_availability)


def values_of(item: ListingItem, site: NationalSite) -> Values:
    """What buyers see there: the region's quantity, and the offer's price."""
    offer = item.offer(site.marketplace_id)
    mine = [one.quantity for one in item.fulfillment_availability if one.fulfillment_channel_code == SELLER_SHIPS]
    quantity = None if kept_by_amazon(item) else next(iter(mine), None)
    return Values(quantity, Money(offer.price.amount, offer.price.currency_code) if offer is not None else None)


def _of(sites: Sequence[NationalSite], included: Sequence[str]) -> dict[str, Any]:
    return {
        "marketplaceIds": csv(*(site.marketplace_id for site in sites)),
        "includedData": csv(*included),
        "issueLocale": sites[0].language_tag,
    }
