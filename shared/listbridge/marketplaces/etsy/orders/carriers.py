"""Carriers in Etsy's spelling.

The OpenAPI document says that `other` stands for a carrier that is not supported (createReceiptShipment), and lists none. These are the names
of Etsy's "Fulfillment" tutorial that are the carrier's own, in small letters with hyphens (not verified).
"""

from __future__ import annotations

from listbridge.domain.orders.carriers import Carriers

_CODES = (
    "an-post",
    "aramex",
    "australia-post",
    "bpost",
    "canada-post",
    "china-post",
    "correos",
    "deutsche-post",
    "dhl",
    "dpd",
    "fedex",
    "gls",
    "hermes",
    "japan-post",
    "la-poste",
    "new-zealand-post",
    "parcelforce",
    "postnl",
    "purolator",
    "royal-mail",
    "singapore-post",
    "tnt",
    "ups",
    "usps",
    "yodel",
)
_NAMES = {
    "colissimo": "la-poste",
    "deutschepostdhl": "deutsche-post",
    "dhlexpress": "dhl",
    "dhlpaket": "dhl",
    "dhlparcel": "dhl",
    "evri": "hermes",
    "postnlinternational": "postnl",
    "unitedstatespostalservice": "usps",
    "upsmailinnovations": "ups",
}
CARRIERS = Carriers(_CODES, _NAMES, other="other")
"""A name that Etsy does not know may be refused, and the number with it: then `other` would have been the safe one."""
