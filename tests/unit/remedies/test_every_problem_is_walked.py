"""A problem code that nobody walks fails here, and so does one that the seller's page does not list."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from listbridge import registry
from tests.unit.remedies.problems_page import ELSEWHERE, FROM_REASON, every_code, page
from tests.unit.remedies.walks import OURS, WALKED

HERE = Path(__file__).parent
PAGE = Path(__file__).parents[3] / "docs" / "reference" / "problems.md"


def walked() -> dict[str, set[str]]:
    for file in HERE.glob("test_*_walked.py"):
        importlib.import_module(f"tests.unit.remedies.{file.stem}")
    return WALKED


def test_every_code_that_can_be_said_is_walked_into_and_out_of() -> None:
    assert sorted(every_code() - set(walked())) == []


def test_every_walk_is_of_a_code_that_can_be_said() -> None:
    assert sorted(set(walked()) - every_code()) == []


def test_every_walk_names_a_platform_that_there_is_or_listbridge_itself() -> None:
    there = {*registry.slugs("shops"), *registry.slugs("marketplaces"), OURS}
    assert {platform for platforms in walked().values() for platform in platforms} == there


@pytest.mark.parametrize(("prefix", "platform"), [("ebay_", "ebay"), ("shopify_", "shopify")])
def test_what_is_a_platforms_own_is_walked_on_it(prefix: str, platform: str) -> None:
    own = {code: platforms for code, platforms in walked().items() if code.startswith(prefix)}
    assert {code: platforms for code, platforms in own.items() if platform not in platforms} == {}


def test_the_page_lists_every_code_with_its_words_and_what_helps() -> None:
    assert PAGE.read_text() == page()


def test_what_the_page_says_by_hand_is_of_codes_that_there_are() -> None:
    assert (ELSEWHERE.keys() | FROM_REASON.keys()) - every_code() == set()
