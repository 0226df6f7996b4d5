"""What the description says of a field stands under the attribute, once for all shapes that show the same thing."""

from __future__ import annotations

from collections import Counter

from listbridge.admin import patches, schemas
from listbridge.admin.field_texts import EVERYWHERE, text_of
from listbridge.admin.openapi import openapi
from listbridge.admin.views import documents as views
from listbridge.domain import configuration

_OBSERVE = "Observe mode: everything is read and computed, nothing is written to the marketplace."


def test_a_field_means_what_stands_under_its_attribute() -> None:
    assert text_of(views.MoneyView, "currency", nullable=False) == "The currency, ISO 4217."


def test_a_shape_that_is_built_on_another_takes_over_its_texts() -> None:
    assert text_of(schemas.NewPriceRule, "ratio", nullable=False) == text_of(
        configuration.PriceRule, "ratio", nullable=False
    )
    assert text_of(schemas.NewPriceRule, "ratio", nullable=False) is not None


def test_a_draft_and_a_view_of_a_document_say_what_the_document_says() -> None:
    for shape in (configuration.Account, schemas.AccountDraft, views.AccountView):
        assert text_of(shape, "observe", nullable=False) == _OBSERVE


def test_a_patch_says_besides_what_absence_and_null_do() -> None:
    assert text_of(patches.AccountPatch, "observe", nullable=False) == f"{_OBSERVE} Absent, it stays as it is."
    guard = text_of(configuration.Account, "guard", nullable=False)
    assert text_of(patches.AccountPatch, "guard", nullable=True) == (
        f"{guard} Absent, it stays as it is; null removes it, or sets it back to its default."
    )


def test_the_version_that_a_patch_was_made_of_is_no_field_that_it_changes() -> None:
    told = text_of(patches.AccountPatch, "rev", nullable=True)
    assert told is not None
    assert "stays as it is" not in told


def test_a_field_of_which_nothing_is_said_has_no_text() -> None:
    assert text_of(views.MoneyView, "colour", nullable=False) is None


def test_a_text_for_every_shape_is_used_by_more_than_one() -> None:
    used = Counter(
        name
        for schema in openapi()["components"]["schemas"].values()
        for name, field in schema.get("properties", {}).items()
        if field["description"].startswith(EVERYWHERE.get(name, "nothing"))
    )
    assert {name: used[name] for name in EVERYWHERE if used[name] < 2} == {}
