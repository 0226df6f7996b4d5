"""Regions by every spelling, and their codes as the post or as ISO has them, for every caller."""

from __future__ import annotations

import pytest

from listbridge.domain.orders.address_fields import Place
from listbridge.infra.mapping.regions import Atlas, codes_of, is_code, is_told, plain


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        (" São-Paulo ", "sao paulo"),
        ("Québec", "quebec"),
        ("US-CA", "ca"),
        ("JP-13", "13"),
        ("Co. Dublin", "dublin"),
        ("County Down", "down"),
        ("Orange County", "orange"),
        ("County", "county"),
        ("N/A", "n a"),
        ("東京都", "東京都"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("us-ca", "us ca"),
        ("US-Calif", "us calif"),
    ],
)
def test_a_plain_spelling_has_no_case_accent_punctuation_or_county(text: str, bare: str) -> None:
    assert plain(text) == bare


@pytest.mark.parametrize(
    ("region", "code"),
    [
        ("CA", True),
        ("13", True),
        ("NSW", True),
        ("D", True),
        ("ca", False),
        ("Cali", False),
        ("C-A", False),
        ("", False),
        ("CA\n", False),
    ],
)
def test_a_code_is_up_to_three_capitals_or_digits(region: str, code: bool) -> None:
    assert is_code(region) is code


@pytest.mark.parametrize("region", ["", "  ", "-", "Default", "N/A", "n.a.", "NONE", "not applicable", "Null", "XX"])
def test_what_says_that_there_is_none_names_no_region(region: str) -> None:
    assert not is_told(region)


@pytest.mark.parametrize("region", ["Normandy", "NO-03", "Nowhere", "X", "North"])
def test_what_only_begins_like_it_names_a_region(region: str) -> None:
    assert is_told(region)


@pytest.mark.parametrize(
    ("country", "spelling", "code"),
    [
        ("US", "new york", "NY"),
        ("US", "ny", "NY"),
        ("CA", "quebec", "QC"),
        ("BR", "sao paulo", "SP"),
        ("IT", "napoli", "NA"),
    ],
)
def test_without_a_prefix_a_region_has_the_code_of_the_post(country: str, spelling: str, code: str) -> None:
    assert codes_of(country)[spelling] == code


def test_with_a_prefix_it_has_the_iso_code_behind_it() -> None:
    assert codes_of("JP", "JP-")["tokyo"] == "JP-13"
    assert codes_of("JP", "")["東京都"] == "13"
    assert codes_of("MX", "MX-")["aguascalientes"] == "MX-AGU"
    assert codes_of("IE", "")["dublin"] == "D"


def test_every_code_is_a_spelling_of_itself() -> None:
    for country, prefix in (("US", None), ("JP", ""), ("IE", "")):
        codes = codes_of(country, prefix)
        assert {plain(code): code for code in codes.values()}.items() <= codes.items()


@pytest.mark.parametrize(("country", "prefix"), [("DE", None), ("GB", ""), ("VA", None), ("ZZ", None), ("IE", None)])
def test_a_country_without_such_codes_has_none(country: str, prefix: str | None) -> None:
    """Ireland's counties have codes of ISO's only; there is no country ZZ."""
    assert codes_of(country, prefix) == {}


ATLAS = Atlas(frozenset({"US", "IE", "DE", "MX"}), iso={"IE": "IE-"}, within={"PR": "US"})


@pytest.mark.parametrize(
    ("country", "region", "place"),
    [
        ("US", "California", Place("US", "CA")),
        (" us ", "calif", Place("US", words="calif")),
        ("IE", "Co. Dublin", Place("IE", "IE-D")),
        ("PR", "whatever it is called there", Place("US", "PR")),
        ("US", "n/a", Place("US")),
        ("DE", "BY", Place("DE", "BY")),
        ("DE", "Bayern", Place("DE", words="Bayern")),
        ("QQ", "Somewhere", Place("", words="Somewhere")),
        ("FR", "", Place("")),
    ],
)
def test_a_place_has_the_codes_of_the_shop_and_words_where_it_has_none(country: str, region: str, place: Place) -> None:
    assert ATLAS.place_of(country, region) == place
