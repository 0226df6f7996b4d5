"""Carriers in Amazon's spelling (`carrierCode`).

Source: the carriers that Amazon's order fulfilment feeds name (public SDKs, read 2026-11-28; not verified). A carrier that is not
here is sent as `Other` with its own name.
"""

from __future__ import annotations

from listbridge.domain.orders.carriers import Carriers

OTHER = "Other"
_CODES = (
    "Australia Post",
    "BRT",
    "Canada Post",
    "Chronopost",
    "Colissimo",
    "Correos",
    "DHL",
    "DPD",
    "Deutsche Post",
    "FedEx",
    "GLS",
    "Hermes",
    "Japan Post",
    "La Poste",
    "LaserShip",
    "OnTrac",
    "Parcelforce",
    "Poste Italiane",
    "PostNL",
    "Royal Mail",
    "SDA",
    "SEUR",
    "TNT",
    "UPS",
    "USPS",
    "Yodel",
    "bpost",
)
_NAMES = {
    "bartolini": "BRT",
    "dhlexpress": "DHL",
    "dhlpaket": "DHL",
    "dhlparcel": "DHL",
    "dpdgermany": "DPD",
    "dpduk": "DPD",
    "deutschepostde": "Deutsche Post",
    "evri": "Hermes",
    "glsgermany": "GLS",
    "hermesgermany": "Hermes",
    "hermesuk": "Hermes",
}
CARRIERS = Carriers(_CODES, _NAMES, other=OTHER)
