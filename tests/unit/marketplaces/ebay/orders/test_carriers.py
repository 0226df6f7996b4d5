"""Carriers as eBay takes them."""

from __future__ import annotations

import pytest

from listbridge.marketplaces.ebay.orders.carriers import CARRIERS


@pytest.mark.parametrize(
    ("shop", "ebay"),
    [
        ("DHL", "DHL"),
        ("DHL Paket", "DHL"),
        ("DHL eCommerce", "DHLGlobalMail"),
        ("ups", "UPS"),
        ("U.S.P.S.", "USPS"),
        ("FedEx", "FedEx"),
        ("DPD", "DPD"),
        ("GLS", "GLS"),
        ("Hermes", "Hermes"),
        ("Evri", "Hermes"),
        ("Royal Mail", "RoyalMail"),
        ("Deutsche Post", "DeutschePost"),
        ("Österreichische Post", "OsterreichischePostAG"),
        ("La Poste", "LAPOSTE"),
        ("Australia Post", "AustraliaPost"),
        ("Two Men and a Van", "Other"),
        ("", "Other"),
    ],
)
def test_a_carrier_is_told_in_ebays_spelling_and_an_unknown_one_as_other(shop: str, ebay: str) -> None:
    assert CARRIERS.code(shop) == ebay
