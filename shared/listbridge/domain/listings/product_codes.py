"""GTINs, the trade's numbers of a product, as barcodes hold them. Pure.

The last digit checks the others: with it their weighted sum is a multiple of ten.
"""

from __future__ import annotations

_WEIGHTS = (3, 1) * 7
_UPC, _LENGTHS = 12, frozenset({8, 12, 13})


def checked(barcode: str) -> str:
    """The digits of an EAN-8, UPC-A or EAN-13 whose check digit is right; anything else is no product code and gives an
    empty text."""
    digits = barcode.strip()
    if not digits.isascii() or not digits.isdigit() or len(digits) not in _LENGTHS:
        return ""
    weighed = zip(reversed(digits[:-1]), _WEIGHTS, strict=False)
    total = sum(int(digit) * weight for digit, weight in weighed)
    return digits if (10 - total % 10) % 10 == int(digits[-1]) else ""


def is_upc(code: str) -> bool:
    """Whether a checked code is a UPC-A."""
    return len(code) == _UPC


def as_ean(code: str) -> str:
    """A checked code as an EAN: that of a UPC-A is the same with a zero in front."""
    return f"0{code}" if is_upc(code) else code
