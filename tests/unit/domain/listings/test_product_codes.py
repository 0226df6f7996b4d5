"""Barcodes that are product codes, and those that are not."""

from __future__ import annotations

import pytest

from listbridge.domain.listings.product_codes import as_ean, checked, is_upc


@pytest.mark.parametrize("barcode", ["5901234123457", "73513537", "042100005264", " 5901234123457 "])
def test_a_code_whose_check_digit_is_right_is_one(barcode: str) -> None:
    assert checked(barcode) == barcode.strip()


@pytest.mark.parametrize("barcode", ["5901234123457", "73513537", "042100005264"])
def test_no_other_last_digit_is_right(barcode: str) -> None:
    others = {f"{barcode[:-1]}{digit}" for digit in range(10)} - {barcode}
    assert {checked(other) for other in others} == {""}


@pytest.mark.parametrize(
    "barcode", ["", "590123412345", "0", "00000000000000", "MUG-1", "59-01234123457", "٥٩٠١٢٣٤١٢٣٤٥٧"]
)
def test_what_has_another_length_or_anything_but_digits_is_none(barcode: str) -> None:
    assert checked(barcode) == ""


def test_a_upc_becomes_an_ean_by_a_zero_in_front_and_stays_right() -> None:
    assert (is_upc("042100005264"), as_ean("042100005264")) == (True, "0042100005264")
    assert checked(as_ean("042100005264")) == "0042100005264"


@pytest.mark.parametrize("code", ["5901234123457", "73513537", ""])
def test_what_is_no_upc_stays_as_it_is(code: str) -> None:
    assert (is_upc(code), as_ean(code)) == (False, code)
