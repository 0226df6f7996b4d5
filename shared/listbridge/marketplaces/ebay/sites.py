"""eBay's national sites that we sell on: language, currency, web address, and what they call a missing product code.

Sources: ids, languages and addresses from eBay's MarketplaceIdEnum table (read 2026-11-23); the currency is that of the
site's country (ISO 4217). Belgium is left out: one id, two languages and two addresses. Canada is served in English.
The texts for "does not apply" are a feed tool's table (help.lengow.com 7896336619548, read 2026-11-26): eBay's own list
("Product Identifier Text") is part of a Trading API answer, and not verified against an account.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from listbridge.domain.ids import Site
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Unsupported


@dataclass(frozen=True, slots=True)
class NationalSite:
    """One marketplaceId. `language` is sent as Content-Language and Accept-Language (BCP 47)."""

    id: Site
    language: str
    currency: str
    web: str
    no_code: str
    """What is sent as EAN or UPC of a product that has none."""
    vat: bool
    """Whether a listing may tell its VAT: on a "VAT-enabled site" (Tax.vatPercentage); we take the European ones for these, as "VAT
    is not applicable to all countries, including the US" (Trading API, VATDetailsType; which sites it means is not verified)."""
    code_field: str
    """The kind of code that the site asks for by name (North America UPC, the others EAN; not verified)."""


_ROWS = (
    ("EBAY_US", "en-US", "USD", "https://www.ebay.com"),
    ("EBAY_CA", "en-CA", "CAD", "https://www.ebay.ca"),
    ("EBAY_GB", "en-GB", "GBP", "https://www.ebay.co.uk"),
    ("EBAY_IE", "en-IE", "EUR", "https://www.ebay.ie"),
    ("EBAY_DE", "de-DE", "EUR", "https://www.ebay.de"),
    ("EBAY_AT", "de-AT", "EUR", "https://www.ebay.at"),
    ("EBAY_CH", "de-CH", "CHF", "https://www.ebay.ch"),
    ("EBAY_FR", "fr-FR", "EUR", "https://www.ebay.fr"),
    ("EBAY_IT", "it-IT", "EUR", "https://www.ebay.it"),
    ("EBAY_ES", "es-ES", "EUR", "https://www.ebay.es"),
    ("EBAY_NL", "nl-NL", "EUR", "https://www.ebay.nl"),
    ("EBAY_PL", "pl-PL", "PLN", "https://www.ebay.pl"),
    ("EBAY_AU", "en-AU", "AUD", "https://www.ebay.com.au"),
)

_NO_CODE = {
    "en": "Does not apply",
    "de": "Nicht zutreffend",
    "fr": "Non applicable",
    "it": "Non applicabile",
    "es": "No aplicable",
    "nl": "Niet van toepassing",
    "pl": "Nie dotyczy",
}
_WITHOUT_VAT = frozenset({"EBAY_US", "EBAY_CA", "EBAY_AU"})
_ASK_FOR_UPC = frozenset({"EBAY_US", "EBAY_CA"})

SITES: Final[Mapping[Site, NationalSite]] = {
    Site(id): NationalSite(
        id=Site(id),
        language=language,
        currency=currency,
        web=web,
        no_code=_NO_CODE[language[:2]],
        vat=id not in _WITHOUT_VAT,
        code_field="upc" if id in _ASK_FOR_UPC else "ean",
    )
    for id, language, currency, web in _ROWS
}


def site_of(site: Site) -> NationalSite:
    """Raises Unsupported for a site that is not in the table."""
    known = SITES.get(site)
    if known is None:
        raise Unsupported(Problem("ebay_site_unknown", {"site": site}, "choose_other_site"))
    return known
