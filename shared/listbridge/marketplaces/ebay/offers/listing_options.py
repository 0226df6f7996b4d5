"""What eBay would refuse of a profile's choices for the listing: second category, store categories, lots, VAT, location."""

from __future__ import annotations

from collections.abc import Iterator

from listbridge.domain.verdicts import Rejected, RemoteError
from listbridge.marketplaces.ebay import errors
from listbridge.marketplaces.ebay.offers.categories import Categories
from listbridge.marketplaces.ebay.offers.seller_lists import SellerLists
from listbridge.marketplaces.ebay.settings import CreationSettings
from listbridge.marketplaces.ebay.sites import NationalSite


def problems(
    categories: Categories, lists: SellerLists, site: NationalSite, settings: CreationSettings, *, varies: bool
) -> Iterator[tuple[str, RemoteError]]:
    """Each with its field; the product `varies` where its listing has variations. Raises RemoteError where eBay cannot tell."""
    second = settings.secondary_category_id
    if second:
        try:
            categories.aspects(site, second)
        except Rejected as error:
            if error.problem.code != errors.CATEGORY_UNKNOWN.code:
                raise
            yield "settings.secondary_category_id", error
    if settings.store_category_names:
        known = lists.store_categories()
        for number, name in enumerate(settings.store_category_names):
            if known is not None and name not in known:
                unknown = errors.STORE_CATEGORY_UNKNOWN.error(params={"name": name})
                yield f"settings.store_category_names.{number}", unknown
    if settings.lot_size is not None and not categories.takes_lots(site, settings.category_id):
        yield "settings.lot_size", errors.LOTS_NOT_HERE.error(params={"category": settings.category_id})
    if settings.vat_percentage is not None and not site.vat:
        yield "settings.vat_percentage", errors.VAT_NOT_HERE.error(params={"site": site.id})
    if settings.best_offer and varies:  # "Best Offer is not available for multi-variation listings" (BestOffer)
        yield "settings.best_offer", errors.OFFERS_WITH_VARIATIONS.error()
    if not lists.ships_from(site, settings.merchant_location_key):
        location = {"name": settings.merchant_location_key}
        yield "settings.merchant_location_key", errors.LOCATION_UNKNOWN.error(params=location)
