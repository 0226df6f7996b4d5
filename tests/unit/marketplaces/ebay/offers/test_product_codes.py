"""EAN and UPC: which kind of code the variants of a product name, and what stands where there is none."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listbridge.domain.catalog import ProductFacts
from listbridge.domain.ids import Site, Sku
from listbridge.marketplaces.ebay.offers.mapping import ListingContent, listing_content
from listbridge.marketplaces.ebay.settings import CreationSettings
from listbridge.marketplaces.ebay.sites import site_of
from tests.unit.marketplaces.ebay_products import SETTINGS, content, product, variant


def codes(mapped: ListingContent, sku: str) -> dict[str, Any]:
    body = mapped.item(Sku(sku), 1)["product"]
    return {name: body[name] for name in ("ean", "upc") if name in body}


def sizes(*barcodes: str) -> ProductFacts:
    return product(
        *(variant(chr(65 + n), options={"Size": str(n)}, barcode=code) for n, code in enumerate(barcodes)),
        options=("Size",),
    )


@pytest.mark.parametrize(
    ("barcode", "sent"),
    [
        ("4006381333931", {"ean": ["4006381333931"]}),
        ("4006381333932", {}),
        ("036000291452", {"upc": ["036000291452"]}),
        ("96385074", {"ean": ["96385074"]}),
        ("ABC-1", {}),
        ("", {}),
        ("٤٠٠٦٣٨١٣٣٣٩٣١", {}),
    ],
)
def test_a_barcode_is_sent_only_when_its_check_digit_is_right(barcode: str, sent: dict[str, Any]):
    facts = product(variant(barcode=barcode))
    assert codes(content(facts, without_barcode="leave_out"), "A") == sent


@pytest.mark.parametrize(
    ("site", "sent"),
    [
        ("EBAY_US", {"upc": ["Does not apply"]}),
        ("EBAY_CA", {"upc": ["Does not apply"]}),
        ("EBAY_GB", {"ean": ["Does not apply"]}),
        ("EBAY_DE", {"ean": ["Nicht zutreffend"]}),
        ("EBAY_CH", {"ean": ["Nicht zutreffend"]}),
        ("EBAY_FR", {"ean": ["Non applicable"]}),
        ("EBAY_IT", {"ean": ["Non applicabile"]}),
        ("EBAY_ES", {"ean": ["No aplicable"]}),
        ("EBAY_NL", {"ean": ["Niet van toepassing"]}),
        ("EBAY_PL", {"ean": ["Nie dotyczy"]}),
    ],
)
def test_a_product_without_a_barcode_says_so_in_the_sites_own_words(site: str, sent: dict[str, Any]):
    facts = product()
    mapped = listing_content(facts, [Sku("A")], CreationSettings(**SETTINGS), site_of(Site(site)))
    assert codes(mapped, "A") == sent


def test_upc_ean_and_nothing_in_one_product_become_one_kind_of_code():
    mapped = content(sizes("036000291452", "4006381333931", ""))
    assert codes(mapped, "A") == {"ean": ["0036000291452"]}
    assert codes(mapped, "B") == {"ean": ["4006381333931"]}
    assert codes(mapped, "C") == {"ean": ["Nicht zutreffend"]}


def test_variants_that_all_have_a_upc_keep_it():
    mapped = content(sizes("036000291452", "012345678905"))
    assert (codes(mapped, "A"), codes(mapped, "B")) == ({"upc": ["036000291452"]}, {"upc": ["012345678905"]})


def test_a_variant_without_a_code_beside_siblings_with_one_gets_the_words_whatever_the_profile_says():
    mapped = content(sizes("036000291452", "wrong"), without_barcode="leave_out")
    assert (codes(mapped, "A"), codes(mapped, "B")) == ({"upc": ["036000291452"]}, {"upc": ["Nicht zutreffend"]})


def test_a_product_without_any_code_is_sent_without_one_when_the_profile_says_so():
    mapped = content(sizes("", ""), without_barcode="leave_out")
    assert (codes(mapped, "A"), codes(mapped, "B")) == ({}, {})


_BARCODES = st.lists(
    st.sampled_from(["036000291452", "012345678905", "4006381333931", "96385074", "", "junk"]), min_size=1, max_size=6
)


@given(_BARCODES, st.sampled_from(["does_not_apply", "leave_out"]))
def test_all_variations_of_a_product_name_the_same_kind_of_code(barcodes: list[str], choice: str):
    facts = sizes(*barcodes)
    mapped = content(facts, without_barcode=choice)
    assert len({tuple(codes(mapped, v.sku)) for v in facts.variants}) == 1
