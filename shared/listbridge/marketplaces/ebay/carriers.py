"""The shop's word for a carrier in eBay's spelling, and a tracking number as eBay takes it.

Source: ShippingCarrierCodeType of the Trading API, to which createShippingFulfillment refers (WSDL of 2023-03-29, read
in public SDKs on 2026-11-24). Its word for "any carrier not listed here" is `Other`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

OTHER: Final = "Other"
_CODES = (
    "AnPost", "APC", "ARAMEX", "AustraliaPost", "Bartolini", "BPost", "CanPar", "ChinaPost", "Chronopost", "CityLink",
    "Colissimo", "CollectPlus", "Correos", "DBSchenker", "DeutschePost", "DHL", "DPD", "Exapaq", "FedEx", "GLS",
    "Hermes", "HongKongPost", "iLoxx", "Interlink", "JapanPost", "KoreaPost", "LAPOSTE", "MondialRelay", "MRW", "Nacex",
    "Parcelforce", "PocztaPolska", "Pocztex", "PosteItaliane", "PostNL", "RoyalMail", "SDA", "SpeeDee", "StarTrack",
    "SwissPost", "Toll", "UKMail", "UPS", "USPS", "Yodel",
)  # fmt: skip
"""Codes that read like the carrier's own name; they are compared without blanks, signs and case."""
_OTHER_NAMES: Final[Mapping[str, str]] = {
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
"""Names by which shops and people call them too."""
_BY_NAME: Final[Mapping[str, str]] = {code.casefold(): code for code in _CODES} | dict(_OTHER_NAMES)


def carrier_code(name: str) -> str:
    """eBay's code; `Other` for a carrier that is not in the table, since a code that eBay does not know may be refused
    (32300), and the number with it."""
    folded = name.casefold().replace("ö", "o")
    return _BY_NAME.get(re.sub(r"[^a-z0-9]", "", folded), OTHER)


def tracking_number(text: str) -> str:
    """Letters and digits alone: "only alphanumeric characters are supported" (ShippingFulfillmentDetails)."""
    return re.sub(r"[^A-Za-z0-9]", "", text)
