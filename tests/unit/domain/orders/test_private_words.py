"""A platform's words that repeat something of a buyer are known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listbridge.domain.orders.private_words import mentions
from tests.fakes.order_drafts import ADDRESS, BUYER


@pytest.mark.parametrize("word", [ADDRESS.name, ADDRESS.name.split()[-1].upper(), ADDRESS.postal_code, ADDRESS.city])
def test_any_word_of_the_buyers_address_is_known_in_any_case(word: str) -> None:
    assert mentions(f"Postcode of {word}, refused", replace(BUYER, shipping=ADDRESS))


def test_words_that_are_nobodys_say_nothing_of_the_buyer() -> None:
    assert not mentions("Field is invalid", replace(BUYER, shipping=ADDRESS))
