"""The Amazon stores that the simulator knows: id, region, currency, language.

Ids and regions: marketplaces.py of python-amazon-sp-api, read in 2026. The languages are those of each store's own pages.
"""

from __future__ import annotations

from dataclasses import dataclass

REGIONS = ("na", "eu", "fe")


@dataclass(frozen=True, slots=True)
class Site:
    """One store. `host` is where its buyers go; `region` is which of the three endpoints serves it."""

    marketplace_id: str
    country: str
    region: str
    currency: str
    language_tag: str
    host: str
    name: str


SITES: dict[str, Site] = {
    site.marketplace_id: site
    for site in (
        Site("ATVPDKIKX0DER", "US", "na", "USD", "en_US", "www.amazon.com", "Amazon.com"),
        Site("A2EUQ1WTGCTBG2", "CA", "na", "CAD", "en_CA", "www.amazon.ca", "Amazon.ca"),
        Site("A1AM78C64UM0Y8", "MX", "na", "MXN", "es_MX", "www.amazon.com.mx", "Amazon.com.mx"),
        Site("A2Q3Y263D00KWC", "BR", "na", "BRL", "pt_BR", "www.amazon.com.br", "Amazon.com.br"),
        Site("A1F83G8C2ARO7P", "GB", "eu", "GBP", "en_GB", "www.amazon.co.uk", "Amazon.co.uk"),
        Site("A1PA6795UKMFR9", "DE", "eu", "EUR", "de_DE", "www.amazon.de", "Amazon.de"),
        Site("A13V1IB3VIYZZH", "FR", "eu", "EUR", "fr_FR", "www.amazon.fr", "Amazon.fr"),
        Site("APJ6JRA9NG5V4", "IT", "eu", "EUR", "it_IT", "www.amazon.it", "Amazon.it"),
        Site("A1RKKUPIHCS9HS", "ES", "eu", "EUR", "es_ES", "www.amazon.es", "Amazon.es"),
        Site("A1805IZSGTT6HS", "NL", "eu", "EUR", "nl_NL", "www.amazon.nl", "Amazon.nl"),
        Site("A2NODRKZP88ZB9", "SE", "eu", "SEK", "sv_SE", "www.amazon.se", "Amazon.se"),
        Site("A1C3SOZRARQ6R3", "PL", "eu", "PLN", "pl_PL", "www.amazon.pl", "Amazon.pl"),
        Site("AMEN7PMS3EDWL", "BE", "eu", "EUR", "fr_BE", "www.amazon.com.be", "Amazon.com.be"),
        Site("A28R8C7NBKEWEA", "IE", "eu", "EUR", "en_IE", "www.amazon.ie", "Amazon.ie"),
        Site("A33AVAJ2PDY3EV", "TR", "eu", "TRY", "tr_TR", "www.amazon.com.tr", "Amazon.com.tr"),
        Site("A2VIGQ35RCS4UG", "AE", "eu", "AED", "en_AE", "www.amazon.ae", "Amazon.ae"),
        Site("A17E79C6D8DWNP", "SA", "eu", "SAR", "en_AE", "www.amazon.sa", "Amazon.sa"),
        Site("ARBP9OOSHTCHU", "EG", "eu", "EGP", "en_AE", "www.amazon.eg", "Amazon.eg"),
        Site("AE08WJ6YKNBMC", "ZA", "eu", "ZAR", "en_ZA", "www.amazon.co.za", "Amazon.co.za"),
        Site("A21TJRUUN4KGV", "IN", "eu", "INR", "en_IN", "www.amazon.in", "Amazon.in"),
        Site("A1VC38T7YXB528", "JP", "fe", "JPY", "ja_JP", "www.amazon.co.jp", "Amazon.co.jp"),
        Site("A39IBJ37TRP1C6", "AU", "fe", "AUD", "en_AU", "www.amazon.com.au", "Amazon.com.au"),
        Site("A19VAU5U5O7RUS", "SG", "fe", "SGD", "en_SG", "www.amazon.sg", "Amazon.sg"),
    )
}


def region_of_host(host: str) -> str | None:
    """The region that an endpoint serves; None for an address that is none of Amazon's own (a replaced one)."""
    for region in REGIONS:
        if host.partition(":")[0] in (
            f"sellingpartnerapi-{region}.amazon.com",
            f"sandbox.sellingpartnerapi-{region}.amazon.com",
        ):
            return region
    return None
