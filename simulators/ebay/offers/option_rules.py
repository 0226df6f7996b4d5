"""What eBay refuses of an offer's own choices: second category, store categories, lot size, VAT.

Sources: sell_inventory 1.18.4 (EbayOfferDetailsWithId); "Lot Size is invalid, need to be greater than 1, and less than 450000"
(developer.ebay.com, API status of 2026-10-06, an invalid listing option). The other ids are our reading of their texts.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from simulators.ebay.errors import EbayError
from simulators.ebay.offers import safety_rules
from simulators.ebay.offers.taxonomy import CATALOGUE
from simulators.ebay.sites import EUROPEAN, SITES
from simulators.ebay.state import Offer, Seller

_MOST_STORE_CATEGORIES = 2
_LONGEST_VAT = 6


def refuse_bad_options(seller: Seller, offer: Offer) -> None:
    """Raises 25005, 25006, 25011 or 25016 for what the site, the category or the seller's store do not take."""
    data = offer.data
    category = CATALOGUE.category(SITES[offer.marketplace_id].tree_id, str(data.get("categoryId")))
    second = data.get("secondaryCategoryId")
    if second:
        other = CATALOGUE.category(SITES[offer.marketplace_id].tree_id, str(second))
        if other is None or not other.leaf or second == data.get("categoryId"):
            raise EbayError(25005, f"{second} is no second category of the listing.")
    lot = data.get("lotSize")
    if lot is not None and not 1 < lot < 450_000:
        raise EbayError(25006, "Lot Size is invalid, need to be greater than 1, and less than 450000")
    if lot is not None and category is not None and not category.lots:
        raise EbayError(25006, f"Category {category.id} takes no lots.")
    names = data.get("storeCategoryNames") or []
    if len(names) > _MOST_STORE_CATEGORIES or not set(names) <= set(seller.store_categories):
        raise EbayError(25016, "storeCategoryNames.", parameters={"fieldName": "storeCategoryNames"})
    safety_rules.refuse_unsafe(seller, offer, category)
    _refuse_bad_vat(offer, (data.get("tax") or {}).get("vatPercentage"))


def _refuse_bad_vat(offer: Offer, vat: Any) -> None:
    if vat is None:
        return
    if offer.marketplace_id not in EUROPEAN:
        raise EbayError(25011, f"VAT does not apply on {offer.marketplace_id}.")
    try:
        value = Decimal(str(vat))
    except InvalidOperation:
        raise EbayError(25011, "vatPercentage is not a number.") from None
    if not 0 <= value < 100 or len(str(value)) > _LONGEST_VAT:
        raise EbayError(25011, f"vatPercentage {vat} is out of range.")
