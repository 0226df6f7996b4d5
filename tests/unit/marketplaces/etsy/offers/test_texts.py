"""What Etsy takes as a title or a tag is known before anything is sent."""

from __future__ import annotations

import pytest

from listbridge.domain.verdicts import Rejected
from listbridge.marketplaces.etsy.offers.texts import tags_of, title_of


@pytest.mark.parametrize(
    "title",
    [
        "Fisherman's jumper, 100% wool",
        "Größe XL – Ærø",
        "Nordlicht™ & Söhne®",
        "Cafe\u0301",  # two code points that make one letter
        "帽子 1+1",
    ],
)
def test_letters_of_all_scripts_digits_punctuation_and_the_three_signs_stay(title: str) -> None:
    assert title_of(title, truncate=False)


@pytest.mark.parametrize(
    ("title", "characters"), [("Candle 🕯️ of wax", "🕯\ufe0f"), ("5 € candle", "€"), ("20° candle", "°"), ("a^b`", "^`")]
)
def test_a_title_with_other_characters_is_refused_and_they_are_named(title: str, characters: str) -> None:
    with pytest.raises(Rejected) as refused:
        title_of(title, truncate=False)
    assert (refused.value.problem.code, dict(refused.value.problem.params)) == (
        "etsy_title_characters",
        {"characters": characters},
    )


@pytest.mark.parametrize("sign", ["%", ":", "&", "+"])
def test_four_signs_may_stand_in_a_title_once(sign: str) -> None:
    assert title_of(f"a {sign} b", truncate=False) == f"a {sign} b"
    with pytest.raises(Rejected) as refused:
        title_of(f"a {sign} b {sign}", truncate=False)
    assert refused.value.problem.code == "etsy_title_sign_twice"
    assert refused.value.problem.params == {"sign": sign}


def test_a_title_has_140_characters_at_most_and_is_cut_only_where_that_is_wanted() -> None:
    assert len(title_of("x" * 140, truncate=False)) == 140
    with pytest.raises(Rejected) as refused:
        title_of("x" * 141, truncate=False)
    assert refused.value.problem.code == "title_too_long"
    assert title_of("word " * 40, truncate=True) == ("word " * 28).strip()


def test_a_tag_of_20_characters_stays_and_one_of_21_is_named() -> None:
    assert tags_of(["x" * 20]) == ("x" * 20,)
    with pytest.raises(Rejected) as refused:
        tags_of(["wool", "x" * 21])
    assert refused.value.problem.code == "etsy_tag_refused"
    assert refused.value.problem.params == {"tag": "x" * 21, "max": "20"}


@pytest.mark.parametrize("tag", ["a,b", "a:b", "wool!", "🐑"])
def test_a_tag_with_other_signs_is_named(tag: str) -> None:
    with pytest.raises(Rejected) as refused:
        tags_of([tag])
    assert refused.value.problem.params["tag"] == tag


def test_a_tag_counts_once_however_it_is_written() -> None:
    assert tags_of(["Wool", "wool ", " WOOL", "men's", ""]) == ("Wool", "men's")


def test_the_fourteenth_tag_is_one_too_many() -> None:
    assert len(tags_of([f"tag {n}" for n in range(13)])) == 13
    with pytest.raises(Rejected) as refused:
        tags_of([f"tag {n}" for n in range(14)])
    assert refused.value.problem.code == "etsy_too_many_tags"
    assert refused.value.problem.params == {"count": "14", "max": "13"}
