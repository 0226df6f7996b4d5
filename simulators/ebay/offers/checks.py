"""Checks of single values, shared by every write: SKU, quantity, price, language."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from simulators.ebay.errors import EbayError, not_serializable
from simulators.ebay.limits import Limits
from simulators.ebay.wire import Call

# ConditionEnum of the Inventory API -> condition id of the Metadata API. Names and ids from eBay's public tables, not
# part of the OpenAPI documents (which know no enumerations).
CONDITION_IDS: dict[str, str] = {
    "NEW": "1000",
    "NEW_OTHER": "1500",
    "NEW_WITH_DEFECTS": "1750",
    "CERTIFIED_REFURBISHED": "2000",
    "EXCELLENT_REFURBISHED": "2010",
    "VERY_GOOD_REFURBISHED": "2020",
    "GOOD_REFURBISHED": "2030",
    "SELLER_REFURBISHED": "2500",
    "LIKE_NEW": "2750",
    "PRE_OWNED_EXCELLENT": "2990",
    "USED_EXCELLENT": "3000",
    "PRE_OWNED_FAIR": "3010",
    "USED_VERY_GOOD": "4000",
    "USED_GOOD": "5000",
    "USED_ACCEPTABLE": "6000",
    "FOR_PARTS_OR_NOT_WORKING": "7000",
}


_SKU = re.compile(r"[A-Za-z0-9._-]+")


def refuse_bad_sku(sku: object, limits: Limits) -> str:
    """The SKU, if eBay would take it: 1 to 50 letters, digits, hyphens, underscores or full stops. Raises 25707.

    eBay's text says "alphanumeric"; sellers' SKUs with hyphens and the like are on sale, blanks and slashes are not.
    """
    if not isinstance(sku, str) or len(sku) > limits.number("sku_length") or not _SKU.fullmatch(sku):
        raise EbayError(25707, parameters={"SKU": str(sku)[:80]})
    return sku


def quantity_of(value: object, field: str, limits: Limits) -> int:
    """A whole number from 0 up. Raises 2004 for another type, 25004 for a negative or absurd number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise not_serializable(field)
    if not 0 <= value <= limits.number("max_quantity"):
        raise EbayError(25004, f"{field} is {value}.")
    return value


def refuse_bad_price(price: object, limits: Limits, *, currency: str | None = None) -> None:
    """Raises 2004 for a malformed amount, 25003 for one that is not above 0, too large, finer than a cent or foreign."""
    if (
        not isinstance(price, dict)
        or not isinstance(price.get("value"), str)
        or not isinstance(price.get("currency"), str)
    ):
        raise not_serializable("price")
    try:
        value = Decimal(price["value"])
    except InvalidOperation:
        raise not_serializable("price.value") from None
    if not value.is_finite() or value <= 0 or value > Decimal(limits.values["max_price"]):
        raise EbayError(25003, f"The price {price['value']} is out of range.")
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -2:
        raise EbayError(25003, f"The price {price['value']} has more than two decimals.")
    if currency is not None and price["currency"] != currency:
        raise EbayError(25003, f"The site sells in {currency}, not in {price['currency']}.")


def content_locale(call: Call) -> str:
    """The Content-Language header as eBay stores it (`en_US`). Raises 25709 where it is missing or malformed."""
    given = call.headers.get("content-language", "").strip()
    language, _, region = given.replace("_", "-").partition("-")
    if not (len(language) == 2 and language.isalpha() and len(region) == 2 and region.isalpha()):
        raise EbayError(25709, "Invalid value for header Content-Language.")
    return f"{language.lower()}_{region.upper()}"
