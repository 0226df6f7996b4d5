"""The eBay sites that the simulator knows: currency, languages, category tree.

Sources: ebay_rest_marketplace_id_values.json (ids, languages). Tree ids of GB, DE, FR and PL were seen on the sandbox
(openlinker issue 2880, September 2026); the others are the Trading API's site ids, not verified.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Site:
    """One marketplaceId. `languages` are the primary subtags that its content may be written in."""

    marketplace_id: str
    tree_id: str
    currency: str
    languages: tuple[str, ...]
    country: str
    locale: str


SITES: dict[str, Site] = {
    site.marketplace_id: site
    for site in (
        Site("EBAY_US", "0", "USD", ("en",), "US", "en_US"),
        Site("EBAY_CA", "2", "CAD", ("en", "fr"), "CA", "en_CA"),
        Site("EBAY_GB", "3", "GBP", ("en",), "GB", "en_GB"),
        Site("EBAY_AU", "15", "AUD", ("en",), "AU", "en_AU"),
        Site("EBAY_AT", "16", "EUR", ("de",), "AT", "de_AT"),
        Site("EBAY_FR", "71", "EUR", ("fr",), "FR", "fr_FR"),
        Site("EBAY_DE", "77", "EUR", ("de",), "DE", "de_DE"),
        Site("EBAY_IT", "101", "EUR", ("it",), "IT", "it_IT"),
        Site("EBAY_NL", "146", "EUR", ("nl",), "NL", "nl_NL"),
        Site("EBAY_ES", "186", "EUR", ("es",), "ES", "es_ES"),
        Site("EBAY_IE", "205", "EUR", ("en",), "IE", "en_IE"),
        Site("EBAY_PL", "212", "PLN", ("pl",), "PL", "pl_PL"),
    )
}


EUROPEAN = frozenset(id for id, site in SITES.items() if site.country not in ("US", "CA", "AU"))
"""Sites that tell VAT and ask about product safety (which ones do is our choice)."""


def language_of(locale: str) -> str:
    """The primary subtag of `en-US` or `en_US`: `en`."""
    return locale.replace("_", "-").partition("-")[0].lower()
