"""Carriers in Amazon's spelling.

The models give no list of `carrierCode` (ordersV0, PackageDetail). These are the codes of `CarrierCode` in Amazon's XML schemas
for order feeds, as public code repeats them (read 2026-11-28; not verified for confirmShipment). A carrier that is not among
them goes as `Other`, with its name.
"""

from __future__ import annotations

from listbridge.domain.orders.carriers import Carriers

OTHER = "Other"
_CODES = (
    "Aramex",
    "Blue Package",
    "BlueDart",
    "Canada Post",
    "Chronopost",
    "City Link",
    "Delhivery",
    "Deutsche Post",
    "DHL",
    "DHL Global Mail",
    "DPD",
    "DTDC",
    "Fastway",
    "FedEx",
    "FedEx SmartPost",
    "First Flight",
    "GLS",
    "GO!",
    "Hermes Logistik Gruppe",
    "India Post",
    "JP_EXPRESS",
    "La Poste",
    "Lasership",
    "Newgistics",
    "NipponExpress",
    "NITTSU",
    "OnTrac",
    "OSM",
    "Overnite Express",
    "Parcelforce",
    "Parcelnet",
    "Poste Italiane",
    "Professional",
    "Royal Mail",
    "SagawaExpress",
    "SDA",
    "Smartmail",
    "Streamlite",
    "Target",
    "TNT",
    "UPS",
    "UPS Mail Innovations",
    "USPS",
    "YamatoTransport",
    "Yodel",
)
_NAMES = {
    "deutschepostde": "Deutsche Post",
    "deutschepostdhl": "Deutsche Post",
    "dhlecommerce": "DHL Global Mail",
    "dhlexpress": "DHL",
    "dhlpaket": "DHL",
    "dhlparcel": "DHL",
    "dpdgermany": "DPD",
    "dpduk": "DPD",
    "glsgermany": "GLS",
    "hermes": "Hermes Logistik Gruppe",
    "hermesgermany": "Hermes Logistik Gruppe",
    "posteitalianecrono": "Poste Italiane",
    "sagawa": "SagawaExpress",
    "yamato": "YamatoTransport",
}
CARRIERS = Carriers(_CODES, _NAMES, other=OTHER)
