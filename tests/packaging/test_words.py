"""One meaning a word: docs/vocabulary.md is the judge, and its old words are found wherever people read them."""

from __future__ import annotations

import pytest

from tests.packaging import words
from tests.packaging.words import Prose, all_prose, excepted, findings

SENTENCES = {
    "by itself": "It comes back by itself.",
    "he": "The seller opens his shop.",
    "anew": "The poll begins anew.",
    "a yes": "The change waits for a yes.",
    "say no": "Somebody said no.",
    "give back": "The amount was given back.",
    "take off": "Take the shop off.",
    "mend": "This was mended.",
    "whoever": "So that whoever packs it reads it.",
    "dear": "Dear calls wait.",
    "hear of": "The marketplace has to hear of it.",
    "dead letters": "It ends among the dead letters.",
    "come home": "Orders come home.",
    "let go": "It lets it go.",
    "write down": "Write the outcome down.",
    "merchant": "The merchant decides.",
}


def test_an_old_word_stands_only_where_it_is_excepted_and_every_exception_is_needed() -> None:
    read = list(all_prose())
    ends = (".py", "/en.json", "messages.json", "openapi.json", ".md")
    assert [end for end in ends if sum(prose.path.endswith(end) for prose in read) < 20] == []  # else nothing is found
    found = [finding for prose in read for finding in findings(prose)]
    assert [str(finding) for finding in found if not excepted(finding)] == []
    assert {one for finding in found for one in excepted(finding)} == set(words.EXCEPTIONS)


@pytest.mark.parametrize(("word", "sentence"), SENTENCES.items())
def test_an_old_word_is_found_in_a_sentence(word: str, sentence: str) -> None:
    assert [one.right for one in findings(Prose("docs/cost.md", 1, sentence))] == [words.OLD[word][1]]


def test_every_old_word_has_a_sentence() -> None:
    assert SENTENCES.keys() == words.OLD.keys()


def test_an_old_word_is_named_with_its_file_and_its_line() -> None:
    source = '"""What it does.\n\nAn order that comes\nhome is read.\n"""\nX = 1  # of whoever asks\n'
    assert [str(one) for prose in words.prose_of_code("a.py", source) for one in findings(prose)] == [
        "a.py:3: “comes home” -> import",
        "a.py:6: “whoever” -> a person who, the worker that, you",
    ]


def test_code_in_backquotes_and_fences_is_no_prose() -> None:
    text = "The field `merchant` of\n\n```\nanew\n```\n\nthe API.\nWhoever"
    assert [(one.line, one.word) for one in findings(Prose("docs/cost.md", 1, text))] == [(8, "Whoever")]


def test_to_settle_and_to_tell_of_count_only_where_sellers_read_it() -> None:
    text = "It settles; the seller is told of it."
    assert list(findings(Prose("docs/cost.md", 1, text))) == []
    assert [one.word for one in findings(Prose("shared/listbridge/messages/en.json", 1, text))] == [
        "settles",
        "told of",
    ]
