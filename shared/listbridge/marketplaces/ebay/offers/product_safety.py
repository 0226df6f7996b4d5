"""What a listing tells about product safety (GPSR), and what eBay would refuse of it. Source: sell_inventory 1.18.4, `regulatory`
and the errors 25076 to 25122.

A person who answers for a product is of the one type that there is: EUResponsiblePerson.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from listbridge.domain.verdicts import RemoteError
from listbridge.marketplaces.ebay import errors
from listbridge.marketplaces.ebay.offers.categories import Categories
from listbridge.marketplaces.ebay.offers.regulatory_wire import (
    ProductSafety,
    Regulatory,
    RegulatoryContact,
    ResponsiblePerson,
)
from listbridge.marketplaces.ebay.safety import Contact
from listbridge.marketplaces.ebay.settings import CreationSettings
from listbridge.marketplaces.ebay.sites import NationalSite

_TYPES = ["EUResponsiblePerson"]
_MANUFACTURER, _SAFETY = "MANUFACTURER_CONTACT", "PRODUCT_SAFETY"
Problems = Iterator[tuple[str, RemoteError]]


def regulatory(settings: CreationSettings) -> Regulatory | None:
    """The part of an offer; None where the profile says nothing of it."""
    labels = {"pictograms": settings.safety_pictograms or None, "statements": settings.safety_statements or None}
    safety = None
    if any(labels.values()):
        safety = ProductSafety(component=settings.safety_component or None, **labels)
    persons = [ResponsiblePerson(**_told(one), types=_TYPES) for one in settings.responsible_persons]
    found = Regulatory(
        manufacturer=RegulatoryContact(**_told(settings.manufacturer)) if settings.manufacturer else None,
        responsible_persons=persons or None,
        product_safety=safety,
        documents=[{"documentId": id} for id in settings.document_ids] or None,
    )
    return found if found.body() else None


def problems(categories: Categories, site: NationalSite, settings: CreationSettings) -> Problems:
    """Each with its field. Raises RemoteError where eBay cannot tell."""
    yield from _of_contacts(settings)
    if settings.safety_component and not (settings.safety_pictograms or settings.safety_statements):
        yield "settings.safety_component", errors.SAFETY_NEEDED.error(params={"name": "a pictogram or a statement"})
    needed = categories.safety_needs(site, settings.category_id)
    if _MANUFACTURER in needed and settings.manufacturer is None:
        yield "settings.manufacturer", errors.SAFETY_NEEDED.error(params={"name": "the manufacturer"})
    if _SAFETY in needed and not (settings.safety_pictograms or settings.safety_statements):
        yield "settings.safety_statements", errors.SAFETY_NEEDED.error(params={"name": "a pictogram or a statement"})
    if settings.safety_pictograms or settings.safety_statements:
        yield from _of_labels(categories, site, settings)


def _of_contacts(settings: CreationSettings) -> Problems:
    made, persons = settings.manufacturer, settings.responsible_persons
    named = [("settings.manufacturer", made)] if made is not None else []
    named += [(f"settings.responsible_persons.{number}", one) for number, one in enumerate(persons)]
    for field, contact in named:
        missing = contact.missing_of_address or (() if contact.reachable else ("email",))
        for name in missing:
            params = {"name": contact.company_name, "field": CONTACT_FIELDS[name]}
            yield f"{field}.{name}", errors.CONTACT_INCOMPLETE.error(params=params)
    if named and not any(contact.in_eu for _, contact in named):
        yield "settings.responsible_persons", errors.NOBODY_IN_EU.error()


CONTACT_FIELDS: Mapping[str, str] = {
    "address_line1": "street",
    "city": "city",
    "postal_code": "postal code",
    "country": "country",
    "email": "address, e-mail, telephone or web address",
}


def _of_labels(categories: Categories, site: NationalSite, settings: CreationSettings) -> Problems:
    told = categories.safety_labels(site)
    if told is None:
        return
    for field, chosen, known in (
        ("safety_pictograms", settings.safety_pictograms, told.pictogram_names()),
        ("safety_statements", settings.safety_statements, told.statement_names()),
    ):
        for number, label in enumerate(chosen):
            if label not in known:
                unknown = errors.SAFETY_LABEL_UNKNOWN.error(params={"value": label, "site": site.id})
                yield f"settings.{field}.{number}", unknown


def _told(contact: Contact) -> dict[str, Any]:
    """What is empty is not sent."""
    return {name: value for name, value in contact.model_dump().items() if value}
