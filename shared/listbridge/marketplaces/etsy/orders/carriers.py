"""Carriers in Etsy's spelling.

The OpenAPI document says that `other` stands for a carrier that is not supported (createReceiptShipment), and lists none. These are the names
of carriers that Etsy's own form offers, in small letters with hyphens (not verified).
"""

from __future__ import annotations

from listbridge.domain.orders.carriers import Carriers

_CODES = (
    "australia-post",
    "austrian-post",
    "canada-post",
    "chronopost",
    "colissimo",
    "correos",
    "deutsche-post",
    "dhl",
    "dpd",
    "evri",
    "fedex",
    "gls",
    "hermes",
    "india-post",
    "japan-post",
    "la-poste",
    "poste-italiane",
    "postnl",
    "postnord",
    "royal-mail",
    "swiss-post",
    "ups",
    "usps",
)
_NAMES = {
    "deutschepostde": "deutsche-post",
    "deutschepostdhl": "deutsche-post",
    "dhlexpress": "dhl",
    "dhlpaket": "dhl",
    "dhlparcel": "dhl",
    "osterreichischepost": "austrian-post",
    "postnlinternational": "postnl",
    "unitedstatespostalservice": "usps",
    "upsmailinnovations": "ups",
}
CARRIERS = Carriers(_CODES, _NAMES, other="other")
"""A name that Etsy does not know costs the number without a word: the order is only marked as shipped (etsy/open-api issue 135). So the
table is short, and `other` stands for all that is not in it."""
