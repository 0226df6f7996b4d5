"""Carriers and tracking numbers as a marketplace takes them."""

from __future__ import annotations

import pytest

from listbridge.domain.orders.carriers import Carriers, letters_and_digits

CARRIERS = Carriers(("SnailMail", "BLITZ"), {"coldcourier": "SnailMail", "ostrich": "BLITZ_INT"}, other="someone")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("SnailMail", "SnailMail"),
        ("snail mail", "SnailMail"),
        ("Snäil-Mail.", "SnailMail"),
        ("blitz", "BLITZ"),
        ("Cold Courier", "SnailMail"),
        ("Ostrich", "BLITZ_INT"),
        ("BLITZ_INT", "someone"),
        ("", "someone"),
    ],
)
def test_a_carrier_is_known_by_its_names_whatever_their_case_blanks_signs_and_accents(name: str, code: str) -> None:
    assert CARRIERS.code(name) == code


def test_a_name_of_the_table_goes_before_a_code_that_reads_like_it() -> None:
    assert Carriers(("Post",), {"post": "NationalPost"}, other="").code("POST") == "NationalPost"


def test_a_tracking_number_keeps_letters_and_digits_alone() -> None:
    assert letters_and_digits(" ab 12-CD/é34 ") == "ab12CD34"
    assert letters_and_digits(" - ") == ""
