"""Amazon's national sites that we sell on: marketplace id, region, currency, language, web address and seller pages.

Sources: ids and regions from developer-docs.amazon.com/sp-api, "Marketplace IDs", the pages of sellers from its "Seller
Central URLs" (read 2026-11-28); the currency is that of the site's country (ISO 4217). A site's language is the first
that its product types are asked in (`issueLocale`, `language_tag`); not verified for every site.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from listbridge.domain.ids import Site
from listbridge.domain.problem import Problem
from listbridge.domain.verdicts import Unsupported

Region = Literal["na", "eu", "fe"]
"""One host, one stock and one seller each (North America, Europe, Far East)."""


@dataclass(frozen=True, slots=True)
class NationalSite:
    """One Amazon store. `language_tag` is Amazon's spelling ("en_US"), `web` where buyers see it, `seller_pages` where its
    sellers do."""

    id: Site
    marketplace_id: str
    region: Region
    currency: str
    language_tag: str
    web: str
    seller_pages: str

    @property
    def smallest_price(self) -> Decimal:
        """The least that can be asked: a hundredth, or one where the currency has no hundredths."""
        return Decimal(1) if self.currency in _WHOLE else Decimal("0.01")


_WHOLE = frozenset({"JPY"})
_EUROPE = "https://sellercentral-europe.amazon.com"
_AMERICA = "https://sellercentral.amazon.com"

_ROWS: tuple[tuple[str, str, Region, str, str, str, str], ...] = (
    ("US", "ATVPDKIKX0DER", "na", "USD", "en_US", "https://www.amazon.com", _AMERICA),
    ("CA", "A2EUQ1WTGCTBG2", "na", "CAD", "en_CA", "https://www.amazon.ca", "https://sellercentral.amazon.ca"),
    ("MX", "A1AM78C64UM0Y8", "na", "MXN", "es_MX", "https://www.amazon.com.mx", "https://sellercentral.amazon.com.mx"),
    ("BR", "A2Q3Y263D00KWC", "na", "BRL", "pt_BR", "https://www.amazon.com.br", "https://sellercentral.amazon.com.br"),
    ("UK", "A1F83G8C2ARO7P", "eu", "GBP", "en_GB", "https://www.amazon.co.uk", _EUROPE),
    ("DE", "A1PA6795UKMFR9", "eu", "EUR", "de_DE", "https://www.amazon.de", _EUROPE),
    ("FR", "A13V1IB3VIYZZH", "eu", "EUR", "fr_FR", "https://www.amazon.fr", _EUROPE),
    ("IT", "APJ6JRA9NG5V4", "eu", "EUR", "it_IT", "https://www.amazon.it", _EUROPE),
    ("ES", "A1RKKUPIHCS9HS", "eu", "EUR", "es_ES", "https://www.amazon.es", _EUROPE),
    ("NL", "A1805IZSGTT6HS", "eu", "EUR", "nl_NL", "https://www.amazon.nl", "https://sellercentral.amazon.nl"),
    ("SE", "A2NODRKZP88ZB9", "eu", "SEK", "sv_SE", "https://www.amazon.se", "https://sellercentral.amazon.se"),
    ("PL", "A1C3SOZRARQ6R3", "eu", "PLN", "pl_PL", "https://www.amazon.pl", "https://sellercentral.amazon.pl"),
    ("BE", "AMEN7PMS3EDWL", "eu", "EUR", "fr_BE", "https://www.amazon.com.be", "https://sellercentral.amazon.com.be"),
    ("IE", "A28R8C7NBKEWEA", "eu", "EUR", "en_IE", "https://www.amazon.ie", "https://sellercentral.amazon.ie"),
    ("TR", "A33AVAJ2PDY3EV", "eu", "TRY", "tr_TR", "https://www.amazon.com.tr", "https://sellercentral.amazon.com.tr"),
    ("AE", "A2VIGQ35RCS4UG", "eu", "AED", "en_AE", "https://www.amazon.ae", "https://sellercentral.amazon.ae"),
    ("SA", "A17E79C6D8DWNP", "eu", "SAR", "en_AE", "https://www.amazon.sa", "https://sellercentral.amazon.sa"),
    ("EG", "ARBP9OOSHTCHU", "eu", "EGP", "en_AE", "https://www.amazon.eg", "https://sellercentral.amazon.eg"),
    ("ZA", "AE08WJ6YKNBMC", "eu", "ZAR", "en_ZA", "https://www.amazon.co.za", "https://sellercentral.amazon.co.za"),
    ("IN", "A21TJRUUN4KGV", "eu", "INR", "en_IN", "https://www.amazon.in", "https://sellercentral.amazon.in"),
    ("JP", "A1VC38T7YXB528", "fe", "JPY", "ja_JP", "https://www.amazon.co.jp", "https://sellercentral.amazon.co.jp"),
    ("AU", "A39IBJ37TRP1C6", "fe", "AUD", "en_AU", "https://www.amazon.com.au", "https://sellercentral.amazon.com.au"),
    ("SG", "A19VAU5U5O7RUS", "fe", "SGD", "en_SG", "https://www.amazon.sg", "https://sellercentral.amazon.sg"),
)

SITES: Final[Mapping[Site, NationalSite]] = {
    site.id: site
    for site in (
        NationalSite(Site(f"AMAZON_{country}"), marketplace, region, currency, language, web, pages)
        for country, marketplace, region, currency, language, web, pages in _ROWS
    )
}
BY_MARKETPLACE: Final[Mapping[str, NationalSite]] = {site.marketplace_id: site for site in SITES.values()}
"""By Amazon's own id of a store."""


def site_of(site: Site) -> NationalSite:
    """Raises Unsupported for a site that is not in the table."""
    known = SITES.get(site)
    if known is None:
        raise Unsupported(Problem("amazon_site_unknown", {"site": site}, "choose_other_site"))
    return known


def sites_in(region: Region) -> tuple[NationalSite, ...]:
    """All of a region, its main site first."""
    return tuple(site for site in SITES.values() if site.region == region)
