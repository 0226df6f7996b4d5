"""Carriers in eBay's spelling.

Source: ShippingCarrierCodeType of the Trading API, to which createShippingFulfillment refers (WSDL of 2023-03-29, read
in public SDKs on 2026-11-24). Its word for "any carrier not listed here" is `Other`.
"""

from __future__ import annotations

from listbridge.domain.orders.carriers import Carriers

_CODES = (
    "AnPost", "APC", "ARAMEX", "AustraliaPost", "Bartolini", "BPost", "CanPar", "ChinaPost", "Chronopost", "CityLink",
    "Colissimo", "CollectPlus", "Correos", "DBSchenker", "DeutschePost", "DHL", "DPD", "Exapaq", "FedEx", "GLS",
    "Hermes", "HongKongPost", "iLoxx", "Interlink", "JapanPost", "KoreaPost", "LAPOSTE", "MondialRelay", "MRW", "Nacex",
    "Parcelforce", "PocztaPolska", "Pocztex", "PosteItaliane", "PostNL", "RoyalMail", "SDA", "SpeeDee", "StarTrack",
    "SwissPost", "Toll", "UKMail", "UPS", "USPS", "Yodel",
)  # fmt: skip
_NAMES = {
    "bpostinternational": "BPost",
    "brt": "Bartolini",
    "dhlecommerce": "DHLGlobalMail",
    "dhlexpress": "DHL",
    "dhlglobalmail": "DHLGlobalMail",
    "dhlpaket": "DHL",
    "dhlparcel": "DHL",
    "deutschepostde": "DeutschePost",
    "deutschepostdhl": "DeutschePost",
    "dpdgermany": "DPD",
    "dpduk": "DPD",
    "evri": "Hermes",
    "fedexsmartpost": "FedEx",
    "glsgermany": "GLS",
    "hermesgermany": "Hermes",
    "hermesuk": "Hermes",
    "lasership": "Prestige",
    "laposte": "LAPOSTE",
    "ontrac": "ONTRACK",
    "osterreichischepost": "OsterreichischePostAG",
    "posteitalianecrono": "PosteItaliane",
    "postnlinternational": "PostNL",
    "singaporepost": "SINGAPOREPOST",
    "swisspostinternational": "SwissPost",
    "upsmailinnovations": "UPS",
}
CARRIERS = Carriers(_CODES, _NAMES, other="Other")
"""A code that eBay does not know may be refused (32300), and the number with it."""
