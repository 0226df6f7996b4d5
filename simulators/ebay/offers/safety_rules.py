"""What eBay refuses about product safety (`regulatory` of an offer). Source: sell_inventory 1.18.4, the errors 25076 to 25122.

That a category's required part which is missing is 25029 ("{field} is required for this category") is our reading.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from simulators.ebay.errors import EbayError
from simulators.ebay.offers.taxonomy import CATALOGUE, Category
from simulators.ebay.sites import EUROPEAN
from simulators.ebay.state import Offer, Seller

_EU = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())  # noqa: SIM905
_LONGEST = {
    "addressLine1": 180,
    "addressLine2": 180,
    "city": 64,
    "companyName": 100,
    "contactUrl": 250,
    "email": 180,
    "phone": 64,
    "postalCode": 9,
    "stateOrProvince": 64,
}
_ADDRESS = ("addressLine1", "city", "postalCode", "country")
_MOST_PERSONS, _MOST_PICTOGRAMS, _MOST_STATEMENTS, _LONGEST_COMPONENT = 5, 2, 8, 120
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URL = re.compile(r"https?://[^\s/]+\.\S+")
_TYPE = "EUResponsiblePerson"


def refuse_unsafe(seller: Seller, offer: Offer, category: Category | None) -> None:
    """Raises what the documents have for it, the first that is wrong."""
    told: Mapping[str, Any] = offer.data.get("regulatory") or {}
    made, persons = told.get("manufacturer"), told.get("responsiblePersons") or []
    if made is not None:
        _refuse_bad_contact(made, name=25111, address=25110, reachable=25118)
    if len(persons) > _MOST_PERSONS:
        raise EbayError(25112, f"Max allowed number of entries is {_MOST_PERSONS}.")
    for person in persons:
        _refuse_bad_contact(person, name=25114, address=25113, reachable=25119)
        if person.get("types") != [_TYPE]:
            raise EbayError(25116, f"The type is {_TYPE}.")
    contacts = [*([made] if made is not None else []), *persons]
    if contacts and not any(one.get("country") in _EU for one in contacts):
        raise EbayError(25115)
    _refuse_bad_labels(offer, told.get("productSafety"))
    for row in told.get("documents") or []:
        if row.get("documentId") not in seller.documents:
            raise EbayError(25104, str(row.get("documentId")))
    if category is not None and offer.marketplace_id in EUROPEAN:
        parts = {"MANUFACTURER_CONTACT": "manufacturer", "PRODUCT_SAFETY": "productSafety"}
        for name, usage in category.regulatory.items():
            if usage == "REQUIRED" and not told.get(parts[name]):
                raise EbayError(25029, f"regulatory.{parts[name]} is required for this category.")


def _refuse_bad_contact(contact: Mapping[str, Any], *, name: int, address: int, reachable: int) -> None:
    if not contact.get("companyName"):
        raise EbayError(name)
    for field, longest in _LONGEST.items():
        if len(str(contact.get(field) or "")) > longest:
            raise EbayError(25080, f"{field} must not exceed {longest} characters.")
    begun = any(contact.get(field) for field in (*_ADDRESS, "addressLine2", "stateOrProvince"))
    if begun and not all(contact.get(field) for field in _ADDRESS):
        raise EbayError(address)
    if not begun and not any(contact.get(field) for field in ("email", "phone", "contactUrl")):
        raise EbayError(reachable)
    if contact.get("email") and not _MAIL.fullmatch(contact["email"]):
        raise EbayError(25088)
    if contact.get("contactUrl") and not _URL.fullmatch(contact["contactUrl"]):
        raise EbayError(25122)


def _refuse_bad_labels(offer: Offer, safety: Mapping[str, Any] | None) -> None:
    if safety is None:
        return
    pictograms, statements = safety.get("pictograms") or [], safety.get("statements") or []
    if len(pictograms) > _MOST_PICTOGRAMS or len(statements) > _MOST_STATEMENTS:
        raise EbayError(25108, f"Max allowed are {_MOST_PICTOGRAMS} pictograms and {_MOST_STATEMENTS} statements.")
    if not pictograms and not statements:
        raise EbayError(25109)
    if len(str(safety.get("component") or "")) > _LONGEST_COMPONENT:
        raise EbayError(25080, f"component must not exceed {_LONGEST_COMPONENT} characters.")
    known = CATALOGUE.safety_labels if offer.marketplace_id in EUROPEAN else {"pictograms": {}, "statements": {}}
    unknown = [*(set(pictograms) - set(known["pictograms"])), *(set(statements) - set(known["statements"]))]
    if unknown:
        raise EbayError(25076, ", ".join(sorted(unknown)))
